"""Time several functions fairly: by turns, so that what slows the machine slows all."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

Call = Callable[[], Any]

SETTLE = 0.01
"""Seconds of calls that are not timed, at the start of a turn: the threads of the library
before it spin that long (OpenMP's do) on a core that this one needs."""


def fastest(calls: Mapping[str, Call], rounds: int = 5, turn: float = 0.01) -> dict[str, float]:
    """Return the shortest time of each call, in seconds, over turns A B C A B C …

    The shortest time is the one with the least of everybody else's work in it. A turn lasts
    `turn` seconds, and a short call is repeated until the clock can tell.
    """
    best = dict.fromkeys(calls, float("inf"))
    collecting = gc.isenabled()
    gc.disable()  # one library's garbage is not to be collected in another's turn
    try:
        for _ in range(rounds):
            for name, call in calls.items():
                _run(call, SETTLE, 1)
                many = max(1, round(2e-4 / _run(call, 0, 1)))
                best[name] = min(best[name], _run(call, turn, many))
    finally:
        if collecting:
            gc.enable()
    return best


def _run(call: Call, seconds: float, many: int) -> float:
    """Return the shortest time of a call, over calls for `seconds` timed `many` at a time."""
    best, end = float("inf"), perf_counter() + seconds
    while True:
        start = perf_counter()
        for _ in range(many):
            call()
        stop = perf_counter()
        best = min(best, (stop - start) / many)
        if stop >= end:
            return best
