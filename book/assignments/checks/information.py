"""What holds the formulas of the assignment `information.md` to the truth."""

import sympy as sp

from tools.claims import Tested

s, w, d = sp.Symbol("s", positive=True), sp.Symbol("w", positive=True), sp.Symbol("d", real=True)
EXTRA = sp.log(w / s) + (s**2 + d**2) / (2 * w**2) - sp.Rational(1, 2)
"""The divergence of two Gaussians whose means differ by d, proved in the chapter."""


def least(square: sp.Expr) -> None:
    """With this square of w the divergence has no slope in w, and bends upwards."""
    assert sp.simplify(sp.diff(EXTRA, w).subs(w, sp.sqrt(square))) == 0
    assert sp.simplify(sp.diff(EXTRA, w, 2).subs(w, sp.sqrt(square))).is_positive


INLINE = {
    "w^2 = s^2 + d^2": Tested(
        "w^2 = s^2 + d^2", least, s**2 + d**2, (s**2, (s + d) ** 2, (s**2 + d**2) / 2)
    ),
}
