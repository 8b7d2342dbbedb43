"""Answers as plain data: numbers, text, arrays, lists, and expressions as trees.

Whatever a learner's function returns is turned into plain data where it was computed. A judge
in another process then needs nothing but these bytes, and unpickles nothing.
"""

from __future__ import annotations

import base64
import itertools
import json
import sys
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

LONGEST = 1000
"""Elements taken from an iterator, which may have no end."""

NUMBERS = "fiub"
"""The kinds of NumPy's types that count as numbers."""


class Expression(NamedTuple):
    """A SymPy expression, taken apart: nested lists of a head and its arguments."""

    text: str
    tree: list[Any]


class Name(NamedTuple):
    """A function given to an answer as an argument: `module:function`, inside lossbook."""

    name: str


class NotPlain(TypeError):
    """What is no data; its message says in words what it is."""


def plain(value: Any) -> Any:
    """Return `value` as plain data, copied, or raise `NotPlain`."""
    if value is None or isinstance(value, (bool, Expression, Name)):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, (int, float, Fraction)):
        return int(value) if isinstance(value, int) else float(value)
    if isinstance(value, (np.ndarray, np.generic)):
        return _array(value)
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, Iterator):
        return [plain(each) for each in itertools.islice(value, LONGEST)]
    sympy = sys.modules.get("sympy")
    if sympy is not None and isinstance(value, (sympy.Basic, sympy.MatrixBase)):
        return _expression(value)
    if hasattr(value, "detach"):  # a tensor of PyTorch
        value = value.detach().cpu()
        if value.dtype.itemsize < 4 and value.dtype.is_floating_point:
            value = value.float()  # NumPy knows no bfloat16
    if hasattr(value, "__array__"):
        return _array(np.asarray(value))
    raise NotPlain("a function" if callable(value) else f"an object of type {type(value).__name__}")


def _array(value: Any) -> Any:
    if value.dtype.kind == "O":
        raise NotPlain("an array of objects, as NumPy makes it of rows of unequal length")
    if value.dtype.kind == "c":
        raise NotPlain("complex numbers")
    if value.dtype.kind not in NUMBERS:
        raise NotPlain(f"an array of {value.dtype}")
    return np.array(value) if value.ndim else value.item()


def _expression(value: Any) -> Expression:
    sympy = sys.modules["sympy"]
    if isinstance(value, sympy.MatrixBase):
        raise NotPlain("a matrix; one expression is expected")
    if not isinstance(value, sympy.Expr):
        what = "an equation" if isinstance(value, sympy.Equality) else f"a {type(value).__name__}"
        raise NotPlain(f"{what}; an expression is expected, such as its right-hand side")
    return Expression(str(value), _tree(value.doit()))


def _tree(value: Any) -> list[Any]:
    if value.is_Symbol or value.is_Indexed:
        return ["Symbol", str(value)]
    if value.is_Rational:
        return ["Rational", int(value.p), int(value.q)]
    if value.is_Float:
        return ["Float", str(value)]
    return [value.func.__name__, *(_tree(each) for each in value.args)]


def encode(value: Any) -> str:
    """Return plain data as one line of JSON."""
    return json.dumps(_packed(value))


def _packed(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        content = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode()
        return {"array": [value.dtype.str, list(value.shape), content]}
    if isinstance(value, Expression):
        return {"expression": list(value)}
    if isinstance(value, Name):
        return {"name": value.name}
    if isinstance(value, list):
        return [_packed(each) for each in value]
    if isinstance(value, dict):
        return {"dict": [[key, _packed(each)] for key, each in value.items()]}
    return value


def decode(line: str) -> Any:
    """Return the plain data of a line, or raise ValueError: a stranger may have written it."""
    try:
        return _unpacked(json.loads(line))
    except (TypeError, KeyError, RecursionError) as error:
        raise ValueError(f"no plain data: {error}") from None


def _unpacked(value: Any) -> Any:
    if isinstance(value, list):
        return [_unpacked(each) for each in value]
    if not isinstance(value, dict):
        return value
    ((kind, inside),) = value.items()
    if kind == "array":
        code, shape, content = inside
        dtype = np.dtype(code)
        if dtype.kind not in NUMBERS:
            raise ValueError(f"no array of numbers: {code}")
        return np.frombuffer(base64.b64decode(content), dtype).reshape(shape).copy()
    if kind == "expression":
        text, tree = inside
        return Expression(str(text), list(tree))
    if kind == "name":
        return Name(str(inside))
    if kind == "dict":
        return {str(key): _unpacked(each) for key, each in inside}
    raise ValueError(f"no plain data: {kind}")
