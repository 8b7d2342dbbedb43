"""The same checks inside otter-grader and nbgrader.

Both call a question failed if its test raises, and `check(…, strict=True)` raises what the
learner would have read. Points, names and ids come from the questions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lossbook.assignments import registry
from lossbook.assignments.kinds import Question
from lossbook.grading.notebook import Unreadable, content

CHECK = re.compile(r"""check\(\s*["']([\w.-]+)["']""")

OTTER = """\
from lossbook.assignments import check
from otter.test_files import test_case

OK_FORMAT = False

name = "{file}"
points = {points}


@test_case(points={points})
def test_{file}(env):
    check("{id}", env.get("{answer}", ...), strict=True)
"""

NBGRADER = """\
check("{id}", {answer})
### BEGIN HIDDEN TESTS
from lossbook.assignments import check
_ = check("{id}", {answer}, strict=True)
### END HIDDEN TESTS"""
"""A learner's copy has the first line alone, which raises nothing, so "Run all" comes to an end."""


def otter(assignment: str) -> dict[str, str]:
    """Return otter's test files by their names, one for each question."""
    return {
        f"q{question.number}.py": OTTER.format(
            file=f"q{question.number}",
            points=question.points,
            id=question.id,
            answer=question.answer,
        )
        for question in registry.of(assignment)
    }


def nbgrader(path: Path) -> str:
    """Return a learner's notebook with nbgrader's marks: answers to write, tests with points."""
    try:
        notebook = json.loads(content(path))
        cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        sources = ["".join(cell["source"]) for cell in cells]
    except (ValueError, KeyError, TypeError) as error:
        raise Unreadable(f"{path} is not a notebook of the book: {error}") from None
    asked = [found[1] for source in sources if (found := CHECK.search(source))]
    if not asked:
        raise Unreadable(f"{path} checks no answer")
    questions = {question.id: question for question in registry.of(asked[0].partition(".")[0])}
    for cell, source in zip(cells, sources, strict=True):
        cell["outputs"], cell["execution_count"] = [], None
        cell.setdefault("metadata", {})
        found = CHECK.search(source)
        if found and found[1] in questions:
            question = questions[found[1]]
            cell["source"] = NBGRADER.format(id=question.id, answer=question.answer)
            cell["metadata"]["nbgrader"] = marks(f"check-q{question.number}", question.points)
        elif (answered := answers(source, list(questions.values()))) is not None:
            cell["metadata"]["nbgrader"] = marks(f"answer-q{answered.number}")
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def answers(source: str, questions: Sequence[Question]) -> Question | None:
    """The question that a cell answers."""
    for question in questions:
        if re.search(rf"^(def {question.answer}\(|{question.answer}\s*=)", source, re.MULTILINE):
            return question
    return None


def marks(name: str, points: int | None = None) -> dict[str, Any]:
    """What nbgrader reads in a cell: a test if it has points, else an answer."""
    test = points is not None
    found: dict[str, Any] = {
        "grade": test,
        "grade_id": name,
        "locked": test,
        "schema_version": 3,
        "solution": not test,
        "task": False,
    }
    return found | ({"points": points} if test else {})


def write(kind: str, notebook: Path, out: Path) -> list[Path]:
    """Write what a grader needs for a notebook of the book, and return the files."""
    if kind == "nbgrader":
        files = {out: nbgrader(notebook)}
    else:
        found = CHECK.search(content(notebook).decode(errors="replace").replace('\\"', '"'))
        if found is None:
            raise Unreadable(f"{notebook} checks no answer")
        files = {out / name: text for name, text in otter(found[1].partition(".")[0]).items()}
        out.mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        beside = path.with_name(f".{path.name}.new")
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    return list(files)
