"""The parts of the checker: plain data, what arguments are, distances, expressions."""

import json
import subprocess
import sys
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp
import torch

from lossbook.assignments import arguments, expressions
from lossbook.assignments.arguments import Distributions, Labels, One, Reals, Whole
from lossbook.assignments.calling import Here, resolved
from lossbook.assignments.compare import Tolerance, distance, scaled
from lossbook.assignments.plain import Expression, Name, NotPlain, decode, encode, plain
from lossbook.assignments.shrinking import shrink

BATCH = {"z": Reals("N K"), "y": Labels("N", of="K", also=(-100,)), "n": Whole(1, 9)}


@pytest.mark.parametrize(
    "value",
    [
        None, True, 3, -0.5, float("inf"), "text", [1, [2.0, "x"]], {"a": [1]}, Name("lossbook:f"),
        np.array([[1.5, np.nan]]), np.array([1, 2], np.int32), np.zeros((0, 3)), np.array([True]),
    ],
)  # fmt: skip
def test_plain_data_survives_a_pipe(value: Any) -> None:
    line = encode(value)
    assert "\n" not in line
    back = decode(line)
    assert type(back) is type(value)
    if isinstance(value, np.ndarray):
        np.testing.assert_array_equal(back, value)
        assert back.dtype == value.dtype and back.flags.writeable
    else:
        assert back == value


def test_what_counts_as_plain() -> None:
    leaf = torch.tensor([1.0, 2.0], requires_grad=True)
    np.testing.assert_array_equal(plain(leaf * 2), [2.0, 4.0])
    assert plain(torch.tensor(0.5, dtype=torch.bfloat16)) == 0.5
    assert plain(np.float32(0.5)) == 0.5 and type(plain(np.float32(0.5))) is float
    assert plain(Fraction(1, 2)) == 0.5 and plain((1, 2)) == [1, 2]
    assert plain(i for i in range(3)) == [0, 1, 2]
    x = sp.Symbol("x", positive=True)
    assert plain(sp.sqrt(x)).tree == ["Pow", ["Symbol", "x"], ["Rational", 1, 2]]
    for wrong in (object(), print, 1j, sp.Matrix([x]), sp.Eq(x, 1), np.array([None])):
        with pytest.raises(NotPlain):
            plain(wrong)


@pytest.mark.parametrize(
    "line",
    [
        "", "{", '{"array": ["|O", [1], "AAAA"]}', '{"array": ["<f8", [9], "AAAA"]}', '{"code": 1}',
        '{"array": ["<f8", [1]]}', '{"a": 1, "b": 2}', '{"dict": 3}', "[" * 100000,
    ],
)  # fmt: skip
def test_a_line_of_a_stranger_is_only_data(line: str) -> None:
    with pytest.raises(ValueError):
        decode(line)


def test_a_name_is_one_of_lossbooks() -> None:
    assert resolved(Name("lossbook.multiclass:softmax"))([0.0]) == 1
    with pytest.raises(ValueError, match="no function of lossbook"):
        resolved(Name("os:remove"))


def test_axes_stay_together() -> None:
    z, y = np.arange(6.0).reshape(2, 3), np.array([2, -100])
    assert arguments.sizes(BATCH, (z, y, 3)) == {"N": 2, "K": 3}
    found = list(arguments.smaller(BATCH, (z, y, 3), {"K": 2}))
    shapes = {np.shape(candidate[0]) for candidate in found}
    assert shapes == {(1, 3), (2, 2), (2, 3)}
    renamed = [candidate[1].tolist() for candidate in found if candidate[0].shape == (2, 2)]
    assert renamed == [[1, -100], [1, -100]], "class 2 is in use and stays; others rename it"
    with pytest.raises(ValueError, match="axis N has the lengths"):
        arguments.sizes(BATCH, (z, y[:1], 3))


def test_draws_are_what_they_are_said_to_be() -> None:
    rng = np.random.default_rng(0)
    description = {**BATCH, "p": Distributions("N K"), "way": One(("mean", "sum"))}
    for _ in range(50):
        z, y, n, p, way = arguments.draw(description, rng, {"N": 3, "K": 4})
        assert z.shape == p.shape == (3, 4) and y.shape == (3,) and 1 <= n <= 9
        assert ((y == -100) | ((y >= 0) & (y < 4))).all() and np.allclose(p.sum(1), 1)
        assert way in ("mean", "sum")
        for candidate in arguments.smaller(description, (z, y, n, p, way), {}):
            assert np.allclose(candidate[3].sum(1), 1)


def test_shrinking_ends_where_nothing_smaller_fails() -> None:
    z, y = np.full((4, 3), 4.7), np.array([1, 2, 0, 1])
    small = shrink(BATCH, (z, y, 9), {}, lambda values: values[0].max() > 2 and values[2] > 1)
    assert small[0].tolist() == [[5.0]] and small[1].tolist() == [0] and small[2] == 2


def test_distances() -> None:
    one = Tolerance(1e-6, 1e-5)
    assert distance(1.0, 1.0, one).ratio == 0
    assert distance(1.0 + 1.1e-5, 1.0, one).ratio == pytest.approx(1.0, rel=1e-6)
    assert distance(1001.0001, 1001.0, scaled(1000)).ratio < 0.1
    assert distance(np.ones(3), np.ones((3, 1)), one).words.startswith("It is an array of shape")
    assert distance([1, 2], np.array([1.0, 2.0]), one).ratio == 0
    assert distance(np.inf, np.inf, one).ratio == 0 and distance(np.nan, np.nan, one).ratio == 0
    assert distance(np.nan, np.inf, one).ratio == np.inf
    assert distance(np.nan, np.inf, one, loose=True).ratio == 0
    assert distance(np.nan, 1.0, one, loose=True).ratio == np.inf
    assert distance({"a": 1.0}, {"a": 2.0}, one).ratio > 1e4
    assert "keys 'a'" in distance({"b": 1.0}, {"a": 2.0}, one).words
    assert "2 things" in distance([1.0], ["x", 1.0], one).words
    assert distance(True, True, one).ratio == 0 and distance("x", True, one).ratio == np.inf


def test_expressions_are_known_by_their_names() -> None:
    x, y = sp.Symbol("x", integer=True), sp.Symbol("y")
    here = {"x": Fraction(1, 3), "y": Fraction(-2)}
    for expression in (
        sp.exp(x) / (1 + y**2), sp.log(x) * sp.Max(x, y), sp.Abs(y) ** x, sp.pi + sp.E * x,
        sp.Piecewise((x, y > 0), (y, True)), sp.Heaviside(y) + sp.sign(y), sp.sqrt(x), 0.5 * x,
        sp.Derivative(x**2, x), sp.IndexedBase("x")[1] * 0 + x,
    ):  # fmt: skip
        wanted = expression.doit().subs({x: sp.Rational(1, 3), y: -2}).evalf(30)
        assert expressions.value(plain(expression), here) == pytest.approx(float(wanted))
    assert np.isnan(expressions.value(plain(sp.log(y)), here)), "not real"
    assert np.isnan(expressions.value(plain(1 / (y + 2)), here)), "not defined"
    for unknown in (sp.Symbol("z"), sp.Function("f")(x), sp.Integral(sp.exp(-(x**3)), x)):
        with pytest.raises(expressions.Unknown):
            expressions.value(plain(unknown), here)
    evil = Expression("", ["__import__", ["Symbol", "x"]])
    with pytest.raises(expressions.Unknown):
        expressions.value(evil, here)


def test_a_stub_is_an_empty_body() -> None:
    def dots() -> None: ...

    def documented() -> None:
        """Do it."""

    def written() -> int:
        return 1

    assert Here(dots).call().failure == Here(documented).call().failure == "stub"
    assert Here(written).call().value == 1 and Here(len).call([1]).value == 1


def test_importing_it_brings_nothing_but_numpy() -> None:
    """SymPy comes with the first derivation that is checked, not before."""
    code = (
        "import sys, json, lossbook.assignments as a; a.check('many-classes.q1', len);"
        "print(json.dumps([n for n in ('sympy', 'torch', 'matplotlib') if n in sys.modules]))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == []
