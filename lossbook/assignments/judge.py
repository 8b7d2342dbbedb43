"""From an answer to a verdict. The judge does not know where the answer lives."""

from __future__ import annotations

import re

from lossbook.assignments.calling import SECONDS, Answer, Outcome
from lossbook.assignments.diagnosis import Diagnosis, alike, diagnose
from lossbook.assignments.kinds import Decide, Derive, Example, Implement, Question, Repair
from lossbook.assignments.show import as_text
from lossbook.assignments.verdict import State, Verdict


def judge(question: Question, answer: Answer) -> Verdict:
    """Return the verdict on an answer."""
    outcomes = question.ask(answer)
    if outcomes[0].failure == "stub":
        return verdict(question, "to do", to_do(question))
    wrong = [n for n, outcome in enumerate(outcomes) if not is_right(question, n, outcome)]
    if not wrong:
        return verdict(question, "ok", praise(question))
    case = wrong[0]
    if isinstance(question, Repair) and alike(question, outcomes, question.untouched):
        example = question.example(case, outcomes[case], answer, question.given)
        said = f"Mend {question.answer}: it still behaves as it was given."
        return verdict(question, "to do", said, None, example)
    known = diagnose(question, outcomes)
    example = question.example(case, outcomes[case], answer, known and known.imitation)
    if known:
        return verdict(question, "not yet", known.hint, known, example)
    came = example.outcome if example else outcomes[case]
    if came.failure:
        # it cannot be judged, or it can and is wrong
        state: State = "not yet" if came.failure in ("changed", "type") else "error"
        return verdict(question, state, failed(question, came), None, example)
    expected = Outcome(example.expected) if example else question.expected[case]
    words = question.distance(case, came, expected, loose=False).words
    return verdict(question, "not yet", words or unforeseen(question, wrong), None, example)


def is_right(question: Question, case: int, outcome: Outcome) -> bool:
    if outcome.failure:
        return False
    return question.distance(case, outcome, question.expected[case], loose=False).ratio <= 1


def verdict(
    question: Question,
    state: State,
    said: str,
    known: Diagnosis | None = None,
    example: Example | None = None,
) -> Verdict:
    return Verdict(
        question=question.id,
        state=state,
        points=question.points if state == "ok" else 0,
        most=question.points,
        sentences=(said,),
        mistake=known.name if known else "",
        example=shown(example),
    )


def shown(example: Example | None) -> tuple[tuple[str, str], ...]:
    """What was called, what came of it, and what should have come."""
    if example is None:
        return ()
    rows = [("for", example.call)]
    came = example.outcome
    if not came.failure or came.failure == "changed":
        rows.append(("came", as_text(came.value)))
    elif came.failure == "raised":
        rows.append(("raised", came.detail))
    if example.expected is not None:
        rows.append(("expected", as_text(example.expected)))
    if came.printed and came.failure != "output":
        rows.append(("printed", came.printed.rstrip("\n")))
    return tuple(rows)


def to_do(question: Question) -> str:
    if isinstance(question, Implement):
        return f"Write {question.answer}: its body is still empty."
    return f"Put {question.wants} in the place of the dots: {question.answer} = …"


def praise(question: Question) -> str:
    if isinstance(question, Decide):
        return question.options[question.right]
    if isinstance(question, Implement):
        return f"Right on all {len(question.expected)} inputs."
    if isinstance(question, Derive):
        return f"Equal to the solution at {len(question.expected)} exact points."
    return "Right."


def unforeseen(question: Question, wrong: list[int]) -> str:
    """A mistake that nobody imitated."""
    if isinstance(question, Implement):
        right = len(question.expected) - len(wrong)
        return (
            f"It is right on {right} of {len(question.expected)} inputs. "
            "Here is the smallest that was found on which it is not."
        )
    if isinstance(question, Derive):
        return "It is not equal to the solution; here is a point where they differ."
    return "That is not it."


def failed(question: Question, outcome: Outcome) -> str:
    """A sentence for each way in which a call can fail."""
    detail = outcome.detail
    if outcome.failure == "changed" and isinstance(question, Implement):
        name = list(question.arguments)[int(detail)]
        return (
            f"It changes its argument {name}, and whoever called it finds other numbers there "
            f"afterwards. Work on a copy: {name} = {name}.copy()."
        )
    return {
        "raised": f"It raised {exception(detail)}.",
        "time": f"It did not come to an end within {SECONDS:g} seconds. "
        "Is there a loop that never stops?",
        "output": "It prints without end. Is there a print inside a loop that never stops?",
        "exit": "It ends the whole program (exit, quit or sys.exit). "
        "A function ends with return instead.",
        "overwrote": f"{detail} had been overwritten, which every other cell uses too. "
        "It has been put back; give your own variable another name.",
        "stopped": "It was interrupted.",
        "no function": f"check wants the function itself: {question.answer}, without brackets.",
        "type": f"It returned {detail}."
        if isinstance(question, Implement)
        else f"Expected is {question.wants}, and this is {detail}.",
    }[outcome.failure]


def exception(detail: str) -> str:
    """The name that an exception's description begins with."""
    return re.split(r"\W", detail, maxsplit=1)[0]
