"""How far losses are from the truth: 80-digit arithmetic at points chosen to hurt.

`CASES` is the table: for each loss its points and its reference. `count` measures one loss in
one precision; `python -m tests.package.accuracy` prints all counts, PyTorch's beside ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import mpmath
import numpy as np
from mpmath import mp, mpf

import lossbook as lb
from lossbook.checks import Array

from .support import by_torch

DIGITS = 80
BOUND = 8
"""Units in the last place."""

Batch = tuple[Array, Array, dict[str, Any]]
"""Inputs, targets, keywords: a batch of points, each measured by itself."""


class Case(NamedTuple):
    """Where a loss is measured, and what is true there."""

    points: Callable[[np.dtype[Any]], Iterator[Batch]]
    """dtype -> batches"""
    reference: Callable[..., tuple[Any, Any]]
    """(input, target, **keywords) of one point, as exact mpf or nested lists of them ->
    (value, slope); the slope is shaped as the input. A keyword array comes as it is."""
    whole: bool = False
    """Whether a batch is one point, because the loss has one value for it."""


@dataclass(frozen=True)
class Count:
    """How many points were measured, and how many of them were missed by more than 8 ulp."""

    points: int
    value: int
    slope: int
    torch_value: int | None
    torch_slope: int | None
    worst_value: float
    worst_slope: float


def ulps(x: Any, exact: Any) -> float:
    """Return |x − exact| in units in the last place of `exact`, rounded to the type of x.

    Below the smallest normal number the unit is the smallest subnormal one.
    """
    x = np.asarray(x)
    with np.errstate(over="ignore"):
        nearest = x.dtype.type(float(exact))
    if not (np.isfinite(x) and np.isfinite(nearest)):
        return 0.0 if x == nearest or (np.isnan(x) and np.isnan(nearest)) else float("inf")
    unit = np.spacing(np.abs(nearest))
    return float(abs(mpf(float(x)) - exact) / mpf(float(unit)))


def count(name: str, dtype: Any, bound: float = BOUND) -> Count:
    """Measure the loss called `name`, and PyTorch's of the same meaning."""
    case, loss = CASES[name], lb.losses()[name]
    dtype = np.dtype(dtype)
    errors: list[list[float]] = []
    for input, target, keywords in case.points(dtype):
        reduction = "mean" if case.whole else "none"
        results = [loss.value_and_grad(input, target, reduction=reduction, **keywords)]
        if loss.torch is not None:
            results.append(by_torch(loss, input, target, reduction=reduction, **keywords))
        for index in [...] if case.whole else range(len(input)):
            with mp.workdps(DIGITS):
                x, y = _exact(input[index]), _exact(target[index])
                value, slope = case.reference(x, y, **_at(keywords, index, input.shape))
                slopes = slope if isinstance(slope, list) else [slope]
                row = []
                for got, grad in results:
                    row.append(ulps(got[index], value))
                    row.append(max(map(ulps, np.ravel(grad[index]), slopes)))
                errors.append(row)
    columns = np.array(errors).T
    missed: list[Any] = [int((column > bound).sum()) for column in columns]
    worst = [float(column.max()) for column in columns[:2]]
    return Count(len(errors), *[*missed, None, None][:4], *worst)


def _exact(x: Any) -> Any:
    """Return mpf numbers, in lists nested as `x` is; integers stay integers."""
    if np.ndim(x):
        return [_exact(row) for row in x]
    return x if isinstance(x, np.integer) else mpf(float(x))


def _at(keywords: dict[str, Any], index: Any, shape: tuple[int, ...]) -> dict[str, Any]:
    """Take the element of those keyword arrays that have the shape of the input."""
    return {name: _exact(a[index]) if np.shape(a) == shape else a for name, a in keywords.items()}


def magnitudes(dtype: np.dtype[Any]) -> Array:
    """Return sizes from 1e-300 (1e-38 in float32) to 1e4, of irregular digits."""
    small = np.arange(-300, -20, 20) if dtype == np.float64 else np.arange(-38, -20, 2)
    return np.asarray(10.0 ** np.concatenate([small, np.linspace(-20, 4, 73)]), dtype)


def differences(dtype: np.dtype[Any], *kinks: float) -> Iterator[tuple[Array, Array]]:
    """Yield inputs and targets at all distances, around kinks, and where they nearly cancel."""
    steps = 1 + np.arange(-3, 4) * np.finfo(dtype).eps
    around = [dtype.type(kink) * steps for kink in (1.0, *kinks)]
    size = np.concatenate([[0], magnitudes(dtype), *around]).astype(dtype)
    for target in (0.0, -0.1, 1234.5):
        for sign in (-1, 1):
            y = np.full_like(size, target)
            yield (y + sign * size).astype(dtype), y


def _plain(dtype: np.dtype[Any]) -> Iterator[Batch]:
    for x, y in differences(dtype):
        yield x, y, {}


def _with(name: str, *values: float) -> Callable[[np.dtype[Any]], Iterator[Batch]]:
    def points(dtype: np.dtype[Any]) -> Iterator[Batch]:
        for value in values:
            for x, y in differences(dtype, value):
                yield x, y, {name: value}

    return points


def _mse(x: Any, y: Any) -> tuple[Any, Any]:
    return (x - y) ** 2, 2 * (x - y)


def _l1(x: Any, y: Any) -> tuple[Any, Any]:
    return abs(x - y), mpmath.sign(x - y)


def _huber(x: Any, y: Any, delta: float) -> tuple[Any, Any]:
    d = x - y
    if abs(d) < delta:
        return d**2 / 2, d
    return delta * (abs(d) - mpf(delta) / 2), delta * mpmath.sign(d)


def _smooth_l1(x: Any, y: Any, beta: float) -> tuple[Any, Any]:
    if beta == 0:
        return _l1(x, y)
    value, slope = _huber(x, y, beta)
    return value / beta, slope / beta


def _log_cosh(x: Any, y: Any) -> tuple[Any, Any]:
    d = abs(x - y)
    with mp.workdps(2 * DIGITS + 700):  # cosh d is 1 + 5e-601 at the smallest distance
        return +(d + mpmath.log1p(mpmath.expm1(-2 * d) / 2)), mpmath.tanh(x - y)


def _quantile(x: Any, y: Any, quantile: float) -> tuple[Any, Any]:
    d, q = x - y, mpf(quantile)
    return max((1 - q) * d, -q * d), (1 - q) * (d > 0) - q * (d < 0)


def _rmse_points(dtype: np.dtype[Any]) -> Iterator[Batch]:
    size = magnitudes(dtype)
    rng = np.random.default_rng(5)
    for unit in size:
        errors = (unit * rng.normal(size=7)).astype(dtype)
        yield errors, np.zeros(7, dtype), {}
        yield np.append(errors, dtype.type(1)), np.zeros(8, dtype), {}
    yield size, np.zeros_like(size), {}


def _rmse(x: Any, y: Any) -> tuple[Any, Any]:
    errors = [a - b for a, b in zip(x, y, strict=True)]
    value = mpmath.sqrt(sum(e**2 for e in errors) / len(errors))
    return value, [e / (len(errors) * value) for e in errors]


def _poisson_points(dtype: np.dtype[Any]) -> Iterator[Batch]:
    """Away from the zeros of value and slope, but for the one at a rate and a count of 1."""
    size = magnitudes(dtype)
    size = size[size < 50]
    rates = np.concatenate([size, [1e3, 1e4]]).astype(dtype)
    for count in (0.0, 0.5, 1.0, 2.0, 7.0, 1e4):
        for full in (False, True):
            for x in (size, -size):
                yield x, np.full_like(x, count), {"full": full}
            yield rates, np.full_like(rates, count), {"full": full, "log_input": False}


def _poisson(
    x: Any, y: Any, full: bool = False, log_input: bool = True, eps: float = 1e-8
) -> tuple[Any, Any]:
    stirling = y * mpmath.log(y) - y + mpmath.log(2 * mp.pi * y) / 2 if full and y > 1 else 0
    if log_input:
        return mpmath.exp(x) - x * y + stirling, mpmath.expm1(x) + (1 - y)
    return x - y * mpmath.log(x + eps) + stirling, 1 - y / (x + eps)


def _gaussian_points(dtype: np.dtype[Any]) -> Iterator[Batch]:
    for var in (1e-3, 0.5, 1.0, 1.5, 1e30):
        for x, y in differences(dtype):
            yield x, y, {"var": np.full_like(x, var), "full": var > 1}


def _gaussian(x: Any, y: Any, var: Any, full: bool, eps: float = 1e-6) -> tuple[Any, Any]:
    constant = mpmath.log(2 * mp.pi) if full else 0
    return (mpmath.log(var) + (x - y) ** 2 / var + constant) / 2, (x - y) / var


def _logits(dtype: np.dtype[Any]) -> Array:
    size = magnitudes(dtype)
    return np.concatenate([size, -size, [0, np.inf, -np.inf]]).astype(dtype)


HARD_AND_SOFT = (0.0, 1.0, 0.5, 0.02, 1e-10)
"""None so near to a sigmoid below that the slope passes through 0 there."""


def _yes_no(*keywords: dict[str, Any], targets: Any = HARD_AND_SOFT) -> Any:
    """Return points for a loss of a logit and a target of no or yes."""

    def points(dtype: np.dtype[Any]) -> Iterator[Batch]:
        x = _logits(dtype)
        for given in keywords or ({},):
            for y in targets:
                yield (
                    x,
                    np.full_like(x, y),
                    {n: np.full_like(x, a) if n == "pos_weight" else a for n, a in given.items()},
                )

    return points


def _times(a: Any, b: Any) -> Any:
    return mpf(0) if a == 0 or b == 0 else a * b


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + mpmath.exp(-x))


def _bce_with_logits(x: Any, y: Any, pos_weight: Any = 1) -> tuple[Any, Any]:
    with mp.workdps(DIGITS + 320):  # sigmoid(1e-300) is 1/2 and 300 zeros
        yes, no = pos_weight * y, 1 - y
        value = _times(no, mpmath.log1p(mpmath.exp(x))) + _times(yes, mpmath.log1p(mpmath.exp(-x)))
        return +value, no * _sigmoid(x) - yes * _sigmoid(-x)


def _sigmoid_focal(x: Any, y: Any, alpha: float = 0.25, gamma: float = 2) -> tuple[Any, Any]:
    with mp.workdps(DIGITS + 320):
        plain, slope = _bce_with_logits(x, y)
        p, q = _sigmoid(x), _sigmoid(-x)
        m = y * q + (1 - y) * p
        weight = m**gamma * (1 if alpha < 0 else alpha * y + (1 - mpf(alpha)) * (1 - y))
        if m == 0:
            return mpf(0), weight * slope
        easier = gamma * (1 - 2 * y) * p * q / m
        return _times(weight, plain), _times(weight, _times(easier, plain) + slope)


def _soft_margin(x: Any, y: Any) -> tuple[Any, Any]:
    return mpmath.log1p(mpmath.exp(-y * x)), -y * _sigmoid(-y * x)


def _probabilities(dtype: np.dtype[Any]) -> Iterator[Batch]:
    size = magnitudes(dtype)
    steps = np.arange(8) * np.finfo(dtype).epsneg
    low = size[size < 0.5]
    p = np.concatenate([[0, 0.5, 0.25, 0.75], low, 1 - low, 1 - steps]).astype(dtype)
    for y in (*HARD_AND_SOFT, 1e-300 if dtype == np.float64 else 1e-38):
        yield p, np.full_like(p, y), {}


def _bce(p: Any, y: Any) -> tuple[Any, Any]:
    def log(a: Any) -> Any:
        return max(mpmath.log(a), mpf(-100)) if a else mpf(-100)

    with mp.workdps(DIGITS + 320):
        value = -y * log(p) - (1 - y) * log(1 - p)
        yes = mpf("inf") if p == 0 else y / p
        no = mpf("inf") if p == 1 else (1 - y) / (1 - p)
        slope = (no if y < 1 else 0) - (yes if y > 0 else 0)
        return value, min(max(slope, -y * 10**12), (1 - y) * 10**12)


def _brier(p: Any, y: Any) -> tuple[Any, Any]:
    return (p - y) ** 2, 2 * (p - y)


def _zero_one(x: Any, y: Any) -> tuple[Any, Any]:
    return mpf(y * x <= 0), mpf(0)


def _hinge(x: Any, y: Any) -> tuple[Any, Any]:
    return max(1 - y * x, mpf(0)), -y * (y * x < 1)


def _squared_hinge(x: Any, y: Any) -> tuple[Any, Any]:
    lack = max(1 - y * x, mpf(0))
    return lack**2, -2 * y * lack


def _distances(dtype: np.dtype[Any]) -> Iterator[Batch]:
    for margin in (1.0, 0.125, 40.0):
        near = margin * (1 + np.arange(-4, 5) * np.finfo(dtype).eps)
        x = np.concatenate([_logits(dtype), near]).astype(dtype)
        for y in (-1, 1):
            yield x, np.full_like(x, y), {"margin": margin}


def _hinge_embedding(x: Any, y: Any, margin: float) -> tuple[Any, Any]:
    return (x, mpf(1)) if y == 1 else (max(margin - x, mpf(0)), -mpf(x <= margin))


def _scores(dtype: np.dtype[Any], few: int = 12) -> Array:
    """Return pairs and triples of scores from all magnitudes, nearly equal ones among them."""
    size = magnitudes(dtype)
    some = np.concatenate([size[:: len(size) // few], [700.1234, 30.7, 0.1, 1, 7.7]]).astype(dtype)
    some = np.concatenate([some, -some, [0], some * (1 + 2 * np.finfo(dtype).eps)]).astype(dtype)
    rng = np.random.default_rng(3)
    triples = rng.choice(some, (600, 3))
    triples[:300, 2] = np.asarray(-1e4, dtype)  # as good as a pair
    triples[300:400, 1] = triples[300:400, 0]
    return triples


def _against_classes(*keywords: dict[str, Any]) -> Any:
    def points(dtype: np.dtype[Any]) -> Iterator[Batch]:
        z = _scores(dtype)
        for given in keywords or ({},):
            yield z, np.arange(len(z)) % 3, given

    return points


def _against_distributions(dtype: np.dtype[Any]) -> Iterator[Batch]:
    z = _scores(dtype)[::2]
    for t in ([1, 0, 0], [0, 1, 0], [1e-6, 1 - 1e-6, 0]):
        yield z, np.tile(np.asarray(t, dtype), (len(z), 1)), {}


def _softmax(z: Any) -> tuple[Any, Any]:
    """Return p and 1 − p."""
    e = [mpmath.exp(a - max(z)) for a in z]
    total = sum(e)
    rest = [sum(e[:k] + e[k + 1 :]) / total for k in range(len(e))]
    return [a / total for a in e], rest


def _cross_entropy(z: Any, y: Any) -> tuple[Any, Any]:
    p, rest = _softmax(z)
    value = mpmath.log1p(sum(mpmath.exp(a - z[y]) for k, a in enumerate(z) if k != y))
    return value, [-rest[k] if k == y else p[k] for k in range(len(z))]


def _cross_entropy_with(z: Any, t: Any) -> tuple[Any, Any]:
    p, _ = _softmax(z)
    value = sum(_times(t[k], _cross_entropy(z, k)[0]) for k in range(len(z)))
    return value, [
        sum(p[k] * t[j] - p[j] * t[k] for j in range(len(z)) if j != k) for k in range(len(z))
    ]


def _focal(z: Any, y: Any, gamma: float = 2) -> tuple[Any, Any]:
    nll, plain = _cross_entropy(z, y)
    p, rest = _softmax(z)
    m = rest[y]
    factor = m**gamma + gamma * m ** (mpf(gamma) - 1) * p[y] * nll
    return m**gamma * nll, [factor * slope for slope in plain]


def _multi_margin(z: Any, y: Any, p: int = 1, margin: float = 1.0) -> tuple[Any, Any]:
    lacks = [mpf(0) if k == y else max(margin - z[y] + z[k], mpf(0)) for k in range(len(z))]
    slope = [p * a ** (p - 1) / len(z) if a > 0 else mpf(0) for a in lacks]
    slope[y] = -sum(slope)
    return sum(a**p for a in lacks) / len(z), slope


def _multiclass_hinge(z: Any, y: Any) -> tuple[Any, Any]:
    best = max(a for k, a in enumerate(z) if k != y)
    rival = next(k for k, a in enumerate(z) if k != y and a == best)
    lack = max(1 - z[y] + best, mpf(0))
    return lack, [mpf(lack > 0) * (int(k == rival) - int(k == y)) for k in range(len(z))]


def _multilabel_points(dtype: np.dtype[Any]) -> Iterator[Batch]:
    z = _scores(dtype)[::4]
    for t in ([1, 0, 0], [0, 1, 1], [0.5, 1, 0]):
        yield z, np.tile(np.asarray(t, dtype), (len(z), 1)), {}


def _multilabel(z: Any, t: Any) -> tuple[Any, Any]:
    each = [_bce_with_logits(a, b) for a, b in zip(z, t, strict=True)]
    return sum(v for v, _ in each) / len(z), [s / len(z) for _, s in each]


def _divergences(dtype: np.dtype[Any]) -> Iterator[Batch]:
    size = magnitudes(dtype)
    size = size[size < 800]
    for t in (0.0, 1.0, 0.3, 1e-10, np.inf):
        x = np.append(-size, [0, -np.inf]).astype(dtype)
        yield x, np.full_like(x, -t), {"log_target": True}
        if t <= 1:
            yield x, np.full_like(x, t), {}


def _kl_div(x: Any, y: Any, log_target: bool = False) -> tuple[Any, Any]:
    t = mpmath.exp(y) if log_target else y
    if t == 0:
        return mpf(0), mpf(0)
    return t * ((y if log_target else mpmath.log(y)) - x), -t


CASES: dict[str, Case] = {
    "mse_loss": Case(_plain, _mse),
    "l1_loss": Case(_plain, _l1),
    "smooth_l1_loss": Case(_with("beta", 0, 0.125, 40), _smooth_l1),
    "huber_loss": Case(_with("delta", 0.125, 40), _huber),
    "rmse_loss": Case(_rmse_points, _rmse, whole=True),
    "log_cosh_loss": Case(_plain, _log_cosh),
    "quantile_loss": Case(_with("quantile", 0.5, 0.9, 0.01), _quantile),
    "poisson_nll_loss": Case(_poisson_points, _poisson),
    "gaussian_nll_loss": Case(_gaussian_points, _gaussian),
    "binary_cross_entropy": Case(_probabilities, _bce),
    "binary_cross_entropy_with_logits": Case(_yes_no({}, {"pos_weight": 4.0}), _bce_with_logits),
    "soft_margin_loss": Case(_yes_no(targets=(-1, 1)), _soft_margin),
    "multilabel_soft_margin_loss": Case(_multilabel_points, _multilabel),
    "brier_loss": Case(_probabilities, _brier),
    "zero_one_loss": Case(_yes_no(targets=(-1, 1)), _zero_one),
    "hinge_loss": Case(_yes_no(targets=(-1, 1)), _hinge),
    "squared_hinge_loss": Case(_yes_no(targets=(-1, 1)), _squared_hinge),
    "hinge_embedding_loss": Case(_distances, _hinge_embedding),
    "multi_margin_loss": Case(
        _against_classes({}, {"p": 2, "margin": 0.125}, {"margin": 40.0}), _multi_margin
    ),
    "multiclass_hinge_loss": Case(_against_classes(), _multiclass_hinge),
    "sigmoid_focal_loss": Case(
        _yes_no({}, {"gamma": 0.5, "alpha": -1}, {"gamma": 0, "alpha": 0.9}),
        _sigmoid_focal,
    ),
    "focal_loss": Case(_against_classes({}, {"gamma": 0.5}, {"gamma": 0}), _focal),
    "cross_entropy": Case(_against_classes(), _cross_entropy),
    "softmax_cross_entropy_with_logits": Case(_against_distributions, _cross_entropy_with),
    "kl_div": Case(_divergences, _kl_div),
}


def main() -> None:
    """Print the counts of all losses."""
    print(f"points beyond {BOUND} ulp: value, slope     lossbook      PyTorch     worst of ours")
    for name in CASES:
        for dtype in (np.float64, np.float32):
            c = count(name, dtype)
            torch = "" if c.torch_value is None else f"{c.torch_value:5d} {c.torch_slope:5d}"
            print(
                f"{name:25} {dtype.__name__:8} {c.points:5d} {c.value:5d} {c.slope:5d}   "
                f"{torch:11}   {c.worst_value:6.2g} {c.worst_slope:6.2g}"
            )


if __name__ == "__main__":
    main()
