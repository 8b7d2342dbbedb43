"""What leads to a page: stable addresses, descriptions, previews, the site map."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from docutils import nodes

import lossbook as lb
from tools import check_pages
from tools.sphinx_ext import lossbook_head, lossbook_light
from tools.unchanged import ROOT

HTML = ROOT / "_build" / "html"
PAGES = [page for page in check_pages.pages(HTML) if page != HTML / "index.html"]
SITE = "https://example.org/book/"


def meta(text: str) -> dict[str, str]:
    tags = BeautifulSoup(text, "html.parser").find_all("meta", content=True)
    return {str(tag.get("property") or tag.get("name")): str(tag["content"]) for tag in tags}


@pytest.mark.parametrize("loss", lb.losses())
def test_each_loss_has_its_addresses(loss: str) -> None:
    """Others link to them, so they stay."""
    reference = HTML / "book" / "reference"
    assert f"lossbook.{loss}" in check_pages.anchors(reference / "api.html")
    assert loss in check_pages.anchors(reference / "glance.html")


def test_each_page_describes_itself() -> None:
    found = {page: meta(page.read_text(encoding="utf-8")) for page in PAGES}
    for page, tags in found.items():
        assert 40 <= len(tags["description"]) <= lossbook_head.LONGEST, page
        assert tags["og:description"] == tags["description"]
        assert tags["og:title"]
        assert "\\" not in tags["description"], page
    descriptions = [tags["description"] for tags in found.values()]
    assert len(set(descriptions)) == len(descriptions)


def test_a_description_has_whole_sentences_and_no_formula() -> None:
    page = nodes.section()
    page += nodes.paragraph("", "", nodes.Text("It is "), nodes.math("", r"\alpha"))
    page += nodes.paragraph("", "First. Second?\n" + "Long words. " * 30)
    assert lossbook_head.description(page).startswith("First. Second? Long words.")
    assert len(lossbook_head.description(page)) < lossbook_head.LONGEST
    endless = nodes.section("", nodes.paragraph("", "word " * 100))
    assert lossbook_head.description(endless).endswith("word…")


def test_addresses_are_absolute_if_the_site_is_known() -> None:
    tags = meta(lossbook_head.tags(SITE, "a/b.html", 'A "b" < c', "Text.", "Book"))
    assert tags["og:title"] == 'A "b" < c'
    assert tags["og:url"] == f"{SITE}a/b.html"
    assert tags["og:image"] == f"{SITE}_static/preview.png"
    without = meta(lossbook_head.tags("", "a/b.html", "A", "Text.", "Book"))
    assert not {"og:url", "og:image"} & without.keys()


def test_the_site_map_lists_addresses() -> None:
    found = ElementTree.fromstring(lossbook_head.site_map(SITE, ["b.html", "a.html?x=1&y"]))
    assert [place.text for place in found.iter() if place.tag.endswith("loc")] == [
        f"{SITE}a.html?x=1&y",
        f"{SITE}b.html",
    ]


def test_the_preview_is_drawn(tmp_path: Path) -> None:
    lossbook_head.draw(tmp_path / "preview.png")
    content = (tmp_path / "preview.png").read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = (int.from_bytes(content[i : i + 4], "big") for i in (16, 20))
    assert (width, height) == (1200, 630)
    assert (HTML / lossbook_head.PICTURE).read_bytes() == content


def test_each_term_leads_to_its_chapter() -> None:
    text = (ROOT / "book" / "reference" / "glossary.md").read_text(encoding="utf-8")
    entries = re.split(r"^\(term-", text, flags=re.M)[1:]
    assert [each[:40] for each in entries if "](../chapters/" not in each] == []


def test_pages_load_no_icons_but_theirs() -> None:
    unused = '<script defer src="../_static/scripts/fontawesome.js?digest=1"></script>'
    head = unused + '\n<script src="a.js"></script>'
    assert lossbook_light.lighter(head) == '<script src="a.js"></script>'
    sheet = '.fa-bars:before{content:"\\f0c9"}.fa-x:before,.fa-xmark:before{content:"\\f00d"}'
    assert lossbook_light.glyphs(sheet, {"fa-xmark", "fa-lg"}) == [0xF00D]
    assert (HTML / "_static" / lossbook_light.FONT).stat().st_size < 10_000
