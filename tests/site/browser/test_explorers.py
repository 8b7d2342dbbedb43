"""Each slider of each chart, moved by the keyboard: the curve drawn is the one NumPy computes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page

import lossbook as lb

from .conftest import PAGES, Visit

Values = np.ndarray[Any, Any]
Curves = list[tuple[Values, Values]]
"""The loss and the slope of each curve."""


def elementwise(loss: Any, *targets: float) -> Callable[..., Curves]:
    def curves(x: Values, **settings: float) -> Curves:
        return [
            loss.value_and_grad(x, np.full(x.shape, target), reduction="none", **settings)
            for target in targets
        ]

    return curves


def smoothed(x: Values, epsilon: float, temperature: float) -> Curves:
    z = np.zeros((len(x), 10))
    z[:, 0] = x
    value, slope = lb.cross_entropy.value_and_grad(
        z / temperature, np.zeros(len(x), int), reduction="none", label_smoothing=epsilon
    )
    return [(value, slope[:, 0] / temperature)]


def gaussians(x: Values, sigma: float) -> Curves:
    """By summing over a grid, and by differences: another way than the chapter's formula."""
    u = np.linspace(-40, 40, 16001)

    def log_density(mean: Any, width: float) -> Values:
        density: Values = -(((u - mean) / width) ** 2) / 2 - np.log(width * np.sqrt(2 * np.pi))
        return density

    def both(means: Values) -> Values:
        log_p, step = log_density(0, 1), u[1] - u[0]
        values = []
        for mean in means:
            log_q = log_density(mean, sigma)
            forward = (np.exp(log_p) * (log_p - log_q)).sum() * step
            values.append((forward, (np.exp(log_q) * (log_q - log_p)).sum() * step))
        return np.array(values).T

    h = 1e-4
    return list(zip(both(x), (both(x + h) - both(x - h)) / (2 * h), strict=True))


CHAPTER = "book/chapters/{}.html"
CHARTS: dict[str, tuple[str, Callable[..., Curves]]] = {
    "fig-focal-explorer": ("focal", elementwise(lb.sigmoid_focal_loss, 1, 0)),
    "fig-huber-explorer": ("robust", elementwise(lb.huber_loss, 0)),
    "fig-smooth-l1-explorer": ("robust", elementwise(lb.smooth_l1_loss, 0)),
    "fig-quantile-explorer": ("robust", elementwise(lb.quantile_loss, 0)),
    "fig-smoothing-explorer": ("many-classes", smoothed),
    "fig-pos-weight-explorer": (
        "two-classes",
        elementwise(lb.binary_cross_entropy_with_logits, 1, 0),
    ),
    "fig-kl-explorer": ("kl-divergence", gaussians),
}


PLACES = """() => [...document.querySelectorAll('.explorer')]
    .map(e => e.parentElement.id).map(id => id.startsWith('fig-') ? id : location.pathname)"""


def chart(page: Page, figure: str) -> Locator:
    """The figure, once its chart is drawn."""
    found = page.locator(f"figure#{figure}" if figure else "figure:has(> .explorer)").first
    found.scroll_into_view_if_needed()
    found.locator(".explorer-sliders input").first.wait_for()
    found.locator(".explorer-reading:not(:empty)").wait_for()
    return found


def compare(figure: Locator, expected: Callable[..., Curves]) -> None:
    rows = figure.locator(".explorer").evaluate(
        "async place => { await place.view.runAsync(); return place.view.data('points'); }"
    )
    settings = {
        str(each.get_attribute("name")): float(each.input_value())
        for each in figure.locator("input[type=range]").all()
    }
    x = np.array([row["at"] for row in rows])
    for n, (value, slope) in enumerate(expected(x, **settings)):
        for name, numbers in (f"loss_{n}", value), (f"slope_{n}", slope):
            mine = np.array([row[name] for row in rows])
            np.testing.assert_allclose(mine, numbers, rtol=1e-5, atol=1e-7, err_msg=name)


@pytest.mark.parametrize("name", CHARTS)
def test_each_slider_moves_the_curve(visit: Visit, name: str) -> None:
    chapter, expected = CHARTS[name]
    figure = chart(visit(CHAPTER.format(chapter)), name)
    compare(figure, expected)
    for slider in figure.locator("input[type=range]").all():
        said = figure.locator(".explorer-reading").inner_text()
        slider.focus()
        for key in ("Home", "End", "ArrowLeft", "ArrowLeft"):
            before = slider.input_value()
            slider.press(key)
            assert slider.input_value() != before or key == "Home"
            compare(figure, expected)
        assert figure.locator(".explorer-reading").inner_text() != said


def test_a_wrong_curve_is_noticed(visit: Visit) -> None:
    figure = chart(visit(CHAPTER.format("focal")), "fig-focal-explorer")
    right = CHARTS["fig-focal-explorer"][1]
    with pytest.raises(AssertionError, match="loss_0"):
        compare(figure, lambda x, gamma, alpha: right(x, gamma=gamma + 0.01, alpha=alpha))


def test_every_chart_is_tested(visit: Visit) -> None:
    page, found = visit("book/index.html"), set()
    for name in PAGES:
        page.goto(visit.address + name)
        found |= set(page.evaluate(PLACES))
    assert found == {*CHARTS, "/book/index.html"}


def test_the_landing_page_lives(visit: Visit) -> None:
    figure = chart(visit("book/index.html"), "")
    figure.locator("input").press("ArrowRight")
    compare(figure, elementwise(lb.huber_loss, 0))


@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_fits_and_has_words(visit: Visit, width: int, theme: str) -> None:
    page = visit(CHAPTER.format("focal"), width=width, theme=theme)
    figure = chart(page, "fig-focal-explorer")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    room, drawing = (
        figure.locator(part).bounding_box() for part in (".explorer", ".explorer-chart svg")
    )
    assert room and drawing and drawing["width"] <= room["width"] + 1
    picture = figure.locator(".explorer-chart")
    assert picture.get_attribute("role") == "img"
    words = picture.get_attribute("aria-label") or ""
    assert "A larger γ" in words and "gamma from 0 to 5" in words
    assert figure.get_by_label("gamma (γ)").count() == 1
    assert figure.get_by_role("slider").count() == 2
    assert not figure.locator("img").is_visible()


def test_a_turned_phone_keeps_the_setting(visit: Visit) -> None:
    page = visit(CHAPTER.format("robust"), width=375)
    figure = chart(page, "fig-huber-explorer")
    figure.locator("input").press("End")
    page.set_viewport_size({"width": 900, "height": 500})
    page.wait_for_timeout(500)
    assert float(figure.locator("input").input_value()) == 3
    compare(figure, CHARTS["fig-huber-explorer"][1])


def test_the_picture_stands_in(visit: Visit) -> None:
    page = visit(CHAPTER.format("focal"), java_script_enabled=False)
    figure = page.locator("figure#fig-focal-explorer")
    assert figure.locator("img").is_visible() and not figure.locator(".explorer").is_visible()
    page = visit(CHAPTER.format("focal"))
    figure = chart(page, "fig-focal-explorer")
    page.emulate_media(media="print")
    assert figure.locator("img").is_visible() and not figure.locator(".explorer").is_visible()


def test_only_a_near_chart_costs_anything(visit: Visit) -> None:
    page = visit("book/reference/notation.html")
    assert (
        page.evaluate("document.querySelectorAll('[src*=explorer], [href*=explorer]').length") == 0
    )
    page = visit("book/index.html")  # to listen before the page is there
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(visit.address + CHAPTER.format("focal"))
    page.wait_for_timeout(500)
    assert any("explorer.js" in url for url in asked)
    assert not any("vega.js" in url for url in asked)
    chart(page, "fig-focal-explorer")
    assert any("vega.js" in url for url in asked)
