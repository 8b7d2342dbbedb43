"""One table that holds a loss against PyTorch, its formula and finite differences."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from lossbook.checks import Array
from lossbook.core import Loss
from lossbook.extras import extra
from lossbook.training import numerical_gradient

BOUNDS = (1e-10, 1e-6, 1e-2, np.inf)
"""A difference is reported as the smallest of these that holds it: the digits of a rounding
error belong to a processor, not to a page."""


@dataclass(frozen=True)
class Row:
    """One way to compute value and gradient."""

    by: str
    value: Array | None
    """None for finite differences, which know only slopes."""
    gradient: Array


@dataclass(frozen=True)
class Comparison:
    """The rows of a comparison; shows as a table."""

    loss: str
    rows: tuple[Row, ...]
    missing: str = ""
    """Why there is no row of PyTorch, if there could be one."""

    def difference(self, row: Row) -> tuple[float, float]:
        """Return the largest differences of value and gradient from the first row's."""
        first = self.rows[0]
        assert first.value is not None
        value = 0.0 if row.value is None else _largest(row.value, first.value)
        return value, _largest(row.gradient, first.gradient)

    def agrees(self, tolerance: float = 1e-8) -> bool:
        """Return whether every row is within `tolerance` of the first."""
        return all(max(self.difference(row)) <= tolerance for row in self.rows)

    def _cells(self) -> list[list[str]]:
        head = ["", "value", "value differs by", "gradient differs by"]
        lines = [head]
        for n, row in enumerate(self.rows):
            value, gradient = (_bound(d) for d in self.difference(row))
            if row.value is None:
                lines.append([row.by, "", "", gradient])
                continue
            shown = f"{row.value:.6f}" if row.value.ndim == 0 else f"{row.value.size} values"
            lines.append([row.by, shown, *(["", ""] if n == 0 else [value, gradient])])
        return lines

    def __repr__(self) -> str:
        cells = self._cells()
        widths = [max(len(line[c]) for line in cells) for c in range(4)]
        lines = [
            "  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip()
            for line in cells
        ]
        return "\n".join([self.loss, *lines, *([self.missing] if self.missing else [])])

    def _repr_html_(self) -> str:
        head, *lines = [[escape(cell) for cell in line] for line in self._cells()]
        rows = ["<tr>" + "".join(f'<th scope="col">{cell}</th>' for cell in head) + "</tr>"]
        for by, *cells in lines:
            rest = "".join(f"<td>{cell}</td>" for cell in cells)
            rows.append(f'<tr><th scope="row">{by}</th>{rest}</tr>')
        caption = f"<caption>{escape(self.loss)}</caption>"
        table = "\n".join(['<table class="comparison">', caption, *rows, "</table>"])
        return f"{table}\n<p>{escape(self.missing)}</p>" if self.missing else table


def compare(loss: Loss[...], input: Any, target: Any, **keywords: Any) -> Comparison:
    """Compute a loss and its gradient in several ways, and set them side by side.

    Parameters
    ----------
    loss : a loss of this package
    input, target : as the loss takes them
        Computed in float64.
    keywords : what else the loss takes
        Numbers that occur in the formula, such as `beta`, enter the row for SymPy. With
        `weight`, `label_smoothing` and their like there is none: the formula lacks them.

    Returns
    -------
    A `Comparison` with the rows lossbook, PyTorch (if it has the loss; a line says so if it is
    not installed), SymPy and finite differences.

    Examples
    --------
    >>> import lossbook as lb
    >>> print(lb.compare(lb.mse_loss, [1.0, 2.0], [1.0, 4.0]).agrees())
    True
    """
    x = np.array(input, dtype=np.float64)
    target = np.asarray(target)
    value, gradient = loss.value_and_grad(x, target, **keywords)
    rows = [Row("lossbook", np.asarray(value), gradient)]
    missing = ""
    try:
        if loss.torch is not None:
            rows.append(_torch(loss.torch, x, target, keywords))
    except ImportError as error:
        missing = f"without PyTorch: {error}"
    if (by_sympy := _sympy(loss, x, target, keywords)) is not None:
        rows.append(by_sympy)
    total = numerical_gradient(lambda at: np.sum(loss(at, target, **keywords)), x)
    rows.append(Row("finite differences", None, total))
    return Comparison(loss.__name__, tuple(rows), missing)


def _torch(name: str, x: Array, target: Array, keywords: dict[str, Any]) -> Row:
    with extra("torch"):
        import torch
    function = getattr(torch.nn.functional, name.rpartition(".")[2])
    leaf = torch.tensor(x, requires_grad=True)
    tensors = {
        name: torch.tensor(np.asarray(a, dtype=np.float64)) if np.ndim(a) else a
        for name, a in keywords.items()
    }
    value = function(leaf, torch.tensor(target), **tensors)
    value.sum().backward()
    assert leaf.grad is not None
    return Row("PyTorch", value.detach().numpy(), leaf.grad.numpy())


def _sympy(loss: Loss[...], x: Array, target: Array, keywords: dict[str, Any]) -> Row | None:
    """Evaluate the formula for each element or sample, and reduce."""
    from lossbook import symbolic

    name = loss.__name__
    numbers = {k: v for k, v in keywords.items() if k != "reduction"}
    if not set(numbers) <= symbolic.parameters(name) or any(map(np.ndim, numbers.values())):
        return None
    if symbolic.is_of_batch(name):
        whole, slopes = symbolic.evaluate(loss, x.ravel(), target.ravel(), **numbers)
        gradient = np.array(slopes, dtype=float).reshape(x.shape)
        return Row("SymPy", np.array(whole, dtype=float), gradient)
    each = loss(x, target, reduction="none", **numbers)
    values, gradient = np.empty(np.shape(each)), np.empty_like(x)
    classes = np.shape(each) != x.shape
    for i in np.ndindex(values.shape):
        at = (i[0], slice(None), *i[1:]) if classes and x.ndim > 1 else (... if classes else i)
        soft = target.shape == x.shape
        value, slope = symbolic.evaluate(loss, x[at], target[at if soft else i], **numbers)
        values[i] = value
        gradient[at] = np.array(slope, dtype=float) if classes else slope[0]
    reduction = keywords.get("reduction") or _default_reduction(loss)
    count = {"mean": values.size, "batchmean": x.shape[0] if x.ndim else 1}.get(reduction, 1)
    reduced = values if reduction == "none" else values.sum() / count
    return Row("SymPy", np.asarray(reduced), gradient / count)


def _default_reduction(loss: Loss[...]) -> str:
    import inspect

    return str(inspect.signature(loss).parameters["reduction"].default)


def _largest(a: Array, b: Array) -> float:
    return float(np.max(np.abs(np.asarray(a, dtype=float) - b), initial=0))


def _bound(difference: float) -> str:
    bound = next((b for b in BOUNDS if difference <= b), np.nan)
    return f"at most {bound:g}"
