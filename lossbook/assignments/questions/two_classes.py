"""Two classes: chapter 5."""

from __future__ import annotations

from typing import Any

import numpy as np

import lossbook as lb
from lossbook.assignments.arguments import Reals
from lossbook.assignments.kinds import Compute, Decide, Derive, Implement, Mistake, Repair
from lossbook.checks import Array

YES_NO = {"z": Reals("N", -1000, 1000), "y": Reals("N", 0, 1)}
WEIGHTED = {**YES_NO, "c": Reals("", 0.5, 20)}


def batch(z: list[float], y: list[float]) -> tuple[Array, Array]:
    return np.array(z, float), np.array(y, float)


CASES = (
    (*batch([0], [1]), 1.0),
    (*batch([1], [0]), 1.0),
    (*batch([1], [1]), 3.0),
    (*batch([2, -1], [1, 0]), 2.0),
    (*batch([0, 0], [1, 0]), 3.0),
    (*batch([2, -1, 0.5, -3], [1, 0, 0, 1]), 1.0),
    (*batch([2, -1, 0.5, -3], [1, 0, 0, 1]), 5.0),
    (*batch([-1, 0.5, 2], [0.3, 0.8, 0]), 4.0),
    (*batch([1, -2, 3, 0, -1], [0, 0, 0, 0, 1]), 20.0),
    (*batch([40], [0]), 1.0),
    (*batch([-40], [1]), 3.0),
    (*batch([1000, -1000], [0, 1]), 2.0),
    (*batch([1000, -1000, 0], [1, 0, 0.5]), 10.0),
)


def sigmoid(z: Array) -> Array:
    with np.errstate(over="ignore"):
        return np.asarray(1 / (1 + np.exp(-z)))


def logarithm(p: Array) -> Array:
    """−∞ at 0, without a warning."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(p))


def loss_of(z: Array, y: Array, c: float) -> Any:
    return lb.binary_cross_entropy_with_logits(z, y, pos_weight=c)


def two_prices(z: Array) -> tuple[Array, Array]:
    """What a yes and what a no costs."""
    return np.logaddexp(0, -z), np.logaddexp(0, z)


def logs_of_sigmoid(z: Array, y: Array, c: float) -> Any:
    p = sigmoid(z)
    with np.errstate(invalid="ignore"):
        return (-c * y * logarithm(p) - (1 - y) * logarithm(1 - p)).mean()


def exponentials(z: Array, y: Array, c: float) -> Any:
    with np.errstate(all="ignore"):
        return (c * y * np.log1p(np.exp(-z)) + (1 - y) * np.log1p(np.exp(z))).mean()


def cut_at_100(z: Array, y: Array, c: float) -> Any:
    p = sigmoid(z)
    yes, no = (np.maximum(logarithm(each), -100) for each in (p, 1 - p))
    return (-c * y * yes - (1 - y) * no).mean()


def constant_added(z: Array, y: Array, c: float) -> Any:
    p = sigmoid(z)
    return (-c * y * np.log(p + 1e-7) - (1 - y) * np.log(1 - p + 1e-7)).mean()


def no_weight(z: Array, y: Array, c: float) -> Any:
    return loss_of(z, y, 1)


def weight_of_all(z: Array, y: Array, c: float) -> Any:
    return c * loss_of(z, y, 1)


def by_the_weights(z: Array, y: Array, c: float) -> Any:
    return loss_of(z, y, c) / (c * y + 1 - y).mean()


def weight_of_a_no(z: Array, y: Array, c: float) -> Any:
    return loss_of(-z, 1 - y, c)


def yes_alone(z: Array, y: Array, c: float) -> Any:
    return (c * y * two_prices(z)[0]).mean()


def signs_of_0(z: Array, y: Array, c: float) -> Any:
    return (np.where(y > 0, c, 1) * np.logaddexp(0, -y * z)).mean()


def hardened(z: Array, y: Array, c: float) -> Any:
    return loss_of(z, (y == 1).astype(float), c)


def sigmoid_twice(z: Array, y: Array, c: float) -> Any:
    return loss_of(sigmoid(z), y, c)


weighted_loss = Implement(
    id="two-classes.q1",
    points=3,
    answer="weighted_loss",
    section=("two-classes", "Where numbers bite"),
    deeper=(
        "A yes costs log(1 + exp(−z)) and a no log(1 + exp(z)). Write one function that "
        "computes log(1 + exp(u)) for every u: where u is large, take u out of the logarithm. "
        "Then call it twice."
    ),
    reference=loss_of,
    arguments=WEIGHTED,
    cases=CASES,
    mistakes=(
        Mistake(
            "log of a rounded sigmoid",
            logs_of_sigmoid,
            "Right on small logits. But from about 37 on the sigmoid is exactly 1, and what is "
            "left for a no is log 0: let the logarithm meet the exponential before anything is "
            "rounded.",
        ),
        Mistake(
            "exp overflows",
            exponentials,
            "Right until exp overflows, at about 710: the exponent should never be positive.",
        ),
        Mistake(
            "logarithms cut at −100",
            cut_at_100,
            "That is what BCELoss does: it cuts each logarithm at −100, and a rounded sigmoid "
            "sends a no there long before its time.",
        ),
        Mistake(
            "a constant in the logarithm",
            constant_added,
            "A constant in the logarithm sets a highest price, about 16 for 1e-7: however wrong "
            "an answer is, it costs no more.",
        ),
        Mistake(
            "weight ignored",
            no_weight,
            "This is the loss without c: a yes must cost c times as much.",
        ),
        Mistake(
            "weight on everything",
            weight_of_all,
            "c multiplies yes and no alike, which balances nothing: it acts as a larger step "
            "size. Only a yes is dearer.",
        ),
        Mistake(
            "divided by the weights",
            by_the_weights,
            "This mean is divided by the sum of the weights, as CrossEntropyLoss does: here it "
            "is divided by N, whatever the weights.",
        ),
        Mistake(
            "weight on a no",
            weight_of_a_no,
            "c makes a no dearer here: it belongs to the yes.",
        ),
        Mistake(
            "a no costs nothing",
            yes_alone,
            "Only the term of a yes is there, so a no costs nothing, and the best answer is "
            "always yes.",
        ),
        Mistake(
            "0 taken for a sign",
            signs_of_0,
            "log(1 + exp(−y·z)) wants the labels 1 and −1: with 0 every no costs log 2, "
            "whatever the logit.",
        ),
        Mistake(
            "soft label rounded",
            hardened,
            "A soft label counts as a no here: three experts of ten are three tenths of a yes, "
            "and both terms are needed.",
        ),
        Mistake(
            "sigmoid twice",
            sigmoid_twice,
            "A sigmoid is taken of a sigmoid: a perfect no would still cost log 2.",
        ),
    ),
)


def slope_of(z: Array, y: Array, c: float) -> Any:
    return lb.binary_cross_entropy_with_logits.grad(z, y, pos_weight=c)


def error_alone(z: Array, y: Array, c: float) -> Any:
    return (sigmoid(z) - y) / len(z)


def error_times_c(z: Array, y: Array, c: float) -> Any:
    return c * error_alone(z, y, c)


def target_times_c(z: Array, y: Array, c: float) -> Any:
    return (sigmoid(z) - c * y) / len(z)


def slope_of_the_sum(z: Array, y: Array, c: float) -> Any:
    return slope_of(z, y, c) * len(z)


def in_the_probability(z: Array, y: Array, c: float) -> Any:
    p = sigmoid(z)
    with np.errstate(all="ignore"):
        return ((1 - y) / (1 - p) - c * y / p) / len(z)


def of_the_square(z: Array, y: Array, c: float) -> Any:
    p = sigmoid(z)
    return 2 * (c * y + 1 - y) * (p - y) * p * (1 - p) / len(z)


def quotient_of_exponentials(z: Array, y: Array, c: float) -> Any:
    with np.errstate(all="ignore"):
        p = np.exp(z) / (1 + np.exp(z))
    return ((1 - y) * p - c * y * (1 - p)) / len(z)


def slope_by_weights(z: Array, y: Array, c: float) -> Any:
    return slope_of(z, y, c) / (c * y + 1 - y).mean()


def no_pulls_alone(z: Array, y: Array, c: float) -> Any:
    return (1 - y) * sigmoid(z) / len(z)


weighted_slope = Implement(
    id="two-classes.q2",
    points=2,
    answer="weighted_slope",
    section=("two-classes", "weight is not pos_weight"),
    deeper=(
        "Take the two terms one by one. The slope of log(1 + exp(z)) is p, and that of "
        "log(1 + exp(−z)) is p − 1. Which of them is multiplied by c?"
    ),
    reference=slope_of,
    arguments=WEIGHTED,
    cases=CASES,
    mistakes=(
        Mistake(
            "weight ignored",
            error_alone,
            "p − y is the slope of the loss without c: a yes must pull c times as hard.",
        ),
        Mistake(
            "weight on everything",
            error_times_c,
            "c multiplies the slopes of yes and no alike: a no has kept its price.",
        ),
        Mistake(
            "weight on the target alone",
            target_times_c,
            "With p − c·y a yes is pulled up even when p is 1, and without end: c multiplies "
            "its whole error, not the target in it.",
        ),
        Mistake(
            "not divided by N",
            slope_of_the_sum,
            "This is the slope of the sum: each slope of the mean is smaller by a factor N.",
        ),
        Mistake(
            "slope in the probability",
            in_the_probability,
            "That is the slope with respect to p: by the chain rule it is multiplied by that of "
            "the sigmoid, p(1 − p).",
        ),
        Mistake(
            "slope of the squared error",
            of_the_square,
            "A factor p(1 − p) is left, as for squared error, so a sure and wrong answer hardly "
            "learns: in this loss the logarithm cancels it.",
        ),
        Mistake(
            "exp overflows",
            quotient_of_exponentials,
            "Right until exp overflows: e^z / (1 + e^z) is inf / inf for a large logit. Divide "
            "both by e^z.",
        ),
        Mistake(
            "divided by the weights",
            slope_by_weights,
            "This mean is divided by the sum of the weights: here it is divided by N, whatever "
            "the weights.",
        ),
        Mistake(
            "a yes does not pull",
            no_pulls_alone,
            "Only the term of a no has a slope here, so every logit is pushed down.",
        ),
    ),
)

plain_probability = Derive(
    id="two-classes.q3",
    points=2,
    answer="plain_probability",
    section=("two-classes", "What it estimates"),
    deeper=(
        "The weight multiplied the odds, p/(1 − p), by c. Divide them by it, and turn the odds "
        "back into a probability: odds o belong to the probability o/(1 + o)."
    ),
    reference="p / (p + c*(1 - p))",
    symbols={"p": "unit", "c": "positive"},
    mistakes=(
        Mistake(
            "weighted once more",
            "c*p / (c*p + 1 - p)",
            "That multiplies the odds by c once more: the model has done it already.",
        ),
        Mistake(
            "divided by the weight",
            "p / c",
            "The weight multiplied the odds, not the probability: p/c is not even below 1 for "
            "every c, and a sure yes must stay sure.",
        ),
        Mistake(
            "odds, not a probability",
            "p / (c*(1 - p))",
            "These are the odds: they may be larger than 1, and a probability may not.",
        ),
        Mistake(
            "a logit, not a probability",
            "log(p / (1 - p)) - log(c)",
            "That is the right logit: put it through the sigmoid.",
        ),
        Mistake(
            "log c taken from the probability",
            "p - log(c)",
            "log c is to be taken from the logit, not from the probability.",
        ),
        Mistake(
            "the probability of a no",
            "c*(1 - p) / (p + c*(1 - p))",
            "That is the probability of a no.",
        ),
        Mistake(
            "shares not normalised",
            "p / (p + c)",
            "The weight of a no must be multiplied by the probability of a no: at p = 1 nothing "
            "should be left of it.",
        ),
    ),
)

SHARE = 0.03
BALANCED = (1 - SHARE) / SHARE


def constant_answer(p: float, c: float = BALANCED) -> float:
    """What the answer p costs everybody, in the mean."""
    return float(-c * SHARE * np.log(p) - (1 - SHARE) * np.log(1 - p))


loss_to_beat = Compute(
    id="two-classes.q4",
    points=2,
    answer="loss_to_beat",
    section=("two-classes", "What it estimates"),
    deeper=(
        "First find the best constant logit: that of the share, plus log c. Then pay for every "
        "sample with it: 3 of 100 pay c times the price of a yes, 97 that of a no."
    ),
    reference=constant_answer(0.5),
    mistakes=(
        Mistake(
            "the loss without the weight",
            constant_answer(SHARE, 1.0),
            "That is the number to beat without pos_weight: this log counts each yes 32 times.",
        ),
        Mistake(
            "divided by the weights",
            float(np.log(2)),
            "That would be so if the mean were divided by the sum of the weights: it is "
            "divided by the number of samples.",
        ),
        Mistake(
            "the share as the answer",
            constant_answer(SHARE),
            "That is what the answer 0.03 costs. Under the weight it is not the best constant "
            "answer any more.",
        ),
        Mistake(
            "weight on everything",
            float(BALANCED * np.log(2)),
            "The weight is on every sample here: it belongs to the yes alone.",
        ),
        Mistake(
            "weights of 2",
            float(2 * np.log(2)),
            "Yes and no now weigh the same, but together they do not weigh 2 a sample: 97 of "
            "100 weigh 1, and the other three 97 together.",
        ),
        Mistake(
            "the shift of the logit",
            float(np.log(BALANCED)),
            "That is log c, by which the weight moves the best logit: now pay for everybody "
            "with that logit.",
        ),
        Mistake(
            "taken for perfect",
            0.0,
            "A constant answer cannot be right for yes and no at once.",
        ),
    ),
)


def decided(z: Array, y: Array) -> float:
    """The share of samples on which model and label are on the same side."""
    return float(((z > 0) == (y > 0.5)).mean())


def loss_once(z: Array, y: Array) -> Any:
    return lb.binary_cross_entropy_with_logits(z, y)


def of_logits(z: Array, y: Array) -> Any:
    return loss_once(z, y), decided(z, y)


def of_doubled(z: Array, y: Array) -> Any:
    return loss_once(sigmoid(z), y), decided(z, y)


def threshold_on_logits(z: Array, y: Array) -> Any:
    return loss_once(z, y), decided(z - 0.5, y)


def threshold_doubled(z: Array, y: Array) -> Any:
    return loss_once(sigmoid(z), y), decided(sigmoid(z), y)


def bce_of_probabilities(z: Array, y: Array) -> Any:
    return cut_at_100(z, y, 1), decided(z, y)


def logarithms_by_hand(z: Array, y: Array) -> Any:
    return logs_of_sigmoid(z, y, 1), decided(z, y)


def clipped(z: Array, y: Array) -> Any:
    p = np.clip(sigmoid(z), 1e-7, 1 - 1e-7)
    return (-y * np.log(p) - (1 - y) * np.log(1 - p)).mean(), decided(z, y)


def floor_taken_off(z: Array, y: Array) -> Any:
    return loss_once(sigmoid(z), y) - loss_once(np.where(y > 0.5, 1.0, 0.0), y), decided(z, y)


def stretched(z: Array, y: Array) -> Any:
    return loss_once(2 * sigmoid(z) - 1, y), decided(z, y)


loss_and_share = Repair(
    id="two-classes.q5",
    points=2,
    answer="loss_and_share",
    section=("two-classes", "Wrong in the wild: sigmoid twice"),
    deeper=(
        "Ask of each line whether it wants logits or probabilities. The loss has its sigmoid "
        "inside; the decision wants ½ of a probability, or another number of a logit."
    ),
    reference=of_logits,
    given=of_doubled,
    arguments=YES_NO,
    cases=(
        batch([0.25], [1]),
        batch([2], [1]),
        batch([-2], [0]),
        batch([2, -1], [1, 0]),
        batch([2, -1, 0.25], [0, 0, 1]),
        batch([0.25, -0.25, 3, -3], [0, 1, 0.7, 0.3]),
        batch([1, -2, 3, 0.4, -1], [0, 0, 1, 0, 1]),
        batch([0], [0]),
        batch([1, 2, -1], [0.5, 0, 0]),
        batch([40, -40], [0, 1]),
        batch([1000, -1000], [1, 0]),
        batch([1000, -1000, 1], [0, 1, 1]),
    ),
    mistakes=(
        Mistake(
            "threshold ½ on a logit",
            threshold_on_logits,
            "The loss is right now. But the decision still compares with 0.5, and it now looks "
            "at a logit: between 0 and 0.5 it says no where the model says yes.",
        ),
        Mistake(
            "decision doubled too",
            threshold_doubled,
            "The sigmoid is still taken twice by the loss, and now by the decision as well: it "
            "says yes to everybody.",
        ),
        Mistake(
            "BCE of probabilities",
            bce_of_probabilities,
            "One sigmoid is left, and right on small logits. But the rounded sigmoid sends a "
            "sure and wrong no to 100, and nothing costs more than that.",
        ),
        Mistake(
            "log of a rounded sigmoid",
            logarithms_by_hand,
            "One sigmoid is left, and right on small logits; on large ones it is rounded to 0 "
            "or 1, and the logarithm of 0 is left.",
        ),
        Mistake(
            "probability clipped",
            clipped,
            "One sigmoid is left, and its probability is kept away from 0 and 1: that sets a "
            "highest price, about 16 for 1e-7, and a perfect model does not get 0.",
        ),
        Mistake(
            "floor taken off",
            floor_taken_off,
            "The floor is taken off, so a perfect model prints 0: but the slope still passes "
            "through two sigmoids, and no other loss is right.",
        ),
        Mistake(
            "probability stretched",
            stretched,
            "The probability is stretched to lie between −1 and 1, so that ½ becomes 0. It is "
            "still no logit: a perfect yes would cost log(1 + 1/e).",
        ),
    ),
)

MALIGNANT = 0.37


def entropy(share: float) -> float:
    return float(lb.binary_cross_entropy(share, share))


def doubled(p_yes: float, p_no: float) -> float:
    """What is printed if a yes gets the probability p_yes and a no gets p_no."""
    yes, no = np.logaddexp(0, -p_yes), np.logaddexp(0, p_no)
    return float(MALIGNANT * yes + (1 - MALIGNANT) * no)


doubled_log = Decide(
    id="two-classes.q6",
    points=1,
    answer="doubled_log",
    section=("two-classes", "Wrong in the wild: sigmoid twice"),
    deeper=(
        "Work out the first number of a doubled sigmoid: the logit is 0, so the first sigmoid "
        "gives 0.5, and the loss takes that for a logit. What does a yes cost then, and a no?"
    ),
    right="d",
    options={
        "a": "This model has found the share of yes and nothing else: "
        f"{entropy(MALIGNANT):.4f} is its entropy. Shapes (N, 1) and (N,) that meet "
        "in one loss end there too.",
        "b": "A loss below 0 comes from targets outside 0 to 1, such as labels 1 and −1: a "
        "sigmoid too many only raises the floor.",
        "c": "This log is healthy: log 2 for a model without an opinion, and no floor in sight.",
        "d": f"It starts at {doubled(0.5, 0.5):.4f}, since 0.5 is taken for a logit, and cannot "
        f"fall below {doubled(1, 0):.4f}. The first line already gives it away: a model without an "
        "opinion costs log 2.",
    },
)

QUESTIONS = (
    weighted_loss,
    weighted_slope,
    plain_probability,
    loss_to_beat,
    loss_and_share,
    doubled_log,
)
