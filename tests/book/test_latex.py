"""The reader of LaTeX: what it understands, and that it refuses what can be misread."""

import pytest
import sympy as sp

from lossbook import derivation
from lossbook import symbolic as s
from tools import latex
from tools.latex import ELEMENT, Function
from tools.notation import CLASSES, lse, sigmoid

a, b, x = sp.symbols("a b x", real=True)
NAMES = {
    **CLASSES, "a": a, "b": b, "x": x, r"\hat y": s.yhat, r"\sigma": Function(sigmoid),
    r"\gamma": s.gamma, "w_{y_i}": a, r"\sigma^2": s.var,
}  # fmt: skip
total = sp.Sum(sp.exp(s.z[s.k]), (s.k, 1, s.K))


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("a b - a/b", a * b - a / b),
        (r"-\frac{a}{b} x", -a / b * x),
        (r"\tfrac12 x", x / 2),
        ("2(1 - a)", 2 - 2 * a),
        ("x^2 + e^{-x}", x**2 + sp.exp(-x)),
        (r"\left| a - x \right|", sp.Abs(a - x)),
        (r"\hat{y} - \hat y x", s.yhat - s.yhat * x),
        (r"x \sigma(-x)", x * sigmoid(-x)),
        (r"a^{\gamma}\log x", a**s.gamma * sp.log(x)),
        (r"\log \sigma^2", sp.log(s.var)),
        (r"\ln(1 + x)", sp.log(1 + x)),
        (r"\sum_{k=1}^{K} e^{z_k}", total),
        (r"\log \sum_k e^{z_k} - z_y", sp.log(total) - s.z[s.right]),
        (r"a \sum_j t_j - t_k", a * sp.Sum(s.t[s.j], (s.j, 1, s.K)) - s.t[s.k]),
        ("[j = y]", sp.KroneckerDelta(s.j, s.right)),
        (r"w_{y_i} x", a * x),
        (r"\operatorname{lse}(z)", lse(s.z)),
        (r"\max(0, 1 - x)^2", sp.Max(0, 1 - x) ** 2),
        (r"\begin{cases} x & x > 0 \\ a & \text{otherwise} \end{cases}",
         sp.Piecewise((x, x > 0), (a, True))),
        (r"\frac{\partial p_j}{\partial z_k}", sp.Derivative(s.softmax(s.j), s.z[s.k])),
        ("t", s.t[ELEMENT]),
    ],
)  # fmt: skip
def test_it_reads(text: str, meaning: sp.Expr) -> None:
    found = latex.expression(text, NAMES)
    assert found == meaning or derivation.prove_equal(found, meaning)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a c", "c has no meaning"),
        ("a / b x", "can be read in two ways"),
        ("a / b / x", "can be read in two ways"),
        (r"\log a b", "how far"),
        (r"\log(a)^2", "can be read in two ways"),
        (r"\log^2 a", "can be read in two ways"),
        (r"\sum_{m=1}^{K} a", "m is not an index"),
        (r"\sum a", "over which index"),
        ("a_k", "takes no index"),
        (r"\frac{a}{b", "expected"),
        ("a +", "has no meaning"),
        ("a b 2", "a number after a factor"),
        (r"\Gamma(x)", "has no meaning"),
        ("a)", "cannot read on"),
    ],
)
def test_it_refuses(text: str, reason: str) -> None:
    with pytest.raises(latex.LatexError, match=reason):
        latex.expression(text, NAMES)


def test_capitals_are_other_letters() -> None:
    assert latex.expression("K", NAMES) == s.K != latex.expression("k", NAMES)


def test_several_equations_in_one_display() -> None:
    statements = latex.read(r"a = b = x, \qquad a \le 1 \quad (k \ne y)", NAMES)
    assert [each.signs for each in statements] == [["=", "="], [r"\le"]]
    assert statements[1].condition == sp.Ne(s.k, s.right)


def test_lines_of_one_equation() -> None:
    text = r"\begin{aligned} a &= b \\ &= x \end{aligned}"
    assert [each.sides for each in latex.read(text, NAMES)] == [[a, b, x]]


def test_brackets_decide_when_they_are_numbers() -> None:
    for text, at, value in (
        (r"[x < 1]", 1, 0), (r"[x \le 1]", 1, 1), (r"[x > 0]", 2, 1), (r"[x \ne 2]", 2, 0),
        ("[x = 2]", 2, 1),
    ):  # fmt: skip
        assert latex.expression(text, NAMES).subs(x, at) == value


def test_a_maximum_without_one_class() -> None:
    found = latex.expression(r"\max_{k \ne y} z_k", NAMES).subs({s.K: 3, s.right: 2}).doit()
    assert found.xreplace({s.z[1]: 1, s.z[2]: 9, s.z[3]: 4}) == 4
