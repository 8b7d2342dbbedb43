"""Build the book into _build/html. Any warning is an error."""

import argparse
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tools.reference import make as reference
from tools.sphinx_ext import lossbook_addresses
from tools.unchanged import ROOT, digest

# What a page depends on without Sphinx noticing that it changed.
SURROUNDINGS = [
    "book/_static",
    "book/_templates",
    "tools/sphinx_ext",
    "tools/book.py",
    "_config.yml",
    "_toc.yml",
]


def build(root: Path = ROOT, fresh: bool = False) -> bool:
    """True if no warning was given.

    Sphinx reads what changed since the last build, which is fast and misses three things: a
    warning is given only when the page is written, a style sheet alone is never copied, and a
    link into another page is not looked at again. So a build that warned is forgotten, one
    with other surroundings too, and `fresh` forgets any.
    """
    output = root / "_build"
    stamp = output / "surroundings"
    addresses = " ".join(lossbook_addresses.current(root / "_config.yml"))
    surroundings = f"{digest(*(root / name for name in SURROUNDINGS))} {addresses}"
    if fresh or not stamp.exists() or stamp.read_text() != surroundings:
        shutil.rmtree(output, ignore_errors=True)
    jupyter_book = Path(sys.executable).with_name("jupyter-book")
    command = [str(jupyter_book), "build", str(root), "-W", "-n", "--keep-going", "-q"]
    passed = subprocess.run(command, stdout=subprocess.DEVNULL).returncode == 0
    if passed:
        stamp.write_text(surroundings)
    else:
        stamp.unlink(missing_ok=True)
    return passed


def remark() -> None:
    """Say so where an address differs from the one that the committed notebooks hold."""
    stated, current = lossbook_addresses.stated(), lossbook_addresses.current()
    if current != stated:
        print(f"book: for {current.repository} at {current.branch}, pages at {current.site}")
    if current[:2] != stated[:2]:
        print(
            f"book: on Colab the notebooks install lossbook from {stated.repository} at "
            f"{stated.branch}; to change that too, edit _config.yml and run make notebooks"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fresh", action="store_true", help="forget earlier builds first")
    arguments = parser.parse_args()
    try:
        remark()
    except ValueError as error:
        parser.error(str(error))
    reference.make()
    print("book: building the pages that changed", flush=True)
    start = time.monotonic()
    if not build(fresh=arguments.fresh):
        print("book: there were warnings, so the build failed; see above", file=sys.stderr)
        return 1
    print(f"book: built ({time.monotonic() - start:.1f} s)")
    print("Open _build/html/index.html in a browser, or run: make serve")
    return 0


if __name__ == "__main__":
    sys.exit(main())
