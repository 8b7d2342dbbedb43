"""What nbval cannot see: it passes a notebook without outputs, a cell that asks to be
skipped, a picture in pixels. Each check says which file, which cell and what is wrong.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import yaml
from nbformat import NotebookNode

from lossbook.explorer import MIME
from tools import colab, notebooks
from tools.unchanged import ROOT
from tools.verdict import verdict

TAGS = {"hide-input", "hide-output", "hide-cell", "solution", "predict", "raises-exception"}
FOLDERS = {
    "book/chapters": "book/src",
    "book/assignments": "book/assignments/src",
    "book/assignments/solutions": "book/assignments/src",
}
METADATA = {"tags", "jupyter", "mystnb"}
COMPARED = {"text/plain", "text/latex", "text/html", "text/markdown", "image/svg+xml", MIME}
# the comments that change what nbval does with a cell
MAGIC_COMMENT = re.compile(r"^\s*#+\s*((?:NBVAL|PYTEST_VALIDATE)_\w+)\s*$", re.MULTILINE)
FILE_NAME = re.compile(r"\S+\.(svg|png|jpe?g|gif|webp)", re.IGNORECASE)
EMPTY_WORDS = {"", "figure", "fig", "image", "plot", "chart", "picture", "graph"}


def cells(notebook: NotebookNode) -> Iterator[tuple[str, NotebookNode]]:
    """The code cells with something in them, each with its id."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.source.strip():
            yield f"cell {cell.get('id', '?')}", cell


def in_step(source: Path, notebook: NotebookNode, edition: str = "") -> Iterator[str]:
    """The stored notebook is the source's, apart from what running it adds."""
    fresh = notebooks.read(source, edition)
    if notebook.metadata != fresh.metadata:
        yield "the notebook's metadata are not those the tool writes; run make notebooks"
    if len(notebook.cells) != len(fresh.cells):
        have, want = len(notebook.cells), len(fresh.cells)
        yield f"{have} cells, but the source {source.name} has {want}; run make notebooks"
    for stored, wanted in zip(notebook.cells, fresh.cells, strict=False):
        for key in ("cell_type", "source", "id", "metadata"):
            if stored.get(key) != wanted.get(key):
                yield (
                    f"cell {wanted['id']} differs from the source {source.name} in its {key}; "
                    "edit the source and run make notebooks"
                )
                return


def executed(notebook: NotebookNode) -> Iterator[str]:
    """Counted 1, 2, 3 …: nbval compares nothing where the count is missing."""
    for expected, (name, cell) in enumerate(cells(notebook), start=1):
        if cell.execution_count != expected:
            yield (
                f"{name} has the execution count {cell.execution_count} instead of {expected}; "
                "run make notebooks"
            )
            return


def only_known_tags(notebook: NotebookNode) -> Iterator[str]:
    """A tag or key outside the lists may switch a check off, or do nothing unnoticed."""
    for name, cell in cells(notebook):
        known = TAGS | {colab.TAG} if colab.is_setup(cell) else TAGS
        for tag in sorted(set(cell.metadata.get("tags", [])) - known):
            yield f"{name} has the tag {tag!r}; known are {', '.join(sorted(TAGS))}"
        for key in sorted(set(cell.metadata) - METADATA):
            yield f"{name} has the metadata {key!r}; known are {', '.join(sorted(METADATA))}"


def no_magic_comments(notebook: NotebookNode) -> Iterator[str]:
    for name, cell in cells(notebook):
        for comment in MAGIC_COMMENT.findall(cell.source):
            yield f"{name} has the comment {comment}, which changes how nbval checks it"


def only_compared_outputs(notebook: NotebookNode) -> Iterator[str]:
    """Pixels and widgets are never compared, so they could show anything."""
    for name, cell in cells(notebook):
        kinds = {kind for output in cell.outputs for kind in output.get("data", {})}
        for kind in sorted(kinds - COMPARED):
            yield f"{name} has an output of type {kind}, which nbval does not compare"


def described_figures(notebook: NotebookNode) -> Iterator[str]:
    """A figure has words for those who do not see it and a caption for those who do."""
    for name, cell in cells(notebook):
        if not any("image/svg+xml" in output.get("data", {}) for output in cell.outputs):
            continue
        settings = cell.metadata.get("mystnb", {})
        alt = str(settings.get("image", {}).get("alt") or "").strip()
        if alt.lower().rstrip(".") in EMPTY_WORDS:
            yield f"{name} draws a figure without alt text (mystnb: image: alt), or with {alt!r}"
        elif FILE_NAME.fullmatch(alt):
            yield f"{name} has a file name for alt text: {alt!r}"
        if not str(settings.get("figure", {}).get("caption") or "").strip():
            yield f"{name} draws a figure without a caption (mystnb: figure: caption)"


def no_complaints(notebook: NotebookNode) -> Iterator[str]:
    for name, cell in cells(notebook):
        for complaint in notebooks.complaints(cell):
            yield f"{name} stores an error or a warning: {complaint}"


def chapter_problems(source: Path, target: Path, edition: str = "") -> Iterator[str]:
    """Everything wrong with one notebook."""
    if not target.exists():
        yield f"{target.name}: missing, though {source.name} exists; run make notebooks"
        return
    notebook = nbformat.read(target, as_version=4)
    checks = [executed, only_known_tags, no_magic_comments, only_compared_outputs]
    checks += [described_figures, no_complaints]
    for problem in in_step(source, notebook, edition):
        yield f"{target.name}: {problem}"
    for check in checks:
        for problem in check(notebook):
            yield f"{target.name}: {problem}"


def complete(root: Path) -> Iterator[str]:
    """Source, notebook and table of contents name the same chapters."""
    targets = {document.target for document in notebooks.documents(root)}
    for folder, source in FOLDERS.items():
        for stray in sorted(set((root / folder).glob("*.ipynb")) - targets):
            yield f"{stray.name}: a notebook without a source {source}/{stray.stem}.md"
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    listed = set(toc_files(toc))
    for target in sorted(targets):
        entry = target.relative_to(root).with_suffix("").as_posix()
        if not listed & {entry, f"{entry}.ipynb"}:
            yield f"{target.name}: not in _toc.yml, so no reader finds it; add {entry}"


def toc_files(node: object) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from toc_files(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in ("file", "root"):
                yield str(value)
            else:
                yield from toc_files(value)


def problems(root: Path = ROOT) -> list[str]:
    found = list(complete(root))
    for document in notebooks.documents(root):
        found += chapter_problems(*document)
    return found


if __name__ == "__main__":
    sys.exit(verdict(problems()))
