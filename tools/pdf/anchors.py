"""Names and links that stay right when many pages become one.

An anchor is called by its page and its old name, and a link follows. A link to another
chapter says its page number too; what no paper can follow keeps its words alone.
"""

import posixpath
import re
from collections.abc import Collection
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Tag

FOREIGN = re.compile(r"(https?|mailto):")


def anchor(page: str, name: str = "") -> str:
    """The anchor of a page, or of a name on it."""
    return page.replace("/", "-") + (f"--{name}" if name else "")


def page_number(soup: BeautifulSoup, target: str, before: str, after: str) -> Tag:
    """Where the number of the target's page will stand."""
    number = soup.new_tag("span", attrs={"class": "page-number", "data-to": target})
    number["data-before"], number["data-after"] = before, after
    return number


def link(soup: BeautifulSoup, target: str, words: str) -> Tag:
    made = soup.new_tag("a", attrs={"href": f"#{target}", "class": "reference internal"})
    made.string = words
    return made


def rename(article: Tag, page: str) -> None:
    for tag in article.find_all(id=True):
        tag["id"] = anchor(page, str(tag["id"]))


def legible(address: str, words: str) -> str:
    """What a reader of paper must type, or nothing if the words say it."""
    shown = re.sub(r"^(https?://|mailto:)", "", unquote(address)).rstrip("/")
    if shown.startswith("doi.org/"):  # cited as doi:10.…, which is an address too
        return ""
    return "" if shown in words.replace("\u200b", "") else shown


def redirect(soup: BeautifulSoup, article: Tag, page: str, pages: Collection[str]) -> None:
    """Point the links of a page at the anchors of the one page that all become."""
    for tag in article.find_all("a", href=True):
        address = str(tag["href"])
        if FOREIGN.match(address):
            shown = legible(address, tag.get_text())
            if shown:
                written = soup.new_tag("span", attrs={"class": "address"})
                written.string = f" ({shown})"
                tag.insert_after(written)
            continue
        parts = urlsplit(address)
        path = posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(parts.path)))
        goal = path.removesuffix(".html") if parts.path else page
        if goal not in pages:
            tag.unwrap()
            continue
        target = anchor(goal, unquote(parts.fragment))
        tag["href"] = f"#{target}"
        if goal != page:
            say_page(soup, tag)


def say_page(soup: BeautifulSoup, tag: Tag) -> None:
    target = str(tag["href"]).removeprefix("#")
    tag.insert_after(page_number(soup, target, " (p.\u00a0", ")"))


def number_links(soup: BeautifulSoup, piece: Tag) -> None:
    """Say the pages of all links of what was moved away from them."""
    for tag in piece.find_all("a", href=lambda address: str(address).startswith("#")):
        after = tag.next_sibling
        if not (isinstance(after, Tag) and after.has_attr("data-to")):
            say_page(soup, tag)
