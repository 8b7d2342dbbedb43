"""The answers to every question: those of the masters, and those that the tests add."""

import ast
import importlib
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import jupytext
import numpy as np
import sympy as sp

import lossbook as lb
from lossbook.assignments import registry
from lossbook.assignments.calling import Here, Outcome
from lossbook.assignments.kinds import Derive, Implement, Question
from lossbook.assignments.plain import decode, encode
from tools.unchanged import ROOT

ALL = registry.all_questions()
FUNCTIONS = [question for question in ALL if isinstance(question, Implement)]
NAMES = registry.assignments()
MASTERS = ROOT / "book" / "assignments" / "src"


def by_id(question: Question) -> str:
    return question.id


def answers(assignment: str) -> ModuleType:
    """RIGHT, WRONG and SURVIVORS of an assignment."""
    return importlib.import_module(f"tests.assignments.answers.{assignment.replace('-', '_')}")


def master(assignment: str) -> Path:
    return MASTERS / f"{assignment}.md"


@cache
def namespace(assignment: str, with_solutions: bool) -> dict[str, Any]:
    """What the cells of a master define, its checks left out."""
    names: dict[str, Any] = {}
    for cell in jupytext.read(master(assignment), fmt="md:myst").cells:
        tags = cell.metadata.get("tags", [])
        asks = "check(" in cell.source or "progress(" in cell.source
        if cell.cell_type != "code" or asks or ("solution" in tags and not with_solutions):
            continue
        exec(compile(cell.source, str(master(assignment)), "exec"), names)
    return names


@cache
def functions(assignment: str) -> dict[str, str]:
    """The source of each function that a solution defines."""
    found = {}
    for cell in jupytext.read(master(assignment), fmt="md:myst").cells:
        if "solution" in cell.metadata.get("tags", []):
            for node in ast.parse(cell.source).body:
                if isinstance(node, ast.FunctionDef):
                    found[node.name] = ast.get_source_segment(cell.source, node) or ""
    return found


def typed(question: Question, imitation: Any) -> Any:
    """An imitation as a learner would hand it in."""
    if isinstance(question, Derive):
        return sp.sympify(imitation, locals={name: sp.Symbol(name) for name in question.symbols})
    return imitation


def setting(assignment: str) -> dict[str, Any]:
    """What a master's cells know before any answer: for code that is put in a solution's place."""
    return {"np": np, "sp": sp, "lb": lb, **namespace(assignment, False)}


class Distant:
    """An answer that is spoken to in text alone, as one in another process is."""

    def __init__(self, answer: Any) -> None:
        self.here = Here(answer)

    def call(self, *arguments: Any) -> Outcome:
        return sent(self.here.call(*(decode(encode(each)) for each in arguments)))

    def itself(self) -> Outcome:
        return sent(self.here.itself())


def sent(outcome: Outcome) -> Outcome:
    return Outcome(*decode(encode(list(outcome))))
