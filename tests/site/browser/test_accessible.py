"""axe finds nothing on any page, in both themes and widths; a keyboard reaches everything."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from .conftest import PAGES, Visit

CHAPTER = "book/chapters/two-classes.html"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
HEADINGS = ["heading-order", "page-has-heading-one", "empty-heading", "skip-link", "tabindex"]
COLOURS = ["color-contrast", "link-in-text-block"]  # what a theme can change
WIDTHS, THEMES = (1280, 375), ("light", "dark")

# axe compares each element with each below it. A formula has the colour of its line, and a
# kind of word in code the same colour everywhere, so one of each kind is enough.
THIN = """() => {
  document.querySelectorAll('details').forEach(e => e.open = true);
  document.querySelectorAll('mjx-container').forEach(e => e.replaceChildren('formula'));
  const seen = new Set();
  document.querySelectorAll('.highlight span[class]').forEach(e => {
    const kind = e.className + !!e.closest('details');
    if (seen.has(kind)) e.replaceWith(e.textContent); else seen.add(kind);
  });
}"""
# measured before, since THIN makes formulas short
WIDE = """() => [...document.querySelectorAll('.bd-article *')].filter(e =>
    e.scrollWidth > e.clientWidth + 1 && e.clientWidth && !e.closest('mjx-assistive-mml')
    && ['auto', 'scroll'].includes(getComputedStyle(e).overflowX)
    && (e.tabIndex < 0 || !e.matches('.more-right, .more-left')))
    .map(e => e.outerHTML.slice(0, 200))"""


def found(page: Page, rules: dict[str, Any]) -> list[str]:
    options = {"resultTypes": ["violations"], "preload": False, **rules}
    return [
        f"{fault['id']}: {node['target']} {node['html'][:200]} {node.get('failureSummary', '')}"
        for fault in Axe().run(page, options=options).response["violations"]
        for node in fault["nodes"]
    ]


def everything(page: Page) -> list[str]:
    rules = {rule: {"enabled": True} for rule in HEADINGS}
    return found(page, {"runOnly": {"type": "tag", "values": TAGS}, "rules": rules})


def colours(page: Page) -> list[str]:
    return found(page, {"runOnly": {"type": "rule", "values": COLOURS}})


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(visit: Visit, name: str) -> None:
    page = visit(name, reduced_motion="reduce")
    page.evaluate("() => document.querySelectorAll('details').forEach(e => e.open = true)")
    page.set_viewport_size({"width": 375, "height": 900})
    page.wait_for_timeout(200)
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    assert page.evaluate(WIDE) == []
    page.evaluate(THIN)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("document.documentElement.dataset.theme = 'light'")
        page.wait_for_timeout(100)
        assert everything(page) == []
        page.evaluate("document.documentElement.dataset.theme = 'dark'")
        page.wait_for_timeout(100)
        assert colours(page) == []


PLANTED = {
    "pale words": ("p.style.color = '#aaa'", "color-contrast"),
    "a heading too deep": ("p.outerHTML = '<h5>Deep</h5>'", "heading-order"),
    "a mute picture": ("p.innerHTML = '<img src=\"x.svg\">'", "image-alt"),
    "a button without a name": ("p.innerHTML = '<button></button>'", "button-name"),
}


@pytest.mark.parametrize(("plant", "rule"), PLANTED.values(), ids=PLANTED)
def test_a_planted_fault_is_found(visit: Visit, plant: str, rule: str) -> None:
    page = visit("book/index.html")
    page.evaluate(f"() => {{ const p = document.querySelector('.bd-article p'); {plant} }}")
    assert any(each.startswith(f"{rule}:") for each in everything(page))
    visit.complaints.clear()  # the picture is not there


FOCUS = """() => {
  const e = document.activeElement;
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  return {
    body: e === document.body,
    what: e.outerHTML.slice(0, 160),
    formula: !!e.closest('mjx-container'),
    seen: (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0)
      || style.boxShadow !== 'none',
    shown: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
  };
}"""


@pytest.mark.parametrize("width", WIDTHS)
def test_the_tab_key_reaches_everything_and_shows_where_it_is(visit: Visit, width: int) -> None:
    page = visit(CHAPTER, width=width, reduced_motion="reduce")
    stops: list[dict[str, Any]] = []
    for _ in range(400):
        page.keyboard.press("Tab")
        if not stops:
            page.wait_for_timeout(500)  # the skip link slides in
        stop = page.evaluate(FOCUS)
        if stop["body"]:
            break
        stops.append(stop)
    assert "main-content" in stops[0]["what"]
    assert [each["what"] for each in stops if not each["seen"]] == []
    assert [each["what"] for each in stops if not each["shown"]] == []
    assert any("<summary" in each["what"] for each in stops)
    # only formulas that scroll are stops
    assert sum(each["formula"] for each in stops) < 20


def test_the_skip_link_leads_to_the_text(visit: Visit) -> None:
    page = visit(CHAPTER)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("!!document.activeElement.closest('main')")


def test_a_fold_opens_by_key(visit: Visit) -> None:
    page = visit(CHAPTER)
    page.locator("details.predict > summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("details.predict").first.get_attribute("open") is not None


@pytest.mark.parametrize("box", [".scrolls", "div.math > mjx-container", "div.highlight pre"])
def test_a_wide_box_scrolls_by_key(visit: Visit, box: str) -> None:
    page = visit(CHAPTER, width=375)
    wide = page.locator(f"{box}.more-right").first.element_handle()
    wide.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(500)
    assert wide.evaluate("e => e.scrollLeft") > 0


def test_the_sidebar_of_a_phone_opens_and_closes_by_key(visit: Visit) -> None:
    page = visit(CHAPTER, width=375)
    page.locator(".primary-toggle").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#pst-primary-sidebar-modal[open]")
    page.keyboard.press("Escape")
    page.wait_for_selector("#pst-primary-sidebar-modal:not([open])", state="attached")
