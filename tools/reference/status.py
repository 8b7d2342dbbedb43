"""The page that says what this build was made of and what was checked."""

import json
import platform
from importlib.metadata import version
from pathlib import Path

import nbformat
import yaml

from book.checks import docstrings
from tools import check_equations, colab, markdown
from tools.rerun import TIMES
from tools.unchanged import ROOT

PACKAGES = (
    "lossbook", "numpy", "torch", "sympy", "matplotlib", "scikit-learn",
    "jupyter-book", "sphinx", "myst-nb", "nbval",
)  # fmt: skip


def in_order(root: Path = ROOT) -> list[markdown.Source]:
    """The chapters as the table of contents has them."""
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    files = [each["file"] for part in toc["parts"] for each in part["chapters"]]
    places = {Path(f).stem: n for n, f in enumerate(files) if f.startswith("book/chapters/")}
    return sorted(markdown.sources(root), key=lambda each: places.get(each.path.stem, len(places)))


def times() -> dict[str, str]:
    """Seconds that each chapter took when its outputs were last compared, on this machine."""
    try:
        return dict(json.loads(TIMES.path.read_text()))
    except (OSError, ValueError):
        return {}


def page() -> str:
    sources, seconds = in_order(), times()
    counts = check_equations.counts(ROOT)
    lines = [
        "# Status\n",
        "Everything on this page was counted or measured when the book was built.\n",
        "## What was checked\n",
        "An equation is *proved* if its text was read and shown equal to the expression of the "
        "package, symbolically or at exact points; *tested* if it is bound to a test of its own, "
        "which is also shown a false version. "
        "The cells of every chapter are run again on each change, and each output is compared; "
        "the time is that of this run, the start of Python included.\n",
        "| chapter | cells | equations proved | tested | formulas in sentences | run time |",
        "|:--|--:|--:|--:|--:|--:|",
    ]
    total = [0, 0, 0, 0]
    for source in sources:
        name = source.path.stem
        notebook = ROOT / "book" / "chapters" / f"{name}.ipynb"
        cells = nbformat.read(notebook, as_version=4).cells
        count = counts[name]
        inline = count.inline_proved + count.inline_tested
        run = [c for c in cells if c.cell_type == "code" and not colab.is_setup(c)]
        row = [len(run), count.proved, count.tested, inline]
        total = [a + b for a, b in zip(total, row, strict=True)]
        took = f"{seconds[name]} s" if name in seconds else "not in this build"
        link = f"[{source.title}](../chapters/{name}.ipynb)"
        lines.append("| " + " | ".join([link, *map(str, row), took]) + " |")
    lines.append("| all chapters | " + " | ".join(map(str, total)) + " | |\n")
    checked = sum(map(len, docstrings.DOCSTRINGS.values()))
    lines.append(f"Besides, {checked} equations in the docstrings of the package are checked.\n")
    lines += ["## What it was made with\n", "| | version |", "|:--|:--|"]
    lines.append(f"| Python | {platform.python_version()} |")
    for name in PACKAGES:
        lines.append(f"| {name} | {version(name).partition('+')[0]} |")
    return "\n".join([*lines, ""])
