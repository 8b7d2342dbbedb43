"""Losses between numbers, against PyTorch, their formulas and their properties."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import lossbook as lb

from .support import check_against_differences, check_against_formula, check_against_torch

rng = np.random.default_rng(9)
LOSSES = [lb.mse_loss, lb.l1_loss]
name = pytest.mark.parametrize("loss", LOSSES, ids=lambda f: f.__name__)


@name
@pytest.mark.parametrize("shape", [(), (1,), (7,), (3, 4), (2, 3, 4), (0,), (200_000,)])
def test_is_torchs(loss: Any, shape: Any) -> None:
    y, t = rng.normal(size=shape), rng.normal(size=shape)
    check_against_torch(loss, y, t)
    check_against_torch(loss, y, y)
    if y.size:
        check_against_torch(loss, y, t, weight=rng.random(shape))


@name
def test_formula_and_slope(loss: Any) -> None:
    check_against_formula(loss, 2.5, -0.125)
    check_against_formula(loss, -2.5, 0.125)
    y, t = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
    check_against_differences(loss, y, t)
    check_against_differences(loss, y, t, reduction="sum", weight=rng.random((3, 4)))


def test_the_mean_minimises_squared_and_the_median_absolute_error() -> None:
    sample = rng.exponential(size=101)
    for loss, best in ((lb.mse_loss, sample.mean()), (lb.l1_loss, np.median(sample))):
        at_best = loss(np.full(101, best), sample)
        for other in np.linspace(0, 3, 61):
            assert at_best <= loss(np.full(101, other), sample) + 1e-15


@name
def test_nothing_is_broadcast(loss: Any) -> None:
    with pytest.raises(
        ValueError, match=r"target must have the shape of input, \(3, 1\), got \(3,\)"
    ):
        loss(np.zeros((3, 1)), np.zeros(3))
    with pytest.raises(ValueError, match=r"weight of shape \(2,\) does not broadcast to \(3,\)"):
        loss(np.zeros(3), np.zeros(3), weight=[1.0, 2.0])
