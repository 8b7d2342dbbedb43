"""Refuse bad input in words: which argument, what came, what was expected."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]

REDUCTIONS = ("none", "mean", "sum")


def as_float(name: str, x: ArrayLike, dtype: np.dtype[Any] | None = None) -> Array:
    """Return `x` as a floating array: of `dtype`, or of its own float type, or of float64."""
    array = np.asarray(x)
    kind = array.dtype.kind
    if kind not in "fiu":
        raise TypeError(f"{name} must hold real numbers, got dtype {array.dtype}")
    if dtype is None:
        dtype = array.dtype if kind == "f" else np.dtype(np.float64)
    return array if array.dtype == dtype else array.astype(dtype)


def as_index(name: str, x: ArrayLike) -> Array:
    """Return `x` as an array of class indices."""
    array = np.asarray(x)
    if array.dtype.kind not in "iu":
        raise TypeError(
            f"{name} must hold integer class indices here, got dtype {array.dtype}; "
            "class probabilities need the shape of the input"
        )
    return array


def same_shape(name: str, array: Array, other: str, expected: tuple[int, ...]) -> None:
    """Refuse silent broadcasting."""
    if array.shape != expected:
        raise ValueError(
            f"{name} must have the shape of {other}, {expected}, got {array.shape}; "
            "nothing is broadcast here"
        )


def in_range(name: str, value: float, low: float, high: float) -> None:
    """Refuse a number outside [low, high]."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.number)):
        raise TypeError(f"{name} must be a number, got {value!r}")
    if not low <= value <= high:
        raise ValueError(f"{name} must lie in [{low:g}, {high:g}], got {value!r}")


def within(name: str, array: Array, low: float, high: float) -> tuple[Any, Any]:
    """Refuse an array with an element outside [low, high], nan included; return its range."""
    if not array.size:
        return low, low
    least, most = np.minimum.reduce(array, axis=None), np.maximum.reduce(array, axis=None)
    if not (least >= low and most <= high):
        wrong = array[~((array >= low) & (array <= high))].flat[0]
        raise ValueError(f"{name} must lie in [{low:g}, {high:g}], got {wrong:g}")
    return least, most


def signs(name: str, array: Array) -> None:
    """Refuse labels other than −1 and 1."""
    right = np.abs(array) == 1
    if not right.all():
        raise ValueError(
            f"{name} must hold labels -1 and 1, got {array[~right].flat[0]:g}; "
            f"labels 0 and 1 become these by 2 * {name} - 1"
        )


def positive(name: str, value: float) -> None:
    """Refuse a number that is not above 0."""
    in_range(name, value, 0, math.inf)
    if value == 0:
        raise ValueError(f"{name} must be positive, got {value!r}")


def flag(name: str, value: Any) -> None:
    """Refuse what is neither true nor false."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, got {value!r}")


def reduction_of(
    reduction: Any,
    size_average: bool | None,
    reduce: bool | None,
    known: tuple[str, ...] = REDUCTIONS,
) -> str:
    """Return the reduction meant, mapping the deprecated pair as PyTorch maps it."""
    if size_average is not None or reduce is not None:
        average = True if size_average is None else size_average
        reduction = "none" if reduce is False else "mean" if average else "sum"
        warnings.warn(
            f"size_average and reduce are deprecated; use reduction={reduction!r}",
            DeprecationWarning,
            stacklevel=4,
        )
    if not (isinstance(reduction, str) and reduction in known):
        raise ValueError(f"reduction must be one of {known}, got {reduction!r}")
    return reduction
