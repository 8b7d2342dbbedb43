"""What every loss must agree with: PyTorch, its own formula, and differences of its value."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from lossbook import symbolic
from lossbook.checks import Array
from lossbook.core import Loss
from lossbook.training import numerical_gradient

REDUCTIONS = ("none", "mean", "sum")
TOLERANCE = {np.dtype(np.float32): 2e-6, np.dtype(np.float64): 1e-13}
"""Relative to the largest value: both libraries round, and sums are added in other orders."""


def close(ours: Any, theirs: Any, dtype: np.dtype[Any] | type, factor: float = 1.0) -> None:
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert ours.shape == theirs.shape
    tolerance = TOLERANCE[np.dtype(dtype)] * factor
    finite = np.abs(theirs[np.isfinite(theirs)])
    size = max(1.0, float(finite.max(initial=0)))
    np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance * size)


def tensor(x: Any, dtype: Any = None) -> torch.Tensor:
    """Copy a NumPy array into a tensor, floats as `dtype`."""
    array = np.array(x)
    return torch.from_numpy(
        array if array.dtype.kind in "iub" else array.astype(dtype or array.dtype)
    )


def by_torch(loss: Loss[...], input: Array, target: Any, **keywords: Any) -> tuple[Array, Array]:
    """Return PyTorch's value, and its gradient of the sum of the output."""
    assert loss.torch is not None
    function = getattr(torch.nn.functional, loss.torch.rpartition(".")[2])
    leaf = tensor(input).requires_grad_()
    given = {
        name: tensor(a, input.dtype) if isinstance(a, (np.ndarray, list)) else a
        for name, a in keywords.items()
    }
    value = function(leaf, tensor(target, input.dtype), **given)
    value.sum().backward()
    assert leaf.grad is not None
    return value.detach().numpy(), leaf.grad.numpy()


def check_against_torch(loss: Loss[...], input: Any, target: Any, **keywords: Any) -> None:
    """Compare value and gradient, under each reduction, in both precisions."""
    for dtype in (np.float32, np.float64):
        x = np.asarray(input, dtype)
        t = np.asarray(target)
        t = t.astype(dtype) if t.dtype.kind == "f" else t
        for reduction in REDUCTIONS:
            value, grad = loss.value_and_grad(x, t, reduction=reduction, **keywords)
            theirs, slope = by_torch(loss, x, t, reduction=reduction, **keywords)
            assert value.dtype == dtype and grad.dtype == dtype
            close(value, theirs, dtype)
            close(grad, slope, dtype)
            # Each face alone says what both together say.
            np.testing.assert_array_equal(value, loss(x, t, reduction=reduction, **keywords))
            np.testing.assert_array_equal(grad, loss.grad(x, t, reduction=reduction, **keywords))


def check_against_differences(loss: Loss[...], input: Any, target: Any, **keywords: Any) -> None:
    """Compare the gradient with fourth-order differences of the value (away from kinks)."""
    x = np.asarray(input, np.float64)
    numerical = numerical_gradient(lambda at: np.sum(loss(at, target, **keywords)), x)
    np.testing.assert_allclose(loss.grad(x, target, **keywords), numerical, rtol=1e-8, atol=1e-9)


def check_against_formula(loss: Loss[...], input: Any, target: Any, **keywords: Any) -> None:
    """Compare one element (numbers) or one sample (a vector) with 30 digits of the formula."""
    value, slopes = symbolic.evaluate(loss, input, target, **keywords)
    x = np.asarray(input, np.float64)
    ours, grad = loss.value_and_grad(x, target, reduction="sum", **keywords)
    np.testing.assert_allclose(ours, float(value), rtol=1e-14)
    np.testing.assert_allclose(np.ravel(grad), [float(s) for s in slopes], rtol=1e-13, atol=1e-300)
