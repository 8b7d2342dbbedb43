"""What probabilities tell: information, entropy, and distances between distributions.

The functions take distributions along an axis, with any other axes as a batch, and check
them: no probability is negative, and along the axis they sum to 1 up to rounding (√ε of the
dtype: 1.5e-8 in float64, 3.5e-4 in float32). 0 · log 0 is 0. Results are in nats, or in bits
with `base=2`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.checks import Array, as_float, same_shape
from lossbook.special import product

NATS = math.e
"""The base of the logarithm unless another is asked for."""


def information_content(p: ArrayLike, *, base: float = NATS) -> Any:
    r"""Surprise at an event of probability p.

    $$I(p) = -\log p$$

    Parameters
    ----------
    p : array, any shape
        Probabilities of events, each from 0 to 1; they need not sum to 1.
    base : math.e or 2
        The unit: nats or bits.

    Returns
    -------
    An array of the shape of `p`, or a scalar: 0 for p = 1, ∞ for p = 0. The dtype is that of
    `p` (integers become float64).

    Raises
    ------
    ValueError
        If a probability lies outside [0, 1], or `base` is neither math.e nor 2.
    TypeError
        If `p` does not hold real numbers.

    References
    ----------
    C. E. Shannon, *A mathematical theory of communication*, 1948.

    Examples
    --------
    >>> import lossbook as lb
    >>> lb.information.information_content([1.0, 0.5, 0.125], base=2)
    array([0., 1., 3.])
    """
    p = as_float("p", p)
    if (wrong := p[(p < 0) | (p > 1)]).size:
        raise ValueError(f"p must lie in [0, 1], got {wrong[0]}")
    return _in_units(_surprise(p), base)


def entropy(p: ArrayLike, *, base: float = NATS, axis: int = -1) -> Any:
    r"""Mean surprise at the outcomes of a distribution.

    $$H(p) = -\sum_k p_k \log p_k$$

    Parameters
    ----------
    p : array (…, K)
        Distributions along `axis`.
    base : math.e or 2
        The unit: nats or bits.
    axis : int
        The axis of the outcomes, the last by default.

    Returns
    -------
    An array without that axis, or a scalar, from 0 to log K. The dtype is that of `p`
    (integers become float64).

    Raises
    ------
    ValueError
        If `p` is not a distribution along `axis`, or `base` is neither math.e nor 2.
    TypeError
        If `p` does not hold real numbers.

    References
    ----------
    C. E. Shannon, *A mathematical theory of communication*, 1948.

    Examples
    --------
    >>> import lossbook as lb
    >>> print(lb.information.entropy([0.5, 0.25, 0.25], base=2))
    1.5
    >>> lb.information.entropy([[1.0, 0.0], [0.5, 0.5]]).round(4)
    array([0.    , 0.6931])
    """
    p = _distribution("p", p, axis)
    return _mean(p, _surprise(p), base, axis)


def cross_entropy(p: ArrayLike, q: ArrayLike, *, base: float = NATS, axis: int = -1) -> Any:
    r"""Mean surprise at the outcomes of p, for one who believes q.

    $$H(p, q) = -\sum_k p_k \log q_k = H(p) + \operatorname{KL}(p \| q)$$

    The loss for training, from logits and classes, is `lossbook.cross_entropy`.

    Parameters
    ----------
    p : array (…, K)
        The true distributions along `axis`.
    q : array, the shape of `p`
        The believed ones.
    base : math.e or 2
        The unit: nats or bits.
    axis : int
        The axis of the outcomes, the last by default.

    Returns
    -------
    An array without that axis, or a scalar: at least the entropy of p, and ∞ if q excludes
    an outcome that p does not. The dtype is that of `p` (integers become float64).

    Raises
    ------
    ValueError
        If `p` or `q` is not a distribution along `axis`, their shapes differ (nothing is
        broadcast), or `base` is neither math.e nor 2.
    TypeError
        If an argument does not hold real numbers.

    References
    ----------
    D. F. Kerridge, *Inaccuracy and inference*, 1961.

    Examples
    --------
    >>> import lossbook as lb
    >>> print(lb.information.cross_entropy([0.5, 0.5], [0.25, 0.75]).round(4))
    0.837
    >>> print(lb.information.cross_entropy([0.5, 0.5], [0.0, 1.0]))
    inf
    """
    p, q = _pair(p, q, axis)
    return _mean(p, _surprise(q), base, axis)


def kl_divergence(p: ArrayLike, q: ArrayLike, *, base: float = NATS, axis: int = -1) -> Any:
    r"""Kullback–Leibler divergence: the surprise that believing q adds where p is true.

    $$\operatorname{KL}(p \| q) = \sum_k p_k \log \frac{p_k}{q_k}
    = \sum_k \left(p_k \log \frac{p_k}{q_k} - p_k + q_k\right)$$

    The two sums are equal when p and q both sum to 1. The second is computed: none of its
    terms is negative, so nearly equal distributions keep all their digits, and the result is
    0 only for p = q. Where rounding makes the sums of p and q differ from 1, it is the
    divergence of p and q as they are given, unnormalised.

    Parameters
    ----------
    p : array (…, K)
        The true distributions along `axis`.
    q : array, the shape of `p`
        The believed ones.
    base : math.e or 2
        The unit: nats or bits.
    axis : int
        The axis of the outcomes, the last by default.

    Returns
    -------
    An array without that axis, or a scalar: at least 0, and ∞ if q excludes an outcome that
    p does not. The dtype is that of `p` (integers become float64).

    Raises
    ------
    ValueError
        If `p` or `q` is not a distribution along `axis`, their shapes differ (nothing is
        broadcast), or `base` is neither math.e nor 2.
    TypeError
        If an argument does not hold real numbers.

    References
    ----------
    S. Kullback and R. A. Leibler, *On information and sufficiency*, 1951. I. Csiszár, *Why
    least squares and maximum entropy?*, 1991 (unnormalised).

    Examples
    --------
    >>> import lossbook as lb
    >>> print(lb.information.kl_divergence([0.5, 0.5], [0.25, 0.75]).round(4))
    0.1438
    >>> print(lb.information.kl_divergence([0.25, 0.75], [0.5, 0.5]).round(4))
    0.1308
    >>> print(lb.information.kl_divergence([0.5, 0.5], [0.5 + 1e-10, 0.5 - 1e-10]).round(24))
    2e-20
    """
    p, q = _pair(p, q, axis)
    return _total(divergence_terms(p, q, q - p), base, axis)


def js_divergence(p: ArrayLike, q: ArrayLike, *, base: float = NATS, axis: int = -1) -> Any:
    r"""Jensen–Shannon divergence: symmetric, and never infinite.

    $$\operatorname{JS}(p, q) = \tfrac12 \operatorname{KL}(p \| m)
    + \tfrac12 \operatorname{KL}(q \| m), \qquad m = \frac{p + q}{2}$$

    Its square root is a metric.

    Parameters
    ----------
    p : array (…, K)
        Distributions along `axis`.
    q : array, the shape of `p`
        Others.
    base : math.e or 2
        The unit: nats or bits.
    axis : int
        The axis of the outcomes, the last by default.

    Returns
    -------
    An array without that axis, or a scalar, from 0 for p = q to log 2 (1 bit) for
    distributions that share no outcome. The dtype is that of `p` (integers become float64).

    Raises
    ------
    ValueError
        If `p` or `q` is not a distribution along `axis`, their shapes differ (nothing is
        broadcast), or `base` is neither math.e nor 2.
    TypeError
        If an argument does not hold real numbers.

    References
    ----------
    J. Lin, *Divergence measures based on the Shannon entropy*, 1991.

    Examples
    --------
    >>> import lossbook as lb
    >>> print(lb.information.js_divergence([0.5, 0.5], [0.25, 0.75]).round(4))
    0.0338
    >>> print(lb.information.js_divergence([1.0, 0.0], [0.0, 1.0], base=2))
    1.0
    """
    p, q = _pair(p, q, axis)
    middle, half = p / 2 + q / 2, (q - p) / 2  # m − p = half, m − q = −half
    both = divergence_terms(p, middle, half) + divergence_terms(q, middle, -half)
    return _total(both / 2, base, axis)


def conditional_entropy(joint: ArrayLike, *, base: float = NATS, axis: int = -1) -> Any:
    r"""Mean surprise at one variable that is left when the other is known.

    $$H(Y \mid X) = -\sum_{x, y} p(x, y) \log \frac{p(x, y)}{p(x)} = H(X, Y) - H(X)$$

    Parameters
    ----------
    joint : array (…, X, Y)
        Joint tables p(x, y), the last two axes together summing to 1.
    base : math.e or 2
        The unit: nats or bits.
    axis : -1 or -2
        The axis of the variable whose entropy is meant; the other one is known. With −1 it
        is H(Y | X), with −2 it is H(X | Y).

    Returns
    -------
    An array without the last two axes, or a scalar: 0 if the other variable tells all, and
    at most the entropy of the variable. The dtype is that of `joint` (integers become
    float64).

    Raises
    ------
    ValueError
        If `joint` has no two axes or is no distribution over them, `axis` is neither −1 nor
        −2, or `base` is neither math.e nor 2.
    TypeError
        If `joint` does not hold real numbers.

    References
    ----------
    C. E. Shannon, *A mathematical theory of communication*, 1948.

    Examples
    --------
    >>> import lossbook as lb
    >>> print(lb.information.conditional_entropy([[0.5, 0.0], [0.25, 0.25]], base=2))
    0.5
    """
    joint = _joint(joint)
    if axis not in (-1, -2):
        raise ValueError(f"axis must be -1 or -2, got {axis!r}")
    others = _sum_of_others(joint, axis)
    with np.errstate(all="ignore"):
        # log p(x)/p(x, y) in the form that is exact where one y is nearly certain, or not
        near = np.log1p(others / joint)
        surprise = np.where(others < joint, near, _log_ratio(joint + others, joint))
    return _mean(joint, surprise, base, (-2, -1))


def mutual_information(joint: ArrayLike, *, base: float = NATS) -> Any:
    r"""What two variables tell of each other.

    $$I(X; Y) = \sum_{x, y} p(x, y) \log \frac{p(x, y)}{p(x)\, p(y)} = H(X) - H(X \mid Y)$$

    Parameters
    ----------
    joint : array (…, X, Y)
        Joint tables p(x, y), the last two axes together summing to 1.
    base : math.e or 2
        The unit: nats or bits.

    Returns
    -------
    An array without the last two axes, or a scalar: 0 for independent variables, up to
    rounding of the table, and never negative. The dtype is that of `joint` (integers become
    float64).

    Raises
    ------
    ValueError
        If `joint` has no two axes or is no distribution over them, or `base` is neither
        math.e nor 2.
    TypeError
        If `joint` does not hold real numbers.

    References
    ----------
    C. E. Shannon, *A mathematical theory of communication*, 1948.

    Examples
    --------
    >>> import lossbook as lb
    >>> print(lb.information.mutual_information([[0.5, 0.0], [0.0, 0.5]], base=2).round(12))
    1.0
    >>> print(lb.information.mutual_information([[0.25, 0.25], [0.25, 0.25]]))
    0.0
    """
    joint = _joint(joint)
    independent = joint.sum(-1, keepdims=True) * joint.sum(-2, keepdims=True)
    return _total(divergence_terms(joint, independent, independent - joint), base, (-2, -1))


def perplexity(p: ArrayLike, *, base: float = NATS, axis: int = -1) -> Any:
    r"""Number of equally likely outcomes that would be as uncertain as p.

    $$\operatorname{PP}(p) = b^{H_b(p)} = e^{H(p)}$$

    The power must have the base of the logarithm; then the base makes no difference. Of a
    model q on data p it is `base ** cross_entropy(p, q, base=base)`.

    Parameters
    ----------
    p : array (…, K)
        Distributions along `axis`.
    base : math.e or 2
        The base of the power and of the entropy in it.
    axis : int
        The axis of the outcomes, the last by default.

    Returns
    -------
    An array without that axis, or a scalar, from 1 to K; it has no unit. The dtype is that
    of `p` (integers become float64).

    Raises
    ------
    ValueError
        If `p` is not a distribution along `axis`, or `base` is neither math.e nor 2.
    TypeError
        If `p` does not hold real numbers.

    References
    ----------
    F. Jelinek, R. L. Mercer, L. R. Bahl and J. K. Baker, *Perplexity: a measure of the
    difficulty of speech recognition tasks*, 1977.

    Examples
    --------
    >>> import lossbook as lb
    >>> print(lb.information.perplexity([0.25, 0.25, 0.25, 0.25]).round(12))
    4.0
    >>> print(lb.information.perplexity([0.5, 0.5, 0.0, 0.0], base=2))
    2.0
    """
    power = np.exp if base == math.e else np.exp2
    return power(entropy(p, base=base, axis=axis))


def _distribution(name: str, p: ArrayLike, axis: int | tuple[int, int]) -> Array:
    """Return `p` as floats, if they are distributions along the axis; nan may pass."""
    p = as_float(name, p)
    axes = axis if isinstance(axis, tuple) else (axis,)
    if not all(a in range(-p.ndim, p.ndim) for a in axes):
        raise ValueError(f"{name} must have the axis {axis}, got shape {p.shape}")
    if (negative := p[p < 0]).size:
        raise ValueError(f"{name} must not be negative, got {negative[0]}")
    total = np.asarray(p.sum(axis))
    wrong = total[np.abs(total - 1) > math.sqrt(np.finfo(p.dtype).eps)]
    if wrong.size:
        raise ValueError(f"{name} must sum to 1 along axis {axis}, got {wrong[0]}")
    return p


def _pair(p: ArrayLike, q: ArrayLike, axis: int) -> tuple[Array, Array]:
    p = _distribution("p", p, axis)
    q = _distribution("q", as_float("q", q, p.dtype), axis)
    same_shape("q", q, "p", p.shape)
    return p, q


def _joint(joint: ArrayLike) -> Array:
    return _distribution("joint", joint, (-2, -1))


def _surprise(p: Array) -> Array:
    """Return −log p, and 0 (not −0) for p = 1."""
    with np.errstate(divide="ignore"):
        return np.asarray(0 - np.log(p))


def divergence_terms(p: Array, q: Array, d: Array, log_ratio: Array | None = None) -> Array:
    """Return p log(p/q) − p + q, given d = q − p, and log(p/q) if it is known better than q.

    Where p and q are alike, its three terms cancel, and so does log(1 + d/p) − d/p. With
    s = d/(q + p), log(q/p) is 2 artanh s, and d − 2p artanh s is d·s − 2p (artanh s − s),
    where d·s alone is nearly the whole.
    """
    with np.errstate(all="ignore"):
        s = d / (q + p)
        alike = d * s - 2 * p * _artanh_minus(s)
        unlike = p * (_log_ratio(p, q) if log_ratio is None else log_ratio) + d
    return np.where(p == 0, q, np.where(np.abs(s) < 0.5, alike, unlike))


def _artanh_minus(s: Array) -> Array:
    """Return artanh s − s = s³/3 + s⁵/5 + …; 12 terms reach 17 digits for |s| < 0.2."""
    series: Any = 0
    for n in range(25, 1, -2):
        series = series * s**2 + 1 / n
    return np.where(np.abs(s) < 0.2, series * s**3, np.arctanh(s) - s)


def _log_ratio(a: Array, b: Array) -> Array:
    """Return log(a/b), also where a/b overflows."""
    ratio = a / b
    return np.where(np.isinf(ratio), np.log(a) - np.log(b), np.log(ratio))


def _sum_of_others(p: Array, axis: int) -> Array:
    """Return for each element the sum of all others along the axis, without subtracting."""
    p = np.moveaxis(p, axis, -1)
    nothing = np.zeros_like(p[..., :1])
    before = np.concatenate([nothing, p[..., :-1]], -1).cumsum(-1)
    after = np.concatenate([nothing, p[..., :0:-1]], -1).cumsum(-1)[..., ::-1]
    return np.moveaxis(before + after, -1, axis)


def _mean(p: Array, surprise: Array, base: float, axis: int | tuple[int, int]) -> Any:
    with np.errstate(invalid="ignore"):
        return _total(product(p, surprise), base, axis)


def _total(terms: Array, base: float, axis: int | tuple[int, int]) -> Any:
    return _in_units(terms.sum(axis), base)


def _in_units(nats: Any, base: float) -> Any:
    """Return nats, or the same in bits."""
    if base == math.e:
        return nats[()]
    if base == 2:
        return nats[()] / nats.dtype.type(math.log(2))
    raise ValueError(f"base must be math.e (nats) or 2 (bits), got {base!r}")
