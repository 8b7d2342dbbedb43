"""Make a failing input smaller while it goes on failing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lossbook.assignments.arguments import Description, smaller

ATTEMPTS = 100


def shrink(
    description: Description,
    values: tuple[Any, ...],
    least: Mapping[str, int],
    fails: Callable[[tuple[Any, ...]], bool],
) -> tuple[Any, ...]:
    """Return arguments none of whose smaller neighbours fails; greedily, so some smallest ones."""
    attempts = 0
    while True:
        for candidate in smaller(description, values, least):
            attempts += 1
            if attempts > ATTEMPTS:
                return values
            if fails(candidate):
                values = candidate
                break
        else:
            return values
