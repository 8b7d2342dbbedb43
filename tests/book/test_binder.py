"""The check of Binder sees what goes wrong, and binder/ asks for the pinned versions.

`make test-binder` itself takes minutes; what it decides by is tried here on small things.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

from tools import binder, environment, execution
from tools.unchanged import ROOT

EATER = "data = bytearray(150 * 2**20); print('ready', flush=True); input()"


def executed(*cells: str, tags: tuple[str, ...] = ()) -> NotebookNode:
    """A notebook run as far as it goes, as JupyterLab runs it: an error stops it."""
    execution.prepare()
    notebook: NotebookNode = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(c) for c in cells]
    )
    for cell in notebook.cells:
        cell.metadata["tags"] = list(tags)
    client = NotebookClient(notebook, kernel_name="python3", allow_errors=False)
    try:
        client.execute(env=execution.environment())
    except Exception as error:
        assert type(error).__name__ == "CellExecutionError"
    return notebook


def test_a_failing_cell_and_those_after_it_are_named() -> None:
    notebook = executed(*binder.BROKEN["an-error.ipynb"])
    assert binder.faults(notebook) == [
        "cell 1 raised ZeroDivisionError: division by zero", "cell 2 did not run",
    ]  # fmt: skip


def test_a_missing_package_is_named() -> None:
    (fault,) = binder.faults(executed(*binder.BROKEN["a-missing-package.ipynb"]))
    assert fault.startswith("cell 0 raised ModuleNotFoundError: No module named 'there_is_no")


def test_an_error_that_is_the_lesson_is_none() -> None:
    assert binder.faults(executed("1 / 0", "2", tags=("raises-exception",))) == []


def test_stored_outputs_do_not_count_as_a_run() -> None:
    notebook = executed("1 + 1")
    assert binder.faults(notebook) == []
    assert binder.faults(binder.bare(notebook)) == ["cell 0 did not run"]


def test_too_much_memory_is_a_fault() -> None:
    assert binder.excess(1023.0) == []
    assert binder.excess(1025.0) == ["more than 1024 MB"]


@pytest.mark.skipif(sys.platform != "linux", reason="shares of memory are Linux's to tell")
def test_memory_of_a_child_counts() -> None:
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {EATER!r}])"
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    with binder.Memory(process.pid) as memory:
        time.sleep(0.7)
    process.communicate(b"\n")
    assert 150 < memory.peak < 300


def results(**faults: list[str]) -> dict[str, binder.Visit]:
    return {name: binder.Visit(name, found, 1.0, 100.0) for name, found in faults.items()}


@pytest.mark.parametrize(
    ("found", "passed"),
    [
        (results(canary=["cell 0 raised E: x"], chapter=[]), True),
        (results(canary=["cell 0 raised E: x"], chapter=["cell 3 did not run"]), False),
        (results(canary=["cell 0 raised E: x"], chapter=["more than 1024 MB"]), False),
        (results(canary=[], chapter=[]), False),  # it sees no fault, so it proves nothing
        (results(canary=["not idle within 600 s"], chapter=[]), False),
    ],
)
def test_the_verdict(found: dict[str, binder.Visit], passed: bool) -> None:
    told = binder.verdict(lambda path: found[path.name], [Path("chapter")], [Path("canary")])
    assert told == passed


def test_an_unknown_notebook_is_refused() -> None:
    with pytest.raises(ValueError, match=r"has \['no-such-chapter'\]"):
        binder.notebooks(ROOT, ["no-such-chapter"])
    assert len(binder.notebooks(ROOT, [])) >= 15


def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    program = tmp_path / "environment" / "bin" / "jupyter"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho 'no module named jupyterlab'\nexit 1\n")
    program.chmod(0o755)
    with (
        pytest.raises(RuntimeError, match="did not start:\nno module named jupyterlab"),
        binder.lab(tmp_path, tmp_path / "environment"),
    ):
        pass


def test_what_binder_installs(tmp_path: Path) -> None:
    """postBuild, with a Python that only writes down what it is asked."""
    (tmp_path / "python").write_text('#!/bin/sh\necho "$@" >> "$ASKED"\n')
    (tmp_path / "python").chmod(0o755)
    asked = tmp_path / "asked"
    path = os.pathsep.join([str(tmp_path), os.environ["PATH"]])
    variables = {**os.environ, "PATH": path, "ASKED": str(asked)}
    command = ["bash", str(ROOT / "binder" / "postBuild")]
    subprocess.run(command, cwd=ROOT, check=True, env=variables)
    backend, package, _, trust = asked.read_text().splitlines()
    pins = (ROOT / "requirements.txt").read_text().splitlines()
    assert backend.endswith("-c constraints.txt " + next(p for p in pins if "hatchling==" in p))
    assert f"-c constraints.txt --extra-index-url {environment.TORCH_INDEX} " in package
    assert package.endswith("--no-build-isolation -e .[book]")
    assert trust.startswith("-m nbformat.sign ") and trust.count(".ipynb") >= 15
    # every pin by name stands in constraints.txt, which both lines obey
    text = (ROOT / "constraints.txt").read_text().replace("-", "_")
    wanted = {pin.replace("-", "_") for pin in pins if "==" in pin and pin[0] != "#"}
    assert wanted <= set(text.splitlines())


@pytest.mark.parametrize(("trusted", "fault"), [(True, []), (False, [binder.UNTRUSTED])])
def test_a_notebook_whose_figures_would_not_show_is_named(trusted: bool, fault: list[str]) -> None:
    cells = [nbformat.v4.new_markdown_cell("# A"), nbformat.v4.new_code_cell("1")]
    cells[1].metadata["trusted"] = trusted
    answer = {"content": nbformat.v4.new_notebook(cells=cells)}
    assert binder.untrusted(answer) == fault


def test_what_binder_reads() -> None:
    folder = ROOT / "binder"
    assert {path.name for path in folder.iterdir()} == {"postBuild", "runtime.txt"}
    assert os.access(folder / "postBuild", os.X_OK)
    workflow = (ROOT / ".github" / "workflows" / "test.yml").read_text()
    version = (folder / "runtime.txt").read_text().strip().removeprefix("python-")
    assert f'python-version: "{version}"' in workflow
