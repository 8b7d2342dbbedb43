"""What holds the formulas and code of the assignment `margins.md` to the truth."""

import sympy as sp

from lossbook import symbolic as s
from tools.claims import Means

m, z = sp.symbols("m z", real=True)
MARGIN = {"m": m}

INLINE = {
    "e^{-yz}": Means(sp.exp(-s.y * z), {"y": s.y, "z": z}),
    # the four functions of the solution's cell
    "(1 - m)^2": Means((1 - m) ** 2, MARGIN),
    r"\max(0, -m)^2": Means(sp.Max(0, -m) ** 2, MARGIN),
    "e^{-m}": Means(sp.exp(-m), MARGIN),
    r"\max(0, 10 - m)": Means(sp.Max(0, 10 - m), MARGIN),
}

CODE = {
    "label[label == 0] = -1": "a mistake that the sentence warns of",
}
