"""How far an answer is from the expected one, in units of what is allowed."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from lossbook.assignments.plain import NUMBERS, Expression


class Tolerance(NamedTuple):
    """Allowed is absolute + relative·|expected|."""

    absolute: float
    relative: float


def scaled(size: float) -> Tolerance:
    """Return what is allowed for inputs up to `size`.

    Float32 carries 7 digits, and where large numbers cancel the lost ones grow with them.
    """
    return Tolerance(1e-6 * (1 + size), 1e-5)


class Distance(NamedTuple):
    """1 is the most allowed; `words` say what is wrong where a number would say little."""

    ratio: float
    words: str = ""


def distance(came: Any, expected: Any, tolerance: Tolerance, loose: bool = False) -> Distance:
    """Return how far `came` is from `expected`.

    If `loose`, inf and nan count as the same: an overflow shows as the one or the other.
    """
    if expected is None or isinstance(expected, (str, bool)):
        same = isinstance(came, (str, bool, type(None))) and came == expected
        return Distance(0.0) if same else Distance(np.inf)
    if came is None:
        return Distance(np.inf, "It returned nothing (None); is the `return` missing?")
    if isinstance(expected, dict):
        if not isinstance(came, dict) or set(came) != set(expected):
            keys = ", ".join(repr(key) for key in expected)
            return Distance(np.inf, f"A dictionary with the keys {keys} is expected.")
        return _worst([distance(came[k], e, tolerance, loose) for k, e in expected.items()])
    if isinstance(expected, list):
        if isinstance(came, np.ndarray) and came.ndim:
            came = list(came)
        if not isinstance(came, list):
            return Distance(np.inf, f"{len(expected)} things are expected, not {kind(came)}.")
        if len(came) != len(expected):
            return Distance(np.inf, f"{len(expected)} things are expected, and {len(came)} came.")
        return _worst(
            [distance(c, e, tolerance, loose) for c, e in zip(came, expected, strict=True)]
        )
    return _numbers(came, expected, tolerance, loose)


def _worst(found: list[Distance]) -> Distance:
    return max(found, key=lambda each: each.ratio, default=Distance(0.0))


def _numbers(came: Any, expected: Any, tolerance: Tolerance, loose: bool) -> Distance:
    wanted = np.asarray(expected)
    numbers = _as_numbers(came)
    if numbers is None:
        return Distance(np.inf, f"It is {kind(came)}; {kind(expected)} is expected.")
    if numbers.shape != wanted.shape:
        return Distance(np.inf, f"It is {kind(numbers)}; {kind(expected)} is expected.")
    x, y = numbers.astype(float), wanted.astype(float)
    finite = np.isfinite(y)
    special = ~np.isfinite(x) if loose else (x == y) | (np.isnan(x) & np.isnan(y))
    if not special[~finite].all():
        return Distance(np.inf, "Here nan or inf is expected, and a finite number came.")
    if not np.isfinite(x[finite]).all():
        return Distance(np.inf, "There is nan or inf where a finite number is expected.")
    if not finite.any():
        return Distance(0.0)
    allowed = tolerance.absolute + tolerance.relative * np.abs(y[finite])
    return Distance(float((np.abs(x[finite] - y[finite]) / allowed).max()))


def _as_numbers(value: Any) -> np.ndarray[Any, Any] | None:
    if isinstance(value, (str, dict, type(None), Expression)):
        return None
    try:
        numbers = np.asarray(value)
    except ValueError:  # rows of unequal length
        return None
    return numbers if numbers.dtype.kind in NUMBERS else None


def kind(value: Any) -> str:
    """Say what a piece of plain data is."""
    if isinstance(value, np.ndarray) and value.ndim:
        return f"an array of shape {value.shape}"
    if isinstance(value, (bool, np.bool_)):
        return "True or False"
    if isinstance(value, (int, float, np.ndarray, np.generic)):
        return "a number"
    names = {str: "text", list: "a list", dict: "a dictionary", Expression: "an expression"}
    return names.get(type(value), "None" if value is None else f"a {type(value).__name__}")
