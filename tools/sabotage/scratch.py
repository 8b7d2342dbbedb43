"""A copy of the book in which one error at a time is planted and taken out again."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat

from tools import notebooks
from tools.sabotage.plant import Plant

NOT_COPIED = (".git", ".venv", ".cache", "_build", "__pycache__", ".ipynb_checkpoints", "mathjax")


def copy(root: Path, target: Path) -> Path:
    return Path(shutil.copytree(root, target, ignore=shutil.ignore_patterns(*NOT_COPIED)))


def carry_over(source: Path, target: Path) -> None:
    """Bring the notebook in step with its source, with the outputs it has."""
    fresh, stored = notebooks.read(source), nbformat.read(target, as_version=4)
    for new, old in zip(fresh.cells, stored.cells, strict=True):
        if new.cell_type == "code":
            new.outputs, new.execution_count = old.outputs, old.execution_count
    notebooks.write(fresh, target)


@contextmanager
def planted(plant: Plant, scratch: Path) -> Iterator[None]:
    """The scratch copy with the plant in it; afterwards as it was."""
    path = scratch / plant.path
    changed = [path]
    if path.suffix == ".md":
        changed.append(scratch / "book" / "chapters" / f"{path.stem}.ipynb")
    before = [each.read_bytes() for each in changed]
    try:
        path.write_text(plant.apply(path.read_text(encoding="utf-8")), encoding="utf-8")
        if path.suffix == ".md":
            carry_over(*changed)
        yield
    finally:
        for each, contents in zip(changed, before, strict=True):
            each.write_bytes(contents)
