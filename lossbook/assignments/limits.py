"""Run a stranger's function so that it cannot hang or flood whoever runs it."""

from __future__ import annotations

import contextlib
import io
import signal
import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

AGAIN = 2e-5
"""Seconds until the alarm rings again, if an `except` swallowed it: so soon that it soon rings
while the `except` itself is at work, which nothing guards."""

SHOWN = 300
MOST = 100_000
"""Characters of output that are kept, and that are allowed."""


class OutOfTime(BaseException):
    """No `except Exception` stops it."""


class TooMuchOutput(BaseException):
    """Nor this one."""


def can_interrupt() -> bool:
    """Return whether a running function can be stopped here: not on Windows, nor in a thread."""
    return hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()


def limited(function: Callable[[], T], seconds: float) -> T:
    """Return `function()`, or raise `OutOfTime` after so many seconds, if that is possible."""
    if not can_interrupt():
        return function()

    def inside() -> T:
        return function()

    def ring(number: int, frame: Any) -> None:
        """Raise inside the function, and never in what comes after it."""
        while frame is not None and frame.f_code is not inside.__code__:
            frame = frame.f_back
        if frame is not None:
            signal.setitimer(signal.ITIMER_REAL, AGAIN)
            raise OutOfTime

    before = signal.signal(signal.SIGALRM, ring)
    rest, interval = signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001))
    try:
        return inside()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if rest:  # somebody else had set an alarm
            signal.setitimer(signal.ITIMER_REAL, rest, interval)


class Output(io.TextIOBase):
    """Keeps the beginning of what is printed, and stops a flood."""

    def __init__(self) -> None:
        self.kept = ""
        self.count = 0

    @property
    def flooded(self) -> bool:
        return self.count > MOST

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.kept += text[: max(SHOWN - len(self.kept), 0)]
        self.count += len(text)
        if self.flooded:
            raise TooMuchOutput
        return len(text)


@contextlib.contextmanager
def captured() -> Any:
    """Catch what is printed inside, and yield the `Output` that holds it."""
    output = Output()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        yield output
