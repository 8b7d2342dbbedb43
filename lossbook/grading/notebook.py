"""Read the code of a notebook, whatever has happened to the file."""

from __future__ import annotations

import ast
import hashlib
import json
import re
import stat
from pathlib import Path
from typing import Any

from lossbook.grading.limits import NOTEBOOK

MAGIC = re.compile(r"^(\s*)(?:%|!|\?|[\w., ]+=\s*[%!]).*$|^(\s*)[\w.]+\?{1,2}\s*$")
"""A line that only IPython understands."""

FOREIGN = re.compile(r"\s*%%(?!time|timeit|capture|prun)")
"""The first line of a cell that is not in Python."""


class Unreadable(ValueError):
    """A file that is no notebook; the message says why."""


def find(folder: Path) -> list[str]:
    """Return the notebooks of a folder, as paths from there; backups are left out."""
    paths = (path.relative_to(folder) for path in folder.rglob("*.ipynb"))
    return sorted(
        path.as_posix()
        for path in paths
        if not any(part.startswith((".", "__MACOSX")) for part in path.parts)
    )


def content(path: Path) -> bytes:
    """The bytes of a file. A link is not followed: it could lead to the solutions."""
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("it is not a regular file")
        if status.st_size > NOTEBOOK:
            raise Unreadable(f"it has {status.st_size:,} bytes; at most {NOTEBOOK:,} are read")
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(f"it cannot be read: {error.strerror}") from None


def digest(path: Path) -> str:
    """What changes with the file; of one that cannot be read, why."""
    try:
        return hashlib.sha256(content(path)).hexdigest()
    except Unreadable as error:
        return str(error)


def code_cells(data: bytes) -> list[str]:
    """Return the code of a notebook, cell by cell, without what only IPython understands."""
    if not data.strip():
        raise Unreadable("it is empty")
    try:
        notebook = json.loads(data)
    except (ValueError, RecursionError):
        raise Unreadable("it is not JSON") from None
    return [python(source) for source in _sources(notebook)]


def _sources(notebook: Any) -> list[str]:
    if not isinstance(notebook, dict):
        raise Unreadable("it is JSON, but no notebook")
    cells = notebook.get("cells")
    if cells is None and isinstance(notebook.get("worksheets"), list):  # the format before 2015
        sheets = [sheet for sheet in notebook["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets for cell in sheet.get("cells") or []]
    if not isinstance(cells, list):
        raise Unreadable("it is JSON, but no notebook: it has no cells")
    found = []
    for cell in cells:
        # a cell that has lost its type may be code
        if isinstance(cell, dict) and cell.get("cell_type", "code") == "code":
            source = cell.get("source", cell.get("input", ""))
            if isinstance(source, list):
                source = "".join(line for line in source if isinstance(line, str))
            if isinstance(source, str) and source.strip():
                found.append(source)
    return found


def python(source: str) -> str:
    """The cell without magics and shell lines; its other lines keep their numbers."""
    if parses(source):
        return source  # a line that begins with % may go on from the line before
    if FOREIGN.match(source):
        return ""
    return "\n".join(MAGIC.sub(r"\1\2pass", line) for line in source.split("\n"))


def parses(source: str) -> bool:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
