"""Check the answers to the assignments of The Loss Book.

In a notebook::

    from lossbook.assignments import check, progress

    check("many-classes.q1", mean_loss)   # to do, not yet, ok or error, and why
    progress()                            # the points of every question in this notebook

Nothing is stored, and nothing is sent anywhere.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lossbook.assignments import limits, registry
from lossbook.assignments.calling import SECONDS, Here, restore_numpy
from lossbook.assignments.judge import judge
from lossbook.assignments.kinds import Question
from lossbook.assignments.verdict import CheckFailed, Progress, Verdict

__all__ = ["CheckFailed", "Progress", "Verdict", "check", "progress"]

_failures: Counter[str] = Counter()
"""How often each question was failed in this session; it decides how much help is given."""

PATIENCE = 2


def check(id: str, answer: Any = ..., strict: bool = False) -> Verdict:
    """Say whether an answer is right, and if not, what is wrong with it.

    Parameters
    ----------
    id : str
        The question, such as "many-classes.q1".
    answer : a function, SymPy expression, number or letter
        What the question asks for.
    strict : bool
        Raise `CheckFailed` unless the answer is right. Without it nothing is ever raised.

    Returns
    -------
    A `Verdict`; as the last line of a cell it shows itself. Its `state` is "to do", "not yet",
    "ok" or "error".

    Examples
    --------
    >>> from lossbook.assignments import check
    >>> check("many-classes.q1").state
    'to do'
    """
    try:
        verdict = _verdict(registry.find(id), answer)
    except registry.NoQuestion as error:
        verdict = Verdict(str(id), "error", 0, 0, (str(error),))
    except BaseException as error:  # a fault of the check must not end a learner's notebook
        said = f"The check itself failed, which is not your fault: {type(error).__name__}: {error}"
        verdict = Verdict(str(id), "error", 0, 0, (said,))
    if strict and verdict.state != "ok":
        raise CheckFailed(verdict)
    return verdict


def _verdict(question: Question, answer: Any) -> Verdict:
    if overwritten := restore_numpy():
        said = (
            f"{overwritten} had been overwritten, which every other cell uses too. "
            "It has been put back; give your own variable another name."
        )
        return Verdict(question.id, "error", 0, question.points, (said,))
    verdict = judge(question, Here(answer))
    if verdict.state == "ok":
        _failures[question.id] = 0
    elif verdict.state != "to do":
        _failures[question.id] += 1
        verdict = replace(verdict, further=_help(question, _failures[question.id]))
    if not limits.can_interrupt():
        said = f"The limit of {SECONDS:g} seconds could not be set here, so the check ran without."
        verdict = replace(verdict, further=(*verdict.further, said))
    return verdict


def _help(question: Question, failures: int) -> tuple[str, ...]:
    if failures < PATIENCE:
        return ()
    chapter, heading = question.section
    return (
        question.deeper,
        f"Read again: “{heading}” in chapters/{chapter}.ipynb. The solution is folded in "
        f"assignments/solutions/{question.assignment}.ipynb, question {question.number}.",
    )


def progress(namespace: Mapping[str, Any] | None = None) -> Progress:
    """Return the points of every question whose assignment has an answer in this notebook.

    The answers are found by their names and judged anew; nothing is kept. `namespace` is the
    notebook's own by default.
    """
    names = sys._getframe(1).f_globals if namespace is None else namespace
    found = []
    for assignment in registry.assignments():
        questions = registry.of(assignment)
        if any(question.answer in names for question in questions):
            found += [(q.answer, judge(q, Here(names.get(q.answer, ...)))) for q in questions]
    return Progress(tuple(found))
