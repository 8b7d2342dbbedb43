"""The mathematics: the SymPy expression of each loss, its exact values, and how it is written."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from lossbook.extras import extra

with extra("symbolic"):
    import sympy as sp
    from sympy.concrete.expr_with_limits import ExprWithLimits
    from sympy.core.expr import Expr
    from sympy.printing.latex import LatexPrinter

# One name, one meaning, in every chapter (the notation page lists them).
yhat = sp.Symbol("yhat", real=True)
y = sp.Symbol("y", real=True)
K = sp.Symbol("K", integer=True, positive=True)
k, j = sp.symbols("k j", integer=True, positive=True)
right = sp.Symbol("y", integer=True, positive=True)
"""The index y of the right class, 1 to K."""
N = sp.Symbol("N", integer=True, positive=True)
i = sp.Symbol("i", integer=True, positive=True)
yhats = sp.IndexedBase("yhat", real=True)
ys = sp.IndexedBase("y", real=True)
"""A whole batch of N predictions and targets."""
beta, delta, quantile, var = sp.symbols("beta delta quantile var", positive=True)
"""Parameters of losses, each called as the keyword is."""
z = sp.IndexedBase("z", real=True)
t = sp.IndexedBase("t", real=True)
p = sp.IndexedBase("p", real=True)
log_p = sp.IndexedBase(r"\log p", real=True)
x = sp.Symbol("x", real=True)
"""The score of one output: the logit of yes, or a distance."""
xs = sp.IndexedBase("x", real=True)
ell = sp.Symbol(r"\log p", real=True)
alpha, gamma, margin, pos_weight, power = sp.symbols("alpha gamma margin pos_weight p", real=True)
"""More parameters of losses."""


class Twin(NamedTuple):
    """An expression for one element or sample, and what its symbols are in the loss."""

    expression: Expr
    input: Any
    target: Any
    parameters: tuple[sp.Symbol, ...] = ()


class Maximum(ExprWithLimits):  # type: ignore[misc]
    """The largest of some terms, over an index, as `sympy.Sum` is their sum."""

    def doit(self, **hints: Any) -> Expr:
        ((index, low, high),) = self.limits
        if not (low.is_Integer and high.is_Integer):
            return self
        terms = [self.function.subs(index, n).doit() for n in range(int(low), int(high) + 1)]
        return sp.Max(*terms)

    def _latex(self, printer: Any) -> str:
        ((index, *_),) = self.limits
        return rf"\max_{{{printer._print(index)}}} {printer._print(self.function)}"


def _yes_no(score: Expr, target: Expr, weight: Any = 1) -> Expr:
    return (1 - target) * sp.log(1 + sp.exp(score)) + weight * target * sp.log(1 + sp.exp(-score))


def _log_sum_exp(index: sp.Symbol) -> Expr:
    return sp.log(sp.Sum(sp.exp(z[index]), (index, 1, K)))


_twins: dict[str, Twin] = {
    "mse_loss": Twin((yhat - y) ** 2, yhat, y),
    "l1_loss": Twin(sp.Abs(yhat - y), yhat, y),
    "smooth_l1_loss": Twin(
        sp.Piecewise(
            ((yhat - y) ** 2 / (2 * beta), sp.Abs(yhat - y) < beta),
            (sp.Abs(yhat - y) - beta / 2, True),
        ),
        yhat,
        y,
        (beta,),
    ),
    "huber_loss": Twin(
        sp.Piecewise(
            ((yhat - y) ** 2 / 2, sp.Abs(yhat - y) < delta),
            (delta * (sp.Abs(yhat - y) - delta / 2), True),
        ),
        yhat,
        y,
        (delta,),
    ),
    "rmse_loss": Twin(sp.sqrt(sp.Sum((yhats[i] - ys[i]) ** 2, (i, 1, N)) / N), yhats, ys),
    "log_cosh_loss": Twin(sp.log(sp.cosh(yhat - y)), yhat, y),
    "quantile_loss": Twin(
        sp.Max((1 - quantile) * (yhat - y), -quantile * (yhat - y)), yhat, y, (quantile,)
    ),
    "poisson_nll_loss": Twin(sp.exp(yhat) - y * yhat, yhat, y),
    "gaussian_nll_loss": Twin((sp.log(var) + (yhat - y) ** 2 / var) / 2, yhat, y, (var,)),
    "nll_loss": Twin(-log_p[right], log_p, right),
    "cross_entropy": Twin(_log_sum_exp(k) - z[right], z, right),
    "softmax_cross_entropy_with_logits": Twin(
        sp.Sum(t[k] * (_log_sum_exp(j) - z[k]), (k, 1, K)), z, t
    ),
    "kl_div": Twin(y * (sp.log(y) - ell), ell, y),
    "binary_cross_entropy": Twin(-y * sp.log(yhat) - (1 - y) * sp.log(1 - yhat), yhat, y),
    "binary_cross_entropy_with_logits": Twin(_yes_no(x, y, pos_weight), x, y, (pos_weight,)),
    "soft_margin_loss": Twin(sp.log(1 + sp.exp(-y * x)), x, y),
    "multilabel_soft_margin_loss": Twin(sp.Sum(_yes_no(xs[k], t[k]), (k, 1, K)) / K, xs, t),
    "brier_loss": Twin((yhat - y) ** 2, yhat, y),
    "zero_one_loss": Twin(sp.Piecewise((1, y * x <= 0), (0, True)), x, y),
    "hinge_loss": Twin(sp.Max(0, 1 - y * x), x, y),
    "squared_hinge_loss": Twin(sp.Max(0, 1 - y * x) ** 2, x, y),
    "hinge_embedding_loss": Twin(
        sp.Piecewise((x, sp.Eq(y, 1)), (sp.Max(0, margin - x), True)), x, y, (margin,)
    ),
    "multi_margin_loss": Twin(
        sp.Sum(
            sp.Piecewise(
                (0, sp.Eq(k, right)), (sp.Max(0, margin - z[right] + z[k]) ** power, True)
            ),
            (k, 1, K),
        )
        / K,
        z,
        right,
        (margin, power),
    ),
    "multiclass_hinge_loss": Twin(
        sp.Max(
            0,
            Maximum(sp.Piecewise((0, sp.Eq(k, right)), (1 - z[right] + z[k], True)), (k, 1, K)),
        ),
        z,
        right,
    ),
    "sigmoid_focal_loss": Twin(
        (alpha * y + (1 - alpha) * (1 - y))
        * (y / (1 + sp.exp(x)) + (1 - y) / (1 + sp.exp(-x))) ** gamma
        * _yes_no(x, y),
        x,
        y,
        (alpha, gamma),
    ),
    "focal_loss": Twin(
        (1 - sp.exp(z[right]) / sp.Sum(sp.exp(z[k]), (k, 1, K))) ** gamma
        * (_log_sum_exp(k) - z[right]),
        z,
        right,
        (gamma,),
    ),
}


def softmax(index: Any) -> Expr:
    """Return the softmax of the logits z at `index`, as an expression."""
    return sp.exp(z[index]) / sp.Sum(sp.exp(z[k]), (k, 1, K))


def expression(name: str) -> Expr:
    """Return the SymPy expression of the loss called `name`."""
    return _twin(name).expression


def parameters(name: str) -> set[str]:
    """Return the keywords of the loss called `name` that occur in its formula."""
    return {str(symbol) for symbol in _twin(name).parameters}


def is_of_batch(name: str) -> bool:
    """Return whether the formula is that of a whole batch, not of one element or sample."""
    return bool(_twin(name).expression.has(N))


def _twin(name: str) -> Twin:
    if name not in _twins:
        raise NotImplementedError(f"no formula is known for {name}")
    return _twins[name]


def evaluate(
    loss: Callable[..., Any], input: ArrayLike, target: Any, digits: int = 30, **parameters: float
) -> tuple[Expr, list[Expr]]:
    """Return value and slope of one element or sample, from the SymPy expression alone.

    `input` is a number for an elementwise loss, a vector of K logits for a classwise one;
    `target` a number, an index counted from 0, or a vector. Floats are taken exactly, as
    the binary fractions they are, and the results have `digits` digits. `parameters` are the
    loss's keywords that occur in its formula; by default they are the loss's defaults.
    """
    twin = _twin(loss.__name__)
    expr = twin.expression.subs(_values(loss, twin.parameters, parameters))
    if not isinstance(twin.input, sp.IndexedBase):
        here = {twin.input: _exact(input), twin.target: _exact(target)}
        results = [expr, sp.diff(expr, twin.input)]
        value, slope = (e.subs(here).doit().evalf(digits) for e in results)
        return value, [slope]
    numbers = [_exact(x) for x in np.asarray(input, dtype=float)]
    n = len(numbers)
    expr = expr.subs({K: n, N: n})
    logits = [twin.input[c + 1] for c in range(n)]
    here = dict(zip(logits, numbers, strict=True))
    if isinstance(twin.target, sp.IndexedBase):
        expr = expr.doit()
        here |= {twin.target[c + 1]: _exact(x) for c, x in enumerate(np.asarray(target))}
    else:
        expr = expr.subs(twin.target, int(target) + 1).doit()
    value = expr.xreplace(here).evalf(digits)
    return value, [sp.diff(expr, logit).xreplace(here).evalf(digits) for logit in logits]


def defaults(loss: Callable[..., Any]) -> dict[str, float | None]:
    """Return the default of each keyword in the formula of `loss`, None where it has none."""
    signature = inspect.signature(loss).parameters
    found = {}
    for symbol in _twin(loss.__name__).parameters:
        value = signature[str(symbol)].default
        # A weight that is not given weighs 1.
        found[str(symbol)] = (
            None if value is inspect.Parameter.empty else 1.0 if value is None else float(value)
        )
    return found


def is_of_vector(loss: Callable[..., Any]) -> bool:
    """Return whether the formula of `loss` takes a vector, not a number."""
    return isinstance(_twin(loss.__name__).input, sp.IndexedBase)


def at(
    loss: Callable[..., Any], input: Sequence[Any] | None, target: Any, **parameters: float
) -> Expr:
    """Return the formula of `loss` with expressions or numbers in place of its symbols.

    `input` is a number or expression, or None to keep the symbol; a sequence of K for a loss of
    a vector. `target` is as in `evaluate`, and may hold expressions. Of the `parameters`, those
    not given stay symbols.
    """
    twin = _twin(loss.__name__)
    names = {str(symbol): symbol for symbol in twin.parameters}
    expr = twin.expression.subs({names[n]: sp.Rational(str(v)) for n, v in parameters.items()})
    if not isinstance(twin.input, sp.IndexedBase):
        here = {twin.target: sp.nsimplify(target)}
        if input is not None:
            here[twin.input] = sp.sympify(input)
        return expr.subs(here).doit()
    logits = [sp.sympify(each) for each in input or ()]
    n = len(logits)
    here = {twin.input[c + 1]: logit for c, logit in enumerate(logits)}
    if isinstance(twin.target, sp.IndexedBase):
        targets = [sp.nsimplify(each) for each in target]
        if len(targets) != n:
            raise ValueError(f"target must have one entry for each input, {n}, got {len(targets)}")
        here |= {twin.target[c + 1]: each for c, each in enumerate(targets)}
        expr = expr.subs({K: n, N: n}).doit()
    else:
        expr = expr.subs({K: n, N: n}).subs(twin.target, int(target) + 1).doit()
    return expr.xreplace(here)


def _values(
    loss: Callable[..., Any], symbols: tuple[sp.Symbol, ...], given: Mapping[str, float]
) -> dict[Any, Expr]:
    """Return the value of each parameter of the formula of `loss`."""
    name = loss.__name__
    names = [str(symbol) for symbol in symbols]
    if unknown := set(given) - set(names):
        raise TypeError(f"the formula of {name} has no parameter {unknown.pop()!r}, only {names}")
    signature = inspect.signature(loss).parameters
    values = {symbol: given.get(str(symbol), signature[str(symbol)].default) for symbol in symbols}
    for symbol, value in values.items():
        if value is inspect.Parameter.empty:
            raise TypeError(f"the formula of {name} needs a value of {symbol}")
    # A weight that is not given weighs 1.
    return {symbol: _exact(1 if value is None else value) for symbol, value in values.items()}


def _exact(x: Any) -> Expr:
    return sp.Rational(*float(x).as_integer_ratio())


_WRITTEN = {quantile: r"\tau", var: r"\sigma^{2}"}


class _Printer(LatexPrinter):  # type: ignore[misc]
    """LaTeX as the book writes it: [j = y], z_k, and sums that begin without a minus.

    A keyword that has no letter in the book prints as a word: SymPy would make pos_weight a
    product of letters with an index.
    """

    def _print_Symbol(self, expr: sp.Symbol, style: str = "plain") -> str:
        if expr in _WRITTEN:
            return _WRITTEN[expr]
        if expr in (margin, pos_weight):
            return rf"\operatorname{{{expr.name}}}".replace("_", r"\_")
        return str(super()._print_Symbol(expr, style))

    def _as_ordered_terms(self, expr: Expr, order: Any = None) -> list[Expr]:
        terms = super()._as_ordered_terms(expr, order)
        return sorted(terms, key=lambda term: bool(term.could_extract_minus_sign()))

    def _print_KroneckerDelta(self, expr: Expr, exp: Any = None) -> str:
        i, j = (self._print(index) for index in expr.args)
        return rf"\left[{i} = {j}\right]" + ("" if exp is None else f"^{{{exp}}}")

    def _print_Indexed(self, expr: Expr, exp: Any = None) -> str:
        indices = ",".join(self._print(index) for index in expr.indices)
        power = "" if exp is None else f"^{{{exp}}}"
        return f"{self._print(expr.base)}_{{{indices}}}{power}"


def latex(expression: Any) -> str:
    """Return LaTeX in the book's notation."""
    return str(_Printer().doprint(sp.sympify(expression)))
