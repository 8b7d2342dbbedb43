"""Losses of a yes or a no, against PyTorch, their formulas and their properties."""

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
    close,
)

rng = np.random.default_rng(12)
SHAPES: list[tuple[int, ...]] = [(), (1,), (7,), (3, 4), (2, 3, 4), (0,), (0, 4), (40_000,)]
shapes = pytest.mark.parametrize("shape", SHAPES)


def probabilities(shape: Any) -> Any:
    return np.asarray(rng.uniform(0.01, 0.99, shape))


def logits(shape: Any) -> Any:
    return np.asarray(rng.normal(scale=4, size=shape))


def answers(shape: Any) -> Any:
    return np.asarray(rng.integers(0, 2, shape), float)


def signs(shape: Any) -> Any:
    return 2 * answers(shape) - 1


@shapes
def test_binary_cross_entropy_is_torchs(shape: Any) -> None:
    p = probabilities(shape)
    for y in (answers(shape), probabilities(shape), p):
        check_against_torch(lb.binary_cross_entropy, p, y)
        check_against_torch(lb.binary_cross_entropy, p, y, weight=probabilities(shape))
    check_against_torch(lb.binary_cross_entropy, p, p, weight=np.zeros(shape))


@shapes
def test_binary_cross_entropy_with_logits_is_torchs(shape: Any) -> None:
    x, loss = logits(shape), lb.binary_cross_entropy_with_logits
    for y in (answers(shape), probabilities(shape)):
        check_against_torch(loss, x, y)
        check_against_torch(loss, x, y, weight=probabilities(shape))
        check_against_torch(loss, x, y, pos_weight=np.asarray(3 * probabilities(shape)))
        check_against_torch(loss, x, y, weight=np.zeros(shape), pos_weight=np.array(2.5))


def test_weights_are_broadcast_as_pytorch_does() -> None:
    x, p, y, w = logits((5, 3)), probabilities((5, 3)), answers((5, 3)), np.array([0.5, 0.0, 2])
    check_against_torch(lb.binary_cross_entropy, p, y, weight=w)
    check_against_torch(lb.binary_cross_entropy_with_logits, x, y, weight=w, pos_weight=w[::-1])
    check_against_torch(lb.binary_cross_entropy_with_logits, x, y, weight=np.ones((5, 1)) / 3)


@shapes
def test_soft_margin_loss_is_torchs(shape: Any) -> None:
    check_against_torch(lb.soft_margin_loss, logits(shape), signs(shape))


@pytest.mark.parametrize("shape", [(4,), (7, 4), (1, 4), (2, 3, 4), (0, 4), (20_000, 4)])
@pytest.mark.parametrize("weight", [None, np.array([0.5, 0, 2, 1])], ids=["plain", "weighted"])
def test_multilabel_soft_margin_loss_is_torchs(shape: Any, weight: Any) -> None:
    for y in (answers(shape), probabilities(shape)):
        check_against_torch(lb.multilabel_soft_margin_loss, logits(shape), y, weight=weight)
    zeros = np.zeros(4)
    check_against_torch(lb.multilabel_soft_margin_loss, logits(shape), answers(shape), weight=zeros)


def test_formula_and_code_agree() -> None:
    for p, y in ((0.25, 1.0), (0.75, 0.0), (0.125, 0.625)):
        check_against_formula(lb.binary_cross_entropy, p, y)
        check_against_formula(lb.brier_loss, p, y)
    for x, y in ((0.5, 1.0), (-2.25, 0.0), (3.0, 0.625), (-40.0, 0.0)):
        check_against_formula(lb.binary_cross_entropy_with_logits, x, y)
        check_against_formula(lb.binary_cross_entropy_with_logits, x, y, pos_weight=2.5)
        check_against_formula(lb.soft_margin_loss, x, 1)
        check_against_formula(lb.soft_margin_loss, x, -1)
    z, t = [0.5, -2.25, 3.0], np.array([1.0, 0.0, 0.25])
    check_against_formula(lb.multilabel_soft_margin_loss, z, t)


def test_gradients_are_the_slopes_of_the_values() -> None:
    p, x, y, w = (f((3, 4)) for f in (probabilities, logits, answers, probabilities))
    for loss in (lb.binary_cross_entropy, lb.binary_cross_entropy_with_logits):
        at = 0.1 + 0.8 * p if loss is lb.binary_cross_entropy else x
        check_against_differences(loss, at, y)
        check_against_differences(loss, at, w, weight=w, reduction="sum")
    check_against_differences(lb.binary_cross_entropy_with_logits, x, y, pos_weight=3 * w)
    check_against_differences(lb.soft_margin_loss, x, 2 * y - 1)
    check_against_differences(lb.multilabel_soft_margin_loss, x, w, weight=[1, 2, 0, 3])
    check_against_differences(lb.brier_loss, p, y)


def test_each_logarithm_is_at_least_minus_100() -> None:
    """Value and slope are PyTorch's at certain predictions, right and wrong."""
    p, y = np.array([0, 0, 1, 1, 0, 1, 1e-20, 0]), np.array([1, 0, 1, 0, 0.5, 0.5, 1, 1e-3])
    value, grad = lb.binary_cross_entropy.value_and_grad(p, y, reduction="none")
    theirs, slope = by_torch(lb.binary_cross_entropy, p, y, reduction="none")
    close(value, theirs, np.float64)
    assert value[:4].tolist() == [100, 0, 0, 100]
    certain = [1, 2]  # and right: see below
    np.testing.assert_allclose(np.delete(grad, certain), np.delete(slope, certain), rtol=1e-8)
    assert grad[0] == -1e12 and grad[3] == 1e12


def test_slope_of_certain_and_right_predictions() -> None:
    """PyTorch divides by at least 1e-12, so there it has 0 or a small part of the slope."""
    p, y = np.array([0, 1e-20, 1e-13, 1]), np.array([0.0, 0, 0, 1])
    np.testing.assert_allclose(
        lb.binary_cross_entropy.grad(p, y, reduction="sum"), [1, 1, 1, -1], rtol=1e-12
    )
    _, slope = by_torch(lb.binary_cross_entropy, p, y, reduction="none")
    np.testing.assert_allclose(slope, [0, 1e-8, 0.1, 0])
    assert lb.binary_cross_entropy.grad(0.3, 0.3) == 0


def test_tails_where_pytorch_fails() -> None:
    """At −50 PyTorch's logistic loss is 0, at ±∞ nan; its soft margin overflows at −1000."""
    x, y = np.array([-50, 50, np.inf, -np.inf, np.inf, 800]), np.array([0.0, 1, 1, 0, 0, 1])
    value, grad = lb.binary_cross_entropy_with_logits.value_and_grad(x, y, reduction="none")
    small = np.exp(-50)
    np.testing.assert_allclose(value, [small, small, 0, 0, np.inf, 0], rtol=1e-15)
    np.testing.assert_allclose(grad, [small, -small, 0, 0, 1, 0], rtol=1e-15)
    theirs, slope = by_torch(lb.binary_cross_entropy_with_logits, x, y, reduction="none")
    assert theirs[0] == 0 and slope[1] == 0 and np.isnan(theirs[2:4]).all()

    x, s = np.array([-1000, 800, np.inf, -np.inf]), np.array([1.0, -1, 1, 1])
    value, grad = lb.soft_margin_loss.value_and_grad(x, s, reduction="none")
    assert value.tolist() == [1000, 800, 0, np.inf] and grad.tolist() == [-1, 1, 0, -1]
    theirs, slope = by_torch(lb.soft_margin_loss, x, s, reduction="none")
    assert np.isinf(theirs[:2]).all() and np.isnan(slope[:2]).all()


def test_soft_slopes_keep_their_digits_near_0() -> None:
    """Where sigmoid(x) − ½ would be 0; elsewhere 2 ulp of the larger of the two terms."""
    x = np.array([1e-300, -1e-20, 1e-5])
    grad = lb.binary_cross_entropy_with_logits.grad(x, np.full(3, 0.5), reduction="sum")
    np.testing.assert_allclose(grad, np.tanh(x / 2) / 2, rtol=1e-15)
    y = rng.uniform(0.001, 0.999, 2000)
    x = np.log(y / (1 - y))
    grad = lb.binary_cross_entropy_with_logits.grad(x, y, reduction="sum")
    true = (y - 1) * np.expm1(
        np.log(y / (1 - y)).astype(np.longdouble) - x
    )  # 0 but for log's error
    assert np.all(
        np.abs(grad - true) <= 2 * np.spacing(np.maximum(y, 1 - y)) * np.maximum(1, np.abs(x))
    )


def test_infinite_and_undefined_input() -> None:
    for loss in (lb.binary_cross_entropy_with_logits, lb.multilabel_soft_margin_loss):
        value, grad = loss.value_and_grad(np.array([np.nan, 1.0]), [1.0, 0.0], reduction="sum")
        assert np.isnan(value) and np.isnan(grad[0]) and np.isfinite(grad[1])
    assert np.isnan(lb.soft_margin_loss(np.nan, 1))
    value = lb.multilabel_soft_margin_loss([[np.inf, -np.inf]], [[1, 0]])
    assert value == 0


scores = arrays(np.float64, 6, elements=st.floats(-1e4, 1e4))
soft = arrays(np.float64, 6, elements=st.floats(0, 1))
hard = arrays(np.float64, 6, elements=st.sampled_from([0.0, 1.0]))


@given(scores, hard)
def test_soft_margin_is_binary_cross_entropy_with_logits(x: Any, y: Any) -> None:
    ours = lb.soft_margin_loss.value_and_grad(x, 2 * y - 1, reduction="none")
    same = lb.binary_cross_entropy_with_logits.value_and_grad(x, y, reduction="none")
    np.testing.assert_allclose(ours[0], same[0], rtol=1e-14)
    np.testing.assert_allclose(ours[1], same[1], rtol=1e-14)


@given(scores, soft)
def test_two_classes_are_a_binary_question(x: Any, y: Any) -> None:
    z, t = np.stack([x, 0 * x], 1), np.stack([y, 1 - y], 1)
    value, grad = lb.softmax_cross_entropy_with_logits.value_and_grad(z, t)
    ours, slope = lb.binary_cross_entropy_with_logits.value_and_grad(x, y, reduction="none")
    np.testing.assert_allclose(ours, value, rtol=1e-13, atol=1e-300)
    np.testing.assert_allclose(slope, grad[:, 0], rtol=1e-9, atol=1e-15)


@given(scores, soft)
def test_yes_and_no_change_places(x: Any, y: Any) -> None:
    y = np.round(y, 3)
    yes = lb.binary_cross_entropy_with_logits.value_and_grad(x, y, reduction="none")
    no = lb.binary_cross_entropy_with_logits.value_and_grad(-x, 1 - y, reduction="none")
    np.testing.assert_allclose(yes[0], no[0], rtol=1e-12)
    np.testing.assert_allclose(yes[1], -no[1], atol=1e-15)
    assert np.all(yes[0] >= 0)


def test_from_a_logit_and_from_its_probability() -> None:
    x, y = logits(50), answers(50)
    p = 1 / (1 + np.exp(-x))
    np.testing.assert_allclose(
        lb.binary_cross_entropy(p, y), lb.binary_cross_entropy_with_logits(x, y), rtol=1e-12
    )


def test_multilabel_is_the_mean_of_its_questions() -> None:
    x, y, w = logits((5, 3)), answers((5, 3)), np.array([1, 2, 0.5])
    each = lb.binary_cross_entropy_with_logits(x, y, weight=w, reduction="none")
    ours = lb.multilabel_soft_margin_loss(x, y, weight=w, reduction="none")
    np.testing.assert_allclose(ours, each.mean(1), rtol=1e-14)
    by_integers = lb.multilabel_soft_margin_loss(x, y.astype(int), weight=w, reduction="none")
    np.testing.assert_array_equal(ours, by_integers)


@pytest.mark.parametrize("loss", [lb.brier_loss, lb.binary_cross_entropy])
def test_the_probability_of_yes_is_estimated(loss: Any) -> None:
    happened = np.array([1.0, 0, 0, 1, 0, 0, 0, 1, 0, 0])
    forecasts = np.linspace(0, 1, 101)
    scores = [loss(np.full(10, p), happened) for p in forecasts]
    assert forecasts[np.argmin(scores)] == pytest.approx(0.3)
    assert abs(loss.grad(np.full(10, 0.3), happened).sum()) < 1e-15


def test_brier_is_a_squared_error_and_1950s_score_its_sum() -> None:
    p, y = probabilities((5, 2)), answers((5, 2))
    for dtype in (np.float32, np.float64):
        for reduction in ("none", "mean", "sum"):
            ours = lb.brier_loss.value_and_grad(p.astype(dtype), y, reduction)
            mse = lb.mse_loss.value_and_grad(p.astype(dtype), y, reduction)
            np.testing.assert_array_equal(ours[0], mse[0])
            np.testing.assert_array_equal(ours[1], mse[1])
            assert ours[0].dtype == ours[1].dtype == dtype
    both = lb.brier_loss([0.3, 0.7], [0, 1], reduction="none").sum(-1)
    assert both == pytest.approx(2 * lb.brier_loss(0.7, 1), rel=1e-14)
    assert np.isnan(lb.brier_loss(np.zeros(0), np.zeros(0)))


PROBABILISTIC = [lb.binary_cross_entropy, lb.brier_loss]
ALL = [
    *PROBABILISTIC,
    lb.binary_cross_entropy_with_logits,
    lb.soft_margin_loss,
    lb.multilabel_soft_margin_loss,
]
named = pytest.mark.parametrize("loss", ALL, ids=lambda f: f.__name__)


@named
def test_nothing_is_broadcast(loss: Any) -> None:
    with pytest.raises(
        ValueError, match=r"target must have the shape of input, \(3, 1\), got \(3,\)"
    ):
        loss(np.zeros((3, 1)), np.ones(3))


@named
def test_targets_out_of_range_are_refused(loss: Any) -> None:
    for wrong in (2.0, 0.5 if loss is lb.soft_margin_loss else -1.0, np.nan):
        words = r"labels -1 and 1" if loss is lb.soft_margin_loss else r"lie in \[0, 1\]"
        with pytest.raises(ValueError, match=rf"target must .*{words}, got {wrong:g}"):
            loss([0.5, 0.5], [1.0, wrong])


def test_labels_0_and_1_are_no_signs() -> None:
    with pytest.raises(ValueError, match=r"-1 and 1, got 0; labels 0 and 1 .* by 2 \* target - 1"):
        lb.soft_margin_loss([0.5, 0.5], [0, 1])


@pytest.mark.parametrize("loss", PROBABILISTIC, ids=lambda f: f.__name__)
def test_logits_are_no_probabilities(loss: Any) -> None:
    for wrong in (1.5, -0.1, np.nan):
        with pytest.raises(ValueError, match=rf"input must lie in \[0, 1\], got {wrong:g}"):
            loss([0.5, wrong], [1.0, 0.0])


def test_other_bad_input_is_named() -> None:
    x, y = np.zeros((2, 3)), np.ones((2, 3))
    logistic = lb.binary_cross_entropy_with_logits
    with pytest.raises(ValueError, match=r"pos_weight of shape \(2,\) does not broadcast"):
        logistic(x, y, pos_weight=[1.0, 2.0])
    with pytest.raises(ValueError, match=r"weight of shape \(4, 2, 3\) does not broadcast"):
        logistic(x, y, weight=np.ones((4, 2, 3)))
    with pytest.raises(TypeError, match=r"pos_weight must hold real numbers"):
        logistic(x, y, pos_weight=["a", "b", "c"])
    with pytest.raises(ValueError, match=r"weight must have .*each class, \(3,\), got \(2,\)"):
        lb.multilabel_soft_margin_loss(x, y, weight=[1.0, 2.0])
    with pytest.raises(ValueError, match=r"input must have a class axis"):
        lb.multilabel_soft_margin_loss(0.0, 1.0)
    with pytest.raises(ValueError, match=r"reduction must be one of .*got 'batchmean'"):
        logistic(x, y, reduction="batchmean")


def test_sigmoid_at_the_ends() -> None:
    np.testing.assert_array_equal(lb.sigmoid([-np.inf, -1e4, 0, 1e4, np.inf]), [0, 0, 0.5, 1, 1])
    assert lb.sigmoid(-700.0) > 0 and np.isnan(lb.sigmoid(np.nan))
    assert lb.sigmoid(np.array([1, 2], np.float32)).dtype == np.float32
    assert lb.sigmoid([[0, 1]]).shape == (1, 2)
    with pytest.raises(TypeError, match="x must hold real numbers, got dtype complex128"):
        lb.sigmoid([1j])
