"""Entropy and its relatives, against SciPy, exact arithmetic and their properties."""

from __future__ import annotations

import inspect
import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from mpmath import mp
from scipy import special, stats

import lossbook as lb
from lossbook import information

from .accuracy import BOUND, ulps

rng = np.random.default_rng(12)
OF_ONE = [information.entropy, information.perplexity]
OF_TWO = [information.cross_entropy, information.kl_divergence, information.js_divergence]
OF_TABLE = [information.conditional_entropy, information.mutual_information]
ALL = [information.information_content, *OF_ONE, *OF_TWO, *OF_TABLE]
every = pytest.mark.parametrize("function", ALL, ids=lambda f: f.__name__)
two = pytest.mark.parametrize("function", OF_TWO, ids=lambda f: f.__name__)

rows = arrays(np.float64, (3, 4), elements=st.floats(1e-3, 1)).map(
    lambda a: a / a.sum(-1, keepdims=True)
)
tables = arrays(np.float64, (3, 4), elements=st.floats(1e-3, 1)).map(lambda a: a / a.sum())


def arguments(function: Any, dtype: Any = np.float64) -> list[Any]:
    count = 2 if function in OF_TWO else 1
    shape = (2, 3, 4)
    axes = (-2, -1) if function in OF_TABLE else -1
    given_ = [rng.random(shape) + 0.01 for _ in range(count)]
    return [(p / p.sum(axes, keepdims=True)).astype(dtype) for p in given_]


@every
def test_docstring_is_complete(function: Any) -> None:
    for part in ("$$", "Parameters\n", "Returns\n", "Raises\n", "References\n", ">>>"):
        assert part in function.__doc__
    for name in inspect.signature(function).parameters:
        assert f"\n    {name} : " in function.__doc__


def test_it_is_a_module_of_the_package() -> None:
    assert lb.information is information
    assert lb.information.cross_entropy is not lb.cross_entropy
    assert "information" in lb.__all__


# What the numbers are.


def test_against_scipy() -> None:
    p, q = rng.dirichlet(np.ones(5), (2, 6))
    p[0, 2] = q[0, 2] = 0
    p[0], q[0] = p[0] / p[0].sum(), q[0] / q[0].sum()
    for base in (math.e, 2):
        np.testing.assert_allclose(
            information.entropy(p, base=base), stats.entropy(p, base=base, axis=-1), rtol=1e-14
        )
        np.testing.assert_allclose(
            information.kl_divergence(p, q, base=base),
            stats.entropy(p, q, base=base, axis=-1),
            rtol=1e-13,
        )
    np.testing.assert_allclose(
        information.kl_divergence(p, q), special.rel_entr(p, q).sum(-1), rtol=1e-13
    )
    m = (p + q) / 2
    half = special.rel_entr(p, m).sum(-1) + special.rel_entr(q, m).sum(-1)
    np.testing.assert_allclose(information.js_divergence(p, q), half / 2, rtol=1e-13)


def test_against_torch() -> None:
    p, q = (torch.from_numpy(a) for a in rng.dirichlet(np.ones(5), (2, 6)))
    np.testing.assert_allclose(
        information.entropy(p.numpy()), -torch.special.xlogy(p, p).sum(-1), rtol=1e-14
    )
    np.testing.assert_allclose(
        information.kl_divergence(p.numpy(), q.numpy()),
        torch.nn.functional.kl_div(q.log(), p, reduction="none").sum(-1),
        rtol=1e-13,
    )


def test_numbers_known_by_heart() -> None:
    bits = {"base": 2}
    np.testing.assert_array_equal(
        information.information_content([1, 0.5, 0.25, 0], **bits), [0, 1, 2, np.inf]
    )
    assert information.entropy([0.5, 0.25, 0.125, 0.125], **bits) == 1.75
    assert information.cross_entropy([0.5, 0.5, 0], [0.5, 0.25, 0.25], **bits) == 1.5
    assert information.kl_divergence([1, 0], [0.25, 0.75], **bits) == 2
    assert information.js_divergence([1, 0], [0, 1], **bits) == 1
    table = [[1 / 8, 1 / 16, 1 / 32, 1 / 32], [1 / 16, 1 / 8, 1 / 32, 1 / 32]]
    table += [[1 / 16] * 4, [1 / 4, 0, 0, 0]]  # Cover and Thomas, example 2.2.1: columns X, rows Y
    assert information.conditional_entropy(table, **bits) == pytest.approx(11 / 8, rel=1e-15)
    assert information.conditional_entropy(table, axis=-2, **bits) == pytest.approx(13 / 8)
    assert information.mutual_information(table, **bits) == pytest.approx(3 / 8, rel=1e-14)
    for K in (1, 2, 5, 1000):
        uniform = np.full(K, 1 / K)
        assert information.entropy(uniform) == pytest.approx(math.log(K), rel=1e-14)
        for base in (2, math.e):
            assert information.perplexity(uniform, base=base) == pytest.approx(K, rel=1e-13)


def test_certainty_is_zero_and_not_minus_zero() -> None:
    certain = [0.0, 1.0, 0.0]
    for value in (
        information.information_content(1.0),
        information.entropy(certain),
        information.cross_entropy(certain, certain),
        information.kl_divergence(certain, certain),
        information.js_divergence(certain, certain),
        information.conditional_entropy(np.diag([0.25, 0.75])),
        information.mutual_information([[1.0]]),
    ):
        assert value == 0 and not np.signbit(value)
    assert information.perplexity(certain) == 1


def test_an_excluded_outcome_is_infinitely_surprising() -> None:
    p, q = [0.5, 0.5], [0.0, 1.0]
    assert information.cross_entropy(p, q) == information.kl_divergence(p, q) == np.inf
    assert information.cross_entropy(q, p) == information.kl_divergence(q, p) == math.log(2)
    assert information.js_divergence(p, q) < math.log(2)


# What holds for all distributions.


@given(rows, rows)
def test_cross_entropy_less_entropy_is_the_divergence(p: Any, q: Any) -> None:
    extra = information.cross_entropy(p, q) - information.entropy(p)
    np.testing.assert_allclose(information.kl_divergence(p, q), extra, atol=1e-14)


@given(rows, rows)
def test_divergences_measure_a_distance(p: Any, q: Any) -> None:
    assert (information.kl_divergence(p, q) >= 0).all()
    js = information.js_divergence(p, q)
    np.testing.assert_allclose(js, information.js_divergence(q, p), rtol=1e-15)
    assert (js >= 0).all() and (js <= math.log(2)).all()
    for divergence in (information.kl_divergence, information.js_divergence):
        np.testing.assert_array_equal(divergence(p, p), np.zeros(3))
        far = np.abs(p - q).max(-1) > 1e-12
        assert (divergence(p, q)[far] > 0).all()


@given(rows)
def test_uniform_is_the_most_uncertain(p: Any) -> None:
    assert (information.entropy(p) <= math.log(4) * (1 + 1e-15)).all()
    assert (information.perplexity(p) <= 4 * (1 + 1e-14)).all()
    assert (information.perplexity(p) >= 1).all()


@given(tables)
def test_knowing_more_cannot_hurt(joint: Any) -> None:
    x, y = joint.sum(1), joint.sum(0)
    shared = information.mutual_information(joint)
    assert shared >= 0
    for marginal, axis in ((x, -2), (y, -1)):
        left = information.conditional_entropy(joint, axis=axis)
        whole = information.entropy(marginal)
        assert left >= 0
        np.testing.assert_allclose(shared, whole - left, atol=1e-14)
    np.testing.assert_allclose(
        information.conditional_entropy(joint),
        information.entropy(joint.ravel()) - information.entropy(x),
        atol=1e-14,
    )


@every
def test_bits_are_nats_over_log_two(function: Any) -> None:
    given_ = arguments(function)
    nats, bits = function(*given_), function(*given_, base=2)
    if function is information.perplexity:
        np.testing.assert_allclose(bits, nats, rtol=1e-14)
    else:
        np.testing.assert_array_equal(bits, nats / math.log(2))


# Shapes and types.


@every
def test_a_batch_is_its_rows(function: Any) -> None:
    given_ = arguments(function)
    whole = function(*given_)
    summed = 0 if function is information.information_content else 2 if function in OF_TABLE else 1
    assert whole.shape == (2, 3, 4)[: 3 - summed]
    for index in np.ndindex(whole.shape):
        assert function(*(a[index] for a in given_)) == pytest.approx(whole[index], rel=1e-15)


@pytest.mark.parametrize("function", [*OF_ONE, *OF_TWO], ids=lambda f: f.__name__)
def test_any_axis(function: Any) -> None:
    given_ = arguments(function)
    for axis in (0, 1, -2):
        moved = [np.moveaxis(a, -1, axis) for a in given_]
        np.testing.assert_allclose(function(*moved, axis=axis), function(*given_), rtol=1e-14)


@every
def test_dtype_follows_the_first_argument(function: Any) -> None:
    for dtype in (np.float32, np.float64):
        for base in (2, math.e):
            given_ = arguments(function, dtype)
            assert function(*given_, base=base).dtype == dtype
            assert function(*(a[0] for a in given_), base=base).dtype == dtype
    ones = [np.ones((1, 1), np.int64)] * len(given_)
    assert function(*ones).dtype == np.float64


@every
def test_an_empty_batch_gives_an_empty_result(function: Any) -> None:
    given_ = arguments(function)
    assert function(*(a[:0] for a in given_)).shape == (0, *function(*given_).shape[1:])


@every
def test_inputs_are_not_modified(function: Any) -> None:
    given_ = arguments(function)
    kept = [a.copy() for a in given_]
    function(*given_, base=2)
    for a, b in zip(given_, kept, strict=True):
        np.testing.assert_array_equal(a, b)


@every
def test_nan_passes_quietly(function: Any) -> None:
    given_ = arguments(function)
    given_[0][0, 0, 0] = np.nan
    value = function(*given_)
    assert np.isnan(value.flat[0]) and np.isfinite(value.flat[-1])


# Digits.


def nearly_equal() -> list[tuple[Any, Any]]:
    """Pairs that differ by a share from 1e-15 to nearly all, and with tiny probabilities."""
    pairs = []
    p = rng.dirichlet(np.ones(6), 40)
    p[::2, 0] = 1e-9 * rng.random(20)
    p[::4, 1] = 1e-300
    p /= p.sum(-1, keepdims=True)
    for share in 10.0 ** np.arange(-15, 0.1, 0.5):
        wobble = share * rng.uniform(-0.9, 0.9, p.shape)
        q = p * (1 + wobble)
        pairs.append((p, q / q.sum(-1, keepdims=True)))
    pairs += [(p, rng.permuted(p, axis=-1)), (p[:20], p[20:]), (p, p), (p, np.roll(p, 1, -1))]
    return pairs


def divergence(p: Any, q: Any) -> Any:
    """KL as the package defines it, of exact numbers."""
    return sum(
        (a * mp.log(a / b) if a and b else mp.inf if a else 0) - a + b
        for a, b in zip(p, q, strict=True)
    )


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_nearly_equal_distributions_keep_their_digits(dtype: Any) -> None:
    worst = dict.fromkeys(("kl", "js"), 0.0)
    naive = 0.0
    for p, q in nearly_equal():
        p, q = p.astype(dtype)[:8], q.astype(dtype)[:8]
        kl, js = information.kl_divergence(p, q), information.js_divergence(p, q)
        for i in range(len(p)):
            with mp.workdps(80):
                a, b = ([mp.mpf(float(x)) for x in row] for row in (p[i], q[i]))
                m = [(x + y) / 2 for x, y in zip(a, b, strict=True)]
                true = divergence(a, b)
                worst["kl"] = max(worst["kl"], ulps(kl[i], true))
                worst["js"] = max(
                    worst["js"], ulps(js[i], (divergence(a, m) + divergence(b, m)) / 2)
                )
                with np.errstate(all="ignore"):
                    naive = max(naive, ulps(np.sum(p[i] * np.log(p[i] / q[i])), true))
    assert worst["kl"] <= BOUND and worst["js"] <= BOUND, worst
    assert naive > 1e6


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_sums_of_surprises_keep_their_digits(dtype: Any) -> None:
    tiny = [0.0, 1e-300, 1e-38, 1e-20, 1e-9, 0.3, 0.5]
    p = np.array([[1 - x, x] for x in tiny], dtype)
    q = p[::-1].copy()
    for i in range(len(p)):
        with mp.workdps(400):
            a, b = ([mp.mpf(float(x)) for x in row] for row in (p[i], q[i]))
            log_b = [mp.log(y) if y else -mp.inf for y in b]
            h = -sum(x * mp.log(x) for x in a if x)
            ce = -sum(x * y for x, y in zip(a, log_b, strict=True) if x)
            assert ulps(information.entropy(p[i]), h) <= BOUND
            assert ulps(information.cross_entropy(p[i], q[i]), ce) <= BOUND
            # A channel that nearly always says x, whatever comes: rows of a joint table.
            total = a[0] + a[1]
            left = sum(x * mp.log(total / x) for x in a if x)
            table = np.array([p[i], [0, 0]], dtype)
            assert ulps(information.conditional_entropy(table), left) <= BOUND
            assert ulps(information.conditional_entropy(table.T, axis=-2), left) <= BOUND


@pytest.mark.parametrize("share", [1e-1, 1e-4, 1e-7])
def test_nearly_independent_variables_keep_half_of_their_digits(share: float) -> None:
    x, y = rng.dirichlet(np.ones(4)), rng.dirichlet(np.ones(3))
    joint = np.outer(x, y) * (1 + share * rng.uniform(-1, 1, (4, 3)))
    joint /= joint.sum()
    with mp.workdps(60):
        cells = [[mp.mpf(float(c)) for c in row] for row in joint]
        of_x = [sum(row) for row in cells]
        of_y = [sum(column) for column in zip(*cells, strict=True)]
        true = sum(
            c * mp.log(c / (a * b)) - c + a * b
            for row, a in zip(cells, of_x, strict=True)
            for c, b in zip(row, of_y, strict=True)
        )
        assert abs(information.mutual_information(joint) / true - 1) < 1e-14 / share
    assert information.mutual_information(np.outer(x, y)) < 1e-30


def test_ratios_that_overflow() -> None:
    p, q = [5e-324, 1.0], [1.0, 5e-324]
    exact = 1074 * math.log(2)
    assert information.kl_divergence(p, q) == pytest.approx(exact, rel=1e-15)
    assert information.cross_entropy(p, q) == pytest.approx(exact, rel=1e-15)
    assert information.conditional_entropy([[1.0, 5e-324]]) == pytest.approx(745 * 5e-324, rel=1e-2)


# Refusals.


@pytest.mark.parametrize(
    ("function", "given_", "error", "words"),
    [
        (information.information_content, [1.5], ValueError, r"p must lie in \[0, 1\], got 1.5"),
        (information.information_content, [-0.5], ValueError, r"p must lie in .* got -0.5"),
        (information.entropy, [[0.5, 0.6]], ValueError, r"p must sum to 1 along axis -1, got 1.1"),
        (information.entropy, [[1.5, -0.5]], ValueError, r"p must not be negative, got -0.5"),
        (information.information_content, [[2.0, 3.0]], ValueError, r"got 2"),  # the first one
        (information.entropy, [[[0.5, 0.6], [0.5, 0.8]]], ValueError, r"got 1.1"),
        (information.entropy, [[1.75, -0.25, -0.5]], ValueError, r"got -0.25"),
        (information.entropy, [[np.inf, 0]], ValueError, r"p must sum to 1 .*got inf"),
        (information.entropy, [[]], ValueError, r"p must sum to 1 .*got 0"),
        (information.entropy, [1.0], ValueError, r"p must have the axis -1, got shape \(\)"),
        (information.entropy, [["a"]], TypeError, r"p must hold real numbers"),
        (information.entropy, [[True, False]], TypeError, r"p must hold real numbers.*bool"),
        (information.perplexity, [[0.5, 0.4]], ValueError, r"p must sum to 1 .*got 0.9"),
        (information.mutual_information, [[0.5, 0.5]], ValueError, r"joint must have the axis"),
        (information.mutual_information, [np.ones((2, 2))], ValueError, r"joint must sum to 1"),
        (information.conditional_entropy, [np.eye(2)], ValueError, r"joint must sum to 1 .*\(-2"),
    ],
)
def test_bad_input_is_named(function: Any, given_: Any, error: Any, words: str) -> None:
    with pytest.raises(error, match=words):
        function(*given_)


@two
def test_bad_pairs_are_named(function: Any) -> None:
    half = [0.5, 0.5]
    with pytest.raises(ValueError, match=r"p must sum to 1 along axis -1, got 1.5"):
        function([1.0, 0.5], half)
    with pytest.raises(ValueError, match=r"q must not be negative, got -1"):
        function(half, [2.0, -1.0])
    with pytest.raises(ValueError, match=r"q must have the shape of p, \(2,\), got \(3,\)"):
        function(half, [0.5, 0.25, 0.25])
    with pytest.raises(ValueError, match=r"q must have the shape of p, \(1, 2\), got \(2,\)"):
        function([half], half)
    with pytest.raises(TypeError, match="q must hold real numbers"):
        function(half, None)


@every
def test_bad_keywords_are_named(function: Any) -> None:
    given_ = arguments(function)
    for base in (10, 0, "2", None):
        with pytest.raises(ValueError, match=r"base must be math.e \(nats\) or 2 \(bits\), got"):
            function(*given_, base=base)
    with pytest.raises(TypeError, match="positional argument"):
        function(*given_, 2)
    if "axis" in inspect.signature(function).parameters:
        with pytest.raises(ValueError, match=r"axis .*3"):
            function(*given_, axis=3)


def test_the_sum_may_be_off_by_rounding_alone() -> None:
    root = 2.0**-26  # of the distance of two floats near 1
    assert information.entropy([0.5, 0.5 + root]) > 0
    with pytest.raises(ValueError, match="p must sum to 1"):
        information.entropy([0.5, 0.5 + root + 2**-52])
    for dtype, allowed, refused in ((np.float64, 1e-8, 2e-8), (np.float32, 3e-4, 4e-4)):
        assert information.entropy(np.array([0.5, 0.5 + allowed], dtype)) > 0
        assert information.entropy(np.array([0.5, 0.5 - allowed], dtype)) > 0
        for off in (refused, -refused):
            with pytest.raises(ValueError, match="p must sum to 1"):
                information.entropy(np.array([0.5, 0.5 + off], dtype))
