"""What a learner meets: four states, hostile answers, help after two failures, progress."""

import contextlib
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy as sp

import lossbook as lb
from lossbook import assignments
from lossbook.assignments import CheckFailed, check, progress
from lossbook.assignments.calling import Here
from lossbook.assignments.judge import judge
from lossbook.assignments.registry import find

FIRST = "many-classes.q1"
LOG = np.log


@pytest.fixture(autouse=True)
def fresh() -> Any:
    assignments._failures.clear()
    yield
    assert np.log is LOG
    np.log = LOG


def quick(answer: Any, id: str = FIRST) -> Any:
    return judge(find(id), Here(answer, seconds=0.3))


def endless(logits: Any, target: Any) -> Any:
    while True:
        pass


def endless_under_except(logits: Any, target: Any) -> Any:
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


def flood(logits: Any, target: Any) -> Any:
    while True:
        print("more " * 100)


def flood_under_except(logits: Any, target: Any) -> Any:
    while True:
        with contextlib.suppress(BaseException):
            print("more " * 100)


def generator_without_end(logits: Any, target: Any) -> Any:
    while True:
        yield 1


def leaves(logits: Any, target: Any) -> Any:
    sys.exit(0)


def interrupts(logits: Any, target: Any) -> Any:
    raise KeyboardInterrupt


def divides(logits: Any, target: Any) -> Any:
    return 1 / 0


def recurses(logits: Any, target: Any) -> Any:
    return recurses(logits, target)


def changes_logits(logits: Any, target: Any) -> Any:
    logits -= logits.max(axis=1, keepdims=True)
    return lb.cross_entropy(logits, target)


def overwrites(logits: Any, target: Any) -> Any:
    np.log = np.log2  # type: ignore[assignment]
    return 0.0


class Mute(Exception):
    def __str__(self) -> str:
        sys.exit(1)


def raises_the_unspeakable(logits: Any, target: Any) -> Any:
    raise Mute


class Sly:
    """No number, though it says so."""

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        raise SystemExit

    def __array__(self, *_: Any, **__: Any) -> Any:
        while True:
            pass

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


HOSTILE: list[tuple[Callable[..., Any], str, str]] = [
    (endless, "error", "It did not come to an end"),
    (endless_under_except, "error", "It did not come to an end"),
    (flood, "error", "It prints without end"),
    (flood_under_except, "error", "It prints without end"),
    (generator_without_end, "not yet", "It is an array of shape (1000,); a number is expected."),
    (leaves, "error", "It ends the whole program"),
    (interrupts, "error", "It was interrupted"),
    (divides, "error", "It raised ZeroDivisionError."),
    (recurses, "error", "It raised RecursionError."),
    (changes_logits, "not yet", "It changes its argument logits"),
    (overwrites, "error", "np.log had been overwritten"),
    (raises_the_unspeakable, "error", "It raised Mute."),
    (lambda logits: 0.0, "error", "It raised TypeError."),
    (lambda logits, target: None, "to do", "Write mean_loss"),
    (lambda logits, target: print(logits), "not yet", "It returned nothing (None)"),
    (lambda logits, target: "0.5", "not yet", "It is text; a number is expected."),
    (lambda logits, target: float("nan"), "not yet", "There is nan or inf"),
    (lambda logits, target: 1j, "not yet", "It returned an object of type complex."),
    (lambda logits, target: np.array([1j]), "not yet", "It returned complex numbers."),
    (lambda logits, target: [[1], [1, 2]], "not yet", "It is a list; a number is expected."),
    (lambda logits, target: logits, "not yet", "It is an array of shape (1, 2); a number"),
    (lambda logits, target: {"loss": 1}, "not yet", "It is a dictionary; a number is expected."),
    (lambda logits, target: lb, "not yet", "It returned an object of type module."),
    (lambda logits, target: endless, "not yet", "It returned a function."),
    (lambda logits, target: Sly(), "error", "It "),
    (lambda logits, target: sp.Matrix([1]), "not yet", "It returned a matrix"),
    (lambda logits, target: np.zeros(10**15), "error", "It raised"),
]


@pytest.mark.parametrize(("answer", "state", "says"), HOSTILE)
def test_a_hostile_function(answer: Callable[..., Any], state: str, says: str) -> None:
    verdict = quick(answer)
    assert verdict.state == state and verdict.points == 0, verdict
    assert verdict.sentences[0].startswith(says), verdict
    assert not verdict.mistake
    assert len(repr(verdict)) < 2500
    np.log = LOG


@pytest.mark.parametrize(
    ("id", "answer", "says"),
    [
        (FIRST, 0.5, "check wants the function itself: mean_loss, without brackets."),
        ("many-classes.q3", sp.Matrix([1]), "Expected is a SymPy expression, and this is a matrix"),
        ("many-classes.q3", "d/T", "Expected is a SymPy expression, and this is text: write it"),
        ("many-classes.q3", sp.Symbol("x"), "Expected is a SymPy expression, and this is an expre"),
        ("many-classes.q3", sp.Eq(sp.Symbol("d"), 1), "Expected is a SymPy expression, and this "),
        ("many-classes.q3", divides, "Expected is a SymPy expression, and this is a function"),
        ("many-classes.q3", sp.nan, "There is nan or inf"),
        ("many-classes.q4", "0.0943", "Expected is a number, and this is text"),
        ("many-classes.q4", True, "Expected is a number, and this is True or False"),
        ("many-classes.q4", np.zeros(3), "Expected is a number, and this is an array of shape"),
        ("many-classes.q5", "e", "Expected is a letter, and this is 'e'; it can be one of 'a'"),
        ("many-classes.q5", 3, "Expected is a letter, and this is 3"),
    ],
)
def test_an_answer_of_the_wrong_kind(id: str, answer: Any, says: str) -> None:
    verdict = quick(answer, id)
    assert verdict.state in ("not yet", "error") and not verdict.mistake
    assert verdict.sentences[0].startswith(says), verdict


def test_an_object_that_lies_about_its_class() -> None:
    assert quick(Sly()).sentences[0].startswith("check wants the function itself")
    assert quick(Sly(), "many-classes.q4").state == "error"
    assert check("many-classes.q5", Sly()).state == "error"


def test_what_is_printed_is_shown_and_escaped() -> None:
    def talks(logits: Any, target: Any) -> Any:
        print("<b>debugging & so on</b>")
        return lb.cross_entropy(logits, target) + 1

    verdict = check(FIRST, talks)
    assert ("printed", "<b>debugging & so on</b>") in verdict.example
    assert "&lt;b&gt;debugging &amp; so on" in verdict._repr_html_()
    assert "<b>" not in verdict._repr_html_()


def test_an_exception_is_shown_with_its_line() -> None:
    verdict = check(FIRST, divides)
    assert ("raised", "ZeroDivisionError: division by zero, in the line `return 1 / 0`") in (
        verdict.example
    )


def test_the_smallest_input_is_the_one_explained() -> None:
    """The first failing case has several rows and classes; two rows and two classes suffice."""

    def forgets_the_last(logits: Any, target: Any) -> Any:
        each = lb.cross_entropy(logits, target, reduction="none")
        each[2:] = 0
        return each.mean()

    verdict = check(FIRST, forgets_the_last)
    assert verdict.example[0][1] == (
        "mean_loss(np.array([[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]), np.array([0, 0, 0]))"
    )


def test_more_help_after_two_failures() -> None:
    deeper = find(FIRST).deeper
    assert deeper not in check(FIRST, divides).further
    assert deeper in check(FIRST, divides).further
    further = check(FIRST, divides).further
    assert "solutions/many-classes.ipynb" in further[1] and "Where numbers bite" in further[1]
    assert not check(FIRST, lb.cross_entropy).further
    assert deeper not in check(FIRST, divides).further, "a right answer begins anew"


def test_strict_raises_and_says_why() -> None:
    assert check(FIRST, lb.cross_entropy, strict=True).state == "ok"
    with pytest.raises(CheckFailed, match="It raised ZeroDivisionError") as raised:
        check(FIRST, divides, strict=True)
    assert raised.value.verdict.state == "error"
    with pytest.raises(CheckFailed, match="to do"):
        check(FIRST, ..., strict=True)


@pytest.mark.parametrize("id", ["many-classes.q99", "manyclasses.q1", "", "nothing", 3, None])
def test_an_unknown_question_is_an_error_in_words(id: Any) -> None:
    verdict = check(id, 1)
    assert (verdict.state == "error" and "many-classes" in verdict.sentences[0]) or id in (3, None)


def test_a_fault_of_the_check_itself_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("out of order")

    monkeypatch.setattr(assignments, "judge", broken)
    assert "The check itself failed" in check(FIRST, lb.cross_entropy).sentences[0]


def test_numpy_overwritten_by_a_cell() -> None:
    np.log = 3  # type: ignore[assignment]
    verdict = check(FIRST, lb.cross_entropy)
    assert verdict.state == "error" and verdict.sentences[0].startswith("np.log had been")
    assert check(FIRST, lb.cross_entropy).state == "ok"


def test_without_a_timer_it_says_so_and_goes_on() -> None:
    """In a thread, as on Windows, nothing can be interrupted."""
    found = []
    thread = threading.Thread(target=lambda: found.append(check(FIRST, lb.cross_entropy)))
    thread.start()
    thread.join()
    assert found[0].state == "ok" and "The limit of 5 seconds" in found[0].further[-1]
    assert not check(FIRST, lb.cross_entropy).further


def test_another_alarm_is_left_as_it_was() -> None:
    def mine(*_: Any) -> None: ...

    before = signal.signal(signal.SIGALRM, mine)
    signal.setitimer(signal.ITIMER_REAL, 100)
    try:
        check(FIRST, lb.cross_entropy)
        assert signal.getsignal(signal.SIGALRM) is mine
        assert 90 < signal.getitimer(signal.ITIMER_REAL)[0] <= 100
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_progress_is_read_from_the_names() -> None:
    assert "No answer" in repr(progress({}))
    found = progress({"mean_loss": lb.cross_entropy, "culprit": "c", "mean_slope": divides})
    states = {name: verdict.state for name, verdict in found.verdicts}
    assert states["mean_loss"] == states["culprit"] == "ok"
    assert states["mean_slope"] == "error" and states["masked_loss"] == "to do"
    assert found.points == 4 and found.most == sum(v.most for _, v in found.verdicts)
    assert "together" in repr(found) and "4 of" in found._repr_html_()
    names = {"check": check, "progress": progress, "mean_loss": lb.cross_entropy}
    assert eval("progress()", names).points == 3
