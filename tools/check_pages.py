"""What Sphinx does not see in the pages it wrote: foreign servers, lost anchors, mute pictures."""

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Tag

# what a browser fetches by itself, as opposed to a link that a reader may follow
FETCHED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}
FOREIGN = re.compile(r"(https?:)?//", re.IGNORECASE)
FOREIGN_STYLE = re.compile(r"url\(\s*['\"]?(?:https?:)?//[^)]*\)|@import[^;]*//[^;]*;")
OWN = {"localhost", "127.0.0.1", "::1"}


@cache
def soup(page: Path) -> BeautifulSoup:
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


@cache
def anchors(page: Path) -> frozenset[str]:
    return frozenset(str(tag["id"]) for tag in soup(page).find_all(id=True))


def attribute(tag: Tag, name: str) -> str:
    return str(tag.get(name) or "")


def pages(site: Path) -> list[Path]:
    """The pages of the book, without the theme's templates."""
    static = site / "_static"
    return sorted(page for page in site.rglob("*.html") if static not in page.parents)


def foreign(page: Path) -> list[str]:
    """Addresses on other servers that the page fetches, in its tags and its own styles."""
    fetched = [
        attribute(tag, key)
        for kind, key in FETCHED.items()
        for tag in soup(page).find_all(kind)
        if "canonical" not in (tag.get("rel") or [])  # names the page itself, for search engines
    ]
    styles = " ".join(tag.get_text() for tag in soup(page).find_all("style"))
    return [each for each in fetched if FOREIGN.match(each)] + FOREIGN_STYLE.findall(styles)


def foreign_in_style(sheet: Path) -> list[str]:
    return FOREIGN_STYLE.findall(sheet.read_text(encoding="utf-8"))


def lost(page: Path) -> list[str]:
    """Links to a page, a file or an anchor that does not exist."""
    found = []
    for tag in soup(page).find_all(href=True) + soup(page).find_all(src=True):
        address = attribute(tag, "href") or attribute(tag, "src")
        parts = urlsplit(address)
        if parts.scheme == "file" or parts.hostname in OWN:
            found.append(address)  # it works for whoever wrote it
            continue
        if parts.scheme or parts.netloc:
            continue
        target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        known = target.exists()
        if known and parts.fragment and target.suffix == ".html":
            known = unquote(parts.fragment) in anchors(target)
        if not known:
            found.append(address)
    return found


def mute(page: Path) -> list[str]:
    """Pictures without words for those who do not see them."""
    return [attribute(tag, "src") for tag in soup(page).find_all("img") if not tag.get("alt")]
