"""The command `lossbook`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lossbook.assignments import registry
from lossbook.assignments.registry import NoQuestion
from lossbook.grading import adapters, notebook
from lossbook.grading.confine import keep_private
from lossbook.grading.folder import Options, grade_folder
from lossbook.grading.grade import Row
from lossbook.grading.journal import Busy
from lossbook.grading.limits import Limits
from lossbook.grading.notebook import Unreadable

INTERRUPTED = 130


class Refused(ValueError):
    """An argument that makes no sense."""


def parser() -> argparse.ArgumentParser:
    whole = argparse.ArgumentParser(prog="lossbook", description="Tools of The Loss Book.")
    commands = whole.add_subparsers(dest="command", required=True)
    grade = commands.add_parser(
        "grade",
        help="grade a folder of returned notebooks",
        description="Run the notebooks of a folder, each in a process of its own, judge their "
        "answers and write a table. A run that was interrupted goes on where it stopped; a "
        "notebook that has changed is graded anew.",
    )
    limits = Limits()
    grade.add_argument("folder", metavar="DIR", help="the notebooks, also in folders inside it")
    grade.add_argument("--csv", metavar="OUT", required=True, help="where the table goes")
    grade.add_argument(
        "--assignment", metavar="NAME", help="the assignment; else found by the names of answers"
    )
    grade.add_argument(
        "--jobs", metavar="N", default=str(max(1, (os.cpu_count() or 1) // 2)),
        help="how many at a time (default: half of the processors, %(default)s)",
    )  # fmt: skip
    grade.add_argument(
        "--seconds", metavar="S", default=f"{limits.seconds:g}",
        help="for each cell; all cells of a notebook have six times as long (default: %(default)s)",
    )  # fmt: skip
    grade.add_argument(
        "--memory", metavar="MB", default=str(limits.memory),
        help="for each notebook, in megabytes (default: %(default)s)",
    )  # fmt: skip
    grade.add_argument("--anew", action="store_true", help="also what has been graded already")
    adapt = commands.add_parser(
        "adapt",
        help="use the checks inside otter-grader or nbgrader",
        description="Write otter-grader's test files into the folder OUT, or the notebook with "
        "nbgrader's marks to the file OUT.",
    )
    adapt.add_argument("kind", choices=("otter", "nbgrader"))
    adapt.add_argument("notebook", metavar="NOTEBOOK", help="an assignment, as learners get it")
    adapt.add_argument("out", metavar="OUT")
    return whole


def options(arguments: argparse.Namespace) -> Options:
    folder, csv = Path(arguments.folder), Path(arguments.csv)
    if not folder.is_dir():
        raise Refused(f"DIR is a folder with notebooks; {str(folder)!r} is none")
    if csv.is_dir() or not csv.absolute().parent.is_dir():
        raise Refused(f"--csv is a file to write in a folder that exists, not {str(csv)!r}")
    if arguments.assignment is not None and arguments.assignment not in registry.assignments():
        known = ", ".join(registry.assignments())
        raise Refused(f"--assignment is one of {known}; not {arguments.assignment!r}")
    seconds = number("--seconds", arguments.seconds, float, 0.1, 86_400)
    memory = number("--memory", arguments.memory, int, 256, 1_000_000)
    jobs = number("--jobs", arguments.jobs, int, 1, 1000)
    return Options(folder, csv, arguments.assignment, jobs, Limits(seconds, memory), arguments.anew)


def number(name: str, text: str, kind: type, low: float, high: float) -> Any:
    what = "a whole number" if kind is int else "a number"
    try:
        value = kind(text)
    except ValueError:
        value = None
    if value is None or not low <= value <= high:
        raise Refused(f"{name} is {what} from {low:g} to {high:,.0f}, not {text!r}")
    return value


class Progress:
    """A bar where tqdm is installed and somebody looks; else a line for each notebook."""

    def __init__(self) -> None:
        self.bar: Any = None
        self.missing: set[str] = set()

    def __call__(self, row: Row, done: int, of: int) -> None:
        for each in row.missing:
            if each not in self.missing:
                self.missing.add(each)
                self.say(f"Not to be had on this computer: {each}.")
        line = f"{row.file}: {row.points} of {row.most}"
        if self.bar is None:
            self.bar = new_bar(done - 1, of)
        if self.bar:
            self.bar.update()
        else:
            print(f"{done}/{of} {table_line(line, row)}", file=sys.stderr, flush=True)

    def say(self, text: str) -> None:
        if self.bar:
            self.bar.write(text, file=sys.stderr)
        else:
            print(text, file=sys.stderr, flush=True)

    def close(self) -> None:
        if self.bar:
            self.bar.close()


def table_line(line: str, row: Row) -> str:
    text = f"{line} ({'; '.join(row.remarks)})" if row.remarks else line
    # a stranger's words must not steer the terminal
    return "".join(letter if letter.isprintable() else "?" for letter in text)[:200]


def new_bar(done: int, of: int) -> Any:
    if not sys.stderr.isatty():
        return False
    try:
        from tqdm import tqdm
    except ImportError:
        return False
    return tqdm(total=of, initial=done, unit="notebook")


def grade(chosen: Options) -> int:
    found = notebook.find(chosen.folder)
    if not found:
        raise Refused(f"DIR is a folder with notebooks (*.ipynb); {str(chosen.folder)!r} has none")
    keep_private()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    progress = Progress()
    try:
        rows = grade_folder(chosen, progress)
    except KeyboardInterrupt:
        progress.close()
        print("Interrupted. The same command goes on from here.", file=sys.stderr)
        return INTERRUPTED
    progress.close()
    print(f"{len(rows)} notebook{'s' if len(rows) != 1 else ''} in {chosen.table}")
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    whole = parser()
    given = whole.parse_args(arguments)
    try:
        if given.command == "adapt":
            for path in adapters.write(given.kind, Path(given.notebook), Path(given.out)):
                print(path)
            return 0
        return grade(options(given))
    except (Refused, Busy, Unreadable, NoQuestion, OSError) as error:
        whole.error(str(error))
