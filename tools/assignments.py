"""Two editions of an assignment from one master: with stubs, and with the solutions.

In a master a cell tagged `solution` answers a question. In the learner's edition its functions
have lost their bodies and its answers their values; where the cell before it is tagged `given`,
that one stands in its place. What stands in `<details class="solution">` is left out.
"""

import ast
import re
from collections.abc import Iterator

import nbformat
from nbformat import NotebookNode

from lossbook.assignments import registry
from lossbook.assignments.kinds import Question

LEARNER, SOLUTIONS = "learner", "solutions"
TITLE = "# Assignment: "
FOLD = re.compile(r'<details class="solution">.*?</details>\n*', re.DOTALL)
CHECK = re.compile(r'check\("([^"]+)"')
UP = re.compile(r"(?<=\]\()\.\./")


class MasterError(ValueError):
    """A master that cannot be made into notebooks; the message says why."""


def edition(cells: list[NotebookNode], name: str, which: str) -> list[NotebookNode]:
    """The cells of one edition of the assignment called `name`."""
    questions = {question.id: question for question in registry.of(name)}
    made = list(learners(cells, questions) if which == LEARNER else solutions(cells, name))
    return list(with_help(made, questions, which))


def tags(cell: NotebookNode) -> list[str]:
    return list(cell.metadata.get("tags", []))


def learners(cells: list[NotebookNode], questions: dict[str, Question]) -> Iterator[NotebookNode]:
    answers = {question.answer for question in questions.values()}
    given = False
    for cell in cells:
        if cell.cell_type == "markdown":
            text = FOLD.sub("", cell.source).strip()
            if text:
                yield nbformat.v4.new_markdown_cell(text)
        elif "solution" not in tags(cell):
            given = "given" in tags(cell)
            yield plain(cell)
        elif not given and (text := stub(cell.source, answers)):
            yield nbformat.v4.new_code_cell(text)


def solutions(cells: list[NotebookNode], name: str) -> Iterator[NotebookNode]:
    for cell in cells:
        if cell.cell_type == "markdown" and cell.source.startswith(TITLE):
            title = cell.source.split("\n")[0].removeprefix(TITLE)
            text = (
                f"# Solutions: {title}\n\nThe questions of "
                f"[the assignment on {title}](../{name}.ipynb), each with its solution folded "
                "beneath it.\nThe tests run this code."
            )
            yield nbformat.v4.new_markdown_cell(text)
        elif cell.cell_type == "markdown":  # one folder further down
            yield nbformat.v4.new_markdown_cell(UP.sub("../../", cell.source))
        else:
            yield plain(cell)


def plain(cell: NotebookNode) -> NotebookNode:
    """Without the tag that only speaks to this module."""
    if "given" in tags(cell):
        del cell.metadata["tags"]
    return cell


def with_help(
    cells: list[NotebookNode], questions: dict[str, Question], which: str
) -> Iterator[NotebookNode]:
    """After each check: the points, where to read, where the solution is."""
    heading = ""
    for cell in cells:
        yield cell
        if cell.cell_type == "markdown":
            heading = next(iter(re.findall(r"^## (.*)$", cell.source, re.MULTILINE)[-1:]), heading)
        elif found := CHECK.search(cell.source):
            if found[1] not in questions:
                raise MasterError(f"a cell checks {found[1]}, which is no question of this file")
            yield nbformat.v4.new_markdown_cell(help_on(questions[found[1]], heading, which))


def help_on(question: Question, heading: str, which: str) -> str:
    up = "../" if which == LEARNER else "../../"
    points = f"{question.points} point{'s' if question.points != 1 else ''}"
    read = f"[{question.section[1]}]({up}chapters/{question.anchor})"
    if which == SOLUTIONS:
        return f"*{points}; see {read}.*"
    there = f"solutions/{question.assignment}.ipynb#{slug(heading)}"
    return f"*{points}. To read again: {read}. When you have tried: [the solution]({there}).*"


def slug(heading: str) -> str:
    """The address that MyST gives a heading."""
    return re.sub(r"[^\w\s-]", "", heading.lower()).strip().replace(" ", "-")


def stub(code: str, answers: set[str]) -> str:
    """The code of a solution without what solves it."""
    lines, kept = code.split("\n"), []
    for node in ast.parse(code).body:
        if isinstance(node, ast.FunctionDef) and node.name in answers:
            documented = ast.get_docstring(node) is not None
            first = node.body[0]
            head = first.end_lineno if documented else first.lineno - 1
            kept.append("\n".join([*lines[node.lineno - 1 : head], "    ..."]))
        elif isinstance(node, ast.Assign):
            names = [ast.unparse(target) for target in node.targets]
            kept += [f"{name} = ..." for name in names if name in answers]
    return "\n\n\n".join(kept) if any("def " in each for each in kept) else "\n".join(kept)
