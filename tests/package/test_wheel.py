"""The wheel: built from the sources, installed in an empty place, run with NumPy alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest

from tools.unchanged import ROOT

PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
# pip must neither ask an index nor fetch the newest backend
OFFLINE = {**os.environ, "PIP_NO_INDEX": "1"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("wheel")
    build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(place), str(ROOT)]
    subprocess.run([*PIP, *build], check=True, env=OFFLINE)
    (found,) = place.glob("lossbook-*.whl")
    return found


@pytest.fixture(scope="module")
def alone(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the installed wheel and NumPy, and nothing else."""
    place = tmp_path_factory.mktemp("alone")
    install = ["install", "--no-deps", "--target", str(place), str(wheel)]
    subprocess.run([*PIP, *install], check=True, env=OFFLINE)
    numpy = Path(np.__file__).parent
    for folder in (numpy, numpy.with_name("numpy.libs")):  # its BLAS, where it is a wheel's
        if folder.exists():
            (place / folder.name).symlink_to(folder)
    return place


def python(place: Path, code: str) -> str:
    """What `code` prints, in a Python that sees the standard library and the folder."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    command = [sys.executable, "-S", "-W", "error", "-c", code]
    done = subprocess.run(
        command, cwd=place, env={**bare, "PYTHONPATH": str(place)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_it_holds_the_package_and_nothing_else(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    home = ROOT / "lossbook"
    sources = {path.relative_to(ROOT).as_posix() for path in home.rglob("*.py")}
    assert names == sources | {"lossbook/py.typed"}


def test_it_computes_with_numpy_alone(alone: Path) -> None:
    code = (
        "import lossbook as lb, numpy as np\n"
        "value, slope = lb.cross_entropy.value_and_grad([[0.0, 0.0]], [0])\n"
        "assert lb.__file__.startswith({place!r}), lb.__file__\n"
        "assert len(lb.DEVIATIONS) > 40 and lb.information.entropy([0.5, 0.5], base=2) == 1\n"
        "assert len(list(lb.minibatches([1, 2, 3], batch_size=2))) == 2\n"
        "print(round(float(value), 6), slope.tolist())"
    ).replace("{place!r}", repr(str(alone)))
    assert python(alone, code) == "0.693147 [[-0.5, 0.5]]"


@pytest.mark.parametrize(
    ("use", "library", "extra"),
    [
        ("lb.mse_loss.formula + 1", "sympy", "symbolic"),
        ("lb.Derivation", "sympy", "symbolic"),
        ("lb.compare(lb.rmse_loss, [1.0], [0.0])", "sympy", "symbolic"),
        ("lb.plotting.setup()", "matplotlib", "plot"),
        ("lb.plotting.loss_and_slope('x')", "matplotlib", "plot"),
        ("__import__('lossbook.data').data.digits()", "sklearn", "data"),
    ],
)
def test_what_is_missing_is_named_with_its_extra(
    alone: Path, use: str, library: str, extra: str
) -> None:
    code = (
        f"import lossbook as lb\ntry:\n    {use}\n"
        "except ImportError as error:\n    print(error.name, '|', error)"
    )
    name, _, message = python(alone, code).partition(" | ")
    assert name == library
    assert f"needs {library}, which is not installed" in message
    assert f'pip install "lossbook[{extra}]"' in message


def test_a_comparison_without_pytorch_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    import lossbook as lb

    monkeypatch.setitem(sys.modules, "torch", None)  # as if it were not installed
    table = lb.compare(lb.mse_loss, [1.0, 2.0], [0.0, 0.0])
    assert [row.by for row in table.rows] == ["lossbook", "SymPy", "finite differences"]
    assert 'pip install "lossbook[torch]"' in repr(table)
    assert "lossbook[torch]" in table._repr_html_()
    monkeypatch.undo()
    assert not lb.compare(lb.mse_loss, [1.0, 2.0], [0.0, 0.0]).missing
