"""Title, contents, parts, chapters, solutions: the built pages as one page of HTML."""

import html
import shutil
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import yaml
from bs4 import BeautifulSoup, Tag

from lossbook import __version__
from tools.pdf import anchors, answers, plain
from tools.pdf.contents import Contents, Part, read

HERE = Path(__file__).parent
SITE = "../html"  # seen from the assembled page
FACES = {  # type that comes with Matplotlib, so that every computer prints the same pages
    "STIXGeneral.ttf": ("Book", 400, "normal"),
    "STIXGeneralItalic.ttf": ("Book", 400, "italic"),
    "STIXGeneralBol.ttf": ("Book", 700, "normal"),
    "STIXGeneralBolIta.ttf": ("Book", 700, "italic"),
    "DejaVuSansMono.ttf": ("Book Mono", 400, "normal"),
    "DejaVuSansMono-Bold.ttf": ("Book Mono", 700, "normal"),
    "DejaVuSansMono-Oblique.ttf": ("Book Mono", 400, "italic"),
}
PAPER = (
    "On paper, the answer to a question stands at the end of its chapter, and the solution of an "
    "exercise at the end of the book; beside each stands the page that it belongs to."
)
NUMERALS = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")


@dataclass(frozen=True)
class Book:
    """What stands on the title page, and what the file says of itself."""

    title: str
    author: str
    year: str
    language: str
    subtitle: str = "A course on loss functions, with every formula checked"
    licence: str = "CC BY 4.0"
    licence_address: str = "https://creativecommons.org/licenses/by/4.0/"
    version: str = __version__


@dataclass
class Chapter:
    """A page of the book on its way to paper."""

    page: str
    article: Tag
    title: str
    number: str
    solutions: list[answers.Solution]


def configured(root: Path) -> Book:
    settings = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    language = settings.get("sphinx", {}).get("config", {}).get("language", "en")
    return Book(settings["title"], settings["author"], settings["copyright"], language)


def chapter(soup: BeautifulSoup, site: Path, page: str, pages: list[str]) -> Chapter:
    """Read a built page and make it fit for paper."""
    built = BeautifulSoup((site / f"{page}.html").read_text(encoding="utf-8"), "html.parser")
    article = built.find("article", class_="bd-article")
    assert isinstance(article, Tag), f"{page}.html holds no article"
    article.extract()
    article["id"] = anchors.anchor(page)
    anchors.rename(article, page)
    article["id"] = anchors.anchor(page)
    anchors.redirect(soup, article, page, pages)
    plain.relocate(article, page, SITE)
    solutions = answers.take_solutions(soup, article, page)
    heading = article.find("h1")
    assert isinstance(heading, Tag), f"{page}.html has no title"
    counted = heading.find(class_="section-number")
    number = counted.get_text().strip(" .\u00a0") if isinstance(counted, Tag) else ""
    section = answers.take_predictions(soup, article, page, number)
    if section is not None:
        article.append(section)
    answers.open_folds(soup, article)
    for piece in (piece for solution in solutions for piece in solution.pieces):
        answers.open_folds(soup, piece)
        plain.flatten(piece)
        anchors.number_links(soup, piece)
    plain.flatten(article)
    title = heading.get_text().strip()
    plain.demote(article)
    return Chapter(page, article, title, number, solutions)


def element(soup: BeautifulSoup, name: str, text: str = "", **attributes: str) -> Tag:
    made = soup.new_tag(name, attrs={key.rstrip("_"): value for key, value in attributes.items()})
    if text:
        made.string = text
    return made


def title_page(soup: BeautifulSoup, book: Book) -> Tag:
    page = element(soup, "div", class_="title-page")
    page.append(element(soup, "p", book.title, class_="book-title"))
    page.append(element(soup, "p", book.subtitle, class_="book-subtitle"))
    page.append(element(soup, "p", book.author, class_="book-author"))
    small = element(
        soup, "p", f"Version {book.version}. © {book.year} {book.author}. ", class_="imprint"
    )
    small.append("Text and figures may be shared and changed, with the source named: ")
    licence = element(soup, "a", book.licence, href=book.licence_address)
    small.append(licence)
    small.append(", creativecommons.org/licenses/by/4.0. Code is under the MIT licence.")
    page.append(small)
    return page


def entry(soup: BeautifulSoup, target: str, words: str) -> Tag:
    line = element(soup, "li")
    named = anchors.link(soup, target, words)
    line.append(named)
    line.append(anchors.page_number(soup, target, "", ""))
    return line


def table_of_contents(
    soup: BeautifulSoup,
    front: Chapter,
    parts: list[tuple[Part, list[Chapter]]],
    solved: list[Chapter],
) -> Tag:
    table = element(soup, "section", class_="contents", id="contents")
    table.append(element(soup, "h1", "Contents"))
    lines = element(soup, "ul")
    lines.append(entry(soup, anchors.anchor(front.page), "About this book"))
    table.append(lines)
    for part, chapters in parts:
        table.append(element(soup, "p", part.caption, class_="contents-part"))
        lines = element(soup, "ul")
        for each in chapters:
            lines.append(entry(soup, anchors.anchor(each.page), each.title))
        table.append(lines)
    if solved:
        table.append(element(soup, "p", "Solutions", class_="contents-part"))
        lines = element(soup, "ul")
        lines.append(entry(soup, "solutions", "Solutions of the exercises"))
        table.append(lines)
    return table


def solution_pages(soup: BeautifulSoup, solved: list[Chapter]) -> Tag:
    pages = element(soup, "div", class_="solutions", id="solutions")
    pages.append(element(soup, "h1", "Solutions"))
    for each in solved:
        pages.append(element(soup, "h2", each.title, id=anchors.anchor(each.page, "solutions")))
        for solution in each.solutions:
            box = element(soup, "section", class_="solution", id=solution.name)
            heading = element(soup, "h3", solution.exercise)
            box.append(heading)
            back = element(soup, "p", class_="turn")
            back.append(anchors.link(soup, solution.origin, "The exercise"))
            back.append(anchors.page_number(soup, solution.origin, ", page\u00a0", ""))
            box.append(back)
            for piece in solution.pieces:
                box.append(piece)
            pages.append(box)
    return pages


def style(soup: BeautifulSoup, heads: dict[str, str]) -> Tag:
    """Type, and a running head for each chapter: a page of its own name."""
    rules = [
        f"@font-face {{ font-family: '{family}'; font-weight: {weight}; font-style: {slant};"
        f" src: url('fonts/{name}'); }}"
        for name, (family, weight, slant) in FACES.items()
    ]
    for name, words in heads.items():
        shown = words.replace("\\", "").replace('"', "'")
        rules.append(f'@page {name} {{ @top-left {{ content: "{shown}"; }} }}')
        rules.append(f".{name} {{ page: {name}; }}")
    return element(soup, "style", "\n".join(rules))


def assemble(root: Path, site: Path) -> str:
    """The whole book."""
    contents: Contents = read(root / "_toc.yml")
    book = configured(root)
    pages = contents.pages
    soup = BeautifulSoup("", "html.parser")
    front = chapter(soup, site, contents.root, pages)
    heading = front.article.find("h2")
    assert isinstance(heading, Tag)
    heading.name, heading.string = "h1", "About this book"  # the title stands on the first page
    parts = [
        (part, [chapter(soup, site, page, pages) for page in part.pages]) for part in contents.parts
    ]
    front.article.append(element(soup, "p", PAPER))
    solved = [each for _, chapters in parts for each in chapters if each.solutions]
    body = [title_page(soup, book), table_of_contents(soup, front, parts, solved), front.article]
    heads: dict[str, str] = {}
    for number, (part, chapters) in enumerate(parts, 1):
        for place, each in enumerate(chapters):
            name = f"chapter-{len(heads)}"
            heads[name] = each.title
            each.article["class"] = f"bd-article {name}"
            if place == 0:
                caption = part.caption
                if each.number:
                    caption = f"Part {NUMERALS[number]}: {caption}"
                each.article.insert(0, element(soup, "h1", caption, class_="part"))
            body.append(each.article)
    if solved:
        last = solution_pages(soup, solved)
        heads["solution-pages"] = "Solutions"
        last["class"] = "bd-article solutions solution-pages"
        body.append(last)
    return page_of(book, str(style(soup, heads)), "\n".join(map(str, body)))


def page_of(book: Book, styles: str, body: str) -> str:
    sheets = (f"{SITE}/_static/pygments.css", f"{SITE}/_static/lossbook.css", "print.css")
    links = "".join(f'<link rel="stylesheet" href="{sheet}">' for sheet in sheets)
    return (
        f'<!DOCTYPE html>\n<html lang="{book.language}" data-theme="light">\n<head>'
        f'<meta charset="utf-8"><title>{html.escape(book.title)}</title>{links}{styles}'
        f'<script src="layout.js"></script>'
        f'<script defer src="{SITE}/_static/mathjax/es5/tex-chtml.js"></script>'
        f"</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def write(root: Path, site: Path, folder: Path) -> Path:
    """Write the page and what it needs into the folder, a neighbour of the site."""
    (folder / "fonts").mkdir(parents=True, exist_ok=True)
    for name in FACES:
        shutil.copy(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name, folder / "fonts")
    for name in ("print.css", "layout.js"):
        shutil.copy(HERE / name, folder)
    page = folder / "book.html"
    page.write_text(assemble(root, site), encoding="utf-8")
    return page
