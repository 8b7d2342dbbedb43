"""Give each figure a box of its own within which it scrolls where the page is narrow.

The caption stays outside, so that it is read without scrolling.
"""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform


class Boxes(SphinxPostTransform):
    """Runs after the outputs of the cells have become nodes."""

    default_priority = 20
    formats = ("html",)

    def run(self, **_: object) -> None:
        for figure in list(self.document.findall(nodes.figure)):
            for picture in [each for each in figure.children if isinstance(each, nodes.image)]:
                picture.replace_self(nodes.container("", picture.deepcopy(), classes=["scrolls"]))


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_post_transform(Boxes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
