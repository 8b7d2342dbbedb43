"""What holds the equations, numbers and code of `focal.md` to the truth."""

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp
import torch
from scipy.optimize import brentq

import lossbook as lb
from lossbook import symbolic as s
from tools.claims import VALUE, Computes, Means, Proved, Stated, Tested
from tools.latex import Function
from tools.notation import CLASSES, INDICES

# The package writes x for the logit; here it is z, and p its sigmoid.
BCE = lb.binary_cross_entropy_with_logits.formula.subs(s.pos_weight, 1)
P = sp.diff(BCE.subs(s.y, 0), s.x)  # the slope of a no is the probability itself
# alpha = ½ halves both classes: twice that is the loss without alpha
BINARY = 2 * sp.sympify(lb.sigmoid_focal_loss.formula).subs(s.alpha, sp.Rational(1, 2))
YES = BINARY.subs(s.y, 1)
LOGIT = {"p": P, "z": s.x, "y": s.y, r"\gamma": s.gamma}
FOCAL = sp.sympify(lb.focal_loss.formula)
MANY = {**CLASSES, r"\gamma": s.gamma}

q, pi = sp.symbols("q pi", positive=True)
p = sp.Symbol("p", positive=True)
shares, weights = map(sp.IndexedBase, ("q", "w"))


def best_bias(pi: float) -> float:
    """Where the slope of the bias is 0, for a share pi of yes."""
    return float(brentq(lambda b: lb.binary_cross_entropy_with_logits.grad(b, pi), -60, 60))


def weighted_best(q: np.ndarray, w: np.ndarray, j: int) -> float:
    """Gradient descent on the weighted loss; its minimum, class j."""
    z = np.zeros(len(q))
    for _ in range(20_000):
        z = z - 2 * lb.cross_entropy.grad(z, q, weight=w, reduction="sum")
    return float(lb.softmax(z)[j - 1])


def push_of_no(p: Any, gamma: Any) -> Any:
    return p**gamma * (p - gamma * (1 - p) * sp.log(1 - p))


def share_for(p: float, gamma: float) -> float:
    """The share of yes for which the expected slope is 0 at p."""
    z = np.log(p / (1 - p))
    no, yes = (lb.sigmoid_focal_loss.grad(z, t, alpha=-1, gamma=gamma) for t in (0.0, 1.0))
    return float(no / (no - yes))


def balanced(sides: Callable[[np.ndarray, np.ndarray], tuple[Any, Any]]) -> None:
    """They agree wherever the bias of logits is at its minimum, and differ elsewhere."""
    rng = np.random.default_rng(0)
    z, y = rng.normal(size=50), (np.arange(50) < 5) * 1.0

    def slope(b: float) -> float:
        return float(lb.binary_cross_entropy_with_logits.grad(z + b, y).sum())

    b = brentq(slope, -20, 20, xtol=1e-13)
    left, right = sides(y, lb.sigmoid(z + b))
    assert np.isclose(left, right)
    left, right = sides(y, lb.sigmoid(z))
    assert not np.isclose(left, right)


def _draws() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Slopes, weights, and the chances and values of the two ways to draw a batch of one."""
    rng = np.random.default_rng(1)
    return rng.normal(size=6), rng.uniform(0.5, 9, 6), np.full(6, 1 / 6), np.arange(6)


def means(claim: Callable[[np.ndarray, np.ndarray], float]) -> None:
    g, w, even, _ = _draws()
    v = w / w.mean()
    assert np.isclose(claim(v, g), even @ (v * g))
    assert np.isclose(claim(v, g), (w / w.sum()) @ g)


def squares(claim: Callable[[np.ndarray, np.ndarray], tuple[float, float]]) -> None:
    g, w, even, _ = _draws()
    v = w / w.mean()
    assert np.allclose(claim(v, g), (even @ (v * g) ** 2, (w / w.sum()) @ g**2))


def chances(claim: Callable[[np.ndarray, int], np.ndarray]) -> None:
    _, w, _, _ = _draws()
    assert np.allclose(claim(w / w.mean(), len(w)), w / w.sum())


def of_batch(factor: Callable[[float, float], float]) -> None:
    """PyTorch's slopes of the copied loss are those of the mean, times this factor."""
    rng = np.random.default_rng(2)
    for gamma in (1.5, 2.0, 3.0):
        z = torch.tensor(rng.normal(size=(5, 3)), requires_grad=True)
        y = torch.tensor(rng.integers(0, 3, 5))
        mean = torch.nn.functional.cross_entropy(z, y)
        (usual,) = torch.autograd.grad(mean, z, retain_graph=True)
        (copied,) = torch.autograd.grad((1 - torch.exp(-mean)) ** gamma * mean, z)
        assert np.allclose(factor(mean.item(), gamma) * usual.numpy(), copied.numpy())


def small(claim: Callable[[float], float]) -> None:
    for tiny in (1e-4, 1e-5):
        assert np.isclose(claim(tiny), float(push_of_no(sp.Float(tiny, 40), 2)), rtol=1e-3, atol=0)


def third_root(claim: Callable[[float], float]) -> None:
    assert np.isclose(share_for(claim(0.001), 2.0), 0.001, rtol=0.2)


def counts_up_to(claim: Callable[[float], float]) -> None:
    """The most that any number of samples can be worth."""
    for beta in (0.9, 0.99):
        ratio = lb.class_balanced_weights([10**9, 1], beta=beta)
        assert np.isclose(ratio[1] / ratio[0], claim(beta))


def worth_of(claim: Callable[[float, int], float]) -> None:
    for beta in (0.5, 0.99):
        for n in (1, 2, 7):
            assert np.isclose(claim(beta, n), sum(beta**m for m in range(n)))


EQUATIONS = {
    "eq-focal-prior": Computes({"b": VALUE, r"\pi": pi}, best_bias, (pi,), distributions=True),
    "eq-focal-balance": Tested(
        r"\sum_{i=1}^{N} (1 - y_i)\, p_i = \sum_{i=1}^{N} y_i (1 - p_i)",
        balanced,
        lambda y, p: (((1 - y) * p).sum(), (y * (1 - p)).sum()),
        false=(
            lambda y, p: (((1 - y) * p).mean(), (y * p).mean()),
            lambda y, p: ((y * p).sum(), ((1 - y) * (1 - p)).sum()),
        ),
    ),
    "eq-focal-weighted": Computes(
        {**INDICES, "p_j": VALUE, "q": shares, "w": weights},
        weighted_best,
        (shares, weights, s.j),
        distributions=True,
    ),
    "eq-focal-effective": Tested(
        r"1 + \beta + \dots + \beta^{n - 1} = \frac{1 - \beta^{n}}{1 - \beta}",
        worth_of,
        lambda beta, n: (1 - beta**n) / (1 - beta),
        false=(
            lambda beta, n: (1 - beta ** (n - 1)) / (1 - beta),
            lambda beta, n: (1 - beta) / (1 - beta**n),
        ),
    ),
    "eq-focal-sampling-mean": Tested(
        r"\operatorname{E}[g] = \frac{1}{N} \sum_{i=1}^{N} v_i g_i",
        means,
        lambda v, g: (v * g).mean(),
        false=(lambda v, g: g.mean(), lambda v, g: (v * g).sum()),
    ),
    "eq-focal-sampling-squares": Tested(
        r"\frac{1}{N} \sum_{i=1}^{N} v_i^2 g_i^2 \qquad \text{and} \qquad "
        r"\frac{1}{N} \sum_{i=1}^{N} v_i g_i^2",
        squares,
        lambda v, g: ((v**2 * g**2).mean(), (v * g**2).mean()),
        false=(
            lambda v, g: ((v * g**2).mean(), (v * g**2).mean()),
            lambda v, g: ((v**2 * g**2).mean(), (g**2).mean()),
        ),
    ),
    "eq-focal-truth": Proved(
        {**LOGIT, "p_t": sp.exp(-BCE)}, cases=({s.y: sp.Integer(0)}, {s.y: sp.Integer(1)})
    ),
    "eq-focal": Proved(
        {**LOGIT, r"\ell": BINARY, "p_t": sp.exp(-BCE)},
        cases=({s.y: sp.Integer(0)}, {s.y: sp.Integer(1)}),
    ),
    "eq-focal-slope": Proved({**LOGIT, r"\ell": YES}),
    "eq-focal-classes": Proved({**MANY, r"\ell": FOCAL}),
    "eq-focal-back": Computes(
        {"q": VALUE, "p": p, r"\gamma": s.gamma, "a": Function(lambda p: push_of_no(p, s.gamma))},
        share_for,
        (p, s.gamma),
    ),
    "eq-focal-batch-mean": Tested(
        r"\frac{\partial f(L)}{\partial z_{ij}} = f'(L)\, \frac{\partial L}{\partial z_{ij}}, "
        r"\qquad f'(L) = (1 - e^{-L})^{\gamma} + \gamma L e^{-L} (1 - e^{-L})^{\gamma - 1}",
        of_batch,
        lambda L, c: (1 - np.exp(-L)) ** c + c * L * np.exp(-L) * (1 - np.exp(-L)) ** (c - 1),
        false=(
            lambda L, c: (1 - np.exp(-L)) ** c,
            lambda L, c: (1 - np.exp(-L)) ** c - c * L * np.exp(-L) * (1 - np.exp(-L)) ** (c - 1),
        ),
    ),
}


INLINE = {
    r"-\log p": Means(sp.log(1 / p), {"p": p}),
    "p - y": Means(sp.Derivative(BCE, s.x), LOGIT),
    r"\log(1/1000)": Means(sp.log(sp.Rational(100, 100_000)), {}),
    r"1/(1 - \beta)": Tested(
        r"1/(1 - \beta)",
        counts_up_to,
        lambda beta: 1 / (1 - beta),
        false=(lambda beta: 1 - beta, lambda beta: beta / (1 - beta)),
    ),
    r"0.99^{32}": Means(sp.Rational(99, 100) ** 32, {}),
    r"0.5^{32}": Means(sp.Rational(1, 2) ** 32, {}),
    r"v_i = w_i / \bar w": Stated("defines v; the next one is checked with it"),
    "1/N": Stated("the chance of each of N samples, drawn evenly"),
    "v_i / N": Tested(
        "v_i / N",
        chances,
        lambda v, N: v / N,
        false=(lambda v, N: v, lambda v, N: v**2 / N),
    ),
    "p_t = 0.9": Stated("an example"),
    "1 - p": Means(-sp.Derivative(BCE.subs(s.y, 1), s.x), LOGIT),
    r"0.9 + 0.2 \log 10": Means(
        sp.Rational(9, 10) - 2 * sp.Rational(1, 10) * sp.log(sp.Rational(1, 10)), {}
    ),
    "1 - p_t": Means(1 - sp.exp(-BCE.subs(s.y, 1)), {"p_t": P}),
    r"-(1 - p_y)^{\gamma} \log p_y": Means(FOCAL, MANY),
    "p = q": Stated("where cross-entropy is least; two-classes proves it"),
    "a(1 - p)": Means(
        -sp.Derivative(YES, s.x),
        {**LOGIT, "a": Function(lambda of: push_of_no(of, s.gamma))},
    ),
    r"q\, a(1 - p) = (1 - q)\, a(p)": Stated("the balance; its solution is checked"),
    "3 p^3": Tested("3 p^3", small, lambda p: 3 * p**3, false=(lambda p: p**3, lambda p: 3 * p**2)),
    "0.001 = 3 p^3": Tested(
        "0.001 = 3 p^3",
        third_root,
        lambda q: (q / 3) ** (1 / 3),
        false=(lambda q: q ** (1 / 3), lambda q: (q / 3) ** (1 / 2)),
    ),
    "1/41": Means(sp.Rational(1, 40) / (1 + sp.Rational(1, 40)), {}),
    r"f(L) = (1 - e^{-L})^2 L": Stated("defines f; its slope is checked"),
    r"(1 - p_t)^{\gamma}": Means(YES / BCE.subs(s.y, 1), {**LOGIT, "p_t": P}),
    "0.2^2": Means(sp.Rational(1, 25), {}),
    r"2 \log 40 = 7.3778": Proved({}),
    r"\log \frac{q}{1 - q} + \log 40": Means(sp.log(40 * q / (1 - q)), {"q": q}),
    "1/40": Means(sp.Rational(1, 41) / (1 - sp.Rational(1, 41)), {}),
    r"0.9^{10}": Means(sp.Rational(9, 10) ** 10, {}),
}

NUMBERS = {
    "1000": "one to a thousand, or the push that is printed as 1000.0",
    "1,000": "the difference of 100,000 and 99,000 in the cell below",
    "100": "of 100 batches; a share of 0.725 is printed",
    "99,000": "the size of the scene, in the code of an earlier section",
    "0.75": "1 − α for the default α of 0.25; and a value from Lin et al., table 1",
    "31.1": "Lin et al. 2017, table 1 (b), γ = 0 with the best α",
    "34.0": "Lin et al. 2017, table 1 (b), γ = 2 with the best α",
}

CODE = {
    "layer.bias.data.fill_(prior)": "the reader's last layer",
    "torchvision.ops.sigmoid_focal_loss": "torchvision is not a dependency",
    "WeightedRandomSampler([0.25, 1.0], 1000)": "weights, then how many to draw",
}
