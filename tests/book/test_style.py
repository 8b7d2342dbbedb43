"""The rules of style: each is broken once and found; what only looks like it is not."""

import re
from pathlib import Path

import pytest

from tests.book import small
from tools import check_style, markdown, reading
from tools.unchanged import ROOT


def test_the_book_has_no_problems() -> None:
    assert check_style.problems(ROOT) == []


def test_the_small_chapter_has_none(tmp_path: Path) -> None:
    small.write(tmp_path)
    assert check_style.problems(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("It is", "The colors", r"small-one\.md:26: “colors” is American; write “colours”"),
        ("It is", "Minimizing", r"write “Minimising”|write “minimising”"),
        ("It is", "Normalization", r"write “normalisation”"),
        ("It is", "Simply", r"“Simply” says nothing"),
        ("It is", "It ends. It is", r":26: two sentences in one line"),
        ("It is", "It ends? **It is", r":26: two sentences in one line"),
        ("It is", "```{note}\nx\n```\n\nIt is", r":27: the directive \{note\}; write plain"),
        ("It is", "{glue:text}`x` is", r"\{glue:text\} computes prose"),
        ("assert y is None", "1\n" * 15, r":30: a cell of \d+ lines; at most 15"),
        ("assert y is None", "x = " + "1 + " * 20 + "1", r":33: 85 columns of code; at most 76"),
        ("assert y is None\n", "", r":27: “equals”, but no cell of “The loss” asserts anything"),
    ],
)
def test_a_broken_rule_is_found(tmp_path: Path, old: str, new: str, reason: str) -> None:
    small.write(tmp_path, old, new)
    found = check_style.problems(tmp_path)
    assert any(re.search(reason, problem) for problem in found), found


@pytest.mark.parametrize(("more", "minutes"), [("word " * 3000, 15), ("word\n" * 2000, 10)])
def test_the_time_that_the_box_promises(tmp_path: Path, more: str, minutes: int) -> None:
    for promise in (minutes, minutes + 10):
        promised = f"> **It takes** about {promise} minutes, and as long again for the exercises."
        box = f"{promised}\n\n{more}\n\n## The loss"
        small.write(tmp_path, "## The loss", box)
        found = [each for each in check_style.problems(tmp_path) if "minutes" in each]
        assert (
            found == [] if promise == minutes else f"promise {5 * round(minutes / 5)}" in found[0]
        )


def test_exercises_and_hidden_code_take_no_time(tmp_path: Path) -> None:
    source, _ = small.write(tmp_path)
    before = reading.minutes(source)
    hidden = "\n```{code-cell} ipython3\n:tags: [hide-input]\n\n" + "x = 1\n" * 100 + "```\n"
    exercises = "\n## Exercises\n\n" + "word " * 1000
    source.path.write_text(source.path.read_text() + hidden + exercises)
    assert reading.minutes(markdown.parse(source.path)) == before
    source.path.write_text(source.path.read_text().replace(":tags: [hide-input]\n", ""))
    assert reading.minutes(markdown.parse(source.path)) > before + 5


SOLVED = """
## Exercises

### 1. Compute

```{code-cell} ipython3
TAGS

SOLUTION
```

### 2. Program

```{code-cell} ipython3
:tags: [hide-cell, solution]

assert lb.cross_entropy([0.0, 0.0], 0) > 0
```
"""


@pytest.mark.parametrize(
    ("solution", "good"),
    [
        ("print(1.5)", False),
        ("x = 1", False),
        ("assert 1.5 > 0", True),
        ("lb.Derivation(a).step(b, 'why')", True),
    ],
)
@pytest.mark.parametrize(
    "tags",
    [":tags: [hide-cell, solution]", "---\ntags: [solution]\n---", "---\ntags:\n  - solution\n---"],
)
def test_a_solution_asserts_something(tmp_path: Path, solution: str, tags: str, good: bool) -> None:
    source, _ = small.write(tmp_path)
    more = SOLVED.replace("TAGS", tags).replace("SOLUTION", solution)
    source.path.write_text(source.path.read_text() + more)
    found = check_style.problems(tmp_path)
    reason = r"small-one\.md:\d\d: the solution asserts nothing; add an assert"
    assert not found if good else re.search(reason, found[0]), found
    source.path.write_text(source.path.read_text().replace("solution]", "predict]"))
    if "- solution" not in tags:
        assert check_style.problems(tmp_path) == []


@pytest.mark.parametrize(
    "new",
    ["`color`", "The size", "A prize", "Lin et al. They", "J. S. Bridle", "1. It", "Centred"],
)
def test_what_is_right_is_left_alone(tmp_path: Path, new: str) -> None:
    small.write(tmp_path, "It is", new)
    assert check_style.problems(tmp_path) == []
