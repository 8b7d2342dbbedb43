"""How the book's figures look, and the figure it draws most: a loss beside its slope."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from lossbook.extras import extra

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Okabe and Ito's palette, told apart by colour-blind readers (https://jfly.uni-koeln.de/color)."""

INK = "#333333"
"""Text and axes. The page's dark mode inverts lightness and keeps the hues."""

STYLE: dict[Any, Any] = {
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": "medium",
    "figure.constrained_layout.use": True,
    "figure.figsize": (6.4, 2.8),  # on a phone its text is still legible
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "lines.linewidth": 2,
    "savefig.transparent": True,
    "svg.hashsalt": "lossbook",
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}
"""Matplotlib's settings for all figures."""


def setup() -> None:
    """Set the style of all figures that follow; in a notebook, draw them as stable SVG.

    Two runs draw the same bytes: the ids inside come from a fixed salt, and no date is
    written.
    """
    with extra("plot"):
        import matplotlib.pyplot as plt
        from cycler import cycler

    plt.rcParams.update({**STYLE, "axes.prop_cycle": cycler(color=COLOURS)})
    try:
        shell = get_ipython()  # type: ignore[name-defined]
    except NameError:
        return
    from matplotlib_inline.backend_inline import set_matplotlib_formats

    shell.run_line_magic("matplotlib", "inline")
    set_matplotlib_formats(  # type: ignore[no-untyped-call]
        "svg", metadata={"Date": None}, bbox_inches=None
    )


def loss_and_slope(xlabel: str, ylabel: str = "loss (nats)") -> tuple[Figure, Axes, Axes]:
    """Return a figure with two panels over one x axis: a loss, and its slope.

    The slope's panel has a line at 0, where an update stops.
    """
    with extra("plot"):
        import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, sharex=True)
    left.set(xlabel=xlabel, ylabel=ylabel, title="Loss")
    right.set(xlabel=xlabel, ylabel="slope", title="Slope")
    right.axhline(0, color=INK, linewidth=0.8)
    return figure, left, right


def label(
    axes: Axes,
    x: ArrayLike,
    y: ArrayLike,
    text: str,
    at: float,
    dx: float = 4,
    dy: float = 4,
) -> None:
    """Draw a curve and write its name beside it: no legend to look up.

    The text begins at the curve's point x = `at`, moved by `dx`, `dy` points (1/72 inch).
    """
    (line,) = axes.plot(np.asarray(x), np.asarray(y))
    height = float(np.interp(at, np.asarray(x, dtype=float), np.asarray(y, dtype=float)))
    axes.annotate(
        text,
        (at, height),
        xytext=(dx, dy),
        textcoords="offset points",
        color=line.get_color(),
    )
