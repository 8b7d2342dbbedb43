"""Losses that compare scores of K classes with the right class.

In this file a block has its classes first: `input[k]` are the logits of class k for all
samples of the block (see `lossbook.core.classwise`).
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.checks import Array, as_float, flag, in_range, within
from lossbook.core import Terms, classwise, elementwise
from lossbook.special import product, rounding_error


def logsumexp(z: ArrayLike, axis: int = -1) -> Any:
    r"""Return log Σ exp(z) along an axis, without overflow.

    $$\operatorname{lse}(z) = m + \log \sum_k e^{z_k - m}, \qquad m = \max_k z_k$$

    Parameters
    ----------
    z : array
        The logits, in nats.
    axis : int
        The axis of the classes, the last by default.

    Returns
    -------
    An array without that axis, or a scalar.

    Examples
    --------
    >>> import lossbook as lb
    >>> print(lb.logsumexp([1000.0, 1000.0]).round(4))
    1000.6931
    """
    z = as_float("z", z)
    m, rest = _shifted(z, axis)
    with np.errstate(divide="ignore"):
        return m.squeeze(axis)[()] + np.log(np.exp(rest).sum(axis))


def log_softmax(z: ArrayLike, axis: int = -1) -> Array:
    """Return the logarithm of `softmax`, finite where the softmax itself underflows to 0.

    Parameters, axis and errors are those of `softmax`; the result is in nats.

    Examples
    --------
    >>> import lossbook as lb
    >>> lb.log_softmax([0.0, -1000.0])
    array([    0., -1000.])
    """
    z = as_float("z", z)
    _, rest = _shifted(z, axis)
    return np.asarray(rest - np.log(np.exp(rest).sum(axis, keepdims=True)))


def softmax(z: ArrayLike, axis: int = -1) -> Array:
    r"""Return the probabilities that the logits `z` stand for.

    $$p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}$$

    Parameters
    ----------
    z : array
        The logits, in nats.
    axis : int
        The axis of the classes, the last by default. Along it the result sums to 1.

    Returns
    -------
    An array of the shape of `z`; integers become float64.

    Raises
    ------
    TypeError
        If `z` does not hold real numbers.

    References
    ----------
    J. S. Bridle, *Probabilistic interpretation of feedforward classification network
    outputs*, 1990.

    Examples
    --------
    >>> import lossbook as lb
    >>> lb.softmax([1000.0, 1000.0])
    array([0.5, 0.5])
    """
    _, rest = _shifted(as_float("z", z), axis)
    e = np.exp(rest)
    return np.asarray(e / e.sum(axis, keepdims=True))


def _shifted(z: Array, axis: int) -> tuple[Array, Array]:
    """Return the maximum m along the axis, and z − m, so that exp cannot overflow."""
    m = z.max(axis, keepdims=True)
    with np.errstate(invalid="ignore"):
        rest = z - m
    if not np.isfinite(m).all():
        rest = np.where(z == m, 0, rest)  # ∞ − ∞: an infinite logit wins, or shares
    return m, rest


@classwise("torch.nn.functional.nll_loss")
def nll_loss(
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> Terms:
    r"""Negative log-likelihood of the right class, from log-probabilities.

    $$\ell(\log p, y) = -w_y \log p_y, \qquad
    \frac{\partial \ell}{\partial \log p_k} = -w_y\,[k = y]$$

    It does not take the logarithm itself: `input` must hold log-probabilities, as
    `log_softmax` gives them.

    Parameters
    ----------
    input : array (N, K), (N, K, d1, …) or (K,)
        Log-probabilities in nats, the classes on axis 1 (on axis 0 for one sample).
    target : integer array (N,), (N, d1, …) or ()
        The index of the right class, 0 to K − 1, or `ignore_index`.
    weight : array (K,), optional
        A weight for each class.
    ignore_index : int
        Targets of this value count neither in the value, nor in the slope, nor in the mean.
    reduction : "mean", "sum" or "none"
        The mean divides by the sum of the weights w_y of the targets kept, not by N. With
        no target kept it is nan and its gradient 0.

    Returns
    -------
    A scalar, or with "none" an array of the target's shape; in nats. The dtype is the
    input's (integers become float64).

    Raises
    ------
    ValueError
        If a shape does not fit, an index is out of range or `reduction` is unknown.
    TypeError
        If the target does not hold integers.

    References
    ----------
    R. A. Fisher, *On the mathematical foundations of theoretical statistics*, 1922.

    Examples
    --------
    >>> import lossbook as lb
    >>> log_p = lb.log_softmax([[2.0, 0.0], [0.0, 0.0]])
    >>> print(lb.nll_loss(log_p, [0, 1]).round(4))
    0.41
    >>> lb.nll_loss.grad(log_p, [0, 1])
    array([[-0.5,  0. ],
           [ 0. , -0.5]])
    """
    z, y = np.asarray(input), np.asarray(target)
    sample = np.arange(y.size)
    w = of_target(weight, y)

    def slope() -> Array:
        d = np.zeros(z.shape, z.dtype)
        d[y, sample] = -w
        return d

    return Terms(-w * z[y, sample], slope)


@classwise("torch.nn.functional.cross_entropy", probability=True)
def cross_entropy(
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Terms:
    r"""Softmax cross-entropy: the negative log-likelihood of the right class, from logits.

    $$\ell(z, y) = \log \sum_{k=1}^{K} e^{z_k} - z_y, \qquad
    \frac{\partial \ell}{\partial z_k} = p_k - [k = y], \qquad p = \operatorname{softmax}(z)$$

    With class weights w and smoothing ε, for an index and for a distribution t:

    $$\ell = -(1 - \varepsilon)\, w_y \log p_y - \frac{\varepsilon}{K} \sum_k w_k \log p_k,
    \qquad \ell = -\sum_k w_k \left((1 - \varepsilon)\, t_k + \frac{\varepsilon}{K}\right)
    \log p_k$$

    Parameters
    ----------
    input : array (N, K), (N, K, d1, …) or (K,)
        Logits z in nats, the classes on axis 1 (on axis 0 for one sample). Not
        probabilities: the softmax is taken here.
    target : integer array (N,), (N, d1, …) or (), or a floating array of the input's shape
        The index of the right class, 0 to K − 1, or `ignore_index`; or, in the shape of
        the input, a distribution over the classes.
    weight : array (K,), optional
        A weight for each class.
    ignore_index : int
        Targets of this value count neither in the value, nor in the slope, nor in the
        mean. It must be negative when the target holds probabilities.
    reduction : "mean", "sum" or "none"
        With indices the mean divides by the sum of the weights w_y of the targets kept;
        with probabilities by the number of samples, whatever the weights. With no target
        kept it is nan and its gradient 0.
    label_smoothing : float in [0, 1]
        Spreads this much of each target evenly over all K classes, the right one included.

    Returns
    -------
    A scalar, or with "none" an array of the input's shape without its class axis; in nats.
    The dtype is the input's (integers become float64).

    Raises
    ------
    ValueError
        If a shape does not fit, an index or `label_smoothing` is out of range, or
        `reduction` is unknown.
    TypeError
        If indices are not integers or probabilities are not floating.

    References
    ----------
    J. S. Bridle, *Probabilistic interpretation of feedforward classification network
    outputs*, 1990. C. Szegedy et al., *Rethinking the Inception architecture for computer
    vision*, 2016 (smoothing).

    Examples
    --------
    >>> import lossbook as lb
    >>> print(lb.cross_entropy([[2.0, 0.0], [0.0, 0.0]], [0, 1]).round(4))
    0.41
    >>> lb.cross_entropy.grad([[2.0, 0.0], [0.0, 0.0]], [0, 1]).round(4)
    array([[-0.0596,  0.0596],
           [ 0.25  , -0.25  ]])
    """
    in_range("label_smoothing", label_smoothing, 0, 1)
    z, t = np.asarray(input), np.asarray(target)
    if t.ndim == z.ndim:
        if ignore_index >= 0:
            raise ValueError(
                f"ignore_index must be negative when target holds probabilities, got {ignore_index}"
            )
        if label_smoothing:
            t = (1 - label_smoothing) * t + label_smoothing / len(z)
        return _against_distribution(z, t if weight is None else t * _column(weight))
    if label_smoothing:
        w = np.ones(len(z), z.dtype) if weight is None else np.asarray(weight)
        q = np.repeat(_column(w) * (label_smoothing / len(z)), t.size, axis=1).astype(z.dtype)
        q[t, np.arange(t.size)] += (1 - label_smoothing) * w[t]
        return _against_distribution(z, q)
    return _against_index(z, t, of_target(weight, t))


@classwise(axis=-1, index=False, probability=True)
def softmax_cross_entropy_with_logits(
    logits: ArrayLike, labels: ArrayLike, reduction: str = "none"
) -> Terms:
    r"""Softmax, then cross-entropy with a distribution: the two steps under one name.

    $$\ell(z, t) = -\sum_{k=1}^{K} t_k \log p_k, \qquad p = \operatorname{softmax}(z), \qquad
    \frac{\partial \ell}{\partial z_k} = p_k \sum_j t_j - t_k$$

    The name is TensorFlow's; there the labels come first, and there is no reduction.

    Parameters
    ----------
    logits : array (…, K)
        Logits z in nats, the classes on the last axis.
    labels : floating array, the shape of `logits`
        A distribution over the classes for each sample, one-hot or not.
    reduction : "none", "mean" or "sum"
        The mean divides by the number of samples.

    Returns
    -------
    An array of shape (…), or a scalar; in nats. The dtype is that of `logits` (integers
    become float64).

    Raises
    ------
    ValueError
        If the shapes differ or `reduction` is unknown.
    TypeError
        If the labels are not floating numbers.

    References
    ----------
    J. S. Bridle, *Probabilistic interpretation of feedforward classification network
    outputs*, 1990.

    Examples
    --------
    >>> import lossbook as lb
    >>> lb.softmax_cross_entropy_with_logits([[2.0, 0.0], [0.0, 0.0]], [[1.0, 0.0], [0.5, 0.5]])
    array([0.12692801, 0.69314718])
    """
    return _against_distribution(np.asarray(logits), np.asarray(labels))


@elementwise("torch.nn.functional.kl_div", batchmean=True)
def kl_div(
    input: ArrayLike, target: ArrayLike, reduction: str = "mean", log_target: bool = False
) -> Terms:
    r"""Kullback–Leibler divergence of a target from a prediction, the part of each element.

    $$\ell(\log p, t) = t\,(\log t - \log p), \qquad
    \frac{\partial \ell}{\partial \log p} = -t$$

    The sum over the classes is KL(t‖p): the *target* comes first in it, though second here,
    and the *input* must hold log-probabilities. It is negative only for a t or a p that does
    not sum to 1. As everywhere 0 log 0 = 0: where t = 0 the part is 0, also if p = 0, where
    PyTorch has nan.

    Parameters
    ----------
    input : array, any shape
        Log-probabilities log p in nats, as `log_softmax` gives them.
    target : array, the shape of `input`
        Probabilities t, at least 0; or their logarithms, with `log_target`.
    reduction : "mean", "batchmean", "sum" or "none"
        "batchmean" divides by the length of the first axis, which makes it the divergence;
        "mean" divides by the number of elements, so that it is too small by a factor K.
    log_target : bool
        Whether the target holds log t instead of t.

    Returns
    -------
    A scalar, or with "none" an array of the input's shape; in nats. The dtype is the
    input's (integers become float64).

    Raises
    ------
    ValueError
        If the shapes differ (nothing is broadcast), a probability is negative or nan, or
        `reduction` is unknown.
    TypeError
        If an argument does not hold real numbers, or `log_target` is not true or false.

    References
    ----------
    S. Kullback and R. A. Leibler, *On information and sufficiency*, 1951.

    Examples
    --------
    >>> import lossbook as lb
    >>> log_p = lb.log_softmax([[0.0, 0.0]])
    >>> print(lb.kl_div(log_p, [[0.75, 0.25]], reduction="batchmean").round(4))
    0.1308
    >>> lb.kl_div.grad(log_p, [[0.75, 0.25]], reduction="batchmean")
    array([[-0.75, -0.25]])
    """
    log_p, target = np.asarray(input), np.asarray(target)
    flag("log_target", log_target)
    if log_target:
        t, log_t = np.exp(target), target
    else:
        within("target", target, 0, np.inf)
        t, log_t = target, np.log(target)
    return Terms(product(t, log_t - log_p), lambda: -t)


def _against_index(z: Array, y: Array, w: Array | int) -> Terms:
    sample = np.arange(y.size)
    e, e_y, others, nll = odds_against(z, y, sample)

    def slope() -> tuple[Array, Array]:
        e[y, sample] = -others  # p_y - 1 = -others/total, not subtracted
        return w / (others + e_y), e

    return Terms(w * nll, slope)


def odds_against(z: Array, y: Array, sample: Array) -> tuple[Array, Array, Array, Array]:
    """Return exp(z) up to a factor, with 0 for the right class y; that of y; the sum of the
    others; and −log p_y. `sample` counts the samples.
    """
    calm = _is_calm(z)
    d, e = (z, np.exp(z)) if calm else _exp(z)
    e_y = e[y, sample]
    e[y, sample] = 0
    others = e.sum(0)
    # -log p_y = log(1 + others/e_y), exact where p_y is near 1.
    nll = np.log1p(others / e_y)
    if not calm:  # Where e_y may underflow, log(total) and -d_y are positive: nothing cancels.
        d_y = d[y, sample]
        nll = np.where(d_y > -1, nll, np.log(others + e_y) - d_y)
    return e, e_y, others, nll


def _is_calm(z: Array) -> bool:
    """Return whether exp and a quotient of two exp can neither overflow nor underflow.

    If so nobody need subtract the maximum first, and make up for the digits lost by that: it
    would take 2.5 × the time.
    """
    largest = np.maximum.reduce(np.abs(z), axis=None, initial=0)
    return bool(largest < _third_of_largest_exponent(z.dtype))


@cache
def _third_of_largest_exponent(dtype: np.dtype[Any]) -> float:
    return float(np.log(np.finfo(dtype).max)) / 3


def _against_distribution(z: Array, q: Array) -> Terms:
    """Cross-entropy with the non-negative numbers q, which need not sum to 1."""
    d, e = _exp(z)
    rest = _others(e)
    # The largest e is 1, so -log p = log(1 + what the others have) - d, of positive terms.
    value = product(q, np.log1p(rest.min(0)) - d).sum(0)
    # p Σq - q = p·(the other q) - q·(the other p): right where p and q are nearly 1.
    return Terms(value, lambda: np.asarray((e * _others(q) - q * rest) / e.sum(0)))


def _exp(z: Array) -> tuple[Array, Array]:
    """Return d = z − max z over the classes, and exp(d)."""
    m, d = _shifted(z, 0)
    e = np.exp(d)
    if d.size and d.min() < -8:  # there the rounding of d can move exp(d) by more than 4 ulp
        lost = rounding_error(d, z, m)
        lost *= e
        e += lost
    return d, e


def _others(a: Array) -> Array:
    """Return the sum of the other classes, for each class; nothing cancels."""
    rest = a.sum(0) - a
    major = a > rest
    return np.asarray(np.where(major, np.where(major, 0, a).sum(0), rest) if major.any() else rest)


def of_target(weight: ArrayLike | None, y: Array) -> Array | int:
    """Return w_y for each target: 1 without class weights."""
    return 1 if weight is None else np.asarray(weight)[y]


def _column(weight: ArrayLike) -> Array:
    return np.asarray(weight)[:, np.newaxis]
