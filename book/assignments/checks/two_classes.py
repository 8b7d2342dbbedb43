"""What holds the formulas of the assignment `two-classes.md` to the truth."""

import sympy as sp

import lossbook as lb
from lossbook import symbolic as s
from tools.claims import Means, Stated

PLAIN = lb.binary_cross_entropy_with_logits.formula.subs(s.pos_weight, 1)
OF_A_NO = sp.diff(PLAIN.subs(s.y, 0), s.x)
"""The slope of a no, which is the probability."""

INLINE = {
    "p - y": Means(sp.Derivative(PLAIN, s.x), {"p": OF_A_NO, "y": s.y}),
    "p - c y": Stated("a wrong slope, which question 2 rejects"),
}
