"""The losses of answers and classes within 8 units in the last place of 80-digit arithmetic."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from . import accuracy

LOSSES = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "brier_loss",
    "cross_entropy",
    "focal_loss",
    "hinge_embedding_loss",
    "hinge_loss",
    "kl_div",
    "multi_margin_loss",
    "multiclass_hinge_loss",
    "multilabel_soft_margin_loss",
    "sigmoid_focal_loss",
    "soft_margin_loss",
    "softmax_cross_entropy_with_logits",
    "squared_hinge_loss",
    "zero_one_loss",
]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", LOSSES)
def test_value_and_slope(name: str, dtype: Any) -> None:
    counted = accuracy.count(name, dtype)
    assert counted.points > 300
    assert counted.value == 0, f"worst {counted.worst_value:.3g} ulp"
    assert counted.slope == 0, f"worst {counted.worst_slope:.3g} ulp"
