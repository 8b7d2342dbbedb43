"""Run every check whose inputs changed since it last passed. Exit 0 only if all pass."""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tools import book, execution, rerun, test_site
from tools.reference import make as reference
from tools.rerun import PASSED
from tools.unchanged import ROOT, digest

PYTEST = [sys.executable, "-m", "pytest", "-q", "--no-header"]
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


def grading() -> bool:
    return run(*PYTEST, "-n", "2", "tests/grading")


def gates() -> bool:
    return run(*PYTEST, "-n", "auto", "tests/book")


def assignments() -> bool:
    return run(*PYTEST, "-n", "auto", "tests/assignments")


def site() -> bool:
    """From nothing, so that every page is written and every warning heard.

    What needs a browser is for tools/test_site.py.
    """
    return book.build(fresh=True) and run(*PYTEST, "tests/site", f"--ignore={test_site.TESTS}")


def sabotage() -> bool:
    """Errors planted on purpose. It relies on the other groups, so it comes after them."""
    return run(sys.executable, "-m", "tools.sabotage", "--sample")


def code(*names: str) -> list[Path]:
    return [*CONFIGURATION, ROOT / "tests" / "conftest.py", *(ROOT / name for name in names)]


# name, what it says it does, what it does, what can change its verdict
Group = tuple[str, str, Callable[[], bool], list[Path]]
GROUPS: list[Group] = [
    ("lint", "ruff and mypy", lint, code("lossbook", "tools", "tests", "benchmarks")),
    ("package", "the tests of lossbook", package,
     code("lossbook", "benchmarks", "tests/package", "tools/dist.py", "README.md", "CHANGELOG.md",
          "CITATION.cff")),
    ("gates", "the checks of the notebooks, and the checks of those checks", gates,
     code("book", "lossbook", "tools", "tests/book", "binder", "requirements.txt",
          "constraints.txt")),
    ("assignments", "right, wrong and hostile answers to every question", assignments,
     code("book/assignments", "book/src", "lossbook", "tools", "tests/assignments")),
    ("grading", "returned notebooks, honest, hostile, endless and broken", grading,
     code("book/assignments", "lossbook", "tests/grading")),
    ("site", "the book from nothing, and its pages", site,
     code("book", "lossbook", "tools", "tests/site", ".github", "Makefile", "_build/html")),
    ("sabotage", "20 planted errors, of which the checks must find 18", sabotage,
     code("book", "lossbook", "tools", "tests/package", "tests/book")),
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


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="also what did not change")
    everything = parser.parse_args().all
    start = time.monotonic()
    execution.prepare()
    reference.make()
    results = {group[0]: check_group(group, everything) for group in GROUPS[:2]}
    results["notebooks"] = rerun.all_notebooks({"": execution.STANDARD}, everything)
    results |= {group[0]: check_group(group, everything) for group in GROUPS[2:-1]}
    if all(results.values()):  # what is red already would seem to find anything
        results[GROUPS[-1][0]] = check_group(GROUPS[-1], everything)
    failed = [name for name, passed in results.items() if not passed]
    seconds = time.monotonic() - start
    print(f"FAILED: {', '.join(failed)}" if failed else f"All checks passed ({seconds:.0f} s)")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
