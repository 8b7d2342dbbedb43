"""Every place where lossbook means to differ from PyTorch, each as a call that can be made.

Elsewhere the two agree to rounding. The tests make each call in both libraries and hold the
answers against those recorded here, so that a row of which PyTorch is cured does not stay.
"""

from __future__ import annotations

from math import inf, nan
from typing import Any, NamedTuple

import numpy as np

ANYTHING = "whatever stood in memory"
"""An answer that is another one at the next call."""


class Deviation(NamedTuple):
    """One call, and its two answers."""

    loss: str
    input: Any
    target: Any
    keywords: dict[str, Any]
    face: str
    """What is asked for: "value" or "slope"."""

    torch: Any
    """PyTorch's answer: a number, a list of them, or the exception it raises."""

    true: Any
    """The answer here, correct to the last digits shown."""

    why: str
    dtype: str = "float64"
    """What the numbers are given as."""

    def __str__(self) -> str:
        given = [repr(self.input), repr(self.target)]
        given += [f"{name}={value!r}" for name, value in self.keywords.items()]
        face = ".grad" if self.face == "slope" else ""
        return f"{self.loss}{face}({', '.join(given)})"


_TAIL = "1 + e^x has rounded to 1 before its logarithm is taken"
_CANCELS = "1 is subtracted from a probability that has rounded to 1"
_NOTHING = "0 times infinity: what has no weight must add nothing"
_INFINITE = "infinity less infinity: a certain and right answer costs nothing"
_OUTSIDE = "outside [0, 1] the loss has no lower bound"
_LABEL = "0 is no label; 0 and 1 become -1 and 1 by 2 * target - 1"
_SHAPE = "broadcast without an error, which is nearly always a mistake in a shape"
_INTEGER = "PyTorch has no losses of integers; here they become float64"

DEVIATIONS: tuple[Deviation, ...] = (
    # a yes or a no, from its probability
    *(
        Deviation("binary_cross_entropy", p, p, {}, "slope", 0.0, slope,
                  "0/0, a certain and right prediction; the slope of the one term left is ±1")
        for p, slope in ((0.0, 1.0), (1.0, -1.0))
    ),
    Deviation("binary_cross_entropy", 1e-20, 0.0, {}, "slope", 1.0000000039958028e-08, 1.0,
              "a bound on the denominator, 1e-12, holds also where it cancels with the numerator"),
    # from its logit
    Deviation("binary_cross_entropy_with_logits", -40.0, 0.0, {}, "value",
              0.0, 4.248354255291589e-18, _TAIL),
    Deviation("binary_cross_entropy_with_logits", 40.0, 1.0, {}, "slope",
              0.0, -4.248354255291589e-18, _CANCELS),
    Deviation("binary_cross_entropy_with_logits", inf, 1.0, {}, "value", nan, 0.0, _INFINITE),
    Deviation("binary_cross_entropy_with_logits", -inf, 0.0, {}, "value", nan, 0.0, _INFINITE),
    Deviation("binary_cross_entropy_with_logits", 1e-300, 0.5, {}, "slope",
              0.0, 2.5e-301, "sigmoid(x) has rounded to 1/2 before 1/2 is subtracted"),
    Deviation("binary_cross_entropy_with_logits", 0.0, 2.0, {}, "value",
              0.6931471805599453, ValueError, _OUTSIDE),
    # from a score and a label
    Deviation("soft_margin_loss", -1000.0, 1.0, {}, "value", inf, 1000.0, "e^1000 overflows"),
    Deviation("soft_margin_loss", -1000.0, 1.0, {}, "slope", nan, -1.0, "infinity / infinity"),
    Deviation("soft_margin_loss", -inf, 1.0, {}, "slope", nan, -1.0, "infinity / infinity"),
    Deviation("soft_margin_loss", 3.0, 0.0, {}, "value", 0.6931471805599453, ValueError,
              f"log 2 whatever the score: {_LABEL}"),
    Deviation("multilabel_soft_margin_loss", [inf, -inf], [1.0, 0.0], {}, "value",
              nan, 0.0, _NOTHING),
    Deviation("multilabel_soft_margin_loss", [0.0], [2.0], {}, "value",
              0.6931471805599453, ValueError, _OUTSIDE),
    Deviation("sigmoid_focal_loss", inf, 1.0, {"alpha": -1, "gamma": 2}, "value",
              nan, 0.0, _INFINITE),
    Deviation("sigmoid_focal_loss", -60.0, 0.0, {"alpha": -1, "gamma": 2}, "value",
              0.0, 6.714184288211592e-79, _TAIL),
    Deviation("hinge_embedding_loss", 0.25, 0.0, {}, "value", 1.0, ValueError,
              "both cases are charged at once, for label 0"),
    # many classes
    Deviation("cross_entropy", [40.0, 0.0], 0, {}, "value", 0.0, 4.248354255291589e-18, _TAIL),
    Deviation("cross_entropy", [40.0, 0.0], 0, {}, "slope",
              [0.0, 4.248354255291589e-18], [-4.248354255291589e-18, 4.248354255291589e-18],
              _CANCELS),
    Deviation("cross_entropy", [0.0, -inf], [1.0, 0.0], {}, "value", nan, 0.0, _NOTHING),
    Deviation("cross_entropy", [inf, 0.0], 0, {}, "value", nan, 0.0, _INFINITE),
    Deviation("cross_entropy", [inf, 0.0], 0, {}, "slope", [nan, nan], [0.0, 0.0], _INFINITE),
    Deviation("cross_entropy", [0.0, 0.0], 0, {"weight": [0.0, 1.0]}, "slope",
              [nan, nan], [0.0, 0.0],
              "a mean over a total weight of 0: the value is nan in both, but a batch without "
              "any say moves nothing"),
    Deviation("multi_margin_loss", [-1e-17, -1.0], 0, {}, "value", 0.0, 5e-18,
              "the lack of margin, 1e-17, is lost when it is added to 1"),
    Deviation("multi_margin_loss", [-1e-17, -1.0], 0, {}, "slope", [0.0, 0.0], [-0.5, 0.5],
              "the lack of margin, 1e-17, is lost when it is added to 1"),
    Deviation("multi_margin_loss", [0.0, 0.0], 0, {"margin": nan}, "value", 0.0, ValueError,
              "not a margin, and a loss of 0 hides it"),
    Deviation("multi_margin_loss", np.zeros((0, 2)), np.zeros(0, int), {}, "value", ANYTHING, nan,
              "the mean of no samples, which PyTorch's other losses answer with nan"),
    Deviation("kl_div", -inf, 0.0, {}, "value", nan, 0.0, _NOTHING),
    Deviation("kl_div", -1.0, -inf, {"log_target": True}, "value", nan, 0.0, _NOTHING),
    Deviation("kl_div", -1.0, -1.0, {}, "value", nan, ValueError, "a probability is not negative"),
    # numbers
    Deviation("poisson_nll_loss", -inf, 0.0, {}, "value", nan, 0.0, _NOTHING),
    Deviation("poisson_nll_loss", 1e-10, 1.0, {}, "slope", 1.000000082740371e-10, 1.00000000005e-10,
              "e^x has rounded before 1 is subtracted"),
    Deviation("poisson_nll_loss", 1048576.0, 1048576.0, {"log_input": False, "full": True},
              "value", 8.0, 7.850410328804126,
              "large terms cancel, and leave their rounding errors", dtype="float32"),
    Deviation("smooth_l1_loss", 1e-170, 0.0, {"beta": 1e-169}, "value", 0.0, 5e-172,
              "the square underflows before it is divided"),
    Deviation("gaussian_nll_loss", 1e200, 0.0, {"var": 1e300}, "value", inf, 5e99,
              "the square overflows before it is divided"),
    Deviation("l1_loss", nan, 0.0, {}, "slope", 0.0, nan,
              "an error that is not a number has no sign"),
    Deviation("rmse_loss", [1.0, 2.0], [1.0, 2.0], {}, "slope", [nan, nan], [0.0, 0.0],
              "0 times infinity at the root's kink, a perfect fit; 0, as at the other kinks"),
    # nothing is broadcast, and integers are numbers
    *(
        Deviation(loss, [[0.0], [0.0], [0.0]], [1.0, 1.0, 1.0], {"reduction": "sum"}, "value",
                  answer, ValueError, _SHAPE)
        for loss, answer in (
            ("mse_loss", 9.0), ("l1_loss", 9.0), ("smooth_l1_loss", 4.5), ("huber_loss", 4.5),
            ("poisson_nll_loss", 9.0), ("kl_div", 0.0), ("hinge_embedding_loss", 0.0),
        )
    ),
    *(
        Deviation(loss, 3, 1, {}, "value", error, answer, _INTEGER, dtype="int64")
        for loss, error, answer in (
            ("mse_loss", NotImplementedError, 4.0), ("l1_loss", RuntimeError, 2.0),
            ("soft_margin_loss", RuntimeError, 0.04858735157374206),
        )
    ),
)  # fmt: skip
"""The calls, family by family."""
