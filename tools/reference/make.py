"""Write the pages under book/reference that are made of the package and of the chapters.

They are no sources: git ignores them, and every build of the book makes them first.
"""

import sys
import time
from pathlib import Path

from lossbook import losses
from tools.unchanged import CACHE, ROOT, Record, digest

FOLDER = ROOT / "book" / "reference"
PICTURES = FOLDER / "pictures"
MADE = ("api", "pytorch", "glance", "cheatsheet", "bibliography", "status")


def pages() -> dict[Path, bytes]:
    # imported here, since they import PyTorch, and mostly nothing changed
    from tools.reference import api, bibliography, glance, pictures, pytorch, status

    texts = {
        "api": api.page(),
        "pytorch": pytorch.page(),
        "glance": glance.page(),
        "cheatsheet": glance.sheet(),
        "bibliography": bibliography.page(),
        "status": status.page(),
    }
    found = {FOLDER / f"{name}.md": texts[name].encode() for name in MADE}
    return found | {PICTURES / f"{name}.svg": pictures.draw(name)[0] for name in losses()}


def write(path: Path, content: bytes) -> None:
    """Only what changed: Sphinx goes by the time of a file."""
    if not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def inputs() -> str:
    """Whatever can change the pages, and the pages as they were left."""
    book = [ROOT / "book" / name for name in ("src", "checks", "chapters")]
    left = [PICTURES, *(FOLDER / f"{name}.md" for name in MADE)]
    return digest(ROOT / "lossbook", ROOT / "tools", *book, CACHE / "times.json", *left)


def make() -> None:
    record, start = Record("reference"), time.monotonic()
    if record.holds("pages", inputs()):
        return
    for path, content in pages().items():
        write(path, content)
    record.update([("pages", inputs())])
    print(f"reference: pages written ({time.monotonic() - start:.1f} s)", flush=True)


def main() -> int:
    make()
    return 0


if __name__ == "__main__":
    sys.exit(main())
