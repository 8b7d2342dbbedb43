"""The search finds each loss by its English name, its PyTorch names and its Chinese names."""

import re

import pytest

import lossbook as lb
from tools.unchanged import ROOT

from .conftest import Visit

GLOSSARY = (ROOT / "book" / "reference" / "glossary.md").read_text(encoding="utf-8")
ENTRY = re.compile(
    r'^\*\*(?P<english>[^*]+)\*\* · <span lang="zh-Hans">(?P<chinese>[^<]+)</span>\n'
    r"(?P<text>(?:[: ] .+\n)+)",
    re.M,
)

DONE = "finished|did not match"  # what the search page says at the end


def terms(loss: str) -> list[tuple[str, list[str]]]:
    """English name and Chinese names of the terms that name this loss, the glossary says."""
    return [
        (entry["english"], re.split(r"[、，,;；]\s*", entry["chinese"]))
        for entry in ENTRY.finditer(GLOSSARY)
        if f"`{loss}`" in entry["text"]
    ]


def pages(visit: Visit, words: str) -> list[str]:
    """The addresses that the search page lists."""
    page = visit.tab("search.html?q=" + words)
    page.wait_for_function(f"/{DONE}/.test(document.querySelector('.search-summary')?.innerText)")
    links = page.locator("#search-results li a")
    return [links.nth(i).get_attribute("href") or "" for i in range(min(links.count(), 40))]


@pytest.mark.parametrize("loss", lb.losses())
def test_search_finds_the_loss(visit: Visit, loss: str) -> None:
    assert any(f"lossbook.{loss}" in each or "glance" in each for each in pages(visit, loss))
    named = terms(loss)
    assert named, f"the glossary has no term that names {loss}"
    english, chinese = named[0]
    for words in (english, *chinese):
        assert any("glossary" in each for each in pages(visit, words)), words


def test_search_finds_nothing_for_nonsense(visit: Visit) -> None:
    assert pages(visit, "qwxzy") == []
