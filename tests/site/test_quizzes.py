"""Each quiz of a chapter's source is marked on its page, and says nothing before it is asked."""

import json
from pathlib import Path

import pytest
from bs4 import Tag

from tools import check_pages, markdown
from tools.check_quizzes import Placed, quizzes
from tools.markdown import Source
from tools.sphinx_ext.lossbook_quizzes import SCRIPT
from tools.unchanged import ROOT

BUILT = ROOT / "_build" / "html" / "book"
SOURCES = markdown.sources(ROOT)


def one(quiz: Tag, selector: str) -> Tag:
    found = quiz.select(selector)
    assert len(found) == 1, (selector, len(found))
    return found[0]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.path.stem)
def test_every_quiz_is_on_the_page(source: Source) -> None:
    page = check_pages.soup(BUILT / "chapters" / f"{source.path.stem}.html")
    written = [each.quiz for each in quizzes(source) if isinstance(each, Placed)]
    marked = page.select("div.quiz")
    assert len(marked) == len(written)
    for quiz, wanted in zip(marked, written, strict=True):
        assert int(str(quiz["data-right"])) == wanted.right
        fold = one(quiz, ":scope > details.predict")
        assert not fold.has_attr("open")
        feedback = one(quiz, ".quiz-feedback")
        assert fold in feedback.parents  # nowhere else, so it is not seen before
        assert len(feedback.find_all("li", recursive=False)) == len(wanted.feedback)
        assert one(quiz, ":scope > .quiz-question").find_all(recursive=False)[-1].name == "strong"
        if wanted.options:
            options = one(quiz, ":scope > ul.quiz-options").find_all("li", recursive=False)
            assert [item.get_text().strip()[:3] for item in options] == [
                f"{chr(ord('A') + n)}. " for n in range(len(wanted.options))
            ]
        else:
            ranges = json.loads(str(quiz["data-ranges"]))
            assert [tuple(each) for each in ranges] == wanted.ranges


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.path.stem)
def test_a_page_with_a_quiz_loads_the_script(source: Source) -> None:
    page = check_pages.soup(BUILT / "chapters" / f"{source.path.stem}.html")
    assert loads(page) == bool(page.select("div.quiz"))


def test_a_page_without_one_does_not() -> None:
    assert not loads(check_pages.soup(BUILT / "index.html"))


def loads(page: Tag) -> bool:
    return any(SCRIPT in str(tag.get("src")) for tag in page.find_all("script"))


def test_the_script_is_small_and_alone() -> None:
    script = (Path(ROOT) / "book" / "_static" / SCRIPT).read_text(encoding="utf-8")
    assert len(script.encode()) < 6000
    for foreign in ("http", "fetch(", "import", "localStorage", "cookie"):
        assert foreign not in script
