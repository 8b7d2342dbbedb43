"""Chromium prints a page, again and again until every page number in it is true."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pikepdf import Dictionary, Pdf
from playwright.sync_api import Browser, Page, sync_playwright

from tools import chromium

COLUMN = round(166 / 25.4 * 96)  # the width of the text on A4, as print.css has it
TURNS = 6


class Unprintable(Exception):
    """What would be cut off or missing on paper; each argument is one thing."""


@contextmanager
def chromium_at(program: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=chromium.arguments(), chromium_sandbox=None
        )
        yield browser
        browser.close()


def open_page(browser: Browser, source: Path) -> Page:
    """The page as it is printed, not yet laid out."""
    page = browser.new_page(viewport={"width": COLUMN, "height": 1000})
    page.set_default_timeout(180_000)
    page.emulate_media(media="print", color_scheme="light")
    page.goto(source.resolve().as_uri())
    return page


def numbers(printed: bytes) -> dict[str, int]:
    """The page of each anchor that something links to."""
    with Pdf.open(io.BytesIO(printed)) as pdf:
        pages = {page.obj.objgen: number for number, page in enumerate(pdf.pages, 1)}
        targets = pdf.Root.get("/Dests", Dictionary())
        return {name.lstrip("/"): pages[target[0].objgen] for name, target in targets.items()}


def press(source: Path, browser: Browser) -> tuple[bytes, list[str]]:
    """The PDF, tagged and with an outline, and the headings of that outline.

    Where the pages end is known once they are printed, and a longer number may push a line to
    the next page. The first turn only counts, so it goes without the tags, which take longest.
    """
    page = open_page(browser, source)
    try:
        faults = page.evaluate("layOut()")
        if faults:
            raise Unprintable(*faults)
        known: dict[str, int] = {}
        for turn in range(TURNS):
            page.evaluate("pages => fillIn(pages)", known)
            last = turn > 0
            printed = page.pdf(prefer_css_page_size=True, tagged=last, outline=last)
            found = numbers(printed)
            if last and found == known:
                return printed, page.evaluate("headings()")
            known = found
    finally:
        page.close()
    raise Unprintable(f"the page numbers did not settle in {TURNS} turns")
