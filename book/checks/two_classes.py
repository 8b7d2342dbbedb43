"""What holds the equations, numbers and code of `two-classes.md` to the truth."""

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp
import torch
from scipy.optimize import brentq

import lossbook as lb
from lossbook import symbolic as s
from lossbook.training import numerical_gradient
from tools.claims import VALUE, Computes, Means, Proved, Stated, Tested
from tools.latex import Index
from tools.notation import INDICES

# The package writes x for the logit and ŷ for the probability; here they are z and p.
FROM_P = lb.binary_cross_entropy.formula
WEIGHTED = lb.binary_cross_entropy_with_logits.formula
FROM_Z = WEIGHTED.subs(s.pos_weight, 1)
SOFT_MARGIN = sp.sympify(lb.soft_margin_loss.formula)
P = sp.diff(FROM_Z.subs(s.y, 0), s.x)  # the slope of a no is the probability itself
SQUARE = lb.brier_loss.formula.subs(s.yhat, P)
SLOPE_OF_SQUARE = sp.Derivative(SQUARE.subs(s.y, 1), s.x)

LOGIT = {"p": P, "z": s.x, "y": s.y, r"\ell": FROM_Z}
PROBABILITY = {"p": s.yhat, "y": s.y}

predicted, truth, weights = map(sp.IndexedBase, ("p", "y", "w"))
inputs, logits, labels = (sp.IndexedBase(name, real=True) for name in ("x", "z", "y"))
m = sp.Symbol("m", integer=True, positive=True)  # a feature
q, c = sp.symbols("q c", positive=True)
THRESHOLD = sp.solve(10 * q - (1 - q), q)[0]  # silence costs as much as an alarm
BATCH = {**INDICES, "p": predicted, "y": truth, "w": weights, "x": inputs, "z": logits}


def batch(p: np.ndarray, y: np.ndarray, w: np.ndarray) -> float:
    return float(lb.binary_cross_entropy(p, y, weight=w))


def slope_of_weight(p: np.ndarray, y: np.ndarray, x: np.ndarray, m: int) -> float:
    """How the mean loss changes with one weight, by differences."""

    def loss(step: np.ndarray) -> float:
        z = np.log(p / (1 - p)) + step[0] * x[:, m - 1]
        return float(lb.binary_cross_entropy_with_logits(z, y))

    return float(numerical_gradient(loss, np.zeros(1))[0])


def by_torch(z: np.ndarray, y: np.ndarray) -> float:
    """PyTorch takes any number for a label, and so any for a test."""
    return float(torch.nn.SoftMarginLoss()(torch.tensor(z), torch.tensor(y)))


def best_logit(q: float, c: float) -> float:
    """Where the slope of the expected loss is 0."""

    def slope(z: float) -> float:
        pair = np.array([z, z])
        one, zero = lb.binary_cross_entropy_with_logits.grad(
            pair, [1.0, 0.0], pos_weight=c, reduction="sum"
        )
        return float(q * one + (1 - q) * zero)

    return float(brentq(slope, -60, 60, xtol=1e-13))


def slope_of_square(z: np.ndarray) -> np.ndarray:
    p = 1 / (1 + np.exp(-z))
    return np.asarray(lb.brier_loss.grad(p, np.ones(len(p)), reduction="sum") * p * (1 - p))


def slope_for_small(near: Callable[[float], float]) -> None:
    """Squared error behind a sigmoid, of a yes: its slope comes near where p is small."""
    for z in (-8.0, -10.0, -12.0):
        p = 1 / (1 + np.exp(-z))
        assert np.isclose(near(z), 2 * (p - 1) * p * (1 - p), rtol=1e-2)


def largest_float32(power: float) -> None:
    assert round(float(np.log(np.finfo(np.float32).max)), 2) == power


def overflows_float32(power: float) -> None:
    assert np.exp(power) > np.finfo(np.float32).max


def waits(steps: Callable[[float], float]) -> None:
    """So many steps of size 1 down the slope of squared error until p reaches one half."""
    for start in (-6.0, -8.0, -9.0):
        z, count = np.array([start]), 0
        while z[0] <= 0:
            z, count = z - slope_of_square(z), count + 1
        assert abs(count / steps(start) - 1) < 0.07


def bends_down(p_where: Callable[[np.ndarray], np.ndarray]) -> None:
    """The slope of squared error falls where the claim holds, and rises elsewhere."""
    p = np.linspace(0.01, 0.99, 491)
    z = np.log(p / (1 - p))
    falls = slope_of_square(z + 1e-4) < slope_of_square(z - 1e-4)
    assert (falls == p_where(p)).all()


def steepest(p: Any) -> None:
    z = np.linspace(-8, 8, 160001)
    at = z[np.argmin(slope_of_square(z))]
    assert abs(1 / (1 + np.exp(-at)) - p) < 1e-3


EQUATIONS = {
    "eq-sigmoid": Proved(LOGIT),
    "eq-log-odds": Proved(LOGIT),
    "eq-bernoulli": Proved({**PROBABILITY, r"\Pr(y \mid p)": sp.exp(-FROM_P)}),
    "eq-bce": Proved({**PROBABILITY, r"\ell(p, y)": FROM_P}),
    "eq-two-batch": Computes(
        {**BATCH, "L": VALUE}, batch, ((predicted, s.N), (truth, s.N), (weights, s.N))
    ),
    "eq-error": Proved(LOGIT),
    "eq-squared-slope": Proved({**LOGIT, "(p - y)^2": SQUARE}),
    "eq-from-logit": Proved({**LOGIT, r"\ell(z, y)": FROM_Z}),
    "eq-stable-logit": Proved({**LOGIT, r"\ell(z, y)": FROM_Z}),
    "eq-pos-weight": Proved({**LOGIT, r"\ell(z, y)": WEIGHTED, "c": s.pos_weight}),
    "eq-soft-margin": Proved({**LOGIT, r"\ell(z, y)": SOFT_MARGIN}),
    "eq-multi-label": Computes(
        {**BATCH, "y": labels, "L": VALUE}, by_torch, ((logits, s.N, s.K), (labels, s.N, s.K))
    ),
    "eq-shifted-logit": Computes({r"\hat z": VALUE, "q": q, "c": c}, best_logit, (q, c)),
    "eq-logistic-weights": Computes(
        {**BATCH, "m": Index(m, s.K), r"\frac{\partial L}{\partial v_m}": VALUE},
        slope_of_weight,
        ((predicted, s.N), (truth, s.N), (inputs, s.N, s.K), m),
    ),
}

INLINE = {
    "-2 e^z": Tested(
        "-2 e^z",
        slope_for_small,
        lambda z: -2 * np.exp(z),
        false=(lambda z: 2 * np.exp(z), lambda z: -np.exp(z), lambda z: -2 * np.exp(-z)),
    ),
    "e^{88.72}": Tested("e^{88.72}", largest_float32, 88.72, false=(88.73, 88.71)),
    "e^{90}": Tested("e^{90}", overflows_float32, 90, false=(88, -90)),
    "p = 1/(1 + e^{-z})": Proved(LOGIT),
    "(p - 1)^2": Means(lb.brier_loss.formula.subs(s.y, 1), PROBABILITY),
    "p - 1": Means(sp.Derivative(FROM_Z.subs(s.y, 1), s.x), LOGIT),
    r"2(p - 1)\,p(1 - p)": Means(SLOPE_OF_SQUARE, LOGIT),
    r"-\log p": Means(FROM_P.subs(s.y, 1), PROBABILITY),
    r"-\log(1 - p)": Means(FROM_P.subs(s.y, 0), PROBABILITY),
    r"\log(1 - p)": Means(-FROM_P.subs(s.y, 0), PROBABILITY),
    "-1/p": Means(sp.Derivative(FROM_P.subs(s.y, 1), s.yhat), PROBABILITY),
    "p(1 - p)": Means(sp.Derivative(P, s.x), LOGIT),
    "1 - p": Means(P.subs(s.x, -s.x), LOGIT),
    "p - y": Means(sp.Derivative(FROM_Z, s.x), LOGIT),
    "e^{-z}/2": Tested(
        "e^{-z}/2",
        waits,
        lambda z: np.exp(-z) / 2,
        false=(lambda z: np.exp(-z), lambda z: np.exp(-z) / 3, lambda z: np.exp(-z / 2) / 2),
    ),
    r"\log(1 + e^z) + z": Means(FROM_Z.subs(s.y, -1), LOGIT),
    "z = x v + b": Stated("defines the model"),
    r"\log(1 + e^{z}) - y z": Means(FROM_Z, LOGIT),
    r"\log(1 + e^{-y z})": Means(SOFT_MARGIN, LOGIT),
    r"\log \frac{p}{1 - p}": Means(FROM_Z.subs(s.y, 0) - FROM_Z.subs(s.y, 1), LOGIT),
    "-2p(1 - p)^2": Means(SLOPE_OF_SQUARE, LOGIT),
    "2p(1 - p)^2 (3p - 1)": Means(sp.Derivative(SQUARE.subs(s.y, 1), s.x, 2), LOGIT),
    "p < 1/3": Tested(
        "p < 1/3", bends_down, lambda p: p < 1 / 3, false=(lambda p: p > 1 / 3, lambda p: p < 0.3)
    ),
    "p = 1/3": Tested("p = 1/3", steepest, 1 / 3, false=(0.3, 1 / 2, 2 / 3)),
    "-8/27": Means(SLOPE_OF_SQUARE.doit().subs(s.x, -sp.log(2)), {}),
    "p = 1/11": Proved({"p": THRESHOLD}),
    r"-\log 10": Means(sp.log(THRESHOLD / (1 - THRESHOLD)), {}),
}

NUMBERS = {
    "100": "a round count of cases; as a loss it is printed under “Where numbers bite”",
    "−100": "the clamp; the loss it makes, 100, is printed",
}

CODE = {
    "model": "any network of the reader's, in the faulty example",
    "weight=[1, 3]": "what somebody writes who takes it for class weights",
}
