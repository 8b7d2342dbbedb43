"""Every page by itself: no other server, no error, every formula set."""

import pytest

from .conftest import PAGES, Visit

UNSET = """() => [...document.querySelectorAll('.math')]
    .filter(e => !e.querySelector('mjx-container')).map(e => e.textContent)"""
BROKEN = """() => [...document.querySelectorAll('mjx-merror, [data-mjx-error]')]
    .map(e => e.textContent)"""


def test_the_first_page_leads_to_the_book(visit: Visit, address: str) -> None:
    page = visit("book/index.html")
    page.goto(address)
    page.wait_for_url("**/book/index.html")


@pytest.mark.parametrize("name", PAGES)
def test_page_stands_alone(visit: Visit, name: str) -> None:
    page = visit(name)
    assert page.evaluate(UNSET) == []
    assert page.evaluate(BROKEN) == []


def test_a_foreign_picture_is_noticed(visit: Visit) -> None:
    page = visit("book/index.html")
    page.evaluate("() => { new Image().src = 'https://example.org/a.png' }")
    page.wait_for_timeout(300)
    assert any("https://example.org/a.png" in each for each in visit.complaints)
    visit.complaints.clear()


def test_an_error_in_a_script_is_noticed(visit: Visit) -> None:
    page = visit("book/index.html")
    page.evaluate("() => { setTimeout(() => { throw new Error('planted') }) }")
    page.wait_for_timeout(300)
    assert any("planted" in each for each in visit.complaints)
    visit.complaints.clear()


def test_a_missing_file_is_noticed(visit: Visit) -> None:
    visit("book/index.html").evaluate("() => fetch('no-such-file.json').then(r => r.status)")
    assert any("404" in each for each in visit.complaints)
    visit.complaints.clear()
