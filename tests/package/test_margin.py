"""Losses with a margin, against PyTorch, their formulas and their properties."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import lossbook as lb

from .support import (
    by_torch,
    check_against_differences,
    check_against_formula,
    check_against_torch,
)

rng = np.random.default_rng(13)
K = 4
WEIGHT = np.array([0.5, 1.0, 0.0, 3.0])
BINARY: list[Any] = [
    lb.zero_one_loss,
    lb.hinge_loss,
    lb.squared_hinge_loss,
    lb.hinge_embedding_loss,
]
MULTICLASS: list[Any] = [lb.multi_margin_loss, lb.multiclass_hinge_loss]
binary = pytest.mark.parametrize("loss", BINARY, ids=lambda f: f.__name__)
multiclass = pytest.mark.parametrize("loss", MULTICLASS, ids=lambda f: f.__name__)


def labels(shape: Any) -> Any:
    return np.asarray(2.0 * rng.integers(0, 2, shape) - 1)


@pytest.mark.parametrize("shape", [(), (1,), (7,), (3, 4), (0,), (40_000,)])
@pytest.mark.parametrize("margin", [1.0, 0.25, -0.5])
def test_hinge_embedding_loss_is_torchs(shape: Any, margin: float) -> None:
    x = np.asarray(rng.normal(size=shape))
    check_against_torch(lb.hinge_embedding_loss, x, labels(shape), margin=margin)


@pytest.mark.parametrize("shape", [(K,), (7, K), (1, K), (20_000, K)])
@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("margin", [1.0, 0.25, -0.5])
def test_multi_margin_loss_is_torchs(shape: Any, p: int, margin: float) -> None:
    z, y = rng.normal(size=shape), rng.integers(0, K, shape[:-1])
    for weight in (None, WEIGHT, np.zeros(K)):
        check_against_torch(lb.multi_margin_loss, z, y, p=p, margin=margin, weight=weight)


def test_multi_margin_loss_has_pytorchs_order_of_arguments() -> None:
    z, y = rng.normal(size=(5, K)), rng.integers(0, K, 5)
    named = lb.multi_margin_loss(z, y, p=2, margin=0.5, weight=WEIGHT, reduction="sum")
    assert lb.multi_margin_loss(z, y, 2, 0.5, WEIGHT, "sum") == named


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
def test_binary_hinges_are_written_in_torch(dtype: Any, reduction: str) -> None:
    """PyTorch has no function for these two; autograd of the formula is the judge."""
    import torch

    x, y = rng.normal(size=(3, 4)).astype(dtype), labels((3, 4))
    for loss, power in ((lb.hinge_loss, 1), (lb.squared_hinge_loss, 2)):
        leaf = torch.from_numpy(x).requires_grad_()
        each = torch.relu(1 - torch.from_numpy(y.astype(dtype)) * leaf) ** power
        theirs = each if reduction == "none" else getattr(each, reduction)()
        theirs.sum().backward()
        value, grad = loss.value_and_grad(x, y, reduction)
        assert leaf.grad is not None and value.dtype == grad.dtype == dtype
        np.testing.assert_allclose(value, theirs.detach().numpy(), rtol=1e-6)
        np.testing.assert_allclose(grad, leaf.grad.numpy(), rtol=1e-6)


@multiclass
@pytest.mark.parametrize("shape", [(2, K, 3), (2, K, 3, 2), (1, K, 300, 200)])
def test_positions_are_samples(loss: Any, shape: Any) -> None:
    z, y = rng.normal(size=shape), rng.integers(0, K, shape[:1] + shape[2:])
    flat = np.moveaxis(z, 1, -1).reshape(-1, K)
    for reduction in ("mean", "sum", "none"):
        value, grad = loss.value_and_grad(z, y, reduction=reduction)
        same, slope = loss.value_and_grad(flat, y.ravel(), reduction=reduction)
        np.testing.assert_allclose(np.ravel(value), np.ravel(same), rtol=1e-13)
        np.testing.assert_allclose(np.moveaxis(grad, 1, -1).reshape(-1, K), slope, rtol=1e-13)


def test_formula_and_code_agree() -> None:
    for x in (0.5, -2.25, 3.0):
        for y in (-1, 1):
            for loss in (lb.zero_one_loss, lb.hinge_loss, lb.squared_hinge_loss):
                check_against_formula(loss, x, y)
            check_against_formula(lb.hinge_embedding_loss, x, y)
            check_against_formula(lb.hinge_embedding_loss, x, y, margin=0.75)
    for y in (0, 1, 2):
        z = [0.5, 0.125, 2.0]
        check_against_formula(lb.multi_margin_loss, z, y)
        check_against_formula(lb.multi_margin_loss, z, y, p=2, margin=0.75)
        check_against_formula(lb.multiclass_hinge_loss, z, y)


def test_gradients_are_the_slopes_of_the_values() -> None:
    x, y = rng.normal(size=(3, 4)), labels((3, 4))
    for loss in BINARY:
        check_against_differences(loss, x, y)
        check_against_differences(loss, x, y, reduction="sum")
    z, index = rng.normal(size=(5, K)), rng.integers(0, K, 5)
    check_against_differences(lb.multiclass_hinge_loss, z, index)
    for p in (1, 2):
        check_against_differences(lb.multi_margin_loss, z, index, p=p, weight=WEIGHT)


def test_slopes_at_kinks() -> None:
    for margin in (1.0, 0.25):
        x, y = np.array([margin, margin]), np.array([-1.0, 1.0])
        grad = lb.hinge_embedding_loss.grad(x, y, margin=margin, reduction="sum")
        _, slope = by_torch(lb.hinge_embedding_loss, x, y, margin=margin, reduction="sum")
        assert grad.tolist() == slope.tolist() == [-1, 1]
    z = np.array([1.0, 0.0, 0.5])
    grad = lb.multi_margin_loss.grad(z, 0)
    _, slope = by_torch(lb.multi_margin_loss, z, 0)
    np.testing.assert_allclose(grad, slope, rtol=1e-15)
    assert grad[1] == 0 and grad[2] == pytest.approx(1 / 3)
    assert lb.hinge_loss.grad([1.0, -1.0], [1, -1]).tolist() == [0, 0]
    assert lb.squared_hinge_loss.grad([1.0, -1.0], [1, -1]).tolist() == [0, 0]
    assert lb.multiclass_hinge_loss.grad([1.0, 0.0], 0).tolist() == [0, 0]
    assert lb.zero_one_loss(0.0, 1) == 1 and lb.zero_one_loss.grad(0.0, 1) == 0


def test_of_equal_rivals_the_first_has_the_slope() -> None:
    assert lb.multiclass_hinge_loss.grad([0.0, 0.5, 0.5], 0).tolist() == [-1, 1, 0]
    assert lb.multiclass_hinge_loss.grad([0.5, 0.5, 0.0], 2).tolist() == [1, 0, -1]


def keras_categorical_hinge(z: Any, y: int) -> float:
    """Keras multiplies by the one-hot target, so its rivals' scores are never below 0."""
    right = np.eye(len(z))[y]
    return max(0.0, float(1 - (right * z).sum() + ((1 - right) * z).max()))


@pytest.mark.parametrize(("z", "values"), [([2, 1.5], (0.5, 0.25, 0.5)), ([0.5, -3], (0, 0, 0.5))])
def test_the_three_multiclass_hinges_differ(z: Any, values: Any) -> None:
    ours = (lb.multiclass_hinge_loss(z, 0), lb.multi_margin_loss(z, 0))
    assert (*ours, keras_categorical_hinge(np.array(z), 0)) == values


scores = arrays(np.float64, 6, elements=st.floats(-1e3, 1e3))
signs = arrays(np.float64, 6, elements=st.sampled_from([-1.0, 1.0]))


@given(scores, signs)
def test_two_classes_are_a_binary_question(x: Any, s: Any) -> None:
    z, y = np.stack([0 * x, x], 1), (s > 0).astype(int)
    value, grad = lb.hinge_loss.value_and_grad(x, s, reduction="none")
    same, slope = lb.multiclass_hinge_loss.value_and_grad(z, y, reduction="none")
    np.testing.assert_array_equal(value, same)
    np.testing.assert_array_equal(grad, slope[:, 1])
    np.testing.assert_array_equal(value, 2 * lb.multi_margin_loss(z, y, reduction="none"))
    squared = lb.squared_hinge_loss(x, s, reduction="none")
    np.testing.assert_array_equal(squared, value**2)
    np.testing.assert_array_equal(squared, 2 * lb.multi_margin_loss(z, y, p=2, reduction="none"))


@given(scores, signs)
def test_hinges_lie_above_the_count_of_mistakes(x: Any, s: Any) -> None:
    mistakes = lb.zero_one_loss(x, s, reduction="none")
    assert set(mistakes) <= {0.0, 1.0}
    for loss in (lb.hinge_loss, lb.squared_hinge_loss):
        assert np.all(loss(x, s, reduction="none") >= mistakes)
    assert not lb.zero_one_loss.grad(x, s).any()
    assert lb.zero_one_loss(x, s) == np.mean(np.sign(x) != s)


@given(arrays(np.float64, (3, 4), elements=st.floats(-1e3, 1e3)))
def test_slopes_over_the_classes_sum_to_zero(z: Any) -> None:
    for loss in MULTICLASS:
        np.testing.assert_allclose(loss.grad(z, [0, 1, 3]).sum(1), 0, atol=1e-15)


def test_a_margin_is_met_to_the_last_digit() -> None:
    """1 − 1e-17 rounds to 1: the lack of 1e-17 is not lost with it, as in PyTorch."""
    missed = np.array([-1e-17, -1.0])
    assert lb.multiclass_hinge_loss(missed, 0) == 1e-17
    assert (
        lb.multi_margin_loss(missed, 0) == 5e-18 and lb.multi_margin_loss.grad(missed, 0)[1] == 0.5
    )
    assert by_torch(lb.multi_margin_loss, missed, 0)[0] == 0
    z = np.array([1.0, 1e-17])
    assert lb.multiclass_hinge_loss(z, 0) == 1e-17
    assert lb.multi_margin_loss(z, 0, p=2, reduction="sum") == pytest.approx(5e-35, rel=1e-15)
    assert lb.multiclass_hinge_loss.grad(z, 0).tolist() == [-1, 1]


def test_infinite_and_undefined_scores() -> None:
    x = np.array([np.inf, -np.inf, np.nan])
    for loss, values in (
        (lb.zero_one_loss, [0, 1, np.nan]),
        (lb.hinge_loss, [0, np.inf, np.nan]),
        (lb.squared_hinge_loss, [0, np.inf, np.nan]),
        (lb.hinge_embedding_loss, [np.inf, -np.inf, np.nan]),
    ):
        np.testing.assert_array_equal(loss(x, np.ones(3), reduction="none"), values)
    masked = np.array([0.5, -np.inf, 0.0])
    for ours in MULTICLASS:
        value, grad = ours.value_and_grad(masked, 0)
        assert value == pytest.approx(0.5 if ours is lb.multiclass_hinge_loss else 0.5 / 3)
        assert grad[1] == 0 and grad[2] == -grad[0] > 0
        assert ours([-np.inf, 0.0], 0) == np.inf
        assert np.isnan(ours([np.nan, 0.0], 0))


def test_one_class_has_no_rival() -> None:
    for loss in MULTICLASS:
        value, grad = loss.value_and_grad(np.array([[3.0], [-3.0]]), [0, 0], reduction="none")
        assert value.tolist() == [0, 0] and grad.tolist() == [[0], [0]]


@binary
def test_nothing_to_average(loss: Any) -> None:
    value, grad = loss.value_and_grad(np.zeros((0, 3)), np.zeros((0, 3)))
    assert np.isnan(value) and grad.shape == (0, 3)
    assert loss(np.zeros(0), np.zeros(0), reduction="sum") == 0


@multiclass
def test_no_sample(loss: Any) -> None:
    """PyTorch's mean of `multi_margin_loss` is then whatever its memory held."""
    empty = np.zeros((0, 3)), np.zeros(0, int)
    value, grad = loss.value_and_grad(*empty)
    assert np.isnan(value) and grad.shape == (0, 3)
    assert loss(*empty, reduction="sum") == 0
    assert loss(*empty, reduction="none").shape == (0,)


@binary
def test_labels_are_signs(loss: Any) -> None:
    for wrong in (0, 2, np.nan):
        with pytest.raises(ValueError, match=rf"target must hold labels -1 and 1, got {wrong:g}"):
            loss([0.5, 0.5], [1.0, wrong])
    with pytest.raises(ValueError, match=r"labels 0 and 1 become these by 2 \* target - 1"):
        loss([0.5, 0.5], [0, 1])
    with pytest.raises(ValueError, match=r"target must have the shape of input, \(3, 1\)"):
        loss(np.zeros((3, 1)), np.ones(3))


@multiclass
def test_bad_targets_are_named(loss: Any) -> None:
    z = [[1.0, 2.0]]
    with pytest.raises(ValueError, match=r"target must hold class indices 0 to 1, got 2"):
        loss(z, [2])
    with pytest.raises(TypeError, match=r"target must hold integer class indices"):
        loss(z, [[1.0, 0.0]])
    with pytest.raises(ValueError, match=r"target must have the shape of input .*\(1,\)"):
        loss(z, [[0, 1]])


def test_bad_keywords_are_named() -> None:
    z = [[1.0, 2.0]]
    for wrong in (0, 3, 1.5, "1"):
        with pytest.raises(ValueError, match=rf"p must be 1 or 2, got {wrong!r}"):
            lb.multi_margin_loss(z, [0], p=wrong)  # type: ignore[arg-type]
    both: list[Any] = [(lb.multi_margin_loss, [0]), (lb.hinge_embedding_loss, [[1, -1]])]
    for loss, target in both:
        with pytest.raises(ValueError, match=r"margin must lie in \[-inf, inf\], got nan"):
            loss(z, target, margin=np.nan)
        with pytest.raises(TypeError, match=r"margin must be a number, got '1'"):
            loss(z, target, margin="1")
    with pytest.raises(ValueError, match=r"weight must have .*each class, \(2,\), got \(3,\)"):
        lb.multi_margin_loss(z, [0], weight=[1.0, 2.0, 3.0])
