"""A folder: every notebook has its row, also when the run is ended in the middle."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lossbook.grading import table
from lossbook.grading.command import main
from lossbook.grading.folder import Options, grade_folder
from lossbook.grading.grade import Mark, Row
from lossbook.grading.journal import Busy, Journal
from lossbook.grading.limits import Limits
from tests.grading.support import LETTER, NAME, RIGHT, WRONG, notebook, returned
from tools.unchanged import ROOT

N = int(os.environ.get("NOTEBOOKS", "40"))
"""How many the large folder has."""

SHORT = Limits(seconds=0.5)


def table_of(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["file"]: row for row in csv.DictReader(file)}


KINDS = {
    "right": (notebook(RIGHT, LETTER), "4"),
    "wrong": (notebook(WRONG, LETTER), "1"),
    "error": (notebook("1 / 0", RIGHT), "3"),
    "endless": (notebook(RIGHT, "while True: pass"), "3"),
    "broken": ('{"cells": [', "0"),
    "empty": ("", "0"),
    "exits": (notebook(LETTER, "import os\nos._exit(1)"), "1"),
    "kills": (notebook(LETTER, "import os\nos.kill(os.getppid(), 9)"), "1"),
}


def test_a_large_folder_loses_no_row(tmp_path: Path) -> None:
    folder, out = tmp_path / "returned", tmp_path / "points.csv"
    # endless ones are slow, so few
    kinds = [kind for kind in KINDS for _ in range(1 if kind == "endless" else 3)]
    names = {f"{n:03}-{kinds[n % len(kinds)]}.ipynb": kinds[n % len(kinds)] for n in range(N)}
    for name, kind in names.items():
        returned(folder, f"{kind}/{name}", KINDS[kind][0])
    seen: list[int] = []
    start = time.monotonic()
    rows = grade_folder(
        Options(folder, out, NAME, 2, SHORT), lambda row, done, of: seen.append(done)
    )
    minutes = (time.monotonic() - start) / 60
    print(f"{N} notebooks in {minutes:.2f} minutes: {N / minutes:.0f} a minute")
    assert seen == list(range(1, N + 1)) and len(rows) == N
    found = table_of(out)
    assert list(found) == sorted(f"{kind}/{name}" for name, kind in names.items())
    for name, kind in names.items():
        assert found[f"{kind}/{name}"]["total"] == KINDS[kind][1], found[f"{kind}/{name}"]


def command(folder: Path, out: Path, *more: str) -> list[str]:
    short = ["--seconds", "2", "--jobs", "2"]
    return [
        sys.executable,
        "-m",
        "lossbook",
        "grade",
        str(folder),
        "--csv",
        str(out),
        *short,
        *more,
    ]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_run_goes_on_where_it_stopped(how: signal.Signals, tmp_path: Path) -> None:
    folder, out = tmp_path / "returned", tmp_path / "points.csv"
    for n in range(8):
        returned(folder, f"{n}.ipynb", notebook(RIGHT, "import time\ntime.sleep(0.3)"))
    with subprocess.Popen(
        command(folder, out),
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        # a job in a shell's background ignores it, and whatever it starts does too
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as run:
        assert run.stderr is not None
        first = [run.stderr.readline(), run.stderr.readline()]
        run.send_signal(how)
        run.wait(30)
    assert all(": 3 of 13" in line for line in first), first
    if how == signal.SIGINT:
        assert run.returncode == 130 and 2 <= len(table_of(out)) < 8
    again = subprocess.run(
        command(folder, out), cwd=ROOT, capture_output=True, text=True, check=True
    )
    regraded = [line for line in again.stderr.splitlines() if ": 3 of 13" in line]
    assert 1 <= len(regraded) <= 6
    assert {row["total"] for row in table_of(out).values()} == {"3"} and len(table_of(out)) == 8


def test_only_what_changed_is_graded_anew(tmp_path: Path) -> None:
    folder, out = tmp_path / "returned", tmp_path / "points.csv"
    returned(folder, "a.ipynb", notebook(LETTER))
    returned(folder, "b.ipynb", notebook(LETTER))
    seen: list[str] = []

    def run(limits: Limits = SHORT, anew: bool = False) -> list[str]:
        seen.clear()
        chosen = Options(folder, out, None, 1, limits, anew)
        grade_folder(chosen, lambda row, done, of: seen.append(row.file))
        return seen

    assert run() == ["a.ipynb", "b.ipynb"]
    assert run() == []
    returned(folder, "b.ipynb", notebook(LETTER, RIGHT))
    assert run() == ["b.ipynb"]
    assert [row["total"] for row in table_of(out).values()] == ["1", "4"]
    (folder / "a.ipynb").unlink()
    assert run() == [] and list(table_of(out)) == ["b.ipynb"]
    assert run(Limits(seconds=0.6)) == ["b.ipynb"]
    assert run(Limits(seconds=0.6), anew=True) == ["b.ipynb"]


def test_what_ends_every_run_gets_a_row_too(tmp_path: Path) -> None:
    """As a notebook could that kills all of its user's processes, where nothing fences it in."""
    returned(tmp_path, "a.ipynb", notebook(LETTER))
    options = Options(tmp_path, tmp_path / "points.csv", None, 1, SHORT)
    grade_folder(options, lambda *_: None)
    head, begun, _ = options.journal.read_text().splitlines()
    for ended, expected in (2, "1"), (3, "0"):
        options.journal.write_text("\n".join([head, *[begun] * ended, '{"file": "half a']))
        grade_folder(options, lambda *_: None)
        assert table_of(options.table)["a.ipynb"]["total"] == expected
    assert "look at it yourself" in table_of(options.table)["a.ipynb"]["remarks"]


def test_two_runs_do_not_write_one_table(tmp_path: Path) -> None:
    with Journal(tmp_path / "j", {}), pytest.raises(Busy, match="another run"):
        Journal(tmp_path / "j", {})


def test_a_table_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "points.csv"
    table.write(out, [Row("a")])
    before = out.read_bytes()
    monkeypatch.setattr(table, "cells", lambda row: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        table.write(out, [Row("b")])
    assert out.read_bytes() == before and list(tmp_path.iterdir()) == [out]


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    marks = {f"{NAME}.q1": Mark(0, 3, "error", "@SUM(A1)\n\x1b[2Jtext")}
    table.write(tmp_path / "t.csv", [Row("=cmd|' /C calc'!A0.ipynb", NAME, marks, ["-1\ud800"])])
    (row,) = table_of(tmp_path / "t.csv").values()
    assert row["file"].startswith("'=") and row["remarks"] == "'-1 "
    assert row[f"{NAME}.q1 why"] == "'@SUM(A1) [2Jtext"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere", "--csv", "o.csv"], "DIR is a folder with notebooks; 'nowhere' is none"),
        ([".", "--csv", "o.csv"], "'.' has none"),
        ([".", "--csv", "no/o.csv"], "--csv is a file to write in a folder that exists"),
        (
            [".", "--csv", "o.csv", "--jobs", "0"],
            "--jobs is a whole number from 1 to 1,000, not '0'",
        ),
        ([".", "--csv", "o.csv", "--seconds", "nan"], "--seconds is a number from 0.1 to 86,400"),
        ([".", "--csv", "o.csv", "--memory", "x"], "--memory is a whole number from 256"),
        ([".", "--csv", "o.csv", "--assignment", "x"], "--assignment is one of choosing, focal"),
    ],
)
def test_an_argument_that_makes_no_sense(
    arguments: list[str],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(["grade", *arguments])
    assert ended.value.code == 2
    assert says in capsys.readouterr().err


def test_rows_survive_the_journal() -> None:
    row = Row("a", NAME, {f"{NAME}.q1": Mark(3, 3, "ok")}, ["x"], ["y"])
    assert Row.from_data(json.loads(json.dumps(row.as_data()))) == row
