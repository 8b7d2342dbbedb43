"""What the arguments of a question's function are: how to draw them and how to make them smaller.

Axes have names, so that what belongs together stays together: to drop a class is to drop a
column of the logits and to rename the labels. A description serves three times: the smallest
failing input is found with it, the slips know N and K from it, and the tests draw from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

WORDS = {
    "N": "the number of samples",
    "K": "the number of classes",
    "D": "the number of features",
    "B": "the number of batches",
}
"""The axes by their names in the book's notation."""


class Argument:
    """One argument of a function; each kind says what it can do."""

    axes: str = ""
    """The names of its axes, with blanks between; none for a number."""

    def sizes(self, value: Any) -> dict[str, int]:
        return dict(zip(self.axes.split(), np.shape(value), strict=True))

    def draw(self, rng: np.random.Generator, sizes: Mapping[str, int]) -> Any:
        raise NotImplementedError

    def without(self, value: Any, axis: str, index: int) -> Any:
        """The value without one place of an axis; None if that cannot be."""
        names = self.axes.split()
        return np.delete(value, index, names.index(axis)) if axis in names else value

    def simpler(self, value: Any) -> Iterator[Any]:
        """Values a little simpler than this one."""
        return iter(())


@dataclass(frozen=True)
class Reals(Argument):
    """A number, or an array of numbers from `low` to `high`."""

    axes: str = ""
    low: float = -5.0
    high: float = 5.0

    def draw(self, rng: np.random.Generator, sizes: Mapping[str, int]) -> Any:
        shape = [sizes[axis] for axis in self.axes.split()]
        # small numbers as often as large ones
        value = rng.uniform(self.low, self.high, shape) * rng.choice([1, 0.1, 0.01])
        value = np.clip(np.round(value, 2), self.low, self.high)
        return value if shape else float(value)

    def simpler(self, value: Any) -> Iterator[Any]:
        numbers = np.asarray(value, float)
        for place in np.ndindex(numbers.shape):
            for number in simpler_number(float(numbers[place])):
                if self.low <= number <= self.high:
                    changed = numbers.copy()
                    changed[place] = number
                    yield changed if changed.ndim else number


@dataclass(frozen=True)
class Quarters(Reals):
    """Multiples of a quarter: sums of them are exact, so ties and kinks are met, and often."""

    def draw(self, rng: np.random.Generator, sizes: Mapping[str, int]) -> Any:
        return np.round(4 * np.asarray(super().draw(rng, sizes))) / 4 + 0.0  # −0 is 0


@dataclass(frozen=True)
class Column(Reals):
    """Numbers along one axis, as an array with a second axis of length 1."""

    def sizes(self, value: Any) -> dict[str, int]:
        return super().sizes(value[:, 0])

    def draw(self, rng: np.random.Generator, sizes: Mapping[str, int]) -> Any:
        return super().draw(rng, sizes)[:, None]


@dataclass(frozen=True)
class Distributions(Argument):
    """Probabilities that sum to 1 along the last axis; 0 occurs."""

    axes: str = "N K"

    def draw(self, rng: np.random.Generator, sizes: Mapping[str, int]) -> Any:
        shape = [sizes[axis] for axis in self.axes.split()]
        # tenths, so that a reader can add them up
        places = rng.integers(0, shape[-1], (*shape[:-1], 10))
        return (places[..., None] == np.arange(shape[-1])).mean(-2)

    def without(self, value: Any, axis: str, index: int) -> Any:
        rest = super().without(value, axis, index)
        total = rest.sum(-1, keepdims=True)
        return rest / total if rest.size and total.all() else None


@dataclass(frozen=True)
class Labels(Argument):
    """Indices along the axis `of`, counted from 0, or one of `also`."""

    axes: str = "N"
    of: str = "K"
    also: tuple[int, ...] = ()

    def draw(self, rng: np.random.Generator, sizes: Mapping[str, int]) -> Any:
        shape = [sizes[axis] for axis in self.axes.split()]
        labels = rng.integers(0, sizes[self.of], shape)
        if self.also:
            labels = np.where(rng.random(shape) < 0.3, rng.choice(self.also, shape), labels)
        return labels if shape else int(labels)

    def without(self, value: Any, axis: str, index: int) -> Any:
        value = super().without(value, axis, index)
        if axis != self.of:
            return value
        labels = np.asarray(value)
        real = ~np.isin(labels, self.also)
        if (labels[real] == index).any():
            return None  # the class is in use
        labels = np.where(real & (labels > index), labels - 1, labels)
        return labels if labels.ndim else int(labels)

    def simpler(self, value: Any) -> Iterator[Any]:
        labels = np.asarray(value)
        for place in np.ndindex(labels.shape):
            if labels[place] != 0:
                changed = labels.copy()
                changed[place] = 0
                yield changed if changed.ndim else 0


@dataclass(frozen=True)
class One(Argument):
    """One of a few values, the simplest first."""

    of: tuple[Any, ...]

    def draw(self, rng: np.random.Generator, sizes: Mapping[str, int]) -> Any:
        return self.of[rng.integers(len(self.of))]

    def simpler(self, value: Any) -> Iterator[Any]:
        yield from self.of[: self.of.index(value)]


@dataclass(frozen=True)
class Among(Argument):
    """An array whose elements are among a few whole numbers, the simplest first."""

    axes: str = "N"
    of: tuple[int, ...] = (0, 1)

    def draw(self, rng: np.random.Generator, sizes: Mapping[str, int]) -> Any:
        return rng.choice(self.of, [sizes[axis] for axis in self.axes.split()])

    def simpler(self, value: Any) -> Iterator[Any]:
        for place in np.ndindex(value.shape):
            for number in self.of[: self.of.index(value[place])]:
                changed = value.copy()
                changed[place] = number
                yield changed


@dataclass(frozen=True)
class Whole(Argument):
    """A whole number from `low` to `high`."""

    low: int = 1
    high: int = 5

    def draw(self, rng: np.random.Generator, sizes: Mapping[str, int]) -> Any:
        return int(rng.integers(self.low, self.high + 1))

    def simpler(self, value: Any) -> Iterator[Any]:
        yield from range(self.low, value)


def simpler_number(number: float) -> Iterator[float]:
    """0; or a whole number, if it is none; or about half of it."""
    if number != 0:
        yield 0.0
    if number != round(number):
        yield float(round(number))
    elif abs(number) > 1:
        yield float(int(number / 2))


Description = Mapping[str, Argument]
"""The arguments of a function by their names, in order."""


def sizes(description: Description, values: tuple[Any, ...]) -> dict[str, int]:
    """Return the lengths of the named axes."""
    found: dict[str, int] = {}
    for argument, value in zip(description.values(), values, strict=True):
        for axis, n in argument.sizes(value).items():
            if found.setdefault(axis, n) != n:
                raise ValueError(f"axis {axis} has the lengths {found[axis]} and {n}")
    return found


def draw(
    description: Description, rng: np.random.Generator, lengths: Mapping[str, int]
) -> tuple[Any, ...]:
    return tuple(argument.draw(rng, lengths) for argument in description.values())


def smaller(
    description: Description, values: tuple[Any, ...], least: Mapping[str, int]
) -> Iterator[tuple[Any, ...]]:
    """Yield arguments a little smaller than these: shorter axes first, then simpler numbers."""
    for axis, n in sizes(description, values).items():
        for index in range(n if n > least.get(axis, 1) else 0):
            candidate = tuple(
                argument.without(value, axis, index)
                for argument, value in zip(description.values(), values, strict=True)
            )
            if all(each is not None for each in candidate):
                yield candidate
    for n, argument in enumerate(description.values()):
        for value in argument.simpler(values[n]):
            yield (*values[:n], value, *values[n + 1 :])


def magnitude(values: tuple[Any, ...]) -> float:
    """Return the largest absolute value among the real numbers, for the tolerance."""
    largest = 0.0
    for value in values:
        if isinstance(value, list):
            largest = max(largest, magnitude(tuple(value)))
        elif isinstance(value, dict):
            largest = max(largest, magnitude(tuple(value.values())))
        elif np.asarray(value).dtype.kind == "f":
            numbers = np.abs(np.asarray(value))
            largest = max(largest, float(numbers[np.isfinite(numbers)].max(initial=0)))
    return largest
