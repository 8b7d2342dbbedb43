"""What holds the equations, numbers and code of `what-a-loss-is-for.md` to the truth."""

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp

import lossbook as lb
from lossbook import symbolic as s
from tools.claims import VALUE, Computes, Means, Proved, Stated, Tested
from tools.notation import INDICES

# The package writes x for the score; here it is z.
SOFT_MARGIN = sp.sympify(lb.soft_margin_loss.formula)
SCORE = {"z": s.x, "y": s.y}

losses, scores, signs = map(sp.IndexedBase, ("ell", "z", "y"))
b = sp.Symbol("b", real=True)
BATCH = {**INDICES, "z": scores, "y": signs, "b": b}


def grid() -> tuple[np.ndarray, np.ndarray]:
    """Scores on both sides and at 0, with both labels."""
    z, y = np.meshgrid(np.linspace(-3, 3, 13), [-1.0, 1.0])
    return z.ravel(), y.ravel()


def counts(mistake: Callable[..., np.ndarray]) -> None:
    """It is the package's 0–1 loss."""
    z, y = grid()
    assert (mistake(z, y) == lb.zero_one_loss(z, y, reduction="none")).all()


def is_right(right: Callable[..., np.ndarray]) -> None:
    z, y = grid()
    assert (right(z, y) == (lb.zero_one_loss(z, y, reduction="none") == 0)).all()


def mean_of(each: np.ndarray) -> float:
    """The package's mean of these losses, each the absolute error of a prediction."""
    return float(lb.l1_loss(each, np.zeros(len(each))))


def slope_of_knob(z: np.ndarray, y: np.ndarray, b: float) -> float:
    """By differences of the formula's value: labels other than ±1 are as good for a test."""

    def loss(b: float) -> float:
        return float(np.log1p(np.exp(-y * (z + b))).mean())

    h = 1e-5
    return (loss(b + h) - loss(b - h)) / (2 * h)


def descends(step: Callable[[float, float, float], float]) -> None:
    """Repeated from several starts, the step reaches the lowest point of a parabola about 3."""
    for start in (-2.0, 10.0):
        at = start
        for _ in range(200):
            at = step(at, 0.1, float(lb.mse_loss.grad(at, 3.0)))
        assert abs(at - 3) < 1e-6


def is_below(bound: Callable[..., np.ndarray]) -> None:
    """Never below the 0–1 loss, nowhere 0, and touching it at score 0."""
    z, y = grid()
    gap = bound(z, y) - lb.zero_one_loss(z, y, reduction="none")
    assert (gap >= -1e-12).all() and np.isclose(gap.min(), 0) and (bound(z, y) > 0).all()


def is_hinge(formula: Callable[..., np.ndarray]) -> None:
    z, y = grid()
    assert np.allclose(formula(z, y), lb.hinge_loss(z, y, reduction="none"))


def at_least_one(factor: Callable[..., np.ndarray]) -> None:
    """At least 1 exactly where the answer is wrong."""
    z, y = grid()
    wrong = lb.zero_one_loss(z, y, reduction="none") == 1
    assert ((factor(z, y) >= 1) == wrong).all()


def least_at(penalised: Callable[..., Any]) -> None:
    """The objective of the six pictures, least at 0.50."""
    z, y = np.array([1.5, -0.4, -0.9, -1.2, -2, -3]), np.array([1, 1, 1, -1, -1, -1])
    knob = np.linspace(0, 2, 2001)
    values = [penalised(float(lb.soft_margin_loss(z + at, y)), at) for at in knob]
    assert round(float(knob[np.argmin(values)]), 2) == 0.50


HINGE = Tested(
    r"\max(0, 1 - yz)",
    is_hinge,
    lambda z, y: np.maximum(0, 1 - y * z),
    false=(lambda z, y: np.maximum(0, 1 + y * z), lambda z, y: np.maximum(0, -y * z)),
)

EQUATIONS = {
    "eq-why-zero-one": Tested(
        r"\ell(z, y) = [\,y z \le 0\,]",
        counts,
        lambda z, y: y * z <= 0,
        false=(lambda z, y: y * z < 0, lambda z, y: y * z > 0, lambda z, y: z <= 0),
    ),
    "eq-why-soft-margin": Proved({**SCORE, r"\ell(z, y)": SOFT_MARGIN}),
    "eq-why-risk": Computes({**INDICES, "L": VALUE, r"\ell": losses}, mean_of, ((losses, s.N),)),
    "eq-why-step": Tested(
        r"b \leftarrow b - \eta\, \frac{dL}{db}",
        descends,
        lambda b, eta, slope: b - eta * slope,
        false=(lambda b, eta, slope: b + eta * slope, lambda b, eta, slope: b - eta),
    ),
    "eq-why-slope": Computes(
        {**BATCH, r"\frac{dL}{db}": VALUE}, slope_of_knob, ((scores, s.N), (signs, s.N), b)
    ),
    "eq-why-bound": Tested(
        r"[\,y z \le 0\,] \;\le\; \frac{\log(1 + e^{-yz})}{\log 2}",
        is_below,
        lambda z, y: lb.soft_margin_loss(z, y, reduction="none") / np.log(2),
        false=(
            lambda z, y: lb.soft_margin_loss(z, y, reduction="none"),
            lambda z, y: lb.soft_margin_loss(z, -y, reduction="none") / np.log(2),
            lambda z, y: 2 * lb.soft_margin_loss(z, y, reduction="none"),
        ),
    ),
}

INLINE = {
    "yz > 0": Tested(
        "yz > 0",
        is_right,
        lambda z, y: y * z > 0,
        false=(lambda z, y: y * z >= 0, lambda z, y: z > 0, lambda z, y: y * z < 0),
    ),
    r"yz \le 0": Tested(
        r"yz \le 0",
        counts,
        lambda z, y: y * z <= 0,
        false=(lambda z, y: y * z < 0, lambda z, y: y * z > 0),
    ),
    r"1/(1 + e^{yz})": Means(-s.y * sp.Derivative(SOFT_MARGIN, s.x) / s.y**2, SCORE),
    r"\max(0, 1 - yz)": HINGE,
    "L + b^2/10": Tested(
        "L + b^2/10",
        least_at,
        lambda cost, b: cost + b**2 / 10,
        false=(lambda cost, b: cost + b**2, lambda cost, b: cost - b**2 / 10),
    ),
    r"e^{-yz} \ge 1": Tested(
        r"e^{-yz} \ge 1",
        at_least_one,
        lambda z, y: np.exp(-y * z),
        false=(lambda z, y: np.exp(y * z), lambda z, y: np.exp(-y * z) + 1),
    ),
    "b - h": Stated("one end of a difference"),
    "b + h": Stated("the other end"),
}

NUMBERS = {
    "1.2": "minus the score of picture 4, in the table at the top",
    "1,057": "the box tells ahead what “Three ways to recognise a five” prints",
}

CODE = {
    "print(max(w.grad.abs().max() for w in model.parameters()))": "for the reader's own model",
    "model": "any network of the reader's, in the faulty examples",
    "x_val": "validation data of the reader's, in the faulty example",
    "y_val": "validation data of the reader's, in the faulty example",
    "best_loss": "the least loss so far, in the faulty example",
    "F.soft_margin_loss(model(x_val), y_val)": "the faulty example",
}
