"""What holds the equations, numbers and code of `many-classes.md` to the truth."""

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp

import lossbook as lb
from lossbook import symbolic as s
from lossbook.training import numerical_gradient
from tools.claims import VALUE, Computes, Means, Proved, Stated, Tested
from tools.latex import Function, Index
from tools.notation import CLASSES, INDICES, LARGEST_LOGIT, epsilon

INDEX = {**CLASSES, r"\ell(z, y)": lb.cross_entropy.formula, r"\ell": lb.cross_entropy.formula}
SOFT = {**CLASSES, r"\ell(z, t)": lb.softmax_cross_entropy_with_logits.formula}


def between(bounds: Callable[..., tuple[float, float]]) -> None:
    """The log-sum-exp stays within them, and comes close to both."""
    rng = np.random.default_rng(0)
    draws = [scale * rng.normal(size=n) for scale in (0, 1, 100) for n in (2, 5, 50)]
    room = []
    for z in draws:
        low, high = bounds(z)
        lse = lb.logsumexp(z)
        assert low <= lse <= high + 1e-12
        room.append((lse - low, high - lse))
    assert np.min(room, axis=0).max() < 1e-9


def weighted_mean(each: np.ndarray, weights: np.ndarray) -> float:
    """What the package makes of these losses and weights, each sample in its own class."""
    return float(lb.nll_loss(-np.diag(each), np.arange(len(each)), weight=weights))


def smoothed_target(k: int, y: int, K: int, smoothing: float) -> float:
    """The target that the slope of the loss aims at: at equal logits it is 1/K − q."""
    slope = lb.cross_entropy.grad(np.zeros(K), y - 1, label_smoothing=smoothing)
    return float(1 / K - slope[k - 1])


def batch(p: np.ndarray, t: np.ndarray) -> float:
    """The mean loss of samples whose probabilities are p."""
    return float(lb.softmax_cross_entropy_with_logits(np.log(p), t, reduction="mean"))


def slope_of_weight(p: np.ndarray, t: np.ndarray, x: np.ndarray, m: int, k: int) -> float:
    """How the mean loss changes with one weight, by differences."""

    def loss(step: np.ndarray) -> float:
        logits = np.log(p)
        logits[:, k - 1] += step[0] * x[:, m - 1]
        return float(lb.softmax_cross_entropy_with_logits(logits, t, reduction="mean"))

    return float(numerical_gradient(loss, np.zeros(1))[0])


def of_exercise_7(term: Callable[..., float]) -> None:
    """The terms, divided by the sum of the weights, are what PyTorch's keywords give."""
    z, y, w = np.random.default_rng(4).normal(size=(5, 3)), [0, 1, 2, 1, 0], np.array([1, 2.0, 5])
    terms = [term(lb.log_softmax(z[i : i + 1])[0], w, y[i]) for i in range(5)]
    expected = lb.cross_entropy(z, y, weight=w, label_smoothing=0.1)
    assert np.isclose(sum(terms) / w[y].sum(), expected)


def of_the_bias(slope: Callable[..., np.ndarray]) -> None:
    """It is the difference that a small change of the bias makes."""
    rng = np.random.default_rng(3)
    z, y, h = rng.normal(size=(6, 3)), rng.integers(0, 3, 6), 1e-5
    for k in range(3):
        step = h * np.eye(3)[k]
        up, down = (lb.cross_entropy(z + sign * step, y, reduction="sum") for sign in (1, -1))
        assert np.isclose(slope(lb.softmax(z), y, k), (up - down) / (2 * h))


def of_the_weights(slope: Callable[..., np.ndarray]) -> None:
    """It is the slope of the mean loss with respect to the weights of a linear model."""
    rng = np.random.default_rng(2)
    X, y, W = rng.normal(size=(5, 4)), rng.integers(0, 3, 5), rng.normal(size=(4, 3))
    numerical = numerical_gradient(lambda W: lb.cross_entropy(X @ W, y), W)
    assert np.allclose(slope(X, lb.cross_entropy.grad(X @ W, y)), numerical)


def largest(power: tuple[float, type]) -> None:
    """The largest number of the type is e to the power, at the digits shown."""
    exponent, dtype = power
    assert round(float(np.log(np.finfo(dtype).max)), 2) == exponent


losses, weights, predicted, truth = map(sp.IndexedBase, ("ell", "w", "p", "t"))
inputs = sp.IndexedBase("x", real=True)
m = sp.Symbol("m", integer=True, positive=True)  # a feature
BATCH = {**INDICES, "p": predicted, "t": truth, "x": inputs, "m": Index(m, s.K)}

EQUATIONS = {
    "eq-softmax": Proved(CLASSES),
    "eq-two-steps": Proved(SOFT),
    "eq-nll": Proved(INDEX),
    "eq-lse": Proved(CLASSES),
    "eq-lse-bounds": Tested(
        r"\max_k z_k \;\le\; \operatorname{lse}(z) \;\le\; \max_k z_k + \log K",
        between,
        lambda z: (z.max(), z.max() + np.log(len(z))),
        false=(
            lambda z: (z.max() + 1e-6, z.max() + np.log(len(z))),
            lambda z: (z.max(), z.max() + 0.99 * np.log(len(z))),
            lambda z: (z.min(), z.max() + np.log(len(z))),
            lambda z: (z.max(), z.max() + 2 * np.log(len(z))),
        ),
    ),
    "eq-loss": Proved(INDEX),
    "eq-slope": Proved(INDEX),
    "eq-lse-stable": Proved({**CLASSES, "m": LARGEST_LOGIT}),
    "eq-weighted-mean": Computes(
        {**INDICES, "L": VALUE, r"\ell": losses, "w_{y_i}": weights[s.i]},
        weighted_mean,
        ((losses, s.N), (weights, s.N)),
    ),
    "eq-smoothing": Computes(
        {**CLASSES, "q_k": VALUE}, smoothed_target, (s.k, s.right, s.K, epsilon)
    ),
    "eq-batch": Computes(
        {**BATCH, "L": VALUE}, batch, ((predicted, s.N, s.K), (truth, s.N, s.K)), distributions=True
    ),
    "eq-weights": Computes(
        {**BATCH, r"\frac{\partial L}{\partial W_{mk}}": VALUE},
        slope_of_weight,
        ((predicted, s.N, s.K), (truth, s.N, s.K), (inputs, s.N, s.K), m, s.k),
        distributions=True,
    ),
}

c = sp.Dummy("c", integer=True, positive=True)  # the class that is drawn
DRAWN = {
    **CLASSES,
    "e": lambda index: sp.KroneckerDelta(index, c),
    r"\operatorname{E}": Function(lambda of: sp.Sum(s.softmax(c) * of, (c, 1, s.K))),
}
others = sp.Sum(
    sp.exp(s.z[s.k] - s.z[s.right]) * (1 - sp.KroneckerDelta(s.k, s.right)), (s.k, 1, s.K)
)  # the exponentials of the wrong classes, when that of the right one is 1
with_constant = -sp.log(s.softmax(s.right) + sp.Rational(1, 10**7))
r = sp.IndexedBase("r", positive=True)


def any_target(index: Any) -> sp.Expr:
    """A distribution: positive numbers divided by their sum."""
    return r[index] / sp.Sum(r[s.i], (s.i, 1, s.K))


def lse(vector: Any) -> sp.Expr:
    return sp.log(sp.Sum(sp.exp(vector[s.i]), (s.i, 1, s.K)))


against_any = sp.Sum(any_target(s.k) * (lse(s.z) - s.z[s.k]), (s.k, 1, s.K))
four_weights = sum([1, 2, 5, 2])  # of the labels 0, 1, 2, 1
slope = sp.Derivative(lb.cross_entropy.formula, s.z[s.j])
PROBABILITY = {**CLASSES, "p": s.p}

INLINE = {
    "e^{1000}": Means(sp.exp(s.z[s.k] + 1000) / sp.exp(s.z[s.k]), {}),
    "e^{709.78}": Tested(
        "e^{709.78}", largest, (709.78, np.float64), false=((709.77, np.float64),)
    ),
    "e^{88.72}": Tested("e^{88.72}", largest, (88.72, np.float32), false=((88.73, np.float32),)),
    r"X^\top D": Tested(
        r"X^\top D",
        of_the_weights,
        lambda X, D: X.T @ D,
        false=(lambda X, D: -X.T @ D, lambda X, D: X.T @ D / len(X)),
    ),
    "t_y = 1": Stated("defines one-hot"),
    "t_k = 0": Stated("defines one-hot"),
    "z = xW + b": Stated("defines the model"),
    "e^0 = 1": Proved({}),
    r"-\log p_y": Means(lb.cross_entropy.formula, CLASSES),
    r"\operatorname{lse}(z) - z_y": Means(lb.cross_entropy.formula, CLASSES),
    "p_j - [j = y]": Means(slope, CLASSES),
    "2(1 - p_y)": Means(
        sp.Sum(sp.Abs(s.softmax(s.j) - sp.KroneckerDelta(s.j, s.right)), (s.j, 1, s.K)), CLASSES
    ),
    r"\log(1 + \text{others})": Means(lb.cross_entropy.formula, {r"\text{others}": others}),
    r"(p_y - 1)\, p_y / (p_y + 10^{-7})": Means(
        sp.Derivative(with_constant, s.z[s.right]), CLASSES
    ),
    r"\sum_i w_{y_i} / N = (1 + 2 + 5 + 2) / 4 = 2.5": Proved(
        {r"\sum_i w_{y_i}": sp.Integer(four_weights), "N": sp.Integer(4)}
    ),
    "p_j - q_j": Means(sp.Derivative(against_any, s.z[s.j]), {**CLASSES, "q": any_target}),
    "p = q": Stated("where the slope is 0"),
    r"-0.9\, w_{y_i} \log p_{i y_i} - \frac{0.1}{3} \sum_k w_k \log p_{ik}": Tested(
        r"-0.9\, w_{y_i} \log p_{i y_i} - \frac{0.1}{3} \sum_k w_k \log p_{ik}",
        of_exercise_7,
        lambda log_p, w, y: -0.9 * w[y] * log_p[y] - 0.1 / 3 * (w * log_p).sum(),
        false=(
            lambda log_p, w, y: -0.9 * w[y] * log_p[y] - 0.1 * (w * log_p).sum(),
            lambda log_p, w, y: -0.9 * w[y] * log_p[y] - 0.1 / 3 * w[y] * log_p.sum(),
            lambda log_p, w, y: -w[y] * log_p[y] - 0.1 / 3 * (w * log_p).sum(),
        ),
    ),
    "1 + 2 + 5 = 8": Proved({}),
    # a softmax as logits: 1 for the right class and 0 for the others
    r"\log(e + K - 1) - 1": Means(
        sp.log(sp.Sum(sp.exp(sp.KroneckerDelta(s.k, s.right)), (s.k, 1, s.K))) - 1, CLASSES
    ),
    r"-\log 0.2595 = 1.3490": Proved({}),
    r"\partial p_y / \partial z_j = p_y ([j = y] - p_j)": Proved(CLASSES),
    "1/p_y": Means(sp.Derivative(sp.log(s.p[s.right]), s.p[s.right]), PROBABILITY),
    "-1/p_y": Means(sp.Derivative(-sp.log(s.p[s.right]), s.p[s.right]), PROBABILITY),
    "p_j [j = k] - p_j p_k": Means(
        sp.Derivative(lb.cross_entropy.formula, s.z[s.j], s.z[s.k]), CLASSES
    ),
    r"\operatorname{E}[e_j e_k] = p_j [j = k]": Proved(DRAWN),
    r"\operatorname{E}[e_j] \operatorname{E}[e_k] = p_j p_k": Proved(DRAWN),
    r"\sum_i (p_{ik} - [y_i = k])": Tested(
        r"\sum_i (p_{ik} - [y_i = k])",
        of_the_bias,
        lambda p, y, k: (p[:, k] - (y == k)).sum(),
        false=(
            lambda p, y, k: ((y == k) - p[:, k]).sum(),
            lambda p, y, k: (p[:, k] - (y == k)).mean(),
        ),
    ),
}

NUMBERS: dict[str, str] = {}

CODE = {
    "model": "any network of the reader's, in the faulty example",
    "F.cross_entropy(logits.movedim(-1, 1), y)": "the classes go from the end to axis 1",
}
