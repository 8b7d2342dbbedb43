"""Follow every link of the book to another server. Exit 1 if one leads nowhere.

A server that does not answer proves nothing about its page, nor does one that turns robots
away: such links are listed, and are no failure.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tools.unchanged import ROOT

# what an answer says when the page itself is gone; 403, 429 and 5xx speak of the server
GONE = re.compile(r"\b(?:404|410)\b|Anchor .* not found")


class Link(NamedTuple):
    state: str
    """good, moved, broken or unreachable"""
    place: str
    address: str
    why: str


def state(status: str, info: str) -> str:
    if status in ("working", "unchecked") or (status == "ignored" and not info):
        return "good"  # Sphinx ignores a server that says it is busy, and notes that it did
    if status == "redirected":
        return "moved"
    return "broken" if status == "broken" and GONE.search(info) else "unreachable"


def read(report: Path) -> Iterator[Link]:
    """What Sphinx wrote: one line of JSON for each link."""
    for line in report.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        place = f"{entry['filename']}:{entry['lineno']}"
        found = state(entry["status"], entry["info"])
        yield Link(found, place, entry["uri"], entry["info"])


def follow(root: Path = ROOT) -> list[Link]:
    """Build nothing but the list of links, from nothing: Sphinx looks at changed pages only."""
    output = root / "_build" / "links"
    shutil.rmtree(output, ignore_errors=True)
    jupyter_book = str(Path(sys.executable).with_name("jupyter-book"))
    command = [jupyter_book, "build", str(root), "--builder", "linkcheck", "-q"]
    command += ["--path-output", str(output)]
    result = subprocess.run(command, capture_output=True, text=True)
    reports = list(output.rglob("output.json"))
    if len(reports) != 1:
        raise RuntimeError(f"Sphinx did not follow the links:\n{result.stdout}{result.stderr}")
    return sorted(set(read(reports[0])))


def main() -> int:
    links = follow()
    for link in links:
        if link.state != "good":
            print(f"{link.state}: {link.place}: {link.address} ({link.why})")
    states = ("good", "moved", "unreachable", "broken")
    number = {each: sum(link.state == each for link in links) for each in states}
    print("links: " + ", ".join(f"{count} {each}" for each, count in number.items()))
    return 1 if number["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())
