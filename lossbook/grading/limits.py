"""How much a notebook may use. The run reads them from its arguments; all processes know them."""

from __future__ import annotations

from dataclasses import dataclass

from lossbook.assignments.calling import SECONDS

CELLS = 6
"""All the cells of a notebook together may take as long as so many of them."""

GRACE = 1.0
"""Seconds after which a stranger that should have stopped by itself is killed."""

MESSAGE = 8_000_000
"""Bytes of one reply: an array of 700,000 numbers."""

NOTEBOOK = 64_000_000
"""Bytes of a file; figures make notebooks large."""

WRITTEN = 64_000_000
"""Bytes of one file that a notebook writes."""

STARTS = 5
"""How often a notebook is begun again, without the cell or after the answer that ended it."""

STARTING = 60.0
"""Seconds for a process to import what it needs, on a busy computer."""


@dataclass(frozen=True)
class Limits:
    """For one notebook."""

    seconds: float = 10.0
    """Of each cell."""
    memory: int = 2048
    """Megabytes of address space; None of them are taken until they are used."""
    confined: bool = True
    """Whether the operating system is asked to fence it in; only tests say no."""

    @property
    def notebook(self) -> float:
        """Seconds of all its cells."""
        return CELLS * self.seconds

    @property
    def question(self) -> float:
        """Seconds of all the calls for one question."""
        return min(SECONDS, self.seconds)

    def whole(self, questions: int) -> float:
        """Seconds after which a judge is given up that has said nothing."""
        return 2 * (self.notebook + questions * (self.question + GRACE) + STARTS * STARTING)
