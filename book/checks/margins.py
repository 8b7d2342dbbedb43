"""What holds the equations, numbers and code of `margins.md` to the truth."""

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp
from sklearn.svm import SVC

import lossbook as lb
from lossbook import symbolic as s
from lossbook.training import numerical_gradient
from tools.claims import Means, Proved, Stated, Tested
from tools.notation import CLASSES

# The package writes x for a score; here it is z.
HINGE = sp.sympify(lb.hinge_loss.formula)
SOFT_MARGIN = sp.sympify(lb.soft_margin_loss.formula)
SCORE = {"z": s.x, "y": s.y}
q = sp.Symbol("p", positive=True)  # the share of yes
SHARE = {"p": q, "z": s.x, r"\operatorname{sign}": sp.sign}

C = 0.7
rng = np.random.default_rng(0)
X, Y = rng.normal(size=(40, 3)), np.sign(rng.normal(size=40))
X += 0.8 * Y[:, None]
MODEL = SVC(kernel="linear", C=C, tol=1e-10).fit(X, Y)
W, B = MODEL.coef_[0], float(MODEL.intercept_[0])
MARGIN = Y * (X @ W + B)
FORCE = np.zeros(len(Y))
FORCE[MODEL.support_] = np.abs(MODEL.dual_coef_[0]) / C


def best_of(loss: Any) -> sp.Expr:
    """The score at which the slope of the expected loss is 0."""
    yes, no = (sp.sympify(loss.formula).subs(s.y, label) for label in (1, -1))
    if loss is lb.squared_hinge_loss:  # between −1 and 1 nothing is cut off
        yes, no = (each.replace(sp.Max, lambda *terms: sum(terms)) for each in (yes, no))
    (best,) = sp.solve(sp.numer(sp.together(sp.diff(q * yes + (1 - q) * no, s.x))), s.x)
    return best


def of_the_walk(length: Callable[..., float]) -> None:
    """So many times w lead from a sample to the boundary."""
    for x in X:
        assert abs(W @ (x + length(x @ W + B, W) * W) + B) < 1e-10


def grows(by: Callable[..., float]) -> None:
    """So much grows the score on a walk of t times w."""
    for t in (-1.0, 0.3, 2.0):
        assert np.isclose(W @ (X[0] + t * W) - W @ X[0], by(t, W))


def distance(d: Callable[..., float]) -> None:
    """No point of the boundary is nearer than that, and one is as near."""
    basis = np.linalg.svd(W[None])[2][1:]
    for x in X[:5]:
        claimed = d(x, W, B)
        foot = x - (x @ W + B) / (W @ W) * W
        steps = rng.normal(size=(200, 2)) @ basis
        away = np.linalg.norm(foot + np.vstack([0 * W, steps]) - x, axis=1)
        assert np.isclose(away.min(), claimed)


def of_margin_one(d: Callable[[np.ndarray], float]) -> None:
    """The distance of a sample whose score is 1."""
    x = W * (1 - B) / (W @ W)
    foot = -B * W / (W @ W)
    assert np.isclose(W @ x + B, 1)
    assert np.isclose(np.linalg.norm(x - foot), d(W))


def solved(L: Callable[..., float]) -> None:
    """scikit-learn's solution is its minimum."""
    at = L(W, B)
    for _ in range(300):
        step = 1e-2 * rng.normal(size=4)
        assert L(W + step[:3], B + step[3]) > at - 1e-9


def of_duals(w: Callable[..., np.ndarray]) -> None:
    """It gives the weights back, and a is 1 inside, 0 outside, and between at the kink."""
    assert np.allclose(FORCE[MARGIN < 1 - 1e-6], 1) and not FORCE[MARGIN > 1 + 1e-6].any()
    assert np.allclose(w(FORCE, Y, X), W)


def of_objective(slope: Callable[..., np.ndarray]) -> None:
    w, b = np.array([0.3, -0.2, 0.5]), 0.1
    a = (Y * (X @ w + b) < 1).astype(float)

    def loss(w: np.ndarray) -> float:
        return float(w @ w / 2 + C * lb.hinge_loss(X @ w + b, Y, reduction="sum"))

    assert np.allclose(numerical_gradient(loss, w, 1e-5), slope(w, a), atol=1e-6)


def term_of_width(term: Callable[[np.ndarray], float]) -> None:
    """A term whose slope is w."""
    assert np.allclose(numerical_gradient(term, W), W)


def divided(term: Callable[[np.ndarray, float], float], of_C: Callable[..., float]) -> None:
    """The objective divided by CN is this term and the mean hinge loss."""
    loss = W @ W / 2 + C * lb.hinge_loss(X @ W + B, Y, reduction="sum")
    mean = lb.hinge_loss(X @ W + B, Y)
    assert np.isclose(loss / (C * len(Y)), term(W, of_C(C, len(Y))) + mean)


def switch(best: Callable[[float], float]) -> None:
    z = np.linspace(-3, 3, 601)
    for p in (0.1, 0.45, 0.55, 0.9):
        costs = [lb.hinge_loss(z, np.full(601, y), reduction="none") for y in (1.0, -1.0)]
        found = z[np.argmin(p * costs[0] + (1 - p) * costs[1])]
        assert abs(found - best(p)) < 1e-9


def ahead(lead: float) -> None:
    """The lead of the first class that minimises the expected cross-entropy."""
    p = np.array([0.40, 0.35, 0.25])
    z = np.array([lead, 0, np.log(p[2] / p[1])])
    slopes = sum(p[k] * lb.cross_entropy.grad(z, k) for k in range(3))
    assert np.allclose(slopes, 0, atol=1e-9)


def lacking(what: Callable[[float], float]) -> None:
    for m in (-3.0, -0.5, 0.0):
        assert np.isclose(lb.hinge_loss(m, 1), what(m))


def gap_of(z: np.ndarray) -> tuple[int, float]:
    order = np.argsort(z)
    return int(order[-1]), float(z[order[-1]] - z[order[-2]])


def bound(right: bool) -> Callable[[Callable[[float], float]], None]:
    """Crammer and Singer's loss is never below it, and reaches it."""

    def check(low: Callable[[float], float]) -> None:
        room = []
        for z in (*rng.normal(scale=0.4, size=(300, 4)), np.array([0.5, 0.2, 0.2, 0.2])):
            a, g = gap_of(z)
            for k in range(4):
                if (k == a) == right:
                    room.append(lb.multiclass_hinge_loss(z, k) - low(g))
        assert min(room) > -1e-12 and min(room) < 1e-9

    return check


def never_cheaper(p_allowed: Callable[[float], bool]) -> None:
    """Below that probability of the leader a gap costs more than a tie, and above it less."""
    for p in np.linspace(0.3, 0.7, 41):
        costs = p * (1 - 0.1) + (1 - p) * (1 + 0.1)
        assert (costs > 1 + 1e-12) == p_allowed(p)


width = r"\frac{1}{2} \lVert w \rVert^2"
decay = r"\frac{\lambda}{2} \lVert w \rVert^2"
objective = r"L = \frac{1}{2} \lVert w \rVert^2 + C \sum_{i=1}^{N} \max(0, 1 - y_i z_i)"
p_a, g = sp.symbols("p_a g", positive=True)


def svm(half: float, price: float, room: float) -> Callable[..., float]:
    return lambda w, b: half * w @ w + price * np.maximum(0, room - Y * (X @ w + b)).sum()


EQUATIONS = {
    "eq-zero-one": Proved({**SCORE, r"\ell(z, y)": lb.zero_one_loss.formula}),
    "eq-hinge": Proved({**SCORE, r"\ell(z, y)": lb.hinge_loss.formula}),
    "eq-squared-hinge": Proved({**SCORE, r"\ell(z, y)": lb.squared_hinge_loss.formula}),
    "eq-distance": Tested(
        r"d = \frac{|w \cdot x + b|}{\lVert w \rVert}",
        distance,
        lambda x, w, b: abs(w @ x + b) / np.linalg.norm(w),
        false=(
            lambda x, w, b: abs(w @ x) / np.linalg.norm(w),
            lambda x, w, b: abs(w @ x + b),
            lambda x, w, b: abs(w @ x + b) / (w @ w),
            lambda x, w, b: (w @ x + b) / np.linalg.norm(w),
        ),
    ),
    "eq-svm": Tested(
        objective,
        solved,
        svm(0.5, C, 1),
        false=(svm(1, C, 1), svm(0, C, 1), svm(0.5, 1, 1), svm(0.5, C, 0.9)),
    ),
    "eq-support": Tested(
        r"w = C \sum_{i=1}^{N} a_i y_i x_i",
        of_duals,
        lambda a, y, x: C * (a * y) @ x,
        false=(
            lambda a, y, x: (a * y) @ x,
            lambda a, y, x: C * a @ x,
            lambda a, y, x: C * (np.ceil(a) * y) @ x,
        ),
    ),
    "eq-weston-watkins": Proved(
        {
            **CLASSES,
            r"\ell": sp.sympify(lb.multi_margin_loss.formula).subs({s.margin: 1, s.power: 1}),
        }
    ),
    "eq-crammer-singer": Proved({**CLASSES, r"\ell": lb.multiclass_hinge_loss.formula}),
}

INLINE = {
    r"\max(0, 1 - z)": Means(HINGE.subs(s.y, 1), SCORE),
    r"\max(0, 1 + z)": Means(HINGE.subs(s.y, -1), SCORE),
    r"\max(0, 1 - yz)": Means(HINGE, SCORE),
    r"\max(0, 1 - yz)^2": Means(sp.sympify(lb.squared_hinge_loss.formula), SCORE),
    r"\log(1 + e^{-yz})": Means(SOFT_MARGIN, SCORE),
    r"z = w \cdot x + b": Stated("defines the model"),
    r"t \lVert w \rVert^2": Tested(
        r"t \lVert w \rVert^2",
        grows,
        lambda t, w: t * (w @ w),
        false=(lambda t, w: t * np.linalg.norm(w), lambda t, w: w @ w),
    ),
    r"t = -z / \lVert w \rVert^2": Tested(
        r"t = -z / \lVert w \rVert^2",
        of_the_walk,
        lambda z, w: -z / (w @ w),
        false=(lambda z, w: z / (w @ w), lambda z, w: -z / np.linalg.norm(w)),
    ),
    r"1 / \lVert w \rVert": Tested(
        r"1 / \lVert w \rVert",
        of_margin_one,
        lambda w: 1 / np.linalg.norm(w),
        false=(lambda w: 1 / (w @ w), lambda w: 2 / np.linalg.norm(w)),
    ),
    width: Tested(
        width, term_of_width, lambda w: w @ w / 2, false=(lambda w: w @ w, np.linalg.norm)
    ),
    decay: Tested(
        decay,
        lambda term: divided(term, lambda price, n: 1 / (price * n)),
        lambda w, decay: decay / 2 * w @ w,
        false=(lambda w, decay: decay * w @ w, lambda w, decay: w @ w / 2),
    ),
    r"\lambda = 1/(CN)": Tested(
        r"\lambda = 1/(CN)",
        lambda of_C: divided(lambda w, decay: decay / 2 * w @ w, of_C),
        lambda price, n: 1 / (price * n),
        false=(lambda price, n: 1 / price, lambda price, n: price / n),
    ),
    r"w - C \sum_i a_i y_i x_i": Tested(
        r"w - C \sum_i a_i y_i x_i",
        of_objective,
        lambda w, a: w - C * (a * Y) @ X,
        false=(
            lambda w, a: w + C * (a * Y) @ X,
            lambda w, a: w - (a * Y) @ X,
            lambda w, a: 2 * w - C * (a * Y) @ X,
        ),
    ),
    "a_i > 0": Stated("names the support vectors"),
    "1/n": Stated("names the size of a step"),
    "1 - p": Stated("names the share of the other label"),
    r"\operatorname{sign}(2p - 1)": Tested(
        r"\operatorname{sign}(2p - 1)",
        switch,
        lambda p: np.sign(2 * p - 1),
        false=(lambda p: 2 * p - 1, lambda p: np.sign(p - 0.25), lambda p: -np.sign(2 * p - 1)),
    ),
    "2p - 1": Means(best_of(lb.squared_hinge_loss), SHARE),
    "(1 + z)/2": Means(sp.solve(best_of(lb.squared_hinge_loss) - s.x, q)[0], SHARE),
    r"\log \frac{p}{1 - p}": Means(best_of(lb.soft_margin_loss), SHARE),
    r"\log(0.40/0.35)": Tested(
        r"\log(0.40/0.35)", ahead, np.log(0.40 / 0.35), false=(0.0, np.log(0.40 / 0.25))
    ),
    "1 - yz": Tested("1 - yz", lacking, lambda m: 1 - m, false=(lambda m: -m, lambda m: 1 + m)),
    "1 - g": Tested(
        "1 - g", bound(True), lambda g: 1 - g, false=(lambda g: 1 + g, lambda g: 1 - g / 2)
    ),
    "1 + g": Tested(
        "1 + g", bound(False), lambda g: 1 + g, false=(lambda g: 1 + 2 * g, lambda g: 1 - g)
    ),
    "p_a (1 - g) + (1 - p_a)(1 + g) = 1 + (1 - 2 p_a) g": Proved({"p_a": p_a, "g": g}),
    "p_a < 1/2": Tested(
        "p_a < 1/2",
        never_cheaper,
        lambda p: p < 0.5 - 1e-9,
        false=(lambda p: p < 0.4, lambda p: p > 0.5),
    ),
}

NUMBERS = {"10, 20 and 30": "the cells write these shares as 0.1, 0.2 and 0.3"}

CODE = {
    "model": "any network of the reader's, in the faulty example",
    "p=2": "the power of the table; the chapter says that it is 1 or 2",
    "intercept_scaling=10": "scikit-learn's, as the cell passes it",
    "y = 2 * y - 1": "a statement, the repair",
    "torch.relu(-y * z).mean()": "what somebody writes in exercise 4; a cell defines it",
    "(-y * z).clamp(min=0).mean()": "what the colleague writes; a cell defines it",
}
