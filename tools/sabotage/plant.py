"""One planted error: where it stands, and what stands there instead."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

CONTEXT = 24  # characters shown on either side


@dataclass(frozen=True)
class Edit:
    """Replace text[start:end] by `new`. `same` says why that would change no meaning."""

    start: int
    end: int
    new: str
    same: str = ""

    def shifted(self, by: int) -> "Edit":
        return replace(self, start=self.start + by, end=self.end + by)


@dataclass(frozen=True)
class Plant:
    kind: str
    path: str
    line: int
    before: str
    after: str
    edit: Edit
    in_cell: bool = False

    @property
    def key(self) -> str:
        """What it does, wherever the line has moved to."""
        return f"{self.path}: {self.before} → {self.after}"

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.before} → {self.after}"

    def apply(self, text: str) -> str:
        return text[: self.edit.start] + self.edit.new + text[self.edit.end :]


def plants(
    kind: str, root: Path, path: Path, text: str, edits: Iterable[Edit], in_cell: bool = False
) -> Iterator[Plant]:
    """A plant for each edit that changes the text."""
    name = path.relative_to(root).as_posix()
    for edit in edits:
        if text[edit.start : edit.end] == edit.new:
            continue
        # an insertion is easier to find with what stands around it
        begin = max(edit.start - CONTEXT, text.rfind("\n", 0, edit.start) + 1)
        stop = text.find("\n", edit.end)
        end = min(edit.end + CONTEXT, len(text) if stop < 0 else stop)
        head, tail = text[begin : edit.start], text[edit.end : end]
        before, after = (
            re.sub(r"\s+", " ", head + middle + tail).strip()
            for middle in (text[edit.start : edit.end], edit.new)
        )
        line = text.count("\n", 0, edit.start) + 1
        yield Plant(kind, name, line, before, after, edit, in_cell)
