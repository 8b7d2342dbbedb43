"""Small repairs of what Jupyter Book makes of the pages."""

from typing import Any

from bs4 import BeautifulSoup
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.math import MathDomain


class NamedEquations(MathDomain):
    """`[the softmax](#eq-softmax)` reads "the softmax (1.2)"; Sphinx would drop the words.

    The words are what a reader of the notebook sees, where no equation has a number.
    """

    def resolve_any_xref(self, *arguments: Any) -> list[tuple[str, nodes.Element]]:
        found = super().resolve_any_xref(*arguments)
        node, words = arguments[-2:]
        for _, reference in found:
            if node.get("refexplicit"):
                reference.insert(0, [words.deepcopy(), nodes.Text(" ")])
        return found


def drop_thebe(app: Sphinx, config: Any) -> None:
    """We do not use Thebe. Its scripts name a foreign server and log an error on every page."""
    for listeners in app.events.listeners.values():
        listeners[:] = [
            each for each in listeners if not each.handler.__module__.startswith("sphinx_thebe")
        ]
    sheets = app.registry.css_files
    sheets[:] = [sheet for sheet in sheets if "thebe" not in sheet[0]]


def name_folds(app: Sphinx, name: str, template: str, context: dict[str, Any], _: object) -> None:
    """The arrows in the list of the pages get a name; a screen reader would say "button"."""
    made = context["generate_toctree_html"]

    def named(*arguments: Any, **options: Any) -> Any:
        soup = BeautifulSoup(str(made(*arguments, **options)), "html.parser")
        for arrow in soup.select("li > details > summary"):
            page = arrow.find_parent("li")
            words = page.a.get_text(strip=True) if page and page.a else ""
            arrow["aria-label"] = f"Pages under {words}"
        return soup

    context["generate_toctree_html"] = named


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_domain(NamedEquations, override=True)
    app.connect("config-inited", drop_thebe)
    app.connect("html-page-context", name_folds, priority=900)  # after the theme
    return {"parallel_read_safe": True, "parallel_write_safe": True}
