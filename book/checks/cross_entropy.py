"""What holds the equations, numbers and code of `cross-entropy.md` to the truth."""

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp

import lossbook as lb
from lossbook import information
from lossbook import symbolic as s
from tools.claims import VALUE, Computes, Means, Proved, Stated, Tested
from tools.latex import Index, Names
from tools.notation import DISTRIBUTIONS, P, Q, entropy

F = sp.IndexedBase("f", positive=True)
T, X, THETA, Y = (sp.IndexedBase(name, positive=True) for name in ("t", "x", "theta", "y"))
n = sp.Dummy("n", integer=True, positive=True)
m = sp.Symbol("m", integer=True, positive=True)  # a pixel


chance = sp.Symbol("q", positive=True)
# of the log density of a Gaussian at its mean, what gaussian_nll_loss does not print
left_out = sp.log(sp.sqrt(2 * sp.pi))

NAMES: Names = {
    **DISTRIBUTIONS,
    "f": F,
    "t": T,
}
# the price of N outcomes
MEAN_PRICE = -sp.Sum(sp.log(Q[n]), (n, 1, s.N)) / s.N


def log_loss(q: np.ndarray) -> float:
    """The package's mean loss of forecasts that gave q to what happened."""
    return float(lb.nll_loss(np.log(np.stack([q, 1 - q], 1)), np.zeros(len(q), int)))


def batch(q: np.ndarray, t: np.ndarray) -> float:
    return float(lb.softmax_cross_entropy_with_logits(np.log(q), t, reduction="mean"))


def two(q: np.ndarray, y: np.ndarray) -> float:
    return float(lb.binary_cross_entropy(q, y))


def score(f: np.ndarray, theta: np.ndarray, x: np.ndarray, k: int) -> float:
    """The log of the joint probability, from the package's loss of the pixels."""
    return float(np.log(f[k - 1]) - lb.binary_cross_entropy(theta[k - 1], x, reduction="sum"))


def as_scikit_learn(theta: Callable[..., Any]) -> None:
    """The smoothed shares are those of scikit-learn's naive Bayes."""
    from sklearn.naive_bayes import BernoulliNB

    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 2, (40, 6)), rng.integers(0, 3, 40)
    for alpha in (0.5, 1.0, 3.0):
        model = BernoulliNB(alpha=alpha).fit(x, y)
        for k in range(3):
            ours = theta(x[y == k].sum(0), (y == k).sum(), alpha)
            assert np.allclose(np.log(ours), model.feature_log_prob_[k])


PAIR = ((Q, s.N),)

EQUATIONS = {
    "eq-ce-money": Computes({**NAMES, "L": VALUE}, log_loss, PAIR),
    "eq-ce-log-loss": Computes({**NAMES, "L": VALUE}, log_loss, PAIR),
    "eq-ce": Computes(
        {**NAMES, "H(p, q)": VALUE}, information.cross_entropy, (P, Q), distributions=True
    ),
    "eq-ce-split": Computes(
        {**NAMES, "H(p, q)": VALUE}, information.cross_entropy, (P, Q), distributions=True
    ),
    "eq-ce-likelihood": Proved(NAMES),
    "eq-ce-batch": Computes(
        {**NAMES, "L": VALUE}, batch, ((Q, s.N, s.K), (T, s.N, s.K)), distributions=True
    ),
    "eq-ce-two": Computes({**NAMES, "L": VALUE, "y": Y}, two, ((Q, s.N), (Y, s.N))),
    "eq-ce-bayes": Computes(
        {**NAMES, "z_k": VALUE, "x": X, r"\theta": THETA, "m": Index(m, s.N), "M": s.N},
        score,
        (F, (THETA, s.K, s.N), (X, s.N), s.k),
    ),
    "eq-ce-smoothed": Tested(
        r"\theta_{km} = \frac{n_{km} + \alpha}{n_k + 2 \alpha}",
        as_scikit_learn,
        lambda on, of, alpha: (on + alpha) / (of + 2 * alpha),
        false=(
            lambda on, of, alpha: (on + alpha) / (of + alpha),
            lambda on, of, alpha: on / of,
            lambda on, of, alpha: (on + alpha) / (of + 10 * alpha),
        ),
    ),
    "eq-ce-perplexity": Computes(
        {**NAMES, r"\operatorname{PP}": VALUE, "L": MEAN_PRICE}, lambda q: np.exp(log_loss(q)), PAIR
    ),
}

CHARGE = "a charge that another rule might make"

INLINE = {
    "1 - q": Stated(CHARGE),
    "(1 - q)^2": Stated(CHARGE),
    r"-\log q": Means(sp.log(1 / Q[n]).subs(Q[n], chance), {"q": chance}),
    r"\frac{1}{2} \log(2 \pi)": Means(left_out, {}),
    "q = p": Stated("the case in which the forecast is the truth"),
    "p = q": Stated("the case in which the forecast is the truth"),
    "n_k = N f_k": Stated("names the count whose share is f"),
    r"-\sum_k t_k \log q_k": Means(entropy(T, Q), NAMES),
    "1/q_i": Means(sp.exp(-sp.log(Q[s.i])), NAMES),
    "1/q": Stated("the exponential of the price, proved as 1/q_i"),
    r"e^{\text{loss}}": Stated("names what the faulty code averages"),
    r"\sum_k f_k \frac{1}{f_k} = K": Proved(NAMES),
    r"-\sum_k p_k \log q_k": Means(entropy(P, Q), NAMES),
    "2^{1.75} = 3.364": Proved({}),
    "H(q, q) = H(q)": Proved(NAMES),
}

NUMBERS: dict[str, str] = {}

CODE = {
    "loader": "the reader's batches, in the faulty example",
    "model": "any network of the reader's, in the faulty example",
    "torch.exp(total / count)": "the reader's sum of losses and number of letters",
    "-(teacher * log_student).sum(1).mean()": "the loss of the bug to explain",
}
