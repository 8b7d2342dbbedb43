"""How accurate: the points where value or slope miss 80-digit arithmetic by more than 8 ulp.

The points and the reference are those of the tests, which insist on lossbook's counts.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from benchmarks.tables import table
from tests.package.accuracy import BOUND, CASES, Count, count

Task = tuple[str, str]


def measure(task: Task) -> Count:
    """Count the misses of one loss in one precision."""
    name, dtype = task
    return count(name, np.dtype(dtype))


def report(names: Iterable[str] = CASES) -> str:
    """Return the table of counts, and their sums where PyTorch has the loss."""
    tasks = [(name, dtype) for name in names for dtype in ("float64", "float32")]
    with ProcessPoolExecutor(min(len(tasks), os.cpu_count() or 1)) as pool:
        counts = list(pool.map(measure, tasks))
    rows = [
        [
            ", ".join(task),
            str(c.points),
            *(
                "" if missed is None else str(missed)
                for missed in (c.value, c.slope, c.torch_value, c.torch_slope)
            ),
        ]
        for task, c in zip(tasks, counts, strict=True)
    ]
    both = [c for c in counts if c.torch_value is not None and c.torch_slope is not None]
    sums = [
        sum(getattr(c, name) for c in both)
        for name in ("points", "value", "slope", "torch_value", "torch_slope")
    ]
    header = ["loss, type", "points", "value", "slope", "PyTorch's value", "PyTorch's slope"]
    total = ["where PyTorch has it", *map(str, sums)]
    return f"points missed by more than {BOUND} ulp\n\n" + table(header, [*rows, total])
