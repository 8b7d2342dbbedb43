"""How much memory: the peak of value and gradient above the inputs, beside PyTorch's.

Each figure comes from a process of its own, since memory once taken is seldom given back. It
makes the inputs, calls on small ones so that everything is loaded, and then notes by how much
one call on the large ones raises the resident memory. Only Linux tells that of one call.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from benchmarks import peers
from benchmarks.cases import CASES, Case, Shape
from benchmarks.tables import geometric_mean, table

ELEMENTS: tuple[Shape, ...] = ((10_000_000,),)
CLASSES: tuple[Shape, ...] = ((4096, 1000), (512, 32000))

STATUS = Path("/proc/self/status")


def _kilobytes(name: str) -> int:
    lines = STATUS.read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name + ":"))


def growth(library: str, name: str, shape: Shape) -> int:
    """Return by how many bytes one call raises the resident memory of this process."""
    case = next(case for case in CASES if case.name == name)
    small = peers.PEERS[library](case, case.arrays((8, *shape[1:]), np.float32))
    large = peers.PEERS[library](case, case.arrays(shape, np.float32))
    assert small is not None and large is not None
    small()
    before = _kilobytes("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew here
    result = large()
    after = _kilobytes("VmHWM")
    del result
    return (after - before) * 1024


def in_new_process(library: str, name: str, shape: Shape) -> int:
    """Return `growth` in a process of its own."""
    code = f"from benchmarks.memory import growth; print(growth{(library, name, shape)})"
    return int(subprocess.check_output([sys.executable, "-c", code], text=True))


def report(cases: Iterable[Case] = CASES, elements: tuple[Shape, ...] = ELEMENTS) -> str:
    """Return the table of peaks."""
    if not STATUS.exists():
        return "measured on Linux only"
    rows, ratios = [], []
    for case in cases:
        for shape in CLASSES if case.name == "cross_entropy" else elements:
            ours, theirs = (
                in_new_process(library, case.name, shape) for library in ("lossbook", "PyTorch")
            )
            ratios.append(ours / theirs)
            size = " × ".join(f"{n:,}" for n in shape)
            figures = [f"{ours / 2**20:,.1f}", f"{theirs / 2**20:,.1f}", f"{ratios[-1]:.2f}"]
            rows.append([f"{case.name}, {size}", *figures])
    return "\n".join(
        [
            table(["loss, float32, size", "lossbook, MiB", "PyTorch, MiB", "ratio"], rows),
            "",
            f"geometric mean: {geometric_mean(ratios):.2f}, worst: {max(ratios):.2f}",
        ]
    )
