"""Losses that compare numbers."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from lossbook.checks import Array, as_float, flag, in_range, positive
from lossbook.core import Terms, batchwise, broadcast, elementwise
from lossbook.information import divergence_terms
from lossbook.special import choose, product

LOG_2 = math.log(2)


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
    return Terms([(1, error, error)], lambda: (2, error))


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


@elementwise("torch.nn.functional.smooth_l1_loss")
def smooth_l1_loss(
    input: ArrayLike, target: ArrayLike, reduction: str = "mean", beta: float = 1.0
) -> Terms:
    r"""Absolute error with its kink smoothed: a parabola between −β and β.

    $$\ell(\hat y, y) = \begin{cases} (\hat y - y)^2 / (2\beta) & |\hat y - y| < \beta \\
    |\hat y - y| - \beta/2 & \text{otherwise,} \end{cases} \qquad
    \frac{\partial \ell}{\partial \hat y} =
    \max\!\left(-1, \min\!\left(1, \frac{\hat y - y}{\beta}\right)\right)$$

    It is `huber_loss` with δ = β, divided by β. With β = 0 it is `l1_loss`, whose slope at
    the kink is taken as 0, as in PyTorch.

    Parameters
    ----------
    input : array, any shape
        The predictions ŷ.
    target : array, the shape of `input`
        The targets y.
    reduction : "mean", "sum" or "none"
        The mean divides by the number of elements.
    beta : float, at least 0
        The error β, in the unit of the target, at which the parabola meets the line.

    Returns
    -------
    A scalar, or with "none" an array of the input's shape; in the unit of the target.
    The dtype is the input's (integers become float64).

    Raises
    ------
    ValueError
        If the shapes differ (nothing is broadcast), `beta` is negative or `reduction` is
        unknown.
    TypeError
        If an argument does not hold real numbers.

    References
    ----------
    R. Girshick, *Fast R-CNN*, 2015.

    Examples
    --------
    >>> import lossbook as lb
    >>> print(lb.smooth_l1_loss([1.0, 2.0], [0.5, 4.0]))
    0.8125
    >>> lb.smooth_l1_loss.grad([1.0, 2.0], [0.5, 4.0])
    array([ 0.25, -0.5 ])
    >>> print(lb.smooth_l1_loss([1.0, 2.0], [0.5, 4.0], beta=0))
    1.25
    """
    in_range("beta", beta, 0, math.inf)
    error = np.subtract(input, target)
    beta = error.dtype.type(beta)
    if beta == 0:
        return Terms(np.abs(error), lambda: np.sign(error))
    held = np.clip(error, -beta, beta)
    slope = held if beta == 1 else held / beta
    return Terms([(1, slope, error), (-1 / 2, slope, held)], lambda: slope)


@elementwise("torch.nn.functional.huber_loss")
def huber_loss(
    input: ArrayLike,
    target: ArrayLike,
    reduction: str = "mean",
    delta: float = 1.0,
    weight: ArrayLike | None = None,
) -> Terms:
    r"""Half the squared error of small errors, and a straight line beyond δ.

    $$\ell(\hat y, y) = \begin{cases} (\hat y - y)^2 / 2 & |\hat y - y| < \delta \\
    \delta\,(|\hat y - y| - \delta/2) & \text{otherwise,} \end{cases} \qquad
    \frac{\partial \ell}{\partial \hat y} = \max(-\delta, \min(\delta, \hat y - y))$$

    It is δ times `smooth_l1_loss` with β = δ.

    Parameters
    ----------
    input : array, any shape
        The predictions ŷ.
    target : array, the shape of `input`
        The targets y.
    reduction : "mean", "sum" or "none"
        The mean divides by the number of elements, whatever the weights.
    delta : float, positive
        The error δ, in the unit of the target, at which the parabola meets the line.
    weight : array, broadcast to the shape of `input`, optional
        Multiplies the loss of each element.

    Returns
    -------
    A scalar, or with "none" an array of the input's shape; in the squared unit of the target.
    The dtype is the input's (integers become float64).

    Raises
    ------
    ValueError
        If the shapes differ (nothing is broadcast), `delta` is not positive or `reduction`
        is unknown.
    TypeError
        If an argument does not hold real numbers.

    References
    ----------
    P. J. Huber, *Robust estimation of a location parameter*, 1964.

    Examples
    --------
    >>> import lossbook as lb
    >>> print(lb.huber_loss([1.0, 2.0], [0.5, 4.0]))
    0.8125
    >>> print(lb.huber_loss([1.0, 2.0], [0.5, 5.0], delta=2.0))
    2.0625
    >>> lb.huber_loss.grad([1.0, 2.0], [0.5, 5.0], delta=2.0)
    array([ 0.25, -1.  ])
    """
    positive("delta", delta)
    error = np.subtract(input, target)
    held = np.clip(error, -delta, delta)
    return Terms([(1, held, error), (-1 / 2, held, held)], lambda: held)


@batchwise()
def rmse_loss(input: ArrayLike, target: ArrayLike, reduction: str = "mean") -> Terms:
    r"""Root of the mean squared error: one value for a whole batch of N elements.

    $$\ell(\hat y, y) = \sqrt{\frac{1}{N} \sum_{i=1}^{N} (\hat y_i - y_i)^2}, \qquad
    \frac{\partial \ell}{\partial \hat y_i} = \frac{\hat y_i - y_i}{N\,\ell(\hat y, y)}$$

    At a perfect fit, ŷ = y everywhere, the root has a kink. The slope there is taken as 0,
    as at the kink of `l1_loss`; the root of PyTorch's `mse_loss` gives nan. The mean of the
    RMSE of several batches is not the RMSE of all their elements.

    Parameters
    ----------
    input : array, any shape
        The predictions ŷ.
    target : array, the shape of `input`
        The targets y.
    reduction : "mean"
        The mean is under the root and divides by the number N of elements. There is no loss
        of one element, so "sum" and "none" are refused.

    Returns
    -------
    A scalar in the unit of the target. The dtype is the input's (integers become float64).

    Raises
    ------
    ValueError
        If the shapes differ (nothing is broadcast) or `reduction` is not "mean".
    TypeError
        If an argument does not hold real numbers.

    References
    ----------
    C. F. Gauss, *Theoria combinationis observationum erroribus minimis obnoxiae*, 1823.

    Examples
    --------
    >>> import lossbook as lb
    >>> print(lb.rmse_loss([1.0, 2.0], [4.0, 6.0]).round(4))
    3.5355
    >>> lb.rmse_loss.grad([1.0, 2.0], [4.0, 6.0]).round(4)
    array([-0.4243, -0.5657])
    >>> lb.rmse_loss.grad([1.0, 2.0], [1.0, 2.0])
    array([0., 0.])
    """
    error = np.subtract(input, target)
    largest = np.abs(error).max(initial=0)
    unit = largest if 0 < largest < math.inf else 1  # squares of error / unit do not underflow
    ratio = error / unit
    root = np.sqrt(np.square(ratio).sum() / error.size)
    return Terms(unit * root, lambda: ratio / (error.size * root) if root else ratio)


@elementwise()
def log_cosh_loss(input: ArrayLike, target: ArrayLike, reduction: str = "mean") -> Terms:
    r"""Logarithm of the hyperbolic cosine of the error: smooth, and straight far out.

    $$\ell(\hat y, y) = \log \cosh(\hat y - y), \qquad
    \frac{\partial \ell}{\partial \hat y} = \tanh(\hat y - y)$$

    Near 0 it is half the squared error, far out the absolute error less log 2.

    Parameters
    ----------
    input : array, any shape
        The predictions ŷ.
    target : array, the shape of `input`
        The targets y.
    reduction : "mean", "sum" or "none"
        The mean divides by the number of elements.

    Returns
    -------
    A scalar, or with "none" an array of the input's shape. The bend lies where the error is
    about 1, so the unit of the target matters. The dtype is the input's (integers become
    float64).

    Raises
    ------
    ValueError
        If the shapes differ (nothing is broadcast) or `reduction` is unknown.
    TypeError
        If an argument does not hold real numbers.

    References
    ----------
    P. J. Green, *Bayesian reconstructions from emission tomography data using a modified EM
    algorithm*, 1990.

    Examples
    --------
    >>> import lossbook as lb
    >>> lb.log_cosh_loss([1e-9, 1000.0], [0.0, 0.0], reduction="none")
    array([5.00000000e-19, 9.99306853e+02])
    >>> lb.log_cosh_loss.grad([1e-9, 1000.0], [0.0, 0.0], reduction="none")
    array([1.e-09, 1.e+00])
    """
    error = np.subtract(input, target)
    value = np.log1p(2 * np.sinh(error / 2) ** 2)  # cosh d = 1 + 2 sinh²(d/2)
    if not np.max(value, initial=0) < np.inf:  # it overflowed, where 1 + e^(-2|d|) is 1
        value = np.where(value < np.inf, value, np.abs(error) - LOG_2)  # of e^|d| (…) / 2
    return Terms(value, lambda: np.tanh(error))


@elementwise()
def quantile_loss(
    input: ArrayLike, target: ArrayLike, reduction: str = "mean", quantile: float = 0.5
) -> Terms:
    r"""Absolute error that weighs too low a prediction by τ and too high a one by 1 − τ.

    $$\ell(\hat y, y) = \max\bigl((1 - \tau)(\hat y - y),\ -\tau\,(\hat y - y)\bigr), \qquad
    \frac{\partial \ell}{\partial \hat y} =
    \begin{cases} 1 - \tau & \hat y > y \\ -\tau & \hat y < y \end{cases}$$

    Also called the pinball loss. The constant that minimises its mean is a τ-quantile of the
    targets; τ = ½ gives half of `l1_loss`. The slope at the kink, ŷ = y, is taken as 0.

    Parameters
    ----------
    input : array, any shape
        The predictions ŷ.
    target : array, the shape of `input`
        The targets y.
    reduction : "mean", "sum" or "none"
        The mean divides by the number of elements.
    quantile : float in [0, 1]
        The share τ of the targets that shall lie below the prediction.

    Returns
    -------
    A scalar, or with "none" an array of the input's shape; in the unit of the target.
    The dtype is the input's (integers become float64).

    Raises
    ------
    ValueError
        If the shapes differ (nothing is broadcast), `quantile` lies outside [0, 1] or
        `reduction` is unknown.
    TypeError
        If an argument does not hold real numbers.

    References
    ----------
    R. Koenker and G. Bassett, *Regression quantiles*, 1978.

    Examples
    --------
    >>> import lossbook as lb
    >>> lb.quantile_loss([0.0, 2.0], [1.0, 1.0], reduction="none", quantile=0.75)
    array([0.75, 0.25])
    >>> lb.quantile_loss.grad([0.0, 2.0], [1.0, 1.0], reduction="none", quantile=0.75)
    array([-0.75,  0.25])
    """
    in_range("quantile", quantile, 0, 1)
    error = np.subtract(input, target)
    above = (error > 0).astype(error.dtype)
    slope = ((1 - quantile) * above + quantile * (1 - above)) * np.sign(error)
    return Terms([(1, slope, error)], lambda: slope)


@elementwise("torch.nn.functional.poisson_nll_loss")
def poisson_nll_loss(
    input: ArrayLike,
    target: ArrayLike,
    log_input: bool = True,
    full: bool = False,
    eps: float = 1e-8,
    reduction: str = "mean",
) -> Terms:
    r"""Negative log-likelihood of a count whose rate is predicted, or the log of its rate.

    $$\ell(\hat y, y) = e^{\hat y} - y \hat y, \qquad
    \frac{\partial \ell}{\partial \hat y} = e^{\hat y} - y$$

    for a predicted log-rate ŷ; for a predicted rate (`log_input=False`)

    $$\ell(\hat y, y) = \hat y - y \log(\hat y + \varepsilon), \qquad
    \frac{\partial \ell}{\partial \hat y} = 1 - \frac{y}{\hat y + \varepsilon}$$

    The term log y! does not depend on the prediction and is left out; `full` adds Stirling's
    approximation of it, y log y − y + ½ log(2πy), where y > 1. A count of 0 adds nothing
    to the rate, even where the log-rate is −∞.

    Parameters
    ----------
    input : array, any shape
        The predicted log-rates ŷ, or rates.
    target : array, the shape of `input`
        The counts y, at least 0.
    log_input : bool
        Whether `input` holds logarithms of rates.
    full : bool
        Whether to add the approximation of log y!.
    eps : float, at least 0
        The ε that keeps the logarithm of a rate of 0 finite.
    reduction : "mean", "sum" or "none"
        The mean divides by the number of elements.

    Returns
    -------
    A scalar, or with "none" an array of the input's shape; in nats. The dtype is the
    input's (integers become float64).

    Raises
    ------
    ValueError
        If the shapes differ (nothing is broadcast), `eps` is negative or `reduction` is
        unknown.
    TypeError
        If an argument does not hold real numbers, or `log_input` or `full` is no bool.

    References
    ----------
    J. A. Nelder and R. W. M. Wedderburn, *Generalized linear models*, 1972.

    Examples
    --------
    >>> import lossbook as lb
    >>> print(lb.poisson_nll_loss([0.0, 1.0], [1.0, 3.0]).round(4))
    0.3591
    >>> lb.poisson_nll_loss.grad([0.0, 1.0], [1.0, 3.0]).round(4)
    array([ 0.    , -0.1409])
    >>> print(lb.poisson_nll_loss([1.0, 2.0], [1.0, 3.0], log_input=False, full=True).round(4))
    1.3423
    """
    flag("log_input", log_input)
    flag("full", full)
    in_range("eps", eps, 0, math.inf)
    x, y = np.asarray(input), np.asarray(target)
    rate, log_rate = (np.exp(x), x) if log_input else (x, np.log(x + eps))
    value = rate - product(y, log_rate)
    if full:
        # Where the fit is good y log y − y cancels the rest; y log(y/q) − y + q does not.
        q, shift = (rate, 0) if log_input else (rate + eps, eps)
        fit = divergence_terms(y, q, q - y, np.log(y) - log_rate) - shift
        value = np.where(y > 1, fit + np.log(2 * math.pi * y) / 2, value)

    def slope() -> Array:
        if not log_input:
            return np.asarray((x - y + eps) / (x + eps))
        return choose(y == 1, np.expm1(x), rate - y)  # exp(x) - 1 would lose the digits of x

    return Terms(value, slope)


def _variance(name: str, var: Array, shape: tuple[int, ...]) -> Array:
    """Bring variances to the shape of the input as PyTorch does, not as NumPy would."""
    if (var < 0).any():
        raise ValueError(f"{name} must not be negative, got {var.min():g}")
    if var.shape == shape[:-1] and shape:
        var = var[..., np.newaxis]
    elif var.ndim not in (0, len(shape)):
        raise ValueError(
            f"{name} must be a number or have the shape of input, {shape}, with 1 along some "
            f"axes or without the last one, got {var.shape}"
        )
    return broadcast(name, var, shape)


@elementwise("torch.nn.functional.gaussian_nll_loss", arrays=("var",), fit=_variance)
def gaussian_nll_loss(
    input: ArrayLike,
    target: ArrayLike,
    var: ArrayLike,
    full: bool = False,
    eps: float = 1e-6,
    reduction: str = "mean",
) -> Terms:
    r"""Negative log-likelihood of a number whose mean and variance are predicted.

    $$\ell(\hat y, y) = \frac{1}{2} \left(\log \sigma^2 + \frac{(\hat y - y)^2}{\sigma^2}\right),
    \qquad \frac{\partial \ell}{\partial \hat y} = \frac{\hat y - y}{\sigma^2}$$

    The constant ½ log 2π is left out unless `full`. A density may exceed 1, so the loss may
    be negative. The gradient is that of the mean, the first argument.

    Parameters
    ----------
    input : array, any shape
        The predicted means ŷ.
    target : array, the shape of `input`
        The targets y.
    var : number, or array of the shape of `input`
        The predicted variances σ², not standard deviations; at least 0. The shape may have 1
        along some axes, or lack the last one: then one variance serves all along it.
    full : bool
        Whether to add ½ log 2π.
    eps : float, at least 0
        A smaller variance is replaced by this one.
    reduction : "mean", "sum" or "none"
        The mean divides by the number of elements.

    Returns
    -------
    A scalar, or with "none" an array of the input's shape; in nats, up to a constant that
    belongs to the unit of the target. The dtype is the input's (integers become float64).

    Raises
    ------
    ValueError
        If the shapes do not fit, a variance or `eps` is negative or `reduction` is unknown.
    TypeError
        If an argument does not hold real numbers, or `full` is no bool.

    References
    ----------
    D. A. Nix and A. S. Weigend, *Estimating the mean and variance of the target probability
    distribution*, 1994.

    Examples
    --------
    >>> import lossbook as lb
    >>> print(lb.gaussian_nll_loss([1.0, 2.0], [1.0, 4.0], var=4.0).round(4))
    0.9431
    >>> lb.gaussian_nll_loss.grad([1.0, 2.0], [1.0, 4.0], var=[1.0, 4.0])
    array([ 0.  , -0.25])
    >>> print(lb.gaussian_nll_loss([1.0], [1.0], var=0.01, full=True).round(4))
    -1.3836
    """
    flag("full", full)
    in_range("eps", eps, 0, math.inf)
    error = np.subtract(input, target)
    variance = np.maximum(as_float("var", var), eps)
    ratio = error / variance
    constant = math.log(2 * math.pi) if full else 0
    return Terms((np.log(variance) + error * ratio + constant) / 2, lambda: ratio)
