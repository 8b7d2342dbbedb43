"""Every displayed equation has a label and a check, and the check holds; so has every formula
inside a sentence that claims something.
"""

import itertools
import re
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import sympy as sp

from lossbook import derivation, symbolic
from tools import latex, markdown
from tools.claims import VALUE, Checks, Claim, Computes, Means, Proved, Stated, Tested, checks_of
from tools.markdown import Source
from tools.unchanged import ROOT
from tools.verdict import verdict

DISPLAY = re.compile(r"\$\$(.*?)\$\$[ \t]*(?:\(([^)\s]+)\))?", re.DOTALL)
OTHER_DISPLAY = re.compile(r"\\begin\{(equation|align|gather|multline)\*?\}|\\\[")
INLINE = re.compile(r"(?<![\\$`])\$(?!\$)([^$]+?)(?<!\\)\$(?!\$)")
CODE_SPAN = re.compile(r"(`+)(.+?)\1", re.DOTALL)
# Unlike a bare name, such a formula can be wrong. `K = 10` only sets the scene, σ² is a name.
CLAIMS = {*latex.RELATIONS, *latex.OTHER_SIGNS, "+", "-", "/", "*", "^"}
CLAIMS |= {r"\frac", r"\sum", r"\prod"}
SETTING = re.compile(r"(\\?[A-Za-z]+) = -?[\d.]+|\[[^][]*\]|\\?[A-Za-z]+\^(?:\d|\\top)")
READ = (Proved, Means, Computes)
ENOUGH = {"by SymPy", f"at {derivation.POINTS} exact points"}


class Display(NamedTuple):
    place: str
    text: str
    label: str


class Counts(NamedTuple):
    """How many equations are read and proved, and how many bound to a test."""

    proved: int
    tested: int
    inline_proved: int
    inline_tested: int
    inline_stated: int


def displays(source: Source) -> tuple[list[Display], list[str]]:
    """The displayed equations, and complaints about those written in another way."""
    found, wrong = [], []
    for part in source.of("prose"):
        rest = CODE_SPAN.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), part.text)
        for match in DISPLAY.finditer(rest):
            place = source.place(part, match.start())
            found.append(Display(place, latex.normal(match[1]), match[2] or ""))
        outside = DISPLAY.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), rest)
        for match in [*OTHER_DISPLAY.finditer(outside), *re.finditer(r"\$\$", outside)]:
            where = source.place(part, match.start())
            wrong.append(f"{where}: {match[0]} without a label; write $$ … $$ (eq-name)")
    for part in source.of("block"):
        if part.language.startswith("{math}"):
            wrong.append(f"{source.place(part)}: a {{math}} block; write $$ … $$ (eq-name)")
    return found, wrong


def claims_inline(source: Source) -> list[tuple[str, str]]:
    """Place and text of each formula inside a sentence, title or caption that claims something."""
    found = []
    for part in source.of("prose", "words"):
        text = CODE_SPAN.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), part.text)
        text = DISPLAY.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)
        for match in INLINE.finditer(text):
            formula = latex.normal(match[1])
            first, *rest = latex.tokens(formula)
            # a sign in front of a number or a name claims nothing, in front of a log it does
            claims = CLAIMS & {*rest} if first in "+-" else CLAIMS & {first, *rest}
            claims |= {r"\log"} & {*rest} if first == "-" else set()
            if claims and not SETTING.fullmatch(formula):
                found.append((source.place(part, match.start()), formula))
    return found


def prove(a: Any, b: Any) -> None:
    """Raise an error with a counterexample, or if too few points could be tried.

    A number with decimals stands for what rounds to it.
    """
    if isinstance(b, sp.Rational) and not b.is_Integer and getattr(a, "is_number", False):
        decimals = next((n for n in range(20) if (b * 10**n).is_Integer), None)
        if decimals is not None and abs(sp.N(a - b, 30)) <= sp.Rational(1, 2 * 10**decimals):
            return
    # N samples: the points of a proof know one size, K; an equation with both keeps them apart
    both = symbolic.K in (a - b).free_symbols
    size = {} if both else {symbolic.N: symbolic.K}
    proof = derivation.prove_equal(a.subs(size), b.subs(size))
    symbols = getattr(a, "free_symbols", set()) | getattr(b, "free_symbols", set())
    if proof not in ENOUGH and symbols:
        raise derivation.DerivationError(f"only shown {proof}")


def test(claim: Tested) -> None:
    """The check passes for the claim and fails for every false one."""
    if not claim.false:
        raise AssertionError("no false claim shows that the check can fail")
    claim.check(claim.claim)
    for n, wrong in enumerate(claim.false, start=1):
        try:
            claim.check(wrong)
        except AssertionError:
            continue
        raise AssertionError(f"false claim {n} passes the check as well")


def equations(text: str, names: latex.Names) -> list[list[Any]]:
    """The sides of each equation of a display."""
    found = []
    for sides, signs, condition in latex.read(text, names):
        if set(signs) != {"="}:
            raise latex.LatexError(f"{text} is not an equation; bind a test to it")
        if condition is not None:  # elsewhere both sides are 0
            sides = [sp.Piecewise((1, condition), (0, True)) * side for side in sides]
        found.append(sides)
    return found


def draw(claim: Computes, n: int, rng: np.random.Generator, anywhere: bool) -> dict[Any, Any]:
    """A number or an array for each argument; what is real is negative too, if `anywhere`."""
    # other sizes for classes and samples, so that one is not taken for the other
    size = {symbolic.K: n, symbolic.N: n + 1}
    given: dict[Any, Any] = {}
    for argument in claim.arguments:
        base, *axes = argument if isinstance(argument, tuple) else (argument,)
        if isinstance(base, sp.IndexedBase):
            shape = [size[axis] for axis in axes or (symbolic.K,)]
            wide = anywhere and is_any_real(base.label)
            numbers = rng.uniform(-3, 3, shape) if wide else rng.uniform(0.1, 1, shape)
            if claim.distributions and not wide:
                numbers /= numbers.sum(-1, keepdims=True)
            given[base] = numbers
        elif base in size:
            given[base] = size[base]
        elif base.is_integer:
            given[base] = rng.integers(1, n + 1)
        else:
            wide = anywhere and is_any_real(base)
            given[base] = rng.uniform(-3, 3) if wide else rng.uniform()
    return given


def is_any_real(symbol: sp.Symbol) -> bool:
    return bool(symbol.is_real) and symbol.is_nonnegative is None


def called(claim: Computes, n: int, rng: np.random.Generator) -> tuple[dict[Any, Any], float]:
    """What the function makes of a draw; of positive numbers if it refuses negative ones."""
    state = rng.bit_generator.state
    for anywhere in (True, False):
        rng.bit_generator.state = state
        given = draw(claim, n, rng, anywhere)
        try:
            with np.errstate(all="ignore"):
                value = float(claim.function(*given.values()))
        except ValueError:
            if not anywhere:
                raise
            continue
        if np.isfinite(value):
            break
    return given, value


def compute(text: str, claim: Computes) -> None:
    """Evaluate the sides at random points, against the function."""
    read = equations(text, claim.names)
    if not any(VALUE in sp.sympify(side).free_symbols for sides in read for side in sides):
        raise AssertionError("nothing in it is the value of the function")
    rng = np.random.default_rng(0)
    for n in (2, 3, 4, 3):
        given, value = called(claim, n, rng)
        plain = {a: x for a, x in given.items() if isinstance(a, sp.Symbol)}
        plain |= {VALUE: value, symbolic.K: n, symbolic.N: n + 1}
        plain[latex.ELEMENT] = rng.integers(1, n + 1)
        inside = {
            base[tuple(m + 1 for m in at)]: sp.Float(numbers[at])
            for base, numbers in given.items()
            if isinstance(base, sp.IndexedBase)
            for at in np.ndindex(*numbers.shape)
        }
        where = ", ".join(f"{a} = {np.round(x, 4)}" for a, x in given.items())
        for sides in read:
            values = []
            for side in sides:
                number = side.subs(plain).doit().xreplace(inside).doit()
                if not number.is_number:
                    raise AssertionError(f"{sorted(map(str, number.free_symbols))} have no value")
                if not number.is_real:
                    raise AssertionError(f"at {where} a side is {number}; {POSITIVE}")
                values.append(float(number))
            if not np.allclose(values, values[0], rtol=1e-7):
                raise AssertionError(f"at {where} the sides are {values}")


POSITIVE = "declare what cannot be negative with positive=True"


def fault(text: str, claim: Claim) -> str:
    """What is wrong with an equation, or nothing."""
    try:
        if isinstance(claim, Tested):
            if latex.normal(claim.text) != text:
                return f"is {text}, but its check was written for {latex.normal(claim.text)}"
            test(claim)
        elif isinstance(claim, Means):
            prove(claim.expression, latex.expression(text, claim.names))
        elif isinstance(claim, Proved):
            for first, *others in equations(text, claim.names):
                for case, other in itertools.product(claim.cases, others):
                    prove(first.subs(case), other.subs(case))
        elif isinstance(claim, Computes):
            compute(text, claim)
    except latex.LatexError as error:
        return f"cannot be read: {error}"
    except (derivation.DerivationError, AssertionError) as error:
        return f"is wrong: {text}: {error or 'its check fails'}"
    return ""


def chapter_problems(source: Source, checks: Checks) -> Iterator[str]:
    """Everything wrong with the equations of one chapter."""
    shown, wrong = displays(source)
    yield from wrong
    name = f"{checks.path.parent.name}/{checks.path.name}"
    for place, text, label in shown:
        if not label:
            yield f"{place}: an equation without a label; write (eq-name) after it: {text}"
        elif label not in checks.equations:
            yield f"{place}: ({label}) has no check; add it to EQUATIONS in {name}"
        elif isinstance(checks.equations[label], Stated):
            yield f"{place}: ({label}) is only stated; a displayed equation needs a check"
        elif found := fault(text, checks.equations[label]):
            yield f"{place}: ({label}) {found}"
    for label in sorted(set(checks.equations) - {each.label for each in shown}):
        yield f"{name}: a check of ({label}), which {source.path.name} does not have"
    formulas = claims_inline(source)
    verdicts: dict[str, str] = {}
    table = {latex.normal(text): claim for text, claim in checks.inline.items()}
    for place, text in formulas:
        if text not in table:
            yield f"{place}: ${text}$ has no check; add it to INLINE in {name}"
            continue
        if text not in verdicts:
            verdicts[text] = fault(text, table[text])
        if verdicts[text]:
            yield f"{place}: ${text}$ {verdicts[text]}"
    for text in sorted(set(table) - {text for _, text in formulas}):
        yield f"{name}: a check of ${text}$, which {source.path.name} does not have"


def problems(root: Path = ROOT) -> list[str]:
    found: list[str] = []
    labels: dict[str, str] = {}
    files = {checks_of(source.path).path for source in markdown.everything(root)}
    folders = [root / "book" / "checks", root / "book" / "assignments" / "checks"]
    for stray in sorted({path for each in folders for path in each.glob("*.py")} - files):
        if stray.stem != "docstrings":
            found.append(f"checks/{stray.name}: checks without a chapter")
    for source in markdown.everything(root):
        found += chapter_problems(source, checks_of(source.path))
        for place, _, label in displays(source)[0]:
            if label and label in labels:
                found.append(f"{place}: ({label}) is also the label at {labels[label]}")
            elif label:
                labels[label] = place
    return found


def counts(root: Path = ROOT) -> dict[str, Counts]:
    """By chapter, for the status page. It counts checks; `problems` says that all hold."""
    found = {}
    for source in markdown.sources(root):
        checks = checks_of(source.path)

        def number(table: dict[str, Claim], *kinds: type) -> int:
            return sum(isinstance(claim, kinds) for claim in table.values())

        shown, inline = partial(number, checks.equations), partial(number, checks.inline)
        found[source.path.stem] = Counts(
            shown(*READ), shown(Tested),
            inline(*READ), inline(Tested), inline(Stated),
        )  # fmt: skip
    return found


if __name__ == "__main__":
    sys.exit(verdict(problems()))
