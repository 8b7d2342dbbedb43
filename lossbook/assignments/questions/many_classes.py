"""Many classes: chapter 6."""

from __future__ import annotations

from typing import Any

import numpy as np

import lossbook as lb
from lossbook.assignments.arguments import Labels, Reals
from lossbook.assignments.kinds import Implement, Mistake
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

QUESTIONS = (mean_loss,)
