"""Evaluate an expression, taken apart as a tree, at exact points.

Symbols are known by name alone. SymPy's own comparisons reject right answers whose symbols were
declared otherwise; and a stranger's tree is only walked here, never run.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache
from typing import Any

from lossbook.assignments.plain import Expression, plain
from lossbook.extras import extra

DOMAINS: Mapping[str, tuple[Fraction, ...]] = {
    "real": tuple(Fraction(n, d) for n in (1, -1, 2, -3, 5) for d in (1, 2, 3)),
    "positive": tuple(Fraction(n, d) for n in (1, 2, 3, 5, 7) for d in (1, 2, 4)),
    "unit": tuple(Fraction(n, 10) for n in (5, 1, 9, 2, 7, 3, 6, 4, 8)),
    "whole": tuple(map(Fraction, (2, 3, 4, 5, 6, 8, 10))),
}
"""From where the values of a symbol are taken: "unit" lies between 0 and 1, "whole" is a size."""

POINTS = 16

Point = dict[str, Fraction]


class Unknown(ValueError):
    """A symbol or a function that the question does not have; its message names it."""


def points(symbols: Mapping[str, str]) -> list[Point]:
    """Points at which expressions are compared, the simplest numbers first."""
    rng = random.Random(0)
    found = [{s: rng.choice(DOMAINS[d]) for s, d in symbols.items()} for _ in range(POINTS)]
    return sorted(found, key=lambda p: sum(abs(x.numerator) + x.denominator for x in p.values()))


@cache
def parsed(text: str, symbols: tuple[str, ...]) -> Expression:
    """The expression that a question's own text means, each name a plain symbol."""
    with extra("symbolic"):
        import sympy
    found = plain(sympy.sympify(text, locals={name: sympy.Symbol(name) for name in symbols}))
    assert isinstance(found, Expression)
    return found


def value(expression: Expression, point: Mapping[str, Fraction]) -> float:
    """The number that it is at a point; nan where it is not defined."""
    with extra("symbolic"):
        from mpmath import mp, mpf
    with mp.workdps(30):
        here = {name: mpf(x.numerator) / x.denominator for name, x in point.items()}
        try:
            found = _number(expression.tree, here, mp)
        except (ZeroDivisionError, OverflowError, TypeError):
            return math.nan
        # what is 0 on paper may come out as 1e-31
        return math.nan if isinstance(found, mp.mpc) else float(mp.chop(found))


def _number(tree: Any, here: Mapping[str, Any], mp: Any) -> Any:
    head, *rest = tree
    if head == "Symbol":
        if rest[0] not in here:
            raise Unknown(f"the symbol {rest[0]}")
        return here[rest[0]]
    if head == "Rational":
        return mp.mpf(int(rest[0])) / int(rest[1])
    if head == "Float":
        return mp.mpf(str(rest[0]))
    if head == "Piecewise":
        for _, branch, condition in rest:  # an ExprCondPair
            if _number(condition, here, mp):
                return _number(branch, here, mp)
        return mp.nan
    function = _functions(mp).get(str(head))
    if function is None:
        raise Unknown(f"the function {head}")
    return function(*(_number(each, here, mp) for each in rest))


def _functions(mp: Any) -> dict[str, Callable[..., Any]]:
    """What an answer may contain, by SymPy's names."""
    names = ("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sign", "erf", "gamma")
    return {
        **{name: getattr(mp, name) for name in names},
        "Add": lambda *terms: mp.fsum(terms),
        "Mul": lambda *factors: mp.fprod(factors),
        "Pow": lambda base, power: base**power,
        "Abs": abs,
        "Max": max,
        "Min": min,
        "Exp1": lambda: mp.e,
        "Pi": lambda: mp.pi,
        "Infinity": lambda: mp.inf,
        "NegativeInfinity": lambda: -mp.inf,
        "NaN": lambda: mp.nan,
        "Heaviside": lambda x, at_zero=0.5: at_zero if x == 0 else mp.mpf(x > 0),
        "StrictLessThan": lambda a, b: a < b,
        "LessThan": lambda a, b: a <= b,
        "StrictGreaterThan": lambda a, b: a > b,
        "GreaterThan": lambda a, b: a >= b,
        "Equality": lambda a, b: a == b,
        "Unequality": lambda a, b: a != b,
        "And": lambda *all_of: all(all_of),
        "Or": lambda *any_of: any(any_of),
        "Not": lambda a: not a,
        "BooleanTrue": lambda: True,
        "BooleanFalse": lambda: False,
    }
