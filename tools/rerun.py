"""Run the notebooks again under a condition, comparing every output with the stored one."""

import os
import subprocess
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from tools import execution, notebooks
from tools.unchanged import ROOT, Record, digest

PASSED = Record("passed")
TIMES = Record("times")
"""Seconds of each notebook under the standard condition, for the status page."""


class Run(NamedTuple):
    notebook: Path
    name: str
    """What it is called in the record, and to whoever reads along."""
    condition: Mapping[str, str]
    value: str
    """The digest of everything that can change the verdict."""


def run(notebook: Path, condition: Mapping[str, str]) -> tuple[bool, str]:
    """Whether it passed, and what nbval said."""
    result = subprocess.run(
        execution.nbval(notebook),
        capture_output=True,
        text=True,
        env=execution.environment(condition),
    )
    return result.returncode == 0, f"{result.stdout}{result.stderr}"


def one(job: Run) -> bool:
    start = time.monotonic()
    passed, said = run(job.notebook, job.condition)
    seconds = time.monotonic() - start
    if passed:
        PASSED.update([(f"notebook {job.name}", job.value)])
        if not job.condition:
            TIMES.update([(job.name, f"{seconds:.1f}")])
        print(f"notebooks: {job.name} passed ({seconds:.1f} s)", flush=True)
    else:
        print(f"{said}\nnotebooks: {job.name} FAILED", flush=True)
    return passed


def all_notebooks(conditions: Mapping[str, Mapping[str, str]], everything: bool) -> bool:
    """Each in a process of its own, as many at a time as there are cores."""
    stale = []
    for what, condition in conditions.items():
        for document in notebooks.documents():
            notebook = document.target
            name = f"{document.name} ({what})" if what else document.name
            tools = [ROOT / "tools" / name for name in ("execution.py", "nbval-sanitize.cfg")]
            value = digest(notebook, *document.package(), *tools)
            if not everything and PASSED.holds(f"notebook {name}", value):
                print(f"notebooks: {name} unchanged since it passed", flush=True)
            else:
                print(f"notebooks: {name} runs again, outputs compared", flush=True)
                stale.append(Run(notebook, name, condition, value))
    if not stale:
        return True
    execution.prepare()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return all(list(pool.map(one, stale)))
