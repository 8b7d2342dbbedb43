"""What training needs besides a loss: mini-batches, and a gradient to check against."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.checks import Array


def minibatches(
    *arrays: ArrayLike,
    batch_size: int,
    rng: np.random.Generator | None = None,
    drop_last: bool = False,
) -> Iterator[tuple[Array, ...]]:
    """Yield the rows of `arrays` in batches: each row once, matching rows together.

    Parameters
    ----------
    arrays : arrays of equal length
        Usually the inputs (N, …) and the targets (N,).
    batch_size : int
        Rows in a batch; the last one is shorter if it does not divide N.
    rng : numpy.random.Generator, optional
        Shuffles the rows, anew at each call. Without it they come in order.
    drop_last : bool
        Leave out a short last batch.

    Yields
    ------
    A tuple with one array for each of `arrays`.

    Raises
    ------
    ValueError
        If there is no array, their lengths differ, or `batch_size` is not positive.

    Examples
    --------
    >>> import lossbook as lb
    >>> for x, y in lb.minibatches([10, 11, 12], [0, 1, 2], batch_size=2):
    ...     print(x, y)
    [10 11] [0 1]
    [12] [2]
    """
    rows = [np.asarray(a) for a in arrays]
    lengths = [len(a) if a.ndim else -1 for a in rows]
    if not rows or min(lengths) < 0 or len(set(lengths)) != 1:
        raise ValueError(f"arrays must be given and have one length, got lengths {lengths}")
    if isinstance(batch_size, bool) or not isinstance(batch_size, (int, np.integer)):
        raise TypeError(f"batch_size must be an integer, got {batch_size!r}")
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, got {batch_size}")
    N = lengths[0]
    return _batches(rows, N, int(batch_size), rng, N - N % batch_size if drop_last else N)


def _batches(
    rows: list[Array], N: int, batch_size: int, rng: np.random.Generator | None, stop: int
) -> Iterator[tuple[Array, ...]]:
    order = np.arange(N) if rng is None else rng.permutation(N)
    for start in range(0, stop, batch_size):
        chosen = order[start : start + batch_size]
        yield tuple(a[chosen] for a in rows)


def numerical_gradient(f: Callable[[Array], Any], x: ArrayLike, step: float = 1e-3) -> Array:
    r"""Return the gradient of the scalar function `f` at `x` by fourth-order differences.

    $$f'(x) \approx \frac{f(x-2h) - 8 f(x-h) + 8 f(x+h) - f(x+2h)}{12 h}$$

    Parameters
    ----------
    f : function from an array of the shape of `x` to a number
    x : array
        Where; computed in float64.
    step : float
        The step h. The error is of order h⁴ from the formula and 1e-16/h from rounding.

    Returns
    -------
    A float64 array of the shape of `x`. It costs 4 evaluations of `f` for each element.

    Examples
    --------
    >>> from lossbook.training import numerical_gradient
    >>> numerical_gradient(lambda x: (x**3).sum(), [1.0, 2.0]).round(8)
    array([ 3., 12.])
    """
    x = np.array(x, dtype=np.float64)
    gradient = np.empty_like(x)
    for i in np.ndindex(x.shape):
        here = x[i]
        total = 0.0
        for steps, factor in ((-2, 1), (-1, -8), (1, 8), (2, -1)):
            x[i] = here + steps * step
            total += factor * float(f(x))
        x[i] = here
        gradient[i] = total / (12 * step)
    return gradient
