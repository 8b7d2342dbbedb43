"""What has been graded so far, on the disk at once, so that nothing is graded twice or lost."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Any

import lossbook
from lossbook.grading.grade import Row


class Busy(RuntimeError):
    """Another run writes to the same table."""


class Journal:
    """A file of JSON lines: which notebook was begun, which row came of it."""

    def __init__(self, path: Path, options: dict[str, Any], anew: bool = False) -> None:
        self.path = path
        self.head = {"made by": package_digest(), "options": options}
        self.rows: dict[str, tuple[str, Row]] = {}
        self.begun: Counter[tuple[str, str]] = Counter()
        """How often each notebook was being graded when a run was ended by force."""
        self.now: set[tuple[str, str]] = set()
        self.file = path.open("a+", encoding="utf-8")
        self._lock()
        if anew or not self._read():
            self.rows.clear()
            self.begun.clear()
            self.file.truncate(0)
            self._write(self.head)

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.file.close()

    def _lock(self) -> None:
        with contextlib.suppress(ImportError):  # not on Windows
            import fcntl

            try:
                fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                self.file.close()
                raise Busy(f"another run is writing {self.path}") from None

    def _read(self) -> bool:
        """Whether it was written by the same package with the same options."""
        self.file.seek(0)
        whole = self.file.read()
        lines = whole.split("\n")
        if lines.pop():  # a line that was being written when the run was ended
            self.file.write("\n")
        entries = [entry for line in lines if (entry := parsed(line)) is not None]
        if not entries or entries[0] != self.head:
            return False
        for entry in entries[1:]:
            with contextlib.suppress(KeyError, TypeError, AttributeError):
                file, digest = str(entry["file"]), str(entry["digest"])
                if "row" in entry:
                    self.rows[file] = digest, Row.from_data(entry["row"])
                    self.begun.pop((file, digest), None)
                else:
                    self.begun[file, digest] += -1 if entry.get("stopped") else 1
        return True

    def _write(self, entry: dict[str, Any]) -> None:
        self.file.write(json.dumps(entry) + "\n")
        self.file.flush()
        os.fsync(self.file.fileno())

    def row(self, file: str, digest: str) -> Row | None:
        """The row of a notebook, if it has not changed since."""
        known, row = self.rows.get(file, ("", None))
        return row if known == digest else None

    def begin(self, file: str, digest: str) -> None:
        self.now.add((file, digest))
        self._write({"file": file, "digest": digest})

    def add(self, row: Row, digest: str) -> None:
        self.rows[row.file] = digest, row
        self.now.discard((row.file, digest))
        self._write({"file": row.file, "digest": digest, "row": row.as_data()})

    def forgive(self) -> None:
        """What is being graded has not ended this run: the teacher has, or a fault of ours."""
        for file, digest in sorted(self.now):
            self._write({"file": file, "digest": digest, "stopped": True})


def parsed(line: str) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None


def package_digest() -> str:
    """What changes when the questions or their grading change."""
    folder = Path(lossbook.__file__).parent
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        found.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()
