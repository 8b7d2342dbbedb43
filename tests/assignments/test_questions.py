"""Every question of every assignment: right answers pass, wrong ones get exactly their hint."""

import inspect
import re
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lossbook.assignments import arguments, slips
from lossbook.assignments.calling import Here
from lossbook.assignments.compare import distance, scaled
from lossbook.assignments.diagnosis import diagnose, first_ratio, multiplied
from lossbook.assignments.judge import is_right, judge
from lossbook.assignments.kinds import Compute, Decide, Implement, Question, Repair
from tests.assignments.support import (
    ALL,
    FUNCTIONS,
    NAMES,
    Distant,
    answers,
    by_id,
    functions,
    master,
    namespace,
    setting,
    typed,
)
from tools import markdown
from tools.sabotage import python
from tools.sabotage.plant import plants
from tools.unchanged import ROOT

every = pytest.mark.parametrize("question", ALL, ids=by_id)
every_function = pytest.mark.parametrize("question", FUNCTIONS, ids=by_id)


@every
def test_it_has_all_that_a_question_needs(question: Question) -> None:
    text = master(question.assignment).read_text("utf-8")
    place = list(arg.id for arg in ALL if arg.assignment == question.assignment)
    assert question.id == f"{question.assignment}.q{place.index(question.id) + 1}"
    assert question.points > 0 and question.deeper
    assert f'check("{question.id}", {question.answer})' in text
    assert [q.answer for q in ALL].count(question.answer) == 1
    chapter, heading = question.section
    source = (ROOT / "book" / "src" / f"{chapter}.md").read_text("utf-8").replace("`", "")
    assert re.search(rf"^##+ {re.escape(heading)}$", source, re.MULTILINE)
    hints = [mistake.hint for mistake, _ in question.imitated]
    names = [mistake.name for mistake, _ in question.imitated]
    assert len(set(hints)) == len(hints) and len(set(names)) == len(names)
    if isinstance(question, Implement):
        assert len(question.mistakes) >= 6
    if isinstance(question, Decide):
        assert set(re.findall(r"^- \((\w)\) ", section(question), re.MULTILINE)) == set(
            question.options
        )


def section(question: Question) -> str:
    """The text of a question in its master."""
    source = markdown.parse(master(question.assignment))
    check = next(p for p in source.of("cell") if f'check("{question.id}"' in p.text)
    return "\n".join(p.text for p in source.of("prose") if p.section == check.section)


@every
def test_the_solution_passes(question: Question) -> None:
    verdict = judge(question, Here(namespace(question.assignment, True)[question.answer]))
    assert (verdict.state, verdict.points) == ("ok", question.points), verdict


@every
def test_the_untouched_stub_is_to_do(question: Question) -> None:
    untouched = namespace(question.assignment, False).get(question.answer, ...)
    assert judge(question, Here(untouched)).state == "to do"
    assert isinstance(question, Repair) == (untouched is not ...)


@every
def test_right_answers_pass(question: Question) -> None:
    right = answers(question.assignment).RIGHT[question.id]
    assert len(right) >= 3
    for answer in right:
        verdict = judge(question, Here(answer))
        assert verdict.state == "ok", f"{answer}: {verdict}"
        assert judge(question, Distant(answer)) == verdict


@every
def test_each_mistake_gets_exactly_its_hint(question: Question) -> None:
    for mistake, _ in question.imitated:
        verdict = judge(question, Here(typed(question, mistake.imitation)))
        assert (verdict.state, verdict.points) == ("not yet", 0), f"{mistake.name}: {verdict}"
        assert (verdict.mistake, verdict.sentences) == (mistake.name, (mistake.hint,))


def test_too_few_cases_are_noticed() -> None:
    """With its first case alone a question cannot tell its mistakes apart."""
    for question in FUNCTIONS:
        short = replace(question, cases=question.cases[:1])
        verdicts = [judge(short, Here(m.imitation)) for m in question.mistakes]
        names = [m.name for m in question.mistakes]
        assert [verdict.mistake for verdict in verdicts] != names


@every
def test_wrong_answers_as_learners_write_them(question: Question) -> None:
    wrong = answers(question.assignment).WRONG[question.id]
    assert wrong
    for answer, name in wrong:
        verdict = judge(question, Here(answer))
        assert (verdict.state, verdict.mistake) == ("not yet", name), f"{answer}: {verdict}"
        if isinstance(question, Implement):
            words = [word for word, _ in verdict.example]
            assert words[0] == "for" and "expected" in words
            _, call = verdict.example[0]
            assert len(call) < 200, f"not small: {call}"


@every
def test_slips_are_told_apart(question: Question) -> None:
    """Alone, in pairs, and on top of each mistake; a mistake that is a slip keeps its name."""
    if isinstance(question, Decide):
        return
    axes = sorted({axis for sizes in question.sizes for axis in sizes})
    named = {mistake.name for mistake, _ in question.imitated}
    for found in slips.slips(axes):
        if len(found) < 3:
            known = diagnose(question, multiplied(question, question.expected, found))
            assert known and known.name in {slips.name(found), *named}, slips.name(found)
        if len(found) == 1:
            for mistake, imitated in question.imitated:
                if first_ratio(imitated, imitated):  # there is a number other than 0
                    known = diagnose(question, multiplied(question, imitated, found))
                    assert known, f"{mistake.name}; {slips.name(found)}"


@every
def test_right_and_wrong_are_far_apart(question: Question) -> None:
    """In units of what is allowed."""
    for answer in answers(question.assignment).RIGHT[question.id]:
        outcomes = question.ask(Here(answer))
        ratios = [
            question.distance(n, outcome, question.expected[n], loose=False).ratio
            for n, outcome in enumerate(outcomes)
        ]
        if not isinstance(question, Compute):  # there the learner rounds
            assert max(ratios) < 0.1, answer
    for mistake, imitated in question.imitated:
        ratios = [
            question.distance(n, outcome, question.expected[n], loose=False).ratio
            for n, outcome in enumerate(imitated)
        ]
        assert max(ratios) > 10, mistake.name


@every_function
def test_right_answers_never_disagree(question: Implement) -> None:
    solution = namespace(question.assignment, True)[question.answer]
    right = [solution, *answers(question.assignment).RIGHT[question.id]]
    axes = sorted({axis for sizes in question.sizes for axis in sizes})

    @settings(max_examples=30)
    @given(
        st.fixed_dictionaries({a: st.integers(question.least.get(a, 1), 5) for a in axes}),
        st.integers(0, 10**6),
    )
    def agree(lengths: dict[str, int], seed: int) -> None:
        drawn = arguments.draw(question.arguments, np.random.default_rng(seed), lengths)
        expected = question.tried(question.reference, drawn)
        assume(not expected.failure)
        tolerance = scaled(arguments.magnitude(drawn))
        for answer in right:
            outcome = Here(answer).call(*drawn)
            assert not outcome.failure, f"{answer}{drawn}: {outcome}"
            far = distance(outcome.value, expected.value, tolerance).ratio
            assert far < 0.1, f"{answer}{drawn}: {outcome.value} for {expected.value}"

    agree()


@every_function
def test_mutants_of_right_answers_are_rejected(question: Implement) -> None:
    """But for those that are right in another way, each listed with the reason."""
    module = answers(question.assignment)
    sources = {question.answer: functions(question.assignment)[question.answer]}
    written = [answer for answer in module.RIGHT[question.id] if inspect.isfunction(answer)]
    sources |= {answer.__name__: inspect.getsource(answer) for answer in written}
    path, alive, count = master(question.assignment), set(), 0
    for name, text in sources.items():
        for plant in plants("mutant", ROOT, path, text, python.losses(text)):
            count += 1
            names = {**setting(question.assignment), **vars(module)}
            exec(compile(plant.apply(text), "<mutant>", "exec"), names)
            outcomes = question.ask(Here(names[name], seconds=1))
            if all(is_right(question, n, outcome) for n, outcome in enumerate(outcomes)):
                alive.add(f"{plant.before} → {plant.after}")
    assert count >= 10
    assert alive == set(module.SURVIVORS.get(question.id, {}))


@every
def test_a_check_is_fast(question: Question) -> None:
    solution = namespace(question.assignment, True)[question.answer]
    wrong = [typed(question, mistake.imitation) for mistake, _ in question.imitated]
    for answer in (solution, ..., *wrong):
        times = []
        for _ in range(3):
            start = time.process_time()
            judge(question, Here(answer))
            times.append(time.process_time() - start)
        assert min(times) < 0.05, f"{answer}: {min(times):.3f} s"


@pytest.mark.parametrize("name", NAMES)
def test_an_assignment_has_every_kind(name: str) -> None:
    kinds = {type(question).__name__ for question in ALL if question.assignment == name}
    assert 4 <= len([q for q in ALL if q.assignment == name]) <= 6
    assert {"Implement", "Decide"} <= kinds and len(kinds) >= 3
