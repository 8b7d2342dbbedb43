"""Set a derivation as a grid, so that on a phone each reason goes below its line.

A notebook holds a derivation as one block of aligned LaTeX, which Jupyter shows well and a
narrow page can only scroll. On the page each line becomes formula and reason, side by side
where there is room.
"""

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

BLOCK = re.compile(r"\s*\\begin\{alignedat\}\{2\}\n(.*)\n\\end\{alignedat\}\s*", re.DOTALL)
BETWEEN = " \\\\[0.6em]\n"  # what lossbook.Derivation writes between two lines
LINE = re.compile(r"(.*?) ?&(=?) (.*?)(?: &\\quad& \\text\{(.*)\})?", re.DOTALL)


def lines(text: str) -> list[tuple[str, str, str]] | None:
    """Name, formula and reason of each line, or None if this is no derivation."""
    block = BLOCK.fullmatch(text)
    if block is None:
        return None
    found = [LINE.fullmatch(line) for line in block[1].split(BETWEEN)]
    if not all(found):
        return None
    return [(line[1], f"{line[2]} {line[3]}".strip(), line[4] or "") for line in found if line]


def cell(kind: str, *children: nodes.Node) -> nodes.Element:
    return nodes.container("", *children, classes=[f"derivation-{kind}"])


def formula(text: str) -> nodes.Element:
    return nodes.math("", rf"\displaystyle {text}") if text else nodes.Text("")


class Derivations(SphinxPostTransform):
    """Runs after the outputs of the cells have become nodes."""

    default_priority = 10
    formats = ("html",)

    def run(self, **_: object) -> None:
        for block in list(self.document.findall(nodes.math_block)):
            found = lines(block.astext())
            if found is None:
                continue
            grid = nodes.container(classes=["derivation"])
            for name, right, reason in found:
                grid += cell("name", formula(name))
                grid += cell("formula", formula(right))
                grid += cell("reason", nodes.Text(reason))
            block.replace_self(grid)


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_post_transform(Derivations)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
