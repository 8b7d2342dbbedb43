"""Reading what comes back: damaged files, lost metadata, IPython's own language."""

import json
import os
from pathlib import Path

import pytest

from lossbook.grading.grade import grade
from lossbook.grading.limits import Limits
from lossbook.grading.notebook import Unreadable, code_cells, content, find, python
from tests.grading.support import (
    LEARNERS,
    LETTER,
    MOST,
    NAME,
    QUICK,
    RIGHT,
    SOLUTIONS,
    WRONG,
    graded,
    points,
    returned,
    sources,
)


def test_the_solutions_earn_everything(tmp_path: Path) -> None:
    row = grade(tmp_path, returned(tmp_path, "Renamed (1).ipynb", SOLUTIONS.read_bytes()), Limits())
    assert row.points == row.most == MOST
    assert row.assignment == NAME and row.remarks == []


def test_an_untouched_notebook_is_to_do(tmp_path: Path) -> None:
    row = grade(tmp_path, returned(tmp_path, "a.ipynb", LEARNERS.read_bytes()), Limits())
    assert {mark.state for mark in row.marks.values()} == {"to do"}
    assert (row.points, row.most, row.remarks) == (0, MOST, [])


def test_checks_deleted_cells_doubled_metadata_gone(tmp_path: Path) -> None:
    code = [cell for cell in sources(SOLUTIONS) if "check(" not in cell]
    assert len(code) < len(sources(SOLUTIONS))
    cells = [{"source": cell.splitlines(True)} for cell in code for _ in range(2)]
    row = grade(tmp_path, returned(tmp_path, "b.ipynb", json.dumps({"cells": cells})), Limits())
    assert row.points == MOST and row.assignment == NAME


def test_the_misconception_is_named(tmp_path: Path) -> None:
    naive = RIGHT.replace("logits - logits.max(axis=1, keepdims=True)", "logits")
    row = graded(tmp_path, naive, 'culprit = "a"')
    marks = row.marks
    assert marks[f"{NAME}.q1"].why == "exp overflows"
    assert marks[f"{NAME}.q5"].why == "chose a"
    assert row.points == 0


def test_an_error_in_a_cell_does_not_end_the_others(tmp_path: Path) -> None:
    row = graded(tmp_path, "1 / 0", RIGHT, "((", LETTER)
    assert row.points == 4
    assert row.remarks[0] == "cell 1: ZeroDivisionError: division by zero"
    assert row.remarks[1].startswith("cell 3: SyntaxError")


def test_what_a_cell_did_before_its_error_stays(tmp_path: Path) -> None:
    assert points(graded(tmp_path, RIGHT + "\n1 / 0")) == 3


def test_the_last_definition_counts(tmp_path: Path) -> None:
    assert points(graded(tmp_path, RIGHT, WRONG)) == 0
    assert points(graded(tmp_path, WRONG, RIGHT)) == 3


BROKEN = {
    "it is empty": b" \n",
    "it is not JSON": b'{"cells": [',
    "it is JSON, but no notebook": b"[1, 2]",
    "it is JSON, but no notebook: it has no cells": b'{"cells": 3}',
}


@pytest.mark.parametrize(("says", "data"), [*BROKEN.items(), ("it is not JSON", b"\xff\xfe\x00")])
def test_a_broken_file(says: str, data: bytes, tmp_path: Path) -> None:
    row = grade(tmp_path, returned(tmp_path, "a.ipynb", data), QUICK, NAME)
    assert row.remarks == [f"not graded: {says}"]
    assert (row.points, row.most) == (0, MOST)


def test_deep_json_is_no_crash() -> None:
    with pytest.raises(Unreadable, match="not JSON"):
        code_cells(b"[" * 200_000)


def test_links_and_pipes_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "link.ipynb").symlink_to(SOLUTIONS)
    os.mkfifo(tmp_path / "pipe.ipynb")
    for name in find(tmp_path):
        with pytest.raises(Unreadable, match="regular file"):
            content(tmp_path / name)
    assert find(tmp_path) == ["link.ipynb", "pipe.ipynb"]


def test_backups_are_left_out(tmp_path: Path) -> None:
    for name in "b/a.ipynb", "a.ipynb", ".ipynb_checkpoints/a.ipynb", "__MACOSX/._a.ipynb", "c.py":
        returned(tmp_path, name, "{}")
    assert find(tmp_path) == ["a.ipynb", "b/a.ipynb"]


def test_the_format_before_2015() -> None:
    sheet = {"cells": [{"cell_type": "code", "input": ["x = 1\n", "y = 2"]}]}
    assert code_cells(json.dumps({"worksheets": [sheet]}).encode()) == ["x = 1\ny = 2"]


def test_a_mark_of_byte_order_and_markdown() -> None:
    cells = [{"cell_type": "markdown", "source": "text"}, {"cell_type": "code", "source": "x"}, 3]
    assert code_cells(b"\xef\xbb\xbf" + json.dumps({"cells": cells}).encode()) == ["x"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("!pip install lossbook", "pass"),
        ("%%time\nx = 1", "pass\nx = 1"),
        ("%%bash\nrm -r x", ""),
        ("if True:\n    !ls\n    files = !ls", "if True:\n    pass\n    pass"),
        ("np.log?", "pass"),
        ("?np.log", "pass"),
        ("x = (7\n% 2)", "x = (7\n% 2)"),
        ('x = """\n!no\n"""', 'x = """\n!no\n"""'),
    ],
)
def test_what_only_ipython_understands(source: str, expected: str) -> None:
    assert python(source) == expected


def test_display_is_known_as_in_jupyter(tmp_path: Path) -> None:
    row = graded(tmp_path, "display(1)\n" + RIGHT)
    assert row.points == 3 and row.remarks == []


def test_a_notebook_of_something_else(tmp_path: Path) -> None:
    row = graded(tmp_path, "x = 1")
    assert row.remarks == ["no answer to any question was found"] and row.marks == {}


@pytest.mark.parametrize(
    "code",
    [
        "import lossbook as lb\nmean_loss = lb.cross_entropy",
        "from lossbook import cross_entropy as ce\ndef f(z, y): return ce(z, y)\n"
        "def mean_loss(z, y): return f(z, y)",
        "def mean_loss(z, y):\n    import lossbook.multiclass\n"
        "    return lossbook.multiclass.cross_entropy(z, y)",
    ],
)
def test_an_answer_that_calls_the_package_is_noted(code: str, tmp_path: Path) -> None:
    row = graded(tmp_path, code)
    assert row.points == 3
    assert row.remarks[0].startswith("many-classes.q1 uses lossbook")
