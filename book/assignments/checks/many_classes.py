"""What holds the formulas of the assignment `many-classes.md` to the truth."""

import sympy as sp

import lossbook as lb
from lossbook import symbolic as s
from tools.claims import Means

d, T = sp.Symbol("d", real=True), sp.Symbol("T", positive=True)
of_two = lb.cross_entropy.formula.subs({s.K: 2, s.right: 1}).doit()

INLINE = {
    r"\log(1 + e^{-d/T})": Means(
        of_two.xreplace({s.z[1]: d / T, s.z[2]: sp.Integer(0)}), {"d": d, "T": T}
    ),
}
