"""Which known mistake an answer behaves like: on all cases, not on one."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from lossbook.assignments import slips
from lossbook.assignments.calling import Outcome
from lossbook.assignments.kinds import Mistake, Question


class Diagnosis(NamedTuple):
    """A mistake that is known."""

    name: str
    hint: str
    imitation: Any = None
    """What behaves the same; None if a factor comes on top."""


def diagnose(question: Question, outcomes: list[Outcome]) -> Diagnosis | None:
    """Return the first mistake of the question, or slip, with the same outcomes."""
    if len(outcomes) < len(question.expected):
        return None  # something ended it
    for mistake, imitated in question.imitated:
        if alike(question, outcomes, imitated):
            return Diagnosis(mistake.name, mistake.hint, mistake.imitation)
    axes = sorted({axis for sizes in question.sizes for axis in sizes})
    bases: list[tuple[Mistake | None, list[Outcome]]] = [
        (None, question.expected),
        *question.imitated,
    ]
    for under, base in bases:
        ratio = first_ratio(outcomes, base)
        if ratio is None:
            continue
        case, number = ratio
        for found in slips.slips(axes):
            # one division rules out nearly all of them
            if abs(slips.factor(found, question.sizes[case]) / number - 1) > 1e-2:
                continue
            if alike(question, outcomes, multiplied(question, base, found)):
                what = f"{slips.words(found)}."
                if under is None:
                    hint = f"It is right but for this: {what}"
                    return Diagnosis(slips.name(found), hint)
                hint = f"{under.hint} And there is a second fault: {what}"
                return Diagnosis(f"{under.name}; {slips.name(found)}", hint)
    return None


def alike(question: Question, outcomes: list[Outcome], others: list[Outcome]) -> bool:
    if len(outcomes) != len(others):
        return False
    pairs = enumerate(zip(outcomes, others, strict=True))
    return all(question.distance(n, a, b, loose=True).ratio <= 1 for n, (a, b) in pairs)


def multiplied(
    question: Question, base: list[Outcome], found: tuple[slips.Slip, ...]
) -> list[Outcome]:
    return [
        outcome._replace(value=times(outcome.value, slips.factor(found, sizes)))
        for outcome, sizes in zip(base, question.sizes, strict=True)
    ]


def times(value: Any, factor: float) -> Any:
    if isinstance(value, list):
        return [times(each, factor) for each in value]
    if isinstance(value, dict):
        return {key: times(each, factor) for key, each in value.items()}
    if isinstance(value, (bool, str, type(None))):
        return value
    return value * factor


def first_ratio(outcomes: list[Outcome], base: list[Outcome]) -> tuple[int, float] | None:
    """The quotient of the first two numbers that have one, and the case where they stand."""
    for n, (came, other) in enumerate(zip(outcomes, base, strict=True)):
        x, y = flat(came.value), flat(other.value)
        if x is None or y is None or x.shape != y.shape:
            continue
        usable = np.isfinite(x) & np.isfinite(y) & (np.abs(y) > 1e-3) & (np.abs(x) > 1e-6)
        if usable.any():
            at = int(usable.argmax())
            return n, float(x[at] / y[at])
    return None


def flat(value: Any) -> np.ndarray[Any, Any] | None:
    """All numbers of a value in a row."""
    if isinstance(value, (bool, str, type(None))):
        return None
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        parts = [part for each in value if (part := flat(each)) is not None]
        return np.concatenate(parts) if parts else None
    if isinstance(value, (int, float, np.ndarray)):
        return np.ravel(np.asarray(value, float))
    return None
