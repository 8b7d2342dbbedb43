"""Grade one notebook: from a file to a row of the table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from lossbook.assignments import registry
from lossbook.assignments.calling import restore_numpy
from lossbook.assignments.judge import judge
from lossbook.assignments.kinds import Implement, Question, Repair
from lossbook.assignments.verdict import Verdict
from lossbook.grading.borrowed import borrowed
from lossbook.grading.limits import Limits
from lossbook.grading.notebook import Unreadable, code_cells, content
from lossbook.grading.session import Remote, Session

REMARKS = 12
"""So many at most are written for one notebook."""


@dataclass(frozen=True)
class Mark:
    """What a question earned."""

    points: int
    most: int
    state: str
    why: str = ""
    """The name of the mistake, or else what is wrong."""


@dataclass
class Row:
    """What a notebook earned."""

    file: str
    assignment: str = ""
    marks: dict[str, Mark] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    """What the system could not fence in."""

    @property
    def points(self) -> int:
        return sum(mark.points for mark in self.marks.values())

    @property
    def most(self) -> int:
        return sum(mark.most for mark in self.marks.values())

    def as_data(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_data(data: dict[str, Any]) -> Row:
        marks = {id: Mark(**mark) for id, mark in data["marks"].items()}
        return Row(**{**data, "marks": marks})


def grade(folder: Path, file: str, limits: Limits, assignment: str | None = None) -> Row:
    """Run a notebook and judge its answers."""
    row = Row(file)
    try:
        cells = code_cells(content(folder / file))
    except Unreadable as error:
        row.remarks.append(f"not graded: {error}")
        if assignment:
            row.assignment = assignment
            row.marks = {q.id: Mark(0, q.points, "error") for q in registry.of(assignment)}
        return row
    names = [assignment] if assignment else likely(cells)
    known = [question for name in names for question in registry.of(name)]
    with Session(cells, limits, len(known)) as session:
        defined = session.defined([question.answer for question in known])
        # of equals the first, which is the one whose answers the code names most often
        counts = {name: sum(q.answer in defined for q in registry.of(name)) for name in names}
        best = max(names, key=lambda name: counts[name], default=None)
        if not any(counts.values()):
            row.remarks.append("no answer to any question was found")
        if best is not None:
            row.assignment = best
            row.marks = {
                q.id: mark(q, session, q.answer in defined, cells, row.remarks)
                for q in registry.of(best)
            }
        failed = [f"cell {n + 1}: {words}" for n, words in sorted(session.failed.items())]
        row.remarks = [*session.remarks, *row.remarks, *failed][:REMARKS]
        row.missing = session.missing
    return row


def likely(cells: Sequence[str]) -> list[str]:
    """The assignments whose answers stand in the code, the one with the most first."""
    words = {word for cell in cells for word in re.findall(r"\w+", cell)}
    counts = {
        name: sum(question.answer in words for question in registry.of(name))
        for name in registry.assignments()
    }
    return sorted((name for name in counts if counts[name]), key=lambda name: -counts[name])


def mark(
    question: Question, session: Session, defined: bool, cells: Sequence[str], remarks: list[str]
) -> Mark:
    if not defined:
        return Mark(0, question.points, "to do", f"no {question.answer}")
    answer = session.answer(question.answer)
    if answer.process is None:
        return Mark(0, question.points, "error", "not judged: the notebook keeps ending itself")
    try:
        verdict = judge(question, answer)
    except Exception as error:  # data that no honest answer sends
        return Mark(0, question.points, "error", f"cannot be judged: {type(error).__name__}")
    finally:
        assert not restore_numpy()  # nothing of a stranger's runs here
    # a function to repair may use the package as it was given
    if (
        verdict.state == "ok"
        and isinstance(question, Implement)
        and not isinstance(question, Repair)
    ):
        found = borrowed(cells, question.answer)
        if found:
            remarks.append(f"{question.id} uses {found}")
    return Mark(verdict.points, verdict.most, verdict.state, why(verdict, answer))


def why(verdict: Verdict, answer: Remote) -> str:
    """The name of the mistake; the first sentence, if it has none."""
    if verdict.state in ("ok", "to do") or verdict.mistake:
        return verdict.mistake
    if answer.process is None and answer.ended.failure == "exit":
        return "It ends its process."
    return verdict.sentences[0] if verdict.sentences else ""
