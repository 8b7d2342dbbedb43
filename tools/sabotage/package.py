"""Errors in lossbook: a line of a loss, an equation of a docstring."""

import re
from collections.abc import Iterator
from pathlib import Path

from tools.sabotage import formulas, python
from tools.sabotage.plant import Edit, Plant, plants

FAMILIES = ("information", "regression", "binary", "multiclass", "margin", "focal", "special")
DISPLAY = re.compile(r"(?<!`)\$\$(.+?)\$\$", re.DOTALL)
DOCSTRING = re.compile(r'r"""(.+?)"""', re.DOTALL)


def docstring_equations(text: str) -> Iterator[Edit]:
    for doc in DOCSTRING.finditer(text):
        for match in DISPLAY.finditer(doc[1]):
            start = doc.start(1) + match.start(1)
            yield from (edit.shifted(start) for edit in formulas.any_of_them(match[1]))


def of_book(root: Path) -> Iterator[Plant]:
    for family in FAMILIES:
        path = root / "lossbook" / f"{family}.py"
        if path.exists():
            text = path.read_text(encoding="utf-8")
            yield from plants("line of a loss", root, path, text, python.losses(text))
            found = docstring_equations(text)
            yield from plants("equation in a docstring", root, path, text, found)
