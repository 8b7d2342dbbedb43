"""Read the book's LaTeX as SymPy expressions.

Every name must have been given a meaning, and anything that is not understood, or can be
understood in two ways, is an error. That is why it is written here: the parsers that exist
guess. `latex2sympy2_extended` reads `\\sigma(-x)` as a product, `\\gamma` as Euler's constant
and `\\sum_{k=1}^{K}` as a sum from 1 to k, and says nothing; it does not know `[j = y]`, a hat,
`\\sum_k`, `\\max_k`, cases, or a partial derivative.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import sympy as sp

from lossbook.symbolic import Maximum


class LatexError(ValueError):
    """A formula that cannot be read with certainty."""


@dataclass(frozen=True)
class Index:
    """An index that runs from 1 to `upper` where a sum or a maximum does not say."""

    symbol: sp.Symbol
    upper: Any


@dataclass(frozen=True)
class Function:
    """A name that takes arguments in brackets."""

    of: Callable[..., Any]


ELEMENT = sp.Symbol("n", integer=True, positive=True)

# A SymPy expression; an IndexedBase or a callable, which take a subscript; an Index; a Function
Meaning = Any
Names = Mapping[str, Meaning]


class Statement(NamedTuple):
    """Expressions with the signs between them, `a = b < c`, and a condition or None."""

    sides: list[Any]
    signs: list[str]
    condition: Any


SPACE = {r"\,", r"\;", r"\:", r"\!", "\\ ", r"\displaystyle", "~"}
SIZE = {r"\left", r"\right"} | {rf"\{b}{s}" for b in ("big", "Big", "bigg", "Bigg") for s in "lr"}
SAME = {r"\tfrac": r"\frac", r"\dfrac": r"\frac", r"\ln": r"\log", r"\leq": r"\le"}
SAME |= {r"\geq": r"\ge", r"\neq": r"\ne", r"\lvert": "|", r"\rvert": "|", r"\cdot": "*"}
SAME |= {r"\times": "*", r"\lt": "<", r"\gt": ">", "−": "-"}
RELATIONS: dict[str, Any] = {"=": sp.Eq, "<": sp.Lt, ">": sp.Gt, r"\le": sp.Le, r"\ge": sp.Ge}
RELATIONS |= {r"\ne": sp.Ne}
OTHER_SIGNS = {r"\approx", r"\propto", r"\to", r"\in", r"\equiv", r"\sim", r"\iff", r"\implies"}
PLAIN_FUNCTIONS: dict[str, Callable[..., Any]] = {
    r"\log": sp.log, r"\exp": sp.exp, r"\cosh": sp.cosh, r"\sinh": sp.sinh, r"\tanh": sp.tanh,
    r"\sin": sp.sin, r"\cos": sp.cos,
    r"\operatorname{sign}": sp.sign, r"\operatorname{sgn}": sp.sign,
}  # fmt: skip
SEPARATORS = {r"\qquad", r"\quad", ",", ";", r"\\"}
OPEN, CLOSE = {"(", "[", "{", r"\{"}, {")", "]", "}", r"\}"}
ENVIRONMENTS = r"\\(?:begin|end)\{(?:aligned|align\*?|split|gathered|equation\*?)\}"
TOKEN = re.compile(
    r"\\(?:operatorname\*?|mathrm|text)\{[^{}]*\}|\\(?:begin|end)\{cases\}"
    r"|\\[a-zA-Z]+|\\.|(?<=[\^_])\d|(?<=frac)\d|(?<=frac\d)\d|\d+(?:\.\d+)?|\S",
    re.DOTALL,
)


def tokens(text: str) -> list[str]:
    """The tokens that carry meaning; braces around a single one are dropped."""
    bare = re.sub(ENVIRONMENTS, "", text)
    bare = re.sub(r"(?<=[\^_])\s+|\\(?:label|tag)\{[^}]*\}", "", bare)
    found: list[str] = []
    for token in TOKEN.findall(bare):
        token = SAME.get(token, token)
        token = re.sub(r"\\operatorname\*|\\mathrm", r"\\operatorname", token)
        if token in SPACE or token in SIZE:
            continue
        found.append(token)
        if len(found) > 2 and found[-3] == "{" and token == "}" and found[-2] not in OPEN | CLOSE:
            found[-3:] = [found[-2]]
    return found


def normal(text: str) -> str:
    """The text with one space for any white space, for comparing to the letter."""
    return " ".join(text.split())


def split(found: list[str]) -> list[list[str]]:
    """Several statements in one display, separated at the top level."""
    parts: list[list[str]] = [[]]
    depth = 0
    for token in found:
        depth += (token in OPEN or token == r"\begin{cases}") - (
            token in CLOSE or token == r"\end{cases}"
        )
        if depth == 0 and token in SEPARATORS:
            # a line that goes on with a sign belongs to the one before
            parts.append([])
        elif depth == 0 and token == "&":
            continue
        elif depth == 0 and token in ("=", *RELATIONS) and not parts[-1] and len(parts) > 1:
            parts.pop()
            parts[-1].append(token)
        else:
            parts[-1].append(token)
    return [part for part in parts if part and part != ["."]]


def read(text: str, names: Names) -> list[Statement]:
    """The statements of a display, or of a formula inside a sentence."""
    statements: list[Statement] = []
    for part in split(tokens(text)):
        if part[-1] == ".":
            part = part[:-1]
        reader = Reader(part, names)
        condition = reader.lone_condition()
        if condition is not None:
            if not statements:
                raise LatexError(f"a condition without a statement: {' '.join(part)}")
            statements[-1] = statements[-1]._replace(condition=condition)
            continue
        statements.append(reader.statement())
    return statements


def expression(text: str, names: Names) -> Any:
    """The one expression of a text without signs of relation."""
    statements = read(text, names)
    if len(statements) != 1 or statements[0].signs:
        raise LatexError(f"not one expression: {text}")
    return statements[0].sides[0]


class Reader:
    """A recursive descent over the tokens of one statement."""

    def __init__(self, found: list[str], names: Names) -> None:
        self.tokens = [*found, ""]
        self.at = 0
        self.bars = 0  # open |…|
        self.in_index = False
        self.names = {tuple(tokens(name)): meaning for name, meaning in names.items()}
        self.longest = max(map(len, self.names), default=0)

    # --- moving

    @property
    def here(self) -> str:
        return self.tokens[self.at]

    def error(self, what: str) -> LatexError:
        before, after = (" ".join(t) for t in (self.tokens[: self.at], self.tokens[self.at :]))
        return LatexError(f"{what}: {before} ▸ {after}".strip())

    def take(self, *wanted: str) -> str:
        token = self.here
        if not token or (wanted and token not in wanted):
            raise self.error(f"expected {' or '.join(wanted) or 'more'}")
        self.at += 1
        return token

    def accept(self, token: str) -> bool:
        if self.here == token and token:
            self.at += 1
            return True
        return False

    # --- relations

    def statement(self) -> Statement:
        sides, signs = [self.sum()], []
        while self.here in RELATIONS or self.here in OTHER_SIGNS:
            signs.append(self.take())
            sides.append(self.sum())
        if self.here:
            raise self.error("cannot read on")
        return Statement(sides, signs, None)

    def lone_condition(self) -> Any:
        """A statement that is nothing but a relation in brackets, or None."""
        if self.tokens[0] != "(" or self.tokens[-2] != ")":
            return None
        inside = self.tokens[1:-2]
        if not set(inside) & set(RELATIONS):
            return None
        return Reader(inside, {" ".join(k): v for k, v in self.names.items()}).relation("")

    def relation(self, end: str) -> Any:
        left, sign = self.sum(), self.take(*RELATIONS)
        right = self.sum()
        if self.here != end:
            raise self.error(f"expected {end or 'the end'}")
        return RELATIONS[sign](left, right)

    # --- arithmetic

    def sum(self) -> Any:
        negative = False
        if self.here in ("+", "-"):
            negative = self.take() == "-"
        total = -self.product() if negative else self.product()
        while self.here in ("+", "-"):
            sign = 1 if self.take() == "+" else -1
            total += sign * self.product()
        return total

    def product(self) -> Any:
        value = self.factor()
        divided = False
        while True:
            if self.accept("*"):
                value *= self.factor()
            elif self.here == "/":
                self.take()
                if divided:
                    raise self.error("a / b / c can be read in two ways")
                value, divided = value / self.factor(), True
            elif self.starts_factor() and not self.in_index:
                if divided:
                    raise self.error("a / b c can be read in two ways; use \\frac or brackets")
                if re.match(r"\d", self.here):
                    raise self.error("a number after a factor")
                value *= self.factor()
            else:
                return value

    def starts_factor(self) -> bool:
        if self.here == "|":
            return self.bars == 0
        stops = {*CLOSE, *SEPARATORS, *RELATIONS, *OTHER_SIGNS, "+", "-", "*", "/", "", "&", "^"}
        return self.here not in stops | {"_", "=", r"\|", r"\mid", r"\end{cases}"}

    def factor(self) -> Any:
        value = self.atom()
        if self.accept("^"):
            value = value ** self.group()
            if self.here == "^":
                raise self.error("two powers")
        return value

    def group(self) -> Any:
        """What stands in braces, or the one atom that needs none."""
        if self.accept("{"):
            bars, self.bars = self.bars, 0
            index, self.in_index = self.in_index, False
            value = self.sum()
            self.take("}")
            self.bars, self.in_index = bars, index
            return value
        return self.atom()

    def bracketed(self, close: str) -> Any:
        bars, self.bars = self.bars, 0
        index, self.in_index = self.in_index, False
        value = self.sum()
        if close == "]" and self.here in RELATIONS:
            sign = self.take()
            value = iverson(sign, value, self.sum())
        self.take(close)
        self.bars, self.in_index = bars, index
        return value

    # --- atoms

    def atom(self) -> Any:
        token = self.here
        name = self.name()
        if name is not None:
            return self.meant(name)
        if re.fullmatch(r"\d+(\.\d+)?", token):
            return sp.Rational(self.take())
        simple = {"e": sp.E, r"\pi": sp.pi, r"\infty": sp.oo}
        if token in simple:
            self.take()
            if self.here == "_":
                raise self.error(f"{token} with an index has no meaning here")
            return simple[token]
        if token in ("(", "[", "{"):
            self.take()
            return self.bracketed({"(": ")", "[": "]", "{": "}"}[token])
        if token == "|" and self.bars == 0:
            self.take()
            self.bars += 1
            value = sp.Abs(self.sum())
            self.bars -= 1
            self.take("|")
            return value
        if token == r"\sqrt":
            self.take()
            if self.here == "[":
                raise self.error("only square roots are read")
            return sp.sqrt(self.group())
        if token == r"\frac":
            return self.fraction()
        if token == r"\partial":
            return self.derivative_in_line()
        if token in (r"\sum", r"\prod"):
            return self.over_index()
        if token in (r"\max", r"\min"):
            return self.extremum()
        if token in PLAIN_FUNCTIONS:
            self.take()
            return PLAIN_FUNCTIONS[token](self.argument(token))
        if token == r"\begin{cases}":
            return self.cases()
        raise self.error(f"{token or 'the end'} has no meaning here")

    def name(self) -> tuple[str, ...] | None:
        """The longest declared name that starts here."""
        for length in range(self.longest, 0, -1):
            key = tuple(self.tokens[self.at : self.at + length])
            if key in self.names:
                return key
        return None

    def meant(self, name: tuple[str, ...]) -> Any:
        meaning = self.names[name]
        self.at += len(name)
        if isinstance(meaning, Function):
            value = meaning.of(*self.arguments())
            if not callable(value) or isinstance(value, sp.Basic):
                return sp.sympify(value)
            return value(*(self.indices(" ".join(name)) if self.here == "_" else [ELEMENT]))
        if isinstance(meaning, Index):
            meaning = meaning.symbol
        if hasattr(meaning, "_sympy_"):  # the formula of a loss
            meaning = sp.sympify(meaning)
        if isinstance(meaning, sp.IndexedBase) or (
            callable(meaning) and not isinstance(meaning, sp.Basic)
        ):
            # A whole vector stands for each of its elements.
            indices = self.indices(" ".join(name)) if self.here == "_" else [ELEMENT]
            if isinstance(meaning, sp.IndexedBase):
                return meaning[tuple(indices)]
            return meaning(*indices)
        if self.here == "_":
            raise self.error(f"{' '.join(name)} takes no index")
        return sp.sympify(meaning)

    def indices(self, name: str) -> list[Any]:
        """`_k`, `_{ik}`, `_{i, k}`, `_{y_i}`, `_{k + 1}`."""
        if not self.accept("_"):
            raise self.error(f"{name} needs an index")
        if not self.accept("{"):
            return [self.atom()]
        outer, self.in_index = self.in_index, True
        found = [self.sum()]
        while not self.accept("}"):
            self.accept(",")
            found.append(self.sum())
        self.in_index = outer
        return found

    def arguments(self) -> list[Any]:
        """Expressions in brackets; a whole vector is named without an index."""
        close = {"(": ")", "[": "]"}[self.take("(", "[")]
        bars, self.bars = self.bars, 0
        index, self.in_index = self.in_index, False
        found = []
        while True:
            name = self.name()
            after = self.tokens[self.at + len(name)] if name else ""
            if name and after in (",", close, r"\|", r"\mid", ";"):
                self.at += len(name)
                meaning = self.names[name]
                found.append(meaning.symbol if isinstance(meaning, Index) else meaning)
            else:
                found.append(self.sum())
            if self.accept(close):
                break
            self.take(",", r"\|", r"\mid", ";")
        self.bars, self.in_index = bars, index
        return found

    def argument(self, function: str) -> Any:
        """`\\log(…)`, or `\\log` before one factor or one sum."""
        if self.here == "^":
            raise self.error(f"{function}^… can be read in two ways")
        bracket = self.here == "("
        value = self.atom()
        if self.here == "^":
            if bracket:
                raise self.error(f"{function}(…)^… can be read in two ways")
            self.take()
            value = value ** self.group()
        if not bracket and (self.starts_factor() or self.here in ("*", "/")):
            raise self.error(f"how far {function} reaches is unclear; use brackets")
        return value

    def fraction(self) -> Any:
        self.take(r"\frac")
        if self.tokens[self.at : self.at + 2] == ["{", r"\partial"]:
            self.at += 2
            of = self.whole()
            self.take("}")
            self.take("{")
            self.take(r"\partial")
            by = self.whole()
            self.take("}")
            return sp.Derivative(of, by)
        above = self.group()
        return above / self.group()

    def whole(self) -> Any:
        """What is differentiated or by what: a single name, not a sum."""
        return self.factor()

    def derivative_in_line(self) -> Any:
        """`\\partial a / \\partial b`"""
        self.take(r"\partial")
        of = self.whole()
        self.take("/")
        self.take(r"\partial")
        return sp.Derivative(of, self.whole())

    def limits(self) -> tuple[list[tuple[Any, Any, Any]], Any]:
        """The ranges below and above a sum or a maximum, and the index struck out."""
        below: list[str] = []
        above: Any = None
        while self.here in ("_", "^"):
            if self.take() == "^":
                above = self.group()
            elif self.accept("{"):
                depth = 1
                while depth:
                    depth += {"{": 1, "}": -1}.get(self.here, 0)
                    below.append(self.take())
                below.pop()
            else:
                below.append(self.take())
        if not below:
            raise self.error("over which index?")
        inner = Reader(below, {" ".join(k): v for k, v in self.names.items()})
        ranges, without = [], None
        while True:
            name = inner.name()
            index = self.names[name] if name else None
            if not isinstance(index, Index):
                raise self.error(f"{inner.here} is not an index")
            assert name is not None
            inner.at += len(name)
            first, last = sp.Integer(1), index.upper
            if inner.accept("="):
                first = inner.sum()
                if above is None:
                    raise self.error("up to where?")
                last = above
            elif above is not None:
                raise self.error("from where?")
            elif inner.accept(r"\ne"):
                without = sp.Eq(index.symbol, inner.sum())
            ranges.append((index.symbol, first, last))
            if not inner.accept(","):
                break
        if inner.here:
            raise self.error(f"cannot read the range {' '.join(below)}")
        return ranges, without

    def over_index(self) -> Any:
        """A sum takes every factor that follows, up to the next + or −."""
        make = sp.Sum if self.take() == r"\sum" else sp.Product
        ranges, without = self.limits()
        term = self.product()
        if without is not None:
            term = sp.Piecewise((1 if make is sp.Product else 0, without), (term, True))
        return make(term, *ranges)

    def extremum(self) -> Any:
        token = self.take()
        if self.here == "(":
            return (sp.Max if token == r"\max" else sp.Min)(*self.arguments())
        ranges, without = self.limits()
        term = self.argument(token)
        if without is not None:
            # −∞, which the largest of several numbers forgets
            worst = -sp.oo if token == r"\max" else sp.oo
            term = sp.Piecewise((worst, without), (term, True))
        return Maximum(term, *ranges) if token == r"\max" else -Maximum(-term, *ranges)

    def cases(self) -> Any:
        self.take(r"\begin{cases}")
        pairs = []
        while not self.accept(r"\end{cases}"):
            value = self.sum()
            self.accept(",")
            self.take("&")
            if re.fullmatch(r"\\text\{\s*(otherwise|else)\b.*\}", self.here):
                self.take()
                condition: Any = True
            else:
                if re.fullmatch(r"\\text\{\s*(if|for)\s*\}", self.here):
                    self.take()
                left, sign = self.sum(), self.take(*RELATIONS)
                condition = RELATIONS[sign](left, self.sum())
            self.accept(",")
            pairs.append((value, condition))
            if self.here != r"\end{cases}":
                self.take("\\\\")
        return sp.Piecewise(*pairs)


class Positive(sp.Function):  # type: ignore[misc]
    """[x > 0]. SymPy's Piecewise would move what depends on an index out of its sum."""

    @classmethod
    def eval(cls, x: Any) -> Any:
        return sp.Integer(bool(x > 0)) if x.is_number and x.is_comparable else None

    def fdiff(self, argindex: int = 1) -> Any:
        return sp.Integer(0)


class Zero(Positive):
    """[x = 0]"""

    @classmethod
    def eval(cls, x: Any) -> Any:
        return sp.Integer(bool(x.equals(0))) if x.is_number and x.is_comparable else None


def iverson(sign: str, left: Any, right: Any) -> Any:
    """[left = right]: 1 if it holds, else 0."""
    if sign == "=":
        whole = left.is_integer and right.is_integer
        return sp.KroneckerDelta(left, right) if whole else Zero(left - right)
    if sign == r"\ne":
        return 1 - iverson("=", left, right)
    values: dict[str, Any] = {
        "<": Positive(right - left),
        ">": Positive(left - right),
        r"\le": 1 - Positive(left - right),
        r"\ge": 1 - Positive(right - left),
    }
    return values[sign]
