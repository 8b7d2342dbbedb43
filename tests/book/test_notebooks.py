"""The notebooks of this book pass every check, and their builder keeps its promises."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tools import check_notebooks, notebooks
from tools.unchanged import ROOT

MAKE = "import sys; from pathlib import Path; from tools import notebooks; "
MAKE += "notebooks.make(Path(sys.argv[1]), Path(sys.argv[2]))"


@pytest.mark.parametrize("pair", notebooks.chapters(), ids=lambda pair: str(pair[0].stem))
def test_chapter_has_no_problems(pair: tuple[Path, Path]) -> None:
    assert list(check_notebooks.chapter_problems(*pair)) == []


def test_sources_notebooks_and_contents_agree() -> None:
    assert notebooks.chapters(), "no chapter was found"
    assert list(check_notebooks.complete(ROOT)) == []


def test_the_same_bytes_twice(sample: Path) -> None:
    source, target = notebooks.chapters(sample)[0]
    before = target.read_bytes()
    target.unlink()
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    command = [sys.executable, "-c", MAKE, str(source), str(target)]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    assert target.read_bytes() == before


def test_nothing_of_this_computer_is_stored(made: Path) -> None:
    text = notebooks.chapters(made)[0][1].read_text()
    assert str(made) not in text
    assert sys.prefix not in text
    assert "version" not in nbformat.reads(text, as_version=4).metadata.language_info


def test_editing_a_cell_leaves_the_other_ids(sample: Path) -> None:
    source, _ = notebooks.chapters(sample)[0]
    before = [cell.id for cell in notebooks.read(source).cells]
    source.write_text(source.read_text().replace("[1.0, 2.0, 4.0]", "[1.0, 2.0, 5.0]"))
    after = [cell.id for cell in notebooks.read(source).cells]
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1


def test_equal_cells_get_ids_of_their_own(sample: Path) -> None:
    source, _ = notebooks.chapters(sample)[0]
    source.write_text(source.read_text() + "\n```{code-cell} ipython3\n1\n```\n" * 2)
    ids = [cell.id for cell in notebooks.read(source).cells]
    assert len(set(ids)) == len(ids)
    assert ids[-1] == f"{ids[-2]}-2"


def test_folded_cells_are_folded_in_jupyterlab_too(made: Path) -> None:
    cells = notebooks.read(notebooks.chapters(made)[0][0]).cells
    folded = next(cell for cell in cells if "hide-cell" in cell.metadata.get("tags", []))
    assert folded.metadata.jupyter == {"source_hidden": True, "outputs_hidden": True}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("1 / 0", r"sample: cell \w+ \(1 / 0\) raised ZeroDivisionError: division by zero"),
        (
            "import warnings; warnings.warn('old', DeprecationWarning)",
            r"sample: cell \w+ \(import warnings.*\) wrote to stderr: .*DeprecationWarning: old",
        ),
    ],
)
def test_a_failed_run_leaves_the_old_notebook(sample: Path, line: str, message: str) -> None:
    source, target = notebooks.chapters(sample)[0]
    before = target.read_bytes()
    source.write_text(source.read_text() + f"\n```{{code-cell}} ipython3\n{line}\n```\n")
    with pytest.raises(notebooks.ChapterError, match=message):
        notebooks.make(source, target)
    assert target.read_bytes() == before
    assert {path.name for path in target.parent.iterdir()} >= {target.name}
    assert not list(target.parent.glob(".*.new"))


def test_an_interrupted_write_leaves_the_old_notebook(
    sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = notebooks.chapters(sample)[0]
    before = target.read_bytes()

    def interrupt(self: Path, target: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        notebooks.write(notebooks.read(source), target)
    assert target.read_bytes() == before
