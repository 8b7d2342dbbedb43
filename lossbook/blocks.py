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
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

BLOCK_BYTES = 1 << 18
"""Bytes of one array in a block: with its temporaries it fits a second-level cache."""

_pool: ThreadPoolExecutor | None = None


def num_threads() -> int:
    """Return how many threads share the blocks: `LOSSBOOK_NUM_THREADS`, or one for each core."""
    return max(1, int(os.environ.get("LOSSBOOK_NUM_THREADS") or os.cpu_count() or 1))


def cut(length: int, bytes_each: int) -> list[slice]:
    """Cut `length` items of `bytes_each` bytes into slices of about `BLOCK_BYTES`."""
    step = max(1, BLOCK_BYTES // max(1, bytes_each))
    return [slice(start, min(start + step, length)) for start in range(0, length, step)]


def run(work: Callable[[T], R], blocks: Sequence[T]) -> list[R]:
    """Return `[work(block) for block in blocks]`, computed by several threads if it is long."""
    threads = min(num_threads(), len(blocks) // 2)
    if threads < 2:
        return [work(block) for block in blocks]
    pool = _workers()
    share = -(-len(blocks) // threads)
    shares = [blocks[start : start + share] for start in range(0, len(blocks), share)]

    def several(some: Sequence[T]) -> list[R]:
        return [work(block) for block in some]

    others: list[Future[list[R]]] = [pool.submit(several, some) for some in shares[1:]]
    results = several(shares[0])
    for future in others:
        results += future.result()
    return results


def _workers() -> ThreadPoolExecutor:
    global _pool
    if _pool is None:
        _pool = ThreadPoolExecutor(max(1, num_threads() - 1), "lossbook")
    return _pool


def _forget_pool() -> None:
    """A forked child has the pool's object but none of its threads."""
    global _pool
    _pool = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_pool)
