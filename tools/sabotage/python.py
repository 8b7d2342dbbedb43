"""Errors in Python: an operator, a sign, a constant, a comparison, two arguments swapped."""

import ast
from collections.abc import Iterator
from itertools import pairwise

from tools.sabotage.plant import Edit

ARITHMETIC: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"), ast.Sub: ("-", "+"), ast.Mult: ("*", "/"), ast.Div: ("/", "*"),
    ast.Pow: ("**", "*"), ast.FloorDiv: ("//", "*"),
}  # fmt: skip
COMPARISONS: dict[type[ast.cmpop], tuple[str, tuple[str, ...]]] = {
    ast.Lt: ("<", (">", "<=")), ast.Gt: (">", ("<", ">=")), ast.LtE: ("<=", (">=", "<")),
    ast.GtE: (">=", ("<=", ">")), ast.Eq: ("==", ("!=",)), ast.NotEq: ("!=", ("==",)),
}  # fmt: skip
CALLED = {
    "maximum": "minimum", "minimum": "maximum", "max": "min", "min": "max", "log1p": "log",
    "expm1": "exp", "sum": "mean", "mean": "sum",
}  # fmt: skip
ORDER = (ast.Lt, ast.Gt, ast.LtE, ast.GtE)
NOT_CODE = (ast.Raise, ast.JoinedStr, ast.Import, ast.ImportFrom)


class Places:
    """From Python's lines and bytes to offsets into the text."""

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)

    def at(self, line: int, column: int) -> int:
        before = self.lines[line - 1].encode()[:column].decode()
        return self.starts[line - 1] + len(before)

    def span(self, node: ast.expr) -> tuple[int, int]:
        assert node.end_lineno is not None and node.end_col_offset is not None
        return (
            self.at(node.lineno, node.col_offset),
            self.at(node.end_lineno, node.end_col_offset),
        )


def inside(node: ast.AST) -> Iterator[ast.AST]:
    """The node and what is in it, without messages, types and tolerances."""
    if isinstance(node, NOT_CODE):
        return
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "msg"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from inside(child)


def errors(text: str, node: ast.AST, places: Places) -> Iterator[Edit]:
    """Every error in one node of the tree and in all that it holds."""
    judged = {id(n) for a in ast.walk(node) if isinstance(a, ast.Assert) for n in ast.walk(a)}
    # a wider bound still holds: that is an error of the check, not of what it checks
    bounds = {
        id(n)
        for c in ast.walk(node)
        if isinstance(c, ast.Compare) and id(c) in judged and isinstance(c.ops[0], ORDER)
        for n in ast.walk(c)
    }
    # as is an equality that allows more
    bounds |= {
        id(keyword.value)
        for keyword in ast.walk(node)
        if isinstance(keyword, ast.keyword) and keyword.arg in ("rtol", "atol")
    } & judged
    seeds = {
        id(n)
        for c in ast.walk(node)
        if isinstance(c, ast.Call) and ast.unparse(c.func).endswith("default_rng")
        for n in c.args
    }
    for each in inside(node):
        if isinstance(each, ast.BinOp) and type(each.op) in ARITHMETIC:
            old, new = ARITHMETIC[type(each.op)]
            yield from operator(text, places, each.left, each.right, old, new)
        elif isinstance(each, ast.UnaryOp) and isinstance(each.op, ast.USub):
            start, end = places.span(each)[0], places.span(each.operand)[0]
            zero = isinstance(each.operand, ast.Constant) and each.operand.value == 0
            yield Edit(start, end, "", "−0 is 0" if zero else "")
        elif isinstance(each, ast.UnaryOp) and isinstance(each.op, ast.Not):
            yield Edit(places.span(each)[0], places.span(each.operand)[0], "")
        elif isinstance(each, ast.Compare) and type(each.ops[0]) in COMPARISONS:
            if id(each) in judged:
                continue  # a weaker assert is not an error of what it asserts
            old, others = COMPARISONS[type(each.ops[0])]
            for new in others:
                yield from operator(text, places, each.left, each.comparators[0], old, new)
        elif isinstance(each, ast.BoolOp):
            old, new = ("and", "or") if isinstance(each.op, ast.And) else ("or", "and")
            if id(each) not in judged:
                yield from operator(text, places, each.values[0], each.values[1], old, new)
        elif isinstance(each, ast.Constant):
            value, same = each.value, "a bound in an assert" if id(each) in bounds else ""
            same = "another random draw" if id(each) in seeds else same
            if isinstance(value, int) and not isinstance(value, bool):
                yield Edit(*places.span(each), repr(value + 1), same)
            elif isinstance(value, float):
                if value < 1e-4 and id(each) in judged:
                    same = "a tolerance"
                yield Edit(*places.span(each), repr(value * 2 or 1.0), same)
        elif isinstance(each, ast.Call):
            yield from calls(text, places, each)


def operator(
    text: str, places: Places, left: ast.expr, right: ast.expr, old: str, new: str
) -> Iterator[Edit]:
    start, end = places.span(left)[1], places.span(right)[0]
    at = text.find(old, start, end)
    if at >= 0 and "#" not in text[start:at]:
        yield Edit(at, at + len(old), new)


def calls(text: str, places: Places, call: ast.Call) -> Iterator[Edit]:
    """Another function of the same shape, or two arguments swapped."""
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    if name in CALLED:
        end = places.span(call.func)[1]
        yield Edit(end - len(name), end, CALLED[name])
    if name in ("where", "subtract", "divide") and len(call.args) > 1:
        yield from swapped(text, places, call.args[-2], call.args[-1])


def swapped(text: str, places: Places, one: ast.expr, other: ast.expr) -> Iterator[Edit]:
    (a, b), (c, d) = places.span(one), places.span(other)
    yield Edit(a, d, text[c:d] + text[b:c] + text[a:b])


def swaps(text: str) -> Iterator[Edit]:
    """The first two arguments of each call, swapped."""
    places = Places(text)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and len(node.args) > 1:
            symmetric = getattr(node.func, "attr", getattr(node.func, "id", "")) in {
                "maximum", "minimum", "max", "min", "allclose", "isclose", "add", "multiply",
                "logaddexp", "mse_loss", "l1_loss",
            }  # fmt: skip
            for edit in swapped(text, places, *node.args[:2]):
                same = "the order does not matter" if symmetric else ""
                yield Edit(edit.start, edit.end, edit.new, same)


def other_values(node: ast.expr) -> list[str]:
    """Wrong values for a keyword whose value is written out."""
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return []
    if isinstance(value, bool):
        return [repr(not value)]
    if isinstance(value, int):
        return [repr(-value), repr(value + 1)] if value else ["1", "-1"]
    if isinstance(value, float):
        return [repr(value + 0.1), repr(value + 1)]
    if isinstance(value, str):
        return [repr(each) for each in ("mean", "sum", "none") if each != value]
    return []


def defaults(text: str) -> Iterator[Edit]:
    """Another value in `ignore_index=-100`, standing alone: in a call it would be a choice."""
    places = Places(text)
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign):
            for new in other_values(node.value):
                yield Edit(*places.span(node.value), new)


def losses(text: str) -> Iterator[Edit]:
    """Errors in the functions of a module: their defaults and their bodies."""
    places = Places(text)
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            for default in [*node.args.defaults, *filter(None, node.args.kw_defaults)]:
                yield from errors(text, default, places)
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            for statement in body:
                yield from errors(text, statement, places)


def steps(text: str) -> list[ast.Call]:
    """The calls of `.step(…)` in a cell, in the order in which they stand."""
    found = [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "step"
        and node.args
    ]
    return sorted(found, key=lambda call: (call.args[0].lineno, call.args[0].col_offset))


def derivation_steps(text: str) -> Iterator[Edit]:
    places = Places(text)
    for call in steps(text):
        yield from errors(text, call.args[0], places)
        for name in ast.walk(call.args[0]):
            if isinstance(name, ast.Subscript) and isinstance(name.slice, ast.Name):
                new = {"Y": "j", "j": "Y", "k": "j"}.get(name.slice.id)
                if new:
                    yield Edit(*places.span(name.slice), new)


def derivation_order(text: str) -> Iterator[Edit]:
    """Two steps that follow each other change places, with their reasons.

    Each line is proved equal to the one before, so what comes of it is true as well; but a
    reason tells how a line follows from the one above, and then it tells nothing. That is an
    error, and one that no machine finds in the source: the stored output shows it, until
    somebody makes the notebooks and does not read what changed.
    """
    places, calls = Places(text), steps(text)
    for one, other in pairwise(calls):
        a, b = places.span(one.args[0])[0], places.span(one.args[-1])[1]
        c, d = places.span(other.args[0])[0], places.span(other.args[-1])[1]
        if b < c:
            yield Edit(a, d, text[c:d] + text[b:c] + text[a:b])
