"""The built pages, as files: nothing foreign is fetched, no link leads nowhere."""

from pathlib import Path

import pytest

from tools import check_pages
from tools.unchanged import ROOT

HTML = ROOT / "_build" / "html"
PAGES = check_pages.pages(HTML)


def name(path: Path) -> str:
    return path.relative_to(HTML).as_posix()


def test_the_book_was_built() -> None:
    assert HTML / "book" / "index.html" in PAGES


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_page(page: Path) -> None:
    assert check_pages.foreign(page) == []
    assert check_pages.lost(page) == []
    assert check_pages.mute(page) == []


@pytest.mark.parametrize("sheet", sorted(HTML.rglob("*.css")), ids=name)
def test_style_sheets_fetch_nothing_foreign(sheet: Path) -> None:
    assert check_pages.foreign_in_style(sheet) == []


@pytest.fixture
def page(tmp_path: Path) -> Path:
    (tmp_path / "other.html").write_text('<h1 id="here">Here</h1>')
    page = tmp_path / "page.html"
    page.write_text(
        '<a href="other.html#here">a</a> <a href="#self" id="self">b</a> '
        '<a href="https://example.org/">c</a> <img src="other.html" alt="A curve.">'
    )
    return page


def test_a_sound_page_is_green(page: Path) -> None:
    assert check_pages.foreign(page) == []
    assert check_pages.lost(page) == []
    assert check_pages.mute(page) == []


@pytest.mark.parametrize(
    "tag",
    [
        '<script src="https://example.org/a.js"></script>',
        '<link rel="stylesheet" href="//example.org/a.css">',
        '<img src="http://example.org/a.svg" alt="A curve.">',
        "<style>@import '//example.org/a.css';</style>",
    ],
)
def test_a_foreign_server_is_refused(page: Path, tag: str) -> None:
    page.write_text(page.read_text() + tag)
    assert len(check_pages.foreign(page)) == 1


def test_a_foreign_style_is_refused(tmp_path: Path) -> None:
    sheet = tmp_path / "a.css"
    sheet.write_text("@font-face { src: url('https://example.org/a.woff2') }")
    assert check_pages.foreign_in_style(sheet) == ["url('https://example.org/a.woff2')"]


@pytest.mark.parametrize(
    "address",
    [
        "lost.html",
        "other.html#lost",
        "#lost",
        "file:///home/me/page.html",
        "http://localhost:8000/page.html",
    ],
)
def test_a_lost_link_is_refused(page: Path, address: str) -> None:
    page.write_text(page.read_text() + f'<a href="{address}">d</a>')
    assert check_pages.lost(page) == [address]


@pytest.mark.parametrize("words", ["", 'alt=""'])
def test_a_mute_picture_is_refused(page: Path, words: str) -> None:
    page.write_text(page.read_text() + f'<img src="other.html" {words}>')
    assert check_pages.mute(page) == ["other.html"]
