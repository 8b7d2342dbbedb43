"""A returned notebook, run by a stranger's process: begun again where it ends itself.

What comes back is checked for being an outcome at all; whether it is right, the judge says.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

import lossbook
from lossbook.assignments.calling import FAILURES, Outcome
from lossbook.assignments.plain import decode, encode
from lossbook.grading.limits import GRACE, STARTING, STARTS, Limits
from lossbook.grading.process import Gone, Process, import_path

ENDED = {
    "exit": "ended its process",
    "time": "endless, and could not be interrupted",
    "output": "answered without end",
}
SAID = {
    "endless": "endless",
    "flood": "prints without end",
    "exit": "calls exit",
    "memory": "memory used up",
}


class Session:
    """The cells of one notebook, and its answers by name."""

    def __init__(self, cells: Sequence[str], limits: Limits, questions: int = 1) -> None:
        self.cells = cells
        self.limits = limits
        self.questions = questions
        self.left = limits.notebook
        self.starts = 0
        self.skipped: set[int] = set()
        self.failed: dict[int, str] = {}
        """The number of a cell, and how it failed."""
        self.missing: list[str] = []
        """What the system could not fence in."""
        self.remarks: list[str] = []
        self.process: Process | None = None
        self.folder = tempfile.mkdtemp(prefix="lossbook-")

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def end(self) -> None:
        if self.process is not None:
            self.process.close()
            self.process = None

    def ready(self) -> Process | None:
        """The process after all cells that can be run; None if it ended itself too often."""
        while self.process is None and self.starts < STARTS:
            self.starts += 1
            self._begin()
        return self.process

    def _begin(self) -> None:
        settings = {
            "folder": self.folder,
            "readable": readable(),
            "memory": self.limits.memory,
            "seconds": self.limits.notebook + self.questions * (self.limits.question + GRACE) + 10,
            "confined": self.limits.confined,
        }
        process = Process("lossbook.grading.stranger", self.folder, settings, alone=True)
        self.process = process
        try:
            self.missing = [str(each) for each in process.reply(STARTING).get("missing", [])]
        except Gone as gone:
            self.remarks.append(f"its process did not start ({gone})")
            return self.end()
        for number, cell in enumerate(self.cells):
            if number not in self.skipped:
                self._run(process, number, cell)
                if self.process is None:
                    return

    def _run(self, process: Process, number: int, cell: str) -> None:
        seconds = min(self.limits.seconds, self.left)
        if seconds <= 0:
            self.skipped.add(number)
            self.failed.setdefault(number, "not run, since the time was used up")
            return
        start = time.monotonic()
        try:
            reply = process.ask({"cell": cell, "seconds": seconds}, seconds + GRACE)
            failure = str(reply.get("failure", ""))[:160]
            if failure:
                self.failed.setdefault(number, SAID.get(failure, failure))
        except Gone as gone:
            self.failed.setdefault(number, ENDED[str(gone)])
            self.skipped.add(number)
            self.end()
        self.left -= time.monotonic() - start

    def defined(self, names: Sequence[str]) -> set[str]:
        """Which of these names the notebook has."""
        reply: dict[str, Any] = {}
        while (process := self.ready()) is not None:
            try:
                reply = process.ask({"defined": list(names)}, self.limits.question + GRACE)
                break
            except Gone:
                self.end()
        if overwritten := reply.get("overwritten"):
            self.remarks.append(f"overwrites {str(overwritten)[:80]}")
        found = reply.get("defined")
        return {each for each in found if each in names} if isinstance(found, list) else set()

    def answer(self, name: str) -> Remote:
        return Remote(self, name, self.limits.question)


class Remote:
    """An answer in the stranger's process. It is given up when the process ends."""

    def __init__(self, session: Session, name: str, seconds: float) -> None:
        self.session = session
        self.name = name
        self.seconds = seconds
        self.left = seconds + GRACE
        self.process = session.ready()
        self.asked = False
        self.ended = Outcome(failure="exit")

    def itself(self) -> Outcome:
        return self._ask(None)

    def call(self, *arguments: Any) -> Outcome:
        return self._ask([encode(each) for each in arguments])

    def _ask(self, arguments: list[str] | None) -> Outcome:
        if self.process is None:
            return self.ended
        request = {
            "answer": self.name,
            "seconds": self.seconds,
            "fresh": not self.asked,
            "arguments": arguments,
        }
        self.asked = True
        start = time.monotonic()
        try:
            reply = self.process.ask(request, max(self.left, 0.01))
            outcome = checked(reply, 0 if arguments is None else len(arguments))
        except Gone as gone:
            self.session.end()
            self.process = None
            self.ended = outcome = Outcome(failure=str(gone))
        self.left -= time.monotonic() - start
        return outcome


def checked(reply: dict[str, Any], arguments: int) -> Outcome:
    """An outcome, whatever the stranger says."""
    try:
        value, failure, detail, printed = decode(str(reply["outcome"]))
    except (KeyError, ValueError, TypeError, OverflowError, MemoryError):
        return Outcome(failure="type", detail="no data")
    texts = all(isinstance(each, str) for each in (failure, detail, printed))
    if not texts or failure not in ("", *FAILURES):
        return Outcome(failure="type", detail="no data")
    if failure == "changed" and detail not in map(str, range(arguments)):
        return Outcome(failure="type", detail="no data")
    return Outcome(value, failure, detail[:300], printed[:300])


def readable() -> list[str]:
    """Where Python and the libraries are; of a copy of the repository, the package alone."""
    package = Path(lossbook.__file__).parent
    installed = package.parent == Path(np.__file__).parent.parent
    places = [place for place in import_path() if installed or Path(place) != package.parent]
    prefixes = [sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix]
    return [*places, str(package), *prefixes]
