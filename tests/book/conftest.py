"""A small chapter of its own, made once, for the tests to copy and break."""

import shutil
from pathlib import Path

import pytest

from tools import execution, notebooks
from tools.unchanged import ROOT

FIXTURE = Path(__file__).parent / "fixture"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book with the one chapter of the fixture, executed."""
    root = tmp_path_factory.mktemp("made")
    (root / "book" / "src").mkdir(parents=True)
    (root / "book" / "chapters").mkdir()
    shutil.copy(FIXTURE / "sample.md", root / "book" / "src")
    shutil.copy(FIXTURE / "standin.py", root / "book" / "chapters")
    shutil.copytree(ROOT / "tools" / "sphinx_ext", root / "tools" / "sphinx_ext")
    scripts = shutil.ignore_patterns("mathjax")
    shutil.copytree(ROOT / "book" / "_static", root / "book" / "_static", ignore=scripts)
    shutil.copy(ROOT / "_config.yml", root)
    (root / "_toc.yml").write_text("format: jb-book\nroot: book/chapters/sample\n")
    execution.prepare()
    notebooks.make(*notebooks.chapters(root)[0])
    return root


@pytest.fixture
def sample(made: Path, tmp_path: Path) -> Path:
    """A copy of it to break."""
    return Path(shutil.copytree(made, tmp_path / "book-of-one"))


@pytest.fixture
def real(tmp_path: Path) -> Path:
    """A copy of the sources and notebooks of this book, to break."""
    for folder in ("src", "chapters"):
        shutil.copytree(ROOT / "book" / folder, tmp_path / "book" / folder)
    shutil.copy(ROOT / "_toc.yml", tmp_path)
    return tmp_path
