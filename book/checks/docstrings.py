"""What holds the equations in the docstrings of lossbook to the truth: a check for each."""

from typing import Any

import numpy as np
import sympy as sp

import lossbook as lb
from lossbook import information, symbolic
from lossbook import symbolic as s
from lossbook.training import numerical_gradient
from tools.claims import VALUE, Claim, Computes, Proved, Tested
from tools.latex import Function, Names, Zero
from tools.notation import (
    CLASSES,
    DISTRIBUTIONS,
    LARGEST_LOGIT,
    SCALARS,
    Middle,
    P,
    Q,
    entropy,
    epsilon,
)

INPUTS = {s.yhat: r"\hat y", s.yhats: r"\hat y", s.x: "x", s.xs: "x", s.z: "z"}
INPUTS |= {s.log_p: r"\log p", s.ell: r"\log p"}


W = sp.IndexedBase("w", positive=True)
# whose docstrings show the class weights; the formulas leave them out
WEIGHTED = {"nll_loss", "focal_loss", "multi_margin_loss", "multilabel_soft_margin_loss"}
# Nearly the labels 1 and −1: no point lies on the kink y x = 1, where there is no derivative.
LABELS = ({s.y: sp.Rational(8, 7)}, {s.y: -sp.Rational(8, 7)})


def weighted(formula: Any, target: Any) -> Any:
    """The formula with class weights, which it does not have: w_y, or w_k inside its sum."""
    if target == s.right:
        return W[s.right] * formula
    return formula.replace(sp.Sum, lambda term, limits: sp.Sum(W[limits[0]] * term, limits))


def names_of(loss: str, target: str = "y", **values: float) -> Names:
    """The names in the docstring of a loss: its formula and what occurs in it.

    `values` are given to parameters that the docstring leaves out.
    """
    twin = symbolic._twin(loss)
    formula = sp.sympify(lb.losses()[loss].formula).subs(
        {each: values[str(each)] for each in twin.parameters if str(each) in values}
    )
    if loss in WEIGHTED:
        formula = weighted(formula, twin.target)
    base = CLASSES if isinstance(twin.input, sp.IndexedBase) else SCALARS
    input = INPUTS[twin.input]
    own: Names = {
        input: twin.input,
        target: twin.target,
        rf"\ell({input}, {target})": formula,
        r"\ell": formula,
        "w": W,
        r"\gamma": s.gamma,
        r"\sigma": SCALARS[r"\sigma"],
    }
    return {**base, **own}


def proved(loss: str, cases: Any = ({},), **more: Any) -> list[Claim]:
    return [Proved(names_of(loss, **more), cases)]


n = sp.Dummy("n", integer=True, positive=True)
others = sp.Piecewise((-sp.oo, sp.Eq(s.k, s.right)), (s.z[s.k], True))
strongest = s.Maximum(others, (s.k, 1, s.K))
rival = sp.Sum(n * Zero(s.z[n] - strongest) * (1 - sp.KroneckerDelta(n, s.right)), (n, 1, s.K))
"""The class r with the largest logit but y's."""

base = sp.Symbol("b", positive=True)


# smoothing with weights, for an index and for a distribution
SMOOTHED: Names = {**CLASSES, "w": W}


def smoothed(z: Any, w: Any, y: int, eps: float, t: Any) -> tuple[float, float]:
    options = {"weight": w, "label_smoothing": eps, "reduction": "none"}
    return lb.cross_entropy(z, y - 1, **options), lb.cross_entropy(z, t, **options)


def smoothed_claim(text: tuple[str, str]) -> None:
    """Both equations, evaluated at random points, are what the package computes."""
    from tools.check_equations import compute

    def index(z: Any, w: Any, y: int, eps: float) -> float:
        return smoothed(z, w, y, eps, z)[0]

    def soft(z: Any, w: Any, t: Any, eps: float) -> float:
        return smoothed(z, w, 1, eps, t)[1]

    names = {**SMOOTHED, r"\ell": VALUE}
    compute(text[0], Computes(names, index, (s.z, W, s.right, epsilon)))
    compute(text[1], Computes(names, soft, (s.z, W, s.t, epsilon)))


def balanced(claim: Any) -> None:
    """The weights are in these proportions and sum to K."""
    share, total = claim
    counts = np.array([5, 50, 500])
    w = lb.class_balanced_weights(counts, 0.99)
    assert np.allclose(w / w[0], share(0.99, counts) / share(0.99, counts[0]))
    assert np.isclose(w.sum(), total(len(counts)))


def four_values(slope: Any) -> None:
    """The rule is exact for polynomials up to degree 4, and is what the package computes."""
    for degree in range(5):
        assert np.isclose(slope(lambda x, d=degree: x**d, 1.5, 0.1), degree * 1.5 ** (degree - 1))
    x, h = np.array([0.7]), 1e-2
    assert np.isclose(slope(np.sin, 0.7, h), numerical_gradient(lambda v: np.sin(v).sum(), x)[0])


def joint_entropy(claim: Any) -> None:
    """Both forms are what the package computes, for a joint distribution."""
    for joint in np.random.default_rng(0).dirichlet(np.ones(6), 5).reshape(5, 2, 3):
        for form in claim[1:]:
            assert np.isclose(form(joint), claim[0](joint))


def H(p: Any) -> float:
    return float(-(p * np.log(p)).sum())


DOCSTRINGS: dict[str, list[Claim]] = {
    name: proved(name)
    for name in (
        "mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "rmse_loss", "log_cosh_loss",
        "quantile_loss", "gaussian_nll_loss", "binary_cross_entropy", "brier_loss",
        "soft_margin_loss", "multilabel_soft_margin_loss", "nll_loss",
         "focal_loss",
    )
}  # fmt: skip
DOCSTRINGS |= {
    name: proved(name, LABELS) for name in ("zero_one_loss", "hinge_loss", "squared_hinge_loss")
}
DOCSTRINGS |= {
    "binary_cross_entropy_with_logits": proved("binary_cross_entropy_with_logits", pos_weight=1),
    "softmax_cross_entropy_with_logits": proved("softmax_cross_entropy_with_logits", target="t"),
    "kl_div": [Proved({**names_of("kl_div", "t"), r"\log t": sp.log(s.y)})],
    "poisson_nll_loss": [
        Proved(names_of("poisson_nll_loss")),
        # a rate instead of its logarithm
        Proved(
            {
                **SCALARS,
                r"\ell(\hat y, y)": s.yhat - s.y * sp.log(s.yhat + epsilon),
                r"\ell": s.yhat - s.y * sp.log(s.yhat + epsilon),
            }
        ),
    ],
    "sigmoid_focal_loss": [
        Proved(
            {
                **names_of("sigmoid_focal_loss"),
                r"\alpha_y": s.alpha * s.y + (1 - s.alpha) * (1 - s.y),
                r"\ell_0": lb.binary_cross_entropy_with_logits.formula.subs(s.pos_weight, 1),
                "m": s.y / (1 + sp.exp(s.x)) + (1 - s.y) / (1 + sp.exp(-s.x)),
            }
        )
    ],
    "multi_margin_loss": [
        Proved(
            {**names_of("multi_margin_loss"), "m": s.margin, "p": s.power},
            tuple({s.power: n, s.margin: m} for n, m in ((1, sp.Rational(1, 7)), (2, 1), (2, 6))),
        )
    ],
    "multiclass_hinge_loss": [
        Proved(
            {**names_of("multiclass_hinge_loss"), "r": rival, r"\arg\max_{k \ne y} z_k": rival}
        )
    ],
    "hinge_embedding_loss": [
        # a margin at which none of the points lies: a kink has no derivative
        Proved(
            {**names_of("hinge_embedding_loss"), "m": s.margin},
            tuple({s.y: label, s.margin: sp.Rational(17, 7)} for label in (1, -1)),
        )
    ],
    "cross_entropy": [
        Proved(names_of("cross_entropy")),
        Tested(
            r"""\ell = -(1 - \varepsilon)\, w_y \log p_y
            - \frac{\varepsilon}{K} \sum_k w_k \log p_k, \qquad
            \ell = -\sum_k w_k \left((1 - \varepsilon)\, t_k + \frac{\varepsilon}{K}\right)
            \log p_k""",
            smoothed_claim,
            (
                r"\ell = -(1 - \varepsilon)\, w_y \log p_y"
                r" - \frac{\varepsilon}{K} \sum_k w_k \log p_k",
                r"\ell = -\sum_k w_k \left((1 - \varepsilon)\, t_k"
                r" + \frac{\varepsilon}{K}\right) \log p_k",
            ),
            false=(
                (
                    r"\ell = -(1 - \varepsilon)\, w_y \log p_y"
                    r" - \varepsilon \sum_k w_k \log p_k",
                    r"\ell = -\sum_k w_k \left((1 - \varepsilon)\, t_k"
                    r" + \frac{\varepsilon}{K}\right) \log p_k",
                ),
            ),
        ),
    ],
    "multiclass.logsumexp": [Proved({**CLASSES, "m": LARGEST_LOGIT})],
    "multiclass.softmax": [Proved(CLASSES)],
    "special.sigmoid": [
        Computes({"x": s.x, r"\operatorname{sigmoid}(x)": VALUE}, lb.sigmoid, (s.x,))
    ],
    "information.information_content": [
        Computes({"p": epsilon, "I(p)": VALUE}, information.information_content, (epsilon,))
    ],
    "information.entropy": [
        Computes({**DISTRIBUTIONS, "H(p)": VALUE}, information.entropy, (P,), distributions=True)
    ],
    "information.cross_entropy": [
        Computes(
            {**DISTRIBUTIONS, "H(p, q)": VALUE},
            information.cross_entropy, (P, Q), distributions=True,
        )
    ],
    "information.kl_divergence": [
        Computes(
            {**DISTRIBUTIONS, r"\operatorname{KL}(p \| q)": VALUE},
            information.kl_divergence, (P, Q), distributions=True,
        )
    ],
    "information.js_divergence": [
        Computes(
            {**DISTRIBUTIONS, r"\operatorname{JS}(p, q)": VALUE, "m": Middle()},
            information.js_divergence, (P, Q), distributions=True,
        )
    ],
    "information.perplexity": [
        Computes(
            {**DISTRIBUTIONS, r"\operatorname{PP}(p)": VALUE, "b": base,
             "H_b": Function(lambda p: entropy(p) / sp.log(base))},
            lambda p, b: information.perplexity(p), (P, base), distributions=True,
        )
    ],
    "information.conditional_entropy": [
        Tested(
            r"H(Y \mid X) = -\sum_{x, y} p(x, y) \log \frac{p(x, y)}{p(x)} = H(X, Y) - H(X)",
            joint_entropy,
            (
                information.conditional_entropy,
                lambda p: -(p * np.log(p / p.sum(1, keepdims=True))).sum(),
                lambda p: H(p) - H(p.sum(1)),
            ),
            false=((information.conditional_entropy, lambda p: H(p) - H(p.sum(0))),),
        )
    ],
    "information.mutual_information": [
        Tested(
            r"I(X; Y) = \sum_{x, y} p(x, y) \log \frac{p(x, y)}{p(x)\, p(y)} = H(X) - H(X \mid Y)",
            joint_entropy,
            (
                information.mutual_information,
                lambda p: (p * np.log(p / p.sum(1, keepdims=True) / p.sum(0))).sum(),
                lambda p: H(p.sum(1)) - (H(p) - H(p.sum(0))),
            ),
            false=((information.mutual_information, lambda p: H(p.sum(0)) - H(p) + H(p.sum(0))),),
        )
    ],
    "class_balanced_weights": [],
    "focal.class_balanced_weights": [
        Tested(
            r"w_k \propto \frac{1 - \beta}{1 - \beta^{n_k}}, \qquad \sum_{k=1}^{K} w_k = K",
            balanced,
            (lambda beta, n: (1 - beta) / (1 - beta**n), lambda K: K),
            false=(
                (lambda beta, n: 1 / n, lambda K: K),
                (lambda beta, n: (1 - beta) / (1 - beta**n), lambda K: 1),
            ),
        )
    ],
    "training.numerical_gradient": [
        Tested(
            r"f'(x) \approx \frac{f(x-2h) - 8 f(x-h) + 8 f(x+h) - f(x+2h)}{12 h}",
            four_values,
            lambda f, x, h: (f(x - 2 * h) - 8 * f(x - h) + 8 * f(x + h) - f(x + 2 * h)) / (12 * h),
            false=(lambda f, x, h: (f(x + h) - f(x - h)) / (2 * h),),
        )
    ],
}  # fmt: skip
del DOCSTRINGS["class_balanced_weights"]
