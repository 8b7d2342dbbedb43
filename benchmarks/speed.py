"""How fast: value and gradient together, as a ratio to PyTorch's forward and backward pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from benchmarks import peers
from benchmarks.cases import CASES, Case, Shape
from benchmarks.tables import geometric_mean, table
from benchmarks.timing import fastest


class Cell(NamedTuple):
    """One loss at one size, and the seconds that each library took."""

    name: str
    dtype: str
    shape: Shape
    seconds: dict[str, float]

    def ratio(self, library: str = "lossbook") -> float:
        """Return its time over PyTorch's."""
        return self.seconds[library] / self.seconds["PyTorch"]


def measure(case: Case, shape: Shape, dtype: Any, **how: Any) -> Cell:
    """Time one cell, the libraries by turns."""
    arrays = case.arrays(shape, dtype)
    calls = {name: make(case, arrays) for name, make in peers.PEERS.items()}
    here = {name: call for name, call in calls.items() if call is not None}
    return Cell(case.name, np.dtype(dtype).name, shape, fastest(here, **how))


def cells(cases: Iterable[Case] = CASES, most: float = float("inf"), **how: Any) -> Iterator[Cell]:
    """Time all cells of at most so many elements."""
    for case in cases:
        for dtype in (np.float32, np.float64):
            for shape in case.shapes:
                if np.prod(shape) <= most:
                    yield measure(case, shape, dtype, **how)


HEADER = [
    "loss, type, size",
    "lossbook, µs",
    "PyTorch, µs",
    "lossbook / PyTorch",
    "scikit-learn / PyTorch",
    "JAX / PyTorch",
]


def row(cell: Cell) -> list[str]:
    """Return the cell as a line of the table."""
    size = " × ".join(f"{n:,}" for n in cell.shape)
    return [
        f"{cell.name}, {cell.dtype}, {size}",
        *(f"{1e6 * cell.seconds[library]:,.0f}" for library in ("lossbook", "PyTorch")),
        *(
            f"{cell.ratio(library):.2f}" if library in cell.seconds else ""
            for library in ("lossbook", "scikit-learn", "JAX")
        ),
    ]


def report(cases: Iterable[Case] = CASES, most: float = float("inf"), **how: Any) -> str:
    """Return the table of all cells, and what sums it up."""
    measured = list(cells(cases, most, **how))
    names = list(dict.fromkeys(cell.name for cell in measured))
    means = [
        [name, f"{mean:.2f}", f"{max(ratios):.2f}"]
        for name in names
        for ratios in [[cell.ratio() for cell in measured if cell.name == name]]
        for mean in [geometric_mean(ratios)]
    ]
    worst = max(measured, key=Cell.ratio)
    slower = sum(cell.ratio() > 1 for cell in measured)
    absent = [name for name in peers.PEERS if not any(name in cell.seconds for cell in measured)]
    return "\n".join(
        [
            table(HEADER, map(row, measured)),
            *(f"{name}: not installed (benchmarks/requirements.txt)" for name in absent),
            "",
            table(["lossbook / PyTorch", "geometric mean", "worst"], means),
            "",
            f"geometric mean of all {len(measured)} cells: "
            f"{geometric_mean(cell.ratio() for cell in measured):.2f}",
            f"worst: {worst.ratio():.2f}, {row(worst)[0]}",
            f"slower than PyTorch: {slower} of {len(measured)} cells",
        ]
    )
