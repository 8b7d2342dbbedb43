"""The built book on a server of its own, and a browser that notes what goes wrong.

    def test_something(visit: Visit) -> None:
        page = visit("book/index.html", width=375, theme="dark")

A test fails if a page that it visited asked another server for something, missed a file or
logged an error, whatever else the test looked at.
"""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tools import check_pages, chromium
from tools.unchanged import ROOT

HTML = ROOT / "_build" / "html"
# The first page of the site only leads to the book's.
PAGES = [page.relative_to(HTML).as_posix() for page in check_pages.pages(HTML)]
PAGES = [page for page in PAGES if page != "index.html"]
HEIGHT = 900
SETTLED = (
    "window.MathJax?.startup?.promise?.then(() => document.fonts.ready).then(() => true) ?? true"
)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def serve(folder: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Where the built book is served."""
    assert PAGES, "there is no built book; run: make book"
    yield from serve(HTML)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = chromium.find()
    assert program, chromium.MISSING
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=chromium.arguments(), chromium_sandbox=None
        )
        yield browser
        browser.close()


class Visit:
    """Opens pages and keeps the complaints: foreign requests, missing files, errors."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser = browser
        self.address = address
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.contexts: list[BrowserContext] = []

    def __call__(
        self, page: str, *, width: int = 1280, theme: str = "light", **options: Any
    ) -> Page:
        """A page of the book (or a whole address), settled: formulas set, fonts there.

        `options` are those of a Playwright context, such as java_script_enabled=False.
        """
        size = {"width": width, "height": HEIGHT}
        context = self.browser.new_context(viewport=size, **options)  # type: ignore[arg-type]
        self.contexts.append(context)
        # the names under which the theme keeps the reader's choice
        for name in ("mode", "theme"):
            context.add_init_script(f"localStorage.setItem('{name}', '{theme}')")
        return self.open(context.new_page(), page)

    def tab(self, page: str) -> Page:
        """A page in the tab that the test has open already, or in its first."""
        if self.contexts:
            return self.open(self.contexts[-1].pages[0], page)
        return self(page)

    def open(self, opened: Page, page: str) -> Page:
        """Go to a page in a tab that is there already."""
        whole = page if "://" in page else self.address + page
        own = whole[: whole.index("/", whole.index("://") + 3)]
        if opened.url == "about:blank":
            self.listen(opened, own)
        opened.goto(whole)
        opened.evaluate(SETTLED)
        return opened

    def listen(self, page: Page, own: str) -> None:
        def requested(url: str) -> None:
            self.requests.append(url)
            if not url.startswith((own, "data:", "blob:", "about:")):
                self.complaints.append(f"asks another server: {url}")

        def logged(message: ConsoleMessage) -> None:
            if message.type == "error":
                self.complaints.append(f"{page.url} logs: {message.text}")

        page.on("request", lambda request: requested(request.url))
        page.on("console", logged)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))

    def close(self) -> None:
        for context in self.contexts:
            context.close()


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    visit = Visit(browser, address)
    yield visit
    visit.close()
    assert visit.complaints == []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What the pages weigh, page by page."""
    passed = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
    weights = [value for each in passed for name, value in each.user_properties if name == "weight"]
    if weights:
        terminalreporter.section("weights of the pages, compressed")
        for line in sorted(str(value) for value in weights):
            terminalreporter.line(line)
