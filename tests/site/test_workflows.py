"""The workflows are pinned and ask for little; the loosened pins are what the weekly run wants."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools import newest
from tools.unchanged import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
REVISION = re.compile(r"[\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


def faults(text: str) -> list[str]:
    """What is wrong with a workflow: actions that can be moved, rights that nothing needs."""
    uses = re.findall(r"uses: (.+)", text)
    found = [f"{each} is not a revision with its version" for each in uses
             if not REVISION.fullmatch(each)]  # fmt: skip
    workflow: dict[str, Any] = yaml.safe_load(text)
    if workflow.get("permissions") != {"contents": "read"}:
        found.append("permissions of the whole should be contents: read")
    for name, job in workflow["jobs"].items():
        if "timeout-minutes" not in job:
            found.append(f"{name} may run for hours")
        for step in job["steps"]:
            kept = (step.get("with") or {}).get("persist-credentials")
            if "actions/checkout" in step.get("uses", "") and kept is not False:
                found.append(f"{name} leaves its credentials in the checkout")
    return found


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflow(path: Path) -> None:
    assert faults(path.read_text(encoding="utf-8")) == []


def test_only_publishing_may_write() -> None:
    writing = [path.stem for path in WORKFLOWS if ": write" in path.read_text(encoding="utf-8")]
    assert writing == ["publish"]


def test_a_tag_or_a_right_too_many_is_seen() -> None:
    text = next(path for path in WORKFLOWS if path.stem == "test").read_text(encoding="utf-8")
    assert faults(re.sub(r"@[0-9a-f]{40} # ", "@", text))
    assert faults(text.replace("contents: read", "contents: write"))
    assert faults(text.replace("persist-credentials: false", "fetch-depth: 1"))
    assert faults(re.sub(r"timeout-minutes: \d+", "env: {}", text))


def test_pins_are_loosened(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text(
        "# the tests\npytest==9.2.0\njupyter-book==1.0.4.post1\ntorch==2.13.0\n"
    )
    (tmp_path / "constraints.txt").write_text("idna==3.11\n")
    assert newest.loosen(tmp_path) == 2
    assert (tmp_path / "requirements.txt").read_text() == (
        "# the tests\npytest>=9.2.0\njupyter-book>=1.0.4.post1,<2\ntorch==2.13.0\n"
    )
    assert (tmp_path / "constraints.txt").read_text() == ""


def test_the_real_requirements_keep_what_the_environment_reads() -> None:
    text = newest.loosened((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    assert "\ntorch==" in text and "numpy>=" in text and ",<2" in text
