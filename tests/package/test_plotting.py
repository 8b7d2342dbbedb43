"""The figures' style, and the helpers that label curves directly."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

from lossbook import plotting


@pytest.fixture(autouse=True)
def _style() -> None:
    mpl.use("agg")


def test_two_runs_draw_the_same_bytes() -> None:
    import io

    drawn = []
    with mpl.rc_context():
        plotting.setup()
        for _ in range(2):
            figure, left, right = plotting.loss_and_slope("x")
            plotting.label(left, [0, 1, 2], [0, 1, 4], "squared", at=1)
            plotting.label(right, [0, 1, 2], [0, 2, 4], "slope", at=1)
            file = io.BytesIO()
            figure.savefig(file, format="svg", metadata={"Date": None})
            plt.close(figure)
            drawn.append(file.getvalue())
    assert drawn[0] == drawn[1]


def test_label_stands_at_the_curve_in_its_colour() -> None:
    figure, axes = plt.subplots()
    plotting.label(axes, np.array([0, 1, 2]), np.array([0, 10, 40]), "curve", at=1.5, dx=3, dy=5)
    (text,) = axes.texts
    assert text.get_text() == "curve" and text.xy == (1.5, 25)  # type: ignore[attr-defined]
    assert text.get_color() == axes.lines[0].get_color()
    assert text.get_position() == (3, 5)
    plt.close(figure)


def luminance(colour: str) -> float:
    channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(channels <= 0.03928, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_the_first_colours_stand_out_from_the_page() -> None:
    """WCAG asks 3:1 of graphics, and the two colours used most must differ in hue."""
    for colour in (*plotting.COLOURS[:3], plotting.INK):
        assert 1.05 / (luminance(colour) + 0.05) >= 3
