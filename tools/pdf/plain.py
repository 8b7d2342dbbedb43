"""What moves or is clicked becomes what can be printed."""

import posixpath

from bs4 import Tag

# no use on paper: controls, scripts, and the signs that a heading can be linked to
USELESS = "script, style, button, input, select, textarea, .headerlink, [hidden]"


def flatten(article: Tag) -> None:
    """A slider leaves its still picture, a quiz its question and its options."""
    for tag in article.select(USELESS):
        if not tag.decomposed:
            tag.decompose()


def demote(article: Tag) -> None:
    """Each heading one level down: above the chapters stand the parts."""
    for tag in article.find_all(["h1", "h2", "h3", "h4", "h5"]):
        tag.name = f"h{int(tag.name[1]) + 1}"


def relocate(article: Tag, page: str, site: str) -> None:
    """Pictures are fetched from where the page was."""
    for tag in article.find_all("img", src=True):
        source = str(tag["src"])
        if not source.startswith("data:"):
            tag["src"] = (
                f"{site}/{posixpath.normpath(posixpath.join(posixpath.dirname(page), source))}"
            )
        tag.attrs.pop("loading", None)  # a picture off the screen would never be fetched
