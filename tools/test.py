"""Run every check whose inputs changed since it last passed. Exit 0 only if all pass."""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools import book, execution, notebooks
from tools.unchanged import ROOT, Record, digest

PYTEST = [sys.executable, "-m", "pytest", "-q", "--no-header"]
PASSED = Record("passed")
CONFIGURATION = [ROOT / name for name in ("pyproject.toml", "_config.yml", "_toc.yml")]
HTML = ROOT / "_build" / "html"


def run(*command: str) -> bool:
    return subprocess.run(command, cwd=ROOT, env=execution.environment()).returncode == 0


def lint() -> bool:
    ruff = [sys.executable, "-m", "ruff"]
    results = [
        run(*ruff, "check", "--quiet", "."),
        run(*ruff, "format", "--check", "--quiet", "."),
        run(sys.executable, "-m", "mypy", "--no-error-summary"),
    ]
    return all(results)


def package() -> bool:
    return run(*PYTEST, "-n", "auto", "--doctest-modules", "tests/package", "lossbook")


def gates() -> bool:
    return run(*PYTEST, "-n", "auto", "tests/book")


def site() -> bool:
    """From nothing, so that every page is written and every warning heard."""
    return book.build(fresh=True) and run(*PYTEST, "tests/site")


def code(*names: str) -> list[Path]:
    return [*CONFIGURATION, ROOT / "tests" / "conftest.py", *(ROOT / name for name in names)]


# name, what it says it does, what it does, what can change its verdict
Group = tuple[str, str, Callable[[], bool], list[Path]]
GROUPS: list[Group] = [
    ("lint", "ruff and mypy", lint, code("lossbook", "tools", "tests", "benchmarks")),
    ("package", "the tests of lossbook", package, code("lossbook", "tests/package")),
    ("gates", "the checks of the notebooks, and the checks of those checks", gates,
     code("book", "lossbook", "tools", "tests/book")),
    ("site", "the book from nothing, and its pages", site,
     code("book", "lossbook", "tools", "tests/site", "_build/html")),
]  # fmt: skip


def check_group(group: Group, everything: bool) -> bool:
    name, what, action, places = group
    if not everything and PASSED.holds(name, digest(*places)):
        print(f"{name}: unchanged since it passed", flush=True)
        return True
    print(f"{name}: {what}", flush=True)
    start = time.monotonic()
    before = digest(*(place for place in places if not place.is_relative_to(HTML)))
    passed = action()
    print(f"{name}: {'passed' if passed else 'FAILED'} ({time.monotonic() - start:.1f} s)")
    # a file saved while the check ran was perhaps not the one that was checked
    if passed and before == digest(*(p for p in places if not p.is_relative_to(HTML))):
        PASSED.update([(name, digest(*places))])
    return passed


def check_notebook(notebook: Path, value: str) -> bool:
    start = time.monotonic()
    command = execution.nbval(notebook)
    result = subprocess.run(command, capture_output=True, text=True, env=execution.environment())
    passed = result.returncode == 0
    seconds = time.monotonic() - start
    if passed:
        PASSED.update([(f"notebook {notebook.stem}", value)])
        print(f"notebooks: {notebook.stem} passed ({seconds:.1f} s)", flush=True)
    else:
        print(f"{result.stdout}{result.stderr}\nnotebooks: {notebook.stem} FAILED", flush=True)
    return passed


def check_notebooks(everything: bool) -> bool:
    """Each notebook in a process of its own, as many at a time as there are cores."""
    stale = []
    for _, notebook in notebooks.chapters():
        value = digest(notebook, ROOT / "lossbook", ROOT / "tools" / "execution.py")
        if not everything and PASSED.holds(f"notebook {notebook.stem}", value):
            print(f"notebooks: {notebook.stem} unchanged since it passed", flush=True)
        else:
            print(f"notebooks: {notebook.stem} runs again, outputs compared", flush=True)
            stale.append((notebook, value))
    if not stale:
        return True
    execution.prepare()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return all(list(pool.map(check_notebook, *zip(*stale, strict=True))))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="also what did not change")
    everything = parser.parse_args().all
    start = time.monotonic()
    execution.prepare()
    results = {group[0]: check_group(group, everything) for group in GROUPS[:2]}
    results["notebooks"] = check_notebooks(everything)
    results |= {group[0]: check_group(group, everything) for group in GROUPS[2:]}
    failed = [name for name, passed in results.items() if not passed]
    seconds = time.monotonic() - start
    print(f"FAILED: {', '.join(failed)}" if failed else f"All checks passed ({seconds:.0f} s)")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
