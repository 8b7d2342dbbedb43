"""The comparison table: it must agree where all is well, and show where it is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import lossbook as lb
from lossbook.comparison import Comparison
from lossbook.core import Terms, _losses, elementwise

rng = np.random.default_rng(0)
Z = rng.normal(size=(3, 4))


@pytest.mark.parametrize(
    ("loss", "target", "keywords", "by"),
    [
        (lb.cross_entropy, [0, 3, 1], {}, ["PyTorch", "SymPy"]),
        (lb.cross_entropy, [0, 3, 1], {"reduction": "none"}, ["PyTorch", "SymPy"]),
        (lb.cross_entropy, [0, 3, 1], {"weight": [1.0, 2.0, 3.0, 4.0]}, ["PyTorch"]),
        (lb.mse_loss, np.zeros((3, 4)), {"reduction": "sum"}, ["PyTorch", "SymPy"]),
        (lb.kl_div, np.full((3, 4), 0.25), {"reduction": "batchmean"}, ["PyTorch", "SymPy"]),
        (lb.softmax_cross_entropy_with_logits, np.full((3, 4), 0.25), {}, ["SymPy"]),
    ],
)
def test_rows(loss: Any, target: Any, keywords: Any, by: list[str]) -> None:
    table = lb.compare(loss, Z, target, **keywords)
    assert [row.by for row in table.rows] == ["lossbook", *by, "finite differences"]
    assert table.agrees()
    html = table._repr_html_()
    assert html.count("<tr>") == len(table.rows) + 1 and "at most 1e-10" in html
    assert repr(table).startswith(loss.__name__)


def test_one_sample_without_batch_axis() -> None:
    assert lb.compare(lb.cross_entropy, Z[0], 2).agrees()


def wrong_slope() -> Any:
    def mse_loss(input: Any, target: Any, reduction: str = "mean") -> Terms:
        error = np.subtract(input, target)
        return Terms(error * error, lambda: error)  # the factor 2 is lost

    kept = _losses["mse_loss"]
    try:
        return elementwise("torch.nn.functional.mse_loss")(mse_loss)
    finally:
        _losses["mse_loss"] = kept


def test_a_wrong_slope_is_shown_against_every_other_row() -> None:
    table = lb.compare(wrong_slope(), Z, np.zeros((3, 4)))
    assert isinstance(table, Comparison) and not table.agrees()
    for row in table.rows[1:]:
        value, gradient = table.difference(row)
        assert value < 1e-12 < 1e-3 < gradient
