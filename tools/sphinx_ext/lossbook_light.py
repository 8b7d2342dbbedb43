"""Leave out what the theme loads on every page and this book does not use.

Its icons come as a script and a font of 700 kB, compressed; the pages use a dozen of them,
which are cut out of the theme's own font. Its search index is for the search page.
"""

import re
from pathlib import Path
from typing import Any

from fontTools import subset
from markupsafe import Markup
from sphinx.application import Sphinx

UNUSED = re.compile(
    r'[ \t]*<script[^>]*src="[^"]*(?:fontawesome|searchtools|language_data|searchindex)\.js'
    r'[^"]*"[^>]*></script>\n?'
)
ICON = re.compile(r"\bfa-[a-z-]+")
GLYPH = re.compile(r"\.(fa-[a-z0-9-]+):before\{content:\"\\([0-9a-f]+)\"")
FONT = "icons.woff"  # named in lossbook.css


def lighter(head: str) -> Markup:
    """The head of a page without the scripts that it can do without."""
    return Markup(UNUSED.sub("", head))


def context(app: Sphinx, name: str, template: str, context: dict[str, Any], _: object) -> None:
    context["lighter"] = lighter


def used(site: Path) -> set[str]:
    """The icons that the pages name, and those that the theme's script puts there later."""
    scripts = (site / "_static" / "scripts").glob("*theme.js")
    texts = [path.read_text(encoding="utf-8") for path in (*site.rglob("*.html"), *scripts)]
    return {name for text in texts for name in ICON.findall(text)}


def glyphs(sheet: str, names: set[str]) -> list[int]:
    """The letters that the theme's style sheet gives the icons; other classes have none."""
    known = {name: int(letter, 16) for name, letter in GLYPH.findall(sheet)}
    # one rule may serve several names
    for group, letter in re.findall(r"((?:\.fa-[a-z0-9-]+:before,?)+)\{content:\"\\(\w+)\"", sheet):
        known |= {name: int(letter, 16) for name in ICON.findall(group)}
    return sorted({known[name] for name in names & known.keys()})


def cut(font: Path, letters: list[int], target: Path) -> None:
    options = subset.Options(flavor="woff", notdef_outline=True)
    whole = subset.load_font(font, options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=letters)
    cutter.subset(whole)
    beside = target.with_suffix(".new")
    subset.save_font(whole, beside, options)
    beside.replace(target)


def finish(app: Sphinx, error: Exception | None) -> None:
    if error is not None or app.builder.format != "html":
        return
    site = Path(app.outdir)
    static = site / "_static"
    sheet = (static / "styles" / "pydata-sphinx-theme.css").read_text(encoding="utf-8")
    font = static / "vendor" / "fontawesome" / "webfonts" / "fa-solid-900.ttf"
    cut(font, glyphs(sheet, used(site)), static / FONT)


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("html-page-context", context)
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
