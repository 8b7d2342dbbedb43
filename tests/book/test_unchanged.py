"""A check is skipped only if nothing that it depends on changed."""

from pathlib import Path

import pytest

from tools import unchanged


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.py").write_text("1")
    return tmp_path / "in"


def test_the_same_files_have_the_same_digest(place: Path) -> None:
    assert unchanged.digest(place) == unchanged.digest(place, place / "a.py", place / "missing")


@pytest.mark.parametrize(
    "change",
    [
        lambda place: (place / "a.py").write_text("2"),
        lambda place: (place / "a.py").rename(place / "b.py"),
        lambda place: (place / "b.py").write_text(""),
        lambda place: (place / "a.py").unlink(),
    ],
    ids=["edited", "renamed", "added", "removed"],
)
def test_any_change_changes_the_digest(place: Path, change: object) -> None:
    before = unchanged.digest(place)
    assert callable(change)
    change(place)
    assert unchanged.digest(place) != before


def test_another_environment_changes_it(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = unchanged.digest(place)
    monkeypatch.setattr(unchanged, "installed", lambda: "numpy==0")
    assert unchanged.digest(place) != before


def test_what_python_leaves_behind_does_not(place: Path) -> None:
    before = unchanged.digest(place)
    (place / "__pycache__").mkdir()
    (place / "__pycache__" / "a.pyc").write_text("")
    assert unchanged.digest(place) == before


def test_a_record_lasts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unchanged, "CACHE", tmp_path)
    unchanged.Record("passed").update([("lint", "x")])
    assert unchanged.Record("passed").holds("lint", "x")
    assert not unchanged.Record("passed").holds("lint", "y")
    assert not unchanged.Record("passed").holds("other", "x")
