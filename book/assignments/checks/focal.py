"""What holds the formulas of the assignment `focal.md` to the truth."""

from collections.abc import Callable

import numpy as np
import sympy as sp

import lossbook as lb
from lossbook import symbolic as s
from tools.claims import Means, Stated, Tested

BCE = lb.binary_cross_entropy_with_logits.formula.subs(s.pos_weight, 1)
FOCAL = sp.sympify(lb.sigmoid_focal_loss.formula)
P_YES = sp.exp(-BCE.subs(s.y, 1))


def worth_of(claim: Callable[[float, int], float]) -> None:
    """A weight is the inverse of what the samples are worth; one sample is worth 1."""
    for beta in (0.5, 0.99):
        for n in (2, 3, 7):
            weight = lb.class_balanced_weights([1, n], beta=beta)
            assert np.isclose(weight[0] / weight[1], claim(beta, n))


def starts_at_0(claim: Callable[[float], float]) -> None:
    """At the logit 0 the weighted slope of all windows is 0."""
    for share in (0.001, 0.2, 0.5, 0.9):
        yes, no = (
            lb.sigmoid_focal_loss.grad(0.0, y, alpha=claim(share), gamma=0) for y in (1.0, 0.0)
        )
        assert np.isclose(share * yes + (1 - share) * no, 0)


INLINE = {
    r"1 - \alpha": Means(FOCAL.subs({s.gamma: 0, s.y: 0}) / BCE.subs(s.y, 0), {r"\alpha": s.alpha}),
    r"\alpha = 1 - \pi": Tested(
        r"\alpha = 1 - \pi",
        starts_at_0,
        lambda share: 1 - share,
        false=(lambda share: share, lambda share: 0.5),
    ),
    r"1 + \beta + \dots + \beta^{n - 1}": Tested(
        r"1 + \beta + \dots + \beta^{n - 1}",
        worth_of,
        lambda beta, n: sum(beta**m for m in range(n)),
        false=(
            lambda beta, n: sum(beta**m for m in range(n - 1)),
            lambda beta, n: sum(beta**m for m in range(n + 1)),
        ),
    ),
    r"1 - \beta": Stated("the divisor of the closed form, which eq-focal-effective checks"),
    r"-(1 - p_t)^{\gamma} \log p_t": Means(
        2 * FOCAL.subs({s.alpha: sp.Rational(1, 2), s.y: 1}),
        {"p_t": P_YES, r"\gamma": s.gamma},
    ),
}
