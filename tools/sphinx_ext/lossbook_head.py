"""What search engines and messengers show of a page: description, picture, address, site map.

Descriptions come from the page's own text, the picture from the package's own drawing code.
Whatever must be absolute needs `html_baseurl`, the address of the pages, and is left out
without it.
"""

import html
import re
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from docutils import nodes
from sphinx.application import Sphinx

PICTURE = "_static/preview.png"
WORDS = "Two curves over the score: how cross-entropy and the hinge loss punish a wrong score."
LONGEST = 200  # what is shown of a description is less
WITHOUT_TEXT = {
    "genindex": "Every function, term and symbol of The Loss Book, in alphabetical order.",
    "search": "Search The Loss Book: a loss by its English, its PyTorch or its Chinese name.",
}
SENTENCE = re.compile(r"(?<=[.?!:])\s+(?=[A-Z“])")


def plain(paragraph: nodes.Node) -> str:
    return re.sub(r"\s+", " ", paragraph.astext()).strip()


def description(doctree: nodes.Node) -> str:
    """The first sentences of the page that hold no formula, up to a length that is shown."""
    kept = ""
    for paragraph in doctree.findall(nodes.paragraph):
        if any(paragraph.findall(nodes.math)) or isinstance(paragraph.parent, nodes.legend):
            continue
        for sentence in SENTENCE.split(plain(paragraph)):
            if kept and len(kept) + len(sentence) >= LONGEST:
                return kept
            kept = f"{kept} {sentence}".strip()
        if len(kept) >= LONGEST / 2:
            break
    return kept if len(kept) <= LONGEST else kept[: LONGEST - 1].rsplit(" ", 1)[0] + "…"


def tags(site: str, address: str, title: str, text: str, book: str) -> str:
    """The lines for the head of the page at this address, below the site's."""
    found = {"og:title": title, "og:site_name": book, "og:type": "article"}
    if site:
        picture = urljoin(site, PICTURE)
        found |= {"og:url": urljoin(site, address), "og:image": picture, "og:image:alt": WORDS}
    lines = [f'<meta name="description" content="{html.escape(text)}"/>']
    lines += [f'<meta property="{name}" content="{html.escape(value)}"/>'
              for name, value in {**found, "og:description": text}.items()]  # fmt: skip
    if site:
        lines.append('<meta name="twitter:card" content="summary_large_image"/>')
    return "\n".join(lines)


def context(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.Node | None
) -> None:
    text = WITHOUT_TEXT.get(name, "") if doctree is None else description(doctree)
    title = html.unescape(re.sub(r"<[^>]+>", "", str(context.get("title") or app.config.project)))
    address = app.builder.get_target_uri(name)
    head = tags(app.config.html_baseurl, address, title, text, app.config.html_title)
    context["metatags"] = f"{context.get('metatags', '')}\n{head}"


def site_map(site: str, addresses: list[str]) -> str:
    places = "".join(
        f"<url><loc>{html.escape(urljoin(site, each))}</loc></url>\n" for each in sorted(addresses)
    )
    schema = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="{schema}">\n{places}</urlset>\n'


def draw(target: Path) -> None:
    """1200 × 630 pixels, as messengers want it: the title and two of the book's losses."""
    import matplotlib.pyplot as plt
    import numpy as np

    import lossbook as lb
    from lossbook import plotting

    with plt.rc_context():
        plotting.setup()
        plt.rcParams.update({"font.size": 17, "figure.constrained_layout.use": False})
        score = np.linspace(-3, 3, 301)
        figure, axes = plt.subplots(figsize=(12, 6.3), dpi=100)
        figure.subplots_adjust(left=0.08, right=0.95, bottom=0.13, top=0.7)
        yes = np.ones_like(score)
        losses = {
            "hinge loss": lb.hinge_loss(score, yes, reduction="none"),
            "cross-entropy": lb.binary_cross_entropy_with_logits(score, yes, reduction="none"),
        }
        for (name, loss), at in zip(losses.items(), (-2, 1.2), strict=True):
            plotting.label(axes, score, loss, name, at=at, dx=8, dy=8)
        axes.set(xlabel="score of the right answer", ylabel="loss")
        figure.text(0.08, 0.86, "The Loss Book", fontsize=44, weight="bold")
        figure.text(0.08, 0.77, "Loss functions: derived, checked, drawn", fontsize=24)
        figure.savefig(target, facecolor="white", transparent=False, metadata={"Software": None})
        plt.close(figure)


def finish(app: Sphinx, error: Exception | None) -> None:
    if error is not None or app.builder.name != "html":
        return
    out = Path(app.outdir)
    draw(out / PICTURE)
    site = app.config.html_baseurl
    if site:
        pages = [app.builder.get_target_uri(name) for name in app.env.found_docs]
        (out / "sitemap.xml").write_text(site_map(site, pages), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("html-page-context", context)
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
