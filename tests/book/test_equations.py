"""A displayed equation that is wrong, unlabelled or unchecked is found."""

import re
from pathlib import Path

import pytest

from tests.book import small
from tools import check_equations
from tools.unchanged import ROOT

E = r"\log \sum_{k=1}^{K} e^{z_k} - z_y"


def test_the_book_has_no_problems() -> None:
    assert check_equations.problems(ROOT) == []


def test_the_small_chapter_has_none(tmp_path: Path) -> None:
    small.write(tmp_path)
    assert check_equations.problems(tmp_path) == []
    assert check_equations.counts(tmp_path)["small-one"] == (2, 1, 1, 0, 0)


BREAKS = [
    (E, E.replace(" - ", " + "), r"small-one\.md:13: \(eq-loss\) is wrong: .* at K = "),
    (E, E.replace("z_y", "2 z_y"), r":13: \(eq-loss\) is wrong"),
    (E, E.replace("z_y", "z_k"), r":13: \(eq-loss\) is wrong"),
    (E, E.replace("e^{z_k}", "e^{-z_k}"), r":13: \(eq-loss\) is wrong"),
    (E, E.replace("k=1", "k=2"), r":13: \(eq-loss\) is wrong"),
    (E, E.replace("^{K}", "^{k}"), r":13: \(eq-loss\) is wrong"),
    (E, E.replace("^{K}", "^{N}"), r":13: \(eq-loss\) is wrong"),
    (E, E.replace("z_y", "q_y"), r":13: \(eq-loss\) cannot be read: q has no meaning"),
    ("= -\\log p_y", "= -\\log p_j", r":13: \(eq-loss\) is wrong"),
    (r"\ell(z, y) =", "p_y =", r":13: \(eq-loss\) is wrong"),
    ("p_j - [j = y]", "p_j - [k = y]", r":18: \(eq-slope\) is wrong"),
    ("p_j - [j = y]", "p_j", r":18: \(eq-slope\) is wrong"),
    ("p_j - [j = y]", "p_j^2 - [j = y]", r":18: \(eq-slope\) is wrong"),
    (r"\partial z_j", r"\partial z_y", r":18: \(eq-slope\) is wrong"),
    ("} = p_j - [j = y]", r"} \le p_j - [j = y]", r"is not an equation; bind a test"),
    (r"\ge z_y", r"\ge z_k", r":22: \(eq-above\) is .*, but its check was written for"),
    (r"lse}(z) - z_y$", r"lse}(z) + z_y$", r":26: \$.*\+ z_y\$ has no check; add it to INLINE"),
    (" (eq-slope)", "", r":18: an equation without a label"),
    ("(eq-slope)", "(eq-new)", r":18: \(eq-new\) has no check; add it to EQUATIONS in checks/"),
    ("(eq-slope)", "(eq-new)", r"a check of \(eq-slope\), which small-one.md does not have"),
    ("(eq-slope)", "(eq-loss)", r":18: \(eq-loss\) is also the label at small-one.md:13"),
    ("It is", "\\begin{align}a\\end{align}\n\nIt is", r":26: \\begin\{align\} without a label"),
    ("It is", "```{math}\na = b\n```\n\nIt is", r":27: a \{math\} block"),
    ("It is", "$$ a\n\nIt is", r":26: \$\$ without a label"),
    ("prints", "$a = 2 b$", r":26: \$a = 2 b\$ has no check"),
    ("prints", r"$\frac{1}{2} a$", r":26: \$\\frac\{1\}\{2\} a\$ has no check"),
    ("prints", r"$-\log 10$", r":26: \$-\\log 10\$ has no check"),
]


@pytest.mark.parametrize(("old", "new", "reason"), BREAKS)
def test_a_broken_equation_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    small.write(tmp_path, old, new)
    found = check_equations.problems(tmp_path)
    assert any(re.search(reason, problem) for problem in found), found


def test_a_check_that_cannot_fail_is_refused(tmp_path: Path) -> None:
    small.write(tmp_path, checks=small.CHECKS.replace("max(z) + 1", "min(z)"))
    assert "false claim 1 passes the check as well" in check_equations.problems(tmp_path)[0]
    small.write(tmp_path, checks=small.CHECKS.replace("(lambda z: max(z) + 1,)", "()"))
    assert "no false claim shows that the check can fail" in check_equations.problems(tmp_path)[0]


def test_checks_without_a_chapter(tmp_path: Path) -> None:
    small.write(tmp_path)
    (tmp_path / "book" / "checks" / "lost.py").write_text("")
    assert check_equations.problems(tmp_path) == ["checks/lost.py: checks without a chapter"]


def test_a_chapter_without_checks(tmp_path: Path) -> None:
    small.write(tmp_path)
    (tmp_path / "book" / "checks" / "small_one.py").unlink()
    found = check_equations.problems(tmp_path)
    assert sum("has no check" in problem for problem in found) == len(found) == 4


def test_a_check_that_fails_is_reported(tmp_path: Path) -> None:
    small.write(tmp_path, checks=small.CHECKS.replace("above, max", "above, lambda z: 9"))
    assert "(eq-above) is wrong" in check_equations.problems(tmp_path)[0]


@pytest.mark.parametrize(
    ("symbol", "function", "reason"),
    [
        (
            "real=True",
            "lambda p: abs(p).sum()",
            r"\(eq-above\) is wrong: .* at p = \[.*-.*the sides",
        ),
        ("positive=True", "lambda p: abs(p).sum()", ""),
        ("real=True", "only_positive", ""),
        ("real=True", "lambda p: p.sum()", ""),
    ],
)
def test_what_is_real_may_be_negative(
    tmp_path: Path, symbol: str, function: str, reason: str
) -> None:
    more = f"""
from tools.claims import VALUE, Computes
import sympy as sp

def only_positive(p):
    if (p < 0).any():
        raise ValueError("p must not be negative")
    return abs(p).sum()

P = sp.IndexedBase("p", {symbol})
claim = Computes({{**CLASSES, "p": P, r"\\operatorname{{lse}}(z)": VALUE}}, {function}, (P,))
EQUATIONS["eq-above"] = claim
"""
    edit = (r"\operatorname{lse}(z) \ge z_y", r"\operatorname{lse}(z) = \sum_k p_k")
    small.write(tmp_path, *edit, checks=small.CHECKS + more)
    found = check_equations.problems(tmp_path)
    assert not found if not reason else re.search(reason, found[0]), found


def test_an_equation_is_held_against_a_function(tmp_path: Path) -> None:
    more = """
from tools.claims import VALUE, Computes
import sympy as sp
P = sp.IndexedBase("p")
claim = Computes({**CLASSES, "p": P, r"\\operatorname{lse}(z)": VALUE}, FUNCTION, (P,))
EQUATIONS["eq-above"] = claim
"""
    edit = (r"\operatorname{lse}(z) \ge z_y", r"\operatorname{lse}(z) = \sum_k p_k^2")
    for function, good in (("lambda p: (p**2).sum()", True), ("lambda p: p.sum()", False)):
        small.write(tmp_path, *edit, checks=small.CHECKS + more.replace("FUNCTION", function))
        found = check_equations.problems(tmp_path)
        assert (found == []) is good, found
    assert re.search(r"\(eq-above\) is wrong: .* at p = \[.*\] the sides are", found[0])
