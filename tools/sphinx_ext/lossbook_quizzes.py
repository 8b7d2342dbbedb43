"""A prediction with answers to choose from, or a number to type, becomes a quiz on the page.

The source is plain Markdown, and without scripts the page shows just that: a question in bold,
perhaps a list of options, and the fold, which ends in one line for each answer.

    **Which is larger?**

    - A. The first.
    - B. The second.

    <details class="predict">
    <summary>Decide, then open</summary>

    The explanation.

    - A is wrong: why.
    - B is right: why.

    </details>

Without options the answers are numbers: `- 0.693 ± 0.01 is right: …`, `- 1 is wrong: …`.
Here both lists are marked and the right answer is written beside them; `lossbook-quiz.js` makes
the form. A list in a fold that has no such line is a list and nothing else.
"""

import json
import re
from dataclasses import dataclass
from html import escape
from typing import Any, NamedTuple

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

OPEN, CLOSE = '<details class="predict">', "</details>"
OPTION = re.compile(r"([A-Z])\. (.+)", re.DOTALL)
NUMBER = r"[-−]?\d[\d,]*(?:\.\d+)?(?:e[-−]?\d+)?"
FEEDBACK = re.compile(
    rf"(?P<answer>[A-Z]|{NUMBER})(?: ± (?P<within>{NUMBER}))?(?: ?%)?"
    r" is (?P<verdict>right|wrong): (?P<why>.+)",
    re.DOTALL,
)
SCRIPT = "lossbook-quiz.js"


class QuizError(ValueError):
    """What is wrong with the lists of a quiz."""


class Feedback(NamedTuple):
    answer: str
    """A letter, or a number as written."""
    within: str
    """How far off a right number may be, as written, or nothing."""
    right: bool
    why: str


@dataclass(frozen=True)
class Quiz:
    options: list[str]
    """Without their letters. None: the answer is a number to type."""
    feedback: list[Feedback]

    @property
    def right(self) -> int:
        """The index of the right answer."""
        return next(n for n, each in enumerate(self.feedback) if each.right)

    @property
    def ranges(self) -> list[tuple[float, float]]:
        """From where to where a typed number is taken for each answer."""
        return [around(each) for each in self.feedback]


def decimal(text: str) -> float:
    return float(text.replace("−", "-").replace(",", ""))


def around(each: Feedback) -> tuple[float, float]:
    """Within the tolerance, or else what rounds to the number as written."""
    mantissa, _, power = each.answer.partition("e")
    places = len(mantissa.partition(".")[2]) - int(power.replace("−", "-") or 0)
    value = decimal(each.answer)
    within = decimal(each.within) if each.within else 0.5 * 10.0**-places
    return value - within, value + within


def read(options: list[str], feedback: list[str]) -> Quiz | None:
    """The quiz made of two lists of lines, without their bullets; None if there is none."""
    choices = [OPTION.fullmatch(line.strip()) for line in options]
    answers = [FEEDBACK.fullmatch(line.strip()) for line in feedback]
    if not any(choices) and not any(answers):
        return None
    for line, match in zip(options, choices, strict=True):
        if match is None and any(choices):
            raise QuizError(f"the option “{line}” does not begin with a letter, as in “A. …”")
    for line, match in zip(feedback, answers, strict=True):
        if match is None:
            raise QuizError(f"“{line}” is not “A is right: …” or “A is wrong: …”")
    found = [
        Feedback(m["answer"], m["within"] or "", m["verdict"] == "right", m["why"])
        for m in answers
        if m
    ]
    letters = [match[1] for match in choices if match]
    if letters != [chr(ord("A") + n) for n in range(len(letters))]:
        raise QuizError(f"the options are {', '.join(letters)}; expected A, B, C in this order")
    if letters and [each.answer for each in found] != letters:
        named = ", ".join(each.answer for each in found) or "none"
        raise QuizError(f"the options are {', '.join(letters)}, but the fold answers {named}")
    if not letters and any(each.answer.isalpha() for each in found):
        raise QuizError("the fold answers letters, but there are no options above it")
    right = sum(each.right for each in found)
    if right != 1:
        raise QuizError(f"{right} answers are right; expected 1")
    return Quiz([match[2] for match in choices if match], found)


def lines(node: nodes.Node | None) -> list[str]:
    return [item.astext() for item in node] if isinstance(node, nodes.bullet_list) else []


def html(text: str) -> nodes.raw:
    return nodes.raw("", text, format="html")


class Quizzes(SphinxPostTransform):
    default_priority = 10
    formats = ("html",)

    def run(self, **_: object) -> None:
        for fold in [n for n in self.document.findall(nodes.raw) if OPEN in n.astext()]:
            try:
                mark(fold)
            except QuizError as error:
                logging.getLogger(__name__).warning("quiz: %s", error, location=fold)


def mark(fold: nodes.raw) -> None:
    """Name the parts of the quiz around a fold, if there is one."""
    siblings = fold.parent.children
    start = siblings.index(fold)
    end = next(
        n for n in range(start, len(siblings))
        if isinstance(siblings[n], nodes.raw) and CLOSE in siblings[n].astext()
    )  # fmt: skip
    above = siblings[start - 1] if start else None
    quiz = read(lines(above), lines(siblings[end - 1]))
    if quiz is None:
        return
    question = siblings[start - (2 if quiz.options else 1)]
    said = [node for node in question.children if node.astext()]
    if not (isinstance(question, nodes.paragraph) and isinstance(said[-1], nodes.strong)):
        raise QuizError("the paragraph above does not end in a question in bold")
    parts = {"feedback": siblings[end - 1], "question": question}
    if quiz.options and above is not None:
        parts["options"] = above
    for name, part in parts.items():
        assert isinstance(part, nodes.Element)
        part["classes"].append(f"quiz-{name}")
    ranges = "" if quiz.options else f' data-ranges="{escape(json.dumps(quiz.ranges))}"'
    fold.parent.insert(end + 1, html("</div>"))
    opening = html(f'<div class="quiz" data-right="{quiz.right}"{ranges}>')
    fold.parent.insert(fold.parent.index(question), opening)


def add_script(app: Sphinx, _page: str, _template: str, _context: Any, tree: Any) -> None:
    """Only a page with a quiz loads it."""
    if tree and any('class="quiz"' in node.astext() for node in tree.findall(nodes.raw)):
        app.add_js_file(SCRIPT, loading_method="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_post_transform(Quizzes)
    app.connect("html-page-context", add_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
