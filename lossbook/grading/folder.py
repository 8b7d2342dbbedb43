"""Grade a folder: several notebooks at a time, each row on the disk as soon as it is known."""

from __future__ import annotations

import queue
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from lossbook.assignments import registry
from lossbook.grading import notebook, table
from lossbook.grading.grade import Row
from lossbook.grading.journal import Journal
from lossbook.grading.limits import Limits
from lossbook.grading.process import Gone, Process

TRIES = 2
"""How many judges may end over a notebook."""

RUNS = 3
"""How many runs may end while a notebook is graded; from the second on it is graded alone."""


@dataclass(frozen=True)
class Options:
    """What a teacher can choose."""

    folder: Path
    table: Path
    assignment: str | None = None
    jobs: int = 1
    limits: Limits = Limits()  # noqa: RUF009 - it is frozen
    anew: bool = False

    @property
    def journal(self) -> Path:
        return self.table.with_name(self.table.name + ".journal")


Work = tuple[str, str]
"""A file and its digest."""

Report = Callable[[Row, int, int], None]
"""Called with each row, how many there are now, and how many there will be."""


def grade_folder(options: Options, report: Report) -> list[Row]:
    """Grade what is not graded yet, and write the table; also when interrupted."""
    chosen = {"assignment": options.assignment, "limits": asdict(options.limits)}
    with Journal(options.journal, chosen, options.anew) as journal:
        work = [(f, notebook.digest(options.folder / f)) for f in notebook.find(options.folder)]
        rows = [row for each in work if (row := journal.row(*each)) is not None]
        todo = [each for each in work if journal.row(*each) is None]
        # what was being graded when a run ended may have ended it: so one of these at a time
        suspects = [each for each in todo if journal.begun[each] >= 2]
        others = [each for each in todo if journal.begun[each] < 2]
        try:
            for row in graded(options, journal, others, options.jobs):
                rows.append(row)
                report(row, len(rows), len(work))
            for row in graded(options, journal, suspects, 1):
                rows.append(row)
                report(row, len(rows), len(work))
        finally:
            journal.forgive()
            table.write(options.table, rows)
    return rows


def graded(options: Options, journal: Journal, work: list[Work], jobs: int) -> Iterator[Row]:
    """Yield rows as they come. Only this thread writes the journal."""
    events: queue.Queue[tuple[Work, Row | BaseException | None]] = queue.Queue()
    todo: queue.Queue[Work] = queue.Queue()
    for each in work:
        todo.put(each)
    slots = [Slot(options, journal, todo, events) for _ in range(min(jobs, len(work)))]
    try:
        for slot in slots:
            slot.start()
        left = len(work)
        while left:
            try:
                each, found = events.get(timeout=1)  # so that Windows hears Ctrl-C
            except queue.Empty:
                continue
            if isinstance(found, BaseException):
                raise found
            if found is None:
                journal.begin(*each)
            else:
                left -= 1
                journal.add(found, each[1])
                yield found
    finally:
        for slot in slots:
            slot.stop()


class Slot(threading.Thread):
    """A judge, and the thread that keeps it busy."""

    def __init__(
        self,
        options: Options,
        journal: Journal,
        todo: queue.Queue[Work],
        events: queue.Queue[tuple[Work, Row | BaseException | None]],
    ) -> None:
        super().__init__(daemon=True)
        self.options, self.journal = options, journal
        self.todo, self.events = todo, events
        self.judge: Process | None = None
        self.stopping = False

    def run(self) -> None:
        work = ("", "")
        try:
            with tempfile.TemporaryDirectory(prefix="lossbook-") as home:
                while not self.stopping:
                    try:
                        work = self.todo.get_nowait()
                    except queue.Empty:
                        break
                    self.events.put((work, None))
                    self.events.put((work, self.grade(work, home)))
                self.end()
        except BaseException as error:
            self.events.put((work, error))

    def grade(self, work: Work, home: str) -> Row:
        file = work[0]
        if self.journal.begun[work] >= RUNS:
            said = f"not graded: {RUNS} runs were ended while it was; look at it yourself"
            return Row(file, remarks=[said])
        why = ""
        for _ in range(TRIES):
            if self.stopping:
                break
            if self.judge is None:
                self.judge = self.new_judge(home)
            try:
                reply = self.judge.ask({"file": file}, self.patience())
                return Row.from_data(reply["row"])
            except Gone as gone:
                why = str(gone)
                self.end()
        what = "took too long" if why == "time" else "was ended"
        return Row(file, remarks=[f"not graded: the judge {what}"])

    def new_judge(self, home: str) -> Process:
        settings = {
            "notebooks": str(self.options.folder.resolve()),
            "limits": asdict(self.options.limits),
            "assignment": self.options.assignment,
        }
        return Process("lossbook.grading.judging", home, settings)

    def patience(self) -> float:
        return self.options.limits.whole(max(len(registry.of(n)) for n in registry.assignments()))

    def end(self) -> None:
        judge, self.judge = self.judge, None
        if judge is not None:
            judge.close()

    def stop(self) -> None:
        self.stopping = True
        self.end()
