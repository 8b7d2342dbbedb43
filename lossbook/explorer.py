"""A loss and its slope with sliders, drawn live in the page from the loss's own formula.

`explore` turns SymPy expressions into a Vega-Lite chart: SymPy differentiates them and writes
both as JavaScript, which the browser evaluates at each move of a slider. So the moving picture
is the formula, and needs no kernel.
"""

from __future__ import annotations

import io
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from lossbook import plotting
from lossbook.extras import extra

with extra("symbolic"):
    import sympy as sp
    from sympy.core.expr import Expr

from lossbook import symbolic

MIME = "application/vnd.vegalite.v5+json"
"""The type that JupyterLab 4 draws."""

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"

INTERVALS = 241
"""Odd, so that a kink in the middle, where a slope has no value, lies between two points."""

LETTERS = {
    "alpha": "α",
    "beta": "β",
    "delta": "δ",
    "epsilon": "ε",
    "gamma": "γ",
    "mu": "μ",
    "quantile": "τ",
    "sigma": "σ",
    "temperature": "T",
}
"""The letter that the chapters use for a parameter."""

RESERVED = {"var", "in", "new", "this", "with"}
"""Words of JavaScript that no parameter can be called there."""

FUNCTIONS = (
    sp.exp,
    sp.log,
    sp.Min,
    sp.Max,
    sp.Abs,
    sp.Piecewise,
    sp.sin,
    sp.cos,
    sp.tan,
    sp.asin,
    sp.acos,
    sp.atan,
    sp.floor,
)
"""What both SymPy's JavaScript and Vega's expressions know by the same name."""


class Slider(NamedTuple):
    """One parameter: its keyword, its range, and where it begins."""

    name: str
    low: float
    high: float
    start: float

    @property
    def step(self) -> float:
        """A power of ten: twenty steps or more from end to end."""
        return float(10.0 ** math.floor(math.log10((self.high - self.low) / 20)))

    @property
    def digits(self) -> int:
        return max(0, -round(math.log10(self.step)))

    @property
    def signal(self) -> str:
        """What Vega calls it."""
        return _signal(self.name)

    @property
    def label(self) -> str:
        letter = LETTERS.get(self.name)
        return f"{self.name} ({letter})" if letter else self.name

    @property
    def short(self) -> str:
        return LETTERS.get(self.name, self.name)


class Curve(NamedTuple):
    """A loss and its slope, with the word that stands beside it ("" if it is alone)."""

    name: str
    loss: Expr
    slope: Expr


def explore(
    loss: Any,
    /,
    *,
    over: tuple[float, float],
    xlabel: str = "input",
    ylabel: str = "loss (nats)",
    at: float | None = None,
    input: Sequence[Any] | None = None,
    target: Any = None,
    **parameters: tuple[float, ...],
) -> Explorer:
    """Return a chart of a loss and its slope with a slider for each parameter.

    A notebook shows it as a chart with sliders where it can draw Vega-Lite (JupyterLab), as a
    picture elsewhere; the book's page draws it live.

    Parameters
    ----------
    loss : loss, SymPy expression, or mapping from names to expressions
        What is drawn. A loss is drawn by its `.formula`; several expressions get one curve
        each, with its name beside it.
    over : (low, high)
        The range of the horizontal axis. The axis is the loss's input, or the one symbol of
        the expressions that is no parameter.
    xlabel, ylabel : str
        What is on the axes.
    at : float, optional
        Where on the axis the line of words beneath the chart reads the curves; by default 0,
        or the middle if 0 is outside.
    input : sequence of expressions, optional
        For a loss of a vector: its logits, in one symbol that becomes the axis.
    target : number, tuple of numbers, or sequence of expressions, optional
        What the loss compares with. For a loss of single numbers a tuple draws one curve for
        each target. For a loss of a vector: the index of the right class, counted from 0, or
        one expression for each class.
    **parameters : (low, high) or (low, high, start)
        A slider for each keyword of the formula. It begins at `start`, else at the loss's
        default if that is in the range, else at `low`. Keywords of the loss not named here
        keep their default.

    Raises
    ------
    ValueError
        If a range is empty or does not hold its start, a formula is of another form than the
        arguments, or is not real and finite somewhere in the ranges.
    TypeError
        If a keyword is none of the formula's.

    Examples
    --------
    >>> import lossbook as lb
    >>> lb.explorer.explore(lb.huber_loss, over=(-4, 4), target=0, delta=(0.1, 3))
    Loss and slope of huber_loss against input from -4 to 4. Slider: delta from 0.1 to 3.
    """
    low, high = _range("over", over)
    formula = getattr(loss, "formula", None)
    if formula is not None:
        title = str(loss.__name__)
        word = "loss"
        given = _of_loss(loss, input, target, parameters)
    else:
        if input is not None or target is not None:
            raise ValueError("input and target belong to a loss, and an expression was given")
        title = "the expression"
        word = "value"
        given = dict(loss) if isinstance(loss, Mapping) else {"": loss}
        given = {name: sp.sympify(each) for name, each in given.items()}
        if "" not in given:
            title = " and ".join(given)
    symbols = set().union(*(each.free_symbols for each in given.values()))
    free = sorted((s for s in symbols if str(s) not in parameters), key=str)
    if unknown := set(parameters) - {str(s) for s in symbols}:
        known = sorted(str(s) for s in symbols)
        raise TypeError(f"the formula has no parameter {unknown.pop()!r}, only {known}")
    if len(free) != 1:
        raise ValueError(
            f"one symbol must be left for the axis, got {[str(s) for s in free]}; "
            "give the others a range"
        )
    (axis,) = free
    sliders = tuple(_slider(name, ends, loss) for name, ends in parameters.items())
    # one kind of symbol, so that a name says which it is
    plain = {s: sp.Symbol(str(s), real=True) for s in symbols}
    curves = []
    for name, each in given.items():
        expression = each.xreplace(plain)
        slope = sp.diff(expression, plain[axis])
        curves.append(Curve(name, _in_pieces(expression), _in_pieces(slope)))
    middle = 0.0 if low < 0 < high else (low + high) / 2
    chart = Explorer(
        title=title,
        word=word,
        curves=tuple(curves),
        axis=plain[axis],
        over=(low, high),
        sliders=sliders,
        xlabel=xlabel,
        ylabel=ylabel,
        at=middle if at is None else float(at),
    )
    _ = chart.frames  # refuses what cannot be drawn before anybody sees it
    return chart


def _range(name: str, ends: Any) -> tuple[float, float]:
    try:
        low, high = (float(end) for end in ends)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be two numbers (low, high), got {ends!r}") from None
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"{name} must be (low, high) with low < high, got {ends!r}")
    return low, high


def _slider(name: str, ends: tuple[float, ...], loss: Any) -> Slider:
    if not isinstance(ends, (tuple, list)) or len(ends) not in (2, 3):
        raise ValueError(f"{name} must be (low, high) or (low, high, start), got {ends!r}")
    low, high = _range(name, ends[:2])
    if len(ends) == 3:
        start = float(ends[2])
        if not low <= start <= high:
            raise ValueError(f"{name} must start between {low:g} and {high:g}, got {start:g}")
        return Slider(name, low, high, start)
    start = low
    if getattr(loss, "formula", None) is not None:
        default = symbolic.defaults(loss).get(name)
        if default is not None and low <= default <= high:
            start = float(default)
    return Slider(name, low, high, start)


def _of_loss(
    loss: Any, input: Sequence[Any] | None, target: Any, parameters: Mapping[str, Any]
) -> dict[str, Expr]:
    """The expressions of a loss by the name of their curve, with everything put in."""
    known = symbolic.defaults(loss)
    if target is None:
        raise ValueError(f"{loss.__name__} needs a target")
    fixed = {}
    for name in set(known) - set(parameters):
        value = known[name]
        if value is None:
            raise TypeError(f"the formula of {loss.__name__} needs a range for {name}")
        fixed[name] = value
    if symbolic.is_of_vector(loss):
        if input is None:
            raise ValueError(f"{loss.__name__} takes a vector: say input=[…] in one symbol")
        return {"": symbolic.at(loss, input, target, **fixed)}
    if input is not None:
        raise ValueError(f"{loss.__name__} takes single numbers; its input is the axis")
    targets = target if isinstance(target, (tuple, list)) else (target,)
    names = [f"y\u00a0=\u00a0{value:g}" for value in targets] if len(targets) > 1 else [""]
    return {
        name: symbolic.at(loss, None, value, **fixed)
        for name, value in zip(names, targets, strict=True)
    }


def _in_pieces(expression: Expr) -> Expr:
    """Write what JavaScript or Vega lacks, such as a sign or a cosine hyperbolic, in pieces."""
    expression = expression.replace(
        lambda e: isinstance(e, (sp.sign, sp.Heaviside)), lambda e: e.rewrite(sp.Piecewise)
    )
    return expression.replace(
        lambda e: isinstance(e, sp.functions.elementary.hyperbolic.HyperbolicFunction),
        lambda e: e.rewrite(sp.exp),
    )


def vega(expression: Expr) -> str:
    """Return `expression` in Vega's language, which is JavaScript's without `Math.`.

    Raises
    ------
    ValueError
        If it holds a function that Vega does not have.
    """
    for function in expression.atoms(sp.Function):
        if not isinstance(function, FUNCTIONS):
            raise ValueError(f"Vega has no function for {function.func}, in {expression}")
    names = {s: sp.Symbol(_signal(s.name)) for s in expression.free_symbols}
    return " ".join(str(sp.jscode(expression.xreplace(names))).replace("Math.", "").split())


@dataclass(frozen=True)
class Explorer:
    """A chart with sliders. `explore` makes one; a notebook shows it."""

    title: str
    word: str
    """What the height of a curve is called."""
    curves: tuple[Curve, ...]
    axis: sp.Symbol
    over: tuple[float, float]
    sliders: tuple[Slider, ...]
    xlabel: str
    ylabel: str
    at: float

    @property
    def description(self) -> str:
        """Say in a sentence what is drawn and what can be moved."""
        low, high = self.over
        names = [curve.name for curve in self.curves if curve.name]
        of = f", for {' and '.join(names)}" if names and self.title != " and ".join(names) else ""
        moves = ", ".join(f"{s.name} from {s.low:g} to {s.high:g}" for s in self.sliders)
        word = "Slider" if len(self.sliders) == 1 else "Sliders"
        return (
            f"{self.word.capitalize()} and slope of {self.title} against {self.xlabel} "
            f"from {low:g} to {high:g}{of}. "
            f"{word}: {moves}."
        )

    def __repr__(self) -> str:
        return self.description

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {MIME: self.spec(), "image/svg+xml": self.still(), "text/plain": self.description}

    def points(self) -> np.ndarray[Any, Any]:
        """Return the points of the axis at which the curves are evaluated."""
        low, high = self.over
        return low + (high - low) / INTERVALS * np.arange(INTERVALS + 1)

    @cached_property
    def frames(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The vertical range of each panel, which holds the curves at every setting."""
        ends = [np.linspace(s.low, s.high, 11) for s in self.sliders]
        settings = [dict(zip(self._names, each, strict=True)) for each in itertools.product(*ends)]
        settings.append(self._start)
        found = []
        for face in ("loss", "slope"):
            values = np.array(
                [
                    numbers(self.points(), **each)
                    for each in settings
                    for numbers in self._numeric[face]
                ]
            )
            if not np.isfinite(values).all():
                raise ValueError(f"the {face} of {self.title} is not finite in all of the ranges")
            low, high = min(0.0, values.min()), max(0.0, values.max())
            found.append(_rounded(low, high))
        return found[0], found[1]

    def spec(self) -> dict[str, Any]:
        """Return the chart in Vega-Lite, as a dictionary."""
        low, high = self.over
        step = (high - low) / INTERVALS
        here = {self.axis: sp.Symbol("datum.at")}
        start = {sp.Symbol(n, real=True): _exact(v) for n, v in self._start.items()}
        transform = []
        for n, curve in enumerate(self.curves):
            for face, expression in ("loss", curve.loss), ("slope", curve.slope):
                moving, still = expression, expression.subs(start)
                for name, each in (f"{face}_{n}", moving), (f"start_{face}_{n}", still):
                    transform.append({"calculate": vega(each.xreplace(here)), "as": name})
        params: list[dict[str, Any]] = [
            {
                "name": s.signal,
                "value": s.start,
                "bind": {
                    "input": "range",
                    "min": s.low,
                    "max": s.high,
                    "step": s.step,
                    "name": s.label,
                },
            }
            for s in self.sliders
        ]
        params.append({"name": "reading", "expr": self._reading()})
        frames = self.frames
        return {
            "$schema": SCHEMA,
            "description": self.description,
            "background": "white",
            "title": {"text": {"expr": "reading"}, "fontSize": 12, "fontWeight": "normal"},
            "params": params,
            "data": {
                "name": "points",
                "sequence": {"start": low, "stop": high + step / 2, "step": step, "as": "at"},
            },
            "transform": transform,
            "columns": 2,
            "concat": [
                self._panel("loss", self.word.capitalize(), self.ylabel, frames[0]),
                self._panel("slope", "Slope", "slope", frames[1]),
            ],
            "config": _config(),
        }

    def _panel(
        self, face: str, title: str, ylabel: str, frame: tuple[float, float]
    ) -> dict[str, Any]:
        x = {
            "field": "at",
            "type": "quantitative",
            "title": self.xlabel,
            "scale": {"domain": list(self.over), "nice": False, "zero": False},
        }

        def y(field: str) -> dict[str, Any]:
            scale = {"domain": list(frame), "nice": False, "zero": False}
            return {"field": field, "type": "quantitative", "title": ylabel, "scale": scale}

        layers: list[dict[str, Any]] = []
        if face == "slope":
            layers.append(
                {
                    "data": {"values": [{}]},
                    "mark": {"type": "rule", "color": plotting.INK, "strokeWidth": 0.8},
                    "encoding": {"y": {"datum": 0, "type": "quantitative"}},
                }
            )
        for n, _ in enumerate(self.curves):
            mark = {
                "type": "line",
                "color": plotting.COLOURS[n],
                "strokeWidth": 1.2,
                "strokeDash": [4, 3],
                "opacity": 0.8,
            }
            layers.append({"mark": mark, "encoding": {"x": x, "y": y(f"start_{face}_{n}")}})
        for n, curve in enumerate(self.curves):
            mark = {"type": "line", "color": plotting.COLOURS[n], "strokeWidth": 2.2}
            layers.append(
                {"name": f"{face}_{n}", "mark": mark, "encoding": {"x": x, "y": y(f"{face}_{n}")}}
            )
            if curve.name:
                point, end, side = self._place(face, n)
                layers.append(
                    {
                        "transform": [{"filter": f"abs(datum.at - {point:.9g}) < 1e-6"}],
                        "mark": {
                            "type": "text",
                            "text": curve.name,
                            "color": plotting.COLOURS[n],
                            "align": end,
                            "dy": -10 * side,
                        },
                        "encoding": {"x": x, "y": y(f"{face}_{n}")},
                    }
                )
        return {"title": title, "width": 250, "height": 190, "layer": layers}

    def _place(self, face: str, n: int) -> tuple[float, str, int]:
        """Where a curve's name stands: where it is farthest from the others at the start.

        That is a point, the end of the word that is there, and +1 above the curve or −1 below.
        """
        values = np.array([each(self.points(), **self._start) for each in self._numeric[face]])
        others = np.delete(values, n, axis=0)
        distance = np.abs(others - values[n]).min(0)
        margin = INTERVALS // 4  # room for the word on either side
        best = int(np.argmax(distance[margin:-margin])) + margin
        bottom, top = self.frames[0 if face == "loss" else 1]
        height = (values[n, best] - bottom) / (top - bottom)
        above = height < 0.12 or (height < 0.88 and values[n, best] > others[:, best].mean())
        rises = values[n, best + 1] > values[n, best - 1]
        return float(self.points()[best]), "right" if rises == above else "left", 1 if above else -1

    def _reading(self) -> str:
        """A sentence, in Vega's language, that tells the curves at one point."""
        point = {self.axis: _exact(self.at)}
        parts = [f"'At {self.xlabel} {_minus(f'{self.at:g}')}: '"]
        for n, curve in enumerate(self.curves):
            name = f"{curve.name}: " if curve.name else ""
            loss, slope = (vega(e.subs(point)) for e in (curve.loss, curve.slope))
            parts.append(f"'{'; ' if n else ''}{name}{self.word} ' + format({loss}, '.3f')")
            parts.append(f"', slope ' + format({slope}, '.3f')")
        return " + ".join(parts)

    def still(self) -> str:
        """Return a picture of the chart as SVG, for where nothing moves.

        It shows the curves where the sliders begin, and thinly where the first slider ends.
        """
        with extra("plot"):
            import matplotlib.pyplot as plt

        first = self.sliders[0]
        with plt.rc_context(plotting.STYLE):
            figure, left, right = plotting.loss_and_slope(self.xlabel, self.ylabel)
            left.set_title(self.word.capitalize())
            for axes, face, frame in (
                (left, "loss", self.frames[0]),
                (right, "slope", self.frames[1]),
            ):
                for n, (curve, numbers) in enumerate(
                    zip(self.curves, self._numeric[face], strict=True)
                ):
                    colour = plotting.COLOURS[n]
                    x = self.points()
                    axes.plot(x, numbers(x, **self._start), color=colour)
                    for edge, style in (first.low, ":"), (first.high, "--"):
                        y = numbers(x, **{**self._start, first.name: edge})
                        axes.plot(x, y, color=colour, linewidth=1, linestyle=style)
                    if curve.name:
                        point, end, side = self._place(face, n)
                        height = float(numbers(np.array([point]), **self._start)[0])
                        axes.annotate(
                            curve.name,
                            (point, height),
                            xytext=(0, 7 * side),
                            textcoords="offset points",
                            color=colour,
                            horizontalalignment=end,
                            verticalalignment="bottom" if side > 0 else "top",
                        )
                axes.set(ylim=frame, xlim=self.over)
            starts = ", ".join(f"{s.short} = {s.start:g}" for s in self.sliders)
            figure.suptitle(
                f"solid {starts}; dotted {first.short} = {first.low:g}, "
                f"dashed {first.short} = {first.high:g}",
                fontsize="medium",
            )
            file = io.StringIO()
            figure.savefig(file, format="svg", metadata={"Date": None})
            plt.close(figure)
        return file.getvalue()

    @property
    def _names(self) -> list[str]:
        return [s.name for s in self.sliders]

    @property
    def _start(self) -> dict[str, float]:
        return {s.name: s.start for s in self.sliders}

    @cached_property
    def _numeric(self) -> dict[str, list[Callable[..., np.ndarray[Any, Any]]]]:
        """The numeric function of each curve, of the points and the sliders by keyword."""
        arguments = [self.axis, *(sp.Symbol(name, real=True) for name in self._names)]

        def numeric(expression: Expr) -> Callable[..., np.ndarray[Any, Any]]:
            compiled = sp.lambdify(arguments, expression, "numpy")

            def numbers(x: Any, **settings: float) -> np.ndarray[Any, Any]:
                with np.errstate(all="ignore"):  # of a branch that is not taken
                    values = compiled(x, *(float(settings[name]) for name in self._names))
                return np.broadcast_to(np.asarray(values, dtype=float), np.shape(x))

            return numbers

        return {
            "loss": [numeric(curve.loss) for curve in self.curves],
            "slope": [numeric(curve.slope) for curve in self.curves],
        }


def _signal(name: str) -> str:
    return f"{name}_" if name in RESERVED else name


def _exact(value: float) -> Expr:
    return sp.Rational(str(value))


def _minus(number: str) -> str:
    return number.replace("-", "−")


def _rounded(low: float, high: float) -> tuple[float, float]:
    """A little more than the range, with ends that have two digits."""
    spread = (high - low) or 1.0
    unit = 10.0 ** math.floor(math.log10(spread)) / 20
    margin = 0.02 * spread
    bottom = math.floor((low - margin) / unit) * unit if low < 0 else 0.0
    top = math.ceil((high + margin) / unit) * unit
    return round(bottom, 10), round(top, 10)


def _config() -> dict[str, Any]:
    """The look of the book's figures, as `plotting` gives it to Matplotlib."""
    text = {"labelColor": plotting.INK, "titleColor": plotting.INK, "titleFontWeight": "normal"}
    axis = {"domainColor": plotting.INK, "tickColor": plotting.INK, "grid": False}
    return {
        "font": "DejaVu Sans, Verdana, sans-serif",
        "axis": {**text, **axis, "labelFontSize": 12, "titleFontSize": 12, "tickCount": 5},
        "title": {"color": plotting.INK, "fontSize": 13, "fontWeight": "normal", "anchor": "start"},
        "text": {"fontSize": 12},
        "view": {"stroke": None},
    }
