"""Losses and weights for classes that are rare, or samples that are easy."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lossbook.binary import from_logit, hard
from lossbook.checks import Array, as_float, in_range, within
from lossbook.core import Terms, classwise, elementwise
from lossbook.multiclass import odds_against, of_target
from lossbook.special import product, sigmoid


@elementwise()
def sigmoid_focal_loss(
    input: ArrayLike,
    target: ArrayLike,
    alpha: float = 0.25,
    gamma: float = 2,
    reduction: str = "none",
) -> Terms:
    r"""Cross-entropy of a yes or no, from its logit, with easy examples scaled down.

    $$\ell(x, y) = \alpha_y\, m^{\gamma}\, \ell_0, \qquad
    \frac{\partial \ell}{\partial x} = \alpha_y\, m^{\gamma} \left(
    \gamma\,(1 - 2y)\, \frac{\sigma(x)\,\sigma(-x)}{m}\, \ell_0 + \sigma(x) - y \right)$$

    where ℓ₀ is the loss of `binary_cross_entropy_with_logits`, m = y σ(−x) + (1 − y) σ(x) the
    probability given to the wrong answer, and α_y = α y + (1 − α)(1 − y). The signature and
    the meaning are torchvision's, whose formula is nan or 0 in the tails; this one is not.

    Parameters
    ----------
    input : array, any shape
        Logits x in nats. Not probabilities: the sigmoid is taken here.
    target : array, the shape of `input`
        The targets y between 0 and 1: 1 for yes, 0 for no.
    alpha : float in [0, 1], or −1
        The weight of a yes; a no has 1 − α. With −1 neither is weighted.
    gamma : float, at least 0
        How strongly easy examples are scaled down; 0 leaves them alone.
    reduction : "none", "mean" or "sum"
        The mean divides by the number of elements, whatever α.

    Returns
    -------
    A scalar, or with "none" an array of the input's shape; in nats. The dtype is the
    input's (integers become float64).

    Raises
    ------
    ValueError
        If the shapes differ (nothing is broadcast), a target lies outside [0, 1], `alpha` or
        `gamma` is out of range, or `reduction` is unknown.
    TypeError
        If an argument does not hold real numbers.

    References
    ----------
    T.-Y. Lin et al., *Focal loss for dense object detection*, 2017.

    Examples
    --------
    >>> import lossbook as lb
    >>> lb.sigmoid_focal_loss([0.0, 3.0, -3.0], [1, 1, 1]).round(4)
    array([0.0433, 0.    , 0.6916])
    >>> lb.sigmoid_focal_loss.grad([0.0, 1.0, -3.0], [1, 1, 1]).round(4)
    array([-0.0746, -0.0131, -0.2817])
    """
    if alpha != -1:
        in_range("alpha (or -1 for none)", alpha, 0, 1)
    in_range("gamma", gamma, 0, np.inf)
    x, y = np.asarray(input), np.asarray(target)
    plain, plain_slope = from_logit(x, y)
    d = plain_slope()
    # m is the probability of a mistake, and easier its d log m/dx
    if hard(y):
        m = np.abs(d)
        easier = (1 - 2 * y) * np.exp(-plain)  # 1 - m
    else:
        p, q = sigmoid(x), sigmoid(-x)
        m = y * q + (1 - y) * p
        easier = np.where(m == 0, 0, (1 - 2 * y) * (p * q / m))  # m = 0 weighs 0
    weight = m ** float(gamma)
    if alpha != -1:
        weight = weight * (alpha * y + (1 - alpha) * (1 - y))

    def slope() -> Array:
        return np.asarray(product(weight, product(gamma * easier, plain) + d))

    return Terms(product(weight, plain), slope)


@classwise()
def focal_loss(
    input: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    gamma: float = 2.0,
) -> Terms:
    r"""Softmax cross-entropy, from logits, with easy examples scaled down.

    $$\ell(z, y) = -w_y\,(1 - p_y)^{\gamma} \log p_y, \qquad
    \frac{\partial \ell}{\partial z_k} = w_y\,(1 - p_y)^{\gamma}
    \left(1 - \frac{\gamma\, p_y \log p_y}{1 - p_y}\right) (p_k - [k = y])$$

    where p = softmax(z). With γ = 0 it is `cross_entropy`, whose arguments it takes; with two
    classes it is `sigmoid_focal_loss` of the difference of their logits. The probability is
    that of the sample itself: taken from a weighted or an averaged loss, a common mistake, it
    would scale all samples alike.

    Parameters
    ----------
    input : array (N, K), (N, K, d1, …) or (K,)
        Logits z in nats, the classes on axis 1 (on axis 0 for one sample). Not
        probabilities: the softmax is taken here.
    target : integer array (N,), (N, d1, …) or ()
        The index of the right class, 0 to K − 1, or `ignore_index`.
    weight : array (K,), optional
        A weight for each class: the α of the paper, or `class_balanced_weights`.
    ignore_index : int
        Targets of this value count neither in the value, nor in the slope, nor in the mean.
    reduction : "mean", "sum" or "none"
        The mean divides by the sum of the weights w_y of the targets kept, as in
        `cross_entropy`. With no target kept it is nan and its gradient 0.
    gamma : float, at least 0
        How strongly easy examples are scaled down; 0 leaves them alone.

    Returns
    -------
    A scalar, or with "none" an array of the target's shape; in nats. The dtype is the
    input's (integers become float64).

    Raises
    ------
    ValueError
        If a shape does not fit, an index or `gamma` is out of range, or `reduction` is
        unknown.
    TypeError
        If the target does not hold integers.

    References
    ----------
    T.-Y. Lin et al., *Focal loss for dense object detection*, 2017.

    Examples
    --------
    >>> import lossbook as lb
    >>> z = [[2.0, 0.0], [0.0, 0.0]]
    >>> lb.focal_loss(z, [0, 0], reduction="none").round(4)
    array([0.0018, 0.1733])
    >>> lb.focal_loss.grad(z, [0, 0], reduction="sum").round(4)
    array([[-0.0049,  0.0049],
           [-0.2983,  0.2983]])
    """
    in_range("gamma", gamma, 0, np.inf)
    z, y = np.asarray(input), np.asarray(target)
    sample = np.arange(y.size)
    e, e_y, others, nll = odds_against(z, y, sample)
    total = others + e_y
    m = others / total
    scale = of_target(weight, y) * m ** float(gamma)

    def slope() -> Array:
        down = scale * (m + gamma * product(e_y / total, nll))
        d = e * np.where(others == 0, 0, down / others)
        d[y, sample] = -down
        return d

    return Terms(product(scale, nll), slope)


def class_balanced_weights(counts: ArrayLike, beta: float = 0.999) -> Array:
    r"""Weights of classes by their effective numbers of samples.

    $$w_k \propto \frac{1 - \beta}{1 - \beta^{n_k}}, \qquad \sum_{k=1}^{K} w_k = K$$

    The n-th sample of a class is worth β times the one before it, so n samples are worth
    (1 − βⁿ)/(1 − β) fresh ones. With β = 0 all classes weigh the same, with β = 1 (the
    limit) they weigh as the inverse of their frequency.

    Parameters
    ----------
    counts : array (K,)
        How many samples each class has in the training set; at least 1.
    beta : float in [0, 1]
        What each further sample is worth, against the one before.

    Returns
    -------
    The weights, an array (K,) whose mean is 1, for the argument `weight` of a loss.

    Raises
    ------
    ValueError
        If `counts` is no vector, a count is below 1, or `beta` is out of range.
    TypeError
        If `counts` does not hold real numbers.

    References
    ----------
    Y. Cui et al., *Class-balanced loss based on effective number of samples*, 2019.

    Examples
    --------
    >>> import lossbook as lb
    >>> lb.class_balanced_weights([10_000, 100, 10]).round(3)
    array([0.027, 0.281, 2.692])
    >>> lb.class_balanced_weights([10, 40], beta=1)
    array([1.6, 0.4])
    """
    n = as_float("counts", counts)
    if n.ndim != 1 or n.size == 0:
        raise ValueError(f"counts must be a vector, one number for each class, got shape {n.shape}")
    within("counts", n, 1, np.inf)
    in_range("beta", beta, 0, 1)
    with np.errstate(divide="ignore"):
        # up to the factor 1 − β; expm1 keeps the digits of 1 − βⁿ where β is near 1
        effective = n if beta == 1 else -np.expm1(n * float(np.log(beta)))
    w = 1 / effective
    return np.asarray(w * (n.size / w.sum()))
