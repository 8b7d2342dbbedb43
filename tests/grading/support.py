"""Notebooks to return, and one way to grade them in this process."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lossbook.assignments import registry
from lossbook.grading.grade import Row, grade
from lossbook.grading.limits import Limits
from tools.unchanged import ROOT

NAME = "many-classes"
LEARNERS = ROOT / "book" / "assignments" / f"{NAME}.ipynb"
SOLUTIONS = ROOT / "book" / "assignments" / "solutions" / f"{NAME}.ipynb"
MOST = sum(question.points for question in registry.of(NAME))

RIGHT = """
import numpy as np

def mean_loss(logits, target):
    d = logits - logits.max(axis=1, keepdims=True)
    return (np.log(np.exp(d).sum(axis=1)) - d[np.arange(len(d)), target]).mean()
"""
"""The first question; 3 points."""

WRONG = "def mean_loss(logits, target):\n    return 0.0\n"
STUB = "mean_loss = ..."
LETTER = 'culprit = "c"'
"""The fifth question; 1 point."""

QUICK = Limits(seconds=1.0)


def notebook(*sources: str) -> str:
    """The least that is a notebook."""
    cells = [{"cell_type": "code", "source": source} for source in sources]
    return json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5})


def returned(folder: Path, name: str, text: str | bytes) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return name


def graded(folder: Path, *sources: str, limits: Limits = QUICK) -> Row:
    """The row of a notebook with these cells."""
    return grade(folder, returned(folder, "a.ipynb", notebook(*sources)), limits)


def points(row: Row, number: int = 1) -> int:
    mark = row.marks.get(f"{NAME}.q{number}")
    return mark.points if mark else 0


def sources(path: Path) -> list[str]:
    """The code cells of one of the book's notebooks."""
    cells: Sequence[dict[str, Any]] = json.loads(path.read_bytes())["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
