"""The printed book, and the sheet that prints on one page."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pypdfium2
import pytest
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import Browser, Page

import lossbook as lb
from tools import chromium
from tools.check_pdf import Printed, squeeze
from tools.pdf import assemble, contents, finish, make, press
from tools.unchanged import ROOT

from .conftest import Visit

ORDER = contents.read(ROOT / "_toc.yml")


def source(page: str) -> Tag:
    """What the site shows of a page."""
    text = (make.SITE / f"{page}.html").read_text(encoding="utf-8")
    article = BeautifulSoup(text, "html.parser").find("article")
    assert isinstance(article, Tag)
    return article


@pytest.fixture(scope="session")
def sources() -> dict[str, Tag]:
    return {page: source(page) for page in ORDER.pages}


@pytest.fixture(scope="session")
def printed() -> Printed:
    program = chromium.find()
    assert program, chromium.MISSING
    assert make.make(program)
    return Printed(make.PDF)


# not printed, or in other words: keys, handles, and what a screen reader alone is told
UNPRINTED = "summary, button, script, style, .headerlink, .math, pre, [hidden]"


def sentences(within: Tag, least: int = 30) -> list[str]:
    """Runs of words that nothing interrupts, long enough to stand there alone."""
    unprinted = {id(text) for tag in within.select(UNPRINTED) for text in tag.find_all(string=True)}
    texts = [text for text in within.find_all(string=True) if id(text) not in unprinted]
    lines = [line for text in texts for line in str(text).splitlines()]
    return [line for line in lines if len(line) > least]


def folded(sources: dict[str, Tag], kind: str) -> dict[str, list[str]]:
    return {
        page: [line for fold in article.select(f"details.{kind}") for line in sentences(fold, 50)]
        for page, article in sources.items()
    }


def code_lines(article: Tag) -> list[str]:
    blocks = article.select(".cell_input pre")
    return [line for block in blocks for line in block.get_text().splitlines() if line.strip()]


def pictures(sources: dict[str, Tag]) -> list[str]:
    return [str(tag["alt"]) for article in sources.values() for tag in article.find_all("img")]


def starts(printed: Printed, words: str) -> int:
    """The page at whose top a chapter begins."""
    found = [n for n, text in enumerate(printed.texts, 1) if squeeze(words) in text[:300] and n > 3]
    assert found, f"no page begins {words}"
    return found[0]


def title(article: Tag) -> str:
    heading = article.find("h1")
    assert isinstance(heading, Tag)
    return heading.get_text().removesuffix("#").strip()


def test_the_file_says_what_it_is(printed: Printed) -> None:
    book = assemble.configured(ROOT)
    assert printed.tagged
    assert printed.language == book.language == "en"
    assert printed.information["/Title"] == book.title
    assert printed.information["/Author"] == book.author
    assert book.licence in printed.rights


def test_the_outline_holds_every_chapter(printed: Printed, sources: dict[str, Tag]) -> None:
    chapters = [title(sources[page]) for page in ORDER.pages if page != ORDER.root]
    outline = [squeeze(each) for each in printed.outline]
    places = [outline.index(squeeze(each)) for each in chapters]
    assert places == sorted(places)
    assert "Solutions" in outline


def test_every_page_shows_its_number(printed: Printed) -> None:
    assert printed.unnumbered() == []


def test_the_contents_name_the_true_pages(printed: Printed, sources: dict[str, Tag]) -> None:
    table = printed.texts[1] + printed.texts[2]
    for page in ORDER.pages:
        if page != ORDER.root:
            words = title(sources[page])
            number = re.search(re.escape(squeeze(words)) + r"(\d+)", table)
            assert number, words
            # the next line may begin with the number of its chapter
            assert number[1].startswith(str(starts(printed, words))), words


def test_nothing_is_cut(printed: Printed, sources: dict[str, Tag]) -> None:
    assert printed.split(pictures(sources)) == []
    lines = [line for article in sources.values() for line in code_lines(article)]
    assert len(lines) > 1000
    assert printed.lacking(lines) == []


def test_every_sentence_is_there(printed: Printed, sources: dict[str, Tag]) -> None:
    # the sheet has no introduction on paper
    lines = [
        line for page, article in sources.items() for line in sentences(article)
        if not page.endswith("cheatsheet")
    ]  # fmt: skip
    assert len(lines) > 3000
    assert printed.lacking(lines) == []


def test_every_figure_and_formula_is_there_in_words(
    printed: Printed, sources: dict[str, Tag]
) -> None:
    articles = sources.values()
    assert printed.undescribed(pictures(sources)) == []
    formulas = [
        tag.get_text().strip().removeprefix("\\(").removesuffix("\\)").strip()
        for article in articles
        for tag in article.select("span.math")
    ]
    assert len(formulas) > 500
    assert printed.undescribed(formulas) == []


def test_solutions_stand_at_the_end(printed: Printed, sources: dict[str, Tag]) -> None:
    lines = [line for each in folded(sources, "solution").values() for line in each]
    assert len(lines) > 100
    assert printed.lacking(lines) == []
    assert printed.early(lines, starts(printed, "Solutions")) == []


def test_answers_stand_behind_their_chapter(printed: Printed, sources: dict[str, Tag]) -> None:
    for page, lines in folded(sources, "predict").items():
        if lines:
            first = starts(printed, title(sources[page]))
            answers = next(
                n for n, text in enumerate(printed.texts, 1)
                if n >= first and "Answerstothequestions" in text
            )  # fmt: skip
            assert printed.lacking(lines) == []
            assert printed.early(lines, answers) == []


def test_chinese_is_printed(printed: Printed, sources: dict[str, Tag]) -> None:
    words = [tag.get_text() for tag in sources["book/reference/glossary"].find_all(lang="zh-Hans")]
    assert len(words) > 50
    assert printed.lacking(words) == []


# The sheet


def sheet(page: Page) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True, print_background=True))


def test_the_sheet_prints_on_one_page(visit: Visit) -> None:
    pdf = sheet(visit("book/reference/cheatsheet.html"))
    assert len(pdf) == 1
    width, height = pdf[0].get_size()
    assert (round(width), round(height)) == (842, 595), "A4, landscape"
    text = squeeze(pdf[0].get_textpage().get_text_range())
    assert [name for name in lb.losses() if name not in text] == []
    cells = [
        line
        for cell in source("book/reference/cheatsheet").find_all("td")
        for line in sentences(cell, 10)
    ]
    assert len(cells) > 20
    assert [line for line in cells if squeeze(line) not in text] == []


def test_a_sheet_that_grew_is_noticed(visit: Visit) -> None:
    page = visit("book/reference/cheatsheet.html")
    page.evaluate("""() => {
        const rows = document.querySelector('.cheatsheet tbody');
        rows.append(...[...rows.children].slice(0, 12).map(row => row.cloneNode(true)));
    }""")
    assert len(sheet(page)) > 1


# Each check, shown something broken

STYLE = """@page { size: A4; margin: 20mm; @bottom-center { content: counter(page) } }
body { margin: 0 } h1 { break-before: page } pre { font: 9pt monospace }"""
TEXT = """<p>A title page</p><h1 id="one">One</h1><p><a href="#two">to two</a></p>
<p>The answer is one hundred.</p><h1 id="two">Two</h1><pre>first = 1\nsecond = 2</pre>"""
PICTURE = (
    '<img alt="A curve." style="width: 20mm; height: 20mm" src="data:image/svg+xml,'
    "%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9' preserveAspectRatio='none'%3E"
    "%3Cpath d='M0 0L9 9' stroke='red'/%3E%3C/svg%3E\">"
)

Small = Callable[..., Printed]


@pytest.fixture
def small(browser: Browser, tmp_path: Path) -> Iterator[Small]:
    page = browser.new_page()

    def printed(text: str = TEXT, style: str = STYLE, tagged: bool = True) -> Printed:
        page.set_content(f'<html lang="en"><title>Small</title><style>{style}</style>{text}')
        pdf = page.pdf(prefer_css_page_size=True, tagged=tagged, outline=tagged)
        path = tmp_path / "small.pdf"
        path.write_bytes(
            finish.finish(pdf, ["One", "Two"] if tagged else [], assemble.configured(ROOT))
        )
        return Printed(path)

    yield printed
    page.close()


def test_a_sound_book_is_green(small: Small) -> None:
    book = small(TEXT + PICTURE)
    assert book.tagged
    assert book.outline == ["One", "Two"]
    assert book.unnumbered() == []
    assert book.split(["A curve."]) == []
    assert book.lacking(["first = 1", "second = 2"]) == []
    assert book.undescribed(["A curve."]) == []
    assert book.early(["first = 1"], 3) == []


def test_a_book_without_tags_is_noticed(small: Small) -> None:
    book = small(TEXT + PICTURE, tagged=False)
    assert not book.tagged
    assert book.outline == []
    assert book.undescribed(["A curve."]) == ["Acurve."]


@pytest.mark.parametrize("foot", ["", "@bottom-center { content: counter(page, upper-roman) }"])
def test_a_page_without_its_number_is_noticed(small: Small, foot: str) -> None:
    assert small(style=re.sub("@bottom.*?}", foot, STYLE)).unnumbered() == [2, 3]


def test_text_that_leaves_the_page_is_noticed(small: Small) -> None:
    line = "A line that is too long for it."
    beside = f'<p style="white-space: nowrap; margin-left: -40mm">{line}</p>'
    assert small(TEXT + beside).lacking([line]) == [line]


def test_code_that_is_cut_is_noticed(small: Small) -> None:
    cut = STYLE + "pre { height: 4mm; width: 8mm; overflow: hidden; contain: paint }"
    assert small(style=cut).lacking(["first = 1", "second = 2"]) != []


def test_a_picture_on_two_pages_is_noticed(small: Small) -> None:
    book = small(TEXT + PICTURE.replace("height: 20mm", "height: 400mm"))
    assert book.split(["A curve."]) == ["A curve."]


def test_an_early_answer_is_noticed(small: Small) -> None:
    line = "The answer is one hundred."
    assert small().early([line], 3) == [line]
    assert small().early([line], 2) == []


@pytest.mark.parametrize(
    ("planted", "complaint"),
    [
        ("<div style='width: 300mm'>Wide</div>", "too wide for the paper: div"),
        ("<pre style='overflow: hidden; white-space: pre'>" + 200 * "x" + "</pre>", "too wide"),
        ("<p class='math'>x</p>", "not set: x"),
        ("<p><span class='math'>\\(\\frac\\)</span></p>", "no formula"),
        ("<img alt='A curve.' src='none.svg'>", "no picture: A curve."),
        ("<p>\u0378</p>", "no font here has \u0378"),
    ],
)
def test_what_would_be_cut_is_not_printed(
    browser: Browser, tmp_path: Path, planted: str, complaint: str
) -> None:
    (tmp_path / "print").mkdir()
    for name in ("print.css", "layout.js"):
        shutil.copy(assemble.HERE / name, tmp_path / "print")
    (tmp_path / "html").symlink_to(make.SITE)
    text = assemble.page_of(assemble.configured(ROOT), "", f"<div>{planted}</div>")
    page = tmp_path / "print" / "book.html"
    page.write_text(text, encoding="utf-8")
    with pytest.raises(press.Unprintable, match=re.escape(complaint)):
        press.press(page, browser)


CHAPTER = """<article class="bd-article"><section id="top"><h1><span
class="section-number">1. </span>First</h1><p><strong>Heads or tails?</strong></p>
<details class="predict"><summary>Decide</summary><p>It was tails.</p></details>
<div class="cell"><div class="cell_input"><pre>toss()</pre></div>
<details class="hide below-input"><summary>Show</summary><pre>the coin fell</pre></details></div>
<p><a href="second.html#there">Elsewhere</a>, <a href="https://example.org/paper">a paper</a>,
<a href="data.csv">the data</a>.</p>
<section id="exercises"><h2>Exercises</h2><section id="one"><h3>1. Compute</h3><p>Two and two?</p>
<details class="solution"><summary>Solution</summary><p>Four.</p></details>
<div class="cell tag_solution"><details class="hide above-input"><summary>Show</summary>
<pre>2 + 2</pre></details></div></section></section></section></article>"""
OTHER = """<article class="bd-article"><section id="top"><h1>{}</h1><p>Words.</p>
<p id="there" style="break-before: page">Here.</p></section></article>"""


def test_folds_links_and_numbers_of_a_short_book(browser: Browser, tmp_path: Path) -> None:
    site = tmp_path / "html"
    site.mkdir()
    (site / "_static").symlink_to(make.SITE / "_static")
    (site / "index.html").write_text(OTHER.format("A book"))
    (site / "first.html").write_text(CHAPTER)
    (site / "second.html").write_text(OTHER.format("Second"))
    (tmp_path / "_config.yml").write_text("{title: A book, author: Nobody, copyright: '2000'}")
    (tmp_path / "_toc.yml").write_text(
        "{root: index, parts: [{caption: All, chapters: [{file: first}, {file: second}]}]}"
    )
    page = assemble.write(tmp_path, site, tmp_path / "print")
    path = tmp_path / "book.pdf"
    path.write_bytes(finish.finish(*press.press(page, browser), assemble.configured(tmp_path)))
    book = Printed(path)
    # title, contents, about and its second page, the chapter, the other and its second page
    assert len(book.texts) == 8
    assert "Contents" in book.texts[1]
    for line in ("Aboutthisbook3", "1.First5", "Second6", "Solutionsoftheexercises8"):
        assert line in book.texts[1]
    chapter, answers = book.texts[4].split("Answerstothequestions")
    assert "Decide,thenturntoanswer1a,page5" in chapter
    assert "Elsewhere(p.7),apaper(example.org/paper),thedata." in chapter
    assert "Solution,page8" in chapter
    assert "Itwastails.thecoinfell" in answers
    assert "tails." not in chapter
    assert "coinfell" not in chapter
    assert "1.ComputeTheexercise,page5Four.2+2" in book.texts[7]
    assert book.unnumbered() == []
