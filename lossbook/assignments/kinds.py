"""The kinds of questions. Each says how an answer is asked for what it does, and nothing more.

An answer is known by its outcomes: what it does in each case of the question. A right answer
has the outcomes of the reference, a known mistake those of its imitation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

import numpy as np

from lossbook.assignments import arguments, expressions
from lossbook.assignments.arguments import Description
from lossbook.assignments.calling import Answer, Outcome, resolved
from lossbook.assignments.compare import Distance, Tolerance, distance, kind, scaled
from lossbook.assignments.plain import Expression, plain
from lossbook.assignments.show import as_code, as_text
from lossbook.assignments.shrinking import shrink


@dataclass(frozen=True, eq=False)
class Mistake:
    """A way to be wrong that people are wrong in."""

    name: str
    """A few words, for a teacher's table."""
    imitation: Any
    """What behaves like it: a function, an expression as text, or a number."""
    hint: str
    """What to say to whoever does this; it does not give the answer away."""


class Example(NamedTuple):
    """The smallest input found on which an answer is wrong."""

    call: str
    outcome: Outcome
    expected: Any


@dataclass(frozen=True, eq=False, kw_only=True)
class Question:
    """What every question has."""

    id: str
    """The assignment and the place in it: many-classes.q1."""
    points: int
    answer: str
    """The name of the answer in the notebook; no other question has it."""
    section: tuple[str, str]
    """Chapter and heading under which a learner reads what is needed."""
    deeper: str
    """What is said in addition after two failures."""
    mistakes: tuple[Mistake, ...] = ()

    wants: ClassVar[str] = "an answer"

    @property
    def assignment(self) -> str:
        return self.id.partition(".")[0]

    @property
    def number(self) -> int:
        return int(self.id.rpartition(".q")[2])

    @property
    def anchor(self) -> str:
        """The address of the section, from the folder of the chapters."""
        chapter, heading = self.section
        words = re.sub(r"[^\w\s-]", "", heading.lower().replace("`", ""))
        return f"{chapter}.ipynb#{'-'.join(words.split())}"

    @cached_property
    def expected(self) -> list[Outcome]:
        raise NotImplementedError

    @cached_property
    def imitated(self) -> list[tuple[Mistake, list[Outcome]]]:
        return [(each, self.imitate(each.imitation)) for each in self.mistakes]

    @cached_property
    def sizes(self) -> list[Mapping[str, int]]:
        """The lengths N, K, … in each case, for the slips."""
        return [{} for _ in self.expected]

    def ask(self, answer: Answer) -> list[Outcome]:
        """Its outcome in each case, up to the first that ends everything."""
        raise NotImplementedError

    def imitate(self, imitation: Any) -> list[Outcome]:
        raise NotImplementedError

    def distance(self, case: int, outcome: Outcome, expected: Outcome, loose: bool) -> Distance:
        """How far two outcomes of a case are from each other."""
        if outcome.failure or expected.failure:
            return Distance(0.0 if outcome.failure == expected.failure else np.inf)
        return distance(outcome.value, expected.value, self.tolerance(case), loose)

    def tolerance(self, case: int) -> Tolerance:
        raise NotImplementedError

    def example(
        self, case: int, outcome: Outcome, answer: Answer, imitation: Any | None
    ) -> Example | None:
        """The smallest input on which the answer is wrong, and like the imitation."""
        return None


ENDS = ("stub", "time", "output", "exit", "stopped", "overwrote", "no function")
"""After such a failure the remaining cases are not tried."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Implement(Question):
    """Write a function."""

    reference: Callable[..., Any]
    arguments: Description
    """What the function takes; see `lossbook.assignments.arguments`."""
    cases: tuple[tuple[Any, ...], ...]
    """Arguments to try, from small to large; sizes differ, so that slips can be told apart."""
    least: Mapping[str, int] = field(default_factory=dict)
    """The shortest length of an axis that still makes sense, if it is not 1."""

    wants: ClassVar[str] = "a function"

    @cached_property
    def expected(self) -> list[Outcome]:
        return self.imitate(self.reference)

    @cached_property
    def sizes(self) -> list[Mapping[str, int]]:
        return [arguments.sizes(self.arguments, case) for case in self.cases]

    @cached_property
    def _tolerances(self) -> list[Tolerance]:
        return [scaled(arguments.magnitude(case)) for case in self.cases]

    def tolerance(self, case: int) -> Tolerance:
        return self._tolerances[case]

    def ask(self, answer: Answer) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for case in self.cases:
            outcomes.append(answer.call(*case))
            if outcomes[-1].failure in ENDS:
                break
        return outcomes

    def imitate(self, imitation: Any) -> list[Outcome]:
        return [self.tried(imitation, case) for case in self.cases]

    @staticmethod
    def tried(function: Callable[..., Any], case: tuple[Any, ...]) -> Outcome:
        """What one of our own functions does, without limits."""
        with np.errstate(all="ignore"):
            try:
                return Outcome(plain(function(*map(resolved, case))))
            except Exception as error:
                return Outcome(failure="raised", detail=type(error).__name__)

    def example(
        self, case: int, outcome: Outcome, answer: Answer, imitation: Any | None
    ) -> Example | None:
        expected = self.expected[case]

        def same_fault(candidate: tuple[Any, ...]) -> bool:
            """It is still wrong, and in the same way: else another bug would be explained."""
            right = self.tried(self.reference, candidate)
            if right.failure:
                return False
            came = answer.call(*candidate)
            tolerance = scaled(arguments.magnitude(candidate))
            if fault(came, right, tolerance) != wanted:
                return False
            if imitation is None or came.failure:
                return True
            like = self.tried(imitation, candidate)
            return distance(came.value, like.value, tolerance, loose=True).ratio <= 1

        if outcome.failure == "no function":
            return None
        wanted = fault(outcome, expected, self.tolerance(case))
        smallest = self.cases[case]
        if outcome.failure not in ENDS:
            smallest = shrink(self.arguments, smallest, self.least, same_fault)
            outcome = answer.call(*smallest)
            expected = self.tried(self.reference, smallest)
        call = f"{self.answer}({', '.join(map(as_code, smallest))})"
        return Example(call, outcome, expected.value)


def fault(came: Outcome, right: Outcome, tolerance: Tolerance) -> str:
    """In which way it is wrong; nothing if it is right."""
    if came.failure:
        return f"{came.failure} {came.detail.partition(':')[0]}"
    far = distance(came.value, right.value, tolerance)
    if far.ratio <= 1:
        return ""
    return far.words or ("value" if np.isfinite(far.ratio) else "not finite")


@dataclass(frozen=True, eq=False, kw_only=True)
class Repair(Implement):
    """Mend a function; while it behaves as it was given, the question is to do."""

    given: Callable[..., Any]

    @cached_property
    def untouched(self) -> list[Outcome]:
        return self.imitate(self.given)


@dataclass(frozen=True, eq=False, kw_only=True)
class Derive(Question):
    """Find an expression, given as a SymPy expression."""

    reference: str
    symbols: Mapping[str, str]
    """Its symbols by name, and where each lies: real, positive, unit or whole."""

    wants: ClassVar[str] = "a SymPy expression"

    @cached_property
    def places(self) -> list[expressions.Point]:
        return expressions.points(self.symbols)

    @cached_property
    def expected(self) -> list[Outcome]:
        return self.imitate(self.reference)

    def tolerance(self, case: int) -> Tolerance:
        return Tolerance(1e-12, 1e-9)

    def imitate(self, imitation: Any) -> list[Outcome]:
        return self._evaluated(expressions.parsed(imitation, tuple(self.symbols)))

    def _evaluated(self, expression: Expression) -> list[Outcome]:
        return [Outcome(expressions.value(expression, point)) for point in self.places]

    def ask(self, answer: Answer) -> list[Outcome]:
        outcome = answer.itself()
        value = outcome.value
        if outcome.failure:
            return [outcome]
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            value = Expression(str(value), ["Float", str(value)])
        if not isinstance(value, Expression):
            quotes = ": write it without quotes" if isinstance(value, str) else ""
            return [Outcome(failure="type", detail=f"{kind(value)}{quotes}")]
        try:
            return self._evaluated(value)
        except expressions.Unknown as unknown:
            known = ", ".join(self.symbols)
            detail = f"{unknown}, which the question does not have; it has {known}"
            return [Outcome(failure="type", detail=f"an expression with {detail}")]

    def example(
        self, case: int, outcome: Outcome, answer: Answer, imitation: Any | None
    ) -> Example | None:
        if outcome.failure:
            return None
        point = ", ".join(f"{name} = {number}" for name, number in self.places[case].items())
        return Example(f"{self.answer} at {point}", outcome, self.expected[case].value)


@dataclass(frozen=True, eq=False, kw_only=True)
class Compute(Question):
    """Find a number."""

    reference: float
    relative: float = 1e-3
    """What is allowed, so that rounding to four digits is right."""
    lengths: Mapping[str, int] = field(default_factory=dict)
    """N, K, … of the question, for the slips."""

    wants: ClassVar[str] = "a number"

    @cached_property
    def expected(self) -> list[Outcome]:
        return self.imitate(self.reference)

    @cached_property
    def sizes(self) -> list[Mapping[str, int]]:
        return [self.lengths]

    def tolerance(self, case: int) -> Tolerance:
        return Tolerance(1e-9, self.relative)

    def imitate(self, imitation: Any) -> list[Outcome]:
        return [Outcome(float(imitation))]

    def ask(self, answer: Answer) -> list[Outcome]:
        outcome = answer.itself()
        value = outcome.value
        if isinstance(value, Expression):  # SymPy's numbers
            try:
                return [Outcome(expressions.value(value, {}))]
            except expressions.Unknown as unknown:
                return [Outcome(failure="type", detail=f"an expression with {unknown}")]
        if isinstance(value, np.ndarray) and value.size == 1:
            return [Outcome(value.item())]
        if not outcome.failure and (isinstance(value, bool) or not is_number(value)):
            return [Outcome(failure="type", detail=kind(value))]
        return [outcome]

    def example(
        self, case: int, outcome: Outcome, answer: Answer, imitation: Any | None
    ) -> Example | None:
        # what was expected would be the solution
        return None if outcome.failure else Example(self.answer, outcome, None)


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float, Fraction))


@dataclass(frozen=True, eq=False, kw_only=True)
class Decide(Question):
    """Choose, and hear why."""

    right: str
    options: Mapping[str, str]
    """What is said to whoever chooses this letter, the right one included."""

    wants: ClassVar[str] = "a letter"

    @cached_property
    def expected(self) -> list[Outcome]:
        return self.imitate(self.right)

    @cached_property
    def imitated(self) -> list[tuple[Mistake, list[Outcome]]]:
        others = [letter for letter in self.options if letter != self.right]
        return [
            (Mistake(f"chose {letter}", letter, self.options[letter]), self.imitate(letter))
            for letter in others
        ]

    def tolerance(self, case: int) -> Tolerance:
        return Tolerance(1.0, 0.0)

    def imitate(self, imitation: Any) -> list[Outcome]:
        return [Outcome(imitation)]

    def ask(self, answer: Answer) -> list[Outcome]:
        outcome = answer.itself()
        if outcome.failure:
            return [outcome]
        value = outcome.value
        letter = value.strip().lower().strip("().") if isinstance(value, str) else ""
        if letter in self.options:
            return [Outcome(letter)]
        letters = ", ".join(repr(each) for each in self.options)
        shown = as_text(value)
        return [Outcome(failure="type", detail=f"{shown}; it can be one of {letters}")]
