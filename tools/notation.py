"""What the book's symbols mean to SymPy, once and for all: the notation page, for machines.

A chapter takes what it needs, `{**CLASSES, "T": temperature}`, and adds its own.
"""

from typing import Any

import sympy as sp

from lossbook import symbolic as s
from tools.latex import Function, Index, Names


def sigmoid(x: sp.Expr) -> sp.Expr:
    return 1 / (1 + sp.exp(-x))


def lse(vector: sp.IndexedBase) -> sp.Expr:
    """The log-sum-exp of a vector over the classes."""
    n = sp.Dummy("n", integer=True, positive=True)
    return sp.log(sp.Sum(sp.exp(vector[n]), (n, 1, s.K)))


P, Q = (sp.IndexedBase(name, positive=True) for name in "pq")
"""Two distributions."""


def entropy(p: Any, q: Any = None) -> sp.Expr:
    """H(p), or the cross-entropy H(p, q)."""
    n = sp.Dummy("n", integer=True, positive=True)
    return -sp.Sum(p[n] * sp.log((p if q is None else q)[n]), (n, 1, s.K))


def divergence(p: Any, q: Any) -> sp.Expr:
    n = sp.Dummy("n", integer=True, positive=True)
    return sp.Sum(p[n] * sp.log(p[n] / q[n]), (n, 1, s.K))


class Middle:
    """(p + q)/2, which is a vector without being a symbol."""

    def __getitem__(self, index: Any) -> sp.Expr:
        return (P[index] + Q[index]) / 2

    def __call__(self, index: Any) -> sp.Expr:
        return self[index]


epsilon = sp.Symbol("epsilon", positive=True)

INDICES: Names = {
    "i": Index(s.i, s.N),
    "j": Index(s.j, s.K),
    "k": Index(s.k, s.K),
    "K": s.K,
    "N": s.N,
}

SCALARS: Names = {
    r"\hat y": s.yhat,
    "y": s.y,
    r"\beta": s.beta,
    r"\delta": s.delta,
    r"\tau": s.quantile,
    r"\sigma^2": s.var,
    r"\varepsilon": epsilon,
    r"\sigma": Function(sigmoid),
}

CLASSES: Names = {
    **INDICES,
    "z": s.z,
    "t": s.t,
    "y": s.right,
    "p": s.softmax,
    r"\operatorname{lse}": Function(lse),
    r"\operatorname{softmax}": Function(lambda z: s.softmax),
    r"\varepsilon": epsilon,
}

LARGEST_LOGIT = s.Maximum(s.z[s.k], (s.k, 1, s.K))

DISTRIBUTIONS: Names = {
    **INDICES,
    "p": P,
    "q": Q,
    "H": Function(entropy),
    r"\operatorname{KL}": Function(divergence),
}
