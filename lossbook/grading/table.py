"""The table that a teacher opens."""

from __future__ import annotations

import contextlib
import csv
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from lossbook.assignments import registry
from lossbook.grading.grade import Row

HEAD = ("file", "assignment", "total", "of")
LAST = "remarks"
MOST = 300
"""Characters of a cell that a stranger had a hand in."""


def columns(rows: Iterable[Row]) -> list[str]:
    """Three for each question of the assignments that occur, and those they all have."""
    names = sorted({row.assignment for row in rows if row.assignment})
    ids = [question.id for name in names for question in registry.of(name)]
    return [*HEAD, *(f"{id} {what}" for id in ids for what in ("points", "state", "why")), LAST]


def cells(row: Row) -> dict[str, str]:
    found = {"file": row.file, "assignment": row.assignment}
    found |= {"total": str(row.points), "of": str(row.most) if row.marks else ""}
    for id, mark in row.marks.items():
        found |= {
            f"{id} points": str(mark.points),
            f"{id} state": mark.state,
            f"{id} why": mark.why,
        }
    found[LAST] = "; ".join(row.remarks)
    return {name: harmless(text) for name, text in found.items()}


def harmless(text: str) -> str:
    """One line of text that no spreadsheet takes for a formula."""
    text = re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+", " ", text)
    text = text if len(text) <= MOST else text[: MOST - 2] + " …"
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def write(path: Path, rows: Sequence[Row]) -> None:
    """Write the table beside its place and move it there, so that it is never half of one."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        # with a mark at its beginning, without which Excel takes it for another encoding
        with beside.open("w", encoding="utf-8-sig", newline="") as file:
            table = csv.DictWriter(file, columns(rows), restval="")
            table.writeheader()
            table.writerows(cells(row) for row in sorted(rows, key=lambda row: row.file))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        with contextlib.suppress(OSError):
            beside.unlink()
