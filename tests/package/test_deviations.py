"""Every row of `DEVIATIONS`: the call is made in both libraries, and both answers are held."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
import torch
from mpmath import mp

import lossbook as lb
from lossbook.deviations import ANYTHING, Deviation

from . import accuracy
from .support import tensor
from .test_focal import published_sigmoid_focal_loss

OTHERS: dict[str, Any] = {
    "rmse_loss": lambda *given: torch.sqrt(torch.nn.functional.mse_loss(*given)),
    "sigmoid_focal_loss": published_sigmoid_focal_loss,
}
every = pytest.mark.parametrize("row", lb.DEVIATIONS, ids=str)


def arguments(row: Deviation) -> tuple[Any, Any]:
    """The input and the target in the row's dtype; class indices stay integers."""
    target = np.asarray(row.target)
    by_index = row.loss in ("cross_entropy", "multi_margin_loss") and target.dtype.kind == "i"
    return np.asarray(row.input, row.dtype), target if by_index else target.astype(row.dtype)


def answer(call: Any) -> Any:
    """What a call returns, or the exception it raises."""
    try:
        return call()
    except (ValueError, RuntimeError) as error:
        return type(error)


def ours(row: Deviation) -> Any:
    loss = lb.losses()[row.loss]
    input, target = arguments(row)
    face = loss.grad if row.face == "slope" else loss
    return answer(lambda: face(input, target, **row.keywords))


def torchs(row: Deviation) -> Any:
    loss = OTHERS.get(row.loss) or getattr(torch.nn.functional, row.loss)
    input, target = map(tensor, arguments(row))
    given = {n: torch.tensor(a, dtype=input.dtype) if np.ndim(a) else a
             for n, a in row.keywords.items()}  # fmt: skip

    def call() -> Any:
        if row.face == "slope":
            loss(input.requires_grad_(), target, **given).sum().backward()
        return input.grad if row.face == "slope" else loss(input, target, **given)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a shape is broadcast, in some of the losses
        got = answer(call)
    return got.numpy() if isinstance(got, torch.Tensor) else got


def same(got: Any, recorded: Any, dtype: str) -> None:
    if isinstance(recorded, (type, str)) or isinstance(got, (type, str)):
        assert got is recorded
    else:
        digits = 1e-6 if dtype == "float32" else 1e-14
        np.testing.assert_allclose(got, recorded, rtol=digits, atol=0)


@every
def test_both_answers_are_the_recorded_ones(row: Deviation) -> None:
    same(ours(row), row.true, row.dtype)
    theirs = torchs(row)
    if row.torch is ANYTHING:
        assert theirs.shape == np.shape(row.true)
    else:
        same(theirs, row.torch, row.dtype)


@every
def test_the_two_answers_differ(row: Deviation) -> None:
    with pytest.raises(AssertionError):
        same(row.torch, row.true, row.dtype)


def can_be_computed(row: Deviation) -> bool:
    """At a perfect fit, or with no weight at all, there is no true slope but a choice."""
    chosen = row.loss == "rmse_loss" or "weight" in row.keywords
    numbers = [] if isinstance(row.true, type) else [row.input, row.target, row.true]
    return bool(numbers) and not chosen and all(np.isfinite(a).all() for a in numbers)


COMPUTED = [row for row in lb.DEVIATIONS if can_be_computed(row)]


@pytest.mark.parametrize("row", COMPUTED, ids=str)
def test_the_true_answer_is_that_of_80_digits(row: Deviation) -> None:
    def exact(x: Any) -> Any:
        return [exact(each) for each in x] if np.ndim(x) else mp.mpf(float(x))

    with mp.workdps(accuracy.DIGITS):
        target = row.target if isinstance(row.target, int) else exact(row.target)
        given = {"full": False} if row.loss == "gaussian_nll_loss" else {}
        value, slope = accuracy.CASES[row.loss].reference(
            exact(row.input), target, **{**given, **row.keywords}
        )
        true = slope if row.face == "slope" else value
        result = np.array(true, dtype=float)
    np.testing.assert_allclose(row.true, result, rtol=1e-15, atol=0)


def test_rows_are_of_losses_and_say_why() -> None:
    assert {row.loss for row in lb.DEVIATIONS} <= set(lb.losses())
    assert {row.face for row in lb.DEVIATIONS} == {"value", "slope"}
    assert len(set(map(str, lb.DEVIATIONS))) == len(lb.DEVIATIONS)
    assert len(COMPUTED) >= 15
