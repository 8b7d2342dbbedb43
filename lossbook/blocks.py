"""Where the speed lives: blocks that fit the cache, and threads over the blocks.

A loss over millions of elements, computed one NumPy call after another, reads and writes
main memory at every call. Cut into blocks that fit a core's cache, it does so once. NumPy
releases the interpreter inside its loops, so threads then share the blocks.

The blocks depend on the size of the data alone, never on the number of threads, so a sum
over them has the same digits on every machine.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")
R = TypeVar("R")

BLOCK_BYTES = 1 << 20
"""Bytes of one array in a block, at most. The last level of cache holds it with its
temporaries, where whole arrays take 2.4 × the time. In smaller blocks the threads meet too
often at the interpreter's lock (half the size: 1.13 × the time, a quarter: 1.44 ×), and for
less than two blocks it does not pay to wake another thread."""

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
"""Asked once: it takes as long as a small loss."""

# glibc gives freed memory back to the system, and fetches it anew page by page, until a
# program frees something large for the first time; from then on it keeps as much at hand. So
# make and free an array that nobody fills: a loss then takes a third to an eighth of the time.
np.empty(31 << 20, np.uint8)


def num_threads() -> int:
    """Return how many threads share the blocks: `LOSSBOOK_NUM_THREADS`, or one for each core."""
    return max(1, int(os.environ.get("LOSSBOOK_NUM_THREADS") or CORES))


def cut(length: int, bytes_each: int, larger: int = 1) -> list[slice]:
    """Cut `length` items of `bytes_each` bytes into an even number of slices, or into one.

    `larger` is for work that makes few temporaries, and so may have larger blocks.
    """
    size = length * bytes_each
    if size <= larger * BLOCK_BYTES:
        return [slice(0, length)]
    pairs = -(-size // (2 * larger * BLOCK_BYTES))
    step = max(1, -(-length // (2 * pairs)))
    return [slice(start, min(start + step, length)) for start in range(0, length, step)]


def run(work: Callable[[T], R], blocks: Sequence[T]) -> list[R]:
    """Return `[work(block) for block in blocks]`, shared by several threads if they are several.

    A thread takes the next block when it is done with one, so none waits for a slower one.
    """
    if len(blocks) < 2:
        return [work(block) for block in blocks]
    todo = list(enumerate(blocks))[::-1]
    results: dict[int, R] = {}
    errors: list[BaseException] = []

    def share() -> None:
        with np.errstate(all="ignore"):  # of each thread its own
            while todo:
                try:
                    i, block = todo.pop()
                except IndexError:  # another thread was faster
                    return
                try:
                    results[i] = work(block)
                except BaseException as error:
                    errors.append(error)
                    todo.clear()

    others = min(num_threads(), len(blocks)) - 1
    done: SimpleQueue[None] = SimpleQueue()
    for _ in range(others):
        _helpers(others).put((share, done))
    share()
    for _ in range(others):
        done.get()
    if errors:
        raise errors[0]
    return [results[i] for i in range(len(blocks))]


_queue: SimpleQueue[Any] = SimpleQueue()
_helping: list[Thread] = []


def _helpers(count: int) -> SimpleQueue[Any]:
    """Return the queue that `count` threads serve: with 16 µs each, where an executor takes 50."""
    while len(_helping) < count:
        _helping.append(Thread(target=_help, args=(_queue,), name="lossbook", daemon=True))
        _helping[-1].start()
    return _queue


def _help(queue: SimpleQueue[Any]) -> None:
    while True:
        share, done = queue.get()
        share()
        done.put(None)
        del share, done  # and the arrays they hold


def _forget_helpers() -> None:
    """A forked child has the list of threads but none of the threads."""
    global _queue
    _queue = SimpleQueue()
    _helping.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_helpers)
