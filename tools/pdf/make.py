"""Print the whole book: _build/the-loss-book.pdf."""

import argparse
import sys
import time

from filelock import FileLock

from tools import book, chromium
from tools.pdf import assemble
from tools.pdf.finish import finish
from tools.pdf.press import Unprintable, chromium_at, press
from tools.reference import make as reference
from tools.unchanged import ROOT, digest

SITE = ROOT / "_build" / "html"
FOLDER = ROOT / "_build" / "print"
PDF = ROOT / "_build" / "the-loss-book.pdf"
SOURCES = [SITE, *(ROOT / name for name in ("tools/pdf", "_toc.yml", "_config.yml"))]


def make(program: str) -> bool:
    """Print the built pages, unless that was done. False if something would not fit."""
    with FileLock(SITE.with_name("print.lock")):
        stamp = FOLDER / "printed"
        now = digest(*SOURCES)
        if PDF.exists() and stamp.exists() and stamp.read_text() == now:
            print("pdf: unchanged since it was printed", flush=True)
            return True
        start = time.monotonic()
        page = assemble.write(ROOT, SITE, FOLDER)
        try:
            with chromium_at(program) as browser:
                printed, headings = press(page, browser)
        except Unprintable as faults:
            print(*(f"pdf: {fault}" for fault in faults.args), sep="\n", file=sys.stderr)
            return False
        beside = PDF.with_suffix(".new")
        beside.write_bytes(finish(printed, headings, assemble.configured(ROOT)))
        beside.replace(PDF)
        stamp.write_text(now)
        size, seconds = PDF.stat().st_size / 1e6, time.monotonic() - start
        print(f"pdf: {PDF.relative_to(ROOT)}, {size:.1f} MB ({seconds:.0f} s)", flush=True)
    return True


def main() -> int:
    argparse.ArgumentParser(description=__doc__).parse_args()
    program = chromium.find()
    if program is None:
        print(chromium.MISSING, file=sys.stderr)
        return 1
    reference.make()
    print("pdf: building the pages that changed, then printing", flush=True)
    return 0 if book.build() and make(program) else 1


if __name__ == "__main__":
    sys.exit(main())
