"""The conditions under which a chapter's cells run: here when made, and again when checked."""

import importlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tools.unchanged import CACHE, ROOT

TIMEOUT = 120  # seconds a cell may take
STANDARD: Mapping[str, str] = {}


def environment(condition: Mapping[str, str] = STANDARD) -> dict[str, str]:
    """The variables of a kernel, free of the habits of whoever runs it."""
    variables = {
        "PYTHONHASHSEED": "0",
        "TQDM_DISABLE": "1",  # a progress bar shows times, which never repeat
        # two notebooks share two cores: threads that wait for one another would only spin
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        # a reader's own start-up files and styles would change what a cell prints
        "MPLCONFIGDIR": str(CACHE / "matplotlib"),
        "IPYTHONDIR": str(CACHE / "ipython"),
        "JUPYTER_CONFIG_DIR": str(CACHE / "jupyter"),
    }
    return {**os.environ, **variables, **condition}


def old_processor() -> dict[str, str]:
    """This processor without the vector instructions that not every reader's has.

    They add in another order and round otherwise. NumPy must be told the exact names: it
    complains about any that it could not have used here.
    """
    numpy = importlib.import_module("numpy._core._multiarray_umath")
    beyond = [name for name in numpy.__cpu_dispatch__ if numpy.__cpu_features__[name]]
    cores = {"x86_64": "Nehalem", "AMD64": "Nehalem", "aarch64": "ARMV8", "arm64": "ARMV8"}
    variables = {
        "NPY_DISABLE_CPU_FEATURES": " ".join(beyond),
        "ATEN_CPU_CAPABILITY": "default",  # PyTorch's own loops
        "ONEDNN_MAX_CPU_ISA": "SSE41",  # its convolutions and matrix products
        "MKL_CBWR": "COMPATIBLE",
        "OPENBLAS_CORETYPE": cores.get(platform.machine(), ""),
    }
    return {name: value for name, value in variables.items() if value}


def threads(number: int) -> dict[str, str]:
    names = ("OMP", "OPENBLAS", "MKL", "LOSSBOOK")
    return {f"{name}_NUM_THREADS": str(number) for name in names}


def far_away() -> dict[str, str]:
    """Another time zone, a language with a decimal comma where the system knows one, and
    another order of sets.
    """
    return {"TZ": "Asia/Kathmandu", "LANG": "C", "PYTHONHASHSEED": "7", **decimal_comma()}


def decimal_comma() -> dict[str, str]:
    if not shutil.which("locale"):
        return {"LC_ALL": "C"}
    listed = subprocess.run(["locale", "-a"], capture_output=True, text=True).stdout.split()
    for name in ("de_DE.utf8", "fr_FR.utf8", "es_ES.utf8", "it_IT.utf8"):
        if name in listed:
            return {"LC_ALL": name}
    made = CACHE / "locale" / "de_DE.UTF-8"
    if not made.exists() and shutil.which("localedef"):
        made.parent.mkdir(parents=True, exist_ok=True)
        command = ["localedef", "-i", "de_DE", "-f", "UTF-8", str(made)]
        subprocess.run(command, capture_output=True)  # the sources of locales may be missing
    return {"LOCPATH": str(made.parent), "LC_ALL": made.name} if made.exists() else {"LC_ALL": "C"}


def variations() -> dict[str, dict[str, str]]:
    """Conditions of other readers, under which every output must come out the same.

    Two that differ from the standard in everything cost a third of what one for each
    difference would, and fail if any of these would.
    """
    return {
        "an old processor and one thread": {**old_processor(), **threads(1)},
        "far away and two threads": {**far_away(), **threads(2)},
    }


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
    options += ["--nbval-sanitize-with", str(ROOT / "tools" / "nbval-sanitize.cfg")]
    settings = ["-c", str(ROOT / "pyproject.toml"), "-q", "--no-header"]
    return [sys.executable, "-m", "pytest", *settings, *options, str(notebook)]
