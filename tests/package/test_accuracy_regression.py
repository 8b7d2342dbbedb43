"""The losses between numbers within 8 units in the last place of 80-digit arithmetic."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf

import lossbook as lb
from lossbook.core import Terms, elementwise

from . import accuracy

REGRESSION = [
    "gaussian_nll_loss",
    "huber_loss",
    "l1_loss",
    "log_cosh_loss",
    "mse_loss",
    "poisson_nll_loss",
    "quantile_loss",
    "rmse_loss",
    "smooth_l1_loss",
]
MAY_MISS = {"poisson_nll_loss": 5}
"""A value whose two parts cancel, since it passes through 0 there: e^ŷ = y·ŷ; and the loss of
y·log(1 + ε), when y is 10,000 and ε = 1e-8 is rounded away. PyTorch misses both too."""


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", REGRESSION)
def test_value_and_slope(name: str, dtype: Any) -> None:
    counted = accuracy.count(name, dtype)
    assert counted.points > 100
    assert counted.slope == 0, f"worst {counted.worst_slope:.3g} ulp"
    assert counted.value <= MAY_MISS.get(name, 0), f"worst {counted.worst_value:.3g} ulp"
    if counted.torch_value is not None and counted.torch_slope is not None:
        assert counted.torch_value >= counted.value
        assert counted.torch_slope >= counted.slope


def test_points_cover_the_range_and_both_sides_of_a_kink() -> None:
    for dtype, least in ((np.float64, 1e-300), (np.float32, 1.1e-38)):
        batches = list(accuracy.differences(np.dtype(dtype), 40.0))
        distance = np.abs(np.concatenate([x - y for x, y in batches if not y.any()]))
        assert distance[distance > 0].min() <= least and distance.max() == 1e4
        assert {0.0, 40.0} <= set(distance)
        for side in (np.nextafter(dtype(40), dtype(0)), np.nextafter(dtype(40), dtype(99))):
            assert np.abs(distance - side).min() <= np.spacing(dtype(40))


def test_ulps() -> None:
    assert accuracy.ulps(np.float64(1), mpf(1)) == 0
    assert accuracy.ulps(np.nextafter(1, 2), mpf(1)) == 1
    assert accuracy.ulps(np.float32(1 + 2**-20), mpf(1)) == 8
    assert accuracy.ulps(np.float64(5e-324), mpf(0)) == 1
    assert accuracy.ulps(np.float64(0), mpf("1e-320")) == pytest.approx(2024, rel=1e-3)
    for x, exact, error in (
        (np.inf, mpf(10) ** 400, 0),
        (np.inf, mp.inf, 0),
        (-np.inf, mp.inf, np.inf),
        (np.nan, mpf(1), np.inf),
        (np.nan, mp.nan, 0),
        (1e308, mp.inf, np.inf),
    ):
        assert accuracy.ulps(np.float64(x), exact) == error
    assert accuracy.ulps(np.float32(np.inf), mpf(10) ** 39) == 0


def test_the_count_notices_the_naive_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    @elementwise()
    def naive(input: Any, target: Any, reduction: str = "mean") -> Terms:
        d = np.subtract(input, target)
        return Terms(np.log(np.cosh(d)), lambda: np.sinh(d) / np.cosh(d))

    from lossbook import core

    del core._losses["naive"]
    assert "naive" not in lb.losses()
    monkeypatch.setitem(core._losses, "log_cosh_loss", naive)
    counted = accuracy.count("log_cosh_loss", np.float64)
    assert counted.value > counted.points / 10
    assert counted.slope > 10
    assert counted.worst_value == np.inf
