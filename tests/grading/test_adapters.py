"""What is written for otter-grader and nbgrader; neither is installed here."""

import json
import re
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from lossbook.assignments import CheckFailed, registry
from lossbook.grading.command import main
from tests.grading.support import LEARNERS, NAME, SOLUTIONS, sources

QUESTIONS = registry.of(NAME)


@pytest.fixture(scope="module")
def solved() -> dict[str, Any]:
    names: dict[str, Any] = {}
    for source in sources(SOLUTIONS):
        exec(source, names)
    return names


def test_otter(tmp_path: Path, solved: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    otter = types.ModuleType("otter.test_files")
    vars(otter)["test_case"] = lambda points: lambda function: (points, function)
    monkeypatch.setitem(sys.modules, "otter", types.ModuleType("otter"))
    monkeypatch.setitem(sys.modules, "otter.test_files", otter)
    assert main(["adapt", "otter", str(LEARNERS), str(tmp_path / "tests")]) == 0
    files = sorted((tmp_path / "tests").iterdir())
    assert len(files) == len(QUESTIONS)
    for path, question in zip(files, QUESTIONS, strict=True):
        names: dict[str, Any] = {}
        exec(path.read_text(), names)
        points, test = names[f"test_{path.stem}"]
        assert points == names["points"] == question.points
        test(solved)
        for wrong in {}, {question.answer: 0}:
            with pytest.raises(CheckFailed):
                test(wrong)


def test_nbgrader(tmp_path: Path, solved: dict[str, Any]) -> None:
    out = tmp_path / "marked.ipynb"
    assert main(["adapt", "nbgrader", str(LEARNERS), str(out)]) == 0
    cells = json.loads(out.read_text())["cells"]
    marked = [cell for cell in cells if "nbgrader" in cell["metadata"]]
    tests = [cell for cell in marked if cell["metadata"]["nbgrader"]["grade"]]
    assert [c["metadata"]["nbgrader"]["points"] for c in tests] == [q.points for q in QUESTIONS]
    assert len(marked) == 2 * len(tests)
    assert len({cell["metadata"]["nbgrader"]["grade_id"] for cell in marked}) == len(marked)
    for test, question in zip(tests, QUESTIONS, strict=True):
        exec(test["source"], dict(solved))
        with pytest.raises(CheckFailed):
            exec(test["source"], solved | {question.answer: ...})
    # what a learner gets runs to its end
    names: dict[str, Any] = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            source = "".join(cell["source"])
            exec(re.sub("### BEGIN.*### END HIDDEN TESTS", "", source, flags=re.DOTALL), names)


def test_a_notebook_without_checks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text('{"cells": []}')
    for kind in "otter", "nbgrader":
        with pytest.raises(SystemExit):
            main(["adapt", kind, str(path), str(tmp_path / "out")])
        assert "checks no answer" in capsys.readouterr().err
