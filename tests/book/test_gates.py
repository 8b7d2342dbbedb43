"""Each gate, on a copy broken on purpose: it must go red, and say why. Unbroken, green."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from tools import book, check_notebooks, colab, execution, notebooks

Change = Callable[[NotebookNode], object]


def change(notebook: Path, edit: Change) -> None:
    contents = nbformat.read(notebook, as_version=4)
    edit(contents)
    notebooks.write(contents, notebook)


def code(contents: NotebookNode) -> list[NotebookNode]:
    """The chapter's own cells, without the one for Colab before them."""
    cells = [cell for cell in contents.cells if cell.cell_type == "code"]
    assert colab.is_setup(cells[0])
    return cells[1:]


def output(contents: NotebookNode, kind: str) -> NotebookNode:
    """The first output of a kind of data, or of stdout."""
    each: NotebookNode
    for cell in code(contents):
        for each in cell.outputs:
            if kind in each.get("data", {}) or each.get("name") == kind:
                return each
    raise LookupError(kind)


def figure(contents: NotebookNode) -> NotebookNode:
    """The first cell that draws one."""
    drawn = output(contents, "image/svg+xml")
    return next(cell for cell in code(contents) if drawn in cell.outputs)


# --- what the notebooks' own check refuses, on a copy of the real ones


def test_the_unbroken_copy_is_green(real: Path) -> None:
    assert check_notebooks.problems(real) == []


def clear(contents: NotebookNode) -> None:
    for cell in code(contents):
        cell.outputs, cell.execution_count = [], None


def retell(contents: NotebookNode) -> None:
    contents.cells[1].source += " Really."


def retag(tag: str) -> Change:
    return lambda contents: code(contents)[1].metadata.setdefault("tags", []).append(tag)


def comment(text: str) -> Change:
    def edit(contents: NotebookNode) -> None:
        code(contents)[1].source = f"{text}\n{code(contents)[1].source}"

    return edit


def redescribe(alt: str) -> Change:
    def edit(contents: NotebookNode) -> None:
        figure(contents).metadata.mystnb.image.alt = alt

    return edit


def store(kind: str) -> Change:
    data = nbformat.v4.new_output("display_data", {kind: "AAAA"})
    return lambda contents: code(contents)[1].outputs.append(data)


def complain(contents: NotebookNode) -> None:
    warning = nbformat.v4.new_output("stream", name="stderr", text="DeprecationWarning: old\n")
    code(contents)[1].outputs.append(warning)


BREAKS: dict[str, tuple[Change, str]] = {
    "text edited in the notebook": (retell, r"cell \w+ differs from the source .* in its source"),
    "a cell removed": (lambda c: c.cells.pop(), r"\d+ cells, but the source .* has \d+"),
    "an id changed": (lambda c: c.cells[0].update(id="other"), r"differs .* in its id"),
    "a tag changed": (retag("predict"), r"differs .* in its metadata"),
    "the kernel's name changed": (
        lambda c: c.metadata.kernelspec.update(name="other"),
        r"metadata are not those the tool writes",
    ),
    "outputs and counts cleared": (clear, r"has the execution count None instead of 2"),
    "one count missing": (
        lambda c: code(c)[1].update(execution_count=None),
        r"has the execution count None instead of 3",
    ),
    "counts out of order": (
        lambda c: code(c)[1].update(execution_count=9),
        r"has the execution count 9 instead of 3",
    ),
    "an unknown tag": (retag("remove-cell"), r"has the tag 'remove-cell'; known are"),
    "the tag nbval-skip": (retag("nbval-skip"), r"has the tag 'nbval-skip'; known are"),
    "the tag nbval-ignore-output": (
        retag("nbval-ignore-output"),
        r"has the tag 'nbval-ignore-output'; known are",
    ),
    "unknown metadata": (
        lambda c: code(c)[1].metadata.update(collapsed=True),
        r"has the metadata 'collapsed'; known are",
    ),
    "NBVAL_SKIP": (comment("# NBVAL_SKIP"), r"has the comment NBVAL_SKIP"),
    "NBVAL_IGNORE_OUTPUT": (comment("  ## NBVAL_IGNORE_OUTPUT "), r"comment NBVAL_IGNORE_OUTPUT"),
    "NBVAL_RAISES_EXCEPTION": (
        comment("#NBVAL_RAISES_EXCEPTION"),
        r"has the comment NBVAL_RAISES_EXCEPTION",
    ),
    "PYTEST_VALIDATE_IGNORE_OUTPUT": (
        comment("# PYTEST_VALIDATE_IGNORE_OUTPUT"),
        r"has the comment PYTEST_VALIDATE_IGNORE_OUTPUT",
    ),
    "no alt text": (
        lambda c: figure(c).metadata.mystnb.pop("image"),
        r"draws a figure without alt text",
    ),
    "an empty word for alt text": (redescribe("Figure"), r"without alt text .* or with 'Figure'"),
    "a file name for alt text": (redescribe("loss_2.svg"), r"a file name for alt text"),
    "no caption": (
        lambda c: figure(c).metadata.mystnb.pop("figure"),
        r"draws a figure without a caption",
    ),
    "a PNG": (store("image/png"), r"an output of type image/png, which nbval does not compare"),
    "a JPEG": (store("image/jpeg"), r"an output of type image/jpeg, which nbval does not"),
    "a widget": (
        store("application/vnd.jupyter.widget-view+json"),
        r"an output of type application/vnd\.jupyter\.widget-view\+json",
    ),
    "a stored warning": (complain, r"stores an error or a warning: DeprecationWarning: old"),
}


@pytest.mark.parametrize("what", BREAKS)
def test_a_broken_notebook_is_refused(real: Path, what: str) -> None:
    edit, reason = BREAKS[what]
    _, target = notebooks.chapters(real)[0]
    change(target, edit)
    found = check_notebooks.problems(real)
    assert any(re.search(reason, problem) for problem in found), found
    assert all(problem.startswith(f"{target.name}: ") for problem in found)


def test_a_changed_source_is_noticed(real: Path) -> None:
    source, _ = notebooks.chapters(real)[0]
    source.write_text(source.read_text().replace("\n\n", "\n\nOne more sentence.\n\n", 2))
    assert any("differs from the source" in problem for problem in check_notebooks.problems(real))


def test_a_source_without_notebook(real: Path) -> None:
    source, target = notebooks.chapters(real)[0]
    target.unlink()
    expected = f"{target.name}: missing, though {source.name} exists; run make notebooks"
    assert check_notebooks.problems(real) == [expected]


def test_a_notebook_without_source(real: Path) -> None:
    _, target = notebooks.chapters(real)[0]
    shutil.copy(target, target.with_name("stray.ipynb"))
    expected = "stray.ipynb: a notebook without a source book/src/stray.md"
    assert check_notebooks.problems(real) == [expected]


def test_a_chapter_that_the_contents_forget(real: Path) -> None:
    (real / "_toc.yml").write_text("format: jb-book\nroot: book/index\n")
    found = check_notebooks.problems(real)
    assert len(found) == len(notebooks.chapters(real))
    assert all("not in _toc.yml" in problem for problem in found)


# --- what running the notebook again refuses, on the fixture's chapter


def run_again(root: Path) -> tuple[bool, str]:
    command = execution.nbval(notebooks.chapters(root)[0][1])
    environment = execution.environment()
    result = subprocess.run(command, capture_output=True, text=True, env=environment)
    return result.returncode == 0, re.sub(r"\x1b\[\d*m", "", result.stdout + result.stderr)


def test_the_unbroken_chapter_runs_again(sample: Path) -> None:
    passed, report = run_again(sample)
    assert passed, report
    assert "6 passed" in report  # the cell for Colab is one


def alter(kind: str, pattern: str, replacement: str) -> Change:
    def edit(contents: NotebookNode) -> None:
        place = output(contents, kind)
        holder, key = (place, "text") if kind == "stdout" else (place.data, kind)
        holder[key], count = re.subn(pattern, replacement, holder[key], count=1)
        assert count == 1, f"nothing to break in {holder[key]}"

    return edit


def forget(contents: NotebookNode) -> None:
    """Empty one cell's outputs and keep its count."""
    code(contents)[1].outputs = []


ALTERED: dict[str, tuple[Change, str]] = {
    "a digit of a text": (alter("stdout", r"7\.0", "7.1"), "mismatch 'stdout'"),
    "a sign of a formula": (alter("text/latex", r"\+", "-"), "mismatch 'text/latex'"),
    "a coordinate of a figure": (
        alter("image/svg+xml", r"(L \d+\.\d)", r"\g<1>9"),
        "mismatch 'image/svg+xml'",
    ),
    "one cell's outputs emptied": (forget, "Unexpected output fields from running code"),
    "a cell that raises": (
        lambda c: code(c)[1].update(source="1 / 0"),
        "Cell execution caused an exception",
    ),
    "another error message": (
        lambda c: code(c)[4].outputs[0].update(evalue="float division by zero!"),
        "mismatch 'evalue'",
    ),
}


@pytest.mark.parametrize("what", ALTERED)
def test_an_altered_notebook_is_refused(sample: Path, what: str) -> None:
    edit, reason = ALTERED[what]
    change(notebooks.chapters(sample)[0][1], edit)
    passed, report = run_again(sample)
    assert not passed
    assert reason in report, report


def test_another_name_of_a_clip_path_is_no_difference(sample: Path) -> None:
    """It is made of digits beyond those that are drawn, which differ between processors."""
    notebook = notebooks.chapters(sample)[0][1]
    old = re.search(r"url\(#(p[0-9a-f]{10})\)", notebook.read_text(encoding="utf-8"))
    assert old
    text = notebook.read_text(encoding="utf-8").replace(old[1], "p0123456789")
    notebook.write_text(text, encoding="utf-8")
    passed, report = run_again(sample)
    assert passed, report


def test_a_broken_package_under_an_unchanged_chapter_is_refused(sample: Path) -> None:
    module = sample / "book" / "chapters" / "standin.py"
    module.write_text(module.read_text().replace("error**2", "abs(error)"))
    passed, report = run_again(sample)
    assert not passed
    assert "mismatch 'stdout'" in report, report


# --- what building the pages refuses


def test_the_unbroken_book_builds(sample: Path) -> None:
    assert book.build(sample)
    page = (sample / "_build" / "html" / "book" / "chapters" / "sample.html").read_text()
    assert re.search(r"the mean</?[^(]*\(1\)", page), "a named equation shows words and number"
    assert "thebe" not in page


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        ("[](#eq-lost)", "'myst' cross-reference target not found: 'eq-lost'"),
        ("[there](sample.ipynb#lost)", "local id not found in doc 'book/chapters/sample': 'lost'"),
        ("[there](lost.ipynb)", "cross-reference"),
    ],
)
def test_a_broken_cross_reference_is_refused(
    sample: Path, capfd: pytest.CaptureFixture[str], link: str, reason: str
) -> None:
    def edit(contents: NotebookNode) -> None:
        contents.cells[1].source += f"\n\nSee {link}."

    change(notebooks.chapters(sample)[0][1], edit)
    assert not book.build(sample)
    assert reason in capfd.readouterr().err
    assert not book.build(sample), "a second build must warn again"
