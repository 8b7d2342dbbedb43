"""The charts with sliders: what Vega computes is what the package computes, at every setting."""

from __future__ import annotations

import inspect
import re
from typing import Any

import numpy as np
import pytest
import sympy as sp
import vl_convert

import lossbook as lb
from lossbook import explorer
from lossbook.explorer import Explorer, explore

VEGALITE = "5.21"  # the last of those in vl-convert that reads the type

# of each loss: the axis, its targets, and the parameters that move
ELEMENTWISE: dict[str, tuple[tuple[float, float], tuple[float, ...], dict[str, Any]]] = {
    "binary_cross_entropy": ((0.01, 0.99), (0, 1, 0.3), {}),
    "binary_cross_entropy_with_logits": ((-4, 4), (0, 1), {"pos_weight": (0.2, 5)}),
    "brier_loss": ((0, 1), (0, 1), {}),
    "gaussian_nll_loss": ((-3, 3), (0,), {"var": (0.3, 3)}),
    "hinge_loss": ((-3, 3), (-1, 1), {}),
    "huber_loss": ((-4, 4), (0,), {"delta": (0.1, 3)}),
    "l1_loss": ((-4, 4), (0,), {}),
    "log_cosh_loss": ((-4, 4), (0,), {}),
    "mse_loss": ((-4, 4), (0, 1), {}),
    "poisson_nll_loss": ((-2, 2), (1, 3), {}),
    "quantile_loss": ((-4, 4), (0,), {"quantile": (0.05, 0.95)}),
    "sigmoid_focal_loss": ((-5, 5), (0, 1), {"gamma": (0, 5), "alpha": (0, 1)}),
    "smooth_l1_loss": ((-4, 4), (0,), {"beta": (0.1, 3)}),
    "soft_margin_loss": ((-4, 4), (-1, 1), {}),
    "squared_hinge_loss": ((-3, 3), (-1, 1), {}),
}
CLASSWISE: dict[str, tuple[Any, dict[str, Any]]] = {
    "cross_entropy": (1, {}),
    "focal_loss": (1, {"gamma": (0, 5)}),
    "multi_margin_loss": (1, {"margin": (0.5, 2)}),
    "multiclass_hinge_loss": (1, {}),
    "softmax_cross_entropy_with_logits": ([0.2, 0.5, 0.3], {}),
}
WITHOUT = {
    "hinge_embedding_loss": "its target is a switch between two formulas",
    "kl_div": "its input is a log-probability beside a probability",
    "multilabel_soft_margin_loss": "of many labels; one of them is binary_cross_entropy",
    "nll_loss": "a straight line",
    "rmse_loss": "of a whole batch",
    "zero_one_loss": "its slope is 0",
}


Columns = dict[str, np.ndarray[Any, Any]]


def drawn(*wanted: tuple[Explorer, dict[str, float]]) -> list[Columns]:
    """What Vega computes for the curves of each chart, with its sliders there, to the last digit.

    Charts of text marks hold the numbers, since a picture has but pixels. All go through Vega
    at once, for a start of it takes a second; so each slider is put in as the number it stands
    at, which is what Vega does with it.
    """
    texts, names = [], []
    for n, (chart, settings) in enumerate(wanted):
        spec = chart.spec()
        columns = ["at", *(each["as"] for each in spec["transform"])]
        words = f"'{n}' + " + " + ".join(f"' ' + datum.{name}" for name in columns)
        calculated = []
        for each in spec["transform"]:
            expression = each["calculate"]
            for slider in chart.sliders:
                value = settings.get(slider.name, slider.start)
                expression = re.sub(rf"\b{slider.signal}\b", f"({value!r})", expression)
            calculated.append({**each, "calculate": expression})
        texts.append(
            {
                "data": spec["data"] | {"name": f"points_{n}"},
                "transform": [*calculated, {"calculate": words, "as": "words"}],
                "mark": "text",
                "encoding": {"text": {"field": "words"}},
            }
        )
        names.append(columns)
    scene = vl_convert.vegalite_to_scenegraph(
        {"$schema": explorer.SCHEMA, "concat": texts}, vl_version=VEGALITE
    )
    rows: list[list[list[float]]] = [[] for _ in wanted]

    def walk(item: Any) -> None:
        if isinstance(item, dict):
            if isinstance(item.get("text"), str) and " " in item["text"]:
                n, *numbers = item["text"].split()
                rows[int(n)].append([float(number) for number in numbers])
            for each in item.values():
                walk(each)
        elif isinstance(item, list):
            for each in item:
                walk(each)

    walk(scene)
    return [
        dict(zip(columns, np.array(of).T, strict=True))
        for columns, of in zip(names, rows, strict=True)
    ]


def settings_of(chart: Explorer) -> list[dict[str, float]]:
    """Both ends of each slider, and a point between."""
    ends = {s.name: (s.low, s.high, (2 * s.low + s.high) / 3) for s in chart.sliders}
    return [{name: three[n] for name, three in ends.items()} for n in range(3)] or [{}]


def away_from_kinks(x: Any, values: Any) -> Any:
    """Where the slope does not jump: there the formula's slope is the loss's."""
    jump = np.abs(np.diff(values, append=values[-1])) > 0.2
    return ~(jump | np.roll(jump, 1))


def test_every_loss_is_drawn_or_has_a_reason() -> None:
    assert set(lb.losses()) == set(ELEMENTWISE) | set(CLASSWISE) | set(WITHOUT)


def keywords(loss: Any, target: float) -> dict[str, Any]:
    names = inspect.signature(loss).parameters
    return {"reduction": "none"} if "reduction" in names else {}


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_vega_draws_the_loss(name: str) -> None:
    over, targets, ranges = ELEMENTWISE[name]
    loss: Any = lb.losses()[name]
    chart = explore(loss, over=over, target=targets, **ranges)
    moved = settings_of(chart)
    for settings, columns in zip(moved, drawn(*((chart, m) for m in moved)), strict=True):
        x = columns["at"]
        assert len(x) == explorer.INTERVALS + 1
        np.testing.assert_allclose(x, chart.points(), rtol=1e-12, atol=1e-12)
        given: dict[str, Any] = dict(settings)
        if "var" in given:
            given["var"] = np.full(len(x), given["var"])
        for n, target in enumerate(targets):
            y = np.full(len(x), float(target))
            value, slope = loss.value_and_grad(x, y, **keywords(loss, target), **given)
            np.testing.assert_allclose(columns[f"loss_{n}"], value, rtol=1e-6, atol=1e-9)
            smooth = away_from_kinks(x, slope) | (name not in {"l1_loss", "hinge_loss"})
            np.testing.assert_allclose(
                columns[f"slope_{n}"][smooth], slope[smooth], rtol=1e-6, atol=1e-9
            )


@pytest.mark.parametrize("name", CLASSWISE)
def test_vega_draws_the_loss_of_a_vector(name: str) -> None:
    target, ranges = CLASSWISE[name]
    loss: Any = lb.losses()[name]
    s = sp.Symbol("s", real=True)
    chart = explore(loss, over=(-4, 4), input=[sp.Rational(1, 3), s, -1], target=target, **ranges)
    moved = settings_of(chart)
    for settings, columns in zip(moved, drawn(*((chart, m) for m in moved)), strict=True):
        x = columns["at"]
        z = np.column_stack([np.full(len(x), 1 / 3), x, np.full(len(x), -1.0)])
        t = np.tile(target, (len(x), 1)) if isinstance(target, list) else np.full(len(x), target)
        value, slope = loss.value_and_grad(z, t, reduction="none", **settings)
        np.testing.assert_allclose(columns["loss_0"], value, rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(columns["slope_0"], slope[:, 1], rtol=1e-6, atol=1e-9)


def test_a_wrong_formula_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison above must not pass whatever is drawn."""
    right = explorer.vega
    monkeypatch.setattr(explorer, "vega", lambda e: right(e).replace("gamma", "(gamma+0.01)"))
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        test_vega_draws_the_loss("sigmoid_focal_loss")


def focal() -> Explorer:
    return explore(
        lb.sigmoid_focal_loss, over=(-5, 5), target=(1, 0), gamma=(0, 5), alpha=(0, 1), at=-2
    )


def test_the_curves_stay_in_the_frame() -> None:
    chart = focal()
    rng = np.random.default_rng(0)
    moved = [{s.name: float(rng.uniform(s.low, s.high)) for s in chart.sliders} for _ in range(5)]
    for columns in drawn(*((chart, m) for m in moved)):
        for face, (low, high) in zip(("loss", "slope"), chart.frames, strict=True):
            for n in range(2):
                assert low <= columns[f"{face}_{n}"].min() <= columns[f"{face}_{n}"].max() <= high


def test_two_makings_are_the_same_bytes() -> None:
    first, second = (focal()._repr_mimebundle_() for _ in range(2))
    assert first == second and set(first) == {explorer.MIME, "image/svg+xml", "text/plain"}
    assert "<dc:date>" not in first["image/svg+xml"]


def test_sliders_begin_at_the_default_of_the_loss() -> None:
    assert [(s.name, s.start) for s in focal().sliders] == [("gamma", 2.0), ("alpha", 0.25)]
    chart = explore(lb.huber_loss, over=(-4, 4), target=0, delta=(2, 3))
    assert chart.sliders[0].start == 2  # the default, 1, is outside
    chart = explore(lb.quantile_loss, over=(-4, 4), target=0, quantile=(0.1, 0.9, 0.75))
    assert chart.sliders[0].start == 0.75


def test_inputs_have_labels_and_the_chart_has_words() -> None:
    spec = focal().spec()
    assert [p["bind"]["name"] for p in spec["params"] if "bind" in p] == ["gamma (γ)", "alpha (α)"]
    assert "gamma from 0 to 5" in spec["description"] and "logit" not in spec["description"]


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"over": (5, -5)}, ValueError, "over must be .* got"),
        ({"over": 5}, ValueError, "over must be two numbers"),
        ({"gamma": (3, 1)}, ValueError, "gamma must be .* with low < high"),
        ({"gamma": 2}, ValueError, "gamma must be .* got 2"),
        ({"gamma": (0, 5, 7)}, ValueError, "gamma must start between 0 and 5, got 7"),
        ({"target": None}, ValueError, "sigmoid_focal_loss needs a target"),
        ({"input": [1, 2]}, ValueError, "takes single numbers"),
        ({"delta": (0, 1)}, TypeError, "no parameter 'delta'"),
    ],
)
def test_bad_arguments_are_named(change: dict[str, Any], error: Any, words: str) -> None:
    arguments: dict[str, Any] = {"over": (-5, 5), "target": 1, "gamma": (0, 5), **change}
    with pytest.raises(error, match=words):
        explore(lb.sigmoid_focal_loss, **arguments)


def test_what_cannot_be_drawn_is_refused() -> None:
    a, b, c = sp.symbols("a b c", real=True)
    with pytest.raises(ValueError, match="not finite"):
        explore(sp.log(a) * b, over=(-1, 1), b=(0, 1))
    with pytest.raises(ValueError, match=r"one symbol must be left for the axis, got \['a', 'c'\]"):
        explore(a + b + c, over=(-1, 1), b=(0, 1))
    with pytest.raises(ValueError, match="Vega has no function"):
        explorer.vega(sp.gamma(a))
    with pytest.raises(ValueError, match="takes a vector"):
        explore(lb.cross_entropy, over=(-1, 1), target=0)
    with pytest.raises(ValueError, match="an expression was given"):
        explore(a * b, over=(-1, 1), target=0, b=(0, 1))
