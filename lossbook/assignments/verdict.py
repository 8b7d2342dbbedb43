"""What a check says, as text and as HTML."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Literal

State = Literal["to do", "not yet", "ok", "error"]

COLOURS = {"to do": "#7a7a7a", "not yet": "#b35900", "ok": "#1a7f37", "error": "#c62828"}
"""Of the bar at the side; the state itself is in words."""

CELL = "text-align: left; vertical-align: top"
PRE = "margin: 0; white-space: pre-wrap; overflow-wrap: anywhere"
"""A long call is broken rather than cut off, on a phone too."""


@dataclass(frozen=True)
class Verdict:
    """The state of an answer, and why."""

    question: str
    state: State
    points: int
    most: int
    sentences: tuple[str, ...] = ()
    mistake: str = ""
    """The name of the mistake, if it is a known one."""
    example: tuple[tuple[str, str], ...] = ()
    """What was called, what came, what was expected: each a word and a piece of code."""
    further: tuple[str, ...] = ()
    """Help for who is stuck."""

    @property
    def head(self) -> str:
        points = f"{self.points} of {self.most} point{'s' if self.most != 1 else ''}"
        return f"{self.question}: {self.state} ({points})"

    def __repr__(self) -> str:
        width = max((len(word) for word, _ in self.example), default=0)
        lines = [self.head, *self.sentences]
        for word, code in self.example:
            first, *rest = code.split("\n")
            lines.append(f"    {word.ljust(width)}  {first}")
            lines += [f"    {' ' * width}  {line}" for line in rest]
        return "\n".join([*lines, *self.further])

    def _repr_html_(self) -> str:
        style = f"border-left: 4px solid {COLOURS[self.state]}; padding-left: 0.8em"
        name, _, rest = self.head.partition(": ")
        parts = [f"<p><strong>{escape(name)}: {escape(rest)}</strong></p>"]
        parts += [f"<p>{escape(sentence)}</p>" for sentence in self.sentences]
        if self.example:
            rows = [
                f'<tr><th scope="row" style="{CELL}">{escape(word)}</th>'
                f'<td style="{CELL}"><pre style="{PRE}">{escape(code)}</pre></td></tr>'
                for word, code in self.example
            ]
            parts += ["<table>", *rows, "</table>"]
        parts += [f"<p>{escape(sentence)}</p>" for sentence in self.further]
        body = "\n".join(parts)
        return f'<div class="lossbook-verdict" style="{style}">\n{body}\n</div>'


class CheckFailed(AssertionError):
    """Raised by `check(…, strict=True)`; `verdict` says why."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(repr(verdict))
        self.verdict = verdict


@dataclass(frozen=True)
class Progress:
    """The state of every question of some assignments."""

    verdicts: tuple[tuple[str, Verdict], ...]
    """The name of the answer, and the verdict on it."""

    @property
    def points(self) -> int:
        return sum(verdict.points for _, verdict in self.verdicts)

    @property
    def most(self) -> int:
        return sum(verdict.most for _, verdict in self.verdicts)

    def _rows(self) -> list[tuple[str, str, str, str]]:
        rows = [
            (verdict.question, name, verdict.state, f"{verdict.points} of {verdict.most}")
            for name, verdict in self.verdicts
        ]
        return [*rows, ("together", "", "", f"{self.points} of {self.most}")]

    def __repr__(self) -> str:
        if not self.verdicts:
            return "No answer to any question was found in this notebook."
        rows = [("question", "answer", "state", "points"), *self._rows()]
        widths = [max(len(row[n]) for row in rows) for n in range(4)]
        lines = (
            "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) for row in rows
        )
        return "\n".join(line.rstrip() for line in lines)

    def _repr_html_(self) -> str:
        if not self.verdicts:
            return f"<p>{self!r}</p>"
        head = "".join(
            f'<th scope="col">{each}</th>' for each in ("question", "answer", "state", "points")
        )
        rows = [
            f'<tr><th scope="row">{escape(first)}</th>'
            + "".join(f"<td>{escape(cell)}</td>" for cell in rest)
            + "</tr>"
            for first, *rest in self._rows()
        ]
        return "\n".join(["<table>", f"<tr>{head}</tr>", *rows, "</table>"])
