"""Errors in a chapter's source: in its formulas, numbers and inline code, and in its cells."""

import ast
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from tools import markdown
from tools.markdown import Part, Source
from tools.sabotage import formulas, python
from tools.sabotage.plant import Edit, Plant, plants

DISPLAY = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)
INLINE = re.compile(r"(?<![\\$`])\$(?!\$)([^$]+?)(?<!\\)\$(?!\$)")
CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
CLAIMS = re.compile(r"[-+=<>^/]|\\(?:frac|sum|prod|le|ge|ne|log)\b")
SETTING = re.compile(r"\\?[A-Za-z]+ = -?[\d.]+|\[[^][]*\]")
NUMBER = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?:e-?\d+)?(?!\w|[.,]\d)")
NOT_NUMBERS = [CODE, re.compile(r"\]\([^)]*\)"), re.compile(r"<[^<>]+>"), DISPLAY]
NOT_NUMBERS += [re.compile(r"\^\{?-?\d+\}?")]
SOLUTION = re.compile(r'<details class="solution">.*?</details>', re.DOTALL)
Finder = Callable[[str, random.Random], Iterator[Edit]]


def hide(text: str, *patterns: re.Pattern[str]) -> str:
    for pattern in patterns:
        text = pattern.sub(lambda m: re.sub(r"[^\n]", "\0", m[0]), text)
    return text


def of_display(operation: Callable[[str], Iterator[Edit]]) -> Finder:
    def find(text: str, _: random.Random) -> Iterator[Edit]:
        for match in DISPLAY.finditer(hide(text, CODE)):
            yield from (edit.shifted(match.start(1)) for edit in operation(match[1]))

    return find


def in_sentences(text: str, _: random.Random) -> Iterator[Edit]:
    """Formulas that claim something; `$K = 10$` sets the scene, and `$p_y$` is a name."""
    for match in INLINE.finditer(hide(text, CODE, DISPLAY)):
        if CLAIMS.search(match[1][1:]) and not SETTING.fullmatch(match[1].strip()):
            edits = formulas.any_of_them(match[1])
            yield from (edit.shifted(match.start(1)) for edit in edits)


def numbers(text: str, rng: random.Random) -> Iterator[Edit]:
    """One digit of each number with decimals, a power or three digits."""
    hidden = hide(text, *NOT_NUMBERS)
    for match in NUMBER.finditer(hidden):
        significant = len(re.sub(r"\D", "", match[0].split("e")[0]).lstrip("0"))
        exact = "." in match[0] or "e" in match[0] or hidden[match.end() :].lstrip()[:1] == "%"
        if significant >= (2 if exact else 3):
            yield one_digit(match, rng)


def one_digit(match: re.Match[str], rng: random.Random) -> Edit:
    digits = [n for n, c in enumerate(match[0]) if c.isdigit()]
    at = rng.choice(digits)
    new = rng.choice([d for d in "123456789" if d != match[0][at]])
    return Edit(match.start() + at, match.start() + at + 1, new)


def in_code(operation: Callable[[str], Iterator[Edit]]) -> Finder:
    def find(text: str, _: random.Random) -> Iterator[Edit]:
        for match in CODE.finditer(text):
            yield from (edit.shifted(match.start(2)) for edit in parsed(operation, match[2]))

    return find


def parsed(operation: Callable[[str], Iterator[Edit]], code: str) -> list[Edit]:
    try:
        return list(operation(code))
    except SyntaxError:
        return []


def offset(part: Part, text: str) -> int:
    """Where the text of a part begins in the file."""
    start = 0
    for _ in range(part.line - 1):
        start = text.index("\n", start) + 1
    return text.index(part.text.split("\n")[0], start)


class Chapter:
    """A source, its text and its plants."""

    def __init__(self, root: Path, source: Source, rng: random.Random) -> None:
        self.root, self.source, self.rng = root, source, rng
        self.text = source.path.read_text(encoding="utf-8")
        self.solutions = [match.span() for match in SOLUTION.finditer(self.text)]

    def _edits(self, finder: Finder, *kinds: str) -> Iterator[Edit]:
        for part in self.source.of(*kinds):
            if part.section == "Sources":
                continue
            if part.kind == "block" and part.language.strip() != "python":
                continue
            start = offset(part, self.text)
            yield from (edit.shifted(start) for edit in finder(part.text, self.rng))

    def solved(self, edit: Edit) -> bool:
        return any(start <= edit.start < end for start, end in self.solutions)

    def _plants(self, kind: str, edits: Iterator[Edit], in_cell: bool = False) -> Iterator[Plant]:
        return plants(kind, self.root, self.source.path, self.text, edits, in_cell)

    def prose(self, kind: str, finder: Finder, *parts: str) -> Iterator[Plant]:
        edits = self._edits(finder, *parts)
        return self._plants(kind, (edit for edit in edits if not self.solved(edit)))

    def all(self) -> Iterator[Plant]:
        for name, operation in formulas.OPERATIONS.items():
            yield from self.prose(f"equation: {name}", of_display(operation), "prose")
        yield from self.prose("formula in a sentence", in_sentences, "prose", "words")
        yield from self.prose("number in prose", numbers, "prose", "words")
        yield from self.prose("default in inline code", in_code(python.defaults), "prose", "words")
        swaps = "arguments in inline code"
        yield from self.prose(swaps, in_code(python.swaps), "prose", "words")
        yield from self.prose(swaps, lambda text, _: iter(parsed(python.swaps, text)), "block")
        for finder in (in_sentences, numbers, in_code(python.swaps)):
            edits = (edit for edit in self._edits(finder, "prose") if self.solved(edit))
            yield from self._plants("solution in words", edits)
        yield from self.cells()

    def cells(self) -> Iterator[Plant]:
        solutions = self.source.solutions()
        for part in self.source.of("cell"):
            start, code = offset(part, self.text), part.text
            kinds: dict[str, Callable[[str], Iterator[Edit]]] = {
                "derivation: a step": python.derivation_steps,
                "derivation: order": python.derivation_order,
            }
            if part in solutions and not python.steps(code):
                kinds = {"solution in code": whole}
            for kind, operation in kinds.items():
                edits = (edit.shifted(start) for edit in operation(code))
                yield from self._plants(kind, edits, in_cell=True)


def whole(code: str) -> Iterator[Edit]:
    return python.errors(code, ast.parse(code), python.Places(code))


def of_book(root: Path, rng: random.Random) -> Iterator[Plant]:
    for source in markdown.sources(root):
        yield from Chapter(root, source, rng).all()
