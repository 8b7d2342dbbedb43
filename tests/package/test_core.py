"""What all losses share: their faces, dtypes, deprecated keywords, and light imports."""

from __future__ import annotations

import inspect
import pickle
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import sympy as sp

import lossbook as lb
from lossbook import blocks, symbolic
from lossbook.core import Terms, elementwise

every = pytest.mark.parametrize("loss", lb.losses().values(), ids=list(lb.losses()))


@every
def test_faces(loss: Any) -> None:
    assert inspect.isfunction(loss)
    assert loss is getattr(lb, loss.__name__)
    assert pickle.loads(pickle.dumps(loss)) is loss
    assert list(inspect.signature(loss).parameters)[-2:] == ["size_average", "reduce"]
    expression = sp.sympify(loss.formula)
    assert isinstance(expression, sp.Expr)
    assert expression == loss.formula and loss.formula == expression
    assert loss.formula - expression == expression - loss.formula == 0
    assert sp.latex(loss.formula) == sp.latex(expression) and repr(loss.formula) == repr(expression)
    assert symbolic.latex(expression) in loss.formula._repr_latex_()
    assert loss.torch is None or loss.torch.startswith("torch.nn.functional.")


@every
def test_docstring_is_complete(loss: Any) -> None:
    for part in ("$$", r"\partial", "Parameters\n", "Returns\n", "Raises\n", "References\n", ">>>"):
        assert part in loss.__doc__, f"{loss.__name__} says nothing under {part!r}"
    for name in list(inspect.signature(loss).parameters)[:-2]:
        assert f"\n    {name} : " in loss.__doc__ or f", {name} : " in loss.__doc__


def test_losses_are_listed_and_exported() -> None:
    assert list(lb.losses()) == sorted(lb.losses())
    assert set(lb.losses()) <= set(lb.__all__) <= set(dir(lb))
    assert all(hasattr(lb, name) for name in lb.__all__)
    with pytest.raises(AttributeError, match="no attribute 'cross_entropi'"):
        _ = lb.cross_entropi


def test_dtype_follows_the_input() -> None:
    for given, kept in ((np.float32, np.float32), (np.float64, np.float64), (np.int64, np.float64)):
        x = np.ones((2, 3), given)
        assert lb.mse_loss(x, np.zeros((2, 3))).dtype == kept
        assert lb.cross_entropy.grad(x, [0, 1]).dtype == kept
    for wrong in ([True, False], [1j, 2j], ["a", "b"]):
        with pytest.raises(TypeError, match="input must hold real numbers, got dtype"):
            lb.mse_loss(wrong, [0.0, 0.0])


@pytest.mark.parametrize(
    ("pair", "meant"),
    [
        ({"size_average": True}, "mean"),
        ({"size_average": False}, "sum"),
        ({"reduce": True}, "mean"),
        ({"reduce": False}, "none"),
        ({"size_average": False, "reduce": True}, "sum"),
        ({"size_average": True, "reduce": False}, "none"),
    ],
)
def test_deprecated_pair_is_mapped_as_pytorch_maps_it(pair: dict[str, Any], meant: str) -> None:
    from torch.nn import _reduction

    torchs = _reduction.legacy_get_string(
        pair.get("size_average"), pair.get("reduce"), emit_warning=False
    )
    assert torchs == meant
    x, y = np.array([1.0, 2.0]), np.zeros(2)
    with pytest.warns(DeprecationWarning, match=f"use reduction='{meant}'") as caught:
        ours = lb.mse_loss(x, y, **pair)
    assert caught[0].filename == __file__
    np.testing.assert_array_equal(ours, lb.mse_loss(x, y, reduction=meant))


@every
def test_inputs_are_not_modified(loss: Any) -> None:
    x = np.linspace(-1, 1, 6).reshape(2, 3)
    for target in (np.array([0, 2]), np.full((2, 3), 1 / 3)):
        kept = x.copy(), target.copy()
        try:
            loss.value_and_grad(x, target)
        except (ValueError, TypeError):
            continue
        np.testing.assert_array_equal(x, kept[0])
        np.testing.assert_array_equal(target, kept[1])


def test_the_slope_is_computed_only_when_asked_for() -> None:
    asked = []

    @elementwise()
    def probe(input: Any, target: Any, reduction: str = "mean") -> Terms:
        def slope() -> Any:
            asked.append(1)
            return np.ones_like(input)

        return Terms(np.subtract(input, target), slope)

    try:
        probe(np.ones(3), np.zeros(3))
        assert not asked
        probe.grad(np.ones(3), np.zeros(3))
        assert asked
    finally:
        from lossbook import core

        del core._losses["probe"]


def test_threads_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    x, t = np.random.default_rng(0).normal(size=(2, 500_000)).astype(np.float32)
    results = []
    for threads in ("1", "2", "5"):
        monkeypatch.setenv("LOSSBOOK_NUM_THREADS", threads)
        results.append(lb.mse_loss.value_and_grad(x, t))
    for value, grad in results[1:]:
        assert value == results[0][0]
        np.testing.assert_array_equal(grad, results[0][1])


def test_an_error_in_a_thread_reaches_the_caller() -> None:
    def work(piece: int) -> int:
        if piece == 7:
            raise ValueError("piece 7")
        return piece

    with pytest.raises(ValueError, match="piece 7"):
        blocks.run(work, range(8))


def test_import_needs_numpy_alone() -> None:
    code = (
        "import sys; before = set(sys.modules); import lossbook\n"
        "heavy = {'sympy', 'torch', 'matplotlib', 'scipy', 'sklearn', 'IPython', 'pandas'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
