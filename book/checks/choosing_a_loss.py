"""What holds the equations, numbers and code of `choosing-a-loss.md` to the truth."""

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp
from scipy.optimize import minimize_scalar

import lossbook as lb
from lossbook import symbolic as s
from tools.claims import Means, Proved, Stated, Tested
from tools.latex import Function
from tools.notation import CLASSES

Fine = Callable[..., Any]
q = sp.Symbol("q", positive=True)
BINARY = {"p": s.yhat, "y": s.y}
BELIEF = {"p": s.yhat, "q": q}
LOG = lb.binary_cross_entropy.formula
MEAN_LOG = q * LOG.subs(s.y, 1) + (1 - q) * LOG.subs(s.y, 0)

# Behind a sigmoid: x is the logit, P its probability.
FROM_Z = lb.binary_cross_entropy_with_logits.formula.subs(s.pos_weight, 1)
P = sp.diff(FROM_Z.subs(s.y, 0), s.x)
SQUARE = lb.brier_loss.formula.subs(s.yhat, P)
FACTOR = sp.Derivative(SQUARE, s.x) / sp.Derivative(FROM_Z, s.x)
RAIN = -((1 - s.yhat) ** s.gamma) * sp.log(s.yhat)
FALLS = {
    "p": s.yhat,
    r"\gamma": s.gamma,
    "g": Function(lambda p: -sp.diff(RAIN, s.yhat).subs(s.yhat, p)),
}
FOCAL = lb.focal_loss.formula.subs(s.gamma, 2)


def absolute(p: np.ndarray, y: float) -> Any:
    return abs(p - y)


def squared(p: np.ndarray, y: float) -> Any:
    return lb.brier_loss(p, np.full(p.shape, y), reduction="none")


def logarithmic(p: np.ndarray, y: float) -> Any:
    return lb.binary_cross_entropy(p, np.full(p.shape, y), reduction="none")


def focal(p: np.ndarray, y: float) -> Any:
    return abs(p - y) ** 2 * logarithmic(p, y)


def mistake(p: np.ndarray, y: float) -> Any:
    signs = np.full(p.shape, 2 * y - 1)
    return lb.zero_one_loss(p - 0.5, signs, reduction="none")


def proper(fines: tuple[Fine, ...]) -> None:
    """Whatever she believes, no announcement costs less than the belief."""
    grid = np.linspace(0.01, 0.99, 98)  # without ½, where accuracy is undecided
    for fine in fines:
        for belief in grid:
            mean = belief * fine(grid, 1.0) + (1 - belief) * fine(grid, 0.0)
            honest = np.array([belief])
            least = belief * fine(honest, 1.0) + (1 - belief) * fine(honest, 0.0)
            assert (mean >= least - 1e-12).all()


def pairs(slope: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> None:
    """The slope at z of each pair, by differences."""
    rng, h = np.random.default_rng(0), 1e-6
    z, y = rng.normal(size=(1, 4)), np.eye(4)[[2]]
    four: list[tuple[Fine, Any, float]] = [
        (lambda z: z, lb.mse_loss, 0.5),
        (lb.sigmoid, lb.binary_cross_entropy_with_logits, 1),
        (lb.softmax, lb.softmax_cross_entropy_with_logits, 1),
        (np.exp, lb.poisson_nll_loss, 1),
    ]
    for layer, loss, factor in four:
        for n in range(4):
            step = h * np.eye(4)[[n]]
            up, down = (factor * loss(z + sign * step, y, reduction="sum") for sign in (1, -1))
            assert np.isclose(slope(layer(z), y)[0, n], np.sum(up - down) / (2 * h), atol=1e-6)


def of_bins(error: Callable[..., float]) -> None:
    """By hand: two bins, one right on average, one too high by a quarter."""
    p, y, bins = np.array([0.1, 0.3, 0.75, 0.75]), np.array([0.0, 0.4, 1, 0]), [0, 0, 1, 1]
    assert np.isclose(error(p, y, np.array(bins)), 0.125)
    assert np.isclose(error(p[2:], y[2:], np.array([1, 1])), 0.25)
    crossed = error(np.array([0.1, 0.9]), np.array([1.0, 0]), np.array([0, 1]))
    assert np.isclose(crossed, 0.9)
    uneven = np.array([0, 1, 1, 1])
    assert np.isclose(error(p, y, uneven), 0.25 * 0.1 + 0.75 * abs(0.6 - 1.4 / 3))


def share(level: Callable[[float, float], float]) -> None:
    """The answer with the least cost, a each unit too high and b each unit too low."""
    targets = np.sort(np.random.default_rng(2).normal(size=2001))
    for a, b in (1.0, 1.0), (1.0, 9.0), (3.0, 1.0):
        over = targets[:, None] - targets
        cost = (a * np.maximum(over, 0) + b * np.maximum(-over, 0)).sum(1)
        found = targets[cost.argmin()]
        assert abs(np.quantile(targets, level(a, b)) - found) < 0.02


def undone(belief: Callable[[float, Callable[[float], float]], float]) -> None:
    """The belief under which an announcement is the best one, with a slope by differences."""
    for q, gamma in (0.7, 2.0), (0.2, 1.0), (0.9, 3.0), (0.4, 0.0):

        def rain(p: float, gamma: float = gamma) -> float:
            return float(-((1 - p) ** gamma) * np.log(p))

        def mean(p: float, q: float = q, rain: Callable[[float], float] = rain) -> float:
            return q * rain(p) + (1 - q) * rain(1 - p)

        def g(p: float, rain: Callable[[float], float] = rain) -> float:
            return (rain(p - 1e-6) - rain(p + 1e-6)) / 2e-6

        said = minimize_scalar(mean, bounds=(1e-6, 1 - 1e-6), method="bounded").x
        assert abs(belief(said, g) - q) < 1e-3


def gap(p: np.ndarray, y: np.ndarray, at: np.ndarray) -> float:
    each = [(at == b) for b in np.unique(at)]
    return float(sum(m.sum() / len(p) * abs(p[m].mean() - y[m].mean()) for m in each))


EQUATIONS = {
    "eq-choice-proper": Tested(
        r"E(p) \ge E(q) \quad \text{for all } p \text{ and } q",
        proper,
        (squared, logarithmic, mistake),
        false=((absolute,), (focal,)),
    ),
    "eq-choice-pair": Tested(
        r"\frac{\partial \ell}{\partial z} = \hat y - y",
        pairs,
        lambda prediction, y: prediction - y,
        false=(lambda prediction, y: y - prediction, lambda prediction, y: 2 * (prediction - y)),
    ),
    "eq-choice-ece": Tested(
        r"\text{ECE} = \sum_{b} \frac{n_b}{N}\, \bigl| \bar p_b - \bar y_b \bigr|",
        of_bins,
        gap,
        false=(
            lambda p, y, at: float(abs(p - y).mean()),
            lambda p, y, at: float(abs(p.mean() - y.mean())),
            lambda p, y, at: gap(p, y, at) ** 2,
        ),
    ),
    "eq-choice-undo": Tested(
        r"q = \frac{g(1 - p)}{g(p) + g(1 - p)}",
        undone,
        lambda p, g: g(1 - p) / (g(p) + g(1 - p)),
        false=(lambda p, g: g(p) / (g(p) + g(1 - p)), lambda p, g: p),
    ),
}

INLINE = {
    r"-\log": Stated("names the function; the fine is checked where it has an argument"),
    "|p - y|": Means(lb.l1_loss.formula, BINARY),
    "(p - y)^2": Means(lb.brier_loss.formula, BINARY),
    r"0.7 \cdot 0.3 + 0.3 \cdot 0.7 = 0.42": Proved({}),
    r"0.7 \cdot 0 + 0.3 \cdot 1 = 0.30": Proved({}),
    r"E(p) = q\, S(p, 1) + (1 - q)\, S(p, 0)": Stated("defines the mean fine"),
    "p - q": Means(sp.Derivative(MEAN_LOG, s.yhat) * s.yhat * (1 - s.yhat), BELIEF),
    "p = q": Stated("where the slope is 0"),
    r"-(1 - p_y)^2 \log p_y": Means(FOCAL, CLASSES),
    r"\gamma > 0": Stated("names the case"),
    r"\log 5 = 1.609": Proved({}),
    "2p(1 - p)": Means(FACTOR, {"p": P}),
    r"\tau = b / (a + b)": Tested(
        r"\tau = b / (a + b)",
        share,
        lambda a, b: b / (a + b),
        false=(lambda a, b: a / (a + b), lambda a, b: b / (a + 2 * b)),
    ),
    r"(1 - p_y)^\gamma": Means(
        lb.focal_loss.formula / lb.cross_entropy.formula, {**CLASSES, r"\gamma": s.gamma}
    ),
    r"0.2 \cdot 0.64 + 0.8 \cdot 0.04 = 0.16": Proved({}),
    "(0.5 - 0.2)^2 = 0.09": Proved({}),
    r"\log 2 = 0.6931": Proved({}),
    r"-(1 - p)^\gamma \log p": Means(RAIN, FALLS),
    r"g(p) = (1 - p)^\gamma / p - \gamma (1 - p)^{\gamma - 1} \log p": Proved(FALLS),
    "g(1 - p)": Means(sp.Derivative(RAIN.subs(s.yhat, 1 - s.yhat), s.yhat), FALLS),
    r"q\, g(p) = (1 - q)\, g(1 - p)": Stated("what holds at the best p; eq-choice-undo tests it"),
}

NUMBERS: dict[str, str] = {
    "0.64": "the square of 0.8, by hand",
    "−100": "PyTorch's own constant, measured in two-classes.md",
}

CODE = {
    "best_gamma": "what the reader's search returns",
    "fit": "trains the reader's network with this γ, in the faulty example",
    "model": "any network of the reader's, in the faulty example",
    "scores": "the reader's own record, in the faulty example",
    "validation_loss": "what the faulty example defines above its loop",
    "x_val": "the reader's validation data",
    "y_val": "the reader's validation data",
}
