"""Charts with sliders (lossbook.explorer) on the pages, live and without a foreign request.

A cell's chart arrives as Vega-Lite beside a picture. The picture stays on the page, for print
and for readers without scripts; `_static/explorer.js` draws the chart in its stead once a reader
comes near. Vega comes out of vl-convert when the book is built, so nothing of it is committed.
A page without a chart loads none of this.

On a Markdown page the directive `explorer` draws a chart from the Python expression in it:

    ```{explorer} lb.explorer.explore(lb.mse_loss, over=(-2, 2), target=(0, 1))
    :alt: What is in the picture.
    :caption: What to see in it.
    ```
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any, ClassVar

import vl_convert
from docutils import nodes
from docutils.parsers.rst import directives
from myst_nb.core import render
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from lossbook.explorer import MIME
from tools.unchanged import ROOT


class explorer(nodes.General, nodes.Element):  # type: ignore[misc]
    """A chart: `spec` is its Vega-Lite, `words` say what is in it."""


class Reader:
    """Takes the chart out of a cell's output; myst-nb knows no such type."""

    @staticmethod
    def handle_mime(
        renderer: Any, data: render.MimeData, inline: bool
    ) -> list[nodes.Element] | None:
        if data.mime_type != MIME:
            return None
        content = data.content
        spec = json.loads(content) if isinstance(content, str) else dict(content)
        return [explorer(spec=json.dumps(spec, ensure_ascii=False, sort_keys=True))]


def add_reader() -> None:
    """myst-nb finds its readers by the entry points of installed packages; we are none."""
    known = render.load_mime_renders()
    if Reader not in known:
        render.load_mime_renders = lambda: [*known, Reader]


class BesideThePicture(SphinxPostTransform):
    """Move each chart beside the picture of the same output.

    It runs before myst-nb keeps one type of each output and drops the others.
    """

    default_priority = 3

    def run(self, **_: object) -> None:
        for chart in list(self.document.findall(explorer)):
            held = chart.parent
            bundle = held.parent
            if bundle is None or bundle.get("nb_element") != "mime_bundle":
                self.finish(chart, held)
                continue
            bundle.remove(held)
            for other in bundle.children:
                if other["mime_type"] == "image/svg+xml":
                    self.finish(chart, other)
                    other += chart

    def finish(self, chart: explorer, holder: nodes.Element) -> None:
        (picture,) = holder.findall(nodes.image)
        chart["words"] = picture.get("alt", "")


class ExplorerDirective(SphinxDirective):
    """A chart on a page that is no notebook, made while the page is read."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar = dict.fromkeys(("alt", "caption"), directives.unchanged_required)

    def run(self) -> list[nodes.Node]:
        import lossbook as lb

        for option in ("alt", "caption"):
            if option not in self.options:
                raise self.error(f"explorer needs :{option}:")
        chart = eval(self.arguments[0], {"lb": lb})  # our own sources, as much as a cell is
        svg = chart.still()
        name = f"explorer-{hashlib.sha256(svg.encode()).hexdigest()[:16]}.svg"
        folder = Path(self.env.app.doctreedir) / "explorers"
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / name
        file.write_text(svg, encoding="utf-8")
        for source in (ROOT / "lossbook").glob("*.py"):
            self.env.note_dependency(str(source))
        figure = nodes.figure("", align="default")
        figure += nodes.image(
            uri="/" + os.path.relpath(file, self.env.srcdir).replace(os.sep, "/"),
            alt=self.options["alt"],
        )
        figure += explorer(spec=json.dumps(chart.spec(), ensure_ascii=False, sort_keys=True))
        caption, messages = self.state.inline_text(self.options["caption"], self.lineno)
        figure += nodes.caption(self.options["caption"], "", *caption)
        return [figure, *messages]


def visit(writer: Any, node: explorer) -> None:
    words = writer.attval(node["words"])
    spec = node["spec"].replace("<", "\\u003c")  # fit to stand inside a script element
    writer.body.append(
        f'<div class="explorer" data-words="{words}" hidden>'
        f'<script type="application/json">{spec}</script></div>'
    )
    raise nodes.SkipNode


def skip(_: Any, __: explorer) -> None:
    raise nodes.SkipNode


def load(app: Sphinx, page: str, template: str, context: Any, doctree: Any) -> None:
    """Add the scripts to a page with a chart, and to no other."""
    if doctree is not None and next(iter(doctree.findall(explorer)), None) is not None:
        app.add_js_file("explorer.js", loading_method="defer")
        app.add_css_file("explorer.css")


def write_vega(app: Sphinx, failure: Exception | None) -> None:
    target = Path(app.outdir) / "_static" / "vega.js"
    if failure or app.builder.format != "html" or target.exists():
        return
    target.parent.mkdir(exist_ok=True)
    beside = target.with_suffix(".new")
    bundle = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    # Within a function, as no module: a browser refuses modules that come from a file.
    beside.write_text(f"(() => {{\n{bundle}\n}})();\n", encoding="utf-8")
    beside.replace(target)


def setup(app: Sphinx) -> dict[str, bool]:
    add_reader()
    nowhere = (skip, None)
    app.add_node(
        explorer, html=(visit, None), latex=nowhere, text=nowhere, man=nowhere, texinfo=nowhere
    )
    app.add_directive("explorer", ExplorerDirective)
    app.add_post_transform(BesideThePicture)
    app.connect("html-page-context", load)
    app.connect("build-finished", write_vega)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
