"""Functions that NumPy lacks, right for every float: ±1e-300, ±1e4, ±∞."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossbook.checks import Array


def softplus(x: Array) -> Array:
    """Return log(1 + exp(x)), which is −log sigmoid(−x)."""
    return np.asarray(np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))))


def sigmoid(x: Array) -> Array:
    """Return 1/(1 + exp(−x)). Take sigmoid(−x) for 1 − sigmoid(x), which has lost its digits."""
    e = np.exp(-np.abs(x))
    return np.asarray(np.where(x < 0, e, 1) / (1 + e))


def product(a: Any, b: Any) -> Array:
    """Return a·b, with 0·∞ = 0: what does not count adds nothing, however large."""
    c = a * b
    return np.where(np.equal(a, 0), 0, c) if np.isnan(c.sum()) else np.asarray(c)


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
