"""The two reference pages written by hand: the glossary, and the symbols.

Each rule is a function that returns complaints, so that it can be shown a planted error.
"""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

import lossbook as lb
from tools import markdown
from tools.unchanged import ROOT

REFERENCE = ROOT / "book" / "reference"
GLOSSARY = (REFERENCE / "glossary.md").read_text(encoding="utf-8")
NOTATION = (REFERENCE / "notation.md").read_text(encoding="utf-8")
CHAPTERS = "\n".join(source.path.read_text("utf-8") for source in markdown.sources(ROOT))
MADE = {"glance", "cheatsheet", "pytorch", "api", "bibliography", "status"}  # by every build

ENTRY = re.compile(
    r"^\(term-(?P<anchor>[a-z0-9-]+)\)=\n\n(?P<term>.+)\n(?P<text>(?:[: ] .+\n)+)", re.M
)
TERM = re.compile(
    r'\*\*(?P<english>[^*]+)\*\*(?: · <span lang="zh-Hans">(?P<chinese>[^<]*)</span>)?'
)
LINK = re.compile(r"\]\((?P<path>[^)#\s]+)(?:#[^)]*)?\)")
COMING = re.compile(r"<!-- link: (?P<name>[a-z-]+) -->")
CJK = re.compile(r"[\u4e00-\u9fff]")
ROW = re.compile(r"^\| (?P<symbol>[^|]+?) \|.*\|$", re.M)


class Entry(NamedTuple):
    anchor: str
    english: str
    chinese: str
    text: str


def entries(page: str) -> list[Entry]:
    found = []
    for match in ENTRY.finditer(page):
        term = TERM.fullmatch(match["term"])
        if term is None:
            raise ValueError(f"this is no term with its translation: {match['term']}")
        entry = Entry(match["anchor"], term["english"], term["chinese"] or "", match["text"])
        found.append(entry)
    return found


def key(term: str) -> str:
    """What a term is sorted by: a hyphen is a space, capitals are small letters."""
    return re.sub(r"[^a-z0-9 ]", "", re.sub(r"[-–]", " ", term.lower()))


def unread(page: str) -> Iterator[str]:
    """Whatever looks like an entry to a reader, and was not read as one."""
    count = page.count("\n: ")
    if count != len(entries(page)) or page.count("(term-") != count:
        yield f"{len(entries(page))} entries read, but {count} definitions"


def out_of_order(page: str) -> Iterator[str]:
    terms = [entry.english for entry in entries(page)]
    for before, after in pairwise(terms):
        if key(before) > key(after):
            yield f"{after} stands after {before}"
    letter = ""
    for line in page.split("\n"):
        if line.startswith("## "):
            letter = line[3:].lower()
        elif (term := TERM.match(line)) and not key(term["english"]).startswith(letter):
            yield f"{term['english']} stands under {letter.upper()}"


def twice(page: str) -> Iterator[str]:
    seen: set[str] = set()
    for entry in entries(page):
        for name in (key(entry.english), f"#{entry.anchor}"):
            if name in seen:
                yield f"{name} stands there twice"
            seen.add(name)


def untranslated(page: str) -> Iterator[str]:
    for entry in entries(page):
        if not CJK.search(entry.chinese):
            yield f"{entry.english} has no Chinese term"


def unlinked(page: str) -> Iterator[str]:
    for entry in entries(page):
        if not LINK.search(entry.text) and not COMING.search(entry.text):
            yield f"{entry.english} says nowhere to read on"


def lost(page: str) -> Iterator[str]:
    """Links to no file. A notebook is made of its source, so the source is looked for."""
    for match in LINK.finditer(page):
        path = Path(match["path"])
        if path.suffix == ".ipynb" and path.parent == Path("../chapters"):
            known = (ROOT / "book" / "src" / f"{path.stem}.md").exists()
        else:
            known = path.stem in MADE or (REFERENCE / path).exists()
        if not known:
            yield f"{match['path']} does not exist"


def overdue(page: str) -> Iterator[str]:
    """Places kept for a link to a chapter that exists by now."""
    for match in COMING.finditer(page):
        if (ROOT / "book" / "src" / f"{match['name']}.md").exists():
            yield f"{match['name']} exists: make {match[0]} a link"


def unnamed(page: str) -> Iterator[str]:
    for name in lb.losses():
        if f"`{name}`" not in page:
            yield f"{name} is in no entry"


def symbols(page: str) -> list[str]:
    """The first column of the first table, without its dollars."""
    table = page.partition("\n## Symbols\n")[2].partition("\n## ")[0]
    return [match["symbol"].strip("$") for match in ROW.finditer(table)][2:]


def repeated(page: str) -> Iterator[str]:
    found = symbols(page)
    yield from (
        f"{each} stands there twice" for each in sorted(set(found)) if found.count(each) > 1
    )


def unused(page: str) -> Iterator[str]:
    plain = re.sub(r"\s+", "", CHAPTERS)
    for symbol in symbols(page):
        wanted = re.escape(re.sub(r"\s+", "", symbol))
        # one letter must stand as a symbol in a formula, not within a word
        if len(symbol) == 1 and symbol.isascii():
            found = re.search(rf"\$(?:[^$\n]*[^a-zA-Z\\$\n])?{wanted}(?![a-zA-Z])", CHAPTERS)
        else:
            found = re.search(rf"{wanted}(?![a-z])" if symbol[-1].isalpha() else wanted, plain)
        if found is None:
            yield f"no chapter writes {symbol}"


RULES_OF_GLOSSARY = (
    unread, out_of_order, twice, untranslated, unlinked, lost, overdue, unnamed
)  # fmt: skip


@pytest.mark.parametrize("rule", RULES_OF_GLOSSARY)
def test_glossary(rule: Callable[[str], Iterator[str]]) -> None:
    assert list(rule(GLOSSARY)) == []


@pytest.mark.parametrize("rule", [lost, unused, repeated])
def test_notation(rule: Callable[[str], Iterator[str]]) -> None:
    assert len(symbols(NOTATION)) > 30
    assert list(rule(NOTATION)) == []


SMALL = """# Glossary

## L

(term-log-cosh-loss)=

**Log-cosh loss** · <span lang="zh-Hans">对数双曲余弦损失</span>
: Half the square near 0.
  Read [Robust](../chapters/robust.ipynb#log-cosh).

(term-logit)=

**Logit** · <span lang="zh-Hans">对数几率</span>
: A score.
  Read on<!-- link: not-yet-written -->.

## M

(term-margin)=

**Margin** · <span lang="zh-Hans">间隔</span>
: A product.
  Read [Margins](../chapters/margins.ipynb).
"""


def test_a_small_glossary_is_green() -> None:
    assert [entry.english for entry in entries(SMALL)] == ["Log-cosh loss", "Logit", "Margin"]
    for rule in RULES_OF_GLOSSARY:
        if rule is not unnamed:
            assert list(rule(SMALL)) == []


@pytest.mark.parametrize(
    ("rule", "old", "new", "complaint"),
    [
        (unread, "(term-logit)=\n", "", "2 entries read, but 3 definitions"),
        (unread, "(term-margin)=\n\n", "(term-margin)=\n", "2 entries read"),
        (out_of_order, "**Logit**", "**Leap**", "Leap stands after Log-cosh loss"),
        (out_of_order, "## M\n", "", "Margin stands under L"),
        (twice, "**Logit**", "**Log cosh loss**", "log cosh loss stands there twice"),
        (twice, "(term-logit)=", "(term-margin)=", "#margin stands there twice"),
        (untranslated, "间隔", "", "Margin has no Chinese term"),
        (untranslated, ' · <span lang="zh-Hans">间隔</span>', "", "Margin has no Chinese term"),
        (untranslated, "间隔", "margin", "Margin has no Chinese term"),
        (unlinked, "<!-- link: not-yet-written -->", "", "Logit says nowhere to read on"),
        (unlinked, "[Margins](../chapters/margins.ipynb)", "Margins", "Margin says nowhere"),
        (lost, "margins.ipynb", "margin.ipynb", "margin.ipynb does not exist"),
        (lost, "../chapters/robust.ipynb", "robust.md", "robust.md does not exist"),
        (overdue, "not-yet-written", "two-classes", "two-classes exists"),
    ],
)
def test_a_planted_error_is_found(
    rule: Callable[[str], Iterator[str]], old: str, new: str, complaint: str
) -> None:
    assert SMALL.count(old) == 1
    found = list(rule(SMALL.replace(old, new)))
    assert len(found) == 1 and complaint in found[0]


def test_a_loss_that_is_missing_is_found() -> None:
    page = GLOSSARY.replace("`hinge_loss`", "`hinge`")
    assert list(unnamed(page)) == ["hinge_loss is in no entry"]


@pytest.mark.parametrize("symbol", ["$\\zeta$", "$Q$", "$\\operatorname{WS}(p, q)$", "ω"])
def test_a_symbol_that_no_chapter_writes_is_found(symbol: str) -> None:
    page = NOTATION.replace("| $\\tau$ |", f"| {symbol} |", 1)
    assert list(unused(page)) == [f"no chapter writes {symbol.strip('$')}"]


def test_a_symbol_that_stands_twice_is_found() -> None:
    page = NOTATION.replace("| $\\tau$ |", "| $\\delta$ |", 1)
    assert list(repeated(page)) == ["\\delta stands there twice"]


def test_a_lost_link_of_the_notation_is_found() -> None:
    page = NOTATION.replace("chapters/robust.ipynb", "chapters/bust.ipynb", 1)
    assert list(lost(page)) == ["../chapters/bust.ipynb does not exist"]


def test_a_line_that_is_no_term_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no term with its translation: \*Margin\*"):
        entries(SMALL.replace("**Margin**", "*Margin*"))
