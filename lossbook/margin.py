"""Losses that ask for a margin: the right side is not enough, it must be right by 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lossbook.checks import Array, in_range, signs
from lossbook.core import Terms, classwise, elementwise
from lossbook.special import choose, rounding_error


@elementwise()
def zero_one_loss(input: ArrayLike, target: ArrayLike, reduction: str = "mean") -> Terms:
    r"""Count of mistakes: 1 for a score on the wrong side of 0, else 0.

    $$\ell(x, y) = [\,yx \le 0\,], \qquad \frac{\partial \ell}{\partial x} = 0$$

    A score of exactly 0 decides nothing and counts as a mistake, so that the hinge losses
    are never below. The slope is 0 everywhere, also at the jump: this loss judges, it cannot
    train. Of K classes the same is `np.mean(scores.argmax(1) != y)`.

    Parameters
    ----------
    input : array, any shape
        The scores x, in any unit.
    target : array, the shape of `input`
        The labels y, −1 or 1.
    reduction : "mean", "sum" or "none"
        The mean, the error rate, divides by the number of elements.

    Returns
    -------
    A scalar, or with "none" an array of the input's shape; a count, without unit. The dtype
    is the input's (integers become float64).

    Raises
    ------
    ValueError
        If the shapes differ (nothing is broadcast), a label is neither −1 nor 1, or
        `reduction` is unknown.
    TypeError
        If an argument does not hold real numbers.

    References
    ----------
    P. L. Bartlett, M. I. Jordan and J. D. McAuliffe, *Convexity, classification, and risk
    bounds*, 2006.

    Examples
    --------
    >>> import lossbook as lb
    >>> lb.zero_one_loss([2.0, -0.1, 0.0], [1, 1, 1], reduction="none")
    array([0., 1., 1.])
    >>> lb.zero_one_loss.grad([2.0, -0.1, 0.0], [1, 1, 1])
    array([0., 0., 0.])
    """
    x, y = np.asarray(input), np.asarray(target)
    signs("target", y)
    return Terms(np.heaviside(-y * x, 1), lambda: np.zeros_like(x))


@elementwise()
def hinge_loss(input: ArrayLike, target: ArrayLike, reduction: str = "mean") -> Terms:
    r"""What a score lacks of a margin of 1 on the right side.

    $$\ell(x, y) = \max(0,\; 1 - yx), \qquad
    \frac{\partial \ell}{\partial x} = -y\,[\,yx < 1\,]$$

    The slope at the kink, yx = 1, is taken as 0.

    Parameters
    ----------
    input : array, any shape
        The scores x, in units of the margin.
    target : array, the shape of `input`
        The labels y, −1 or 1.
    reduction : "mean", "sum" or "none"
        The mean divides by the number of elements.

    Returns
    -------
    A scalar, or with "none" an array of the input's shape; in units of the margin. The dtype
    is the input's (integers become float64).

    Raises
    ------
    ValueError
        If the shapes differ (nothing is broadcast), a label is neither −1 nor 1, or
        `reduction` is unknown.
    TypeError
        If an argument does not hold real numbers.

    References
    ----------
    C. Cortes and V. Vapnik, *Support-vector networks*, 1995.

    Examples
    --------
    >>> import lossbook as lb
    >>> lb.hinge_loss([2.0, 0.5, -1.0], [1, 1, 1], reduction="none")
    array([0. , 0.5, 2. ])
    >>> lb.hinge_loss.grad([2.0, 0.5, -1.0], [1, 1, 1], reduction="sum")
    array([ 0., -1., -1.])
    """
    x, y = np.asarray(input), np.asarray(target)
    signs("target", y)
    lack = np.maximum(0, 1 - y * x)
    return Terms(lack, lambda: np.where(lack > 0, -y, 0))


@elementwise()
def squared_hinge_loss(input: ArrayLike, target: ArrayLike, reduction: str = "mean") -> Terms:
    r"""Square of the hinge loss.

    $$\ell(x, y) = \max(0,\; 1 - yx)^2, \qquad
    \frac{\partial \ell}{\partial x} = -2y\,\max(0,\; 1 - yx)$$

    It has no kink: its slope reaches 0 together with the loss.

    Parameters
    ----------
    input : array, any shape
        The scores x, in units of the margin.
    target : array, the shape of `input`
        The labels y, −1 or 1.
    reduction : "mean", "sum" or "none"
        The mean divides by the number of elements.

    Returns
    -------
    A scalar, or with "none" an array of the input's shape; in squared units of the margin.
    The dtype is the input's (integers become float64).

    Raises
    ------
    ValueError
        If the shapes differ (nothing is broadcast), a label is neither −1 nor 1, or
        `reduction` is unknown.
    TypeError
        If an argument does not hold real numbers.

    References
    ----------
    Y. Tang, *Deep learning using linear support vector machines*, 2013.

    Examples
    --------
    >>> import lossbook as lb
    >>> lb.squared_hinge_loss([2.0, 0.5, -1.0], [1, 1, 1], reduction="none")
    array([0.  , 0.25, 4.  ])
    >>> lb.squared_hinge_loss.grad([2.0, 0.5, -1.0], [1, 1, 1], reduction="sum")
    array([-0., -1., -4.])
    """
    x, y = np.asarray(input), np.asarray(target)
    signs("target", y)
    lack = np.maximum(0, 1 - y * x)
    return Terms(lack * lack, lambda: -2 * y * lack)


@classwise("torch.nn.functional.multi_margin_loss", mean_over_weight=False)
def multi_margin_loss(
    input: ArrayLike,
    target: ArrayLike,
    p: int = 1,
    margin: float = 1.0,
    weight: ArrayLike | None = None,
    reduction: str = "mean",
) -> Terms:
    r"""Hinge loss of the right class against each other class, summed, and divided by K.

    $$\ell(z, y) = \frac{w_y}{K} \sum_{k \ne y} \max(0,\; m - z_y + z_k)^p, \qquad
    \frac{\partial \ell}{\partial z_k} = \frac{p\,w_y}{K} \max(0,\; m - z_y + z_k)^{p-1}
    [\,m - z_y + z_k > 0\,] \quad (k \ne y)$$

    The slope of the right class is minus the sum of the others; at a kink it is taken as 0,
    as in PyTorch. The divisor K counts the right class too, so two classes give half the
    binary hinge loss of the difference.

    Parameters
    ----------
    input : array (N, K), (N, K, d1, …) or (K,)
        The scores z, the classes on axis 1 (on axis 0 for one sample).
    target : integer array (N,), (N, d1, …) or ()
        The index of the right class, 0 to K − 1.
    p : 1 or 2
        The power of each violation.
    margin : float
        By how much (m) the right score shall exceed each other one.
    weight : array (K,), optional
        A weight for each class; that of the right class multiplies the loss.
    reduction : "mean", "sum" or "none"
        The mean divides by the number of samples, whatever the weights.

    Returns
    -------
    A scalar, or with "none" an array of the target's shape; in the unit of the scores, to the
    power p. The dtype is the input's (integers become float64).

    Raises
    ------
    ValueError
        If a shape does not fit, an index is out of range, `p` is neither 1 nor 2, `margin` is
        nan, or `reduction` is unknown.
    TypeError
        If the target does not hold integers, or `margin` is no number.

    References
    ----------
    J. Weston and C. Watkins, *Support vector machines for multi-class pattern recognition*,
    1999 (without the divisor).

    Examples
    --------
    >>> import lossbook as lb
    >>> print(lb.multi_margin_loss([2.0, 1.5, 0.0], 0).round(4))
    0.1667
    >>> lb.multi_margin_loss.grad([2.0, 1.5, 0.0], 0, p=2).round(4)
    array([-0.3333,  0.3333,  0.    ])
    """
    if p not in (1, 2):
        raise ValueError(f"p must be 1 or 2, got {p!r}")
    in_range("margin", margin, -np.inf, np.inf)
    z, y = np.asarray(input), np.asarray(target)
    sample = np.arange(y.size)
    share = np.ones((), z.dtype) / len(z) if weight is None else np.asarray(weight)[y] / len(z)
    lack = _lack(z, z[y, sample], margin)
    lack[y, sample] = 0

    def slope() -> Array:
        d = share * (np.sign(lack) if p == 1 else 2 * lack)
        d[y, sample] = -d.sum(0)
        return d

    return Terms(share * (lack if p == 1 else lack * lack).sum(0), slope)


@classwise()
def multiclass_hinge_loss(input: ArrayLike, target: ArrayLike, reduction: str = "mean") -> Terms:
    r"""Hinge loss of the right class against its strongest rival (Crammer and Singer).

    $$\ell(z, y) = \max\left(0,\; 1 - z_y + \max_{k \ne y} z_k\right), \qquad
    \frac{\partial \ell}{\partial z_k} = [\,\ell > 0\,]\left([\,k = r\,] - [\,k = y\,]\right),
    \qquad r = \arg\max_{k \ne y} z_k$$

    The slope at the kink, where the margin is exactly 1, is taken as 0; of equal rivals the
    first has it.

    Parameters
    ----------
    input : array (N, K), (N, K, d1, …) or (K,)
        The scores z in units of the margin, the classes on axis 1 (on axis 0 for one
        sample).
    target : integer array (N,), (N, d1, …) or ()
        The index of the right class, 0 to K − 1.
    reduction : "mean", "sum" or "none"
        The mean divides by the number of samples.

    Returns
    -------
    A scalar, or with "none" an array of the target's shape; in units of the margin. The dtype
    is the input's (integers become float64).

    Raises
    ------
    ValueError
        If a shape does not fit, an index is out of range or `reduction` is unknown.
    TypeError
        If the target does not hold integers.

    References
    ----------
    K. Crammer and Y. Singer, *On the algorithmic implementation of multiclass kernel-based
    vector machines*, 2001.

    Examples
    --------
    >>> import lossbook as lb
    >>> print(lb.multiclass_hinge_loss([2.0, 1.5, 0.0], 0))
    0.5
    >>> lb.multiclass_hinge_loss.grad([2.0, 1.5, 0.0], 0)
    array([-1.,  1.,  0.])
    """
    z, y = np.asarray(input), np.asarray(target)
    sample = np.arange(y.size)
    rivals = z.copy()
    rivals[y, sample] = -np.inf
    rival = rivals.argmax(0)
    lack = _lack(rivals[rival, sample], z[y, sample], 1)

    def slope() -> Array:
        d = np.zeros_like(z)
        d[rival, sample] = lack > 0
        d[y, sample] -= lack > 0
        return d

    return Terms(lack, slope)


def _lack(z: Array, z_y: Array, margin: float) -> Array:
    """Return max(0, margin − (z_y − z)), right to the last digit though it may nearly cancel."""
    d = z - z_y
    return np.maximum(0, (d + margin) + rounding_error(d, z, z_y))


@elementwise("torch.nn.functional.hinge_embedding_loss")
def hinge_embedding_loss(
    input: ArrayLike, target: ArrayLike, margin: float = 1.0, reduction: str = "mean"
) -> Terms:
    r"""Distance of two like things, or what the distance of two unlike ones lacks of a margin.

    $$\ell(x, y) = \begin{cases} x & y = 1 \\ \max(0,\; m - x) & y = -1 \end{cases}, \qquad
    \frac{\partial \ell}{\partial x} = \begin{cases} 1 & y = 1 \\ -[\,x \le m\,] & y = -1
    \end{cases}$$

    The slope at the kink, x = m, is taken as −1, as in PyTorch. Labels other than ±1, which
    PyTorch charges with both cases at once, are refused.

    Parameters
    ----------
    input : array, any shape
        The distances x of pairs, in any unit.
    target : array, the shape of `input`
        The labels y: 1 for like pairs, −1 for unlike ones.
    margin : float
        The distance m beyond which unlike pairs cost nothing.
    reduction : "mean", "sum" or "none"
        The mean divides by the number of elements.

    Returns
    -------
    A scalar, or with "none" an array of the input's shape; in the unit of the distance. The
    dtype is the input's (integers become float64).

    Raises
    ------
    ValueError
        If the shapes differ (nothing is broadcast), a label is neither −1 nor 1, `margin` is
        nan, or `reduction` is unknown.
    TypeError
        If an argument does not hold real numbers.

    References
    ----------
    R. Hadsell, S. Chopra and Y. LeCun, *Dimensionality reduction by learning an invariant
    mapping*, 2006.

    Examples
    --------
    >>> import lossbook as lb
    >>> lb.hinge_embedding_loss([0.25, 0.25, 3.0], [1, -1, -1], reduction="none")
    array([0.25, 0.75, 0.  ])
    >>> lb.hinge_embedding_loss.grad([0.25, 0.25, 3.0], [1, -1, -1], reduction="sum")
    array([ 1., -1.,  0.])
    """
    in_range("margin", margin, -np.inf, np.inf)
    x, y = np.asarray(input), np.asarray(target)
    signs("target", y)
    like = y == 1
    value = choose(like, x, np.clip(margin - x, 0, np.inf))
    return Terms(value, lambda: choose(like, np.ones_like(x), 0 - (x <= margin).astype(x.dtype)))
