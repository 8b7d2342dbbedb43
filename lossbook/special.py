"""Functions that NumPy lacks, right for every float: ±1e-300, ±1e4, ±∞."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.checks import Array, as_float


def logistic(x: Array) -> tuple[Array, Callable[[], Array]]:
    """Return softplus(x) = log(1 + exp(x)), and how to get its slope sigmoid(x), from one exp."""
    e = np.exp(x)
    low = np.max(e, initial=0) < np.inf

    def slope() -> Array:
        p = e / (1 + e)
        return p if low else np.where(e == np.inf, 1, p)

    value = np.log1p(e)
    return value if low else np.where(e == np.inf, x, value), slope


def sigmoid(x: ArrayLike) -> Array:
    r"""Return the probability of yes that the logit `x` stands for, without overflow.

    $$\operatorname{sigmoid}(x) = \frac{1}{1 + e^{-x}}$$

    Parameters
    ----------
    x : array
        Logits, in nats. Take `sigmoid(-x)` for 1 − `sigmoid(x)`, which has lost its digits.

    Returns
    -------
    An array of the shape of `x`; integers become float64.

    Raises
    ------
    TypeError
        If `x` does not hold real numbers.

    Examples
    --------
    >>> import lossbook as lb
    >>> lb.sigmoid([0.0, -1000.0, 1000.0])
    array([0.5, 0. , 1. ])
    """
    x = as_float("x", x)
    e = np.exp(-np.abs(x))
    return np.asarray(np.where(x < 0, e, 1) / (1 + e))


def choose(condition: Array, a: Array, b: Array) -> Array:
    """Return `np.where(condition, a, b)`, in a third of the time where they alternate at random.

    NumPy decides element by element, and the processor guesses wrong. Choosing bit by bit
    needs no decision.
    """
    size = _INTEGER.get(np.result_type(a, b))
    if size is None or np.ndim(a) == 0 or a.dtype != b.dtype:
        return np.where(condition, a, b)
    bits = condition.astype(size)
    np.negative(bits, out=bits)  # 0 or all ones
    keep = b.view(size)
    bits &= a.view(size) ^ keep
    bits ^= keep
    return bits.view(a.dtype)


_INTEGER = {np.dtype(np.float32): np.int32, np.dtype(np.float64): np.int64}


def product(a: Any, b: Any) -> Any:
    """Return a·b, with 0·∞ = 0: what does not count adds nothing, however large."""
    c = a * b
    return np.where(np.equal(a, 0), 0, c) if np.isnan(np.max(c, initial=0)) else c


def rounding_error(d: Array, a: Array, b: Array) -> Array:
    """Return what was lost when a − b was rounded to d: a − b = d + lost exactly.

    D. E. Knuth, *The Art of Computer Programming*, volume 2, section 4.2.2.
    """
    c = d - a
    lost: Array = d - c
    np.subtract(a, lost, out=lost)
    c += b
    lost -= c  # (a - (d - c)) - (b + c)
    if not np.isfinite(d.min(initial=0) + d.max(initial=0)):
        lost[~np.isfinite(lost)] = 0
    return lost
