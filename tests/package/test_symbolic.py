"""Derivations accept true steps, refuse false ones, and say which point refutes them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy as sp

import lossbook as lb
from lossbook import symbolic
from lossbook.derivation import Derivation, DerivationError, prove_equal
from lossbook.symbolic import K, j, k, p, right, softmax, z

x = sp.Symbol("x", real=True)
positive = sp.Symbol("x", positive=True)
total = sp.Sum(sp.exp(z[k]), (k, 1, K))
delta = sp.KroneckerDelta(j, right)


@pytest.mark.parametrize(
    ("a", "b", "how"),
    [
        ((x + 1) ** 2, x**2 + 2 * x + 1, "by SymPy"),
        (sp.log(positive**2), 2 * sp.log(positive), "by SymPy"),
        (sp.sin(x) ** 2 + sp.cos(x) ** 2, sp.Integer(1), "by SymPy"),
        (-sp.log(softmax(right)), sp.log(total) - z[right], "at 12 exact points"),
        (sp.Derivative(sp.log(total), z[j]), softmax(j), "at 12 exact points"),
        (sp.Derivative(x**3, x), 3 * x**2, "at 12 exact points"),
    ],
)
def test_equal_expressions(a: Any, b: Any, how: str) -> None:
    assert prove_equal(a, b) == how


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (x, -x),
        (sp.sqrt(x**2), x),
        (x**2, x**2 + sp.Rational(1, 10**15)),
        (sp.log(total), sp.log(total) + z[right]),
        (sp.Derivative(sp.log(total), z[j]), softmax(right)),
        (softmax(j) - delta, softmax(j) + delta),
        (softmax(j) - delta, delta - softmax(j)),
        (sp.Sum(z[k], (k, 1, K)), sp.Sum(z[k], (k, 1, K - 1))),
        (sp.Sum(z[k], (k, 1, K)), sp.Sum(z[k], (k, 2, K))),
    ],
)
def test_unequal_expressions(a: Any, b: Any) -> None:
    with pytest.raises(DerivationError, match="they are"):
        prove_equal(a, b)


def test_a_point_where_they_differ_is_shown_and_differs() -> None:
    with pytest.raises(DerivationError, match=r"at x = (.+) they are (.+) and (.+)") as caught:
        prove_equal(x**2, x**3)
    words = str(caught.value).split()
    at = sp.Rational(words[3])
    assert float(words[6]) == pytest.approx(float(at**2))
    assert float(words[8]) == pytest.approx(float(at**3))


def test_points_where_both_are_zero_do_not_count() -> None:
    """A hinge and a wrong hinge are both 0 at most points."""
    hinge = sp.Max(0, 2 - 3 * x)
    assert prove_equal(hinge, sp.Max(2 - 3 * x, 0)) == "by SymPy"
    with pytest.raises(DerivationError, match="they are"):
        prove_equal(sp.Max(0, x - 5), sp.Max(0, 2 * (x - 5)))
    assert prove_equal(x - x, sp.Integer(0)) == "by SymPy"


def test_what_cannot_be_evaluated_is_refused() -> None:
    f = sp.Function("f")
    with pytest.raises(DerivationError, match="neither can be evaluated"):
        prove_equal(f(x), f(x) + 1)


def test_a_failed_step_adds_nothing() -> None:
    chain = Derivation(x + x, "s").step(2 * x, "addition")
    with pytest.raises(DerivationError, match=r"step 2 \(slip\).*\n.*2\*x\n.*3\*x\n"):
        chain.step(3 * x, "slip")
    assert len(chain.steps) == 2 and chain.result == 2 * x
    assert repr(chain) == "2*x\n= 2*x    [addition]"


def test_abbreviations_are_expanded_whatever_their_index() -> None:
    short = {p[j]: softmax(j)}
    chain = Derivation(-sp.log(p[right]), where=short).step(sp.log(total) - z[right], "expanded")
    assert chain.steps[1].proof == "at 12 exact points"
    with pytest.raises(DerivationError):
        Derivation(p[right], where=short).step(softmax(j), "another index")


def test_latex_has_one_aligned_line_for_each_step() -> None:
    chain = Derivation(sp.Derivative(sp.log(total), z[j]) - delta, "g")
    chain.step(p[j] - delta, "softmax", where={p[j]: softmax(j)})
    lines = chain._repr_latex_().split("\n")
    assert lines[0] == r"$$\begin{alignedat}{2}" and lines[-1] == r"\end{alignedat}$$"
    assert lines[1].startswith("g &= ") and len(lines) == 4
    assert lines[2] == r" &= p_{j} - \left[j = y\right] &\quad& \text{softmax}"


@pytest.mark.parametrize("name", list(lb.losses()))
def test_every_loss_has_a_formula_in_the_books_notation(name: str) -> None:
    text = symbolic.latex(symbolic.expression(name))
    assert text and "{{" not in text.replace("{{\\", "")


def test_keywords_print_as_letters_or_as_words() -> None:
    shown = {name: symbolic.latex(symbolic.expression(name)) for name in lb.losses()}
    assert r"\tau" in shown["quantile_loss"] and "quantile" not in shown["quantile_loss"]
    assert r"\frac{\log{\left(\sigma^{2} \right)}}{2}" in shown["gaussian_nll_loss"]
    with_word = shown["binary_cross_entropy_with_logits"]
    assert r"\operatorname{pos\_weight}" in with_word and "pos_{weight}" not in with_word


def test_a_loss_without_formula_says_so() -> None:
    with pytest.raises(NotImplementedError, match="no formula is known for nonsense"):
        symbolic.expression("nonsense")


def test_floats_are_evaluated_exactly() -> None:
    value, (slope,) = symbolic.evaluate(lb.mse_loss, 0.1, 0.3)
    exact = (sp.Rational(*(0.1).as_integer_ratio()) - sp.Rational(*(0.3).as_integer_ratio())) ** 2
    assert abs(value - exact) < sp.Float("1e-30") and float(slope) == pytest.approx(-0.4)
    value, slopes = symbolic.evaluate(lb.cross_entropy, [0.0, 0.0], 1)
    assert float(value) == pytest.approx(np.log(2)) and [float(s) for s in slopes] == [0.5, -0.5]


def test_an_abbreviation_under_a_sum_over_its_own_index() -> None:
    short = {p[k]: softmax(k)}
    everything = sp.Sum(p[k], (k, 1, K))
    Derivation(everything, where=short).step(1, "probabilities")
    with pytest.raises(DerivationError, match="not equal"):
        Derivation(everything, where=short).step(2, "a slip")


def test_two_indices() -> None:
    t = sp.IndexedBase("t", real=True)
    i = sp.Symbol("i", integer=True, positive=True)
    rows_first = sp.Sum(t[i, k], (i, 1, 2), (k, 1, K))
    assert "points" in prove_equal(rows_first, sp.Sum(t[i, k], (k, 1, K), (i, 1, 2)))
    with pytest.raises(DerivationError, match="they are"):
        prove_equal(rows_first, sp.Sum(t[k, i], (i, 1, 2), (k, 1, K)))
