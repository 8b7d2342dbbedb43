"""What is wrong with a printed book: untagged, unnumbered, cut off, given away too early."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import pypdfium2
from pikepdf import Array, Dictionary, Name, Object, Pdf

LINES = 400  # letters: the first or last few lines of a page


def squeeze(text: str) -> str:
    """Without what printing changes: spaces, ligatures, and hyphens at line ends."""
    return re.sub(r"[-\s\u200b\ufffe\u00ad]+", "", unicodedata.normalize("NFKC", text))


class Printed:
    """A PDF, read once: the text of each page, and what the tags say."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with pypdfium2.PdfDocument(path) as pdf:
            pages = [read(page) for page in pdf]
        self.texts, self.feet = zip(*pages, strict=True)
        with Pdf.open(path) as pdf:
            self.tagged = bool(pdf.Root.get("/MarkInfo", Dictionary()).get("/Marked"))
            self.language = str(pdf.Root.get("/Lang", ""))
            self.information = {name: str(value) for name, value in pdf.docinfo.items()}
            self.rights = str(pdf.open_metadata().get("dc:rights", ""))
            self.outline = [*titles(pdf)]
            self.pictures = [*described(pdf)]

    def unnumbered(self) -> list[int]:
        """Pages that do not show their number at the foot; the first is the title page."""
        return [n for n, foot in enumerate(self.feet, 1) if n > 1 and foot != str(n)]

    def lacking(self, wanted: Iterable[str]) -> list[str]:
        """What stands nowhere in the text, as a whole or from one page to the next.

        Letters beyond the edge of the paper are not in the file at all.
        """
        whole = "".join(self.texts)
        return [
            words
            for words in wanted
            if squeeze(words) not in whole and not self.continued(squeeze(words))
        ]

    def continued(self, words: str) -> bool:
        """Does a page begin and the next one end it? A formula near its end may stand between."""
        return any(
            words[:cut] in page[-LINES:] and words[cut:] in after[:LINES]
            for page, after in pairwise(self.texts)
            for cut in range(1, len(words))
        )

    def early(self, wanted: Iterable[str], first: int) -> list[str]:
        """What stands before the page `first`, where it would give an answer away."""
        before = "".join(self.texts[: first - 1])
        return [words for words in wanted if squeeze(words) in before]

    def undescribed(self, wanted: Iterable[str]) -> list[str]:
        """Pictures and formulas, by their words, that the tags do not hold as often."""
        found = Counter(squeeze(words) for words, _ in self.pictures)
        lost = Counter(squeeze(words) for words in wanted) - found
        return sorted(lost)

    def split(self, wanted: Iterable[str]) -> list[str]:
        """Pictures, by their words, of which two pages hold a part."""
        pictures = {squeeze(words) for words in wanted}
        parted = [words for words, pages in self.pictures if len(pages) > 1]
        return [words for words in parted if squeeze(words) in pictures]


def read(page: pypdfium2.PdfPage) -> tuple[str, str]:
    """The text of a page, without its margins, and what stands at its foot."""
    width, height = page.get_size()
    text = page.get_textpage()
    whole = squeeze(text.get_text_range())
    foot = text.get_text_bounded(left=width / 3, right=width * 2 / 3, bottom=0, top=57)
    if width < height:  # what goes on on the next page is not parted by the margins' words
        head = text.get_text_bounded(left=0, right=width, bottom=height - 50, top=height)
        for margin in (squeeze(foot), squeeze(head), squeeze(foot)):
            whole = whole.removeprefix(margin)
    return whole, re.sub(r"\W", "", foot)


def titles(pdf: Pdf) -> Iterator[str]:
    """Of the whole outline, in order."""
    with pdf.open_outline() as outline:
        waiting = list(reversed(outline.root))
        while waiting:
            item = waiting.pop()
            yield item.title
            waiting += reversed(item.children)


def kids(element: Object) -> list[Object]:
    found = element.get("/K", Array())
    return list(found) if isinstance(found, Array) else [found]


def described(pdf: Pdf) -> Iterator[tuple[str, set[int]]]:
    """Each tagged thing with words in place of it, and the pages that it stands on."""
    pages = {page.obj.objgen: number for number, page in enumerate(pdf.pages, 1)}
    waiting = [pdf.Root.StructTreeRoot] if "/StructTreeRoot" in pdf.Root else []
    while waiting:
        element = waiting.pop()
        if "/Alt" in element:
            yield str(element.Alt), {pages[each.objgen] for each in places(element)}
        else:
            waiting += [kid for kid in kids(element) if isinstance(kid, Dictionary)]


def places(element: Object) -> Iterator[Object]:
    """The pages of all marked content beneath a tagged thing."""
    for kid in kids(element):
        if not isinstance(kid, Dictionary):
            yield element.Pg
        elif kid.get("/Type") == Name.MCR:
            yield kid.Pg if "/Pg" in kid else element.Pg
        elif kid.get("/Type") != Name.OBJR:
            yield from places(kid)
