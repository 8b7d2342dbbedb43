"""Losses of a yes or a no: one probability, logit or score for each answer."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from lossbook.checks import Array, signs, within
from lossbook.core import Terms, classwise, elementwise
from lossbook.special import choose, logistic, product

LEAST_LOG = -100
"""PyTorch clamps each logarithm of `binary_cross_entropy` here."""

LEAST_DENOMINATOR = 1e-12
"""PyTorch lets no denominator of its slope be smaller."""


@elementwise("torch.nn.functional.binary_cross_entropy")
def binary_cross_entropy(
    input: ArrayLike, target: ArrayLike, weight: ArrayLike | None = None, reduction: str = "mean"
) -> Terms:
    r"""Cross-entropy of a yes or no, from the probability of yes.

    $$\ell(\hat y, y) = -y \log \hat y - (1 - y) \log (1 - \hat y), \qquad
    \frac{\partial \ell}{\partial \hat y} = \frac{\hat y - y}{\hat y\,(1 - \hat y)}$$

    As in PyTorch each logarithm is at least −100, and the slope lies between −10¹² y and
    10¹² (1 − y): a certain and wrong prediction costs 100, not ∞. From logits use
    `binary_cross_entropy_with_logits`, which needs neither bound.

    Parameters
    ----------
    input : array, any shape
        The predicted probabilities ŷ of yes, between 0 and 1. Not logits.
    target : array, the shape of `input`
        The targets y between 0 and 1: 1 for yes, 0 for no.
    weight : array, broadcast to the shape of `input`, optional
        Multiplies the loss of each element.
    reduction : "mean", "sum" or "none"
        The mean divides by the number of elements, whatever the weights.

    Returns
    -------
    A scalar, or with "none" an array of the input's shape; in nats. The dtype is the
    input's (integers become float64).

    Raises
    ------
    ValueError
        If the shapes differ (nothing is broadcast), a probability or a target lies outside
        [0, 1], or `reduction` is unknown.
    TypeError
        If an argument does not hold real numbers.

    References
    ----------
    I. J. Good, *Rational decisions*, 1952.

    Examples
    --------
    >>> import lossbook as lb
    >>> print(lb.binary_cross_entropy([0.5, 0.75], [1.0, 1.0]).round(4))
    0.4904
    >>> lb.binary_cross_entropy.grad([0.5, 0.75], [1.0, 0.0])
    array([-1.,  2.])
    >>> print(lb.binary_cross_entropy(0.0, 1.0))
    100.0
    """
    p, y = np.asarray(input), np.asarray(target)
    least, most = within("input", p, 0, 1)
    within("target", y, 0, 1)
    yes, no = np.log(p), np.log1p(-p)
    clamped = not (LEAST_DENOMINATOR <= least and most <= 1 - LEAST_DENOMINATOR and most < 1)
    if clamped:  # else no logarithm is below −28
        yes, no = np.maximum(yes, LEAST_LOG), np.maximum(no, LEAST_LOG)

    def slope() -> Array:
        d = (p - y) / (p * (1 - p))
        if not clamped:
            return np.asarray(d)
        # Of a certain target one term is left, with no 0/0 where the prediction is as certain.
        d = np.where(y == 0, 1 / (1 - p), np.where(y == 1, -1 / p, d))
        return np.clip(d, -y / LEAST_DENOMINATOR, (1 - y) / LEAST_DENOMINATOR)

    return Terms(-y * yes - (1 - y) * no, slope)


@elementwise("torch.nn.functional.binary_cross_entropy_with_logits", arrays=("pos_weight",))
def binary_cross_entropy_with_logits(
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    reduction: str = "mean",
    pos_weight: ArrayLike | None = None,
) -> Terms:
    r"""Cross-entropy of a yes or no, from the logit of yes.

    $$\ell(x, y) = (1 - y) \log(1 + e^{x}) + y \log(1 + e^{-x}), \qquad
    \frac{\partial \ell}{\partial x} = (1 - y)\,\sigma(x) - y\,\sigma(-x) = \sigma(x) - y$$

    `pos_weight` multiplies the second term alone, `weight` the whole. Unlike PyTorch, which
    takes any number, targets outside [0, 1] are refused: their loss has no lower bound.

    Parameters
    ----------
    input : array, any shape
        Logits x in nats. Not probabilities: the sigmoid is taken here.
    target : array, the shape of `input`
        The targets y between 0 and 1: 1 for yes, 0 for no.
    weight : array, broadcast to the shape of `input`, optional
        Multiplies the loss of each element.
    reduction : "mean", "sum" or "none"
        The mean divides by the number of elements, whatever the weights.
    pos_weight : array, broadcast to the shape of `input`, optional
        Multiplies what a yes costs: above 1 it trades precision for recall.

    Returns
    -------
    A scalar, or with "none" an array of the input's shape; in nats. The dtype is the
    input's (integers become float64).

    Raises
    ------
    ValueError
        If the shapes differ (nothing is broadcast), a target lies outside [0, 1], or
        `reduction` is unknown.
    TypeError
        If an argument does not hold real numbers.

    References
    ----------
    D. R. Cox, *The regression analysis of binary sequences*, 1958.

    Examples
    --------
    >>> import lossbook as lb
    >>> print(lb.binary_cross_entropy_with_logits([0.0, 800.0], [1.0, 1.0]).round(4))
    0.3466
    >>> lb.binary_cross_entropy_with_logits.grad([0.0, 800.0], [1.0, 0.0])
    array([-0.25,  0.5 ])
    """
    x, y = np.asarray(input), np.asarray(target)
    return Terms(*from_logit(x, y, pos_weight))


def hard(y: Array) -> bool:
    """Return whether every target is a plain yes or no, 1 or 0."""
    return bool((y * y == y).all())


def from_logit(
    x: Array, y: Array, pos_weight: ArrayLike | None = None
) -> tuple[Array, Callable[[], Array]]:
    """Return what a target y from no to yes costs at the logit x of yes, and how to get the slope.

    That is (1 − y)·softplus(x) + y·softplus(−x).
    """
    if pos_weight is None and hard(y):
        sign = 1 - 2 * y  # one of the terms is 0: the other in 0.44 of the time
        value, p = logistic(sign * x)
        return value, lambda: sign * p()
    within("target", y, 0, 1)
    no, yes = 1 - y, y if pos_weight is None else y * pos_weight
    below, above = np.minimum(x, 0), np.maximum(x, 0)
    # sigmoid(x) = u/(1 + uv) and sigmoid(-x) = v/(1 + uv), with u or v equal to 1
    u, v = np.exp(below), np.exp(-above)

    def slope() -> Array:
        d = no * u - yes * v
        if np.any(yes * no):  # of a soft target, both are there and may cancel near 0
            near = (no - yes) + (no * np.expm1(below) - yes * np.expm1(-above))
            d = choose(np.abs(x) <= 1, near, d)
        return np.asarray(d / (1 + u * v))

    return product(no, above) - product(yes, below) + (no + yes) * np.log1p(u * v), slope


@elementwise("torch.nn.functional.soft_margin_loss")
def soft_margin_loss(input: ArrayLike, target: ArrayLike, reduction: str = "mean") -> Terms:
    r"""Logistic loss of a score and a label −1 or 1.

    $$\ell(x, y) = \log(1 + e^{-yx}), \qquad
    \frac{\partial \ell}{\partial x} = -y\,\sigma(-yx)$$

    It is `binary_cross_entropy_with_logits` under another name for the labels. Unlike
    PyTorch, which takes any number, labels other than ±1 are refused: a label 0 costs log 2
    whatever the score, and has no slope.

    Parameters
    ----------
    input : array, any shape
        The scores x: logits of the label 1, in nats.
    target : array, the shape of `input`
        The labels y, −1 or 1.
    reduction : "mean", "sum" or "none"
        The mean divides by the number of elements.

    Returns
    -------
    A scalar, or with "none" an array of the input's shape; in nats. The dtype is the
    input's (integers become float64).

    Raises
    ------
    ValueError
        If the shapes differ (nothing is broadcast), a label is neither −1 nor 1, or
        `reduction` is unknown.
    TypeError
        If an argument does not hold real numbers.

    References
    ----------
    J. Friedman, T. Hastie and R. Tibshirani, *Additive logistic regression: a statistical
    view of boosting*, 2000.

    Examples
    --------
    >>> import lossbook as lb
    >>> print(lb.soft_margin_loss([0.0, 800.0], [1, 1]).round(4))
    0.3466
    >>> lb.soft_margin_loss.grad([0.0, 800.0], [1, -1])
    array([-0.25,  0.5 ])
    """
    x, y = np.asarray(input), np.asarray(target)
    signs("target", y)
    value, p = logistic(-y * x)
    return Terms(value, lambda: (-1, y * p()))


@classwise("torch.nn.functional.multilabel_soft_margin_loss", axis=-1, labels=True)
def multilabel_soft_margin_loss(
    input: ArrayLike, target: ArrayLike, weight: ArrayLike | None = None, reduction: str = "mean"
) -> Terms:
    r"""Mean over K yes-or-no questions of the cross-entropy of each, from its logit.

    $$\ell(x, y) = \frac{1}{K} \sum_{k=1}^{K}
    w_k \left[(1 - y_k) \log(1 + e^{x_k}) + y_k \log(1 + e^{-x_k})\right], \qquad
    \frac{\partial \ell}{\partial x_k} = \frac{w_k}{K} \left(\sigma(x_k) - y_k\right)$$

    Each sample may have any number of labels; their logits do not compete, there is no
    softmax. The mean over the classes is taken under every reduction.

    Parameters
    ----------
    input : array (…, K) or (K,)
        Logits x in nats, the classes on the last axis.
    target : array, the shape of `input`
        The targets y between 0 and 1, one for each class: 1 for yes, 0 for no.
    weight : array (K,), optional
        A weight for each class.
    reduction : "mean", "sum" or "none"
        The mean divides by the number of samples, whatever the weights.

    Returns
    -------
    A scalar, or with "none" an array of the input's shape without its last axis; in nats.
    The dtype is the input's (integers become float64).

    Raises
    ------
    ValueError
        If a shape does not fit (nothing is broadcast), a target lies outside [0, 1], or
        `reduction` is unknown.
    TypeError
        If an argument does not hold real numbers.

    References
    ----------
    G. Tsoumakas and I. Katakis, *Multi-label classification: an overview*, 2007.

    Examples
    --------
    >>> import lossbook as lb
    >>> x = [[0.0, 0.0], [800.0, -800.0]]
    >>> lb.multilabel_soft_margin_loss(x, [[1, 1], [1, 0]], reduction="none").round(4)
    array([0.6931, 0.    ])
    >>> lb.multilabel_soft_margin_loss.grad([0.0, 0.0], [1, 0])
    array([-0.25,  0.25])
    """
    x, y = np.asarray(input), np.asarray(target)
    each, slope = from_logit(x, y)
    w = np.ones(len(x), x.dtype) if weight is None else np.asarray(weight)
    share = w[:, np.newaxis] / len(x)
    return Terms((share * each).sum(0), lambda: share * slope())


@elementwise()
def brier_loss(input: ArrayLike, target: ArrayLike, reduction: str = "mean") -> Terms:
    r"""Squared error of a predicted probability.

    $$\ell(\hat y, y) = (\hat y - y)^2, \qquad
    \frac{\partial \ell}{\partial \hat y} = 2(\hat y - y)$$

    This is the score of one yes-or-no question, from 0 to 1. Brier's own score of 1950 sums
    it over all K classes of a forecast, which makes two classes, yes and no, twice this
    loss: `brier_loss(p, one_hot, reduction="none").sum(-1)`.

    Parameters
    ----------
    input : array, any shape
        The predicted probabilities ŷ, between 0 and 1. Not logits.
    target : array, the shape of `input`
        The targets y between 0 and 1: 1 for what happened, 0 for what did not.
    reduction : "mean", "sum" or "none"
        The mean divides by the number of elements.

    Returns
    -------
    A scalar, or with "none" an array of the input's shape; it has no unit. The dtype is the
    input's (integers become float64).

    Raises
    ------
    ValueError
        If the shapes differ (nothing is broadcast), a probability or a target lies outside
        [0, 1], or `reduction` is unknown.
    TypeError
        If an argument does not hold real numbers.

    References
    ----------
    G. W. Brier, *Verification of forecasts expressed in terms of probability*, 1950.

    Examples
    --------
    >>> import lossbook as lb
    >>> print(lb.brier_loss([0.5, 1.0], [1.0, 1.0]))
    0.125
    >>> lb.brier_loss.grad([0.5, 1.0], [1.0, 1.0])
    array([-0.5,  0. ])
    >>> print(lb.brier_loss([0.25, 0.75], [0.0, 1.0], reduction="none").sum())
    0.125
    """
    p, y = np.asarray(input), np.asarray(target)
    within("input", p, 0, 1)
    within("target", y, 0, 1)
    error = p - y
    return Terms([(1, error, error)], lambda: (2, error))
