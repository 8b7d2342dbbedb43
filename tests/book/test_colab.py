"""The first cell of the notebooks: on Colab it installs lossbook, elsewhere it does nothing."""

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from tools import check_notebooks, colab, notebooks
from tools.sphinx_ext import lossbook_addresses
from tools.unchanged import ROOT

# pip and google.colab as the cell meets them; this pip writes down what it was asked for
PIP = """\
import json, os, sys
from pathlib import Path
Path(os.environ["ASKED"]).write_text(json.dumps(sys.argv[1:]))
sys.exit(int(os.environ.get("EXIT", "0")))
"""
NOTEBOOKS = [target for _, target in notebooks.chapters()]


def run(place: Path, on_colab: bool, code: int = 0) -> tuple[str, list[str] | None, int]:
    """What the cell prints, what it asks of pip, and how it ends, in a fresh Python."""
    for package in ("pip", "google/colab"):
        (place / package).mkdir(parents=True, exist_ok=True)
        (place / package / "__init__.py").touch()
    (place / "pip" / "__main__.py").write_text(PIP)
    asked = place / "asked.json"
    asked.unlink(missing_ok=True)
    # Colab's kernel has imported google.colab before the first cell runs
    script = ("import google.colab\n" if on_colab else "") + colab.source()
    variables = {"PYTHONPATH": str(place), "ASKED": str(asked), "EXIT": str(code)}
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env={**os.environ, **variables},
    )
    arguments = json.loads(asked.read_text()) if asked.exists() else None
    return done.stdout + done.stderr, arguments, done.returncode


def test_elsewhere_it_does_nothing(tmp_path: Path) -> None:
    assert run(tmp_path, on_colab=False) == ("", None, 0)


def test_on_colab_it_installs_the_package_from_the_repository(tmp_path: Path) -> None:
    said, asked, code = run(tmp_path, on_colab=True)
    assert (said, code) == ("", 0)
    stated = lossbook_addresses.stated()
    wanted = f"lossbook[book] @ git+{stated.repository}@{stated.branch}"
    assert asked == ["install", "-q", wanted]
    assert "==" not in " ".join(asked)


def test_a_failed_installation_is_heard(tmp_path: Path) -> None:
    said, _, code = run(tmp_path, on_colab=True, code=1)
    assert code != 0 and "CalledProcessError" in said and "git+https://" in said


def test_what_it_installs_has_lower_bounds_alone_and_all_that_the_chapters_import() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    bounds = [*project["dependencies"], *(each for group in extras.values() for each in group)]
    bounds = [each for each in bounds if not each.startswith("lossbook[")]
    assert all(re.fullmatch(r"[\w-]+>=[\d.]+", each) for each in bounds), bounds
    assert extras["book"][0] == "lossbook[symbolic,plot,torch,data]"
    provided = {each.partition(">=")[0] for each in bounds} | {"lossbook"}
    provided.add("IPython")  # in which every notebook runs
    provided |= {{"scikit-learn": "sklearn"}.get(name, name) for name in provided}
    for path in NOTEBOOKS:
        assert imported(nbformat.read(path, as_version=4)) <= provided, path.name


def imported(notebook: NotebookNode) -> set[str]:
    """The packages that the cells import, the standard library's left out."""
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    code = "\n".join(line for line in code.splitlines() if not line.lstrip().startswith(("%", "!")))
    names = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names |= {each.name.partition(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names - set(sys.stdlib_module_names)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_the_first_cell_of_each_notebook_and_has_no_output(path: Path) -> None:
    first, *others = nbformat.read(path, as_version=4).cells
    assert first.source == colab.source() and first.outputs == []
    assert first.metadata == colab.cell().metadata
    assert not any(colab.TAG in cell.metadata.get("tags", []) for cell in others)


def test_no_other_cell_may_leave_the_page() -> None:
    notebook = nbformat.v4.new_notebook(cells=[colab.cell()])
    assert list(check_notebooks.only_known_tags(notebook)) == []
    notebook.cells.append(nbformat.v4.new_code_cell("1 + 1", metadata={"tags": [colab.TAG]}))
    (problem,) = check_notebooks.only_known_tags(notebook)
    assert "has the tag 'remove-cell'" in problem


def test_another_address_makes_the_notebooks_old(
    real: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = notebooks.chapters(real)[0]
    assert list(check_notebooks.chapter_problems(source, target)) == []
    monkeypatch.setattr(colab, "source", lambda: "print('somewhere else')")
    problems = list(check_notebooks.chapter_problems(source, target))
    assert "differs from the source" in problems[0] and "make notebooks" in problems[0]


def test_a_build_for_others_leaves_the_notebooks_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    before = colab.source()
    monkeypatch.setenv("LOSSBOOK_REPOSITORY", "https://github.com/somebody/a-fork")
    assert colab.source() == before
