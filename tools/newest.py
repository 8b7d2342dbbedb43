"""Loosen the pins in this checkout, so that `make test` installs and tries what is newest.

Each `==` of requirements.txt becomes `>=`, and constraints.txt is emptied. PyTorch keeps its
pin, by which tools/environment.py chooses the CPU build; Jupyter Book stays below 2, which
does not read `_config.yml`. For a checkout that is thrown away, as in the weekly run.
"""

import argparse
import re
import sys
from pathlib import Path

from tools.unchanged import ROOT

PIN = re.compile(r"^([A-Za-z0-9_.-]+)==(\S+)$", re.MULTILINE)
KEPT = {"torch"}
BELOW = {"jupyter-book": "2"}


def loosened(requirements: str) -> str:
    def loose(match: re.Match[str]) -> str:
        name, version = match[1], match[2]
        if name in KEPT:
            return match[0]
        return f"{name}>={version}" + (f",<{BELOW[name]}" if name in BELOW else "")

    return PIN.sub(loose, requirements)


def loosen(root: Path) -> int:
    """Write both files; the number of pins that went."""
    requirements = root / "requirements.txt"
    before = requirements.read_text(encoding="utf-8")
    after = loosened(before)
    requirements.write_text(after, encoding="utf-8")
    (root / "constraints.txt").write_text("", encoding="utf-8")
    return len(PIN.findall(before)) - len(PIN.findall(after))


def main() -> int:
    argparse.ArgumentParser(description=__doc__).parse_args()
    print(f"newest: {loosen(ROOT)} pins loosened in requirements.txt, constraints.txt emptied")
    return 0


if __name__ == "__main__":
    sys.exit(main())
