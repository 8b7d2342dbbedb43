"""Focal losses and balanced weights, against published formulas and their properties."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import lossbook as lb

from .support import check_against_differences, check_against_formula, close, tensor

rng = np.random.default_rng(14)
K = 4
WEIGHT = np.array([0.5, 1.0, 0.0, 3.0])
ALPHAS = (0.25, 0.9, 0, 1, -1)
GAMMAS = (0, 0.5, 1, 2, 5)


def published_sigmoid_focal_loss(
    x: torch.Tensor, y: torch.Tensor, alpha: float, gamma: float
) -> torch.Tensor:
    """The formula of torchvision 0.20, which has no function of its own in PyTorch."""
    p = torch.sigmoid(x)
    ce = torch.nn.functional.binary_cross_entropy_with_logits(x, y, reduction="none")
    p_t = p * y + (1 - p) * (1 - y)
    loss = ce * (1 - p_t) ** gamma
    return loss if alpha < 0 else (alpha * y + (1 - alpha) * (1 - y)) * loss


def published_focal_loss(
    z: torch.Tensor, y: torch.Tensor, gamma: float, weight: torch.Tensor | None
) -> torch.Tensor:
    nll = torch.nn.functional.cross_entropy(z, y, reduction="none")
    w = torch.ones_like(nll) if weight is None else weight[y]
    return w * (1 - torch.exp(-nll)) ** gamma * nll


def value_and_grad(each: torch.Tensor, leaf: torch.Tensor, reduction: str) -> tuple[Any, Any]:
    value = each if reduction == "none" else getattr(each, reduction)()
    value.sum().backward()
    assert leaf.grad is not None
    return value.detach().numpy(), leaf.grad.numpy()


@pytest.mark.parametrize("shape", [(), (7,), (3, 4), (0,)])
@pytest.mark.parametrize("gamma", GAMMAS)
def test_sigmoid_focal_loss_is_torchvisions(shape: Any, gamma: float) -> None:
    logits = np.asarray(rng.normal(scale=2, size=shape))
    answers = np.asarray(rng.integers(0, 2, shape), float)
    for target in (answers, np.asarray(rng.random(shape))):
        for alpha in ALPHAS:
            for dtype in (np.float32, np.float64):
                for reduction in ("none", "mean", "sum"):
                    x, y = logits.astype(dtype), target.astype(dtype)
                    leaf = tensor(x).requires_grad_()
                    each = published_sigmoid_focal_loss(leaf, tensor(y), alpha, gamma)
                    theirs, slope = value_and_grad(each, leaf, reduction)
                    value, grad = lb.sigmoid_focal_loss.value_and_grad(
                        x, y, alpha, gamma, reduction
                    )
                    assert value.dtype == grad.dtype == dtype
                    close(value, theirs, dtype, 5)
                    close(grad, slope, dtype, 5)


def test_sigmoid_focal_loss_has_torchvisions_defaults() -> None:
    x, y = rng.normal(size=40_000), np.round(rng.random(40_000))
    each = published_sigmoid_focal_loss(tensor(x), tensor(y), 0.25, 2)
    close(lb.sigmoid_focal_loss(x, y), each.numpy(), np.float64)


@pytest.mark.parametrize("shape", [(K,), (7, K), (2, K, 3), (0, K), (20_000, K)])
@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["plain", "weighted"])
def test_focal_loss_is_its_formula_in_pytorch(shape: Any, weight: Any) -> None:
    logits = rng.normal(scale=2, size=shape)
    index = np.asarray(rng.choice([0, 1, 3], shape[:1] + shape[2:] if len(shape) > 1 else ()))
    for gamma in GAMMAS if logits.size < 100 else (2,):
        for dtype in (np.float32, np.float64):
            x = logits.astype(dtype)
            for reduction in ("none", "sum", "mean"):
                leaf = tensor(x).requires_grad_()
                w = None if weight is None else tensor(weight, dtype)
                each = published_focal_loss(leaf, tensor(index), gamma, w)
                divisor = 1.0 if w is None or reduction != "mean" else w[tensor(index)].mean()
                theirs, slope = value_and_grad(each / divisor, leaf, reduction)
                value, grad = lb.focal_loss.value_and_grad(
                    x, index, weight, reduction=reduction, gamma=gamma
                )
                assert value.dtype == grad.dtype == dtype
                close(value, theirs, dtype, 10)
                close(grad, slope, dtype, 10)


def test_formula_and_code_agree() -> None:
    for x, y in ((0.5, 1.0), (-2.25, 0.0), (3.0, 0.625)):
        check_against_formula(lb.sigmoid_focal_loss, x, y)
        check_against_formula(lb.sigmoid_focal_loss, x, y, alpha=0.5, gamma=0.5)
    for y in (0, 2):
        check_against_formula(lb.focal_loss, [0.5, -2.25, 3.0], y)
        check_against_formula(lb.focal_loss, [0.5, -2.25, 3.0], y, gamma=0.5)


def test_gradients_are_the_slopes_of_the_values() -> None:
    x, y = rng.normal(size=(3, 4)), rng.random((3, 4))
    z, index = rng.normal(size=(5, K)), rng.integers(0, K, 5)
    for gamma in GAMMAS:
        check_against_differences(lb.sigmoid_focal_loss, x, y, gamma=gamma)
        check_against_differences(lb.sigmoid_focal_loss, x, np.round(y), gamma=gamma, alpha=-1)
        check_against_differences(lb.focal_loss, z, index, gamma=gamma)
        check_against_differences(lb.focal_loss, z, index, weight=WEIGHT, gamma=gamma)


logits_ = arrays(np.float64, 6, elements=st.floats(-500, 500))
answers_ = arrays(np.float64, 6, elements=st.sampled_from([0.0, 1.0]))


@given(logits_, answers_, st.sampled_from([0.5, 1.0, 2.0, 5.0]))
def test_two_classes_are_a_binary_question(x: Any, y: Any, gamma: float) -> None:
    z, index = np.stack([0 * x, x], 1), y.astype(int)
    many = lb.focal_loss.value_and_grad(z, index, gamma=gamma, reduction="none")
    binary = lb.sigmoid_focal_loss.value_and_grad(x, y, -1, gamma)
    np.testing.assert_allclose(many[0], binary[0], rtol=1e-13, atol=1e-300)
    np.testing.assert_allclose(many[1][:, 1], binary[1], rtol=1e-13, atol=1e-300)
    weighted = lb.focal_loss(z, index, weight=[0.75, 0.25], gamma=gamma, reduction="none")
    np.testing.assert_allclose(
        weighted, lb.sigmoid_focal_loss(x, y, gamma=gamma), rtol=1e-13, atol=1e-300
    )


@given(logits_, answers_)
def test_without_focus_it_is_cross_entropy(x: Any, y: Any) -> None:
    plain = lb.binary_cross_entropy_with_logits.value_and_grad(x, y)
    focal = lb.sigmoid_focal_loss.value_and_grad(x, y, -1, 0, "mean")
    np.testing.assert_array_equal(focal[0], plain[0])
    np.testing.assert_array_equal(focal[1], plain[1])
    z, index = x.reshape(2, 3), [0, -100]
    for keywords in ({}, {"weight": [1.0, 2, 3]}, {"reduction": "none"}, {"ignore_index": 0}):
        index = [0, 2] if "ignore_index" in keywords else [0, -100]
        many = lb.cross_entropy.value_and_grad(z, index, **keywords)
        focal = lb.focal_loss.value_and_grad(z, index, gamma=0, **keywords)
        np.testing.assert_allclose(focal[0], many[0], rtol=1e-14)
        np.testing.assert_allclose(focal[1], many[1], rtol=1e-14, atol=1e-300)


@given(logits_, answers_)
def test_focus_only_takes_away_and_most_from_the_easy(x: Any, y: Any) -> None:
    losses = [lb.sigmoid_focal_loss(x, y, -1, gamma) for gamma in (0, 1, 2)]
    assert np.all(losses[0] >= losses[1]) and np.all(losses[1] >= losses[2])
    p = 1 / (1 + np.exp(np.clip(np.where(y == 1, x, -x), -700, 700)))
    np.testing.assert_allclose(losses[2], p**2 * losses[0], rtol=1e-12, atol=1e-300)


def test_a_scale_from_the_mean_loss_has_no_focus() -> None:
    """The mistake: exp(−mean loss) as p_t. Its slope is parallel to plain cross-entropy's."""
    x, y = rng.normal(scale=3, size=50), np.round(rng.random(50))
    leaf = tensor(x).requires_grad_()
    mean = torch.nn.functional.binary_cross_entropy_with_logits(leaf, tensor(y))
    ((1 - torch.exp(-mean)) ** 2 * mean).backward()  # type: ignore[no-untyped-call]
    assert leaf.grad is not None

    def cosine(a: Any, b: Any) -> float:
        return float(a @ b / np.sqrt((a @ a) * (b @ b)))

    plain = lb.binary_cross_entropy_with_logits.grad(x, y)
    assert cosine(leaf.grad.numpy(), plain) == pytest.approx(1, abs=1e-14)
    assert cosine(lb.sigmoid_focal_loss.grad(x, y, -1), plain) < 0.999


@pytest.mark.parametrize("gamma", [0, 0.5, 2])
def test_tails_where_torchvisions_formula_fails(gamma: float) -> None:
    x, y = np.array([np.inf, -np.inf, np.inf, -np.inf, 1e4, -60]), np.array([1.0, 0, 0, 1, 0, 0])
    value, grad = lb.sigmoid_focal_loss.value_and_grad(x, y, -1, gamma)
    assert value[:5].tolist() == [0, 0, np.inf, np.inf, 1e4]
    assert grad[:5].tolist() == [0, 0, 1, -1, 1]
    np.testing.assert_allclose(value[5], np.exp(-60 * (1 + gamma)), rtol=1e-15)
    np.testing.assert_allclose(grad[5], (1 + gamma) * np.exp(-60 * (1 + gamma)), rtol=1e-15)
    leaf = tensor(x).requires_grad_()
    each = published_sigmoid_focal_loss(leaf, tensor(y), -1, gamma)
    theirs, slope = value_and_grad(each, leaf, "none")
    assert np.isnan(theirs[:2]).all() and theirs[5] == 0
    assert np.isnan(slope[:2]).any() or gamma == 0

    z = np.array([[np.inf, 0.0], [-np.inf, 0.0], [800.0, 0.0], [-800.0, 0.0]])
    value, grad = lb.focal_loss.value_and_grad(z, [0] * 4, reduction="none", gamma=gamma)
    assert value.tolist() == [0, np.inf, 0, 800]
    assert grad.tolist() == [[0, 0], [-1, 1], [0, 0], [-1, 1]]


def test_one_class_and_nothing_to_average() -> None:
    for gamma in GAMMAS:
        value, grad = lb.focal_loss.value_and_grad([[5.0], [-1.0]], [0, 0], gamma=gamma)
        assert value == 0 and grad.tolist() == [[0], [0]]
    value, grad = lb.focal_loss.value_and_grad([[5.0, 1.0]], [-100])
    assert np.isnan(value) and grad.tolist() == [[0, 0]]
    assert np.isnan(lb.focal_loss([[5.0, 1.0]], [1], weight=[1.0, 0.0]))
    assert np.isnan(lb.sigmoid_focal_loss(np.nan, 1))


def test_class_balanced_weights() -> None:
    counts = np.array([1, 10, 1000, 10**6])
    for beta in (0.9, 0.999):
        direct = (1 - beta) / (1 - beta ** counts.astype(float))
        np.testing.assert_allclose(
            lb.class_balanced_weights(counts, beta), direct * 4 / direct.sum(), rtol=1e-10
        )
    np.testing.assert_array_equal(lb.class_balanced_weights(counts, 0), np.ones(4))
    inverse = 1 / counts
    np.testing.assert_allclose(
        lb.class_balanced_weights(counts, 1), inverse * 4 / inverse.sum(), rtol=1e-14
    )
    # 1 − βⁿ of a β next to 1 has no digits left, but the weights have.
    np.testing.assert_allclose(
        lb.class_balanced_weights([10, 40], np.nextafter(1, 0)), [1.6, 0.4], rtol=1e-14
    )
    assert lb.class_balanced_weights(counts.astype(np.float32)).dtype == np.float32


@given(arrays(np.float64, 5, elements=st.integers(1, 10**7).map(float)), st.floats(0, 0.999999))
def test_balanced_weights_have_mean_1_and_favour_the_rare(counts: Any, beta: float) -> None:
    w = lb.class_balanced_weights(counts, beta)
    assert w.mean() == pytest.approx(1) and np.all(w > 0)
    assert np.all(np.diff(w[np.argsort(counts)]) <= 1e-12)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (([0, 5],), ValueError, r"counts must lie in \[1, inf\], got 0"),
        (([[1, 5]],), ValueError, r"counts must be a vector, .* got shape \(1, 2\)"),
        (([],), ValueError, r"counts must be a vector, .* got shape \(0,\)"),
        ((["a"],), TypeError, r"counts must hold real numbers"),
        (([1, 5], 1.5), ValueError, r"beta must lie in \[0, 1\], got 1.5"),
        (([1, 5], "x"), TypeError, r"beta must be a number, got 'x'"),
    ],
)
def test_bad_counts_are_named(arguments: Any, error: Any, words: str) -> None:
    with pytest.raises(error, match=words):
        lb.class_balanced_weights(*arguments)


def test_bad_input_is_named() -> None:
    x, y = [0.5, 0.5], [0.0, 1.0]
    for wrong in (-0.5, 1.5, np.nan):
        with pytest.raises(
            ValueError, match=rf"alpha \(or -1 for none\) must lie in \[0, 1\], got {wrong!r}"
        ):
            lb.sigmoid_focal_loss(x, y, alpha=wrong)
    both: list[Any] = [(lb.sigmoid_focal_loss, y), (lb.focal_loss, 0)]
    for loss, target in both:
        for gamma in (-1, np.nan):
            with pytest.raises(ValueError, match=r"gamma must lie in \[0, inf\], got"):
                loss(x, target, gamma=gamma)
        with pytest.raises(TypeError, match=r"gamma must be a number, got '2'"):
            loss(x, target, gamma="2")
    with pytest.raises(ValueError, match=r"target must lie in \[0, 1\], got -1"):
        lb.sigmoid_focal_loss(x, [-1, 1])
    with pytest.raises(ValueError, match=r"target must have the shape of input, \(2,\)"):
        lb.sigmoid_focal_loss(x, [[0.0, 1.0]])
    with pytest.raises(ValueError, match=r"target must hold class indices 0 to 1 .*got 2"):
        lb.focal_loss([x], [2])
    with pytest.raises(TypeError, match=r"target must hold integer class indices"):
        lb.focal_loss([x], [y])
    with pytest.raises(ValueError, match=r"weight must have .*each class, \(2,\), got \(1,\)"):
        lb.focal_loss([x], [0], weight=[1.0])
