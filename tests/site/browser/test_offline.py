"""Every page by itself: no other server, no error, every formula set, little to load."""

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from .conftest import HTML, PAGES, Visit, serve

UNSET = """() => [...document.querySelectorAll('.math')]
    .filter(e => !e.querySelector('mjx-container')).map(e => e.textContent)"""
BROKEN = """() => [...document.querySelectorAll('mjx-merror, [data-mjx-error]')]
    .map(e => e.textContent)"""
UNDRAWN = """() => [...document.querySelectorAll('.bd-article img')]
    .filter(e => !e.naturalWidth).map(e => e.src)"""
UNFOLD = "() => document.querySelectorAll('details').forEach(e => e.open = true)"
ICONS = """() => [...document.fonts]
    .some(e => e.family.includes('Awesome') && e.status === 'loaded')"""
LANDING = "book/index.html"
CHAPTER = "book/chapters/two-classes.html"
FIRST = 1_000_000  # bytes for whoever comes from elsewhere
NEXT = 300_000  # bytes for whoever comes from the landing page


def weight(address: str, url: str) -> int:
    """As a server sends it that compresses what is not compressed already."""
    path = HTML / url.removeprefix(address).split("?")[0].split("#")[0]
    content = path.read_bytes()
    return len(content) if path.suffix in {".woff", ".png"} else len(gzip.compress(content, 6))


Loaded = Callable[[str], dict[str, int]]


@pytest.fixture
def loaded(visit: Visit, address: str) -> Loaded:
    """The files that a page loads with all its folds open, and the weight of each."""

    def load(name: str) -> dict[str, int]:
        visit.requests.clear()
        page = visit(name)
        page.evaluate(UNFOLD)
        page.wait_for_load_state("networkidle")
        assert page.evaluate(UNSET) == []
        assert page.evaluate(BROKEN) == []
        assert page.evaluate(UNDRAWN) == []
        return {url: weight(address, url) for url in visit.requests if url.startswith("http")}

    return load


@pytest.mark.parametrize("name", PAGES)
def test_page_stands_alone_and_is_light(
    loaded: Loaded, name: str, record_property: Callable[[str, object], None]
) -> None:
    files, cached = loaded(name), loaded(LANDING)
    first = sum(files.values())
    later = sum(size for url, size in files.items() if url not in cached)
    record_property("weight", f"{name}: {first / 1e3:.0f} kB first, {later / 1e3:.0f} kB next")
    assert first <= FIRST
    assert later <= NEXT


def test_the_first_page_leads_to_the_book(visit: Visit, address: str) -> None:
    page = visit(LANDING)
    page.goto(address)
    page.wait_for_url("**/book/index.html")


@pytest.mark.parametrize("name", PAGES)
def test_without_scripts_there_is_text_and_figures(visit: Visit, name: str) -> None:
    page = visit(name, java_script_enabled=False)
    page.wait_for_load_state("load")
    assert page.evaluate(UNDRAWN) == []
    hidden = """() => [...document.querySelectorAll('.bd-article :is(p, .math, img, pre)')]
        .filter(e => !e.closest('details') && !e.checkVisibility()).map(e => e.outerHTML)"""
    if name.startswith("book/"):
        assert len(page.inner_text(".bd-article")) > 500
        assert page.evaluate(hidden) == []


def works(visit: Visit, root: str) -> None:
    """Formulas, figures, icons and search, wherever the pages lie."""
    page = visit(f"{root}{CHAPTER}")
    assert page.evaluate(UNSET) == []
    assert page.evaluate(UNDRAWN) == []
    assert page.evaluate(ICONS)
    search(page, "entropy")


def search(page: Page, words: str) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type(words)
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results li a")


def test_from_files(visit: Visit) -> None:
    works(visit, f"{HTML.as_uri()}/")


@pytest.fixture
def below(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "book").symlink_to(HTML, target_is_directory=True)
    for address in serve(tmp_path):
        yield f"{address}some/book/"


def test_below_another_address(visit: Visit, below: str) -> None:
    works(visit, below)


def test_a_foreign_picture_is_noticed(visit: Visit) -> None:
    page = visit(LANDING)
    page.evaluate("() => { new Image().src = 'https://example.org/a.png' }")
    page.wait_for_timeout(300)
    assert any("https://example.org/a.png" in each for each in visit.complaints)
    visit.complaints.clear()


def test_an_error_in_a_script_is_noticed(visit: Visit) -> None:
    page = visit(LANDING)
    page.evaluate("() => { setTimeout(() => { throw new Error('planted') }) }")
    page.wait_for_timeout(300)
    assert any("planted" in each for each in visit.complaints)
    visit.complaints.clear()


def test_a_missing_file_is_noticed(visit: Visit) -> None:
    visit(LANDING).evaluate("() => fetch('no-such-file.json').then(r => r.status)")
    assert any("404" in each for each in visit.complaints)
    visit.complaints.clear()


def test_a_formula_that_is_none_is_noticed(visit: Visit) -> None:
    page = visit(CHAPTER)
    page.evaluate("() => { document.querySelector('.math').innerHTML = '\\\\(\\\\frac{1}\\\\)' }")
    assert len(page.evaluate(UNSET)) == 1
    page.evaluate("() => MathJax.typesetPromise()")
    assert len(page.evaluate(BROKEN)) == 1
