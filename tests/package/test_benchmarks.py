"""Each part of the benchmark prints its table; what the figures say is nobody's verdict."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from benchmarks import accuracy, memory, peers, speed, tables, timing
from benchmarks.cases import CASES

every = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@every
def test_the_libraries_compute_the_same(case: Any) -> None:
    for shape in case.shapes[:2]:
        arrays = case.arrays(shape, np.float64)
        ours, theirs = (peers.PEERS[name](case, arrays) for name in ("lossbook", "PyTorch"))
        assert ours is not None and theirs is not None
        value, grad = (np.asarray(x) for x in ours())
        value_t, grad_t = (x.detach().numpy() for x in theirs())
        np.testing.assert_allclose(value, value_t, rtol=1e-12)
        np.testing.assert_allclose(grad, grad_t, rtol=1e-10, atol=1e-15)
        for name in ("scikit-learn", "JAX"):  # up to their factor ½
            if (other := peers.PEERS[name](case, arrays)) is not None:
                slope = np.asarray(other()[1])
                ratio = np.vdot(slope, grad) / np.vdot(grad, grad)
                np.testing.assert_allclose(slope, ratio * grad, rtol=1e-6, atol=1e-9 * abs(ratio))


def test_speed_prints_every_cell() -> None:
    printed = speed.report(CASES[:2], most=1_000, rounds=1, turn=1e-4)
    assert "cross_entropy, float32, 64 × 10 " in printed
    assert "mse_loss, float64, 1,000 " in printed
    assert "geometric mean of all 8 cells: " in printed


def test_accuracy_prints_both_counts() -> None:
    printed = accuracy.report(["l1_loss"])
    assert "l1_loss, float32" in printed and "PyTorch's slope" in printed


@pytest.mark.skipif(not memory.STATUS.exists(), reason="measured on Linux only")
def test_memory_prints_the_peaks() -> None:
    printed = memory.report(CASES[1:2], elements=((1_000_000,),))
    assert "mse_loss, 1,000,000 " in printed and "geometric mean" in printed


def test_fastest_takes_the_shortest_time_of_each() -> None:
    calls = {"long": lambda: sum(range(10_000)), "short": lambda: sum(range(10))}
    times = timing.fastest(calls, rounds=2, turn=1e-4)
    assert 0 < times["short"] < times["long"] < 1


def test_tables() -> None:
    assert tables.table(["a", "b"], [["x", "10"]]) == "a   b\n-  --\nx  10"
    assert tables.geometric_mean([2, 0.5, 1]) == pytest.approx(1)


def test_the_command() -> None:
    command = [sys.executable, "-m", "benchmarks", "--help"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "python -m benchmarks" in printed
