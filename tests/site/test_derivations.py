"""Each derivation of a notebook is set as a grid on its page, line by line."""

import json
import re
from pathlib import Path

import pytest
import sympy as sp

from lossbook import Derivation
from tools.sphinx_ext.lossbook_derivations import lines
from tools.unchanged import ROOT

CHAPTERS = ROOT / "book" / "chapters"
WITHOUT = {"wrong-in-the-wild"}  # a gallery; it derives nothing
GRID = re.compile(r"class=\"derivation[ \"]")
BUILT = ROOT / "_build" / "html" / "book" / "chapters"

x = sp.Symbol("x", real=True)


def test_lines_are_taken_apart() -> None:
    chain = Derivation((x + 1) ** 2, "f(x)").step(x**2 + 2 * x + 1, "the square, written out")
    found = lines(chain._repr_latex_().strip("$"))
    assert found == [
        ("f(x)", r"= \left(x + 1\right)^{2}", ""),
        ("", "= x^{2} + 2 x + 1", "the square, written out"),
    ]


def test_cases_stay_within_their_line() -> None:
    cases = sp.Piecewise((x, x > 0), (-x, True))
    chain = Derivation(sp.Abs(x)).step(cases, "by the sign")
    found = lines(chain._repr_latex_().strip("$"))
    assert found is not None and [line[2] for line in found] == ["", "by the sign"]
    assert found[0][:2] == ("", r"\left|{x}\right|") and r"\\" in found[1][1]


def test_another_equation_is_left_alone() -> None:
    assert lines("x = 1") is None
    assert lines("\\begin{alignedat}{2}\nno ampersand\n\\end{alignedat}") is None


@pytest.mark.parametrize("notebook", sorted(CHAPTERS.glob("*.ipynb")), ids=lambda p: p.stem)
def test_every_derivation_is_a_grid(notebook: Path) -> None:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    latex = ["".join(each.get("data", {}).get("text/latex", "")) for each in outputs]
    expected = sum(r"\begin{alignedat}" in text for text in latex)
    page = (BUILT / f"{notebook.stem}.html").read_text(encoding="utf-8")
    assert len(GRID.findall(page)) == expected
    assert expected or notebook.stem in WITHOUT
    assert r"\begin{alignedat}" not in page
