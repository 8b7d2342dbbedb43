"""Call an answer and bring back plain data: a value, or in which way it failed.

A judge knows answers only through the protocol `Answer`. In a live notebook `Here` calls the
learner's object directly; a grader puts a pipe to another process behind the same two methods.
"""

from __future__ import annotations

import dis
import importlib
import linecache
import time
import types
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np

from lossbook.assignments import limits
from lossbook.assignments.plain import Name, NotPlain, plain

SECONDS = 5.0
"""For all the calls of one check together."""

FAILURES = (
    "stub",  # nothing is written yet
    "raised",
    "time",
    "output",
    "exit",
    "stopped",  # by whoever sits at the keyboard
    "changed",  # an argument
    "overwrote",  # something of NumPy's
    "no function",
    "type",  # what it returned is no data
)


class Outcome(NamedTuple):
    """What came of one call."""

    value: Any = None
    """Plain data; None if it failed, but for "changed"."""
    failure: str = ""
    """Nothing, or one of FAILURES."""
    detail: str = ""
    """The exception and its line, the argument that was changed, the type that is no data."""
    printed: str = ""
    """The beginning of what it printed."""


class Answer(Protocol):
    """An answer, wherever it lives."""

    def call(self, *arguments: Any) -> Outcome:
        """Call it with these arguments, plain data."""

    def itself(self) -> Outcome:
        """Bring it, if it is no function."""


PRISTINE = {name: value for name, value in vars(np).items() if callable(value)}


def restore_numpy() -> str:
    """Put back what was overwritten in NumPy, and return its names."""
    now = vars(np)
    changed = [name for name, value in PRISTINE.items() if now.get(name) is not value]
    for name in changed:
        setattr(np, name, PRISTINE[name])
    return ", ".join(f"np.{name}" for name in changed)


def resolved(argument: Any) -> Any:
    """A copy of an argument to give away; a name of lossbook's becomes the function."""
    if isinstance(argument, Name):
        module, function = argument.name.split(":")
        if module.partition(".")[0] != "lossbook":
            raise ValueError(f"no function of lossbook: {argument.name}")
        return getattr(importlib.import_module(module), function)
    if isinstance(argument, np.ndarray):
        return argument.copy()
    if isinstance(argument, list):
        return [resolved(each) for each in argument]
    if isinstance(argument, dict):
        return {key: resolved(each) for key, each in argument.items()}
    return argument


class Here:
    """An answer in this process."""

    def __init__(self, answer: Any, seconds: float = SECONDS) -> None:
        self.answer = answer
        self.left = seconds
        self.is_stub = answer is ... or answer is None or is_empty(answer)

    def itself(self) -> Outcome:
        if self.is_stub:
            return Outcome(failure="stub")
        return self._guarded(lambda: self.answer, ())

    def call(self, *arguments: Any) -> Outcome:
        if self.is_stub:
            return Outcome(failure="stub")
        if not callable(self.answer):
            return Outcome(failure="no function")
        given = tuple(resolved(each) for each in arguments)
        outcome = self._guarded(lambda: self.answer(*given), given)
        if outcome.failure in ("", "raised"):
            for n, (before, after) in enumerate(zip(arguments, given, strict=True)):
                if not isinstance(before, Name) and not unchanged(before, after):
                    return outcome._replace(failure="changed", detail=str(n))
        return outcome

    def _guarded(self, function: Callable[[], Any], given: tuple[Any, ...]) -> Outcome:
        """Under all limits. What the value turns itself into may be a stranger's code too."""
        start = time.perf_counter()
        with limits.captured() as output, np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                outcome = limits.limited(lambda: self._tried(function), self.left)
            except limits.OutOfTime:
                outcome = Outcome(failure="time")
            except BaseException as error:  # even its words raised something
                outcome = Outcome(failure="raised", detail=type(error).__name__)
        if output.flooded:
            outcome = Outcome(failure="output")
        self.left -= time.perf_counter() - start
        if overwritten := restore_numpy():
            outcome = Outcome(failure="overwrote", detail=overwritten)
        return outcome._replace(printed=output.kept)

    def _tried(self, function: Callable[[], Any]) -> Outcome:
        try:
            return Outcome(plain(function()))
        except limits.OutOfTime:
            raise
        except limits.TooMuchOutput:
            return Outcome(failure="output")
        except SystemExit:
            return Outcome(failure="exit")
        except KeyboardInterrupt:
            return Outcome(failure="stopped")
        except NotPlain as error:
            return Outcome(failure="type", detail=str(error))
        except BaseException as error:
            return Outcome(failure="raised", detail=said(error, self.answer))


def unchanged(before: Any, after: Any) -> bool:
    """Whether an argument is what it was, nan included."""
    if isinstance(before, np.ndarray):
        return (
            isinstance(after, np.ndarray)
            and after.dtype == before.dtype
            and after.shape == before.shape
            and after.tobytes() == before.tobytes()
        )
    if isinstance(before, list):
        return len(before) == len(after) and all(map(unchanged, before, after))
    if isinstance(before, dict):
        return before.keys() == after.keys() and all(unchanged(before[k], after[k]) for k in before)
    return True  # a number or a text cannot be changed


def is_empty(answer: Any) -> bool:
    """Whether a function does nothing yet: its body is `...`, `pass` or a docstring."""
    if type(answer) is not types.FunctionType:
        return False
    nothing = {"RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST"}
    steps = list(dis.get_instructions(answer))
    constants = [step.argval for step in steps if step.opname in ("LOAD_CONST", "RETURN_CONST")]
    return {step.opname for step in steps} <= nothing and constants == [None]


def said(error: BaseException, answer: Any) -> str:
    """An exception in one line, with the line of the learner's code that raised it."""
    try:
        words = " ".join(str(error).split())[:200]
    except limits.OutOfTime:
        raise
    except BaseException:
        words = ""
    text = f"{type(error).__name__}: {words}" if words else type(error).__name__
    file = getattr(getattr(answer, "__code__", None), "co_filename", None)
    trace, line = error.__traceback__, ""
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file and file is not None:
            line = linecache.getline(file, trace.tb_lineno).strip()
        trace = trace.tb_next
    return f"{text}, in the line `{line}`" if line else text
