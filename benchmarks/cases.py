"""What is measured: for each loss its numbers, and how the other libraries compute it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lossbook.checks import Array

Shape = tuple[int, ...]

CLASSES: tuple[Shape, ...] = (
    (1, 10),
    (64, 10),
    (1024, 10),
    (65536, 10),
    (4096, 1000),
    (512, 32000),
)
ELEMENTS: tuple[Shape, ...] = ((100,), (1_000,), (10_000,), (100_000,), (1_000_000,))


@dataclass(frozen=True)
class Case:
    """One loss of lossbook with fixed keywords, and its likes elsewhere."""

    name: str
    numbers: Callable[[np.random.Generator, Shape], list[Array]]
    """The arrays that it compares, the one with the slope first; floats in float64."""
    keywords: dict[str, Any] = field(default_factory=dict)
    torch: Callable[..., Any] | None = None
    """A formula in PyTorch, where PyTorch has no function of this meaning."""
    jax: Callable[..., Any] | None = None
    """(jax.numpy, optax, *arrays) -> the value"""
    sklearn: tuple[str, dict[str, Any]] | None = None
    """The class in sklearn._loss, and its arguments."""
    shapes: tuple[Shape, ...] = ELEMENTS

    def arrays(self, shape: Shape, dtype: Any) -> list[Array]:
        """Return the numbers of this shape: the same in every run."""
        drawn = self.numbers(np.random.default_rng(0), shape)
        return [a if a.dtype.kind == "i" else a.astype(dtype) for a in drawn]


def _real(rng: np.random.Generator, shape: Shape) -> list[Array]:
    return [rng.normal(size=shape), rng.normal(size=shape)]


def _classes(rng: np.random.Generator, shape: Shape) -> list[Array]:
    return [rng.normal(size=shape), rng.integers(0, shape[1], shape[0])]


def _logits(rng: np.random.Generator, shape: Shape) -> list[Array]:
    return [rng.normal(size=shape), rng.integers(0, 2, shape).astype(float)]


def _probabilities(rng: np.random.Generator, shape: Shape) -> list[Array]:
    return [rng.uniform(0.01, 0.99, shape), rng.integers(0, 2, shape).astype(float)]


def _signs(rng: np.random.Generator, shape: Shape) -> list[Array]:
    return [rng.normal(size=shape), rng.integers(0, 2, shape) * 2.0 - 1]


def _counts(rng: np.random.Generator, shape: Shape) -> list[Array]:
    return [rng.normal(size=shape), rng.poisson(2, shape).astype(float)]


def _variances(rng: np.random.Generator, shape: Shape) -> list[Array]:
    return [*_real(rng, shape), rng.uniform(0.5, 2, shape)]


def _log_probabilities(rng: np.random.Generator, shape: Shape) -> list[Array]:
    return [np.log(rng.uniform(0.01, 0.99, shape)), rng.uniform(0.01, 0.99, shape)]


def _sigmoid_focal(x: Any, y: Any) -> Any:
    """torchvision's formula, with its usual α = 0.25 and γ = 2."""
    import torch
    from torch.nn import functional as F

    p = torch.sigmoid(x)
    plain = F.binary_cross_entropy_with_logits(x, y, reduction="none")
    p_t = p * y + (1 - p) * (1 - y)
    return ((0.25 * y + 0.75 * (1 - y)) * plain * (1 - p_t) ** 2).mean()


def _log_cosh(x: Any, y: Any) -> Any:
    import torch
    from torch.nn import functional as F

    size = torch.abs(x - y)
    return (size + F.softplus(-2 * size) - 0.6931471805599453).mean()


def _quantile(x: Any, y: Any) -> Any:
    import torch

    error = y - x
    return torch.maximum(0.9 * error, -0.1 * error).mean()


CASES = [
    Case(
        "cross_entropy",
        _classes,
        jax=lambda np, optax, z, y: optax.softmax_cross_entropy_with_integer_labels(z, y).mean(),
        sklearn=("HalfMultinomialLoss", {}),
        shapes=CLASSES,
    ),
    Case(
        "mse_loss",
        _real,
        jax=lambda np, optax, x, y: optax.squared_error(x, y).mean(),
        sklearn=("HalfSquaredError", {}),
    ),
    Case(
        "l1_loss",
        _real,
        jax=lambda np, optax, x, y: np.abs(x - y).mean(),
        sklearn=("AbsoluteError", {}),
    ),
    Case(
        "smooth_l1_loss",
        _real,
        jax=lambda np, optax, x, y: optax.huber_loss(x, y).mean(),
    ),
    Case(
        "huber_loss",
        _real,
        {"delta": 0.5},
        jax=lambda np, optax, x, y: optax.huber_loss(x, y, delta=0.5).mean(),
        sklearn=("HuberLoss", {"delta": 0.5}),
    ),
    Case(
        "log_cosh_loss",
        _real,
        torch=_log_cosh,
        jax=lambda np, optax, x, y: optax.log_cosh(x, y).mean(),
    ),
    Case(
        "quantile_loss",
        _real,
        {"quantile": 0.9},
        torch=_quantile,
        jax=lambda np, optax, x, y: np.maximum(0.9 * (y - x), 0.1 * (x - y)).mean(),
        sklearn=("PinballLoss", {"quantile": 0.9}),
    ),
    Case(
        "poisson_nll_loss",
        _counts,
        jax=lambda np, optax, x, y: (np.exp(x) - y * x).mean(),
        sklearn=("HalfPoissonLoss", {}),
    ),
    Case(
        "gaussian_nll_loss",
        _variances,
        jax=lambda np, optax, x, y, v: (
            0.5 * (np.log(np.maximum(v, 1e-6)) + (x - y) ** 2 / np.maximum(v, 1e-6))
        ).mean(),
    ),
    Case(
        "binary_cross_entropy",
        _probabilities,
        jax=lambda np, optax, p, y: -(y * np.log(p) + (1 - y) * np.log1p(-p)).mean(),
    ),
    Case(
        "binary_cross_entropy_with_logits",
        _logits,
        jax=lambda np, optax, x, y: optax.sigmoid_binary_cross_entropy(x, y).mean(),
        sklearn=("HalfBinomialLoss", {}),
    ),
    Case(
        "soft_margin_loss",
        _signs,
        jax=lambda np, optax, x, y: np.logaddexp(0, -y * x).mean(),
    ),
    Case(
        "sigmoid_focal_loss",
        _logits,
        {"reduction": "mean"},
        torch=_sigmoid_focal,
        jax=lambda np, optax, x, y: optax.sigmoid_focal_loss(x, y, alpha=0.25, gamma=2.0).mean(),
    ),
    Case(
        "hinge_embedding_loss",
        _signs,
        jax=lambda np, optax, x, y: np.where(y == 1, x, np.maximum(0, 1 - x)).mean(),
    ),
    Case(
        "kl_div",
        _log_probabilities,
        jax=lambda np, optax, x, y: (y * (np.log(y) - x)).mean(),
    ),
]
"""`mean` of each over all elements, or samples: what the other libraries give, up to a factor."""
