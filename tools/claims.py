"""What the file `book/checks/CHAPTER.py` says, and how to find it.

It holds up to four tables, each keyed by what stands in the chapter:

- `EQUATIONS`: label of a displayed equation -> `Proved`, `Means`, `Computes` or `Tested`
- `INLINE`: text of a formula inside a sentence -> the same, or `Stated`
- `NUMBERS`: a number as it is written -> why no cell prints it
- `CODE`: an inline code span -> what it is, if no library knows it
"""

import importlib.util
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sympy as sp

from tools.latex import Names


@dataclass(frozen=True)
class Proved:
    """An equation whose sides are read and proved equal to each other.

    It says as much as `names` says: at least one side must be the package's own expression.
    Where a symbol can only be one of a few numbers, `cases` says which.
    """

    names: Names
    cases: tuple[Mapping[Any, Any], ...] = ({},)


@dataclass(frozen=True)
class Means:
    """A formula that is read and proved equal to `expression`."""

    expression: Any
    names: Names


VALUE = sp.Symbol("value of the function")


@dataclass(frozen=True)
class Computes:
    """An equation that is read, evaluated at random points and held against a function.

    In `names`, what the function computes is `VALUE`. The function is called with a number
    for each symbol in `arguments`, K numbers for each IndexedBase, and an array of the shape
    that stands beside it in a tuple such as `(base, N, K)`. What is declared `real=True` is drawn
    from −3 to 3, the rest from 0 to 1, and all of it if the function refuses a negative number;
    so declare logits, targets and inputs as real, probabilities and weights as positive. With
    `distributions` the arrays that are not real sum to 1 along the last axis. Indices count
    from 1.
    """

    names: Names
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    distributions: bool = False


@dataclass(frozen=True)
class Tested:
    """A statement that no parser reads: a limit, an inequality, a set.

    `check(claim)` must pass, and must raise AssertionError for each of `false`: claims close
    to the true one, so that the check is known to see a difference. `text` is the equation as
    it stands in the chapter, so that nobody changes it without coming here.
    """

    text: str
    check: Callable[[Any], None]
    claim: Any
    false: tuple[Any, ...]


@dataclass(frozen=True)
class Stated:
    """A formula inside a sentence that only introduces notation; `reason` says so."""

    reason: str


Claim = Proved | Means | Computes | Tested | Stated


@dataclass
class Checks:
    path: Path
    equations: dict[str, Claim] = field(default_factory=dict)
    inline: dict[str, Claim] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    code: dict[str, str] = field(default_factory=dict)


def checks_of(source: Path) -> Checks:
    """The tables of a chapter, empty if it has no file of checks."""
    name = source.stem.replace("-", "_")
    path = source.parent.parent / "checks" / f"{name}.py"
    if not path.exists():
        return Checks(path)
    spec = importlib.util.spec_from_file_location(f"checks_of_{name}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:  # leaving no __pycache__ in the book
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = writes
    tables = ("EQUATIONS", "INLINE", "NUMBERS", "CODE")
    return Checks(path, *(dict(getattr(module, table, {})) for table in tables))
