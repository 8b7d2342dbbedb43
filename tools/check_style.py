"""The rules of style that a machine can hold: lengths, spelling, filler words, no directives."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from tools import markdown, reading
from tools.markdown import Part, Source
from tools.unchanged import ROOT
from tools.verdict import verdict

LINES, COLUMNS = 15, 76
SLACK = 5  # minutes
AMERICAN = {
    "color": "colour", "behavior": "behaviour", "center": "centre", "gray": "grey",
    "modeling": "modelling", "modeled": "modelled", "labeled": "labelled",
    "labeling": "labelling", "favor": "favour", "neighbor": "neighbour", "honor": "honour",
    "rigor": "rigour", "catalog": "catalogue", "defense": "defence", "fulfill": "fulfil",
    "canceled": "cancelled", "canceling": "cancelling", "traveled": "travelled",
    "signaled": "signalled", "skeptical": "sceptical", "artifact": "artefact",
}  # fmt: skip
Z_STEMS = [
    "optim",
    "minim",
    "maxim",
    "normal",
    "general",
    "regular",
    "initial",
    "penal",
    "vector",
    "special",
    "real",
    "recogn",
    "summar",
    "organ",
    "emphas",
    "factor",
    "standard",
    "parametr",
    "quant",
    "discret",
    "visual",
    "linear",
    "memor",
    "character",
    "util",
    "central",
    "local",
    "random",
    "categor",
]
FILLER = [
    "crucial",
    "crucially",
    "delve",
    "simply",
    "obviously",
    "clearly",
    "basically",
    "essentially",
    "actually",
    "leverage",
    "leveraging",
    "robustly",
    "seamlessly",
    "seamless",
    "utilise",
    "utilize",
    "powerful",
    "intuitively",
    "trivially",
    "straightforward",
    "straightforwardly",
    "landscape",
    "tapestry",
    "furthermore",
    "moreover",
    "notably",
    "importantly",
]
IZE = re.compile(rf"\b({'|'.join(Z_STEMS)})(i|e|o)?(z)(e|es|ed|ing|er|ers|ation|ations)\b", re.I)
WORD = re.compile(r"[A-Za-z]+")
ROLE = re.compile(r"\{(glue|eval)(:\w+)*\}")
# Something that ends a sentence, then something that begins one, in the same line.
SENTENCES = re.compile(r"(?P<last>\S*[.?!])[*_”\")]*\s+[*_“\"(]*(?=[A-Z])")
ABBREVIATIONS = re.compile(r"(?:\b[A-Z]|\b(?:vs|cf|e\.g|i\.e|et al|al|Dr|Prof|No|Fig|Eq|pp))\.$")
EQUALITY = re.compile(
    r"\b(?:equals|is equal to|are equal to|(?:is|are) the same (?:as|loss)|(?:is|are) identical"
    r"|estimates|is equivalent to|are equivalent)\b|≡"
)
WITHOUT_CELLS = {"Sources", "Takeaways"}
NOT_PROSE = [
    re.compile(r"(`+)(.+?)\1", re.DOTALL),
    re.compile(r"\$\$.*?\$\$", re.DOTALL),
    re.compile(r"(?<!\$)\$[^$]+\$"),
    re.compile(r"<[^<>]+>"),
    re.compile(r"(?<=\])\([^)]*\)"),
    re.compile(r"https?://\S+"),
]


def blank(text: str) -> str:
    for pattern in NOT_PROSE:
        text = pattern.sub(lambda m: re.sub(r"[^\n]", "_", m[0]), text)
    return text


def british(word: str) -> str:
    """How Britain spells an American word, or nothing."""
    lower = word.lower()
    for american, spelling in AMERICAN.items():
        if lower.startswith(american) and not lower.startswith(spelling):
            return spelling + lower[len(american) :]
    if IZE.fullmatch(word):
        return re.sub("z(?=e|i|a)", "s", lower)
    return {"analyze": "analyse", "analyzed": "analysed", "analyzes": "analyses"}.get(lower, "")


def words(source: Source, part: Part) -> Iterator[str]:
    """Spelling and filler, in prose, captions and alt texts; a title in the sources may stay."""
    text = blank(part.text)
    if part.section != "Sources":
        for match in WORD.finditer(text):
            place = source.place(part, match.start())
            if spelling := british(match[0]):
                yield f"{place}: “{match[0]}” is American; write “{spelling}”"
            if match[0].lower() in FILLER:
                yield f"{place}: “{match[0]}” says nothing; leave it out"
    for match in ROLE.finditer(part.text):
        yield f"{source.place(part, match.start())}: {match[0]} computes prose; write the words"


def one_sentence_a_line(source: Source, part: Part) -> Iterator[str]:
    """A changed sentence is then a changed line. Boxes, tables, folds and lists are held too."""
    if part.section == "Sources":
        return
    for n, line in enumerate(blank(part.text).split("\n")):
        if line.startswith(("|", "#", "    ")):  # a cell of a table may hold two
            continue
        for match in SENTENCES.finditer(line):
            if not ABBREVIATIONS.search(match["last"]) and not re.match(r"\s*\d+\.", line[:4]):
                begin = line[match.end() :][:20]
                place = f"{source.path.name}:{part.line + n}"
                yield f"{place}: two sentences in one line; begin a new one at “{begin}”"


def cell(source: Source, part: Part) -> Iterator[str]:
    lines = part.text.split("\n")
    full = [line for line in lines if line.strip()]
    if len(full) > LINES:
        yield f"{source.place(part)}: a cell of {len(full)} lines; at most {LINES}"
    for n, line in enumerate(lines):
        if len(line) > COLUMNS:
            place = f"{source.path.name}:{part.line + n}"
            yield f"{place}: {len(line)} columns of code; at most {COLUMNS}"


def chapter_problems(source: Source) -> Iterator[str]:
    for part in source.parts:
        if part.kind in ("prose", "words"):
            yield from words(source, part)
        if part.kind == "prose":
            yield from one_sentence_a_line(source, part)
        if part.kind == "cell":
            yield from cell(source, part)
        if part.kind == "block" and part.language.startswith("{"):
            # what stands in one is checked by nobody, and Jupyter shows it as code
            yield f"{source.place(part)}: the directive {part.language}; write plain Markdown"
    yield from claims_of_equality(source)
    yield from solutions(source)
    yield from time_to_read(source)


def time_to_read(source: Source) -> Iterator[str]:
    """What the box promises is what the words, formulas and lines of code come to."""
    promise, estimate = reading.promised(source), reading.minutes(source)
    if promise is not None and abs(promise - estimate) > SLACK:
        yield (
            f"{source.path.name}: “about {promise} minutes”, but words, code, formulas and "
            f"figures come to {estimate:.0f}; cut, or promise {5 * round(estimate / 5)}"
        )


def solutions(source: Source) -> Iterator[str]:
    """Code that solves an exercise asserts what the exercise shows, or derives it.

    A number that is printed is held only to the digits shown, and a faulty line need not change
    one of them.
    """
    exercises: dict[int, list[Part]] = {}
    for part in source.solutions():
        exercises.setdefault(source.heading(part.line), []).append(part)
    for part in source.of("cell"):  # a question's check stands in a cell of its own
        if part.text.startswith("check("):
            exercises.get(source.heading(part.line), []).append(part)
    for parts in exercises.values():
        if not any(_holds(part.text) for part in parts):
            place = source.place(parts[0])
            yield f"{place}: the solution asserts nothing; add an assert of what it shows"


def claims_of_equality(source: Source) -> Iterator[str]:
    """A section that says two things are equal holds them against each other in a cell.

    Whether that cell is about the same two things is beyond a machine.
    """
    held = {part.section for part in source.of("cell") if _holds(part.text)}
    for part in source.of("prose"):
        if part.section in held or part.section in WITHOUT_CELLS:
            continue
        for match in EQUALITY.finditer(blank(part.text)):
            place = source.place(part, match.start())
            yield f"{place}: “{match[0]}”, but no cell of “{part.section}” asserts anything"


def _holds(code: str) -> bool:
    """An assert, a derivation, the table that compares, or the check of an assignment."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name.endswith("Derivation") or name == "check":
                return True
    return False


def problems(root: Path = ROOT) -> list[str]:
    return [each for source in markdown.everything(root) for each in chapter_problems(source)]


if __name__ == "__main__":
    sys.exit(verdict(problems()))
