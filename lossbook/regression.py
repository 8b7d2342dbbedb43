"""Losses that compare numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lossbook.core import Terms, elementwise


@elementwise("torch.nn.functional.mse_loss", mean_over_weight=True)
def mse_loss(
    input: ArrayLike, target: ArrayLike, reduction: str = "mean", weight: ArrayLike | None = None
) -> Terms:
    r"""Squared error of each element.

    $$\ell(\hat y, y) = (\hat y - y)^2, \qquad
    \frac{\partial \ell}{\partial \hat y} = 2(\hat y - y)$$

    Parameters
    ----------
    input : array, any shape
        The predictions ŷ.
    target : array, the shape of `input`
        The targets y.
    reduction : "mean", "sum" or "none"
        The mean divides by the number of elements, or by the sum of `weight`.
    weight : array, broadcast to the shape of `input`, optional
        Multiplies the loss of each element.

    Returns
    -------
    A scalar, or with "none" an array of the input's shape; in the squared unit of the target.
    The dtype is the input's (integers become float64).

    Raises
    ------
    ValueError
        If the shapes differ (nothing is broadcast) or `reduction` is unknown.
    TypeError
        If an argument does not hold real numbers.

    References
    ----------
    A. M. Legendre, *Nouvelles méthodes pour la détermination des orbites des comètes*, 1805.

    Examples
    --------
    >>> import lossbook as lb
    >>> print(lb.mse_loss([1.0, 2.0], [1.0, 4.0]))
    2.0
    >>> lb.mse_loss.grad([1.0, 2.0], [1.0, 4.0])
    array([ 0., -2.])
    """
    error = np.subtract(input, target)
    return Terms(error * error, lambda: 2 * error)


@elementwise("torch.nn.functional.l1_loss", mean_over_weight=True)
def l1_loss(
    input: ArrayLike, target: ArrayLike, reduction: str = "mean", weight: ArrayLike | None = None
) -> Terms:
    r"""Absolute error of each element.

    $$\ell(\hat y, y) = |\hat y - y|, \qquad
    \frac{\partial \ell}{\partial \hat y} = \operatorname{sign}(\hat y - y)$$

    The slope at the kink, ŷ = y, is taken as 0, as in PyTorch.

    Parameters
    ----------
    input : array, any shape
        The predictions ŷ.
    target : array, the shape of `input`
        The targets y.
    reduction : "mean", "sum" or "none"
        The mean divides by the number of elements, or by the sum of `weight`.
    weight : array, broadcast to the shape of `input`, optional
        Multiplies the loss of each element.

    Returns
    -------
    A scalar, or with "none" an array of the input's shape; in the unit of the target.
    The dtype is the input's (integers become float64).

    Raises
    ------
    ValueError
        If the shapes differ (nothing is broadcast) or `reduction` is unknown.
    TypeError
        If an argument does not hold real numbers.

    References
    ----------
    R. J. Boscovich, *De litteraria expeditione per pontificiam ditionem*, 1757.

    Examples
    --------
    >>> import lossbook as lb
    >>> print(lb.l1_loss([1.0, 2.0], [1.0, 4.0]))
    1.0
    >>> lb.l1_loss.grad([1.0, 2.0], [1.0, 4.0])
    array([ 0. , -0.5])
    """
    error = np.subtract(input, target)
    return Terms(np.abs(error), lambda: np.sign(error))
