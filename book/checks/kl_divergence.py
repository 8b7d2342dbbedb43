"""What holds the equations, numbers and code of `kl-divergence.md` to the truth."""

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp
import torch
from torch.distributions import Normal
from torch.distributions import kl_divergence as of_torch

import lossbook as lb
from lossbook import symbolic as s
from lossbook.information import js_divergence, kl_divergence
from lossbook.training import numerical_gradient
from tools.claims import VALUE, Computes, Means, Proved, Stated, Tested
from tools.latex import Function
from tools.notation import DISTRIBUTIONS, INDICES, Middle, P, Q, divergence

n = sp.Dummy("n", integer=True, positive=True)
R = sp.IndexedBase("r", positive=True)
x, T = sp.symbols("x T", positive=True)
mu_p, mu_q, sd_p, sd_q, sd = sp.symbols("mu_p mu_q sigma_p sigma_q sigma", positive=True)


def f(ratio: Any) -> sp.Expr:
    """One sample's part of the divergence, less what has the mean 0."""
    return ratio - 1 - sp.log(ratio)


GAUSS = {r"\mu_p": mu_p, r"\mu_q": mu_q, r"\sigma_p": sd_p, r"\sigma_q": sd_q, r"\sigma": sd}


def random_pairs() -> list[tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(0)
    far = (np.array([1.0, 0.0]), np.array([0.0, 1.0]))
    draws = [tuple(rng.dirichlet(np.ones(K), 2)) for K in (2, 3, 10) for _ in range(100)]
    close = [(p, p) for p, _ in draws[:10]]
    return [far, *draws, *close]


def gauss(mu_p: float, mu_q: float, sd_p: float, sd_q: float) -> float:
    """As PyTorch knows it."""
    pair = (
        Normal(*torch.tensor([m, s], dtype=torch.float64)) for m, s in ((mu_p, sd_p), (mu_q, sd_q))
    )
    return float(of_torch(*pair))


def gibbs(least: Callable[[np.ndarray, np.ndarray], float]) -> None:
    """No divergence is below it, and it is reached at p = q."""
    pairs = random_pairs()[1:]  # without the infinite one
    room = [kl_divergence(p, q) - least(p, q) for p, q in pairs]
    assert min(room) == 0
    assert all(r > 0 for r, (p, q) in zip(room, pairs, strict=True) if (p != q).any())


def bounds_of_js(bounds: tuple[float, float]) -> None:
    """Each divergence lies within them, and comes to both."""
    values = [js_divergence(p, q) for p, q in random_pairs()]
    assert abs(min(values) - bounds[0]) < 1e-12 and abs(max(values) - bounds[1]) < 1e-12


def below_line(bound: Callable[[np.ndarray], np.ndarray]) -> None:
    """The logarithm is below it, and touches at 1 only."""
    at = np.linspace(0.01, 5, 500)
    room = bound(at) - np.log(at)
    assert (room >= -1e-12).all() and np.isclose(at[room < 1e-9], 1).all()
    assert (room < 1e-9).sum() == 1


def student(z: np.ndarray, t: np.ndarray, T: float, j: int) -> float:
    """The slope of T² KL(t‖p), by differences."""

    def loss(at: np.ndarray) -> float:
        return float(T**2 * kl_divergence(t, lb.softmax(at / T)))

    return float(numerical_gradient(loss, z)[j - 1])


def student_from(p: np.ndarray, t: np.ndarray, T: float, j: int) -> float:
    return student(T * np.log(p), t, T, j)


def without_factor(claim: Callable[..., float]) -> None:
    """It is the slope of the divergence without T²."""
    rng = np.random.default_rng(0)
    for T in (1.0, 2.0, 8.0):
        p, t = rng.dirichlet(np.ones(4), 2)
        assert np.isclose(claim(p[0], t[0], T), student_from(p, t, T, 1) / T**2, rtol=1e-4)


def fades(power: int) -> None:
    """The slope without the factor, times T to the power, stays finite and not 0."""
    z, v = np.random.default_rng(0).normal(size=(2, 5))
    values = []
    for T in (1e2, 1e3):
        values.append(T**power * (lb.softmax(z / T) - lb.softmax(v / T))[0] / T)
    assert abs(values[0] / values[1] - 1) < 0.1


def over_one_temperature(power: int) -> None:
    """The difference of the softmaxes, times T to the power."""
    fades(power + 1)


one_width = sp.simplify(
    sp.log(sd / sd) + (sd**2 + (mu_p - mu_q) ** 2) / (2 * sd**2) - sp.Rational(1, 2)
)

EQUATIONS = {
    "eq-kl": Computes(
        {**DISTRIBUTIONS, r"\operatorname{KL}(p \| q)": VALUE},
        kl_divergence,
        (P, Q),
        distributions=True,
    ),
    "eq-kl-f": Proved({"x": x, "f": Function(f)}),
    "eq-kl-gibbs": Tested(
        r"\operatorname{KL}(p \| q) \ge 0",
        gibbs,
        lambda p, q: 0.0,
        false=(
            lambda p, q: 1e-6,
            lambda p, q: -1e-6,
            lambda p, q: kl_divergence(q, p),
        ),
    ),
    "eq-kl-gauss": Computes(
        {**GAUSS, r"\operatorname{KL}(p \| q)": VALUE}, gauss, (mu_p, mu_q, sd_p, sd_q)
    ),
    "eq-kl-js": Computes(
        {**DISTRIBUTIONS, r"\operatorname{JS}(p, q)": VALUE, "m": Middle()},
        js_divergence,
        (P, Q),
        distributions=True,
    ),
    "eq-kl-js-bound": Tested(
        r"0 \le \operatorname{JS}(p, q) \le \log 2",
        bounds_of_js,
        (0.0, np.log(2)),
        false=((0.0, 1.0), (0.0, np.log(2) / 2), (-0.1, np.log(2))),
    ),
    "eq-kl-div": Proved(
        {r"\ell(\log p, t)": lb.kl_div.formula, r"\log p": s.ell, "t": s.y}
        | {r"\log t": sp.log(s.y)}
    ),
    "eq-kl-student": Computes(
        {**INDICES, "p": P, "t": R, "T": T, r"\frac{\partial L}{\partial z_j}": VALUE},
        student_from,
        (P, R, T, s.j),
        distributions=True,
    ),
}

INLINE = {
    r"-\log q_k": Means(-sp.log(Q[s.k]), DISTRIBUTIONS),
    r"-\log p_k": Means(-sp.log(P[s.k]), DISTRIBUTIONS),
    r"x = q_k / p_k": Stated("names the ratio"),
    "1 - 1/x": Means(sp.Derivative(f(x), x), {"x": x}),
    "f(1) = 0": Proved({"f": Function(f)}),
    r"\log x \le x - 1": Tested(
        r"\log x \le x - 1",
        below_line,
        lambda x: x - 1,
        false=(lambda x: x - 0.9, lambda x: x - 1.1, lambda x: 2 * (x - 1)),
    ),
    "q_k = p_k": Stated("the case of equality, which eq-kl-gibbs tests"),
    "p_k = 0": Stated("a case"),
    "q = p": Stated("a case"),
    "1 - 0.8": Stated("what the added terms sum to"),
    "-(1 - 0.8) = -0.2": Proved({}),
    r"0.8 \log 0.8 = -0.1785": Proved({}),
    r"-\log 0.6 = 0.511": Proved({}),
    r"(\mu_p - \mu_q)^2 / (2 \sigma^2)": Means(one_width, GAUSS),
    r"T^2 \operatorname{KL}(t \| p)": Stated("defines the loss of the student"),
    r"\log p(x) - \log q(x)": Stated("what is averaged over samples"),
    r"\sum_k p_k \log p_k - \sum_k p_k \log q_k": Means(divergence(P, Q), DISTRIBUTIONS),
    r"\sum_k p_k \log (p_k / q_k)": Means(divergence(P, Q), DISTRIBUTIONS),
    r"-\sum_k t_k \log p_k": Stated("the part of the divergence that depends on z"),
    "1/T^2": Tested("1/T^2", fades, 2, false=(1, 3)),
    "1/T": Tested("1/T", over_one_temperature, 1, false=(0, 2)),
    "(p_j - t_j) / T": Tested(
        "(p_j - t_j) / T",
        without_factor,
        lambda p, t, T: (p - t) / T,
        false=(lambda p, t, T: (t - p) / T, lambda p, t, T: p - t),
    ),
    "p - t": Means(
        sp.Derivative(sp.log(1 + sp.exp(x)) - sp.Symbol("t") * x, x),
        {"p": 1 / (1 + sp.exp(-x)), "t": sp.Symbol("t")},
    ),
}

NUMBERS = {"60, 30 and 10": "an example, whose shares follow"}

CODE = {
    "v": "the teacher's logits, in the faulty example",
    "kl_div(log_q, p)": "in that order of PyTorch’s arguments the KL of p from q",
    "kl_div(input, target)": "the order of PyTorch’s arguments",
    "F.kl_div(F.log_softmax(z / T, 1), F.softmax(v / T, 1))": "a faulty example",
}
