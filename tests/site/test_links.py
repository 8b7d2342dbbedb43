"""Foreign links are followed: good, redirected, missing and slow ones, on a server of our own."""

import http.server
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools import links
from tools.unchanged import ROOT


class Answer(http.server.BaseHTTPRequestHandler):
    """What the path asks for."""

    def do_GET(self) -> None:
        status = {"/missing": 404, "/gone": 410, "/moved": 301, "/busy": 503, "/robots": 403}
        if self.path == "/slow":
            time.sleep(5)
        self.send_response(status.get(self.path, 200))
        if self.path == "/moved":
            self.send_header("Location", "/good")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as answering:
        answering.daemon_threads = True
        thread = threading.Thread(target=answering.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{answering.server_port}"
        answering.shutdown()
        thread.join()


def book(root: Path, *addresses: str) -> Path:
    """A book of one page with these links, under the settings of this one."""
    root.mkdir()
    page = "# A page\n\n" + "\n\n".join(f"[a link]({address})" for address in addresses)
    (root / "page.md").write_text(page)
    (root / "_toc.yml").write_text("format: jb-book\nroot: page\n")
    settings = (ROOT / "_config.yml").read_text().replace("timeout: 20", "timeout: 1")
    settings = settings.replace("retries: 2", "retries: 1")
    settings = settings.replace(r"https://doi\.org/.*", r".*/allowed")
    (root / "_config.yml").write_text(settings)
    shutil.copytree(ROOT / "tools" / "sphinx_ext", root / "tools" / "sphinx_ext")
    shutil.copytree(ROOT / "book" / "_templates", root / "book" / "_templates")
    shutil.copytree(ROOT / "book" / "_static", root / "book" / "_static",
                    ignore=shutil.ignore_patterns("mathjax"))  # fmt: skip
    return root


def test_each_kind_of_link(tmp_path: Path, server: str) -> None:
    paths = ("good", "moved", "missing", "gone", "busy", "robots", "slow")
    unknown = "http://nowhere.invalid/"
    refused = "http://127.0.0.1:9/"
    addresses = [f"{server}/{path}" for path in paths]
    found = links.follow(book(tmp_path / "book", *addresses, unknown, refused))
    states = {link.address.removeprefix(f"{server}/"): link.state for link in found}
    assert states == {
        "good": "good", "moved": "moved", "missing": "broken", "gone": "broken",
        "busy": "unreachable", "robots": "unreachable", "slow": "unreachable",
        unknown: "unreachable", refused: "unreachable",
    }  # fmt: skip


@pytest.mark.parametrize(("state", "code"), [("broken", 1), ("unreachable", 0), ("moved", 0)])
def test_only_a_broken_link_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], state: str, code: int
) -> None:
    found = links.Link(state, "page.md:3", "https://example.org/", "why")
    monkeypatch.setattr(links, "follow", lambda: [found])
    assert links.main() == code
    assert f"{state}: page.md:3: https://example.org/ (why)" in capsys.readouterr().out
