"""From a master to its two editions: no solution reaches a learner, no question is lost."""

import ast
import re
from pathlib import Path

import jupytext
import nbformat
import pytest

from lossbook.assignments import registry
from tests.assignments.support import ALL, MASTERS, NAMES, master
from tools import assignments, notebooks

NAME = "many-classes"
HEAD = """---
jupytext: {}
---

# Assignment: small

> **You need** nothing.

```{code-cell} ipython3
import math
```

## 1. One

Do it.

```{code-cell} ipython3
import numpy as np
```

```{code-cell} ipython3
:tags: [hide-cell, solution]

SECRET = 1


def helper():
    return SECRET


def mean_loss(logits, target):
    '''Return it.'''
    secret = helper()  # a secret
    return secret


def mean_slope(logits,
               target):
    return helper()


plain_loss = helper()
```

```{code-cell} ipython3
check("many-classes.q1", mean_loss)
```

<details class="solution">
<summary>Why so</summary>

A secret, see [there](../chapters/x.ipynb).

</details>
"""


def made(tmp_path: Path, which: str, text: str = HEAD) -> nbformat.NotebookNode:
    path = tmp_path / f"{NAME}.md"
    path.write_text(text, encoding="utf-8")
    notebook = notebooks.read(path, which)
    del notebook.cells[0]  # for Colab
    return notebook


def test_the_learners_edition_has_stubs_and_help(tmp_path: Path) -> None:
    cells = made(tmp_path, assignments.LEARNER).cells
    text = "\n".join(cell.source for cell in cells)
    assert "secret" not in text.lower() and "helper" not in text
    stub = next(cell.source for cell in cells if "def " in cell.source)
    assert stub == (
        "def mean_loss(logits, target):\n    '''Return it.'''\n    ...\n\n\n"
        "def mean_slope(logits,\n               target):\n    ...\n\n\n"
        "plain_loss = ..."
    )
    ast.parse(stub)
    assert "3 points." in text and "](solutions/many-classes.ipynb#1-one)" in text
    assert "](../chapters/many-classes.ipynb#where-numbers-bite)" in text
    assert not any(cell.metadata.get("tags") for cell in cells)


def test_the_solutions_have_all_and_their_links_fit(tmp_path: Path) -> None:
    cells = made(tmp_path, assignments.SOLUTIONS).cells
    text = "\n".join(cell.source for cell in cells)
    assert text.startswith("# Solutions: small") and "secret = helper()" in text
    assert "[the assignment on small](../many-classes.ipynb)" in text
    assert "](../../chapters/x.ipynb)" in text and "](../chapters" not in text
    assert next(c for c in cells if "SECRET" in c.source).metadata.tags == ["hide-cell", "solution"]


def test_a_given_function_stands_in_place_of_the_stub(tmp_path: Path) -> None:
    given = (
        "```{code-cell} ipython3\n:tags: [given]\n\ndef mean_loss():\n    return 'faulty'\n```\n\n"
    )
    solution = "```{code-cell} ipython3\n:tags: [hide-cell, solution]"
    cells = made(tmp_path, assignments.LEARNER, HEAD.replace(solution, given + solution)).cells
    text = "\n".join(cell.source for cell in cells)
    assert "return 'faulty'" in text and "..." not in text


def test_a_check_of_a_question_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(assignments.MasterError, match=r"many-classes\.q77"):
        made(tmp_path, assignments.LEARNER, HEAD.replace("classes.q1", "classes.q77"))


def test_every_assignment_has_its_master() -> None:
    assert sorted(path.stem for path in MASTERS.glob("*.md")) == NAMES == registry.assignments()


@pytest.mark.parametrize("name", NAMES)
def test_no_line_of_a_solution_is_in_the_learners_notebook(name: str) -> None:
    cells = jupytext.read(master(name), fmt="md:myst").cells
    shown = nbformat.read(MASTERS.parent / f"{name}.ipynb", as_version=4).cells
    outputs = [str(output) for cell in shown for output in cell.get("outputs", [])]
    text = "\n".join([*(cell.source for cell in shown), *outputs])
    learnt = 0
    for cell in cells:
        tags = cell.metadata.get("tags", [])
        others = "\n".join(c.source for c in cells if "solution" not in c.metadata.get("tags", []))
        if cell.cell_type == "code" and "solution" in tags:
            for line in body_lines(cell.source):
                if len(line) > 12 and line not in others:
                    assert line not in text, line
                    learnt += 1
        for fold in re.findall(r'<details class="solution">(.*?)</details>', cell.source, re.S):
            for line in fold.split("\n"):
                assert len(line) < 20 or line not in text, line
    assert learnt >= 5
    for question in (q for q in ALL if q.assignment == name):
        assert f"`{question.id}`" not in text
        assert question.deeper not in text


def body_lines(code: str) -> list[str]:
    """The lines of a solution that a stub may not have: without heads and docstrings."""
    lines = code.split("\n")
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.FunctionDef):
            first = node.body[0]
            documented = ast.get_docstring(node) is not None
            end = first.end_lineno if documented else first.lineno - 1
            for n in range(node.lineno - 1, end or 0):
                lines[n] = ""
    return [line.strip() for line in lines]


@pytest.mark.parametrize("name", NAMES)
def test_what_run_all_says(name: str) -> None:
    """Untouched, each question is to do; in the solutions, each is ok."""
    for place, state in (("", "to do"), ("solutions/", "ok")):
        cells = nbformat.read(MASTERS.parent / place / f"{name}.ipynb", as_version=4).cells
        said = [
            output.data["text/plain"].split("\n")[0]
            for cell in cells
            if cell.source.startswith("check(")
            for output in cell.outputs
        ]
        wanted = [f"{q.id}: {state}" for q in ALL if q.assignment == name]
        assert [line.rpartition(" (")[0] for line in said] == wanted
