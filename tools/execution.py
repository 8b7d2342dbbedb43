"""The conditions under which a chapter's cells run: here when made, and again when checked."""

import os
import subprocess
import sys
from pathlib import Path

from tools.unchanged import CACHE, ROOT

TIMEOUT = 120  # seconds a cell may take


def environment() -> dict[str, str]:
    """The variables of a kernel, free of the habits of whoever runs it."""
    variables = {
        "PYTHONHASHSEED": "0",
        "TQDM_DISABLE": "1",  # a progress bar shows times, which never repeat
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        # a reader's own start-up files and styles would change what a cell prints
        "MPLCONFIGDIR": str(CACHE / "matplotlib"),
        "IPYTHONDIR": str(CACHE / "ipython"),
        "JUPYTER_CONFIG_DIR": str(CACHE / "jupyter"),
    }
    return {**os.environ, **variables}


def prepare() -> None:
    """Let Matplotlib list the fonts now: it says so on stderr, where a cell must be silent."""
    for folder in ("matplotlib", "ipython", "jupyter"):
        (CACHE / folder).mkdir(parents=True, exist_ok=True)
    if not any((CACHE / "matplotlib").glob("fontlist*")):
        listing = [sys.executable, "-c", "import matplotlib.font_manager"]
        subprocess.run(listing, env=environment(), check=True, stderr=subprocess.DEVNULL)


def nbval(notebook: Path) -> list[str]:
    """The command that runs a notebook again and compares every output with the stored one."""
    options = ["--nbval", "--nbval-current-env", f"--nbval-cell-timeout={TIMEOUT}"]
    settings = ["-c", str(ROOT / "pyproject.toml"), "-q", "--no-header"]
    return [sys.executable, "-m", "pytest", *settings, *options, str(notebook)]
