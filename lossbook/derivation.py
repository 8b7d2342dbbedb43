"""Derivations that prove themselves, line by line."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping
from typing import Any, NamedTuple

from lossbook.extras import extra

with extra("symbolic"):
    import sympy as sp
    from sympy.core.expr import Expr

from lossbook.symbolic import K, N, latex


class DerivationError(ValueError):
    """A step that is not equal to the one before."""


class Step(NamedTuple):
    """One line of a derivation."""

    expression: Expr
    reason: str
    proof: str
    """How it was shown equal to the line before: "" for the first line."""


class Derivation:
    """A chain of equal expressions, each with its reason, each proved when it is added.

    Parameters
    ----------
    start : expression
        The first line.
    name : str or expression, optional
        What the chain computes, shown at the left; LaTeX if a string.
    where : mapping, optional
        Abbreviations: what a symbol such as `p[j]` stands for. They are printed as they
        are and expanded for the proof.

    Examples
    --------
    >>> import sympy as sp
    >>> from lossbook import Derivation
    >>> x = sp.Symbol("x", positive=True)
    >>> chain = Derivation(sp.log(1 / x)).step(-sp.log(x), "the logarithm of a reciprocal")
    >>> chain.steps[-1].proof
    'by SymPy'
    >>> chain.step(sp.log(x), "a lost sign")
    Traceback (most recent call last):
        ...
    lossbook.derivation.DerivationError: step 2 (a lost sign) is not equal to the line before:
      before: -log(x)
      now:    log(x)
      at x = 7/5 they are -0.3364722366 and 0.3364722366
    """

    def __init__(
        self, start: Any, name: Any = None, where: Mapping[Any, Any] | None = None
    ) -> None:
        self.name = name
        self.where: dict[Any, Any] = dict(where or {})
        self.steps: list[Step] = [Step(sp.sympify(start), "", "")]

    def step(
        self, expression: Any, reason: str, where: Mapping[Any, Any] | None = None
    ) -> Derivation:
        """Add a line equal to the last one, and return the derivation.

        Raises
        ------
        DerivationError
            If the two lines differ at some point, which it shows; or cannot be evaluated
            at enough points to tell.
        """
        new = sp.sympify(expression)
        last = self.steps[-1].expression
        names = {**self.where, **(where or {})}
        try:
            proof = prove_equal(self._expanded(last, names), self._expanded(new, names))
        except DerivationError as difference:
            raise DerivationError(
                f"step {len(self.steps)} ({reason}) is not equal to the line before:\n"
                f"  before: {last}\n  now:    {new}\n  {difference}"
            ) from None
        self.where = names
        self.steps.append(Step(new, reason, proof))
        return self

    @property
    def result(self) -> Expr:
        """The last line, with its abbreviations."""
        return self.steps[-1].expression

    @staticmethod
    def _expanded(expression: Expr, names: Mapping[Any, Any]) -> Expr:
        """Replace each abbreviation, whatever its index is called: p[k] by p[j]'s meaning."""
        for short, meaning in names.items():
            if isinstance(short, sp.Indexed):
                index = short.indices[0]
                found = [e for e in expression.atoms(sp.Indexed) if e.base == short.base]
                # xreplace, since subs leaves alone what stands under a sum over its own index
                expression = expression.xreplace(
                    {e: sp.sympify(meaning).subs(index, e.indices[0]) for e in found}
                )
            else:
                expression = expression.subs(short, meaning)
        return expression

    def _repr_latex_(self) -> str:
        name = self.name
        left = "" if name is None else name if isinstance(name, str) else sp.latex(name)
        lines = []
        for n, (expression, reason, _) in enumerate(self.steps):
            side = rf" &\quad& \text{{{reason}}}" if reason else ""
            equals = "=" if n or left else ""
            lines.append(rf"{left if n == 0 else ''} &{equals} {latex(expression)}{side}")
        body = " \\\\[0.6em]\n".join(lines)
        return f"$$\\begin{{alignedat}}{{2}}\n{body}\n\\end{{alignedat}}$$"

    def __repr__(self) -> str:
        lines = [str(self.steps[0].expression)]
        lines += [f"= {step.expression}    [{step.reason}]" for step in self.steps[1:]]
        return "\n".join(lines)


POINTS = 12
"""Exact points at which two expressions must agree."""

SIZES = (2, 3, 4)
"""Numbers of classes K tried."""


def prove_equal(a: Expr, b: Expr) -> str:
    """Return how `a` and `b` were shown equal, or raise `DerivationError` with a point.

    They are compared at exact rational points first, to 30 digits, so that a wrong step is
    refuted by a point a reader can try. Then SymPy is asked for a proof: the answer is
    "by SymPy", or "at N exact points" where it cannot decide.
    """
    compared = zero = 0
    for values in itertools.islice(_points(a, b), 4 * POINTS):
        left, right_ = (_at(e, values) for e in (a, b))
        if left is None or right_ is None:
            continue
        compared += 1
        if abs(left - right_) > sp.Float("1e-20") * (1 + abs(left)):
            where = ", ".join(f"{name} = {value}" for name, value in values.items())
            at = f"at {where} they are " if where else "they are "
            raise DerivationError(f"{at}{sp.N(left, 10)} and {sp.N(right_, 10)}")
        # Where both are 0, as beyond a hinge, they agree on little: more points are tried.
        zero += left == 0 == right_
        if compared - zero == POINTS or not values:
            break
    if compared == 0:
        raise DerivationError("neither can be evaluated at an exact point")
    if not (a - b).has(sp.Sum, sp.Derivative, sp.Indexed) and sp.simplify(a - b) == 0:
        return "by SymPy"
    return f"at {min(compared - zero or compared, POINTS)} exact points"


def _points(a: Expr, b: Expr) -> Any:
    """Yield exact values for all symbols of `a` and `b`, always the same ones."""
    both = sp.Tuple(a, b)
    rng = random.Random(0)
    axes = {e.base: len(e.indices) for e in both.atoms(sp.Indexed)}
    bases = sorted(axes, key=str)
    labels = {base.label for base in bases}
    # SymPy does not count the j of a derivative with respect to z[j] as free.
    indices = {s for d in both.atoms(sp.Derivative) for v in d.variables for s in v.free_symbols}
    free = sorted(
        (s for s in both.free_symbols | indices if isinstance(s, sp.Symbol) and s not in labels),
        key=str,
    )
    for n in itertools.cycle(SIZES):
        values: dict[Any, Any] = {}
        for symbol in free:
            if symbol == K:
                values[symbol] = sp.Integer(n)
            elif symbol == N:  # not K's number, so that neither can stand for the other
                values[symbol] = sp.Integer(n + 1)
            elif symbol.is_integer:
                values[symbol] = sp.Integer(rng.randint(1, n))
            else:
                size = sp.Rational(rng.randint(1, 12), rng.choice((2, 3, 4, 5)))
                sign = 1 if symbol.is_positive else rng.choice((-1, 1))
                values[symbol] = sign * size
        for base in bases:
            for c in itertools.product(range(1, n + 1 + (N in free)), repeat=axes[base]):
                number = sp.Rational(rng.randint(1, 12), rng.choice((2, 3, 4, 5)))
                values[base[c]] = number if base.label.is_positive else number * rng.choice((-1, 1))
        yield values


def _at(expression: Expr, values: Mapping[Any, Any]) -> Expr | None:
    """Return the number that `expression` is there, or None if it is not defined."""
    symbols = {s: v for s, v in values.items() if not isinstance(s, sp.Indexed)}
    elements = {s: v for s, v in values.items() if isinstance(s, sp.Indexed)}
    # Derivatives must be taken while the logits are still symbols.
    number = (
        expression.subs(symbols).doit()
        if not expression.has(sp.Derivative)
        else (_differentiated(expression, symbols))
    )
    number = number.xreplace(elements).doit().evalf(30)
    return number if number.is_number and number.is_finite else None


def _differentiated(expression: Expr, symbols: Mapping[Any, Any]) -> Expr:
    inside = {v for d in expression.atoms(sp.Derivative) for v in d.variables}
    first = {s: v for s, v in symbols.items() if s not in inside}
    return expression.subs(first).doit().subs(symbols)
