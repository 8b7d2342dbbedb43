"""The equations in the docstrings of lossbook are true: value and gradient of each loss are
proved equal to its formula and the derivative of its formula, everything else has a check.
"""

import importlib
import inspect
import pkgutil
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import sympy as sp

import lossbook
from book.checks.docstrings import DOCSTRINGS
from lossbook import symbolic
from lossbook.core import losses
from tools import latex
from tools.check_equations import DISPLAY, fault
from tools.claims import Claim, Proved
from tools.verdict import verdict

Claims = Mapping[str, list[Claim]]


def documented() -> dict[str, Callable[..., Any]]:
    """Every public function of the package whose docstring displays an equation."""
    found: dict[str, Callable[..., Any]] = {}
    for info in pkgutil.iter_modules(lossbook.__path__, "lossbook."):
        module = importlib.import_module(info.name)
        for name, value in vars(module).items():
            home = getattr(value, "__module__", None) == module.__name__
            public = home and not name.startswith("_") and callable(value)
            if public and "$$" in (value.__doc__ or ""):
                is_loss = losses().get(name) is value
                found[name if is_loss else f"{info.name[9:]}.{name}"] = value
    return found


def place(function: Callable[..., Any], offset: int) -> str:
    """`file.py:line` of a place in the docstring."""
    plain = inspect.unwrap(function)
    path, doc = inspect.getsourcefile(plain) or "?", function.__doc__ or ""
    source, first = inspect.getsourcelines(plain)
    opening = next((n for n, line in enumerate(source) if '"""' in line), 0)
    line = first + opening + doc.count("\n", 0, offset)
    return f"{path.rsplit('/', 1)[-1]}:{line}"


def states_both(name: str, texts: list[str], claims: list[Claim]) -> Iterator[str]:
    """A loss states its value and its gradient, as equations that are proved."""
    formula = sp.sympify(losses()[name].formula)
    sides = []
    for text, claim in zip(texts, claims, strict=False):
        if isinstance(claim, Proved):
            sides += [each.sides[0] for each in latex.read(text, claim.names)]
    neutral = symbolic._twin(name).parameters
    values = [side for side in sides if not isinstance(side, sp.Derivative)]
    if not any(value.free_symbols >= formula.free_symbols - set(neutral) for value in values):
        yield f"{name}: the docstring does not state the value"
    if len(values) == len(sides):
        yield f"{name}: the docstring does not state the gradient"


def function_problems(name: str, function: Any, claims: Claims) -> Iterator[str]:
    displays = list(DISPLAY.finditer(function.__doc__ or ""))
    texts = [latex.normal(match[1]) for match in displays]
    mine = claims.get(name, [])
    if len(mine) != len(texts):
        yield (
            f"{place(function, displays[0].start())}: {name} has {len(texts)} equations "
            f"but {len(mine)} checks in DOCSTRINGS in book/checks/docstrings.py"
        )
        return
    wrong = False
    for match, text, claim in zip(displays, texts, mine, strict=True):
        if found := fault(text, claim):
            wrong = True
            yield f"{place(function, match.start())}: {name} {found}"
    if name in losses() and not wrong:
        yield from states_both(name, texts, mine)


def problems(claims: Claims = DOCSTRINGS) -> list[str]:
    found: list[str] = []
    functions = documented()
    for name, function in functions.items():
        found += function_problems(name, function, claims)
    for name in losses():
        if name not in functions:
            found.append(f"{name}: the docstring displays no equation")
    for name in sorted(set(claims) - set(functions)):
        found.append(f"DOCSTRINGS lists {name}, which is no function with an equation")
    return found


if __name__ == "__main__":
    sys.exit(verdict(problems()))
