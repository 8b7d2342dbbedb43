"""The process in which a returned notebook runs: its cells, and then calls of its answers.

Requests and replies are lines of JSON on two pipes. The code here is ours, but once a cell has
run, the process is the stranger's: it may have changed anything, and may say anything.
"""

from __future__ import annotations

import builtins
import contextlib
import json
import linecache
import os
import sys
import types
from typing import Any, BinaryIO

from lossbook.assignments import limits
from lossbook.assignments.calling import Here, restore_numpy
from lossbook.assignments.plain import decode, encode
from lossbook.grading.confine import confine, die_with_parent


def main(settings: dict[str, Any]) -> None:
    requests, replies = private_pipes()
    die_with_parent()
    missing = []
    if settings["confined"]:
        missing = confine(
            settings["folder"], settings["readable"], settings["memory"], settings["seconds"]
        )
    say(replies, {"n": 0, "missing": missing})
    notebook = Notebook()
    for line in requests:
        request = json.loads(line)
        say(replies, {"n": request.pop("n"), **notebook.obey(request)})


def private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Take standard input and output for the judge; what is printed goes nowhere."""
    pipes = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in 0, 1, 2:
        os.dup2(nowhere, number)
    return pipes


def say(replies: BinaryIO, reply: dict[str, Any]) -> None:
    replies.write(json.dumps(reply).encode() + b"\n")
    replies.flush()


class Notebook:
    """The names that the cells share."""

    def __init__(self) -> None:
        module = types.ModuleType("__main__")
        sys.modules["__main__"] = module
        self.names = vars(module)
        builtins.display = lambda *_, **__: None  # type: ignore[attr-defined]  # as in Jupyter
        self.cells = 0
        self.asked: dict[str, Here] = {}

    def obey(self, request: dict[str, Any]) -> dict[str, Any]:
        if "cell" in request:
            return self.run(request["cell"], request["seconds"])
        if "defined" in request:
            overwritten = restore_numpy()
            found = [name for name in request["defined"] if name in self.names]
            return {"defined": found, "overwritten": overwritten}
        return self.ask(**request)

    def run(self, source: str, seconds: float) -> dict[str, Any]:
        """One cell; what it did before it failed stays."""
        self.cells += 1
        file = f"<cell {self.cells}>"
        linecache.cache[file] = (len(source), None, source.splitlines(True), file)
        with limits.captured() as output:
            try:
                failure = limits.limited(lambda: attempt(source, file, self.names), seconds)
            except limits.OutOfTime:
                failure = "endless"
        return {"failure": "flood" if output.flooded else failure}

    def ask(
        self, answer: str, seconds: float, fresh: bool, arguments: list[str] | None
    ) -> dict[str, Any]:
        if fresh:
            self.asked[answer] = Here(self.names.get(answer, ...), seconds)
        here = self.asked[answer]
        outcome = here.itself() if arguments is None else here.call(*map(decode, arguments))
        return {"outcome": encode(list(outcome))}


def attempt(source: str, file: str, names: dict[str, Any]) -> str:
    """Run code; return nothing, or in a few words how it failed."""
    try:
        exec(compile(source, file, "exec"), names)
    except limits.OutOfTime:
        raise
    except limits.TooMuchOutput:
        return "flood"
    except SystemExit:
        return "exit"
    except MemoryError:
        return "memory"
    except BaseException as error:
        return described(error)
    return ""


def described(error: BaseException) -> str:
    text = ""
    with contextlib.suppress(Exception):  # its words may be a stranger's code too
        text = " ".join(str(error).split())[:120]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
