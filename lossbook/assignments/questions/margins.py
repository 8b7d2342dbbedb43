"""Margins and 0–1: chapter 7."""

from __future__ import annotations

from typing import Any

import numpy as np

import lossbook as lb
from lossbook.assignments.arguments import Among, Labels, Quarters
from lossbook.assignments.kinds import Compute, Decide, Derive, Implement, Mistake, Repair
from lossbook.checks import Array

BATCH = {"scores": Quarters("N K"), "target": Labels("N", of="K")}


def batch(scores: list[list[float]], target: list[int]) -> tuple[Array, Array]:
    return np.array(scores, float), np.array(target)


CASES = (
    batch([[0, 0]], [0]),
    batch([[2, 1.5]], [0]),
    batch([[0.5, -3]], [0]),
    batch([[1, 0]], [0]),
    batch([[1.5, 0]], [0]),
    batch([[0, 2]], [0]),
    batch([[2, 2]], [1]),
    batch([[-8, -8.5]], [0]),
    batch([[1, 0.5, -2]], [2]),
    batch([[0, 0, 0]], [1]),
    batch([[0, 2, 2]], [0]),
    batch([[4, 0.5, 0.25]], [0]),
    batch([[1, 1, -2], [3, 0, 1]], [1, 0]),
    batch([[1, 0.25, 0.5, -1], [0, 2, 1.5, 2.25], [0, 1, 3, 0]], [0, 1, 2]),
    batch([[2, 0], [3, 0], [0, 0.5], [1, 4], [0.5, 1]], [0, 0, 1, 0, 1]),
    batch([[1000, 0, 999.5], [-1000, -1002, -1001]], [0, 2]),
)


def leads(scores: Array, target: Array) -> Array:
    """By how much the right class leads each class."""
    return scores[np.arange(len(scores)), target][:, None] - scores


def one_hot(scores: Array, target: Array) -> Array:
    return np.eye(scores.shape[1])[target]


def rivals(scores: Array, target: Array) -> Array:
    """The scores, that of the right class at −∞."""
    return np.where(one_hot(scores, target) > 0, -np.inf, scores)


def lacks(scores: Array, target: Array) -> Array:
    """What each lead lacks of 1; less than 0 where it is larger, −∞ for the right class itself."""
    return 1 - np.where(one_hot(scores, target) > 0, np.inf, leads(scores, target))


def all_rivals(scores: Array, target: Array) -> Any:
    return np.maximum(0, lacks(scores, target)).sum(1).mean()


def all_rivals_over_k(scores: Array, target: Array) -> Any:
    return lb.multi_margin_loss(scores, target)


def zero_for_the_right(scores: Array, target: Array) -> Any:
    t = one_hot(scores, target)
    strongest = ((1 - t) * scores).max(1)
    return np.maximum(0, 1 - (t * scores).sum(1) + strongest).mean()


def right_among_rivals(scores: Array, target: Array) -> Any:
    return (1 - leads(scores, target)).max(1).mean()


def never_done(scores: Array, target: Array) -> Any:
    return lacks(scores, target).max(1).mean()


def cut_after_the_mean(scores: Array, target: Array) -> Any:
    return np.maximum(0, lacks(scores, target).max(1).mean())


def no_margin(scores: Array, target: Array) -> Any:
    return np.maximum(0, lacks(scores, target).max(1) - 1).mean()


def runner_up(scores: Array, target: Array) -> Any:
    z_y = scores[np.arange(len(scores)), target]
    return np.maximum(0, 1 - z_y + np.sort(scores, 1)[:, -2]).mean()


def no_rival(scores: Array, target: Array) -> Any:
    return np.maximum(0, 1 - scores[np.arange(len(scores)), target]).mean()


def mean_rival(scores: Array, target: Array) -> Any:
    each = np.maximum(0, lacks(scores, target)).sum(1) / (scores.shape[1] - 1)
    return each.mean()


def squared(scores: Array, target: Array) -> Any:
    return (np.maximum(0, lacks(scores, target).max(1)) ** 2).mean()


def every_pair(scores: Array, target: Array) -> Any:
    strongest = rivals(scores, target).max(1, keepdims=True)
    return np.maximum(0, 1 - scores[:, target] + strongest).mean()


mean_hinge = Implement(
    id="margins.q1",
    points=3,
    answer="mean_hinge",
    section=("margins", "Three multi-class hinges"),
    deeper=(
        "Take the right score of each row out first, with np.arange beside target. Then make sure "
        "that it cannot win among the rivals, by a number that no maximum ever chooses."
    ),
    reference=lb.multiclass_hinge_loss,
    arguments=BATCH,
    cases=CASES,
    least={"K": 2},
    mistakes=(
        Mistake(
            "all rivals summed",
            all_rivals,
            "Every rival that comes too near is charged, as Weston and Watkins have it: here only "
            "the strongest counts.",
        ),
        Mistake(
            "all rivals over K",
            all_rivals_over_k,
            "That is PyTorch's multi_margin_loss: what all rivals cost, over K. Here only the "
            "strongest counts, and nothing is divided by the number of classes.",
        ),
        Mistake(
            "0 among the rivals",
            zero_for_the_right,
            "Multiplying by a mask puts a 0 where the right score was, and where all rivals are "
            "below 0, that 0 is the strongest. A shift of all scores then changes the loss.",
        ),
        Mistake(
            "right class among its rivals",
            right_among_rivals,
            "The right class is its own rival here: it never leads itself, so no sample costs "
            "less than 1, however good it is.",
        ),
        Mistake(
            "never done",
            never_done,
            "A lead of more than 1 costs less than nothing here, so the loss falls for ever: "
            "what is right by 1 should be done with.",
        ),
        Mistake(
            "cut after the mean",
            cut_after_the_mean,
            "The maximum with 0 is taken of the mean: a sample with a large lead then pays for "
            "one that is wrong. Each sample needs its own.",
        ),
        Mistake(
            "no margin",
            no_margin,
            "That charges only what a rival is ahead: being right by nothing should still cost 1.",
        ),
        Mistake(
            "runner-up",
            runner_up,
            "The second largest score is the strongest rival only if the right class is the "
            "first: where the sample is wrong, it overlooks the winner.",
        ),
        Mistake(
            "no rival",
            no_rival,
            "That asks the right score to reach 1, whatever the others are: a score has no zero "
            "of its own, and only its lead counts.",
        ),
        Mistake(
            "mean over the rivals",
            mean_rival,
            "That is the mean over the rivals: one strong rival could hide among many weak ones.",
        ),
        Mistake(
            "squared",
            squared,
            "That is the square of what is lacking: one bad sample would outweigh many.",
        ),
        Mistake(
            "every row with every target",
            every_pair,
            "scores[:, target] pairs every row with every target and gives N × N numbers: count "
            "the rows too.",
        ),
    ),
)


def pushes(scores: Array, target: Array, gate: Array, push: Array) -> Array:
    """The slope of the mean, if `push` says what each rival of a row gets where `gate` holds."""
    push = push * np.reshape(gate, (-1, 1))
    t = one_hot(scores, target)
    push = push * (1 - t)
    result: Array = (push - t * push.sum(1, keepdims=True)) / len(scores)
    return result


def strongest(scores: Array, target: Array) -> Array:
    """1 for the first of the strongest rivals, else 0."""
    return one_hot(scores, rivals(scores, target).argmax(1))


def lack(scores: Array, target: Array) -> Array:
    result: Array = lacks(scores, target).max(1)
    return result


def always(scores: Array, target: Array) -> Any:
    return pushes(scores, target, np.ones(len(scores)), strongest(scores, target))


def only_mistakes(scores: Array, target: Array) -> Any:
    return pushes(scores, target, lack(scores, target) > 1, strongest(scores, target))


def also_at_the_kink(scores: Array, target: Array) -> Any:
    return pushes(scores, target, lack(scores, target) >= 0, strongest(scores, target))


def each_near_rival(scores: Array, target: Array) -> Any:
    return pushes(scores, target, np.ones(len(scores)), 1.0 * (lacks(scores, target) > 0))


def slope_over_k(scores: Array, target: Array) -> Any:
    return lb.multi_margin_loss.grad(scores, target)


def ties_shared(scores: Array, target: Array) -> Any:
    z = rivals(scores, target)
    best = 1.0 * (z == z.max(1, keepdims=True))
    return pushes(scores, target, lack(scores, target) > 0, best / best.sum(1, keepdims=True))


def last_of_equals(scores: Array, target: Array) -> Any:
    last = scores.shape[1] - 1 - rivals(scores, target)[:, ::-1].argmax(1)
    return pushes(scores, target, lack(scores, target) > 0, np.eye(scores.shape[1])[last])


def all_of_equals(scores: Array, target: Array) -> Any:
    z = rivals(scores, target)
    best = 1.0 * (z == z.max(1, keepdims=True))
    return pushes(scores, target, lack(scores, target) > 0, best)


def winner_as_rival(scores: Array, target: Array) -> Any:
    gate = lack(scores, target) > 0
    d = np.eye(scores.shape[1])[scores.argmax(1)] - one_hot(scores, target)
    return d * gate[:, None] / len(scores)


def only_the_rival(scores: Array, target: Array) -> Any:
    return lb.multiclass_hinge_loss.grad(scores, target) * (1 - one_hot(scores, target))


def only_the_right(scores: Array, target: Array) -> Any:
    return lb.multiclass_hinge_loss.grad(scores, target) * one_hot(scores, target)


def slope_of_the_square(scores: Array, target: Array) -> Any:
    gate = 2 * np.maximum(0, lack(scores, target))
    return pushes(scores, target, gate, strongest(scores, target))


hinge_slope = Implement(
    id="margins.q2",
    points=3,
    answer="hinge_slope",
    section=("margins", "Where numbers bite"),
    deeper=(
        "Only two scores of a sample can have a slope: its right one, and the rival that argmax "
        "finds after the right one was set to −∞. Both only where something is lacking."
    ),
    reference=lb.multiclass_hinge_loss.grad,
    arguments=BATCH,
    cases=CASES,
    least={"K": 2},
    mistakes=(
        Mistake(
            "never done",
            always,
            "Samples with a lead of more than 1 pull too: they cost nothing, and a small change "
            "of their scores still costs nothing.",
        ),
        Mistake(
            "only mistakes",
            only_mistakes,
            "Only samples on the wrong side pull here: a sample that is right by less than 1 "
            "costs something too.",
        ),
        Mistake(
            "pulls at the kink",
            also_at_the_kink,
            "At a lead of exactly 1 the sample still pulls: that is a subgradient too, but the "
            "question asks for the other end, 0.",
        ),
        Mistake(
            "each near rival",
            each_near_rival,
            "Every rival that is too near is pushed, and the right class pulled once for each: "
            "the loss of a sample depends on its strongest rival only.",
        ),
        Mistake(
            "each near rival over K",
            slope_over_k,
            "That is the slope of PyTorch's multi_margin_loss, which charges all rivals and "
            "divides by K.",
        ),
        Mistake(
            "ties shared",
            ties_shared,
            "Equal rivals share the push here: that is a subgradient too, but the question gives "
            "all of it to the first.",
        ),
        Mistake(
            "the last of equal rivals",
            last_of_equals,
            "Of equal rivals the last is pushed here, and the question asks for the first.",
        ),
        Mistake(
            "each of equal rivals",
            all_of_equals,
            "Equal rivals are all pushed with full force, and the right class is pulled once for "
            "each: no single sample may pull so hard.",
        ),
        Mistake(
            "right class as its own rival",
            winner_as_rival,
            "Where the right class is ahead it is found as its own rival, push and pull cancel, "
            "and a lead of less than 1 has no slope.",
        ),
        Mistake(
            "only the rival",
            only_the_rival,
            "Only the rival is pushed down: the loss falls as well if the right score rises, so "
            "the slopes of each row sum to 0.",
        ),
        Mistake(
            "only the right class",
            only_the_right,
            "Only the right score is pulled up: the loss falls as well if the rival falls, so the "
            "slopes of each row sum to 0.",
        ),
        Mistake(
            "slope of the square",
            slope_of_the_square,
            "That pulls in proportion to what is lacking, as the squared hinge does: the hinge "
            "pulls equally on all that lack something.",
        ),
    ),
)

WITH_FLAGS = {"score": Quarters("N"), "label": Among("N", (1, 0))}


def flagged(score: list[float], label: list[int]) -> tuple[Array, Array]:
    return np.array(score, float), np.array(label)


def of_signs(score: Array, label: Array) -> Any:
    return lb.hinge_loss.value_and_grad(score, 2 * label - 1)


def of_sign_and_margin(score: Array, y: Array, at: float = 1.0) -> Any:
    """The mean hinge and its slope for labels y of any size, the kink at `at`."""
    short = at - y * score
    return np.maximum(0, short).mean(), np.where(short > 0, -y, 0) / len(score)


def as_they_are(score: Array, label: Array) -> Any:
    return of_sign_and_margin(score, label)


def turned(score: Array, label: Array) -> Any:
    return of_sign_and_margin(score, 1 - 2 * label)


def noes_dropped(score: Array, label: Array) -> Any:
    _, slope = of_sign_and_margin(score, label)
    if not label.any():
        return np.nan, np.full(len(score), np.nan)
    short = np.maximum(0, 1 - score[label == 1])
    return short.mean(), slope * len(score) / label.sum()


def noes_masked(score: Array, label: Array) -> Any:
    return (label * np.maximum(0, 1 - score)).mean(), of_sign_and_margin(score, label)[1]


def halves(score: Array, label: Array) -> Any:
    return of_sign_and_margin(score, label - 0.5)


def slope_of_flags(score: Array, label: Array) -> Any:
    value, _ = of_signs(score, label)
    return value, np.where((1 - 2 * label) * score + 1 > 0, -label, 0) / len(score)


def slope_of_sum(score: Array, label: Array) -> Any:
    value, slope = of_signs(score, label)
    return value, slope * len(score)


def pulls_at_1(score: Array, label: Array) -> Any:
    y = 2 * label - 1
    return of_signs(score, label)[0], np.where(y * score <= 1, -y, 0) / len(score)


def kink_at_0(score: Array, label: Array) -> Any:
    return of_sign_and_margin(score, 2 * label - 1, at=0.0)


def squares(score: Array, label: Array) -> Any:
    return lb.squared_hinge_loss.value_and_grad(score, 2 * label - 1)


def soft(score: Array, label: Array) -> Any:
    return lb.soft_margin_loss.value_and_grad(score, 2 * label - 1)


hinge_of_flags = Repair(
    id="margins.q3",
    points=2,
    answer="hinge_of_flags",
    section=("margins", "Wrong in the wild: labels 0 and 1"),
    deeper=(
        "Put y = 0 into 1 − yz: what is left of the score? Make labels of the kind that the "
        "formula was written for, in a new array, before anything else is computed."
    ),
    reference=of_signs,
    given=as_they_are,
    arguments=WITH_FLAGS,
    cases=(
        flagged([0], [0]),
        flagged([0.5], [1]),
        flagged([2], [0]),
        flagged([-3], [0]),
        flagged([-1], [0]),
        flagged([1], [1]),
        flagged([1.5], [1]),
        flagged([3, -3], [1, 0]),
        flagged([0.5, -0.25], [0, 0]),
        flagged([0.25, -2, 1.5], [1, 1, 0]),
        flagged([4, -2, 0.5, -0.5, 0], [1, 0, 0, 1, 0]),
        flagged([-200, 1, 3, 100], [1, 0, 1, 0]),
    ),
    mistakes=(
        Mistake(
            "labels turned",
            turned,
            "The labels have become ±1, but the wrong way round: a yes is charged as a no.",
        ),
        Mistake(
            "noes dropped",
            noes_dropped,
            "The samples with label 0 are left out: the floor they made is gone, and so is all "
            "that they could teach.",
        ),
        Mistake(
            "noes cost nothing",
            noes_masked,
            "A no costs 0 here, whatever its score: the floor is gone, and a model that says yes "
            "to everybody looks perfect.",
        ),
        Mistake(
            "labels of a half",
            halves,
            "The labels have become ±½: then a score must reach 2 before it has its margin, and "
            "it pulls with half the force.",
        ),
        Mistake(
            "slope of the old labels",
            slope_of_flags,
            "The value is right; the slope still multiplies by the labels 0 and 1, so no score "
            "of a no ever moves.",
        ),
        Mistake(
            "slope of the sum",
            slope_of_sum,
            "The value is right; the slope is that of the sum, and the value is a mean.",
        ),
        Mistake(
            "pulls at the kink",
            pulls_at_1,
            "At a margin of exactly 1 the sample still pulls: that is a subgradient too, but the "
            "question asks for the other end, 0.",
        ),
        Mistake(
            "kink at 0",
            kink_at_0,
            "The kink lies at margin 0 now, where it is content with having no opinion: the 1 "
            "must stay.",
        ),
        Mistake(
            "squared",
            squares,
            "That is the squared hinge: its worst sample gets most of the pull.",
        ),
        Mistake(
            "soft margin",
            soft,
            "That is soft margin, which never quite lets go: the hinge is 0 from margin 1 on.",
        ),
    ),
)

N, MEAN, WORST = 200, 0.3, -0.25
"""Samples, their mean hinge loss, and the margin that no mistake exceeds."""

most_mistakes = Compute(
    id="margins.q4",
    points=1,
    answer="most_mistakes",
    section=("margins", "Mistakes, and what stands in for them"),
    deeper=(
        "Add up what all samples cost together. What does the cheapest mistake cost, and what "
        "do all the others cost at least?"
    ),
    reference=N * MEAN / (1 - WORST),
    lengths={"N": N},
    mistakes=(
        Mistake(
            "a mistake costs 1",
            N * MEAN,
            "That is the bound if a mistake may be a near miss; here no mistake is one, and each "
            "costs more than 1.",
        ),
        Mistake(
            "a mistake costs its distance",
            N * MEAN / -WORST,
            "That charges a mistake its distance from 0, and makes room for more mistakes than "
            "there are samples: the hinge charges what is lacking of a margin of 1.",
        ),
        Mistake(
            "a rate",
            MEAN / (1 - WORST),
            "That is the error rate: the question is how many.",
        ),
        Mistake(
            "a mistake costs less than 1",
            N * MEAN / (1 + WORST),
            "That takes the margin for positive: a mistake has a negative one, so it lacks more "
            "than 1.",
        ),
        Mistake(
            "a mistake costs 2",
            N * MEAN / 2,
            "That lets each mistake cost 2, which is the charge at margin −1.",
        ),
        Mistake(
            "the squared hinge",
            N * MEAN / (1 - WORST) ** 2,
            "That is the bound from the squared hinge: this log shows the hinge.",
        ),
        Mistake(
            "multiplied",
            N * MEAN * (1 - WORST),
            "The dearer each mistake is, the fewer fit into the same total.",
        ),
        Mistake(
            "the right ones",
            N - N * MEAN / (1 - WORST),
            "That is how many are right at least.",
        ),
    ),
)

best_score = Derive(
    id="margins.q5",
    points=2,
    answer="best_score",
    section=("margins", "What the scores mean"),
    deeper=(
        "Write the expected loss of a score z: p times what a yes costs plus 1 − p times what a "
        "no costs. Set its slope in z to 0, bring one exponential to each side, and take "
        "logarithms."
    ),
    reference="log(p/(1 - p))/2",
    symbols={"p": "unit"},
    mistakes=(
        Mistake(
            "soft margin's",
            "log(p/(1 - p))",
            "That is the best score of soft margin. Here the costs of a yes and of a no move "
            "apart faster: count how often z stands in the exponent when the two are divided.",
        ),
        Mistake(
            "squared hinge's",
            "2*p - 1",
            "That is the best score of the squared hinge; here the slopes are exponentials.",
        ),
        Mistake(
            "hinge's",
            "sign(2*p - 1)",
            "That is the best score of the hinge, which says only which side of ½; this loss "
            "says more.",
        ),
        Mistake(
            "logarithm forgotten",
            "sqrt(p/(1 - p))",
            "That is e to the power of the score, not the score: it never becomes negative.",
        ),
        Mistake(
            "twice, without logarithm",
            "p/(1 - p)",
            "That is e to the power of twice the score, not the score: it never becomes negative.",
        ),
        Mistake(
            "the least cost",
            "2*sqrt(p*(1 - p))",
            "That is what the best score costs: the question is where it lies.",
        ),
        Mistake(
            "the probability",
            "1/(1 + exp(-2*p))",
            "That takes p for a score and makes a probability of it: here p is given, and the "
            "score is sought.",
        ),
        Mistake(
            "one label only",
            "log(p)/2",
            "The noes are lost: without them the best score of a yes would have no end.",
        ),
    ),
)

not_calibrated = Decide(
    id="margins.q6",
    points=1,
    answer="not_calibrated",
    section=("margins", "What the scores mean"),
    deeper="Each is convex. So it is enough to look at one point: the slope at margin 0.",
    right="b",
    options={
        "a": "It charges a sample for being right by more than 1, which is a pity; but its slope "
        "at margin 0 is −2, and its best score is 2p − 1, which has the right sign.",
        "b": "It is convex and smooth, but its slope at margin 0 is 0: the score 0 costs nothing, "
        "whatever p is, so the loss is content with having no opinion. That it has no kink does "
        "not help; the slope must be negative.",
        "c": "It is the dearest of all for a wrong label, which hurts in practice; but its slope "
        "at margin 0 is −1, and its best score is half the logit, which has the right sign.",
        "d": "Its kink is far away, but at margin 0 its slope is −1. It is the hinge in another "
        "unit: its best score is 10 or −10, with the right sign.",
    },
)

QUESTIONS = (mean_hinge, hinge_slope, hinge_of_flags, most_mistakes, best_score, not_calibrated)
