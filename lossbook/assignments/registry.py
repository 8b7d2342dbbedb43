"""Find a question by its id: each assignment is a module of `lossbook.assignments.questions`."""

from __future__ import annotations

import difflib
import importlib
import pkgutil

from lossbook.assignments import questions
from lossbook.assignments.kinds import Question


class NoQuestion(KeyError):
    """An id that no question has; the message names those that are close."""

    def __str__(self) -> str:
        return str(self.args[0])


def assignments() -> list[str]:
    """Return the names of all assignments."""
    return sorted(m.name.replace("_", "-") for m in pkgutil.iter_modules(questions.__path__))


def of(assignment: str) -> tuple[Question, ...]:
    """Return the questions of one assignment, in order."""
    if assignment not in assignments():
        known = ", ".join(assignments())
        raise NoQuestion(f"There is no assignment {assignment!r}; there are {known}.")
    name = f"{questions.__name__}.{assignment.replace('-', '_')}"
    found: tuple[Question, ...] = importlib.import_module(name).QUESTIONS
    return found


def find(id: str) -> Question:
    """Return the question with this id."""
    if not isinstance(id, str):
        raise NoQuestion(f"The first argument is the id of a question, as text, not {id!r}.")
    assignment = id.partition(".")[0]
    close = difflib.get_close_matches(assignment, assignments(), 1)
    known = of(assignment if assignment in assignments() else (close or [assignment])[0])
    for question in known:
        if question.id == id:
            return question
    ids = ", ".join(question.id for question in known)
    raise NoQuestion(f"There is no question {id!r}; there are {ids}.")


def all_questions() -> list[Question]:
    """Return every question of every assignment."""
    return [question for assignment in assignments() for question in of(assignment)]
