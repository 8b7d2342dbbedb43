"""Losses between numbers, against PyTorch, their formulas and their properties."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import sympy as sp
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import lossbook as lb
from lossbook import derivation, symbolic

from .support import (
    by_torch,
    check_against_differences,
    check_against_formula,
    check_against_torch,
    close,
)

rng = np.random.default_rng(9)
LOSSES = [lb.mse_loss, lb.l1_loss]
name = pytest.mark.parametrize("loss", LOSSES, ids=lambda f: f.__name__)
KEYWORDS: list[tuple[Any, dict[str, Any]]] = [
    (lb.mse_loss, {}),
    (lb.l1_loss, {}),
    (lb.smooth_l1_loss, {}),
    (lb.smooth_l1_loss, {"beta": 0}),
    (lb.smooth_l1_loss, {"beta": 0.25}),
    (lb.smooth_l1_loss, {"beta": 2.5}),
    (lb.huber_loss, {}),
    (lb.huber_loss, {"delta": 0.25}),
    (lb.huber_loss, {"delta": 2.5}),
    (lb.rmse_loss, {}),
    (lb.log_cosh_loss, {}),
    (lb.quantile_loss, {}),
    (lb.quantile_loss, {"quantile": 0.9}),
    (lb.poisson_nll_loss, {}),
    (lb.poisson_nll_loss, {"full": True}),
    (lb.poisson_nll_loss, {"log_input": False}),
    (lb.poisson_nll_loss, {"log_input": False, "full": True, "eps": 0.5}),
    (lb.gaussian_nll_loss, {"var": 0.5}),
    (lb.gaussian_nll_loss, {"var": 2.0, "full": True}),
    (lb.gaussian_nll_loss, {"var": 0.25, "eps": 0.75}),
]
every = pytest.mark.parametrize(
    ("loss", "keywords"), KEYWORDS, ids=[f"{f.__name__}-{k}" for f, k in KEYWORDS]
)
SHAPES: list[tuple[int, ...]] = [(), (1,), (7,), (3, 4), (2, 3, 4), (0,), (200_000,)]


def pair(loss: Any, shape: tuple[int, ...] = (3, 4)) -> tuple[Any, Any]:
    """Return predictions and targets, positive for rates and whole for counts."""
    if loss is lb.poisson_nll_loss:
        return rng.uniform(0.1, 3, shape), rng.poisson(3, shape).astype(float)
    return rng.normal(size=shape), rng.normal(size=shape)


@name
@pytest.mark.parametrize("shape", SHAPES)
def test_is_torchs(loss: Any, shape: Any) -> None:
    y, t = rng.normal(size=shape), rng.normal(size=shape)
    check_against_torch(loss, y, t)
    check_against_torch(loss, y, y)
    if y.size:
        check_against_torch(loss, y, t, weight=rng.random(shape))


@pytest.mark.parametrize(("loss", "keywords"), [row for row in KEYWORDS if row[0].torch])
@pytest.mark.parametrize("shape", [(), (7,), (3, 4), (0,), (0, 3)])
def test_is_torchs_with_each_keyword(loss: Any, keywords: Any, shape: Any) -> None:
    y, t = pair(loss, shape)
    check_against_torch(loss, y, t, **keywords)


@pytest.mark.parametrize("size", [0.25, 1.0, 2.5])
def test_kinks_are_torchs(size: float) -> None:
    t = np.array([0.0, 0.5, -0.5, 0.0, 0.0, 1.0])
    y = t + size * np.array([0.0, 1, -1, 0.5, -2, 3])
    check_against_torch(lb.smooth_l1_loss, y, t, beta=size)
    check_against_torch(lb.smooth_l1_loss, y, t, beta=0)
    check_against_torch(lb.huber_loss, y, t, delta=size)


def test_weights_of_huber_do_not_enter_its_mean() -> None:
    y, t = pair(lb.huber_loss)
    weight = rng.random((3, 4))
    check_against_torch(lb.huber_loss, y, t, weight=weight, delta=0.5)
    close(
        lb.huber_loss(y, t, weight=weight),
        (lb.huber_loss(y, t, reduction="none") * weight).sum() / 12,
        np.float64,
    )


def test_counts_may_be_integers() -> None:
    y, t = pair(lb.poisson_nll_loss)
    check_against_torch(lb.poisson_nll_loss, y, t.astype(np.int64))


def test_large_inputs_take_the_road_of_blocks() -> None:
    """The variance is cut as the input is, the last axis of the one serving the other."""
    y, t = rng.normal(size=(2, 50, 2000))
    check_against_torch(lb.gaussian_nll_loss, y, t, var=rng.random(50) + 0.5)
    check_against_torch(lb.huber_loss, y, t, weight=rng.random((50, 2000)))


@pytest.mark.parametrize(
    ("shape", "of_var"),
    [
        ((3, 4), (3, 4)),
        ((3, 4), (3, 1)),
        ((3, 4), (1, 4)),
        ((3, 4), (3,)),
        ((3, 3), (3,)),  # one variance a row, where NumPy would broadcast one a column
        ((2, 3, 4), (2, 3)),
        ((4,), ()),
        ((4,), (1,)),
        ((), ()),
        ((0, 3), (0,)),
    ],
)
def test_shapes_of_the_variance_are_torchs(shape: Any, of_var: Any) -> None:
    y, t = rng.normal(size=shape), rng.normal(size=shape)
    check_against_torch(lb.gaussian_nll_loss, y, t, var=rng.random(of_var) + 0.5)


def test_eps_is_the_least_variance() -> None:
    y, t = pair(lb.gaussian_nll_loss, (4,))
    var = np.array([0.0, 1e-3, 0.5, 2.0])
    for eps in (1e-6, 1e-2, 1.0):
        check_against_torch(lb.gaussian_nll_loss, y, t, var=var, eps=eps)


@pytest.mark.parametrize(("shape", "of_var"), [((3, 4), (4,)), ((2, 3, 4), (2,)), ((4,), (2,))])
def test_a_variance_of_another_shape_is_refused(shape: Any, of_var: Any) -> None:
    y = np.zeros(shape)
    with pytest.raises(ValueError, match=r"^var .*\(" + str(of_var[0])):
        lb.gaussian_nll_loss(y, y, np.ones(of_var))
    with pytest.raises(ValueError, match="incorrect size"):
        by_torch(lb.gaussian_nll_loss, y, y, var=np.ones(of_var))


@name
def test_formula_and_slope(loss: Any) -> None:
    check_against_formula(loss, 2.5, -0.125)
    check_against_formula(loss, -2.5, 0.125)
    y, t = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
    check_against_differences(loss, y, t)
    check_against_differences(loss, y, t, reduction="sum", weight=rng.random((3, 4)))


IN_FORMULA = [
    (loss, keywords)
    for loss, keywords in KEYWORDS
    if loss is not lb.rmse_loss and not {"full", "log_input", "eps"} & set(keywords)
]


@pytest.mark.parametrize(("loss", "keywords"), IN_FORMULA)
@pytest.mark.parametrize(("y", "t"), [(2.5, 0.125), (-0.5, 0.125), (0.25, 0.375), (0.5, 3.0)])
def test_formula_and_code_agree(loss: Any, keywords: Any, y: float, t: float) -> None:
    check_against_formula(loss, y, t, **keywords)


@every
def test_comparison_has_all_rows(loss: Any, keywords: Any) -> None:
    y, t = pair(loss, (2, 3))
    t = t + 0.3  # no integers, near which a kink would spoil the differences
    table = lb.compare(loss, y, t, **keywords)
    assert table.agrees(1e-6)
    by = [row.by for row in table.rows]
    assert ("PyTorch" in by) == (loss.torch is not None)
    assert ("SymPy" in by) == (not {"full", "log_input", "eps"} & set(keywords))


def test_comparison_takes_an_array_of_variances() -> None:
    y, t = pair(lb.gaussian_nll_loss, (2, 3))
    table = lb.compare(lb.gaussian_nll_loss, y, t, var=rng.random((2, 3)) + 0.5)
    assert [row.by for row in table.rows] == ["lossbook", "PyTorch", "finite differences"]
    assert table.agrees()


def test_derivations_try_several_sizes_of_a_batch() -> None:
    root = lb.rmse_loss.formula
    mean = sp.Sum(
        (symbolic.yhats[symbolic.i] - symbolic.ys[symbolic.i]) ** 2,
        root.atoms(sp.Sum).pop().limits[0],
    )
    chain = lb.Derivation(root**2).step(mean / symbolic.N, "the square of the root")
    with pytest.raises(derivation.DerivationError, match="step 2"):
        chain.step(mean, "the lost N")


def test_the_formula_of_rmse_is_that_of_a_batch() -> None:
    y, t = [2.5, -0.125, 0.5], [0.25, 0.375, -1.0]
    value, slopes = symbolic.evaluate(lb.rmse_loss, y, np.array(t))
    ours, grad = lb.rmse_loss.value_and_grad(y, t)
    np.testing.assert_allclose(ours, float(value), rtol=1e-15)
    np.testing.assert_allclose(grad, [float(s) for s in slopes], rtol=1e-15)


def test_parameters_of_formulas_are_named() -> None:
    with pytest.raises(TypeError, match=r"formula of huber_loss has no parameter 'beta'.*delta"):
        symbolic.evaluate(lb.huber_loss, 1.0, 0.0, beta=2.0)
    with pytest.raises(TypeError, match="formula of gaussian_nll_loss needs a value of var"):
        symbolic.evaluate(lb.gaussian_nll_loss, 1.0, 0.0)


@every
def test_gradients_are_the_slopes_of_the_values(loss: Any, keywords: Any) -> None:
    y, t = pair(loss)
    error = np.abs(y - t)
    for kink in (0, keywords.get("beta", 1), keywords.get("delta", 1)):
        y = np.where(np.abs(error - kink) < 0.02, y + 0.05, y)
    check_against_differences(loss, y, t, **keywords)


def test_rmse_is_the_root_of_the_mean_squared_error() -> None:
    for shape in SHAPES:
        for dtype in (np.float32, np.float64):
            y, t = (a.astype(dtype) for a in pair(lb.rmse_loss, shape))
            value, grad = lb.rmse_loss.value_and_grad(y, t)
            leaf = torch.tensor(y, requires_grad=True)
            theirs = torch.nn.functional.mse_loss(leaf, torch.tensor(t)).sqrt()
            theirs.backward()  # type: ignore[no-untyped-call]
            assert leaf.grad is not None and value.dtype == grad.dtype == dtype
            close(value, theirs.detach().numpy(), dtype)
            close(grad, leaf.grad.numpy(), dtype)
            np.testing.assert_array_equal(lb.rmse_loss(y, t), value)
            np.testing.assert_array_equal(lb.rmse_loss.grad(y, t), grad)


def test_rmse_at_a_perfect_fit_and_at_the_ends_of_the_range() -> None:
    y = np.array([[1.0, -2.0]])
    value, grad = lb.rmse_loss.value_and_grad(y, y)
    assert value == 0
    np.testing.assert_array_equal(grad, [[0, 0]])
    for e in (1e-200, 1e200):  # whose squares are 0 and inf
        value, grad = lb.rmse_loss.value_and_grad([e, -e], [0.0, 0.0])
        assert value == e
        np.testing.assert_array_equal(grad, [0.5, -0.5])
    assert lb.rmse_loss([np.inf, 1.0], [0.0, 0.0]) == np.inf
    assert np.isnan(lb.rmse_loss([np.nan, np.inf], [0.0, 0.0]))


def test_rmse_has_no_other_reduction() -> None:
    for reduction in ("none", "sum"):
        with pytest.raises(ValueError, match=rf"reduction must be .*'mean'.*got '{reduction}'"):
            lb.rmse_loss([1.0], [0.0], reduction=reduction)
    with pytest.raises(ValueError, match=r"target must have the shape of input, \(2,\)"):
        lb.rmse_loss([1.0, 2.0], [0.0])


def test_the_mean_minimises_squared_and_the_median_absolute_error() -> None:
    sample = rng.exponential(size=101)
    for loss, best in ((lb.mse_loss, sample.mean()), (lb.l1_loss, np.median(sample))):
        at_best = loss(np.full(101, best), sample)
        for other in np.linspace(0, 3, 61):
            assert at_best <= loss(np.full(101, other), sample) + 1e-15


def quantile_of(sample: Any, q: float) -> Any:
    return np.quantile(sample, q, method="inverted_cdf")


@pytest.mark.parametrize(
    ("loss", "keywords", "estimate"),
    [
        (lb.rmse_loss, {}, np.mean),
        (lb.gaussian_nll_loss, {"var": 0.3}, np.mean),
        (lb.poisson_nll_loss, {"log_input": False}, np.mean),
        (lb.poisson_nll_loss, {}, lambda s: np.log(np.mean(s))),
        (lb.smooth_l1_loss, {"beta": 0}, np.median),
        (lb.huber_loss, {"delta": 100.0}, np.mean),
        (lb.quantile_loss, {"quantile": 0.9}, lambda s: quantile_of(s, 0.9)),
        (lb.quantile_loss, {"quantile": 0.25}, lambda s: quantile_of(s, 0.25)),
        (lb.quantile_loss, {"quantile": 0.0}, np.min),
        (lb.quantile_loss, {"quantile": 1.0}, np.max),
    ],
)
def test_what_is_estimated(loss: Any, keywords: Any, estimate: Any) -> None:
    """The best constant prediction, found on a grid."""
    sample = rng.exponential(size=101) + 0.25
    best = float(estimate(sample))
    grid = best + np.linspace(-0.2, 0.2, 81)
    values = [loss(np.full(101, c), sample, **keywords) for c in grid]
    assert abs(grid[int(np.argmin(values))] - best) < 0.006 or np.ptp(values[:41]) == 0


def test_between_the_median_and_the_mean() -> None:
    sample = rng.exponential(size=1001)
    grid = np.linspace(0.3, 1.3, 101)
    for loss in (lb.huber_loss, lb.smooth_l1_loss, lb.log_cosh_loss):
        best = grid[int(np.argmin([loss(np.full(1001, c), sample) for c in grid]))]
        assert np.median(sample) < best < sample.mean()


numbers = arrays(np.float64, 5, elements=st.floats(-1e6, 1e6))


@given(numbers, numbers, st.floats(1e-3, 1e3))
def test_huber_is_delta_times_smooth_l1(y: Any, t: Any, delta: float) -> None:
    for huber, smooth in zip(
        lb.huber_loss.value_and_grad(y, t, reduction="none", delta=delta),
        lb.smooth_l1_loss.value_and_grad(y, t, reduction="none", beta=delta),
        strict=True,
    ):
        np.testing.assert_allclose(huber, delta * smooth, rtol=1e-15, atol=1e-320)


@given(numbers, numbers)
def test_special_cases_are_the_absolute_error(y: Any, t: Any) -> None:
    value, grad = lb.l1_loss.value_and_grad(y, t, reduction="none")
    smooth = lb.smooth_l1_loss.value_and_grad(y, t, reduction="none", beta=0)
    half = lb.quantile_loss.value_and_grad(y, t, reduction="none", quantile=0.5)
    for ours, share in ((smooth, 1), (half, 0.5)):
        np.testing.assert_array_equal(ours[0], share * value)
        np.testing.assert_array_equal(ours[1], share * grad)


@given(numbers, numbers, st.floats(0, 1))
def test_pinballs_of_opposite_quantiles_add_up(y: Any, t: Any, q: float) -> None:
    both = lb.quantile_loss(y, t, "none", q) + lb.quantile_loss(t, y, "none", q)
    np.testing.assert_allclose(both, np.abs(y - t), rtol=1e-15)


@given(numbers, numbers)
def test_log_cosh_lies_below_square_and_line(y: Any, t: Any) -> None:
    value = lb.log_cosh_loss(y, t, reduction="none")
    least = np.minimum((y - t) ** 2 / 2, np.abs(y - t))
    assert (value <= least * (1 + 1e-15) + 1e-320).all()
    assert (value >= np.abs(y - t) - math.log(2)).all()


def test_a_full_likelihood_is_one() -> None:
    """Exact where it can be: the normal density, and y! to Stirling's approximation."""
    y, t = np.array([0.5, -1.0]), np.array([2.0, 1.5])
    density = np.exp(-((y - t) ** 2) / (2 * 0.3)) / np.sqrt(2 * np.pi * 0.3)
    full = lb.gaussian_nll_loss(y, t, 0.3, full=True, reduction="none")
    np.testing.assert_allclose(full, -np.log(density), rtol=1e-15)
    for count in (2, 5, 50):
        exact = math.exp(1.5) - 1.5 * count + math.lgamma(count + 1)
        ours = lb.poisson_nll_loss([1.5], [count], full=True)
        assert 0 < exact - ours < 1 / (11 * count)
    for count in (0, 1):
        assert lb.poisson_nll_loss([1.5], [count], full=True) == lb.poisson_nll_loss([1.5], [count])


def test_nan_and_infinity_pass_quietly() -> None:
    special = np.array([np.nan, np.inf, -np.inf])
    zero = np.zeros(3)
    for loss in (lb.smooth_l1_loss, lb.huber_loss, lb.log_cosh_loss, lb.quantile_loss):
        value, grad = loss.value_and_grad(special, zero, reduction="none")
        assert np.isnan(value[0]) and np.isnan(grad[0])
        assert value[1] == value[2] == np.inf
        assert grad[1] == -grad[2] == (0.5 if loss is lb.quantile_loss else 1)
    value, grad = lb.gaussian_nll_loss.value_and_grad(special, zero, 1.0, reduction="none")
    np.testing.assert_array_equal(value, [np.nan, np.inf, np.inf])
    np.testing.assert_array_equal(grad, special)
    value, grad = lb.poisson_nll_loss.value_and_grad(special, zero + 1, reduction="none")
    np.testing.assert_array_equal(value, [np.nan, np.nan, np.inf])
    np.testing.assert_array_equal(grad, [np.nan, np.inf, -1])


# Where PyTorch is unstable, and what is true.


def torchs(loss: Any, y: list[float], t: list[float], dtype: Any = float, **keywords: Any) -> Any:
    return by_torch(loss, np.array(y, dtype), np.array(t, dtype), reduction="sum", **keywords)


def test_a_count_of_zero_with_a_log_rate_of_minus_infinity() -> None:
    assert np.isnan(torchs(lb.poisson_nll_loss, [-np.inf], [0.0])[0])
    value, grad = lb.poisson_nll_loss.value_and_grad([-np.inf], [0.0])
    assert value == 0 and grad == 0


def test_the_slope_at_a_rate_and_a_count_near_one() -> None:
    for x in (1e-10, -1e-300):
        assert abs(torchs(lb.poisson_nll_loss, [x], [1.0])[1] / x - 1) > 1e-9
        assert lb.poisson_nll_loss.grad([x], [1.0]) == pytest.approx([x], rel=2e-10, abs=0)


@pytest.mark.parametrize("log_input", [False, True])
def test_stirlings_term_with_a_large_count(log_input: bool) -> None:
    rate = [math.log(2.0**20) if log_input else 2.0**20]
    count = [2.0**20]
    theirs = torchs(lb.poisson_nll_loss, rate, count, np.float32, full=True, log_input=log_input)[0]
    x, y = np.array([rate, count], np.float32)
    ours = lb.poisson_nll_loss(x, y, full=True, log_input=log_input)
    true = math.log(2 * math.pi * 2**20) / 2
    assert abs(theirs - true) > 0.01
    assert ours == pytest.approx(true, rel=1e-6)


def test_stirlings_term_where_the_rate_underflows() -> None:
    ours = lb.poisson_nll_loss([-800.0], [2.0], full=True)
    assert ours == pytest.approx(1600 + 2 * math.log(2) - 2 + math.log(4 * math.pi) / 2, rel=1e-15)


def test_squares_that_leave_the_range() -> None:
    assert torchs(lb.smooth_l1_loss, [1e-170], [0.0], beta=1e-169)[0] == 0
    assert lb.smooth_l1_loss([1e-170], [0.0], beta=1e-169) == pytest.approx(5e-172, rel=1e-15)
    assert torchs(lb.gaussian_nll_loss, [1e200], [0.0], var=1e300)[0] == np.inf
    assert lb.gaussian_nll_loss([1e200], [0.0], 1e300) == pytest.approx(5e99, rel=1e-15)


def test_a_parameter_too_small_or_too_large_for_the_dtype() -> None:
    y, t = np.array([0.0, 2.0], np.float32), np.zeros(2, np.float32)
    np.testing.assert_array_equal(lb.smooth_l1_loss(y, t, "none", beta=1e-60), [0, 2])
    np.testing.assert_array_equal(lb.smooth_l1_loss(y, t, "none", beta=1e60), [0, 0])
    np.testing.assert_array_equal(lb.huber_loss(y, t, "none", delta=math.inf), [0, 2])


@pytest.mark.parametrize(
    ("loss", "keywords", "error", "words"),
    [
        (lb.smooth_l1_loss, {"beta": -1}, ValueError, r"beta must lie in \[0, inf\], got -1"),
        (lb.smooth_l1_loss, {"beta": "1"}, TypeError, "beta must be a number, got '1'"),
        (lb.smooth_l1_loss, {"beta": math.nan}, ValueError, r"beta must lie in .* got nan"),
        (lb.huber_loss, {"delta": 0}, ValueError, "delta must be positive, got 0"),
        (lb.huber_loss, {"delta": -2.0}, ValueError, r"delta must lie in \[0, inf\], got -2.0"),
        (lb.huber_loss, {"delta": True}, TypeError, "delta must be a number, got True"),
        (lb.quantile_loss, {"quantile": 90}, ValueError, r"quantile must lie in \[0, 1\], got 90"),
        (lb.quantile_loss, {"quantile": None}, TypeError, "quantile must be a number, got None"),
        (lb.poisson_nll_loss, {"eps": -1e-8}, ValueError, r"eps must lie in \[0, inf\]"),
        (lb.poisson_nll_loss, {"full": "no"}, TypeError, "full must be True or False, got 'no'"),
        (lb.poisson_nll_loss, {"log_input": 1}, TypeError, "log_input must be True or False"),
        (lb.gaussian_nll_loss, {}, TypeError, "missing a required argument: 'var'"),
        (lb.gaussian_nll_loss, {"var": None}, TypeError, "var must hold real numbers"),
        (lb.gaussian_nll_loss, {"var": -0.5}, ValueError, "var must not be negative, got -0.5"),
        (lb.gaussian_nll_loss, {"var": 1, "eps": -1}, ValueError, "eps must lie in"),
        (lb.gaussian_nll_loss, {"var": 1, "full": 0}, TypeError, "full must be True or False"),
        (lb.log_cosh_loss, {"reduction": "avg"}, ValueError, "reduction must be one of .*'avg'"),
        (lb.rmse_loss, {"weight": [1.0]}, TypeError, "unexpected keyword argument 'weight'"),
    ],
)
def test_bad_keywords_are_named(loss: Any, keywords: Any, error: Any, words: str) -> None:
    for shape in ((2,), (0,)):
        with pytest.raises(error, match=words):
            loss(np.zeros(shape), np.zeros(shape), **keywords)


@name
def test_nothing_is_broadcast(loss: Any) -> None:
    with pytest.raises(
        ValueError, match=r"target must have the shape of input, \(3, 1\), got \(3,\)"
    ):
        loss(np.zeros((3, 1)), np.zeros(3))
    with pytest.raises(ValueError, match=r"weight of shape \(2,\) does not broadcast to \(3,\)"):
        loss(np.zeros(3), np.zeros(3), weight=[1.0, 2.0])


@every
def test_inputs_are_kept_and_shapes_compared(loss: Any, keywords: Any) -> None:
    y, t = pair(loss)
    given_keywords = {k: np.full((3, 4), v) if k == "var" else v for k, v in keywords.items()}
    kept = y.copy(), t.copy()
    loss.value_and_grad(y, t, **given_keywords)
    np.testing.assert_array_equal(y, kept[0])
    np.testing.assert_array_equal(t, kept[1])
    if "var" in keywords:
        np.testing.assert_array_equal(given_keywords["var"], np.full((3, 4), keywords["var"]))
    with pytest.raises(ValueError, match=r"target must have the shape of input, \(3, 4\)"):
        loss(y, t[:1], **keywords)
