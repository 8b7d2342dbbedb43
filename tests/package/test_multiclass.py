"""Softmax, and the losses over classes, against PyTorch, their formulas and their properties."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import lossbook as lb

from .support import (
    by_torch,
    check_against_differences,
    check_against_formula,
    check_against_torch,
    close,
)

rng = np.random.default_rng(6)
K = 5
WEIGHT = np.array([0.5, 1.0, 2.0, 0.0, 3.0])
SHAPES: list[tuple[int, ...]] = [(K,), (7, K), (1, K), (4, K, 3), (2, K, 3, 2), (0, K)]


def batch(shape: tuple[int, ...]) -> tuple[Any, Any, Any]:
    logits = rng.normal(scale=3, size=shape)
    outer = shape[1:] if len(shape) == 1 else shape[:1] + shape[2:]
    index = np.asarray(rng.integers(0, K, outer))
    if index.size == 1:
        index[...] = 2  # not the class of weight 0: a test of its own is below
    soft = rng.dirichlet(np.ones(K), outer)
    return logits, index, soft if len(shape) == 1 else np.moveaxis(soft, -1, 1)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["plain", "weighted"])
@pytest.mark.parametrize("smoothing", [0.0, 0.1, 1.0])
def test_cross_entropy_is_torchs(shape: Any, weight: Any, smoothing: float) -> None:
    logits, index, soft = batch(shape)
    keywords = {"weight": weight, "label_smoothing": smoothing}
    check_against_torch(lb.cross_entropy, logits, index, **keywords)
    if logits.size:  # with no sample PyTorch's own soft mean raises a ZeroDivisionError
        check_against_torch(lb.cross_entropy, logits, soft, **keywords)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["plain", "weighted"])
def test_nll_loss_is_torchs(shape: Any, weight: Any) -> None:
    logits, index, _ = batch(shape)
    log_p = lb.log_softmax(logits, axis=min(1, logits.ndim - 1))
    check_against_torch(lb.nll_loss, log_p, index, weight=weight)


@pytest.mark.parametrize("loss", [lb.cross_entropy, lb.nll_loss], ids=lambda f: f.__name__)
@pytest.mark.parametrize("ignore", [2, -100, 255])
@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["plain", "weighted"])
def test_ignored_targets(loss: Any, ignore: int, weight: Any) -> None:
    logits, index, _ = batch((9, K))
    index[[1, 4]] = ignore
    check_against_torch(loss, logits, index, ignore_index=ignore, weight=weight)
    check_against_torch(loss, logits, np.full(9, ignore), ignore_index=ignore, weight=weight)


def test_nothing_to_average_is_nan_with_a_zero_gradient() -> None:
    value, grad = lb.cross_entropy.value_and_grad(np.zeros((2, 3)), [-100, -100])
    assert np.isnan(value)
    np.testing.assert_array_equal(grad, np.zeros((2, 3)))
    assert lb.cross_entropy(np.zeros((2, 3)), [-100, -100], reduction="sum") == 0


def test_a_mean_over_weight_zero_is_nan_with_a_zero_gradient() -> None:
    """PyTorch's gradient is nan there, though it is 0 where all targets are ignored."""
    logits = np.zeros((2, K))
    value, grad = lb.cross_entropy.value_and_grad(logits, [3, 3], weight=WEIGHT)
    theirs, slope = by_torch(lb.cross_entropy, logits, [3, 3], weight=WEIGHT)
    assert np.isnan(value) and np.isnan(theirs) and np.isnan(slope).all()
    np.testing.assert_array_equal(grad, np.zeros((2, K)))


def test_large_inputs_take_the_road_of_blocks_and_threads() -> None:
    """Many samples, many classes, and one sample larger than a block."""
    for shape in [(20_000, 10), (300, 3000), (1, 7, 200, 300)]:
        logits = rng.normal(size=shape)
        index = rng.integers(0, shape[1], shape[:1] + shape[2:])
        check_against_torch(lb.cross_entropy, logits, index)


def test_softmax_cross_entropy_is_cross_entropy_with_probabilities() -> None:
    logits, _, soft = batch((7, K))
    for reduction in ("none", "mean", "sum"):
        ours = lb.softmax_cross_entropy_with_logits.value_and_grad(logits, soft, reduction)
        theirs = lb.cross_entropy.value_and_grad(logits, soft, reduction=reduction)
        close(ours[0], theirs[0], np.float64)
        close(ours[1], theirs[1], np.float64)
    deep = rng.normal(size=(2, 3, K))
    q = rng.dirichlet(np.ones(K), (2, 3))
    assert lb.softmax_cross_entropy_with_logits(deep, q).shape == (2, 3)


@pytest.mark.parametrize("y", [0, 2])
def test_formula_and_code_agree(y: int) -> None:
    z = [0.5, -2.25, 3.0]
    check_against_formula(lb.cross_entropy, z, y)
    check_against_formula(lb.nll_loss, lb.log_softmax(z), y)
    check_against_formula(lb.softmax_cross_entropy_with_logits, z, np.array([0.25, 0.5, 0.25]))


def test_gradients_are_the_slopes_of_the_values() -> None:
    logits, index, soft = batch((4, K))
    for keywords in ({}, {"weight": WEIGHT, "label_smoothing": 0.2}, {"reduction": "sum"}):
        check_against_differences(lb.cross_entropy, logits, index, **keywords)
        check_against_differences(lb.cross_entropy, logits, soft, **keywords)
    check_against_differences(lb.nll_loss, logits, index, weight=WEIGHT)
    check_against_differences(lb.softmax_cross_entropy_with_logits, logits, soft)


logit_rows = arrays(np.float64, (3, 4), elements=st.floats(-50, 50))


@given(logit_rows, st.floats(-100, 100))
def test_only_differences_of_logits_matter(z: Any, shift: float) -> None:
    y = [0, 1, 3]
    np.testing.assert_allclose(
        lb.cross_entropy(z + shift, y), lb.cross_entropy(z, y), rtol=1e-12, atol=1e-12
    )


@given(logit_rows)
def test_the_slopes_of_a_sample_sum_to_zero(z: Any) -> None:
    grad = lb.cross_entropy.grad(z, [0, 1, 3], reduction="sum")
    np.testing.assert_allclose(grad.sum(1), 0, atol=1e-15)


@given(logit_rows)
def test_smoothing_is_a_distribution_as_target(z: Any) -> None:
    y, epsilon = np.array([0, 1, 3]), 0.2
    soft = (1 - epsilon) * np.eye(4)[y] + epsilon / 4
    np.testing.assert_allclose(
        lb.cross_entropy(z, y, label_smoothing=epsilon), lb.cross_entropy(z, soft), rtol=1e-13
    )


@given(logit_rows)
def test_two_steps_are_one(z: Any) -> None:
    y = np.array([0, 1, 3])
    np.testing.assert_allclose(
        lb.nll_loss(lb.log_softmax(z), y), lb.cross_entropy(z, y), rtol=1e-13, atol=1e-14
    )


def test_softmax_and_its_logarithm() -> None:
    z = rng.normal(scale=5, size=(6, 4, 3))
    for axis in range(3):
        t = torch.from_numpy(z)
        close(lb.softmax(z, axis), torch.softmax(t, axis).numpy(), np.float64)
        close(lb.log_softmax(z, axis), torch.log_softmax(t, axis).numpy(), np.float64)
        close(lb.logsumexp(z, axis), torch.logsumexp(t, axis).numpy(), np.float64)
    assert lb.softmax(np.ones(2, np.float32)).dtype == np.float32


def test_where_the_naive_form_fails() -> None:
    """The right class certain, and certainly missed; and infinite logits."""
    certain = np.array([[40.0, 0.0], [800.0, 0.0], [1e4, 0.0]])
    value = lb.cross_entropy(certain, [0, 0, 0], reduction="none")
    np.testing.assert_allclose(value, [np.exp(-40), 0, 0], rtol=1e-15, atol=0)
    grad = lb.cross_entropy.grad(certain, [0, 0, 0], reduction="sum")
    np.testing.assert_allclose(grad[0], [-np.exp(-40), np.exp(-40)], rtol=1e-15)
    assert lb.cross_entropy(certain, [1, 1, 1], reduction="none").tolist() == [40, 800, 1e4]
    masked = np.array([0.0, -np.inf, 0.0])
    np.testing.assert_allclose(lb.cross_entropy(masked, 0), np.log(2))
    np.testing.assert_array_equal(lb.cross_entropy.grad(masked, 0), [-0.5, 0, 0.5])
    assert lb.cross_entropy(masked, 1) == np.inf


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (([[1.0, 2.0]], [2]), ValueError, r"target must hold class indices 0 to 1 .*got 2"),
        (([[1.0, 2.0]], [-1]), ValueError, r"target .*got -1"),
        (([[1.0, 2.0]], [[1]]), ValueError, r"target must have the shape of input .*\(1,\)"),
        (([[1.0, 2.0]], [[0, 1]]), TypeError, r"target has the shape of input.*int64"),
        (([[1.0, 2.0]], [0.0]), TypeError, r"target must hold integer class indices.*float64"),
        (("ab", [0]), TypeError, r"input must hold real numbers"),
        ((1.0, 0), ValueError, r"input must have a class axis, got shape \(\)"),
        ((np.zeros((2, 0)), [0, 0]), ValueError, r"input must have at least one class"),
        (([[1.0, 2.0]], [0], [1.0]), ValueError, r"weight .*\(2,\), got \(1,\)"),
    ],
)
def test_bad_input_is_named(arguments: Any, error: Any, words: str) -> None:
    with pytest.raises(error, match=words):
        lb.cross_entropy(*arguments)


def test_bad_keywords_are_named() -> None:
    z = [[1.0, 2.0]]
    with pytest.raises(ValueError, match=r"reduction must be one of .*got 'average'"):
        lb.cross_entropy(z, [0], reduction="average")
    with pytest.raises(ValueError, match=r"label_smoothing must lie in \[0, 1\], got 1.5"):
        lb.cross_entropy(z, [0], label_smoothing=1.5)
    with pytest.raises(ValueError, match=r"ignore_index must be negative"):
        lb.cross_entropy(z, [[0.5, 0.5]], ignore_index=0)
    with pytest.raises(TypeError, match="unexpected keyword argument 'smoothing'"):
        lb.cross_entropy(z, [0], smoothing=0.1)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="missing a required argument: 'target'"):
        lb.cross_entropy(z)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="multiple values"):
        lb.cross_entropy(z, [0], target=[0])  # type: ignore[misc]


DIVERGENCE_REDUCTIONS = ("none", "mean", "sum", "batchmean")


@pytest.mark.parametrize("shape", [(), (K,), (7, K), (2, K, 3), (0, K), (20_000, K)])
@pytest.mark.parametrize("log_target", [False, True])
@pytest.mark.parametrize("reduction", DIVERGENCE_REDUCTIONS)
@pytest.mark.filterwarnings("ignore:reduction. 'mean' divides:UserWarning")
def test_kl_div_is_torchs(shape: Any, log_target: bool, reduction: str) -> None:
    log_p, t = rng.normal(size=shape) - 3, rng.random(shape)
    target = np.log(t) if log_target else np.where(t < 0.2, 0, t)
    for dtype in (np.float32, np.float64):
        x, y = np.asarray(log_p, dtype), np.asarray(target, dtype)
        keywords: dict[str, Any] = {"log_target": log_target, "reduction": reduction}
        value, grad = lb.kl_div.value_and_grad(x, y, **keywords)
        theirs, slope = by_torch(lb.kl_div, x, y, **keywords)
        assert value.dtype == grad.dtype == dtype
        close(value, theirs, dtype)
        close(grad, slope, dtype)
        np.testing.assert_array_equal(lb.kl_div(x, y, **keywords), value)
        np.testing.assert_array_equal(lb.kl_div.grad(x, y, **keywords), grad)


def test_kl_div_formula_and_slope() -> None:
    for point in ((-0.5, 0.25), (-3.0, 0.75), (-0.125, 1.0)):
        check_against_formula(lb.kl_div, *point)
    log_p, t = lb.log_softmax(rng.normal(size=(3, K))), rng.dirichlet(np.ones(K), 3)
    for reduction in DIVERGENCE_REDUCTIONS:
        check_against_differences(lb.kl_div, log_p, t, reduction=reduction)
        check_against_differences(lb.kl_div, log_p, np.log(t), log_target=True, reduction=reduction)


@given(logit_rows, logit_rows)
def test_cross_entropy_less_entropy_is_the_divergence(z: Any, other: Any) -> None:
    t = lb.softmax(other)
    entropy = -(t * lb.log_softmax(other)).sum(1)
    excess = lb.softmax_cross_entropy_with_logits(z, t) - entropy
    log_p = lb.log_softmax(z)
    for target, log_target in ((t, False), (lb.log_softmax(other), True)):
        parts = lb.kl_div(log_p, target, reduction="none", log_target=log_target)
        np.testing.assert_allclose(parts.sum(1), excess, rtol=1e-12, atol=1e-12)
        assert np.all(parts.sum(1) >= -1e-12)
    together = lb.kl_div(log_p, t, reduction="batchmean")
    np.testing.assert_allclose(together, excess.mean(), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(together, 4 * lb.kl_div(log_p, t), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(lb.kl_div(log_p, lb.softmax(z)), 0, atol=1e-14)


@pytest.mark.parametrize("log_target", [False, True])
def test_nothing_diverges_where_the_target_is_0(log_target: bool) -> None:
    """PyTorch has nan where target and prediction are 0, and for any target of log 0."""
    x = np.array([-np.inf, -1.0, -np.inf, -np.inf])
    t = np.array([0.0, 0.0, 0.5, 1.0])
    with np.errstate(divide="ignore"):
        target = np.log(t) if log_target else t
    keywords: dict[str, Any] = {"log_target": log_target, "reduction": "none"}
    value, grad = lb.kl_div.value_and_grad(x, target, **keywords)
    assert value.tolist() == [0, 0, np.inf, np.inf]
    assert grad.tolist() == [0, 0, -0.5, -1]
    theirs, _ = by_torch(lb.kl_div, x, target, **keywords)
    assert np.isnan(theirs).tolist() == [True, log_target, False, False]


def test_what_kl_div_refuses() -> None:
    with pytest.raises(ValueError, match=r"target must lie in \[0, inf\], got -0.5"):
        lb.kl_div([-1.0, -1.0], [-0.5, 1.5])
    with pytest.raises(ValueError, match=r"target must lie in \[0, inf\], got nan"):
        lb.kl_div([-1.0], [np.nan])
    with pytest.raises(ValueError, match=r"target must have the shape of input, \(2, 1\)"):
        lb.kl_div([[-1.0], [-1.0]], [0.5, 0.5])
    with pytest.raises(ValueError, match=r"reduction must be one of .*'batchmean'\), got 'none '"):
        lb.kl_div([-1.0], [1.0], reduction="none ")
    with pytest.raises(TypeError, match=r"log_target must be True or False, got 'mean'"):
        lb.kl_div([-1.0], [1.0], "mean", "mean")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"reduction must be one of \('none', 'mean', 'sum'\)"):
        lb.cross_entropy([[1.0, 2.0]], [0], reduction="batchmean")
    assert np.isnan(lb.kl_div([-1.0], [np.nan], log_target=True))


def test_certain_distributions_keep_their_digits() -> None:
    """One-hot targets give what their index gives, also where p is 1 but for 1e-18."""
    z = np.array([[40.0, 0.0, -3.0], [0.0, 800.0, 1.0], [-700.1, 12.3, 0.1], [1.0, 1.0, 1.0]])
    for y in range(3):
        index = np.full(4, y)
        by_index = lb.cross_entropy.value_and_grad(z, index, reduction="none")
        one_hot = lb.cross_entropy.value_and_grad(z, np.eye(3)[index], reduction="none")
        np.testing.assert_allclose(one_hot[0], by_index[0], rtol=1e-15, atol=0)
        np.testing.assert_allclose(one_hot[1], by_index[1], rtol=1e-15, atol=0)
    half = lb.softmax_cross_entropy_with_logits.grad([[0.0, 0.0, -np.inf]], [[0.5, 0.5, 0.0]])
    assert half.tolist() == [[0, 0, 0]]


def test_a_rounded_difference_of_logits_is_made_good() -> None:
    """0.1 − 700.3 is rounded by half a unit of its own, a hundred units of its exponential."""
    z = np.array([700.3, 0.1, 13.7])
    with mpmath.workdps(40):
        true = [float(mpmath.exp(mpmath.mpf(x) - mpmath.mpf(z[0]))) for x in z[1:]]
    grad = lb.cross_entropy.grad(z, 0)
    np.testing.assert_allclose(grad[1:], true, rtol=4e-16)
    naive = np.exp(z[1:] - z[0])
    assert np.abs(naive / true - 1).max() > 1e-14
    np.testing.assert_allclose(lb.cross_entropy.grad(z, np.eye(3)[0])[1:], true, rtol=4e-16)
