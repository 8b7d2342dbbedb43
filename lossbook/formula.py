"""The attribute `.formula` of a loss: its SymPy expression, made when first used."""

from __future__ import annotations

from typing import Any


class Formula:
    """Stands for the SymPy expression of a loss, and does whatever the expression does.

    `import lossbook` must not import SymPy, and a function's attribute cannot be computed
    on demand. So this object looks the expression up when it is first used, and passes
    everything on to it: attributes, arithmetic, comparison, printing. SymPy's functions take
    it as the expression; `sympy.sympify(loss.formula)` is the expression itself.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._found: Any = None

    def _sympy_(self) -> Any:
        if self._found is None:
            from lossbook import symbolic

            self._found = symbolic.expression(self._name)
        return self._found

    def __getattr__(self, name: str) -> Any:
        # Not yet set while a copy is made; and with __sympy__, sympify would keep this object
        # inside an expression instead of asking _sympy_ for what it stands for.
        if name in {"_found", "_name", "__sympy__"}:
            raise AttributeError(name)
        return getattr(self._sympy_(), name)

    def _print(self, printer: Any, *args: Any) -> Any:
        return printer._print(self._sympy_(), *args)

    _latex = _pretty = _sympystr = _sympyrepr = _print

    def _repr_latex_(self) -> str:
        from lossbook.symbolic import latex

        return f"$\\displaystyle {latex(self)}$"

    def __repr__(self) -> str:
        return repr(self._sympy_())

    def __eq__(self, other: object) -> bool:
        return bool(self._sympy_() == other)

    def __hash__(self) -> int:
        return hash(self._sympy_())

    def __call__(self, *args: Any) -> Any:
        return self._sympy_()(*args)

    def __neg__(self) -> Any:
        return -self._sympy_()

    def __add__(self, other: Any) -> Any:
        return self._sympy_() + other

    def __radd__(self, other: Any) -> Any:
        return other + self._sympy_()

    def __sub__(self, other: Any) -> Any:
        return self._sympy_() - other

    def __rsub__(self, other: Any) -> Any:
        return other - self._sympy_()

    def __mul__(self, other: Any) -> Any:
        return self._sympy_() * other

    def __rmul__(self, other: Any) -> Any:
        return other * self._sympy_()

    def __truediv__(self, other: Any) -> Any:
        return self._sympy_() / other

    def __rtruediv__(self, other: Any) -> Any:
        return other / self._sympy_()

    def __pow__(self, other: Any) -> Any:
        return self._sympy_() ** other
