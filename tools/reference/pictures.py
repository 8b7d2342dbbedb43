"""Draw each loss and its slope, computed by the package: the pictures of the API page.

Two runs draw the same bytes.
"""

import io
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from lossbook import losses, plotting
from lossbook.checks import Array

ERROR = "error ŷ − y"
SCORE = "score x"
LOGIT = "logit x (nats)"
NUMBERS = np.linspace(-3, 3, 601)
LOGITS = np.linspace(-6, 6, 601)
CHANCES = np.linspace(0.004, 0.996, 497)
LOG_CHANCES = np.linspace(-5, 0, 501)


class Curve(NamedTuple):
    """A loss along one line of inputs."""

    name: str
    target: Any
    keywords: Mapping[str, Any] = MappingProxyType({})


class Picture(NamedTuple):
    """What is drawn of a loss."""

    xlabel: str
    x: Array
    curves: list[Curve]
    others: tuple[float, ...] | None = None
    """The scores of the other classes, or the errors of the other elements of the batch."""


def alone(target: Any = 0.0, **keywords: Any) -> list[Curve]:
    return [Curve("", target, keywords)]


def varied(name: str, key: str, *values: float, target: Any = 0.0) -> list[Curve]:
    return [Curve(f"{name} = {value:g}", target, {key: value}) for value in values]


def targets(*values: float) -> list[Curve]:
    return [Curve(f"y = {value:g}".replace("-", "−"), value) for value in values]


RIVALS = (0.0, 0.0)
RIGHT = "logit of the right class, others 0 (nats)"
PICTURES = {
    "mse_loss": Picture(ERROR, NUMBERS, alone()),
    "l1_loss": Picture(ERROR, NUMBERS, alone()),
    "smooth_l1_loss": Picture(ERROR, NUMBERS, varied("β", "beta", 0.5, 1, 2)),
    "huber_loss": Picture(ERROR, NUMBERS, varied("δ", "delta", 0.5, 1, 2)),
    "rmse_loss": Picture(
        "error of one element, the other's 1", NUMBERS, alone(np.zeros(2)), (1.0,)
    ),
    "log_cosh_loss": Picture(ERROR, NUMBERS, alone()),
    "quantile_loss": Picture(ERROR, NUMBERS, varied("τ", "quantile", 0.1, 0.5, 0.9)),
    "poisson_nll_loss": Picture("log-rate ŷ (nats)", np.linspace(-2, 2, 401), targets(0, 1, 3)),
    "gaussian_nll_loss": Picture(ERROR, NUMBERS, varied("σ²", "var", 0.25, 1, 4)),
    "binary_cross_entropy": Picture("probability ŷ", CHANCES, targets(1, 0)),
    "binary_cross_entropy_with_logits": Picture(LOGIT, LOGITS, targets(1, 0.5, 0)),
    "soft_margin_loss": Picture(SCORE, LOGITS, targets(1, -1)),
    "multilabel_soft_margin_loss": Picture(
        "logit of one label of three, others 0 (nats)",
        LOGITS,
        [Curve("y = 1", [1, 0, 0]), Curve("y = 0", [0, 0, 0])],
        RIVALS,
    ),
    "brier_loss": Picture("probability ŷ", CHANCES, targets(1, 0)),
    "nll_loss": Picture("log p of the right class (nats)", LOG_CHANCES, alone(0), (-1.0, -1.0)),
    "cross_entropy": Picture(
        RIGHT,
        LOGITS,
        [Curve(f"ε = {e:g}", 0, {"label_smoothing": e}) for e in (0, 0.1, 0.3)],
        RIVALS,
    ),
    "softmax_cross_entropy_with_logits": Picture(
        "logit of the first class, others 0 (nats)",
        LOGITS,
        [Curve(f"t = {t:g}", [t, (1 - t) / 2, (1 - t) / 2]) for t in (1, 0.7, 0)],
        RIVALS,
    ),
    "kl_div": Picture("log p (nats)", LOG_CHANCES, [Curve(f"t = {t:g}", t) for t in (0.2, 0.5, 1)]),
    "zero_one_loss": Picture(SCORE, NUMBERS, targets(1, -1)),
    "hinge_loss": Picture(SCORE, NUMBERS, targets(1, -1)),
    "squared_hinge_loss": Picture(SCORE, NUMBERS, targets(1, -1)),
    "multi_margin_loss": Picture(
        "score of the right class, others 0", NUMBERS, varied("p", "p", 1, 2, target=0), RIVALS
    ),
    "multiclass_hinge_loss": Picture(
        "score of the right class, others 0", NUMBERS, alone(0), RIVALS
    ),
    "hinge_embedding_loss": Picture("distance x", np.linspace(0, 3, 601), targets(1, -1)),
    "sigmoid_focal_loss": Picture(
        LOGIT, LOGITS, [Curve(f"γ = {g:g}", 1.0, {"gamma": g, "alpha": -1}) for g in (0, 1, 2, 5)]
    ),
    "focal_loss": Picture(RIGHT, LOGITS, varied("γ", "gamma", 0, 1, 2, 5, target=0), RIVALS),
}


def along(loss: Any, picture: Picture, curve: Curve) -> tuple[Array, Array]:
    """The values and the slopes of a loss at each point of the picture's x axis."""
    values, slopes = [], []
    for x in picture.x:
        input = x if picture.others is None else np.array([x, *picture.others])
        whole = "mean" if loss.__name__ == "rmse_loss" else "sum"
        value, slope = loss.value_and_grad(input, curve.target, reduction=whole, **curve.keywords)
        values.append(value)
        slopes.append(slope if picture.others is None else slope[0])
    return np.array(values), np.array(slopes)


def number(x: float) -> str:
    return f"{x + 0:.3g}".replace("-", "−").replace("e−0", "e−")  # + 0: −0 is 0


@cache
def draw(name: str) -> tuple[bytes, str]:
    """The SVG of a loss, and the words for those who do not see it."""
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    loss: Any = losses()[name]
    picture = PICTURES[name]
    ends = [0, len(picture.x) // 2, -1]
    at = [number(picture.x[n]) for n in ends]
    words = (
        f"The loss at the left and its slope at the right, over: {picture.xlabel}. "
        f"At {at[0]}, {at[1]} and {at[2]}: "
    )
    seen: list[str] = []
    with mpl.rc_context(), io.BytesIO() as file:
        mpl.use("agg")
        plotting.setup()
        figure, left, right = plotting.loss_and_slope(picture.xlabel, "loss")
        for curve in picture.curves:
            values, slopes = along(loss, picture, curve)
            left.plot(picture.x, values)
            right.plot(picture.x, slopes, label=curve.name)
            told = [", ".join(number(y[n]) for n in ends) for y in (values, slopes)]
            seen.append(f"{curve.name + ': ' if curve.name else ''}loss {told[0]}; slope {told[1]}")
        if len(picture.curves) > 1:
            right.legend(frameon=False, fontsize=9)
        figure.savefig(file, format="svg", metadata={"Date": None})
        plt.close(figure)
        return file.getvalue(), words + ". ".join(seen) + "."
