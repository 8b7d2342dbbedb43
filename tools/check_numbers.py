"""A number in the prose is one that a cell of the same section printed, to the digits shown.

Which numbers: with a decimal point, an exponent or a % sign, two significant digits or more;
whole, three digits or more. One digit is too little to be wrong in an interesting way.

What justifies one: a number that an output of the same section shows, if it rounds to the one
in the prose at the digits written there; or the same number, digit for digit, in the code of
the section, where it is an input and no result. A whole number may be printed with zeros, 100
as 100.0; but 100.0 claims a digit that a printed 100 does not show. The section is all that
stands under one heading of level 2: in a whole chapter some number rounds to nearly anything of
two digits.
The sign counts: −0.91 needs a printed −0.91. The year of a citation is that of the source.

Three numbers or more in a row, “1, −2 and 0”, are held together, and even those of one digit:
they stand in this order, though perhaps with others between them, in the code or in an output
of one cell of the section.
"""

import io
import re
import sys
import tokenize
from collections.abc import Iterator
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from html import unescape
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode

from tools import markdown
from tools.claims import Checks, checks_of
from tools.markdown import Part, Source
from tools.unchanged import ROOT
from tools.verdict import verdict

NUMBER = re.compile(
    r"(?<![\w.,])(?P<sign>(?:(?<=[\s([|,;$=*{])|(?<=\A))-|−)?"
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?P<power>[eE][-+−]?\d+)?"
    r"(?P<percent>\s?\\?%)?(?![\w]|[.,]\d)"
)
PRINTED = re.compile(r"(?<![\w.])-?(?:\d{1,3}(?:,\d{3})+|\d+)\.?\d*(?:e[-+]?\d+)?%?(?![\w])")
ITEM = r"(?<![\w.,])[-−]?\d+(?:\.\d+)?(?![\w%]|\.\d)"
LIST = re.compile(rf"{ITEM}, {ITEM}(?:, {ITEM})*,? (?:and |or )?{ITEM}")
# Not numbers of ours: code, addresses, references to the sources with their years.
NOT_PROSE = [
    re.compile(r"(`+)(.+?)\1", re.DOTALL),
    re.compile(r"\[[^\]]*\]\((?:#sources|https?:)[^)]*\)"),
    re.compile(r"(?<=\])\([^)]*\)"),
    re.compile(r"<[^<>]+>"),
    re.compile(r"https?://\S+|doi:\S+"),
]
CITATION = re.compile(r"\[([^\]]*?\D)(\d{4})\)?\]\(#sources\)")
WITHOUT_SECTION = {"Sources"}


class Number(NamedTuple):
    text: str
    value: Decimal
    places: int
    """Decimals shown, counted in `value`: 6 for 4.248e-3, 3 for 16.1 %."""
    whole: bool


def number(text: str) -> Number:
    """Read 1,797, −0.91, 4.248e-18 and 67 %."""
    percent = "%" in text
    plain = re.sub(r"[\s,%\\]", "", text).replace("−", "-")
    value = Decimal(plain) / (100 if percent else 1)
    mantissa, _, power = plain.lower().partition("e")
    places = len(mantissa.rstrip(".").partition(".")[2]) - int(power or 0) + 2 * percent
    whole = not percent and not power and "." not in mantissa
    return Number(text, value, places, whole)


def significant(text: str) -> int:
    mantissa = re.split("[eE]", text)[0]
    return len(re.sub(r"\D", "", mantissa).lstrip("0"))


def bare(part: Part) -> str:
    """The text with `_` for what is no prose, each line as long as it was."""
    text = part.text
    for pattern in NOT_PROSE:
        text = pattern.sub(lambda m: re.sub(r"[^\n]", "_", m[0]), text)
    return text


def in_prose(source: Source) -> Iterator[tuple[str, str, Number]]:
    """Place, section and value of each number that needs a cell."""
    for part in source.of("prose", "words"):
        if part.section in WITHOUT_SECTION:
            continue
        text = bare(part)
        # 10^{3}: an exponent on its own is no number of the chapter
        text = re.sub(r"(?<=\d)\^\{?-?\d+\}?", lambda m: "_" * len(m[0]), text)
        for match in NUMBER.finditer(text):
            found = number(match[0].strip())
            if significant(match["digits"]) >= (3 if found.whole else 2):
                yield source.place(part, match.start()), part.section, found


def citations(source: Source) -> Iterator[str]:
    """A reference to the sources has its names and its year from one of them."""
    lines = [p.text.split("\n") for p in source.of("prose") if p.section in WITHOUT_SECTION]
    entries = [line for each in lines for line in each if line.startswith("- ")]
    for part in source.of("prose", "words"):
        for match in CITATION.finditer(part.text):
            wanted = [*re.findall(r"[^\W\d_a-z][\w’-]+", match[1]), match[2]]
            if not any(all(each in entry for each in wanted) for entry in entries):
                place = source.place(part, match.start())
                yield f"{place}: no source is called {match[1].rstrip(' (')} {match[2]}"


def shown(output: NotebookNode) -> str:
    """The text of an output, whatever its kind."""
    if output.output_type == "stream":
        return str(output.text)
    texts = []
    for kind, data in output.get("data", {}).items():
        if kind == "text/html":
            data = unescape(re.sub(r"<[^<>]*>", " ", data))
        if kind in ("text/plain", "text/html", "text/latex", "text/markdown"):
            texts.append(re.sub(r"</?\w[^<>]*>", " ", data))
    if output.output_type == "error":
        texts.append(output.evalue)
    return "\n".join(texts)


def printed(text: str) -> Iterator[Number]:
    """The numbers of an output. NumPy drops zeros inside an array: [0.5465 0.122 ] has four."""
    for piece in re.split(r"(\[[^\[\]]*\])", text.replace("−", "-")):
        found = [number(match) for match in PRINTED.findall(piece)]
        if piece.startswith("[") and not any("e" in each.text for each in found):
            places = max((each.places for each in found), default=0)
            found = [each._replace(places=places) for each in found]
        yield from found


def written(code: str, signed: bool = False) -> Iterator[Number]:
    """The numbers that the code of a cell contains, with their signs; if `signed`, a number
    after a minus that cannot be a subtraction is not also given without it.
    """
    before = earlier = ""
    try:
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            if token.type == tokenize.NUMBER and re.fullmatch(r"[\d._]+(e[-+]?\d+)?", token.string):
                plain = number(token.string.replace("_", ""))
                if not (signed and before == "-" and earlier in ("(", "[", ",", "=", "in")):
                    yield plain
                if before == "-":
                    yield plain._replace(value=-plain.value)
            if token.type == tokenize.STRING:  # what a cell writes on an axis
                yield from printed(token.string)
            earlier, before = before, token.string
    except tokenize.TokenError:
        return


def rounds_to(value: Number, wanted: Number) -> bool:
    """`value` rounds to `wanted` at the digits of `wanted`; a tie may go either way."""
    if value.places < wanted.places:
        return False
    step = Decimal(1).scaleb(-wanted.places)
    half_up = value.value.quantize(step, ROUND_HALF_UP)
    tie = abs(value.value - value.value.quantize(step, ROUND_DOWN)) * 2 == step
    down = value.value.quantize(step, ROUND_DOWN)
    return wanted.value == half_up or (tie and wanted.value == down)


def justified(wanted: Number, outputs: list[Number], inputs: list[Number]) -> bool:
    if any(value.value == wanted.value for value in inputs):
        return True
    if wanted.whole:  # no digits after the point to round: 100.0 is 100, and 100.4 is not
        return any(value.value == wanted.value for value in outputs)
    return any(rounds_to(value, wanted) for value in outputs if not value.whole)


def sections(notebook: NotebookNode) -> dict[str, tuple[list[Number], list[Number]]]:
    """What the cells of each section print, and what their code contains."""
    found: dict[str, tuple[list[Number], list[Number]]] = {}
    for section, cell in code_cells(notebook):
        outputs, inputs = found.setdefault(section, ([], []))
        inputs.extend(written(cell.source))
        for output in cell.outputs:
            outputs.extend(printed(shown(output)))
    return found


def code_cells(notebook: NotebookNode) -> Iterator[tuple[str, NotebookNode]]:
    """Each with the heading of level 2 above it."""
    section = ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for heading in re.findall(r"^## (.*)$", cell.source, re.MULTILINE):
                section = heading.strip()
        elif cell.cell_type == "code":
            yield section, cell


def in_order(wanted: list[Number], numbers: list[Number]) -> bool:
    """They all stand there, one after the other."""
    rest = iter(numbers)  # each `in` goes on where the last one stopped
    return all(
        any(v.value == each.value or (not v.whole and rounds_to(v, each)) for v in rest)
        for each in wanted
    )


def lists(source: Source, notebook: NotebookNode, checks: Checks, used: set[str]) -> Iterator[str]:
    """Every list of numbers that no cell of its section has in this order."""
    name = f"{checks.path.parent.name}/{checks.path.name}"
    known = sequences(notebook)
    for part in source.of("prose", "words"):
        if part.section in WITHOUT_SECTION:
            continue
        for match in LIST.finditer(bare(part)):
            text = " ".join(match[0].split())
            wanted = [number(each) for each in re.findall(ITEM, match[0])]
            if text in checks.numbers:
                used.add(text)
            elif any(each.text in checks.numbers for each in wanted):
                continue
            elif not any(in_order(wanted, each) for each in known.get(part.section, [])):
                yield (
                    f"{source.place(part, match.start())}: no cell of “{part.section}” has {text} "
                    f"in this order, in its code or output. Print them, or list “{text}” in "
                    f"NUMBERS in {name}"
                )


def sequences(notebook: NotebookNode) -> dict[str, list[list[Number]]]:
    """The numbers of each cell's code and of each of its outputs, by section."""
    found: dict[str, list[list[Number]]] = {}
    for section, cell in code_cells(notebook):
        mine = found.setdefault(section, [])
        mine.append(list(written(cell.source, signed=True)))
        mine.extend(list(printed(shown(output))) for output in cell.outputs)
    return found


def chapter_problems(source: Source, notebook: NotebookNode, checks: Checks) -> Iterator[str]:
    """Every number of the prose that no cell of its section shows."""
    name = f"{checks.path.parent.name}/{checks.path.name}"
    known, used = sections(notebook), set()
    for place, section, wanted in in_prose(source):
        if wanted.text in checks.numbers:
            used.add(wanted.text)
            continue
        outputs, inputs = known.get(section, ([], []))
        if justified(wanted, outputs, inputs):
            continue
        near = nearest(wanted, outputs)
        where = next((s for s, (o, i) in known.items() if justified(wanted, o, i)), None)
        hint = f"; the nearest is {near}" if near else ""
        hint = f"; one in “{where}” does" if where is not None else hint
        yield (
            f"{place}: no cell of “{section}” prints {wanted.text}{hint}. "
            f"Print it, or say in NUMBERS in {name} where it is from"
        )
    yield from lists(source, notebook, checks, used)
    yield from citations(source)
    for text in sorted(set(checks.numbers) - used):
        yield f"{name}: NUMBERS lists {text}, which {source.path.name} does not contain"


def nearest(wanted: Number, outputs: list[Number]) -> str:
    """What was perhaps meant."""
    close = [v for v in outputs if abs(v.value - wanted.value) <= abs(wanted.value) / 10]
    best = min(close, key=lambda v: abs(v.value - wanted.value), default=None)
    return best.text if best else ""


def problems(root: Path = ROOT) -> list[str]:
    found: list[str] = []
    for source in markdown.everything(root):
        stored = source.notebook
        if not stored.exists():
            found.append(f"{source.path.name}: no notebook {stored.name}; run make notebooks")
            continue
        notebook = nbformat.read(stored, as_version=4)
        found += chapter_problems(source, notebook, checks_of(source.path))
    return found


if __name__ == "__main__":
    sys.exit(verdict(problems()))
