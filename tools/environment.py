"""Make .venv hold what requirements.txt, constraints.txt and pyproject.toml ask for.

Does nothing when it already does. This is the first file to run, under a Python that nobody
has chosen: standard library only, and no syntax newer than Python 3.6.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Dict, List

if sys.version_info < (3, 11):
    sys.exit("The Loss Book needs Python 3.11 or newer; this is " + sys.version.split()[0] + ".")

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "lossbook-environment.json"
REQUIREMENTS = ROOT / "requirements.txt"
CONSTRAINTS = ROOT / "constraints.txt"
TORCH_INDEX = "https://download.pytorch.org/whl/cpu"


def say(message: str) -> None:
    print(message, flush=True)


def digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def wanted() -> Dict[str, str]:
    """What the environment depends on. A moved checkout counts: scripts hold their own path."""
    here = f"{sys.version} {sys.base_prefix} {ROOT}".encode()
    texts = [path.read_bytes() for path in (REQUIREMENTS, CONSTRAINTS, Path(__file__))]
    return {
        "packages": digest(here, *texts),
        "project": digest((ROOT / "pyproject.toml").read_bytes()),
    }


def found() -> Dict[str, str]:
    try:
        return dict(json.loads(STAMP.read_text()))
    except (OSError, ValueError):
        return {}


def pip(*arguments: str, quiet_failure: bool = False) -> bool:
    """Run pip on .venv. PIP_RETRIES: an unreachable index costs seconds per package otherwise."""
    command: List[str] = [str(PYTHON), "-m", "pip"]
    if not has_ensurepip():
        command = [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    command += ["install", "--quiet", "--no-input", "--disable-pip-version-check", *arguments]
    environment = {"PIP_RETRIES": "1", **os.environ}
    silent = subprocess.DEVNULL if quiet_failure else None
    return subprocess.run(command, cwd=ROOT, env=environment, stderr=silent).returncode == 0


def has_ensurepip() -> bool:
    """Debian splits ensurepip off; its own pip can then install into the environment."""
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        return False
    return True


def create() -> None:
    options = [] if has_ensurepip() else ["--without-pip"]
    if subprocess.run([sys.executable, "-m", "venv", "--clear", *options, str(VENV)]).returncode:
        sys.exit("Python could not create a virtual environment in .venv; see the lines above.")


def install_torch() -> None:
    """On Linux a plain `torch` is the CUDA build; the CPU build has a version of its own."""
    if not sys.platform.startswith("linux"):
        return
    pin = next(line for line in REQUIREMENTS.read_text().splitlines() if line.startswith("torch=="))
    wheel = [pin + "+cpu", "-c", str(CONSTRAINTS)]
    say("  PyTorch, the CPU build (about 200 MB to download)")
    if pip(*wheel, quiet_failure=True):
        return
    if not pip(*wheel, "--extra-index-url", TORCH_INDEX, quiet_failure=True):
        sys.exit(
            f"{wheel[0]} for Python {sys.version.split()[0]} is neither where pip looks "
            f"nor at {TORCH_INDEX}: is the network up?"
        )


def install_requirements() -> None:
    say("  the other requirements (about 120 packages)")
    if not pip("-r", str(REQUIREMENTS), "-c", str(CONSTRAINTS)):
        sys.exit("The packages of requirements.txt could not be installed; see the lines above.")


def install_project() -> None:
    if not pip("--no-deps", "--no-build-isolation", "-e", str(ROOT)):
        sys.exit("The package lossbook itself could not be installed; see the lines above.")


def main() -> None:
    want, have = wanted(), found()
    if have == want and PYTHON.exists():
        return
    start = time.monotonic()
    if have.get("packages") != want["packages"] or not PYTHON.exists():
        say(f"Setting up .venv with Python {sys.version.split()[0]}: a minute or two, once")
        create()
        install_torch()
        install_requirements()
        STAMP.write_text(json.dumps({"packages": want["packages"]}))
    say("  the package lossbook, from this folder")
    install_project()
    STAMP.write_text(json.dumps(want))
    say(f"The environment is ready ({time.monotonic() - start:.0f} s)")


if __name__ == "__main__":
    main()
