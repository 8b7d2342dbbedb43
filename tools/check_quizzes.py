"""A quiz has one right answer, says why of each, and does not give itself away.

What a quiz is, and what already breaks the build, is told in `sphinx_ext/lossbook_quizzes.py`.
Here: nothing stands twice; what is said of an answer is a reason; the number that is right is
printed by a cell of its section, and so are the numbers in the right option; no other number
is taken for it. Over a chapter and over the book the right option is not always the same
letter, nor the longest or the shortest: a reader would learn that first.
"""

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import nbformat

from tools import markdown
from tools.check_numbers import NUMBER, justified, number, sections
from tools.check_numbers import Number as Value
from tools.markdown import Source
from tools.sphinx_ext.lossbook_quizzes import CLOSE, OPEN, Quiz, QuizError, read
from tools.unchanged import ROOT
from tools.verdict import verdict

LEAST = 2  # in each chapter
OPTIONS = range(2, 6)
WRONG_NUMBERS = 2
REASON = 4  # words
EMPTY = re.compile(r"\b(?:try|think|guess) again\b|\bnot quite\b|^(?:correct|wrong)\b", re.I)
SHARE = 0.5  # of the quizzes of the book at most, for a letter, the longest and the shortest option

Known = dict[str, tuple[list[Value], list[Value]]]


class Placed(NamedTuple):
    place: str
    section: str
    quiz: Quiz


def bullets(lines: list[str]) -> list[str]:
    """The list that a run of lines ends in, without its marks."""
    found: list[str] = []
    while lines and lines[-1].startswith("- "):
        found.insert(0, lines.pop()[2:])
    return found


def quizzes(source: Source) -> Iterator[Placed | str]:
    """Each quiz of a chapter, or what is wrong with one."""
    for part in source.of("prose"):
        for match in re.finditer(
            re.escape(OPEN) + "(.*?)" + re.escape(CLOSE), part.text, re.DOTALL
        ):
            place = source.place(part, match.start())
            above = part.text[: match.start()].rstrip("\n").split("\n")
            inside = match[1].rstrip("\n").split("\n")
            try:
                quiz = read(bullets(above), bullets(inside))
            except QuizError as error:
                yield f"{place}: {error}"
                continue
            if quiz:
                if not (above and "\n".join(above).rstrip().endswith("**")):
                    yield f"{place}: the line above does not end a question in bold"
                yield Placed(place, part.section, quiz)


def faults(placed: Placed, known: Known) -> Iterator[str]:
    place, section, quiz = placed
    for what, texts in ("option", quiz.options), ("reason", [each.why for each in quiz.feedback]):
        for text, count in Counter(re.sub(r"\W+", " ", t).strip().lower() for t in texts).items():
            if count > 1:
                yield f"{place}: the {what} “{text}” stands there {count} times"
    for each in quiz.feedback:
        if EMPTY.search(each.why) or len(each.why.split()) < REASON:
            yield f"{place}: “{each.why}” gives no reason"
    outputs, inputs = known.get(section, ([], []))
    if quiz.options:
        if len(quiz.options) not in OPTIONS:
            yield f"{place}: {len(quiz.options)} options; 2 to 5 can be weighed"
        for match in NUMBER.finditer(re.sub(r"`[^`]*`|\$[^$]*\$", "_", quiz.options[quiz.right])):
            wanted = number(match[0].strip())
            if not justified(wanted, outputs, inputs):
                yield f"{place}: no cell of “{section}” has {wanted.text}, said to be right"
        return
    right = quiz.feedback[quiz.right]
    if not right.within:
        yield f"{place}: how far off may {right.answer} be? Write {right.answer} ± …"
    if len(quiz.feedback) <= WRONG_NUMBERS:
        yield f"{place}: fewer than {WRONG_NUMBERS} wrong numbers are answered"
    if not justified(number(right.answer), outputs, []):
        yield f"{place}: no cell of “{section}” prints {right.answer}, said to be right"
    order = sorted(range(len(quiz.ranges)), key=lambda n: quiz.ranges[n])
    for one, other in pairwise(order):
        if quiz.ranges[one][1] >= quiz.ranges[other][0]:
            first, second = quiz.feedback[one].answer, quiz.feedback[other].answer
            yield f"{place}: a number may be taken for {first} and for {second}"


def stands_out(quiz: Quiz, extreme: Callable[[list[int]], int]) -> bool:
    """The right option is longer, or shorter, than any other."""
    lengths = [len(option) for option in quiz.options]
    most = extreme(lengths)
    return lengths.count(most) == 1 and lengths[quiz.right] == most


def habits(where: str, chosen: list[Quiz], most: int) -> Iterator[str]:
    """What a reader could learn in place of losses, as it helps more than `most` times."""
    if len(chosen) < 2:
        return
    letter, count = Counter(quiz.right for quiz in chosen).most_common(1)[0]
    counts = {chr(ord("A") + letter): count}
    for name, extreme in ("the longest option", max), ("the shortest option", min):
        counts[name] = sum(stands_out(quiz, extreme) for quiz in chosen)
    for what, count in counts.items():
        if count > most:
            yield f"{where}: {what} is right in {count} of {len(chosen)} quizzes"


def chapter_problems(source: Source, known: Known) -> Iterator[str]:
    found = list(quizzes(source))
    placed = [each for each in found if isinstance(each, Placed)]
    yield from (each for each in found if isinstance(each, str))
    for each in placed:
        yield from faults(each, known)
    if len(placed) < LEAST:
        yield f"{source.path.name}: {len(placed)} quizzes; at least {LEAST}"
    chosen = [each.quiz for each in placed if each.quiz.options]
    yield from habits(source.path.name, chosen, len(chosen) - 1)


def problems(root: Path = ROOT) -> list[str]:
    found: list[str] = []
    chosen: list[Quiz] = []
    for source in markdown.sources(root):
        stored = root / "book" / "chapters" / f"{source.path.stem}.ipynb"
        known = sections(nbformat.read(stored, as_version=4)) if stored.exists() else {}
        found += chapter_problems(source, known)
        placed = [each for each in quizzes(source) if isinstance(each, Placed)]
        chosen += [each.quiz for each in placed if each.quiz.options]
    return [*found, *habits("the book", chosen, int(SHARE * len(chosen)))]


if __name__ == "__main__":
    sys.exit(verdict(problems()))
