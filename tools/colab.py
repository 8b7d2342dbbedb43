"""The first cell of every notebook: on Colab it installs lossbook, elsewhere it does nothing.

Lower bounds only, which are the package's own: a pin would replace what Colab has loaded and
force a restart. The package comes from the repository that `_config.yml` names, whatever a
build overrides, because the notebooks are committed.
"""

import nbformat
from nbformat import NotebookNode

from tools.sphinx_ext import lossbook_addresses

TAG = "remove-cell"  # Jupyter Book leaves the cell out of the page
SOURCE = """\
# On Colab this installs the package lossbook. Anywhere else it does nothing.
import subprocess
import sys

if "google.colab" in sys.modules:
    wanted = "lossbook[book] @ git+{repository}@{branch}"
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", wanted], check=True)"""


def source() -> str:
    stated = lossbook_addresses.stated()
    return SOURCE.format(repository=stated.repository, branch=stated.branch)


def cell() -> NotebookNode:
    """Folded in JupyterLab, which has no way to leave a cell out."""
    metadata = {"tags": [TAG], "jupyter": {"source_hidden": True}}
    made: NotebookNode = nbformat.v4.new_code_cell(source(), metadata=metadata)
    return made


def is_setup(cell: NotebookNode) -> bool:
    return bool(cell.cell_type == "code" and cell.source == source())
