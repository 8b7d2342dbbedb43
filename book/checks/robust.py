"""What holds the equations, numbers and code of `robust.md` to the truth."""

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp

import lossbook as lb
from lossbook import symbolic as s
from tools.claims import VALUE, Computes, Means, Proved, Stated, Tested
from tools.notation import INDICES, SCALARS

c, e, o = sp.symbols("c e o", real=True)
error = s.yhat - s.y
huber = lb.huber_loss.formula
smooth = lb.smooth_l1_loss.formula
quantile = lb.quantile_loss.formula
log_cosh = lb.log_cosh_loss.formula
gaussian = lb.gaussian_nll_loss.formula
PAIR = {**SCALARS, "e": error, r"\sigma^4": s.var**2}
BATCH = {**INDICES, "y": s.ys, r"\tau": s.quantile, "c": c}
FREE = {r"\delta": s.delta, "e": e, "o": o}
corrected = (e - o) ** 2 / 2 + s.delta * sp.Abs(o)


def slope_of_constant(targets: np.ndarray, constant: float, tau: float) -> float:
    """Of the mean quantile loss; `tau` is brought into [0, 1]."""
    at = np.full(len(targets), constant)
    share = (targets < constant).mean()
    # the package refuses a quantile above 1, and the slope is linear in it
    ends = [lb.quantile_loss.grad(at, targets, quantile=q).sum() for q in (0.0, 1.0)]
    assert np.isclose(ends[0], share)
    return float(ends[0] + tau * (ends[1] - ends[0]))


def balanced(estimate: Callable[..., float]) -> None:
    """Where the equation holds the slopes of Huber's loss sum to 0, and nowhere else."""
    rng = np.random.default_rng(0)
    for delta in 0.1, 1.0, 10.0:
        y = rng.standard_t(2, size=9)
        at = float(np.median(y))
        for _ in range(3000):
            at = estimate(at, y, delta)
        slopes = lb.huber_loss.grad(np.full(9, at), y, "sum", delta=delta)
        assert abs(slopes.sum()) < 1e-6


def of_weights(total: Callable[..., float]) -> None:
    """The sum is that of Huber's slopes, with the weights of the chapter."""
    rng = np.random.default_rng(0)
    y, at = rng.normal(size=7), 0.4
    w = np.minimum(1, 0.5 / np.abs(at - y))
    slopes = lb.huber_loss.grad(np.full(7, at), y, "sum", delta=0.5)
    assert np.isclose(total(w, at, y), slopes.sum())


def far_out(of: Callable[[float], float]) -> None:
    assert np.isclose(of(50.0), lb.log_cosh_loss(50.0, 0.0), atol=1e-9)


def bends(of: Callable[[float, float], float]) -> None:
    """Half the square near 0, a slope of δ far out."""
    for delta in 0.5, 3.0:
        assert np.isclose(of(1e-3 * delta, delta), (1e-3 * delta) ** 2 / 2, rtol=1e-4)
        assert np.isclose(of(41 * delta, delta) - of(40 * delta, delta), delta * delta)


def slope_of_offer(slope: Callable[..., float]) -> None:
    """It is how the price of a correction o > 0 changes."""
    for at, offer, delta in (3.0, 0.5, 2.0), (1.0, 2.0, 0.3):
        h = 1e-6
        up, down = ((at - x) ** 2 / 2 + delta * x for x in (offer + h, offer - h))
        assert np.isclose(slope(at, offer, delta), (up - down) / (2 * h))


def best_offer(of: Callable[[float, float], float]) -> None:
    """No other correction is cheaper."""
    offers = np.linspace(0, 20, 20_001)
    for at, delta in (3.0, 2.0), (8.0, 2.0), (5.0, 0.5):
        best = offers[((at - offers) ** 2 / 2 + delta * offers).argmin()]
        assert np.isclose(of(at, delta), best)


def hyperbolic(claim: Callable[[float], Any]) -> None:
    """Wherever log-cosh is computed in float64 it is of this size."""
    assert np.isclose(claim(800.0), 800.0)


reweighted = r"c = \frac{\sum_{i=1}^{N} w_i y_i}{\sum_{i=1}^{N} w_i}"
weights = r"w_i = \min(1, \delta / |c - y_i|)"


def near(far: np.ndarray, delta: float) -> np.ndarray:
    return np.minimum(1, delta / far)


def weighted_mean(w: np.ndarray, y: np.ndarray) -> float:
    return float((w * y).sum() / w.sum())


def weighted(
    weight: Callable[..., np.ndarray], mean: Callable[..., float] = weighted_mean
) -> Callable[..., float]:
    """One step of the reweighted mean."""

    def estimate(at: float, y: np.ndarray, delta: float) -> float:
        return float(mean(weight(np.maximum(np.abs(at - y), 1e-12), delta), y))

    return estimate


EQUATIONS = {
    "eq-huber": Proved({**PAIR, r"\ell_\delta(\hat y, y)": huber}),
    "eq-huber-slope": Proved({**PAIR, r"\ell_\delta": huber}),
    "eq-smooth-l1": Proved({**PAIR, r"\ell_\beta(\hat y, y)": smooth}),
    "eq-huber-smooth": Proved(
        {
            **PAIR,
            r"\ell_\delta(\hat y, y)": huber,
            r"\ell_{\beta = \delta}(\hat y, y)": smooth.subs(s.beta, s.delta),
        }
    ),
    "eq-reweighted": Tested(
        reweighted,
        lambda mean: balanced(weighted(near, mean)),
        lambda w, y: (w * y).sum() / w.sum(),
        false=(
            lambda w, y: (w * y).sum() / len(y),
            lambda w, y: y.mean(),
            lambda w, y: (w**2 * y).sum() / (w**2).sum(),
        ),
    ),
    "eq-log-cosh": Proved({**PAIR, r"\ell(\hat y, y)": log_cosh}),
    "eq-log-cosh-slope": Proved({**PAIR, r"\ell": log_cosh}),
    "eq-quantile": Proved({**PAIR, r"\ell_\tau(\hat y, y)": quantile}),
    "eq-quantile-slope": Computes(
        {**BATCH, "L'(c)": VALUE}, slope_of_constant, ((s.ys, s.N), c, s.quantile)
    ),
    "eq-learned-variance": Proved({**PAIR, r"\ell(\hat y, \sigma^2)": gaussian}),
    "eq-variance-slope": Proved({**PAIR, r"\ell": gaussian}),
}

INLINE = {
    "c - 1": Stated("the slope of the nine parcels of 1 kg"),
    "c = 1 + 1/9": Proved({"c": sp.solve(9 * (c - 1) - 1, c)[0]}),
    r"\delta/2": Stated("a piece of the equation below"),
    r"\hat y - y": Means(sp.sqrt(2 * huber.args[0].expr) * sp.sign(error), PAIR),
    r"\sum_i w_i (c - y_i) = 0": Tested(
        r"\sum_i w_i (c - y_i) = 0",
        of_weights,
        lambda w, at, y: (w * (at - y)).sum(),
        false=(lambda w, at, y: (w * (y - at)).sum(), lambda w, at, y: (at - y).sum()),
    ),
    weights: Tested(
        weights,
        lambda weight: balanced(weighted(weight)),
        near,
        false=(
            lambda far, delta: np.minimum(1, 2 * delta / far),
            lambda far, delta: np.maximum(1, delta / far),
            lambda far, delta: np.minimum(1, (delta / far) ** 2),
        ),
    ),
    r"\delta = 1.345\,\sigma": Stated("the choice whose cost the cell prints"),
    r"|\hat y - y| - \log 2": Tested(
        r"|\hat y - y| - \log 2",
        far_out,
        lambda size: abs(size) - np.log(2),
        false=(lambda size: abs(size), lambda size: abs(size) + np.log(2)),
    ),
    "e^{800}": Tested(
        "e^{800}",
        hyperbolic,
        lambda size: lb.log_cosh_loss(size, 0.0) + np.log(2),
        false=(lambda size: lb.log_cosh_loss(2 * size, 0.0),),
    ),
    r"\delta^2 \log \cosh(e / \delta)": Tested(
        r"\delta^2 \log \cosh(e / \delta)",
        bends,
        lambda at, delta: delta**2 * lb.log_cosh_loss(at / delta, 0.0),
        false=(
            lambda at, delta: delta * lb.log_cosh_loss(at / delta, 0.0),
            lambda at, delta: delta**2 * lb.log_cosh_loss(at, 0.0),
        ),
    ),
    r"\tau = 3/4": Proved({r"\tau": sp.Rational(3, 3 + 1)}),
    r"1 - \tau": Means(sp.Derivative(quantile, s.yhat).doit().subs({s.yhat: 2, s.y: 1}), PAIR),
    r"\tau = ½": Stated("the median"),
    r"(\hat y - y)/\sigma^2": Means(sp.Derivative(gaussian, s.yhat), PAIR),
    r"e^{\hat y} - y": Means(
        sp.Derivative(lb.poisson_nll_loss.formula, s.yhat), {**SCALARS, "e": sp.E}
    ),
    r"(e - o)^2/2 + \delta |o|": Means(corrected, FREE),
    r"e \ge 0": Stated("a case of the proof"),
    "o < 0": Stated("a case of the proof"),
    "o > 0": Stated("a case of the proof"),
    "o - e + \\delta": Tested(
        "o - e + \\delta",
        slope_of_offer,
        lambda at, offer, delta: offer - at + delta,
        false=(
            lambda at, offer, delta: offer - at - delta,
            lambda at, offer, delta: at - offer + delta,
        ),
    ),
    r"e < \delta": Stated("a case of the proof"),
    "e^2/2": Means(corrected.subs(o, 0), FREE),
    r"o = e - \delta": Tested(
        r"o = e - \delta",
        best_offer,
        lambda at, delta: at - delta,
        false=(lambda at, delta: at, lambda at, delta: at - delta / 2),
    ),
    r"\delta^2/2 + \delta (e - \delta) = \delta (e - \delta/2)": Proved(FREE),
}

NUMBERS = {"0, 5, 10 and 30": "the cells write these shares as 0, 0.05, 0.1 and 0.3"}

CODE = {
    "clip_grad_norm_": "torch.nn.utils.clip_grad_norm_",
    "loss(prediction[present], target[present])": "the reader’s own loss",
    "torch.where(target.isnan(), 0.0, each)": "the faulty example",
}
