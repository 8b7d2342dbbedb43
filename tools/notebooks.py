"""Make book/chapters/NAME.ipynb, executed, from book/src/NAME.md; and of each assignment, from
book/assignments/src/NAME.md, the learner's notebook and the one with the solutions.

The same source gives the same bytes, on any run. A failed run leaves the old notebook alone.
"""

import argparse
import hashlib
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from tools import assignments, colab, execution
from tools.unchanged import ROOT, Record, digest

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    # without the versions that a kernel reports, which differ between machines
    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
}
FOLDS = {  # what Jupyter Book folds by tag, JupyterLab folds by metadata
    "hide-input": {"source_hidden": True},
    "hide-output": {"outputs_hidden": True},
    "hide-cell": {"source_hidden": True, "outputs_hidden": True},
}
PROMPTS = {  # what a folded cell is called on the page
    "solution": {"code_prompt_show": "Solution in code", "code_prompt_hide": "Solution in code"},
}


class ChapterError(Exception):
    """A chapter that cannot be made; the message says which cell and why."""


def chapters(root: Path = ROOT) -> list[tuple[Path, Path]]:
    """Each source with the notebook made from it."""
    folder = root / "book" / "chapters"
    sources = sorted((root / "book" / "src").glob("*.md"))
    return [(source, folder / f"{source.stem}.ipynb") for source in sources]


class Document(NamedTuple):
    """A notebook of the book, and what it is made from."""

    source: Path
    target: Path
    edition: str = ""
    """Of an assignment: for learners, or with the solutions."""

    @property
    def name(self) -> str:
        """What it is called in records: a chapter by its file, an assignment with its folder."""
        folders = {"": "", assignments.LEARNER: "assignments/",
                   assignments.SOLUTIONS: "assignments/solutions/"}  # fmt: skip
        return f"{folders[self.edition]}{self.source.stem}"

    def package(self) -> list[Path]:
        """What of lossbook can change its outputs: a chapter asks no question."""
        parts = sorted((ROOT / "lossbook").iterdir())
        return parts if self.edition else [part for part in parts if part.name != "assignments"]


def documents(root: Path = ROOT) -> list[Document]:
    """Every notebook of the book."""
    found = [Document(*pair) for pair in chapters(root)]
    folder = root / "book" / "assignments"
    for source in sorted((folder / "src").glob("*.md")):
        name = f"{source.stem}.ipynb"
        found.append(Document(source, folder / name, assignments.LEARNER))
        found.append(Document(source, folder / "solutions" / name, assignments.SOLUTIONS))
    return found


def read(source: Path, edition: str = "") -> NotebookNode:
    """The notebook of a source, not executed, with the cell for Colab in front.

    Ids come from the content, so they stay put.
    """
    notebook: NotebookNode = jupytext.read(source, fmt="md:myst")
    if edition:
        notebook.cells = assignments.edition(notebook.cells, source.stem, edition)
    notebook.cells.insert(0, colab.cell())
    seen: Counter[str] = Counter()
    for cell in notebook.cells:
        name = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:12]
        seen[name] += 1
        cell["id"] = name if seen[name] == 1 else f"{name}-{seen[name]}"
        for tag in cell.metadata.get("tags", []):
            if tag in FOLDS:
                cell.metadata.setdefault("jupyter", {}).update(FOLDS[tag])
            if tag in PROMPTS:
                cell.metadata.setdefault("mystnb", {}).update(PROMPTS[tag])
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def place(chapter: str, cell: NotebookNode) -> str:
    first = next(iter(cell.source.strip().splitlines()), "(empty)")
    return f"{chapter}: cell {cell['id']} ({first})"


def execute(notebook: NotebookNode, chapter: str, folder: Path) -> None:
    """Run every cell in `folder`, as nbval does, and keep the outputs in the notebook."""
    client = NotebookClient(
        notebook,
        timeout=execution.TIMEOUT,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        extra_arguments=["--log-level=ERROR"],  # else a warning about TCP for every chapter
        resources={"metadata": {"path": str(folder)}},
    )
    try:
        client.execute(env=execution.environment())
    except CellExecutionError as error:
        cell = next(c for c in notebook.cells if complaints(c))
        raise ChapterError(f"{place(chapter, cell)} raised {error.ename}: {error.evalue}") from None
    except (CellTimeoutError, DeadKernelError) as error:
        raise ChapterError(f"{chapter}: {error}") from None
    for cell in notebook.cells:
        for complaint in complaints(cell):
            raise ChapterError(f"{place(chapter, cell)} wrote to stderr: {complaint}")
        for output in cell.get("outputs", []):
            if output.output_type == "error":  # the frames name folders of this computer
                output.traceback = [f"{output.ename}: {output.evalue}"]
    notebook.metadata = nbformat.from_dict(METADATA)


def complaints(cell: NotebookNode) -> list[str]:
    """What a reader should never see: an exception nobody asked for, a warning."""
    expected = "raises-exception" in cell.metadata.get("tags", [])
    found = []
    for output in cell.get("outputs", []):
        if output.output_type == "error" and not expected:
            found.append(f"{output.ename}: {output.evalue}")
        elif output.output_type == "stream" and output.name == "stderr":
            found.append(output.text.strip().splitlines()[0])
    return found


def write(notebook: NotebookNode, target: Path) -> None:
    """Beside the target first, then over it: an interruption leaves a whole file."""
    nbformat.validate(notebook)
    beside = target.with_name(f".{target.name}.new")
    beside.write_text(nbformat.writes(notebook, sort_keys=True) + "\n", encoding="utf-8")
    beside.replace(target)


def make(source: Path, target: Path, edition: str = "") -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    notebook = read(source, edition)
    execute(notebook, source.stem, target.parent)
    write(notebook, target)


def inputs(document: Document) -> str:
    """Whatever can change the outputs, and the notebook as it was left."""
    names = ["notebooks", "colab", "execution", "unchanged"]
    names += ["assignments"] if document.edition else []
    makers = [ROOT / "tools" / f"{name}.py" for name in names]
    inside = digest(document.source, document.target, *document.package(), *makers)
    return f"{inside} {colab.source()}"


def attempt(document: Document) -> str:
    """For another process: the error as text, since not every exception can travel."""
    start = time.monotonic()
    try:
        make(*document)
    except (ChapterError, assignments.MasterError) as error:
        return str(error)
    print(f"notebooks: {document.name} executed ({time.monotonic() - start:.1f} s)", flush=True)
    return ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="notebooks to make; all that changed without")
    names = parser.parse_args().names
    record, stale = Record("notebooks"), []
    for document in documents():
        name = document.name
        if names and name not in names:
            continue
        if not names and record.holds(name, inputs(document)):
            print(f"notebooks: {name} unchanged since it was made")
        else:
            print(f"notebooks: {name} will be executed", flush=True)
            stale.append(document)
    if not stale:
        return 0
    execution.prepare()
    with ProcessPoolExecutor(min(len(stale), os.cpu_count() or 1)) as pool:
        errors = list(pool.map(attempt, stale))
    for error in filter(None, errors):
        print(error, file=sys.stderr)
    made = [document for document, error in zip(stale, errors, strict=True) if not error]
    record.update((document.name, inputs(document)) for document in made)
    return 1 if any(errors) else 0


if __name__ == "__main__":
    sys.exit(main())
