"""Mini-batches, the numerical gradient, and the data they are used on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lossbook as lb
from lossbook import data
from lossbook.training import numerical_gradient


@given(st.integers(0, 40), st.integers(1, 45), st.booleans(), st.booleans())
def test_each_row_once_and_together(N: int, size: int, shuffled: bool, drop: bool) -> None:
    x = np.arange(2 * N).reshape(N, 2)
    rng = np.random.default_rng(1) if shuffled else None
    batches = list(lb.minibatches(x, x[:, 0], batch_size=size, rng=rng, drop_last=drop))
    assert len(batches) == (N // size if drop else -(-N // size))
    for rows, firsts in batches:
        np.testing.assert_array_equal(rows[:, 0], firsts)
    assert all(len(b[0]) == size for b in batches[:-1] or batches * drop)
    seen = [i for _, firsts in batches for i in firsts]
    assert len(set(seen)) == len(seen)
    if not drop:
        assert sorted(seen) == list(x[:, 0])
    if not shuffled:
        assert seen == sorted(seen)


def test_shuffled_anew_at_each_call() -> None:
    rng = np.random.default_rng(0)
    orders = [
        [i for (b,) in lb.minibatches(np.arange(50), batch_size=7, rng=rng) for i in b]
        for _ in range(2)
    ]
    assert orders[0] != orders[1] and sorted(orders[0]) == sorted(orders[1])


@pytest.mark.parametrize(
    ("arrays", "size", "error", "words"),
    [
        ((), 2, ValueError, "arrays must be given"),
        (([1, 2], [1]), 2, ValueError, r"one length, got lengths \[2, 1\]"),
        ((3,), 2, ValueError, r"got lengths \[-1\]"),
        (([1, 2],), 0, ValueError, "batch_size must be at least 1, got 0"),
        (([1, 2],), 2.0, TypeError, "batch_size must be an integer, got 2.0"),
        (([1, 2],), True, TypeError, "batch_size must be an integer, got True"),
    ],
)
def test_bad_input_is_named_at_the_call(arrays: Any, size: Any, error: Any, words: str) -> None:
    with pytest.raises(error, match=words):
        lb.minibatches(*arrays, batch_size=size)


def test_numerical_gradient_is_of_fourth_order() -> None:
    x = np.array([[0.3, -1.2], [2.0, 0.0]])
    kept = x.copy()
    errors = []
    for step in (0.1, 0.05):
        slopes = numerical_gradient(lambda a: np.sin(a).sum(), x, step=step)
        errors.append(np.abs(slopes - np.cos(x)).max())
    assert errors[0] / errors[1] == pytest.approx(16, rel=0.02)
    np.testing.assert_allclose(numerical_gradient(lambda a: (a**4).sum(), x), 4 * x**3, atol=1e-10)
    np.testing.assert_array_equal(x, kept)


def test_digits_are_split_once_and_for_all() -> None:
    first, again, other = data.digits(), data.digits(), data.digits(seed=1)
    assert first.X_train.shape == (1437, 64) and first.X_test.shape == (360, 64)
    assert first.X_train.min() >= 0 and first.X_train.max() == 1
    assert set(first.y_test) == set(range(10))
    np.testing.assert_array_equal(first.X_test, again.X_test)
    assert not np.array_equal(first.X_test, other.X_test)
    every = np.vstack([first.X_train, first.X_test])
    assert len(np.unique(every, axis=0)) == len(np.unique(np.vstack(other[::2]), axis=0))
    with pytest.raises(ValueError, match="test_size must lie between 1 and 1796, got 0"):
        data.digits(test_size=0)
