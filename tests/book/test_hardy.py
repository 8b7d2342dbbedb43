"""What would come out differently on another reader's computer goes red, and only that."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tools import execution, hardy, notebooks, rerun

OLD, FAR = execution.variations()
CONDITIONS = execution.variations()


def with_cell(root: Path, code: str) -> Path:
    """The small chapter with one more cell, made under the standard condition."""
    source, target = notebooks.chapters(root)[0]
    source.write_text(source.read_text() + f"\n```{{code-cell}} ipython3\n{code}\n```\n")
    notebooks.make(source, target)
    return target


@pytest.mark.parametrize("what", CONDITIONS)
def test_each_condition_takes_effect(what: str) -> None:
    assert hardy.took_effect(what, CONDITIONS[what])


@pytest.mark.parametrize("what", CONDITIONS)
def test_the_witness_notices_the_standard_condition(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in CONDITIONS[what]:
        monkeypatch.delenv(name, raising=False)
    passed, _ = rerun.run(hardy.witness(CONDITIONS[what], tmp_path), {})
    assert not passed


@pytest.mark.parametrize("what", CONDITIONS)
def test_the_sound_chapter_passes(sample: Path, what: str) -> None:
    passed, said = rerun.run(notebooks.chapters(sample)[0][1], CONDITIONS[what])
    assert passed, said


# a sum of 10,000 numbers to the last digit, and what it is in a chapter
SUM = (
    "import numpy as np\nrng = np.random.default_rng(0)\n"
    "a, b = rng.normal(size=(2, 10001))\nprint({})"
)


@pytest.mark.parametrize(
    ("code", "what"),
    [
        (SUM.format("float(a @ b)"), OLD),
        ("import time\nprint(time.strftime('%z'))", FAR),
        ("print(list({'a', 'b', 'c', 'd', 'e', 'f', 'g'}))", FAR),
        ("import os\nprint(os.environ.get('OMP_NUM_THREADS'))", FAR),
    ],
)
def test_what_depends_on_the_computer_is_refused(
    sample: Path, monkeypatch: pytest.MonkeyPatch, code: str, what: str
) -> None:
    if "@" in code and not differs(code, CONDITIONS[what]):
        pytest.skip("this processor has no wider instructions to switch off")
    for name in ("TZ", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    notebook = with_cell(sample, code)
    assert rerun.run(notebook, execution.STANDARD)[0], "the standard condition is green"
    passed, said = rerun.run(notebook, CONDITIONS[what])
    assert not passed
    assert "mismatch 'stdout'" in said


def differs(code: str, condition: Mapping[str, str]) -> bool:
    """Whether a plain Python process prints something else under the condition."""
    printed = [
        subprocess.check_output([sys.executable, "-c", code], env=execution.environment(each))
        for each in (execution.STANDARD, condition)
    ]
    return printed[0] != printed[1]


def test_rounded_sums_pass(sample: Path) -> None:
    notebook = with_cell(sample, SUM.format("f'{a @ b:.6f}'"))
    passed, said = rerun.run(notebook, CONDITIONS[OLD])
    assert passed, said
