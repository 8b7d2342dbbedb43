"""Run every notebook as on other readers' computers. Exit 0 only if every output is the same."""

import argparse
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import nbformat

from tools import execution, rerun

# What a kernel under a condition must print: proof that the variables did what they should.
WITNESSES: dict[str, tuple[str, str]] = {
    "NPY_DISABLE_CPU_FEATURES": (
        "import numpy._core._multiarray_umath as m\n"
        "print([name for name in m.__cpu_dispatch__ if m.__cpu_features__[name]])",
        "[]",
    ),
    "ATEN_CPU_CAPABILITY": (
        "import torch\nprint(torch.backends.cpu.get_cpu_capability().lower())",
        "{value}",
    ),
    "OPENBLAS_CORETYPE": (
        "import numpy, threadpoolctl\n"
        "print({pool['architecture'].lower() for pool in threadpoolctl.threadpool_info()\n"
        "       if pool['internal_api'] == 'openblas'} <= {'{value}'.lower()})",
        "True",
    ),
    "OMP_NUM_THREADS": ("import torch\nprint(torch.get_num_threads())", "{value}"),
    "OPENBLAS_NUM_THREADS": (
        "import numpy, threadpoolctl\n"
        "print({pool['num_threads'] for pool in threadpoolctl.threadpool_info()\n"
        "       if pool['internal_api'] == 'openblas'} <= {{value}})",
        "True",
    ),
    "LOSSBOOK_NUM_THREADS": ("from lossbook import blocks\nprint(blocks.num_threads())", "{value}"),
    "TZ": ("import time\nprint(time.strftime('%z', time.localtime(0)) != '+0000')", "True"),
    "LOCPATH": (
        "import locale\n_ = locale.setlocale(locale.LC_ALL, '')\n"
        "print(locale.localeconv()['decimal_point'])",
        ",",
    ),
    "PYTHONHASHSEED": ("import os\nprint(os.environ['PYTHONHASHSEED'])", "{value}"),
}


def witness(condition: Mapping[str, str], folder: Path) -> Path:
    """A notebook that passes only where the condition holds."""
    notebook = nbformat.v4.new_notebook()
    for name, value in condition.items():
        if name not in WITNESSES:
            continue
        code, output = (text.replace("{value}", value) for text in WITNESSES[name])
        printed = nbformat.v4.new_output("stream", name="stdout", text=f"{output}\n")
        count = len(notebook.cells) + 1
        cell = nbformat.v4.new_code_cell(code, outputs=[printed], execution_count=count)
        notebook.cells.append(cell)
    path = folder / "witness.ipynb"
    nbformat.write(notebook, path)
    return path


def took_effect(what: str, condition: Mapping[str, str]) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        passed, said = rerun.run(witness(condition, Path(folder)), condition)
    if not passed:
        print(f"{said}\nhardy: this computer cannot be made into {what!r}; see above")
    return passed


def main() -> int:
    parser = argparse.ArgumentParser(prog="make test-hardy", description=__doc__)
    parser.add_argument("--all", action="store_true", help="also what did not change")
    everything = parser.parse_args().all
    execution.prepare()
    conditions = execution.variations()
    if not all([took_effect(*each) for each in conditions.items()]):
        return 1
    return 0 if rerun.all_notebooks(conditions, everything) else 1


if __name__ == "__main__":
    sys.exit(main())
