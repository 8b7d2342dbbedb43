"""Read the built book as its readers do, in a browser: tests/site/browser."""

import subprocess
import sys
import time

from tools import book, chromium, execution
from tools.reference import make as reference
from tools.unchanged import ROOT

TESTS = "tests/site/browser"


def main() -> int:
    """Further arguments go to pytest, such as -k search."""
    if chromium.find() is None:
        print(chromium.MISSING, file=sys.stderr)
        return 1
    start = time.monotonic()
    reference.make()
    print("test-site: building the pages that changed", flush=True)
    if not book.build():
        return 1
    pytest = [sys.executable, "-m", "pytest", "-q", "--no-header", "-n", "auto", TESTS]
    command = [*pytest, *sys.argv[1:]]
    passed = subprocess.run(command, cwd=ROOT, env=execution.environment()).returncode == 0
    print(f"test-site: {'passed' if passed else 'FAILED'} ({time.monotonic() - start:.0f} s)")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
