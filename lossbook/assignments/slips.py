"""Slips that can befall any answer: a turned sign, a factor too many. They are tried on every
answer without being listed anywhere, alone, in pairs, and on top of a question's own mistakes.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from lossbook.assignments.arguments import WORDS


class Slip(NamedTuple):
    """A wrong factor."""

    name: str
    says: str
    """In words, as the end of the sentence “It is right but for this: …”."""
    group: str
    """Of one group only one can befall an answer."""
    axis: str = ""
    """The factor is this axis's length …"""
    power: int = 1
    """… or one divided by it, for −1."""
    number: float = 1.0

    def factor(self, sizes: Mapping[str, int]) -> float:
        number = sizes.get(self.axis, 1) if self.axis else self.number
        return float(number) ** self.power


GENERAL = (
    Slip("sign", "its sign is turned", "sign", number=-1.0),
    Slip("bits", "it is in bits, and the book counts in nats", "base", number=1 / math.log(2)),
    Slip("× ln 2", "it is multiplied by ln 2", "base", number=math.log(2)),
    Slip("twice", "it is twice as large as it should be", "two", number=2.0),
    Slip("half", "it is half as large as it should be", "two", number=0.5),
)


def slips(axes: Iterable[str]) -> Iterator[tuple[Slip, ...]]:
    """Yield single slips, pairs and triples, for a question whose arguments have these axes."""
    singles = list(GENERAL)
    for axis in axes:
        words = f"{axis}, {WORDS[axis]}" if axis in WORDS else axis
        singles.append(Slip(f"× {axis}", f"it is multiplied by {words}", axis, axis))
        singles.append(Slip(f"÷ {axis}", f"it is divided by {words}", axis, axis, -1))
    for many in 1, 2, 3:
        for found in itertools.combinations(singles, many):
            if len({slip.group for slip in found}) == many:
                yield found


def name(found: tuple[Slip, ...]) -> str:
    return " and ".join(slip.name for slip in found)


def words(found: tuple[Slip, ...]) -> str:
    return ", and ".join(slip.says for slip in found)


def factor(found: tuple[Slip, ...], sizes: Mapping[str, int]) -> float:
    return math.prod(slip.factor(sizes) for slip in found)
