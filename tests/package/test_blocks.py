"""Where the speed lives: blocks, threads, and the shortcuts that must not change an answer."""

from __future__ import annotations

import os
import sys
from threading import Thread
from typing import Any

import numpy as np
import pytest

import lossbook as lb
from lossbook import blocks, core, special


@pytest.mark.parametrize("length", [0, 1, 7, 1 << 18, (1 << 18) + 1, 1_000_003])
@pytest.mark.parametrize("larger", [1, 2])
def test_cut_covers_all_and_each_once(length: int, larger: int) -> None:
    pieces = blocks.cut(length, 4, larger)
    assert [i for piece in pieces for i in (piece.start, piece.stop)] == sorted(
        [0, length, *(2 * [piece.stop for piece in pieces[:-1]])]
    )
    assert len(pieces) == 1 or len(pieces) % 2 == 0
    assert all((p.stop - p.start) * 4 <= larger * blocks.BLOCK_BYTES for p in pieces)


def test_cut_of_things_larger_than_a_block() -> None:
    assert blocks.cut(3, 10 * blocks.BLOCK_BYTES) == [slice(0, 1), slice(1, 2), slice(2, 3)]


def test_run_keeps_the_order_and_serves_several_callers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOSSBOOK_NUM_THREADS", "3")
    answers: list[Any] = []
    callers = [
        Thread(target=lambda: answers.append(blocks.run(lambda i: i * i, range(500))))
        for _ in range(4)
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(60)
    assert answers == 4 * [[i * i for i in range(500)]]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_has_threads_of_its_own() -> None:
    assert blocks.run(abs, [-1, -2]) == [1, 2]
    child = os.fork()
    if child == 0:
        os._exit(0 if blocks.run(abs, [-1, -2]) == [1, 2] else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_threads_ignore_floating_point_errors_and_callers_keep_theirs() -> None:
    x = np.full(2_000_000, 1e300)
    with np.errstate(all="raise"):
        assert lb.mse_loss(x, -x) == np.inf
        with pytest.raises(FloatingPointError):
            np.float64(1e300) * np.float64(1e300)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_choose_is_where(dtype: Any) -> None:
    a, b = np.random.default_rng(1).normal(size=(2, 7, 3)).astype(dtype)
    a[0], b[1] = np.nan, -np.inf
    chosen = special.choose(a > b, a, b)
    np.testing.assert_array_equal(chosen, np.where(a > b, a, b))
    assert chosen.dtype == dtype
    assert special.choose(a[2, 2] > 9, a[2, 2], b[2, 2]) == b[2, 2]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_logistic_beyond_the_exponential(dtype: Any) -> None:
    x = np.array([-np.inf, -1e4, 0, 1e4, np.inf, np.nan], dtype)
    with np.errstate(all="ignore"):  # as every loss runs
        value, slope = special.logistic(x)
        p = slope()
    np.testing.assert_array_equal(value, np.array([0, 0, np.log(2), 1e4, np.inf, np.nan], dtype))
    np.testing.assert_array_equal(p, np.array([0, 0, 0.5, 1, 1, np.nan], dtype))


@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 4097, 100_001])
def test_dot_is_as_good_as_pairwise_summation(size: int) -> None:
    a, b = np.random.default_rng(2).random((2, size), np.float32)
    exact = float((a.astype(float) * b).sum())
    assert core._dot(a, b) == pytest.approx(exact, rel=4e-7)


def test_memory_stays_flat_over_many_calls() -> None:
    x = np.zeros(300_000, np.float32)
    references = sys.getrefcount(x)
    for _ in range(5):
        lb.mse_loss.value_and_grad(x, x)
    assert sys.getrefcount(x) == references
