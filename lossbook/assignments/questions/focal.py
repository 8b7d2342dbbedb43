"""Imbalance and focal loss: chapter 8."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

import lossbook as lb
from lossbook.assignments.arguments import Argument, Labels, One, Reals
from lossbook.assignments.kinds import Decide, Derive, Implement, Mistake, Repair
from lossbook.checks import Array

start_bias = Derive(
    id="focal.q1",
    points=2,
    answer="start_bias",
    section=("focal", "The first steps learn one number"),
    deeper=(
        "At the same probability p, a yes pushes up with α(1 − p) and a no pushes down with "
        "(1 − α)p. Multiply each by its share of the windows, set them equal, and solve for "
        "p/(1 − p)."
    ),
    reference="log(alpha*pi / ((1 - alpha)*(1 - pi)))",
    symbols={"alpha": "unit", "pi": "unit"},
    mistakes=(
        Mistake(
            "weights left out",
            "log(pi / (1 - pi))",
            "That is the start for cross-entropy without weights: with them, a yes pushes α "
            "times as hard and a no 1 − α times.",
        ),
        Mistake(
            "weights exchanged",
            "log((1 - alpha)*pi / (alpha*(1 - pi)))",
            "The weights are exchanged: more weight for a yes must raise the bias, and here it "
            "lowers it.",
        ),
        Mistake(
            "the probability",
            "alpha*pi / (alpha*pi + (1 - alpha)*(1 - pi))",
            "That is the probability at which the model should start; the bias is the logit "
            "that the sigmoid turns into it.",
        ),
        Mistake(
            "the odds",
            "alpha*pi / ((1 - alpha)*(1 - pi))",
            "Those are the odds, which are never negative: the sigmoid takes their logarithm.",
        ),
        Mistake(
            "logarithm of the probability",
            "log(alpha*pi / (alpha*pi + (1 - alpha)*(1 - pi)))",
            "That is the logarithm of the probability, which can never be positive: a logit is "
            "the logarithm of the odds.",
        ),
        Mistake(
            "only a yes is weighted",
            "log(alpha*pi / (1 - pi))",
            "Here only the yes is weighted: a no weighs 1 − α, and not 1.",
        ),
        Mistake(
            "no is not counted",
            "log(alpha*pi / (1 - alpha))",
            "The share of a no is missing: it is 1 − π of the windows that push down.",
        ),
        Mistake(
            "weight added as it is",
            "log(pi / (1 - pi)) + alpha / (1 - alpha)",
            "The ratio of the weights multiplies the odds, so it is its logarithm that is added "
            "to the logit.",
        ),
    ),
)


@dataclass(frozen=True)
class Counts(Argument):
    """Whole numbers, at least 1."""

    axes: str = "K"
    high: int = 10_000

    def draw(self, rng: np.random.Generator, sizes: Mapping[str, int]) -> Any:
        shape = [sizes[axis] for axis in self.axes.split()]
        return np.floor(np.exp(rng.uniform(0, np.log(self.high), shape))).astype(int)

    def simpler(self, value: Any) -> Iterator[Any]:
        for place, count in enumerate(value):
            for number in {1, int(count) // 2} - {0, int(count)}:
                changed = value.copy()
                changed[place] = number
                yield changed


def of_mean_1(weights: Array) -> Array:
    """Multiplied by what makes their mean 1."""
    return np.asarray(weights * (len(weights) / weights.sum()))


def effective(counts: Array, beta: float) -> Array:
    """1 + β + … + βⁿ⁻¹."""
    with np.errstate(all="ignore"):
        return np.asarray(counts if beta == 1 else (1 - beta**counts) / (1 - beta), float)


def counted(*counts: int) -> Array:
    return np.array(counts)


def limit_left_out(counts: Array, beta: float) -> Any:
    return of_mean_1((1 - beta) / (1 - beta ** counts.astype(float)))


def limit_is_1(counts: Array, beta: float) -> Any:
    return np.ones(len(counts)) if beta == 1 else lb.class_balanced_weights(counts, beta)


def not_made_1(counts: Array, beta: float) -> Any:
    return 1 / effective(counts, beta)


def not_inverted(counts: Array, beta: float) -> Any:
    return of_mean_1(effective(counts, beta))


def inverse_counts(counts: Array, beta: float) -> Any:
    return of_mean_1(1 / counts)


def shares_without_beta(counts: Array, beta: float) -> Any:
    return of_mean_1(1 / (1 - beta * counts / counts.sum()))


def mean_over_samples(counts: Array, beta: float) -> Any:
    weights = 1 / effective(counts, beta)
    return weights * (counts.sum() / (counts * weights).sum())


def one_sample_less(counts: Array, beta: float) -> Any:
    return of_mean_1(1 / (effective(counts, beta) - beta ** (counts - 1.0)))


def one_sample_more(counts: Array, beta: float) -> Any:
    return of_mean_1(1 / effective(counts + 1, beta))


balanced_weights = Implement(
    id="focal.q2",
    points=2,
    answer="balanced_weights",
    section=("focal", "A weight shifts the logit"),
    deeper=(
        "First the effective number of each class, (1 − βⁿ)/(1 − β), or n where β is 1. Its "
        "inverse is the weight, up to one factor for all classes; which factor makes the mean 1?"
    ),
    reference=lb.class_balanced_weights,
    arguments={"counts": Counts(), "beta": One((0.0, 0.5, 0.9, 0.99, 0.999, 1.0))},
    least={"K": 2},
    cases=(
        (counted(1, 1), 0.5),
        (counted(2, 1), 0.5),
        (counted(2, 1), 0.0),
        (counted(1, 2, 3), 0.9),
        (counted(5, 1, 1, 2), 0.9),
        (counted(4, 1), 1.0),
        (counted(900, 90, 9), 0.99),
        (counted(10_000, 100, 10), 0.999),
        (counted(1, 10, 100, 1000, 10_000), 0.999),
        (counted(10_000, 100, 10), 1.0),
    ),
    mistakes=(
        Mistake(
            "nan at β = 1",
            limit_left_out,
            "Right but for β = 1, where the quotient is 0/0: the sum that it stands for is n "
            "there, so that case needs a line of its own.",
        ),
        Mistake(
            "ones at β = 1",
            limit_is_1,
            "Right but for β = 1, where all weights are 1 here: that is the answer for β = 0. "
            "With β = 1 no sample is worth less than the one before it.",
        ),
        Mistake(
            "mean not 1",
            not_made_1,
            "The weights stand in the right ratio, but their mean is not 1, so the weighted "
            "loss changes its size with β, and the learning rate would have to follow.",
        ),
        Mistake(
            "not inverted",
            not_inverted,
            "The commonest class has the largest weight here: these are the effective numbers, "
            "and the weights are their inverses.",
        ),
        Mistake(
            "inverse counts for every β",
            inverse_counts,
            "These are the inverse counts, whatever β is: they are right where every sample is "
            "worth as much as the first, and nowhere else.",
        ),
        Mistake(
            "β times n",
            shares_without_beta,
            "β is raised to the power n, and here it multiplies the share of a class: one "
            "sample more costs a factor β, not a step.",
        ),
        Mistake(
            "mean over the samples",
            mean_over_samples,
            "The mean over the samples is 1 here, where each weight counts as often as its class "
            "occurs. The mean over the classes was asked for.",
        ),
        Mistake(
            "one sample too few",
            one_sample_less,
            "The sum stops one term early, so that a class of one sample counts nothing: the "
            "first of n terms is 1 and the last has the power n − 1.",
        ),
        Mistake(
            "one sample too many",
            one_sample_more,
            "The sum goes one term too far: n samples have n terms, and with β⁰ as the first the "
            "last has the power n − 1.",
        ),
    ),
)


@dataclass(frozen=True)
class YesNo(Argument):
    """1 for yes, 0 for no."""

    axes: str = "N"

    def draw(self, rng: np.random.Generator, sizes: Mapping[str, int]) -> Any:
        return rng.integers(0, 2, [sizes[axis] for axis in self.axes.split()]) * 1.0

    def simpler(self, value: Any) -> Iterator[Any]:
        for place in np.flatnonzero(value):
            changed = value.copy()
            changed[place] = 0.0
            yield changed


GAMMA = One((0.0, 2.0, 1.0, 0.5, 5.0))


def truth(logits: Array, target: Array) -> tuple[Array, Array]:
    """The cross-entropy of each window, and the probability of its wrong answer."""
    of_truth = np.where(target == 1, logits, -logits)
    return np.logaddexp(0, -of_truth), lb.sigmoid(-of_truth)


def class_weight(target: Array, alpha: float) -> Array:
    return np.where(target == 1, alpha, 1 - alpha)


def divided(each: Array, target: Array) -> Any:
    return each.sum() / max(target.sum(), 1)


def by_faces(logits: Array, target: Array, alpha: float, gamma: float) -> Any:
    each = lb.sigmoid_focal_loss(logits, target, alpha, gamma)
    return divided(np.asarray(each), target)


def one_alpha(logits: Array, target: Array, alpha: float, gamma: float) -> Any:
    ce, m = truth(logits, target)
    return divided(alpha * m**gamma * ce, target)


def alpha_for_no(logits: Array, target: Array, alpha: float, gamma: float) -> Any:
    return by_faces(logits, target, 1 - alpha, gamma)


def easy_kept(logits: Array, target: Array, alpha: float, gamma: float) -> Any:
    ce, m = truth(logits, target)
    return divided(class_weight(target, alpha) * (1 - m) ** gamma * ce, target)


def always_of_yes(logits: Array, target: Array, alpha: float, gamma: float) -> Any:
    ce, _ = truth(logits, target)
    return divided(class_weight(target, alpha) * lb.sigmoid(-logits) ** gamma * ce, target)


def over_all_windows(logits: Array, target: Array, alpha: float, gamma: float) -> Any:
    return lb.sigmoid_focal_loss(logits, target, alpha, gamma, reduction="mean")


def no_face_no_loss(logits: Array, target: Array, alpha: float, gamma: float) -> Any:
    each = np.asarray(lb.sigmoid_focal_loss(logits, target, alpha, gamma))
    return each.sum() / target.sum()


def log_of_a_rounded_sigmoid(logits: Array, target: Array, alpha: float, gamma: float) -> Any:
    p = lb.sigmoid(logits)
    p_t = np.where(target == 1, p, 1 - p)
    weight = class_weight(target, alpha) * (1 - p_t) ** gamma
    return divided(weight * -np.log(p_t), target)


def clipped(logits: Array, target: Array, alpha: float, gamma: float) -> Any:
    p = np.clip(lb.sigmoid(logits), 1e-7, 1 - 1e-7)
    return by_faces(np.log(p / (1 - p)), target, alpha, gamma)


def of_weighted_loss(logits: Array, target: Array, alpha: float, gamma: float) -> Any:
    ce, _ = truth(logits, target)
    weighted = class_weight(target, alpha) * ce
    return divided((1 - np.exp(-weighted)) ** gamma * weighted, target)


def alpha_for_yes_alone(logits: Array, target: Array, alpha: float, gamma: float) -> Any:
    ce, m = truth(logits, target)
    return divided(np.where(target == 1, alpha, 1) * m**gamma * ce, target)


def windows(logits: list[float], target: list[int]) -> tuple[Array, Array]:
    return np.array(logits, float), np.array(target, float)


detector_loss = Implement(
    id="focal.q3",
    points=3,
    answer="detector_loss",
    section=("focal", "sigmoid_focal_loss"),
    deeper=(
        "Let s be the logit of the truth: z for a yes, −z for a no. Then the cross-entropy is "
        "log(1 + exp(−s)), which np.logaddexp writes without overflow, and 1 − p_t is the "
        "sigmoid of −s. α, the power and the divisor are factors on top."
    ),
    reference=by_faces,
    arguments={
        "logits": Reals("N", -1000, 1000),
        "target": YesNo(),
        "alpha": One((0.5, 0.25, 0.75)),
        "gamma": GAMMA,
    },
    cases=(
        (*windows([0], [1]), 0.25, 0.0),
        (*windows([1], [1]), 0.25, 2.0),
        (*windows([1], [0]), 0.25, 2.0),
        (*windows([2, -1], [1, 0]), 0.5, 1.0),
        (*windows([2, -1, 0], [0, 1, 0]), 0.75, 2.0),
        (*windows([-3, -2, 1, -4], [0, 0, 1, 1]), 0.25, 0.5),
        (*windows([-3, 4, -1, -2, 0.5], [0, 0, 1, 0, 1]), 0.75, 5.0),
        (*windows([-3, -2, 1], [0, 0, 0]), 0.25, 2.0),
        (*windows([50, -50], [0, 1]), 0.25, 2.0),
        (*windows([-1000], [1]), 0.25, 2.0),
        (*windows([1000, -1000, 3], [1, 0, 1]), 0.75, 0.5),
        (*windows([1000, 2, -800], [0, 1, 0]), 0.25, 2.0),
    ),
    mistakes=(
        Mistake(
            "one α for both classes",
            one_alpha,
            "Yes and no are both multiplied by α, which only scales the loss: α is the weight "
            "of a yes, and a no has the rest.",
        ),
        Mistake(
            "α on a no",
            alpha_for_no,
            "α weighs the empty windows here and 1 − α the faces: it is the other way round.",
        ),
        Mistake(
            "no unweighted",
            alpha_for_yes_alone,
            "Only a yes is weighted here: a no weighs 1 − α, and not 1.",
        ),
        Mistake(
            "hard windows scaled down",
            easy_kept,
            "The power is taken of p_t itself, so the hard windows are scaled down and the easy "
            "ones kept: it should be the other way round.",
        ),
        Mistake(
            "p for p_t",
            always_of_yes,
            "Every window is treated as a face in the weight (1 − p)^γ: for an empty window the "
            "probability of the truth is 1 − p.",
        ),
        Mistake(
            "mean over all windows",
            over_all_windows,
            "The sum is divided by the number of windows, so each further empty window makes "
            "the faces count less: divide by the number of faces.",
        ),
        Mistake(
            "no face",
            no_face_no_loss,
            "Right but for a photograph without a face, where something is divided by 0: divide "
            "by 1 there.",
        ),
        Mistake(
            "log of a rounded probability",
            log_of_a_rounded_sigmoid,
            "Right on small logits, but a probability near 0 or 1 is rounded before its "
            "logarithm is taken: keep to the logit, and take the logarithm on paper.",
        ),
        Mistake(
            "probability clipped",
            clipped,
            "A probability held away from 0 keeps the logarithm finite and makes it wrong: no "
            "window can then cost more than a bound that you have set.",
        ),
        Mistake(
            "p_t of the weighted loss",
            of_weighted_loss,
            "p_t is computed back from a loss that already holds α, so it is no probability any "
            "more: focus first, and weigh afterwards.",
        ),
    ),
)


def each_slope(logits: Array, target: Array, gamma: float) -> Any:
    return lb.sigmoid_focal_loss.grad(logits, target, alpha=-1, gamma=gamma, reduction="sum")


def sign(target: Array) -> Array:
    """The direction in which the truth lies, downhill the other way."""
    return np.where(target == 1, -1.0, 1.0)


def weight_held_fixed(logits: Array, target: Array, gamma: float) -> Any:
    _, m = truth(logits, target)
    return sign(target) * m**gamma * m


def minus_in_the_bracket(logits: Array, target: Array, gamma: float) -> Any:
    ce, m = truth(logits, target)
    return sign(target) * m**gamma * (m - gamma * np.exp(-ce) * ce)


def without_gamma(logits: Array, target: Array, gamma: float) -> Any:
    ce, m = truth(logits, target)
    return sign(target) * m**gamma * (m + np.exp(-ce) * ce)


def slope_of_the_weight(logits: Array, target: Array, gamma: float) -> Any:
    ce, m = truth(logits, target)
    return sign(target) * m**gamma * gamma * np.exp(-ce) * ce


def in_the_probability(logits: Array, target: Array, gamma: float) -> Any:
    ce, m = truth(logits, target)
    return sign(target) * (gamma * m ** (gamma - 1) * ce + m**gamma / np.exp(-ce))


def all_as_yes(logits: Array, target: Array, gamma: float) -> Any:
    return each_slope(logits, np.ones(len(logits)), gamma)


def sizes_only(logits: Array, target: Array, gamma: float) -> Any:
    return -np.abs(each_slope(logits, target, gamma))


def nothing_times_infinity(logits: Array, target: Array, gamma: float) -> Any:
    p_t = lb.sigmoid(-sign(target) * logits)
    return sign(target) * (1 - p_t) ** gamma * (1 - p_t - gamma * p_t * np.log(p_t))


def through_the_probability(logits: Array, target: Array, gamma: float) -> Any:
    p_t = lb.sigmoid(-sign(target) * logits)
    m = 1 - p_t
    in_p = gamma * m ** (gamma - 1) * np.log(p_t) - m**gamma / p_t
    return -sign(target) * p_t * m * in_p


focal_slope = Implement(
    id="focal.q4",
    points=3,
    answer="focal_slope",
    section=("focal", "Where numbers bite"),
    deeper=(
        "A no with the logit z is a yes with the logit −z, and its slope has the other sign. In "
        "the bracket, −log p is log(1 + exp(−z)), which is finite for every logit; and 1 − p is "
        "a sigmoid of its own."
    ),
    reference=each_slope,
    arguments={"logits": Reals("N", -1000, 1000), "target": YesNo(), "gamma": GAMMA},
    cases=(
        (*windows([0], [1]), 2.0),
        (*windows([0], [0]), 2.0),
        (*windows([1], [1]), 0.0),
        (*windows([-2, 1], [1, 0]), 1.0),
        (*windows([-2, 1, 3], [0, 1, 1]), 2.0),
        (*windows([-3, -1, 0.5, 2], [1, 0, 0, 1]), 0.5),
        (*windows([-1, 4, -3, 2, 1], [1, 1, 0, 0, 0]), 5.0),
        (*windows([50], [1]), 0.5),
        (*windows([-1000, 3], [1, 0]), 2.0),
        (*windows([1000, -1000, 1000], [1, 1, 0]), 0.5),
        (*windows([-800, 700], [0, 1]), 0.0),
    ),
    mistakes=(
        Mistake(
            "weight held fixed",
            weight_held_fixed,
            "This is the slope of cross-entropy times the weight, as if the weight were a "
            "number: it depends on the logit too, so the product rule has a second term.",
        ),
        Mistake(
            "second term with the wrong sign",
            minus_in_the_bracket,
            "The second term has the wrong sign, so it works against the first: becoming right "
            "lowers the weight as well as the logarithm, and both lower the loss.",
        ),
        Mistake(
            "γ lost",
            without_gamma,
            "The second term has lost its factor γ, which the power leaves behind when it is "
            "differentiated.",
        ),
        Mistake(
            "slope of the weight alone",
            slope_of_the_weight,
            "Only the weight is differentiated here: with γ = 0 nothing is left, and it should "
            "be cross-entropy.",
        ),
        Mistake(
            "with respect to the probability",
            in_the_probability,
            "That is the slope with respect to the probability of the truth: go on through the "
            "sigmoid, back to the logit.",
        ),
        Mistake(
            "every window a yes",
            all_as_yes,
            "The formula of a yes is used for every window, so empty ones are pushed up too.",
        ),
        Mistake(
            "a no pushed up",
            sizes_only,
            "The sizes are right, but every slope is negative: a no has a positive one, since a "
            "higher logit makes it dearer.",
        ),
        Mistake(
            "0 times infinity",
            nothing_times_infinity,
            "Right on small logits, but where the probability of the truth is rounded to 0, its "
            "logarithm is −∞, and 0 times that is nan. Take −log p from the logit.",
        ),
        Mistake(
            "through the rounded probability",
            through_the_probability,
            "Right on small logits, and nan at both ends: the slope in the probability is "
            "infinite there and is multiplied by 0. Cancel on paper first.",
        ),
    ),
)


def mean_focal(logits: Array, target: Array, weight: Array, gamma: float) -> Any:
    return lb.focal_loss(logits, target, weight, gamma=gamma, reduction="sum") / len(target)


def cross_entropies(logits: Array, target: Array) -> Array:
    return np.asarray(lb.cross_entropy(logits, target, reduction="none"))


def as_given(logits: Array, target: Array, weight: Array, gamma: float) -> Any:
    mean = (weight[target] * cross_entropies(logits, target)).mean()
    return (1 - np.exp(-mean)) ** gamma * mean


def still_weighted(logits: Array, target: Array, weight: Array, gamma: float) -> Any:
    ce = weight[target] * cross_entropies(logits, target)
    return ((1 - np.exp(-ce)) ** gamma * ce).mean()


def still_of_the_batch(logits: Array, target: Array, weight: Array, gamma: float) -> Any:
    ce = cross_entropies(logits, target)
    return (1 - np.exp(-ce.mean())) ** gamma * (weight[target] * ce).mean()


def weighted_after_the_mean(logits: Array, target: Array, weight: Array, gamma: float) -> Any:
    ce = cross_entropies(logits, target)
    return weight[target].mean() * ((1 - np.exp(-ce)) ** gamma * ce).mean()


def by_sum_of_weights(logits: Array, target: Array, weight: Array, gamma: float) -> Any:
    return lb.focal_loss(logits, target, weight, gamma=gamma)


def weights_gone(logits: Array, target: Array, weight: Array, gamma: float) -> Any:
    return lb.focal_loss(logits, target, gamma=gamma)


def mean_of_each_factor(logits: Array, target: Array, weight: Array, gamma: float) -> Any:
    ce = cross_entropies(logits, target)
    return ((1 - np.exp(-ce)) ** gamma).mean() * (weight[target] * ce).mean()


def focused_on_the_easy(logits: Array, target: Array, weight: Array, gamma: float) -> Any:
    ce = cross_entropies(logits, target)
    return (weight[target] * np.exp(-ce) ** gamma * ce).mean()


def weight_in_the_power(logits: Array, target: Array, weight: Array, gamma: float) -> Any:
    ce = cross_entropies(logits, target)
    return ((weight[target] * (1 - np.exp(-ce))) ** gamma * ce).mean()


def batch(
    logits: list[list[float]], target: list[int], weight: list[float], gamma: float
) -> tuple[Array, Array, Array, float]:
    return np.array(logits, float), np.array(target), np.array(weight, float), gamma


focused_mean = Repair(
    id="focal.q5",
    points=2,
    answer="focused_mean",
    section=("focal", "Wrong in the wild: a focal loss that does not focus"),
    deeper=(
        "Ask of each line whether it speaks of one sample or of the batch, and whether p_t is "
        "still the probability that the model gave. Two lines fail: one question each."
    ),
    reference=mean_focal,
    given=as_given,
    arguments={
        "logits": Reals("N K", -50, 50),
        "target": Labels("N", of="K"),
        "weight": Reals("K", 0.1, 10),
        "gamma": GAMMA,
    },
    least={"K": 2},
    cases=(
        batch([[0, 0]], [0], [1, 1], 2),
        batch([[0, 0]], [1], [1, 4], 2),
        batch([[2, 0], [0, 0]], [0, 0], [1, 1], 2),
        batch([[2, 0], [0, 1]], [0, 0], [2, 2], 1),
        batch([[2, 1, 0], [0, 3, 1], [1, 1, 1]], [0, 0, 2], [0.5, 1, 5], 2),
        batch(
            [[3, 0, 0, 1], [0, 2, 1, 0], [0, 0, 0, 4], [1, 0, 2, 0]],
            [0, 1, 2, 2],
            [0.1, 1, 10, 2],
            0.5,
        ),
        batch([[1, 0], [4, 0], [0, 5], [3, 1], [-1, 1]], [0, 0, 0, 1, 1], [0.2, 3], 5),
        batch([[2, 0], [0, 1], [1, 1]], [0, 1, 1], [0.5, 3], 0),
        batch([[40, 0, 0], [0, 30, 1]], [0, 0], [1, 2, 3], 2),
    ),
    mistakes=(
        Mistake(
            "p_t of the weighted loss",
            still_weighted,
            "Each sample now has a weight of its own, but p_t is computed back from a loss that "
            "holds the class weight: a rare sample that is easy is taken for a hard one.",
        ),
        Mistake(
            "p_t of the mean",
            still_of_the_batch,
            "p_t is free of the class weights now, but there is still one for the whole batch, "
            "so no sample is treated differently from any other.",
        ),
        Mistake(
            "class weights after the mean",
            weighted_after_the_mean,
            "The samples are focused one by one, but the class weights are averaged apart from "
            "them: a weight must meet the loss of its own sample.",
        ),
        Mistake(
            "divided by the weights",
            by_sum_of_weights,
            "The focusing is mended, and what it is divided by has changed: the sum of the class "
            "weights instead of N. On a batch of one the weight would do nothing.",
        ),
        Mistake(
            "class weights gone",
            weights_gone,
            "The focusing is mended and the class weights are gone: they must still multiply "
            "each sample's loss.",
        ),
        Mistake(
            "mean of each factor",
            mean_of_each_factor,
            "The mean of a product is not the product of the means: the factor of a sample must "
            "meet the loss of the same sample before anything is averaged.",
        ),
        Mistake(
            "focused on the easy",
            focused_on_the_easy,
            "Here the easy samples are kept and the hard ones scaled down: the power belongs to "
            "the probability that the truth did not get.",
        ),
        Mistake(
            "class weight inside the power",
            weight_in_the_power,
            "The class weight is raised to the power γ with the rest: it stands outside, and "
            "multiplies the loss once.",
        ),
    ),
)

sound_at_half = Decide(
    id="focal.q6",
    points=1,
    answer="sound_at_half",
    section=("focal", "What it estimates"),
    deeper=(
        "At the output ½ a yes and a no get the same push from the plain loss and from the "
        "focusing. What remains is what multiplies a whole class: weigh the two sides with it."
    ),
    right="b",
    options={
        "a": f"The weight multiplies the odds by 99, so ½ is said where the truth is "
        f"{1 / 100:g}: 99 of 100 such patients are well.",
        "b": "Focal loss is no proper score, and still it keeps the side of ½: there both "
        "answers have the same p_t, so the balance asks for as many ill as well.",
        "c": f"With α = 0.25 a yes weighs a third of a no, so ½ is said only where "
        f"{0.75 / (0.25 + 0.75):g} of the patients are ill: the default moves the decision.",
        "d": "The sampler multiplies the odds by 99, just as a weight of 99 would: a decision "
        f"at ½ is one at a true probability of {1 / 100:g}.",
    },
)

QUESTIONS = (
    start_bias, balanced_weights, detector_loss, focal_slope, focused_mean, sound_at_half,
)  # fmt: skip
