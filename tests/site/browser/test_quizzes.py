"""The quizzes as a reader answers them: by keyboard, by ear, and without scripts."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tools import markdown
from tools.check_quizzes import Placed, quizzes
from tools.markdown import Source
from tools.sphinx_ext.lossbook_quizzes import Quiz
from tools.unchanged import ROOT

from .conftest import Visit

SOURCES = markdown.sources(ROOT)
CHAPTER = "book/chapters/many-classes.html"
QUESTION = "Whose mean cross-entropy is lower?"
NUMBER = "How far must the right class lead"


def written(source: Source) -> list[Quiz]:
    return [each.quiz for each in quizzes(source) if isinstance(each, Placed)]


def words(text: str) -> str:
    return " ".join(text.split())


def quiz(page: Page, question: str) -> Locator:
    return page.locator(".quiz", has=page.get_by_role("group", name=question))


def reach(page: Page, wanted: str) -> None:
    """Press Tab until what has the focus matches a selector."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", wanted):
            return
    raise AssertionError(f"Tab does not reach {wanted}")


def test_by_keyboard_alone(visit: Visit) -> None:
    page = visit(CHAPTER)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # skip to main content
    reach(page, ".quiz input")
    one = quiz(page, QUESTION)
    said = one.get_by_role("status")
    expect(said).to_be_empty()
    expect(one.locator(".quiz-feedback")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(said).to_have_text("Choose an answer first.")
    expect(one.locator(".quiz-feedback")).to_be_hidden()
    page.keyboard.press("Space")
    expect(one.get_by_role("radio", name="A. The first model")).to_be_checked()
    page.keyboard.press("ArrowDown")
    expect(one.get_by_role("radio", name="B. The second model")).to_be_checked()
    reach(page, ".quiz button")
    page.keyboard.press("Space")
    expect(said).to_contain_text("B is right: ")
    expect(one.locator("details")).to_have_attribute("open", "")
    assert page.evaluate("document.activeElement.matches('.quiz button')")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert not one.locator("details").evaluate("fold => fold.open")


def test_what_a_screen_reader_hears(visit: Visit) -> None:
    page = visit(CHAPTER)
    group = page.get_by_role("group", name=QUESTION, exact=True)
    assert group.evaluate("group => group.tagName") == "FIELDSET"
    names = ["A. The first model’s: it is right every time."]
    names += ["B. The second model’s: it gives the right class more."]
    for name in names:
        expect(group.get_by_role("radio", name=name, exact=True)).to_have_count(1)
    number = page.get_by_role("group", name=NUMBER)
    expect(number.get_by_role("textbox", name="Your number", exact=True)).to_have_count(1)
    regions = page.locator(".quiz [role=status]")
    assert regions.count() == page.locator(".quiz").count()  # there before anything is said


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.path.stem)
def test_each_answer_is_answered(visit: Visit, source: Source) -> None:
    page = visit(f"book/chapters/{source.path.stem}.html")
    found = page.locator(".quiz")
    expect(found).to_have_count(len(written(source)))
    for n, wanted in enumerate(written(source)):
        one = found.nth(n)
        fold, said = one.locator("details.predict"), one.get_by_role("status")
        expect(one.locator(".quiz-feedback")).to_be_hidden()
        assert not fold.evaluate("fold => fold.open")
        for k, feedback in enumerate(wanted.feedback):
            line = one.locator(".quiz-feedback > li").nth(k)
            told = words(line.text_content() or "")
            if wanted.options:
                one.get_by_role("radio").nth(k).check()
            else:
                one.get_by_role("textbox").fill(feedback.answer)
            one.get_by_role("button", name="Answer").click()
            assert words(said.text_content() or "") == told
            assert told.startswith(feedback.answer)
            assert ("right" in (said.get_attribute("class") or "").split()) == feedback.right
            assert fold.evaluate("fold => fold.open")
            expect(line).to_be_hidden()  # not twice
        expect(one.locator(".quiz-feedback > li:visible")).to_have_count(len(wanted.feedback) - 1)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("36.74", "36.74 ± 1 is right: "),
        ("36", "36.74 ± 1 is right: "),
        (" 37 ", "36.74 ± 1 is right: "),
        ("36,74", "36.74 ± 1 is right: "),
        ("73/2", "36.74 ± 1 is right: "),
        ("3.67e1", "36.74 ± 1 is right: "),
        ("16.6", "16.64 ± 1 is wrong: "),
        ("710", "709.78 ± 40 is wrong: "),
        ("30", "30 is too small. 36.74 ± 1 is right: "),
        ("−36.74", "−36.74 is too small. 36.74 ± 1 is right: "),
        ("1,000", "1,000 is too large. 36.74 ± 1 is right: "),
        ("", "Type a number first"),
        ("much", "Type a number first"),
        ("1/", "Type a number first"),
    ],
)
def test_a_typed_number(visit: Visit, typed: str, told: str) -> None:
    page = visit(CHAPTER)
    one = quiz(page, NUMBER)
    one.get_by_role("textbox").fill(typed)
    page.keyboard.press("Enter")
    assert words(one.get_by_role("status").text_content() or "").startswith(told)
    assert one.locator("details").evaluate("fold => fold.open") == (" is " in told)


def test_without_scripts_it_is_a_list_and_a_fold(visit: Visit) -> None:
    page = visit(CHAPTER, java_script_enabled=False)
    one = page.locator(".quiz").first
    expect(one.locator("fieldset, input, button")).to_have_count(0)
    expect(one.locator(".quiz-question")).to_have_text(QUESTION)
    expect(one.locator(".quiz-options > li").first).to_be_visible()
    expect(one.locator(".quiz-feedback")).to_be_hidden()
    one.locator("summary").click()
    expect(one.locator(".quiz-feedback > li").first).to_be_visible()


def test_nothing_is_stored_and_nothing_asked(visit: Visit) -> None:
    page = visit(CHAPTER)
    state = "() => [location.href, document.cookie, JSON.stringify({...localStorage}), "
    state += "JSON.stringify({...sessionStorage})]"
    before = page.evaluate(state)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    one = quiz(page, QUESTION)
    one.get_by_role("radio").first.check()
    one.get_by_role("button").click()
    expect(one.get_by_role("status")).to_contain_text("A is wrong: ")
    assert page.evaluate(state) == before and asked == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_fits_a_phone(visit: Visit, theme: str) -> None:
    page = visit(CHAPTER, width=375, theme=theme)
    for one in page.locator(".quiz").all():
        one.locator("input").first.press("Space")
        one.get_by_role("button").click()
        box = one.bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 375
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
