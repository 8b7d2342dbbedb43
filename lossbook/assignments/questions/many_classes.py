"""Many classes: chapter 6."""

from __future__ import annotations

from typing import Any

import numpy as np

import lossbook as lb
from lossbook.assignments.arguments import Labels, One, Reals
from lossbook.assignments.kinds import Compute, Decide, Derive, Implement, Mistake, Repair
from lossbook.checks import Array

BATCH = {"logits": Reals("N K", -1000, 1000), "target": Labels("N", of="K")}


def batch(logits: list[list[float]], target: list[int]) -> tuple[Array, Array]:
    return np.array(logits, float), np.array(target)


CASES = (
    batch([[0, 0]], [0]),
    batch([[1, 0]], [0]),
    batch([[1, -1]], [1]),
    batch([[2, 1, 0]], [2]),
    batch([[2, 1, 0], [0, 1, 3]], [0, 0]),
    batch([[0.5, -1.5, 2, 1], [1, 0, 0, -2], [3, 1, -1, 0.5]], [3, 0, 1]),
    batch([[1, 2, 0], [0, 3, 1], [1, 1, 1], [-1, 0, 2], [2, 2, 5]], [1, 0, 2, 1, 0]),
    batch([[0, 30]], [0]),
    batch([[0, 200, 1]], [0]),
    batch([[1000, 0]], [0]),
    batch([[0, 1000]], [0]),
    batch([[-1000, -1001, -1003], [-1000, -999, -1000]], [0, 1]),
    batch([[900, 901, 899.5], [0, 1, 2]], [0, 1]),
)


def rows(logits: Array, target: Array) -> Array:
    """−log p of the right class, row by row."""
    return np.asarray(lb.cross_entropy(logits, target, reduction="none"))


def no_maximum(logits: Array, target: Array) -> Any:
    e = np.exp(logits)
    return -np.log((e / e.sum(1, keepdims=True))[np.arange(len(e)), target]).mean()


def log_of_zero(logits: Array, target: Array) -> Any:
    return -np.log(lb.softmax(logits)[np.arange(len(logits)), target]).mean()


def small_constant(logits: Array, target: Array) -> Any:
    return -np.log(lb.softmax(logits)[np.arange(len(logits)), target] + 1e-7).mean()


def one_maximum(logits: Array, target: Array) -> Any:
    d = logits - logits.max()
    return (np.log(np.exp(d).sum(1)) - d[np.arange(len(d)), target]).mean()


def maximum_not_added(logits: Array, target: Array) -> Any:
    d = logits - logits.max(1, keepdims=True)
    return (np.log(np.exp(d).sum(1)) - logits[np.arange(len(d)), target]).mean()


def every_pair(logits: Array, target: Array) -> Any:
    return -lb.log_softmax(logits)[:, target].mean()


def over_samples(logits: Array, target: Array) -> Any:
    return -lb.log_softmax(logits, axis=0)[np.arange(len(logits)), target].mean()


def softmax_twice(logits: Array, target: Array) -> Any:
    return lb.cross_entropy(lb.softmax(logits), target)


mean_loss = Implement(
    id="many-classes.q1",
    points=3,
    answer="mean_loss",
    section=("many-classes", "Where numbers bite"),
    deeper=(
        "Write the loss of one row as lse(z) − z_y, with the maximum m taken out of the sum: "
        "m + log Σ exp(z − m) − z_y. Then make each step act on all rows at once, with axis=1."
    ),
    reference=lb.cross_entropy,
    arguments=BATCH,
    cases=CASES,
    least={"K": 2},
    mistakes=(
        Mistake(
            "exp overflows",
            no_maximum,
            "Right on small logits, but exp overflows on large ones: only differences of logits "
            "matter, so subtract the maximum of each row first.",
        ),
        Mistake(
            "log of 0",
            log_of_zero,
            "The exponentials no longer overflow, but where the right class is far behind, its "
            "probability is rounded to 0 and the logarithm is −∞: take the logarithm on paper, "
            "before anything is rounded.",
        ),
        Mistake(
            "a constant in the logarithm",
            small_constant,
            "A constant inside the logarithm keeps it finite and makes it wrong: no sample can "
            "then cost more than −log of that constant.",
        ),
        Mistake(
            "one maximum for all rows",
            one_maximum,
            "The maximum is taken over the whole batch, so a row far below it underflows: each "
            "row needs its own.",
        ),
        Mistake(
            "maximum not added back",
            maximum_not_added,
            "The maximum is subtracted inside the sum but not added back: the two terms of the "
            "loss must be shifted by the same number.",
        ),
        Mistake(
            "every row with every target",
            every_pair,
            "log_p[:, target] pairs every row with every target and gives N × N numbers: each "
            "row has one target, so count the rows too, with np.arange.",
        ),
        Mistake(
            "softmax over the samples",
            over_samples,
            "The probabilities sum to 1 down each column: they must sum to 1 in each row, over "
            "the classes.",
        ),
        Mistake(
            "softmax taken twice",
            softmax_twice,
            "A softmax is taken of a softmax: the loss then cannot come near 0, however good the "
            "logits are.",
        ),
    ),
)


def one_hot(logits: Array, target: Array) -> Array:
    return np.eye(logits.shape[1])[target]


def not_divided(logits: Array, target: Array) -> Any:
    return lb.softmax(logits) - one_hot(logits, target)


def without_one_hot(logits: Array, target: Array) -> Any:
    return lb.softmax(logits) / len(logits)


def whole_columns(logits: Array, target: Array) -> Any:
    p = lb.softmax(logits)
    p[:, target] -= 1
    return p / len(p)


def right_class_only(logits: Array, target: Array) -> Any:
    return lb.cross_entropy.grad(logits, target) * one_hot(logits, target)


def of_the_logarithm(logits: Array, target: Array) -> Any:
    return -one_hot(logits, target) / lb.softmax(logits) / len(logits)


def of_the_softmax(logits: Array, target: Array) -> Any:
    p, t = lb.softmax(logits), one_hot(logits, target)
    return (p * t).sum(1, keepdims=True) * (t - p) / len(p)


def slope_overflows(logits: Array, target: Array) -> Any:
    e = np.exp(logits)
    return (e / e.sum(1, keepdims=True) - one_hot(logits, target)) / len(e)


def slope_over_samples(logits: Array, target: Array) -> Any:
    return (lb.softmax(logits, axis=0) - one_hot(logits, target)) / len(logits)


mean_slope = Implement(
    id="many-classes.q2",
    points=3,
    answer="mean_slope",
    section=("many-classes", "The slope"),
    deeper=(
        "The slope of one row is p − t, where t is one-hot. The mean over N rows multiplies "
        "each row's loss by 1/N, and its slope too."
    ),
    reference=lb.cross_entropy.grad,
    arguments=BATCH,
    cases=CASES,
    least={"K": 2},
    mistakes=(
        Mistake(
            "not divided by N",
            not_divided,
            "This is the slope of the sum: each row of the mean's slope is smaller by a factor N.",
        ),
        Mistake(
            "one-hot not subtracted",
            without_one_hot,
            "These are the probabilities, which push every logit down: the right class must be "
            "pulled up, so that the slopes of each row sum to 0.",
        ),
        Mistake(
            "whole columns",
            whole_columns,
            "p[:, target] takes whole columns, so 1 is subtracted from other rows' classes too: "
            "count the rows as well, with np.arange.",
        ),
        Mistake(
            "the right class only",
            right_class_only,
            "Only the right class has a slope here: but the log-sum-exp depends on every logit, "
            "so the wrong classes are pushed down.",
        ),
        Mistake(
            "slope of the logarithm alone",
            of_the_logarithm,
            "That is the slope with respect to the probabilities, −1/p: go on through the "
            "softmax, back to the logits.",
        ),
        Mistake(
            "slope of the softmax alone",
            of_the_softmax,
            "That is the slope of p_y itself: the loss is −log p_y, and the logarithm "
            "contributes a factor −1/p_y.",
        ),
        Mistake(
            "exp overflows",
            slope_overflows,
            "Right on small logits, but exp overflows on large ones: subtract the maximum of "
            "each row first; the softmax does not notice.",
        ),
        Mistake(
            "softmax over the samples",
            slope_over_samples,
            "The probabilities sum to 1 down each column: they must sum to 1 in each row, over "
            "the classes.",
        ),
    ),
)

slope_of_temperature = Derive(
    id="many-classes.q3",
    points=2,
    answer="slope_of_temperature",
    section=("many-classes", "From scores to probabilities"),
    deeper=(
        "Call u = d/T. The slope of log(1 + exp(−u)) with respect to u is −1/(1 + exp(u)), and "
        "the slope of u with respect to T is −d/T²."
    ),
    reference="d / (T**2 * (1 + exp(d/T)))",
    symbols={"d": "real", "T": "positive"},
    mistakes=(
        Mistake(
            "chain rule not finished",
            "-1 / (1 + exp(d/T))",
            "That is the slope with respect to d/T as a whole: by the chain rule it is "
            "multiplied by the slope of d/T with respect to T.",
        ),
        Mistake(
            "with respect to the lead",
            "-1 / (T * (1 + exp(d/T)))",
            "That is the slope with respect to the lead d: the temperature is what moves here.",
        ),
        Mistake(
            "multiplied by the temperature",
            "-d / (1 + exp(d*T))",
            "The logits are divided by the temperature; here they are multiplied by it.",
        ),
        Mistake(
            "probability of the right class",
            "d / (T**2 * (1 + exp(-d/T)))",
            "The factor 1/(1 + exp(−d/T)) is the probability of the right class: it should be "
            "that of the wrong one, since a sample that is right and sure hardly moves.",
        ),
        Mistake(
            "slope of 1/T",
            "d / (T * (1 + exp(d/T)))",
            "The slope of 1/T is −1/T², not −1/T.",
        ),
        Mistake(
            "temperature lost in the exponent",
            "d / (T**2 * (1 + exp(d)))",
            "In the exponential the temperature has got lost: d/T stays d/T when it is "
            "differentiated.",
        ),
    ),
)

q = np.full(10, 0.01)
q[0] = 0.91
"""Ten classes, smoothed by 0.1: where the smoothed loss is least, the prediction is this."""

plain_loss = Compute(
    id="many-classes.q4",
    points=2,
    answer="plain_loss",
    section=("many-classes", "label_smoothing"),
    deeper=(
        "At the floor the prediction equals the smoothed target. Which probability does that "
        "give to the right class? The plain loss looks at nothing else."
    ),
    reference=float(-np.log(q[0])),
    lengths={"K": 10},
    mistakes=(
        Mistake(
            "the smoothed loss again",
            float(-(q * np.log(q)).sum()),
            "That is the smoothed loss, the floor that the log shows: the plain loss of the same "
            "predictions counts the right class alone.",
        ),
        Mistake(
            "taken for perfect",
            0.0,
            "A loss of 0 needs a probability of 1, and the smoothed loss would have forbidden it.",
        ),
        Mistake(
            "right class gets no share",
            float(-np.log(0.9)),
            "That is −log 0.9: what is taken from the right class is spread over all K classes, "
            "the right one included.",
        ),
        Mistake(
            "the lead",
            float(np.log(91)),
            "That is the lead of the right logit: put it through the softmax and take −log.",
        ),
        Mistake(
            "the probability itself",
            float(q[0]),
            "That is the probability of the right class: the loss is minus its logarithm.",
        ),
        Mistake(
            "a wrong class",
            float(-np.log(q[1])),
            "That is −log of what a wrong class gets: the loss looks at the right one.",
        ),
    ),
)

culprit = Decide(
    id="many-classes.q5",
    points=1,
    answer="culprit",
    section=("many-classes", "Wrong in the wild: softmax twice"),
    deeper=(
        "Each suspect has a floor below which it lets no loss fall. Work out the floors for ten "
        "classes, and compare."
    ),
    right="c",
    options={
        "a": f"Smoothing has a floor too, but with ε = 0.1 and ten classes it lies at "
        f"{-(q * np.log(q)).sum():.4f}, and this loss stopped far above that.",
        "b": "A rate that is too small shows as a loss that is still falling; this one has "
        "stopped, and the accuracy says that the model has learnt its task.",
        "c": "With probabilities taken for logits, even a perfect model leads by 1 only, and "
        f"log(e + 9) − 1 = {np.log(np.e + 9) - 1:.4f} remains. The accuracy does not show it; "
        "the floor does.",
        "d": "The weighted mean is divided by the weights, so if every single loss is near 0, "
        "the mean is near 0, whatever the weights.",
    },
)

PADDED = {
    "logits": Reals("N K", -50, 50),
    "target": Labels("N", of="K", also=(-100, 255)),
    "ignore": One((-100, 255)),
}


def padded(
    logits: list[list[float]], target: list[int], ignore: int = -100
) -> tuple[Array, Array, int]:
    return *batch(logits, target), ignore


def kept_mean(logits: Array, target: Array, ignore: int) -> Any:
    return lb.cross_entropy(logits, target, ignore_index=ignore)


def each_loss(logits: Array, target: Array, kept: Array) -> Array:
    """The loss of each row that is kept, and of class 0 for the others."""
    return rows(logits, np.where(kept, target, 0))


def as_given(logits: Array, target: Array, ignore: int) -> Any:
    kept = target != ignore
    return (each_loss(logits, target, kept) * kept).mean()


def padding_as_class_0(logits: Array, target: Array, ignore: int) -> Any:
    return each_loss(logits, target, target != ignore).mean()


def not_divided_at_all(logits: Array, target: Array, ignore: int) -> Any:
    return lb.cross_entropy(logits, target, ignore_index=ignore, reduction="sum")


def zero_of_nothing(logits: Array, target: Array, ignore: int) -> Any:
    return not_divided_at_all(logits, target, ignore) / max((target != ignore).sum(), 1)


def always_minus_100(logits: Array, target: Array, ignore: int) -> Any:
    return kept_mean(logits, target, -100)


def class_0_dropped(logits: Array, target: Array, ignore: int) -> Any:
    kept = (target != ignore) & (target > 0)
    return (each_loss(logits, target, kept) * kept).sum() / kept.sum()


def as_a_position(logits: Array, target: Array, ignore: int) -> Any:
    kept = np.arange(len(target)) != ignore
    return rows(logits[kept], target[kept]).mean()


masked_loss = Repair(
    id="many-classes.q6",
    points=2,
    answer="masked_loss",
    section=("many-classes", "ignore_index and reduction"),
    deeper=(
        "Take a batch of one word and three pads, and then the same word alone. The loss must "
        "be the same: which number in the function still counts the pads?"
    ),
    reference=kept_mean,
    given=as_given,
    arguments=PADDED,
    least={"K": 2},
    cases=(
        padded([[1, 0]], [0]),
        padded([[1, 0], [0, 0]], [1, -100]),
        padded([[2, 1, 0], [0, 3, 1]], [0, 255], 255),
        padded([[2, 1, 0], [0, 3, 1], [1, 1, 2], [-1, 0, 2]], [0, -100, 1, -100]),
        padded([[2, 1, 0, 1], [0, 3, 1, 0], [1, 4, 2, 1]], [3, 255, 2], 255),
        padded([[1, 2, 0], [0, 3, 1], [1, 1, 1], [-1, 0, 2], [2, 2, 5]], [1, 0, 2, 1, 0]),
        padded([[40, 0, 1], [0, 3, 1]], [2, -100]),
        padded([[1, 0], [0, 2]], [-100, -100]),
    ),
    mistakes=(
        Mistake(
            "padding counted as class 0",
            padding_as_class_0,
            "Now the padding counts as if its label were class 0: the mask must stay.",
        ),
        Mistake(
            "not divided",
            not_divided_at_all,
            "This is the sum over what is kept; a mean still has to be divided, by the number "
            "of targets kept.",
        ),
        Mistake(
            "0 for nothing but padding",
            zero_of_nothing,
            "Right but for a batch of nothing but padding: there is no mean of nothing, so it "
            "is nan. A 0 would enter every average as a perfect batch.",
        ),
        Mistake(
            "always −100",
            always_minus_100,
            "It ignores −100, whatever it was told to ignore: use the argument.",
        ),
        Mistake(
            "class 0 dropped",
            class_0_dropped,
            "Class 0 is dropped with the padding: it is a class like the others.",
        ),
        Mistake(
            "ignore as a position",
            as_a_position,
            "ignore is a value that a target has, not a place in the batch.",
        ),
    ),
)

QUESTIONS = (mean_loss, mean_slope, slope_of_temperature, plain_loss, culprit, masked_loss)
