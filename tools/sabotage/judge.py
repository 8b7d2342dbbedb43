"""What the checks of `make test` say of one plant, the quickest first."""

import importlib
import os
import sys
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path

import nbformat

from tools import (
    check_code,
    check_equations,
    check_notebooks,
    check_numbers,
    execution,
    markdown,
)
from tools.claims import checks_of
from tools.sabotage.plant import Plant

# Check: scratch copy, plant -> what is wrong. Whatever a check raises counts as a complaint too.
Check = Callable[[Path, Plant], Iterable[str]]
OURS = {"lossbook", "tools", "tests", "book"}
RED = {1, 2}  # what pytest returns for failures, and for files that cannot be imported


def chapter(scratch: Path, plant: Plant) -> tuple[Path, Path]:
    stem = Path(plant.path).stem
    folder = scratch / "book"
    return folder / "src" / f"{stem}.md", folder / "chapters" / f"{stem}.ipynb"


def notebook(scratch: Path, plant: Plant) -> Iterable[str]:
    return check_notebooks.chapter_problems(*chapter(scratch, plant))


def numbers(scratch: Path, plant: Plant) -> Iterable[str]:
    source, target = chapter(scratch, plant)
    stored = nbformat.read(target, as_version=4)
    return check_numbers.chapter_problems(markdown.parse(source), stored, checks_of(source))


def code(scratch: Path, plant: Plant) -> Iterable[str]:
    source, _ = chapter(scratch, plant)
    return check_code.chapter_problems(markdown.parse(source), checks_of(source), scratch)


def equations(scratch: Path, plant: Plant) -> Iterable[str]:
    source, _ = chapter(scratch, plant)
    return check_equations.chapter_problems(markdown.parse(source), checks_of(source))


def docstrings(scratch: Path, plant: Plant) -> Iterable[str]:
    """Those of the module in which the plant stands."""
    import_from(scratch)
    check = importlib.import_module("tools.check_docstrings")
    module = f"lossbook.{Path(plant.path).stem}"
    for name, function in check.documented().items():
        if function.__module__ == module:
            yield from check.function_problems(name, function, check.DOCSTRINGS)


def nbval(scratch: Path, plant: Plant) -> Iterable[str]:
    """The notebook runs again, with the package of the scratch copy."""
    os.environ.update(execution.environment(), PYTHONPATH=str(scratch))
    _, target = chapter(scratch, plant)
    return pytest(scratch, *execution.nbval(target)[3:])


def family_tests(scratch: Path, plant: Plant) -> Iterable[str]:
    """The tests of the module, and its examples."""
    import_from(scratch)
    stem = Path(plant.path).stem
    folder = scratch / "tests" / "package"
    found = sorted(folder.glob(f"test_*{stem}*.py")) or sorted(folder.glob("test_accuracy*.py"))
    return pytest(scratch, "--doctest-modules", plant.path, *map(str, found))


def package_tests(scratch: Path, plant: Plant) -> Iterable[str]:
    import_from(scratch)
    return pytest(scratch, "--doctest-modules", "tests/package", "lossbook")


def import_from(scratch: Path) -> None:
    """From now on our modules are those of the scratch copy."""
    os.chdir(scratch)
    os.environ["PYTHONPATH"] = str(scratch)
    sys.path.insert(0, str(scratch))
    sys.dont_write_bytecode = True
    for name in list(sys.modules):
        if name.partition(".")[0] in OURS and not name.startswith("tools.sabotage"):
            del sys.modules[name]


def pytest(scratch: Path, *arguments: str) -> list[str]:
    import pytest as runner

    here = f"cache_dir={scratch / '.cache' / 'pytest'}"

    try:
        code = int(runner.main([*arguments, "-x", "-q", "--no-header", "-o", here]))
    except Exception as error:  # of pytest itself: those of the tests it reports
        raise SystemExit(f"pytest could not run: {error}") from error
    if code and code not in RED:
        raise SystemExit(f"pytest ended with {code}, which says nothing about the plant")
    return ["tests fail"] if code else []


CHECKS: dict[str, Check] = {
    "notebook": notebook,
    "numbers": numbers,
    "code": code,
    "equations": equations,
    "docstrings": docstrings,
    "tests of the module": family_tests,
    "tests of the package": package_tests,
    "nbval": nbval,
}


def checks_for(plant: Plant) -> list[str]:
    """The names of the checks that can see the plant, the quickest first.

    Not that of style: a line that has grown too long says nothing about its meaning.
    """
    if plant.path.endswith(".ipynb"):
        return ["notebook", "numbers", "nbval"]
    if plant.in_cell:
        return ["notebook", "numbers", "code", "nbval"]
    if plant.path.endswith(".md"):
        return ["notebook", "numbers", "code", "equations"]
    if plant.kind == "equation in a docstring":
        return ["docstrings"]
    return ["tests of the module", "docstrings", "tests of the package"]


def verdict(scratch: Path, plant: Plant, names: list[str]) -> str:
    """The name of the first check that complains, or nothing."""
    for name in names:
        try:
            complaints = list(islice(CHECKS[name](scratch, plant), 1))
        except Exception as error:  # make test would be red as well
            print(f"{name}: {type(error).__name__}: {error}")
            return name
        if complaints:
            print(f"{name}: {complaints[0]}")
            return name
    return ""
