"""Run the package's tests with the oldest NumPy that pyproject.toml admits, and the newest.

Each gets an environment of its own under .cache/, with everything else as requirements.txt
pins it. The first run takes minutes, and about a gigabyte each: PyTorch is part of the tests.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from tools import environment
from tools.unchanged import CACHE, ROOT

# What the tests of the package import, as opposed to those of the book.
NEEDED = (
    "sympy", "matplotlib", "scikit-learn", "scipy", "hypothesis", "mpmath", "pytest",
    "pytest-xdist", "hatchling", "matplotlib-inline",
)  # fmt: skip


def oldest() -> str:
    """The lower bound of pyproject.toml, with its newest repairs: 1.26 is 1.26.*."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (bound,) = project["dependencies"]
    found = re.fullmatch(r"numpy>=(\d+\.\d+)", bound)
    if not found:
        raise ValueError(f"pyproject.toml should ask for numpy>=X.Y, and asks for {bound}")
    return found[1]


def pinned() -> list[str]:
    """The pins of what is needed, from requirements.txt and constraints.txt."""
    lines = [
        line.strip()
        for name in ("requirements.txt", "constraints.txt")
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
    ]
    pins = {line.partition("==")[0].lower(): line for line in lines if "==" in line}
    return [pins[name] for name in NEEDED]


def install(place: Path, numpy: str) -> str:
    """Make the environment, unless it is there, and return its Python."""
    python = str(place / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python"))
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if not (place / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(place)], check=True)
        pin = torch_pin()
        index = ["--extra-index-url", environment.TORCH_INDEX] if "+cpu" in pin else []
        wanted = [numpy, *pinned()]
        if subprocess.run([*pip, *wanted, pin]).returncode:  # not where pip looks by itself
            subprocess.run([*pip, *wanted, pin, *index], check=True)
        (place / "ready").touch()
    elif numpy == "numpy":
        subprocess.run([*pip, "--upgrade", numpy], check=True)  # newer than the last time?
    return python


def torch_pin() -> str:
    """PyTorch's pin; on Linux the CPU build, whose version says so."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    pin = next(line for line in text.splitlines() if line.startswith("torch=="))
    return pin + "+cpu" if sys.platform.startswith("linux") else pin


def passes(python: str) -> bool:
    version = [python, "-c", "import numpy; print('numpy', numpy.__version__, flush=True)"]
    subprocess.run(version, check=True)
    with tempfile.TemporaryDirectory() as cache:
        tests = ["-q", "-n", "auto", "-o", f"cache_dir={cache}", "--doctest-modules"]
        places = ["tests/package", "lossbook"]
        command = [python, "-m", "pytest", "--no-header", *tests, *places]
        return subprocess.run(command, cwd=ROOT).returncode == 0


def main() -> int:
    argparse.ArgumentParser(description=__doc__).parse_args()
    low = oldest()
    failed = []
    for name, numpy in ((f"numpy-{low}", f"numpy=={low}.*"), ("numpy-newest", "numpy")):
        print(f"test-numpy: {name}", flush=True)
        if not passes(install(CACHE / name, numpy)):
            failed.append(name)
    print(f"FAILED with {', '.join(failed)}" if failed else "The package passes with both")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
