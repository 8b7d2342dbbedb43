"""A chapter's source, taken apart: what is prose, what is a cell, what are a figure's words.

Jupytext reads the same sources but forgets the line numbers, and a complaint needs one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

FENCE = re.compile(r"(`{3,}|~{3,}|:{3,})\s*(.*)")
TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
WORDS = re.compile(r"(\s*)(caption|alt):\s*(.*)")


@dataclass(frozen=True)
class Part:
    """A run of lines of one kind: prose, words (a caption, an alt text), cell, block."""

    kind: str
    line: int
    text: str
    section: str
    """The heading of level 2 above it."""
    language: str = ""
    """What follows the opening fence of a block."""
    options: str = ""
    """Of a cell: its tags, and a figure's words."""


@dataclass
class Source:
    path: Path
    parts: list[Part] = field(default_factory=list)

    @property
    def title(self) -> str:
        """What stands after the first #, without code marks."""
        for part in self.of("prose"):
            if match := TITLE.search(part.text):
                return match[1].replace("`", "").strip()
        return self.path.stem

    @property
    def notebook(self) -> Path:
        """Where its cells are stored with their outputs; of an assignment, with the solutions."""
        folder = self.path.parent.parent
        inside = "solutions" if folder.name == "assignments" else "chapters"
        return folder / inside / f"{self.path.stem}.ipynb"

    def of(self, *kinds: str) -> list[Part]:
        return [part for part in self.parts if part.kind in kinds]

    def solutions(self) -> list[Part]:
        """The cells that solve an exercise."""
        tags = r"^:?tags:.*(?:\n\s*- .*)*"
        return [
            part
            for part in self.of("cell")
            if any("solution" in found for found in re.findall(tags, part.options, re.MULTILINE))
        ]

    def heading(self, line: int) -> int:
        """The line of the heading of level 1 to 3 above a line, which is closer than a section."""
        found = [
            part.line + n
            for part in self.of("prose")
            for n, text in enumerate(part.text.split("\n"))
            if re.match("#{1,3} ", text)
        ]
        return max((each for each in found if each <= line), default=0)

    def place(self, part: Part, at: int = 0) -> str:
        """`name.md:12`, where `at` is an offset into the part's text."""
        return f"{self.path.name}:{part.line + part.text.count(chr(10), 0, at)}"


def parse(path: Path) -> Source:
    source = Source(path)
    lines = path.read_text(encoding="utf-8").split("\n")
    at, section = 0, ""
    prose: list[str] = []
    if lines and lines[0] == "---":  # jupytext's header
        at = lines.index("---", 1) + 1
    start = at

    def flush() -> None:
        text = "\n".join(prose)
        if text.strip():
            source.parts.append(Part("prose", start + 1, text, section))
        prose.clear()

    while at < len(lines):
        fence = FENCE.fullmatch(lines[at].strip())
        if fence is None:
            if lines[at].startswith("## "):
                flush()
                start, section = at, lines[at][3:].strip()
            prose.append(lines[at])
            at += 1
            continue
        flush()
        end = next(
            (n for n in range(at + 1, len(lines)) if lines[n].strip() == fence[1]), len(lines)
        )
        inside = lines[at + 1 : end]
        if fence[2].startswith("{code-cell}"):
            options = _options(inside)
            for n in range(options):
                if words := WORDS.fullmatch(inside[n]):
                    text = "\n".join([words[3], *_continued(inside[n + 1 : options], words[1])])
                    source.parts.append(Part("words", at + 2 + n, text, section))
            code = "\n".join(inside[options:])
            head = "\n".join(inside[:options])
            source.parts.append(Part("cell", at + 2 + options, code, section, options=head))
        else:
            source.parts.append(Part("block", at + 2, "\n".join(inside), section, fence[2]))
        at = end + 1
        start = at
    flush()
    return source


def _options(lines: list[str]) -> int:
    """How many lines of a cell are its options: between two ---, or each `:key: value`."""
    if lines and lines[0] == "---":
        return lines.index("---", 1) + 1
    return next((n for n, line in enumerate(lines) if not line.startswith(":")), len(lines))


def _continued(lines: list[str], indent: str) -> Iterator[str]:
    """The lines of a long YAML value: those further in than its key."""
    for line in lines:
        if not line.startswith(indent + " "):
            return
        yield line


def sources(root: Path) -> list[Source]:
    """The chapters."""
    return [parse(path) for path in sorted((root / "book" / "src").glob("*.md"))]


def masters(root: Path) -> list[Source]:
    """The assignments, with their solutions."""
    return [parse(path) for path in sorted((root / "book" / "assignments" / "src").glob("*.md"))]


def everything(root: Path) -> list[Source]:
    """All prose that a reader meets in a notebook."""
    return [*sources(root), *masters(root)]
