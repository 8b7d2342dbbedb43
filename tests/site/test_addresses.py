"""The buttons of every page lead to its own notebook, wherever the book is published."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nbformat
import pytest
import yaml
from bs4 import Tag

from tools import book, check_pages
from tools.sphinx_ext import lossbook_addresses
from tools.sphinx_ext.lossbook_addresses import Addresses, addresses
from tools.unchanged import ROOT

HTML = ROOT / "_build" / "html"
HERE = lossbook_addresses.current()
ELSEWHERE = {
    "LOSSBOOK_REPOSITORY": "https://github.com/somebody/a-fork",
    "LOSSBOOK_BRANCH": "next",
    "LOSSBOOK_SITE": "https://example.org/books/losses",
}
BUTTONS = {"mybinder.org", "colab.research.google.com"}


def launched(page: Path) -> dict[str, str]:
    """The addresses of the page's launch buttons, by their server."""
    links = [str(tag["href"]) for tag in check_pages.soup(page).find_all("a", href=True)]
    return {urlsplit(link).netloc: link for link in links if urlsplit(link).netloc in BUTTONS}


def downloads(page: Path) -> list[Path]:
    tags = check_pages.soup(page).select("a.btn-download-source-button")
    return [(page.parent / str(tag["href"])).resolve() for tag in tags]


def wanted(notebook: str, where: Addresses) -> dict[str, str]:
    """What the buttons of a notebook should be, written out by hand."""
    repository, branch = where.repository.removeprefix("https://github.com/"), where.branch
    return {
        "mybinder.org": f"https://mybinder.org/v2/gh/{repository}/{branch}?urlpath=lab/tree/{notebook}",
        "colab.research.google.com": f"https://colab.research.google.com/github/{repository}/blob/{branch}/{notebook}",
    }  # fmt: skip


def faults(site: Path, where: Addresses) -> list[str]:
    """Pages whose buttons or whose own address are not what they should be."""
    found = []
    for page in check_pages.pages(site):
        name = page.relative_to(site).with_suffix("").as_posix()
        notebook = ROOT / f"{name}.ipynb"
        expected = wanted(f"{name}.ipynb", where) if notebook.exists() else {}
        if launched(page) != expected:
            found.append(f"{name}: its buttons are {launched(page)}")
        if notebook.exists() and [path.name for path in downloads(page)] != [notebook.name]:
            found.append(f"{name}: its download is {downloads(page)}")
        canonical = check_pages.soup(page).find("link", rel="canonical")
        if isinstance(canonical, Tag) and canonical["href"] != f"{where.site}{name}.html":
            found.append(f"{name}: its address is {canonical['href']}")
    return found


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two chapters and the landing page, built under other addresses."""
    root = tmp_path_factory.mktemp("elsewhere")
    settings = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    (root / "_config.yml").write_text(yaml.safe_dump(settings))
    for folder in ("book/_static", "tools"):
        ignored = shutil.ignore_patterns("mathjax", "__pycache__")
        shutil.copytree(ROOT / folder, root / folder, ignore=ignored)
    for name in ("two-classes", "robust"):
        notebook = nbformat.v4.new_notebook(
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
            cells=[nbformat.v4.new_markdown_cell(f"# {name}")],
        )
        path = root / "book" / "chapters" / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, path)
    (root / "book" / "index.md").write_text("# A book\n")
    chapters = [{"file": f"book/chapters/{name}"} for name in ("two-classes", "robust")]
    contents = {"format": "jb-book", "root": "book/index", "chapters": chapters}
    (root / "_toc.yml").write_text(yaml.safe_dump(contents))
    return root


def build(root: Path, environment: dict[str, str]) -> Path:
    shutil.rmtree(root / "_build", ignore_errors=True)
    check_pages.soup.cache_clear()
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", str(root)]
    done = subprocess.run(
        [*command, "-W", "-n", "--keep-going", "-q"],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return root / "_build" / "html"


def test_every_page_of_the_book() -> None:
    assert faults(HTML, HERE) == []
    assert sum(bool(launched(page)) for page in check_pages.pages(HTML)) >= 15


def test_under_other_addresses(elsewhere: Path) -> None:
    site = build(elsewhere, ELSEWHERE)
    where = Addresses(
        "https://github.com/somebody/a-fork", "next", "https://example.org/books/losses/"
    )
    assert faults(site, where) == []
    page = site / "book" / "chapters" / "robust.html"
    assert "/somebody/a-fork/next?" in launched(page)["mybinder.org"]
    canonical = check_pages.soup(page).find("link", rel="canonical")
    assert isinstance(canonical, Tag)
    assert canonical["href"] == "https://example.org/books/losses/book/chapters/robust.html"
    # and the same check sees buttons that lead to another repository, branch or site
    assert len(faults(site, where._replace(repository="https://github.com/a/b"))) == 2
    assert len(faults(site, where._replace(branch="main"))) == 2
    assert faults(site, where._replace(site="https://example.org/"))


@pytest.mark.parametrize(
    ("host", "left"),
    [("gitlab.com", {"mybinder.org"}), ("codeberg.org", set())],
)
def test_a_host_without_colab_gets_no_button_that_leads_nowhere(
    elsewhere: Path, host: str, left: set[str]
) -> None:
    site = build(elsewhere, {"LOSSBOOK_REPOSITORY": f"https://{host}/somebody/a-fork"})
    page = site / "book" / "chapters" / "robust.html"
    assert set(launched(page)) == left
    assert check_pages.soup(page).find("link", rel="canonical") is None
    assert [path.name for path in downloads(page)] == ["robust.ipynb"]


SETTINGS: dict[str, Any] = {
    "repository": {"url": "https://github.com/Owner/book", "branch": "main"},
    "html": {"baseurl": ""},
}


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, ("https://github.com/Owner/book", "main", "https://owner.github.io/book/")),
        ({name: "" for name in lossbook_addresses.VARIABLES},
         ("https://github.com/Owner/book", "main", "https://owner.github.io/book/")),
        ({"LOSSBOOK_REPOSITORY": "https://github.com/a/a.github.io.git"},
         ("https://github.com/a/a.github.io", "main", "https://a.github.io/")),
        ({"LOSSBOOK_REPOSITORY": "https://gitlab.com/a/b/", "LOSSBOOK_BRANCH": "next"},
         ("https://gitlab.com/a/b", "next", "")),
        ({"LOSSBOOK_SITE": "http://localhost:8000"},
         ("https://github.com/Owner/book", "main", "http://localhost:8000/")),
    ],
)  # fmt: skip
def test_what_goes_first(environment: dict[str, str], expected: tuple[str, str, str]) -> None:
    assert addresses(SETTINGS, environment) == expected


def test_a_domain_of_its_own_is_a_setting() -> None:
    settings = {**SETTINGS, "html": {"baseurl": "https://losses.example"}}
    assert addresses(settings, {}).site == "https://losses.example/"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOSSBOOK_REPOSITORY", "owner/book"),
        ("LOSSBOOK_REPOSITORY", "https://github.com/owner"),
        ("LOSSBOOK_REPOSITORY", "https://github.com/owner/book?tab=readme"),
        ("LOSSBOOK_SITE", "example.org"),
        ("LOSSBOOK_SITE", "https://example.org/#top"),
    ],
)
def test_an_address_that_is_none_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"{name} should be an address like .* and is '") as raised:
        addresses(SETTINGS, {name: value})
    assert repr(value) in str(raised.value)


def test_building_for_others_says_what_stays(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in lossbook_addresses.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    book.remark()
    assert capsys.readouterr().out == ""
    monkeypatch.setenv("LOSSBOOK_REPOSITORY", ELSEWHERE["LOSSBOOK_REPOSITORY"])
    book.remark()
    assert "on Colab the notebooks install lossbook from https" in capsys.readouterr().out


def test_publishing_names_its_own_repository() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "publish.yml").read_text())
    given = workflow["env"]
    assert set(given) == set(lossbook_addresses.VARIABLES)
    assert given["LOSSBOOK_REPOSITORY"] == "${{ github.server_url }}/${{ github.repository }}"
    assert given["LOSSBOOK_BRANCH"] == "${{ github.ref_name }}"


def test_the_page_on_hosting_names_what_there_is() -> None:
    page = (ROOT / "book" / "reference" / "hosting.md").read_text(encoding="utf-8")
    assert set(re.findall(r"LOSSBOOK_\w+", page)) == set(lossbook_addresses.VARIABLES)
    verbs = re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(re.findall(r"\bmake ([a-z-]+)", page)) <= set(verbs)
