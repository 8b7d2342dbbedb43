"""`make dist`: what it builds is complete and described rightly, and it refuses what is not."""

import shutil
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest

from tools import dist
from tools.unchanged import ROOT

FILES = ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "CITATION.cff")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what the package is made from, to break."""
    root = tmp_path / "project"
    leftovers = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "lossbook", root / "lossbook", ignore=leftovers)
    for name in FILES:
        shutil.copy(ROOT / name, root / name)
    return root


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_version_of_this_book_has_its_entry() -> None:
    assert dist.unlogged() == []


def test_wheel_and_source_archive(project: Path, tmp_path: Path) -> None:
    target = tmp_path / "dist"
    target.mkdir()
    (target / "lossbook-0.0.0.tar.gz").touch()  # of an earlier version
    assert dist.make(project, target) == []
    name = f"lossbook-{dist.version()}"
    assert {path.name for path in target.iterdir()} == {
        f"{name}-py3-none-any.whl", f"{name}.tar.gz",
    }  # fmt: skip
    with tarfile.open(target / f"{name}.tar.gz") as archive:
        names = {each.removeprefix(f"{name}/") for each in archive.getnames()}
    assert {"LICENSE", "README.md", "CHANGELOG.md", "lossbook/__init__.py"} <= names
    assert not [each for each in names if each.startswith(("book/", "tests/", "tools/"))]


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("CHANGELOG.md", "## [0.1.0] -", "## [0.0.9] -", "latest entry is 0.0.9"),
        ("CHANGELOG.md", " - 2026", " in 2026", "CHANGELOG.md: the latest entry is none"),
        ("CITATION.cff", "version: 0.1.0", "version: 0.2.0", "does not cite version 0.1.0"),
        ("pyproject.toml", "numpy>=1.26", "numpy==2.0.0", "pins what it needs"),
        ("pyproject.toml", 'license = "MIT"\n', "", "no licence"),
        ("pyproject.toml", '"CHANGELOG.md"]', '"CHANGELOG.md"]\nexclude = ["lossbook/focal.py"]',
         "the wheel made from it is not"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_and_the_old_archives_stay(
    project: Path, tmp_path: Path, name: str, old: str, new: str, message: str
) -> None:
    target = tmp_path / "dist"
    target.mkdir()
    (target / "old").touch()
    edit(project / name, old, new)
    assert any(message in fault for fault in dist.make(project, target))
    assert [path.name for path in target.iterdir()] == ["old"]


def test_metadata_that_break_the_standard_are_seen(project: Path, tmp_path: Path) -> None:
    assert dist.make(project, tmp_path / "dist") == []
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    broken = tmp_path / wheel.name
    with ZipFile(wheel) as whole, ZipFile(broken, "w") as copy:
        for name in whole.namelist():
            text = whole.read(name)
            if name.endswith("METADATA"):
                text = text.replace(b"\nName: lossbook\n", b"\nName: loss book!\n")
            copy.writestr(name, text)
    (fault,) = dist.misdescribed(broken, dist.version())
    assert "name" in fault
