"""Strangers' code: it earns nothing it has not earned, and changes nothing that is not its own.

Where a protection is the system's, the same notebook is run once with it switched off, and does
its damage: to files and processes that stand here for the teacher's.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from lossbook.assignments.calling import Outcome
from lossbook.assignments.plain import encode
from lossbook.grading import confine
from lossbook.grading.limits import Limits
from lossbook.grading.process import children
from lossbook.grading.session import ENDED, checked
from tests.grading.support import LETTER, MOST, NAME, QUICK, RIGHT, STUB, WRONG, graded, points

OPEN = Limits(seconds=1.0, confined=False)
linux = pytest.mark.skipif(sys.platform != "linux", reason="Landlock and /proc are Linux's")

CALL = "def mean_loss(logits, target):\n    "

FORGERIES = {
    "replaces check": "import lossbook.assignments as a\na.check = lambda *_, **__: 'ok'\n",
    "replaces the judge": "import lossbook.assignments.judge as j\n"
    "from lossbook.assignments.verdict import Verdict\n"
    "j.judge = lambda q, a: Verdict(q.id, 'ok', 3, 3)\n",
    "edits the registry": "from lossbook.assignments import registry\n"
    "for q in registry.all_questions():\n"
    "    object.__setattr__(q, 'reference', lambda *_: 0.0)\n"
    "    object.__setattr__(q, 'points', 100)\n",
    "patches the comparison": "import lossbook.assignments.compare as c\n"
    "c.distance = lambda *_, **__: c.Distance(0.0)\n",
    "patches numpy": "import numpy as np\nnp.abs = np.isfinite = np.log = lambda *_, **__: 0.0\n",
    "prints a result": "import json, os\n"
    'os.write(1, b\'{"n": 1, "row": {"points": 100}}\\n\')\n'
    "print('many-classes.q1: ok (3 of 3 points)')\n",
    "says it on every pipe": "import os\nfor n in range(3, 20):\n"
    '    for reply in b\'{"n": %d, "outcome": "[0.0, \\\\"\\\\", \\\\"\\\\", \\\\"\\\\"]"}\\n\',:\n'
    "        for k in range(50):\n"
    "            try: os.write(n, reply % k)\n"
    "            except OSError: pass\n",
    "equals everything": "class E(float):\n"
    "    __eq__ = __le__ = __ge__ = lambda *_: True\n    __hash__ = None\n"
    "    def __sub__(self, other): return 0.0\n"
    "def mean_loss(logits, target): return E(0)\n",
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forger_earns_only_what_is_right(name: str, tmp_path: Path) -> None:
    code = WRONG + FORGERIES[name]
    row = graded(tmp_path, code, LETTER)
    assert points(row, 1) == 0 and row.most == MOST
    assert row.points in (0, 1)  # the letter is right; who lies on the pipe may lose it


def test_an_endless_cell_is_interrupted_and_the_rest_goes_on(tmp_path: Path) -> None:
    row = graded(tmp_path, "while True: pass", RIGHT)
    assert points(row) == 3 and row.remarks == ["cell 1: endless"]


def test_an_endless_cell_that_cannot_be_interrupted(tmp_path: Path) -> None:
    stubborn = "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True: pass"
    row = graded(tmp_path, RIGHT, stubborn, LETTER)
    assert row.points == 4
    assert row.remarks == ["cell 2: endless, and could not be interrupted"]


def test_all_cells_together_have_a_limit(tmp_path: Path) -> None:
    start = time.monotonic()
    limits = Limits(seconds=0.3)
    row = graded(tmp_path, RIGHT, *["while True: pass"] * 30, LETTER, limits=limits)
    assert points(row, 1) == 3 and points(row, 5) == 0
    assert "not run, since the time was used up" in row.remarks[-1]
    assert time.monotonic() - start < 30


def test_an_endless_answer(tmp_path: Path) -> None:
    row = graded(tmp_path, CALL + "while True: pass", LETTER)
    assert row.marks[f"{NAME}.q1"].why.startswith("It did not come to an end")
    assert row.points == 1


def test_an_endless_answer_that_cannot_be_interrupted(tmp_path: Path) -> None:
    stubborn = "import signal; signal.signal(signal.SIGALRM, signal.SIG_IGN)\n    while True: pass"
    row = graded(tmp_path, CALL + stubborn, LETTER)
    assert row.marks[f"{NAME}.q1"].why.startswith("It did not come to an end")
    assert row.points == 1


@pytest.mark.parametrize("way", ["sys.exit()", "os._exit(0)", "os.kill(os.getpid(), 9)", "exit()"])
def test_a_cell_that_ends_the_process(way: str, tmp_path: Path) -> None:
    row = graded(tmp_path, "import os, sys", RIGHT, way, LETTER)
    assert row.points == 4 and row.remarks[0].startswith("cell 3: ")


@pytest.mark.parametrize("way", ["os._exit(0)", "os.closerange(0, 100)"])
def test_an_answer_that_ends_the_process(way: str, tmp_path: Path) -> None:
    row = graded(tmp_path, "import os", CALL + way, LETTER)
    assert row.points == 1 and row.marks[f"{NAME}.q1"].state in ("error", "not yet")


def test_a_flood(tmp_path: Path) -> None:
    row = graded(tmp_path, "while True: print('more ' * 1000)", RIGHT)
    assert row.points == 3 and row.remarks == ["cell 1: prints without end"]
    row = graded(tmp_path, CALL + "while True: print('more ' * 1000)", LETTER)
    assert row.points == 1 and "prints without end" in row.marks[f"{NAME}.q1"].why


FLOOD = """
import os
for n in range(3, 20):
    try:
        while True: os.write(n, b"x" * 65536)
    except OSError: pass
"""


def test_a_flood_on_the_pipe(tmp_path: Path) -> None:
    row = graded(tmp_path, RIGHT, FLOOD, LETTER)
    assert row.points == 4
    # a slow computer has not read it all when the time is up
    assert row.remarks[0] in [f"cell 2: {ENDED[how]}" for how in ("output", "time")]


def test_an_answer_too_long_to_be_sent(tmp_path: Path) -> None:
    row = graded(tmp_path, "import numpy as np", CALL + "return np.zeros(10**7)", LETTER)
    assert row.points == 1 and points(row, 1) == 0


EATER = "x = bytearray(600_000_000)"


def test_memory(tmp_path: Path) -> None:
    row = graded(tmp_path, EATER, RIGHT, limits=Limits(seconds=5, memory=500))
    assert row.points == 3 and row.remarks == ["cell 1: memory used up"]
    row = graded(tmp_path, EATER, limits=Limits(seconds=5, confined=False))
    assert row.remarks == ["no answer to any question was found"]


def test_large_files(tmp_path: Path) -> None:
    for limits in QUICK, OPEN:
        row = graded(tmp_path, STUB, "open('x', 'wb').truncate(10**9)", limits=limits)
        assert bool(row.remarks) is limits.confined
    assert "File too large" in graded(tmp_path, STUB, "open('x', 'wb').truncate(10**9)").remarks[0]


def test_processor_time() -> None:
    """For what is no longer watched: a child on a system where it cannot be found."""
    loop = "from lossbook.grading.confine import limit\nlimit(2000, 0)\nwhile True: pass"
    ended = subprocess.run([sys.executable, "-c", loop], timeout=60)
    assert ended.returncode in (-signal.SIGXCPU, -signal.SIGKILL)


def test_secrets_are_not_in_its_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "abc")
    look = "import os\nassert not [n for n in os.environ if 'SECRET' in n], 'seen'\n"
    home = "assert os.path.samefile(os.environ['HOME'], os.getcwd()); open('x', 'w').write('x')"
    assert graded(tmp_path, look + home + "\nmean_loss = ...").remarks == []


def test_its_folder_is_deleted(tmp_path: Path) -> None:
    mark = "import os\nopen('kept', 'w').write('x')\nraise ValueError(os.getcwd())"
    (remark,) = graded(tmp_path, STUB, mark).remarks
    assert not Path(remark.rpartition(": ")[2]).exists()


def writes(path: Path) -> str:
    return f"open({str(path)!r}, 'a').write('forged')"


def empties(path: Path) -> str:
    return f"import os\nos.truncate({str(path)!r}, 0)"


def reads(path: Path) -> str:
    return f"raise ValueError(open({str(path)!r}).read())"


@linux
def test_other_files_can_be_neither_written_nor_read(tmp_path: Path) -> None:
    other = tmp_path / "results.csv"
    for limits in QUICK, OPEN:
        other.write_text("a,3\n")
        (remark,) = graded(tmp_path, STUB, reads(other), limits=limits).remarks or [""]
        assert ("a,3" in remark) is not limits.confined
        graded(tmp_path, STUB, writes(other), limits=limits)
        assert ("forged" in other.read_text()) is not limits.confined
        graded(tmp_path, STUB, empties(other), limits=limits)
        assert (other.read_text() == "") is not limits.confined


@linux
def test_other_processes_cannot_be_killed(tmp_path: Path) -> None:
    if any("signals" in each for each in graded(tmp_path, STUB).missing):
        pytest.skip("this Linux is older than 6.12")
    for limits in QUICK, OPEN:
        with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as bystander:
            kill = f"import os, signal\nos.kill({bystander.pid}, signal.SIGKILL)"
            try:
                (remark,) = graded(tmp_path, STUB, kill, limits=limits).remarks or [""]
                if not limits.confined:
                    assert bystander.wait(30) == -signal.SIGKILL
                assert (bystander.poll() is None) is limits.confined
                assert ("PermissionError" in remark) is limits.confined
            finally:
                bystander.kill()


@linux
def test_there_is_no_network(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        call = (
            f"import socket\nsocket.create_connection({server.getsockname()!r}, 1)\nmean_loss = 0"
        )
        for limits in QUICK, OPEN:
            assert bool(graded(tmp_path, call, limits=limits).remarks) is limits.confined


STAYS = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(60)
    os._exit(0)
mean_loss = ...
"""


@linux
def test_a_child_that_stays_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    confine.adopt_orphans()
    before = children()
    graded(tmp_path, STAYS)
    assert children() == before
    monkeypatch.setattr("lossbook.grading.process.Process._sweep", lambda self: None)
    graded(tmp_path, STAYS)
    left = children() - before
    assert left
    for child in left:
        os.kill(child, 9)
        os.waitpid(child, 0)


@linux
def test_many_children_are_refused(tmp_path: Path) -> None:
    """Not to root, whose processes Linux does not count; but they are found."""
    confine.adopt_orphans()
    before = children()
    bomb = "import os, time\nfor _ in range(200):\n    if os.fork() == 0: time.sleep(60)"
    row = graded(tmp_path, STUB, bomb)
    assert os.getuid() == 0 or "BlockingIOError" in row.remarks[0]
    assert children() == before


@pytest.mark.parametrize(
    "reply",
    [
        {},
        {"outcome": 3},
        {"outcome": "{"},
        {"outcome": "[1, 2]"},
        {"outcome": "[0.5, 0, 0, 0]"},
        {"outcome": encode([0.5, "ok", "", ""])},
        {"outcome": encode([0.5, "changed", "7", ""])},
        {"outcome": encode([0.5, "changed", "no number", ""])},
        {"outcome": '[{"array": ["|O", [1], ""]}, "", "", ""]'},
        {"outcome": '[{"array": ["<f8", [-5, 3], "AAAA"]}, "", "", ""]'},
        {"outcome": '[{"array": ["<f8", [1e99], "AAAA"]}, "", "", ""]'},
        {"outcome": '[{"array": 3, "dict": 4}, "", "", ""]'},
        {"outcome": '[{"expression": 3}, "", "", ""]'},
        {"outcome": "[" * 100_000},
    ],
)
def test_what_is_no_outcome(reply: dict[str, Any]) -> None:
    assert checked(reply, 2) == Outcome(failure="type", detail="no data")


def test_words_are_cut() -> None:
    outcome = checked({"outcome": encode([1.0, "raised", "x" * 9999, "y" * 9999])}, 0)
    assert len(outcome.detail) == len(outcome.printed) == 300


def test_what_a_system_lacks_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows, which has no `resource`, and where only Linux's calls are missing."""

    def absent(*_: Any) -> None:
        raise ImportError

    monkeypatch.setattr(confine, "limit", absent)
    monkeypatch.setattr(sys, "platform", "win32")
    missing = confine.confine(".", [], 1000, 1)
    assert len(missing) == 4 and missing[0].startswith("limits on memory")
    assert list(confine.lacking(7)) == [] and len(list(confine.lacking(1))) == 2
    monkeypatch.undo()
    monkeypatch.setattr(confine, "limit", lambda *_: [])
    monkeypatch.setattr(sys, "platform", "darwin")
    assert len(confine.confine(".", [], 1000, 1)) == 3
