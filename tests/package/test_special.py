"""The functions that NumPy lacks, alone: at the ends, and where their quick ways part."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from lossbook.special import choose, logistic, product, rounding_error, sigmoid

INF = np.inf


@pytest.fixture(autouse=True)
def as_inside_a_loss() -> Iterator[None]:
    with np.errstate(all="ignore"):
        yield


def test_logistic_at_the_ends() -> None:
    x = np.array([-INF, -800.0, 0.0, 800.0, INF])
    value, slope = logistic(x)
    np.testing.assert_array_equal(value, [0, 0, np.log(2), 800, INF])
    np.testing.assert_array_equal(slope(), [0, 0, 0.5, 1, 1])
    value, slope = logistic(np.array([-1.0, 1.0]))  # where nothing overflows
    np.testing.assert_allclose(value, np.log(1 + np.exp([-1, 1])))
    np.testing.assert_allclose(slope(), sigmoid([-1, 1]))
    assert logistic(np.empty(0))[0].shape == logistic(np.empty(0))[1]().shape == (0,)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16])
def test_choose_takes_every_bit(dtype: type[np.floating[Any]]) -> None:
    special = np.array([0.0, -0.0, INF, -INF, np.nan, 1.5, -2.5, 6e-8], dtype)
    a, b = np.tile(special, 8), np.repeat(special, 8)
    condition = np.arange(64) % 3 == 0
    chosen = choose(condition, a, b)
    assert chosen.dtype == dtype
    assert chosen.tobytes() == np.where(condition, a, b).tobytes()


def test_choose_between_types_and_scalars() -> None:
    condition = np.array([True, False])
    mixed = choose(condition, np.array([1.5, 2.5], np.float32), np.array([3.0, 4.0]))
    np.testing.assert_array_equal(mixed, [1.5, 4])
    assert mixed.dtype == np.float64
    np.testing.assert_array_equal(choose(condition, np.array(1.0), np.array([3.0, 4.0])), [1, 4])


def test_what_does_not_count_adds_nothing() -> None:
    a, b = np.array([0.0, 0.0, 2.0, INF]), np.array([INF, np.nan, 3.0, 1.0])
    np.testing.assert_array_equal(product(a, b), [0, 0, 6, INF])
    np.testing.assert_array_equal(product(np.array([2.0]), np.array([-3.0])), [-6])
    assert np.isnan(product(np.array([1.0]), np.array([np.nan])))[0]
    assert product(np.empty(0), np.empty(0)).shape == (0,)


def test_what_a_difference_lost() -> None:
    rng = np.random.default_rng(0)
    a = rng.normal(size=200) * 10.0 ** rng.integers(-20, 20, 200)
    b = rng.normal(size=200) * 10.0 ** rng.integers(-20, 20, 200)
    d = a - b
    lost = rounding_error(d, a, b)
    assert np.count_nonzero(lost) > 100
    for n in range(200):
        assert Fraction(a[n]) - Fraction(b[n]) == Fraction(d[n]) + Fraction(lost[n])


@pytest.mark.parametrize("end", [INF, -INF])
def test_nothing_is_lost_next_to_infinity(end: float) -> None:
    a, b = np.array([end, 1.0, 1.0]), np.array([1.0, end, 1e-20])
    lost = rounding_error(a - b, a, b)
    np.testing.assert_array_equal(lost, [0, 0, -1e-20])
