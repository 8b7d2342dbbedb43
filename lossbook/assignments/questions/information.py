"""Information: chapters 2 to 4, on entropy, KL divergence and cross-entropy."""

from __future__ import annotations

from typing import Any

import numpy as np

import lossbook as lb
from lossbook import information
from lossbook.assignments.arguments import Distributions, One, Reals
from lossbook.assignments.kinds import Compute, Decide, Derive, Implement, Mistake, Repair
from lossbook.checks import Array

UNITS = ("nats", "bits")


def rows(*each: list[float]) -> Array:
    return np.array(each, float)


def logarithm(p: Array) -> Array:
    """−∞ at 0, without a warning."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(p))


def times(p: Array, surprise: Array) -> Array:
    """The product, and 0 where p is 0."""
    with np.errstate(invalid="ignore"):
        return np.where(p > 0, p * surprise, 0)


def in_unit(nats: Any, unit: str) -> Any:
    return nats / np.log(2) if unit == "bits" else nats


def row_entropy(p: Array, unit: str) -> Any:
    return in_unit(information.entropy(p), unit)


def as_typed(p: Array, unit: str) -> Any:
    return in_unit(-(p * logarithm(p)).sum(1), unit)


def nan_to_0(p: Array, unit: str) -> Any:
    return np.nan_to_num(as_typed(p, unit))


def always_nats(p: Array, unit: str) -> Any:
    return information.entropy(p)


def times_log_2(p: Array, unit: str) -> Any:
    return information.entropy(p) * (np.log(2) if unit == "bits" else 1)


def all_rows(p: Array, unit: str) -> Any:
    return row_entropy(p, unit).sum()


def down_the_columns(p: Array, unit: str) -> Any:
    return in_unit(times(p, -logarithm(p)).sum(0), unit)


def not_weighed(p: Array, unit: str) -> Any:
    return in_unit(np.where(p > 0, -logarithm(p), 0).sum(1), unit)


def one_added(p: Array, unit: str) -> Any:
    return in_unit(-(p * np.log1p(p)).sum(1), unit)


def exponential(p: Array, unit: str) -> Any:
    return np.exp(information.entropy(p))


mean_surprise = Implement(
    id="information.q1",
    points=2,
    answer="mean_surprise",
    section=("information-and-entropy", "Entropy: what you will be told on average"),
    deeper=(
        "Let the logarithm see a harmless number wherever p is 0, with np.where, before it is "
        "taken: then the product there is 0 by itself. The unit comes last, since a number of "
        "bits is the number of nats divided by log 2."
    ),
    reference=row_entropy,
    arguments={"p": Distributions("N K"), "unit": One(UNITS)},
    cases=(
        (rows([1]), "nats"),
        (rows([0.5, 0.5]), "nats"),
        (rows([0.5, 0.5]), "bits"),
        (rows([0.25, 0.75]), "bits"),
        (rows([0.5, 0.25, 0.25], [0.6, 0.3, 0.1]), "nats"),
        (rows([0.5, 0.25, 0.25], [0.6, 0.3, 0.1]), "bits"),
        (rows([0.7, 0.3], [0.5, 0.5], [0.1, 0.9]), "bits"),
        (rows([0.1, 0.2, 0.3, 0.4], [0.25, 0.25, 0.25, 0.25], [0.7, 0.1, 0.1, 0.1]), "nats"),
        (rows([0.2, 0.3, 0.5], [0.9, 0.05, 0.05], [0.1, 0.8, 0.1]), "bits"),
        (rows([1, 0]), "nats"),
        (rows([0, 1], [0.5, 0.5]), "bits"),
        (rows([0.5, 0.5, 0, 0], [0.25, 0.25, 0.25, 0.25], [0, 0, 0, 1]), "bits"),
    ),
    mistakes=(
        Mistake(
            "nan at 0",
            as_typed,
            "Right as long as nothing is impossible. At p = 0 the logarithm is −∞, and 0 times "
            "−∞ is nan, which takes the whole row with it.",
        ),
        Mistake(
            "nan removed too late",
            nan_to_0,
            "The nan is gone, and with it the whole row that it had spoilt: a row with one zero "
            "now counts as certain. Deal with the single term, before the sum.",
        ),
        Mistake(
            "unit ignored",
            always_nats,
            "These are nats, whatever the unit: np.log is the natural logarithm, so somewhere "
            "`unit` must make a difference.",
        ),
        Mistake(
            "units the wrong way round",
            times_log_2,
            "A bit is less than a nat, so the same entropy is a larger number of bits: here it "
            "is a smaller one.",
        ),
        Mistake(
            "all rows in one sum",
            all_rows,
            "This is one number for the whole table: each row is a distribution of its own, so "
            "sum along the row alone.",
        ),
        Mistake(
            "down the columns",
            down_the_columns,
            "The sum runs down the columns, and a column is no distribution: the outcomes lie "
            "along axis 1.",
        ),
        Mistake(
            "not weighed",
            not_weighed,
            "What each outcome tells is added up as if all came equally often: rare news tells "
            "much, and seldom comes.",
        ),
        Mistake(
            "1 added in the logarithm",
            one_added,
            "log(1 + p) is never infinite, and it is no surprise either: it grows with p, and "
            "makes the entropy negative.",
        ),
        Mistake(
            "the number of choices",
            exponential,
            "That is the perplexity, a number of choices: the entropy is its logarithm.",
        ),
    ),
)


def divergence(p: Array, q: Array) -> Any:
    return information.kl_divergence(p, q)


def other_direction(p: Array, q: Array) -> Any:
    return divergence(q, p)


def ratio_as_typed(p: Array, q: Array) -> Any:
    with np.errstate(all="ignore"):
        return (p * np.log(p / q)).sum(1)


def excluded_skipped(p: Array, q: Array) -> Any:
    possible = (p > 0) & (q > 0)
    return times(p, np.where(possible, logarithm(p) - logarithm(q + ~possible), 0)).sum(1)


def constant_added(p: Array, q: Array) -> Any:
    return (p * np.log((p + 1e-7) / (q + 1e-7))).sum(1)


def floor_left_in(p: Array, q: Array) -> Any:
    return information.cross_entropy(p, q)


def of_entropies(p: Array, q: Array) -> Any:
    return information.entropy(q) - information.entropy(p)


def second_log_missing(p: Array, q: Array) -> Any:
    return times(p, logarithm(p) - q).sum(1)


def terms(p: Array, q: Array) -> Array:
    with np.errstate(all="ignore"):
        return times(p, np.log(p / q))


def absolute(p: Array, q: Array) -> Any:
    return np.abs(terms(p, q)).sum(1)


def positive_alone(p: Array, q: Array) -> Any:
    return np.maximum(terms(p, q), 0).sum(1)


def both_directions(p: Array, q: Array) -> Any:
    return divergence(p, q) + divergence(q, p)


def one_number(p: Array, q: Array) -> Any:
    return divergence(p, q).sum()


extra_cost = Implement(
    id="information.q2",
    points=3,
    answer="extra_cost",
    section=("kl-divergence", "Where numbers bite"),
    deeper=(
        "The weight in front decides. Where p is 0 the term is 0, whatever stands behind it: "
        "put 1 in the place of both numbers there, with np.where, before any logarithm. "
        "Everywhere else let log 0 be −∞."
    ),
    reference=divergence,
    arguments={"p": Distributions("N K"), "q": Distributions("N K")},
    cases=(
        (rows([0.5, 0.5]), rows([0.25, 0.75])),
        (rows([0.99, 0.01]), rows([0.5, 0.5])),
        (rows([0.5, 0.25, 0.25]), rows([0.25, 0.25, 0.5])),
        (rows([0.7, 0.2, 0.1], [0.1, 0.8, 0.1]), rows([0.5, 0.3, 0.2], [0.4, 0.4, 0.2])),
        (rows([0.6, 0.4], [0.5, 0.5], [0.2, 0.8]), rows([0.6, 0.4], [0.1, 0.9], [0.3, 0.7])),
        (
            rows([0.1, 0.2, 0.3, 0.4], [0.25, 0.25, 0.25, 0.25], [0.7, 0.1, 0.1, 0.1]),
            rows([0.4, 0.3, 0.2, 0.1], [0.7, 0.1, 0.1, 0.1], [0.25, 0.25, 0.25, 0.25]),
        ),
        (rows([1, 0]), rows([0.5, 0.5])),
        (rows([0.5, 0.5]), rows([1, 0])),
        (rows([0.5, 0.5, 0], [0, 0.3, 0.7]), rows([0.75, 0.25, 0], [0.2, 0.2, 0.6])),
        (rows([0.5, 0.5, 0], [0.2, 0.3, 0.5]), rows([0, 0.5, 0.5], [0.2, 0.2, 0.6])),
    ),
    mistakes=(
        Mistake(
            "the other direction",
            other_direction,
            "These are the outcomes of q, and what they cost whoever believes p: here p is the "
            "truth, and q the belief.",
        ),
        Mistake(
            "nan at 0",
            ratio_as_typed,
            "Right as long as everything is possible. Where p is 0 the term is 0 times −∞, or "
            "the logarithm of 0/0: nan, and the row is lost. But what never comes costs nothing.",
        ),
        Mistake(
            "excluded outcomes skipped",
            excluded_skipped,
            "Outcomes that q excludes are skipped, so the belief that is ruined looks cheap: "
            "only a zero of p makes a term harmless.",
        ),
        Mistake(
            "a constant in the logarithm",
            constant_added,
            "A constant in the logarithm decides that nothing is impossible: to exclude what "
            "happens then costs a finite sum, and you have chosen which.",
        ),
        Mistake(
            "cross-entropy",
            floor_left_in,
            "That is the cross-entropy, floor and error together: of p with itself it is not 0.",
        ),
        Mistake(
            "difference of entropies",
            of_entropies,
            "That is how much more uncertain q is than p: it may be negative, and is 0 for two "
            "opposite beliefs that are equally sure. Both means are taken over p.",
        ),
        Mistake(
            "second logarithm missing",
            second_log_missing,
            "q stands there without its logarithm, so p is not at distance 0 from itself.",
        ),
        Mistake(
            "absolute values",
            absolute,
            "Single terms may be negative, wherever q gives an outcome more than p does; only "
            "their sum is not. Here each has lost its sign.",
        ),
        Mistake(
            "negative terms dropped",
            positive_alone,
            "The negative terms are left out: but what q wins on some outcomes counts against "
            "what it loses on others.",
        ),
        Mistake(
            "both directions",
            both_directions,
            "Both directions are added up. That is symmetric, and no longer the cost of "
            "believing q where p is true.",
        ),
        Mistake(
            "all rows in one sum",
            one_number,
            "This is one number for the whole table: each row is a pair of its own, so sum "
            "along the row alone.",
        ),
    ),
)

best_width = Derive(
    id="information.q3",
    points=2,
    answer="best_width",
    section=("kl-divergence", "Two Gaussians"),
    deeper=(
        "In this notation the divergence is log(w/s) + (s² + d²)/(2w²) − ½. Its slope with "
        "respect to w has two terms; find where they cancel."
    ),
    reference="sqrt(s**2 + d**2)",
    symbols={"s": "positive", "d": "real"},
    mistakes=(
        Mistake(
            "the reverse divergence",
            "s",
            "That is the width of p itself, and least for the reverse divergence, which does "
            "not mind outcomes that q never visits. Here the outcomes come from p, and q must "
            "cover them.",
        ),
        Mistake(
            "the variance",
            "s**2 + d**2",
            "A width has the unit of s and d; this has its square.",
        ),
        Mistake(
            "widths added",
            "s + Abs(d)",
            "Width and offset are added as lengths: the divergence knows both by their squares.",
        ),
        Mistake(
            "the offset alone",
            "Abs(d)",
            "With an offset of 0 this has no width at all, but p has one.",
        ),
        Mistake(
            "half of the squares",
            "sqrt((s**2 + d**2) / 2)",
            "The slope of 1/(2w²) is −1/w³: a factor ½ too many is left in it.",
        ),
        Mistake(
            "twice the squares",
            "sqrt(2 * (s**2 + d**2))",
            "The slope of 1/(2w²) is −1/w³: the ½ before it has got lost.",
        ),
        Mistake(
            "the offset subtracted",
            "sqrt(s**2 - d**2)",
            "The offset makes q narrower here: it should make it wider, since outcomes far "
            "from its mean have become likelier.",
        ),
    ),
)

ILL = np.array([[0.1 * 0.9, 0.1 * 0.1], [0.9 * 0.2, 0.9 * 0.8]])
"""One in ten is ill. Rows: ill or not; columns: an alarm or not."""

OF_ILLNESS = float(information.entropy(ILL.sum(1), base=2))
TOLD = float(information.mutual_information(ILL, base=2))
ALARM = ILL[:, 0] / ILL[:, 0].sum()

bits_told = Compute(
    id="information.q4",
    points=2,
    answer="bits_told",
    section=("information-and-entropy", "What one thing tells about another"),
    deeper=(
        "Of 100 people 9 are ill with an alarm, and 18 healthy with one. Fill the table of four "
        "numbers. What is told is the entropy of one variable, less what is left of it when "
        "the other is known."
    ),
    reference=TOLD,
    mistakes=(
        Mistake(
            "in nats",
            TOLD * np.log(2),
            "Right, in nats: the question asks for bits.",
        ),
        Mistake(
            "all there is to be told",
            OF_ILLNESS,
            "That is the entropy of the illness, all there is to be told: the test tells a "
            "part of it.",
        ),
        Mistake(
            "what is left",
            OF_ILLNESS - TOLD,
            "That is what remains open about the illness when the result is known: what the "
            "test tells is the rest.",
        ),
        Mistake(
            "the entropy of the result",
            float(information.entropy(ILL.sum(0), base=2)),
            "That is the entropy of the result. Much of it is the test's own chance, and says "
            "nothing of the illness.",
        ),
        Mistake(
            "the test's own chance",
            float(information.conditional_entropy(ILL, base=2)),
            "That is what the result still tells to somebody who knows who is ill: the test's "
            "own chance. Take it away from the entropy of the result.",
        ),
        Mistake(
            "both together",
            float(information.entropy(ILL.ravel(), base=2)),
            "That is the entropy of illness and result together, as of one variable with four "
            "outcomes.",
        ),
        Mistake(
            "an alarm alone",
            float(information.kl_divergence(ALARM, ILL.sum(1), base=2)),
            "That is what an alarm tells. Most results are none, and tell less: take the mean "
            "over both.",
        ),
        Mistake(
            "taken for useless",
            0.0,
            "The test is right less often than “nobody is ill”, and still not useless: it would "
            "tell 0 bits only if an alarm were as frequent among the ill as among the others.",
        ),
    ),
)

PAIR = {
    "teacher": Reals("N K", -1000, 1000),
    "student": Reals("N K", -1000, 1000),
    "T": One((1.0, 2.0, 4.0, 8.0)),
}


def to_teacher(teacher: Array, student: Array, T: float) -> Any:
    return lb.kl_div(lb.log_softmax(student / T), lb.softmax(teacher / T), reduction="batchmean")


def to_student(teacher: Array, student: Array, T: float) -> Any:
    return to_teacher(student, teacher, T)


def student_twice(teacher: Array, student: Array, T: float) -> Any:
    return to_teacher(student, student, T)


def logarithm_lost(teacher: Array, student: Array, T: float) -> Any:
    return lb.kl_div(lb.softmax(student / T), lb.softmax(teacher / T), reduction="batchmean")


def sign_turned(teacher: Array, student: Array, T: float) -> Any:
    return -to_student(teacher, student, T)


def mean_of_both(teacher: Array, student: Array, T: float) -> Any:
    return (to_teacher(teacher, student, T) + to_student(teacher, student, T)) / 2


def over_elements(teacher: Array, student: Array, T: float) -> Any:
    return to_teacher(teacher, student, T) / teacher.shape[1]


def with_floor(teacher: Array, student: Array, T: float) -> Any:
    return -(lb.softmax(teacher / T) * lb.log_softmax(student / T)).sum(1).mean()


def rounded(teacher: Array, student: Array, T: float) -> Any:
    log_p, log_q = lb.log_softmax(teacher / T), logarithm(lb.softmax(student / T))
    return times(np.exp(log_p), log_p - log_q).sum(1).mean()


def small_constant(teacher: Array, student: Array, T: float) -> Any:
    log_p, log_q = lb.log_softmax(teacher / T), np.log(lb.softmax(student / T) + 1e-7)
    return times(np.exp(log_p), log_p - log_q).sum(1).mean()


def teacher_alone_softened(teacher: Array, student: Array, T: float) -> Any:
    return to_teacher(teacher, student * T, T)


distillation_loss = Repair(
    id="information.q5",
    points=2,
    answer="distillation_loss",
    section=("kl-divergence", "In PyTorch"),
    deeper=(
        "Read the formula as an instruction: outcomes are drawn from the teacher. In the call "
        "the one from whom they are drawn comes second, as a probability; the one who is "
        "surprised comes first, as a logarithm."
    ),
    reference=to_teacher,
    given=to_student,
    arguments=PAIR,
    least={"K": 2},
    cases=(
        (rows([0, 0]), rows([1, 0]), 1.0),
        (rows([2, 0]), rows([0, 0]), 2.0),
        (rows([2, 1, 0]), rows([0, 0, 1]), 1.0),
        (rows([2, 1, 0], [0, 0, 0]), rows([0, 1, 0], [3, 1, -1]), 4.0),
        (rows([1, 0], [0, 2], [0, 0]), rows([0, 0], [0, 1], [0, 3]), 1.0),
        (rows([1, 1, 0, -1], [4, 0, 0, 0]), rows([1, 2, 0, 0], [0, 0, 0, 4]), 8.0),
        (rows([1, 2, 3], [0, 0, 0], [5, 1, 0]), rows([3, 2, 1], [1, 2, 0], [5, 1, 0]), 2.0),
        (rows([0, 0]), rows([0, -30]), 1.0),
        (rows([0, 0]), rows([0, -1000]), 1.0),
        (rows([0, -1000]), rows([0, 0]), 1.0),
        (rows([900, 901, 900], [0, -1000, 0]), rows([-900, -901, -901], [0, 1, 0]), 4.0),
    ),
    mistakes=(
        Mistake(
            "one argument changed",
            student_twice,
            "Both arguments are now made from the student, so the loss is 0 whatever the "
            "teacher says.",
        ),
        Mistake(
            "the logarithm stayed behind",
            logarithm_lost,
            "The order is right now, but the first argument has lost its logarithm: of equal "
            "logits the loss must be 0.",
        ),
        Mistake(
            "sign turned",
            sign_turned,
            "A sign does not change the direction: this is the same divergence, now negative, "
            "and least where the two differ most.",
        ),
        Mistake(
            "the mean of both directions",
            mean_of_both,
            "This is the mean of both directions, so half of it still lets the student exclude "
            "what the teacher believes.",
        ),
        Mistake(
            "divided by the classes",
            over_elements,
            "The direction is right, and the mean now goes over all elements: it should go over "
            "the rows, so it is too small by a factor K.",
        ),
        Mistake(
            "cross-entropy",
            with_floor,
            "The direction is right, but the teacher's own entropy is still in it: the "
            "cross-entropy of a perfect student is not 0.",
        ),
        Mistake(
            "log of a rounded softmax",
            rounded,
            "The direction is right, but the softmax rounds a small probability to 0 before its "
            "logarithm is taken: take the two in one step.",
        ),
        Mistake(
            "a constant in the logarithm",
            small_constant,
            "The direction is right, but a constant inside the logarithm limits what a wrong "
            "exclusion may cost: the log-softmax needs none.",
        ),
        Mistake(
            "the teacher alone softened",
            teacher_alone_softened,
            "The direction is right, but the student's logits have lost their temperature: a "
            "student with the teacher's own logits must have the loss 0.",
        ),
    ),
)

LETTERS, WORDS = 6000, 1000
PER_LETTER, PER_WORD = 1.25, 7.0

better_model = Decide(
    id="information.q6",
    points=1,
    answer="better_model",
    section=("cross-entropy", "Perplexity"),
    deeper=(
        "Each model gives the whole text one probability, the product over its symbols. Take "
        "−log of it: what does each pay for all 6,000 characters?"
    ),
    right="b",
    options={
        "a": "A perplexity is one per symbol. A word is six of the first model's symbols, and "
        f"six hesitations between {np.exp(PER_LETTER):.2f} choices are one between "
        f"{np.exp(PER_LETTER * LETTERS / WORDS):,.0f}.",
        "b": f"The whole text costs the first model {PER_LETTER * LETTERS:,.0f} nats and the "
        f"second {PER_WORD * WORDS:,.0f}. The same text is a thing that both can be charged "
        "for; a symbol is not.",
        "c": "Their perplexities do not compare. But both give the same text a probability, and "
        "two probabilities of one event do.",
        "d": "log K is what an even guess pays for a symbol. A loss divided by it says how far a "
        "model is from even guesses among its own symbols, not what the text costs it: more "
        "symbols that never come would lower it.",
    },
)

QUESTIONS = (mean_surprise, extra_cost, best_width, bits_told, distillation_loss, better_model)
