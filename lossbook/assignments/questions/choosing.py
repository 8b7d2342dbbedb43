"""Beyond one batch, and choosing a loss: chapters 13 and 14."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

import lossbook as lb
from lossbook.assignments.arguments import Argument, Labels, Reals, Whole
from lossbook.assignments.kinds import Compute, Decide, Derive, Implement, Mistake, Repair
from lossbook.checks import Array

Batch = tuple[Array, Array, Array, Array, int]


def batch(x: Any, target: Any, W: Any, weight: Any, size: int) -> Batch:
    return np.array(x, float), np.array(target), np.array(W, float), np.array(weight, float), size


def in_one_piece(x: Array, target: Array, W: Array, weight: Array, size: int) -> Any:
    if weight[target].sum() == 0:
        raise ValueError("nothing of this batch counts")
    return part(x, target, W, weight)


def part(x: Array, target: Array, W: Array, weight: Array | None, reduction: str = "mean") -> Array:
    """The slope with respect to the weights W of a model of one layer."""
    return x.T @ lb.cross_entropy.grad(x @ W, target, weight=weight, reduction=reduction)


def parts(x: Array, target: Array, size: int) -> list[tuple[Array, Array]]:
    return [(x[a : a + size], target[a : a + size]) for a in range(0, len(x), size)]


def mean_of_means(x: Array, target: Array, W: Array, weight: Array, size: int) -> Any:
    return np.mean([part(*each, W, weight) for each in parts(x, target, size)], axis=0)


def mean_with_nothing(x: Array, target: Array, W: Array, weight: Array, size: int) -> Any:
    """As PyTorch has it: the slope of the mean of nothing is nan."""
    cut = parts(x, target, size)
    empty = any(weight[each[1]].sum() == 0 for each in cut)
    return np.nan * W if empty else mean_of_means(x, target, W, weight, size)


def means_added(x: Array, target: Array, W: Array, weight: Array, size: int) -> Any:
    return sum(part(*each, W, weight) for each in parts(x, target, size))


def means_by_rows(x: Array, target: Array, W: Array, weight: Array, size: int) -> Any:
    cut = parts(x, target, size)
    return sum(len(each[0]) * part(*each, W, weight) for each in cut) / len(x)


def over_rows(x: Array, target: Array, W: Array, weight: Array, size: int) -> Any:
    return part(x, target, W, weight, "sum") / len(x)


def over_class_weights(x: Array, target: Array, W: Array, weight: Array, size: int) -> Any:
    return part(x, target, W, weight, "sum") / weight.sum()


def only_added(x: Array, target: Array, W: Array, weight: Array, size: int) -> Any:
    return part(x, target, W, weight, "sum")


def without_weights(x: Array, target: Array, W: Array, weight: Array, size: int) -> Any:
    return part(x, target, W, None)


def last_part_alone(x: Array, target: Array, W: Array, weight: Array, size: int) -> Any:
    return part(*parts(x, target, size)[-1], W, weight, "sum") / weight[target].sum()


def short_end_dropped(x: Array, target: Array, W: Array, weight: Array, size: int) -> Any:
    n = len(x) - len(x) % size
    return part(x[:n], target[:n], W, weight, "sum") / weight[target[:n]].sum()


accumulated = Implement(
    id="choosing.q1",
    points=3,
    answer="accumulated",
    section=("beyond-one-batch", "What 'mean' divides by"),
    deeper=(
        "The mean is a fraction. Which number is its denominator for the whole batch, and can it "
        "be known before the first micro-batch is sent through? What each micro-batch adds is "
        "then a share of the numerator: use reduction='sum'."
    ),
    reference=in_one_piece,
    arguments={
        "x": Reals("N D", -2, 2),
        "target": Labels("N", of="K"),
        "W": Reals("D K", -1, 1),
        "weight": Reals("K", 0.5, 3),
        "size": Whole(1, 4),
    },
    least={"K": 2},
    cases=(
        batch([[1]], [0], [[0, 0]], [1, 1], 1),
        batch([[1], [2]], [0, 1], [[0, 0]], [1, 3], 1),
        batch([[1], [2]], [0, 1], [[1, 0]], [2, 3], 2),
        batch([[1, 0], [0, 2], [1, 1]], [0, 1, 1], [[0, 1], [1, 0]], [1, 2], 2),
        batch([[1, 0], [2, -1], [1, 1]], [2, 1, 1], [[0, 1, 0], [1, 0, -1]], [1, 2, 0.5], 1),
        batch(
            [[1], [-1], [2], [0.5], [1.5]],
            [0, 0, 0, 0, 1],
            [[0.5, -0.5]],
            [1, 3],
            4,
        ),
        batch(
            [[1, 2, 0], [0, 1, 1], [-1, 0, 1], [2, 1, 0], [1, 1, 1]],
            [0, 3, 2, 1, 0],
            [[1, 0, 0, 1], [0, -1, 1, 0], [0.5, 0, 0, 1]],
            [0.5, 2, 1, 3],
            3,
        ),
        # a micro-batch in which nothing counts
        batch([[1], [2], [1], [2]], [0, 0, 1, 1], [[1, 0]], [0, 2], 2),
        batch([[1], [2], [1]], [1, 0, 0], [[0, 1]], [0, 1], 1),
        # all of one class, so that its weight must cancel
        batch([[1, -1], [2, 1], [0, 1]], [1, 1, 1], [[1, 0], [0, 1]], [1, 3], 2),
        # a micro-batch that is larger than the batch
        batch([[1, 2], [0, -2], [1, 0]], [0, 1, 0], [[1, 0], [-1, 1]], [1, 2], 7),
    ),
    mistakes=(
        Mistake(
            "mean of means",
            mean_of_means,
            "This is the mean of the micro-batches' means: each of them counts the same, however "
            "few of its samples count and however little they weigh.",
        ),
        Mistake(
            "mean of means, nan among them",
            mean_with_nothing,
            "This is the mean of the micro-batches' means. Each of them counts the same, be its "
            "weights large or small; and one in which nothing counts has no mean but nan.",
        ),
        Mistake(
            "means added",
            means_added,
            "The means of the micro-batches are added up and never divided: with more, smaller "
            "micro-batches the step gets longer.",
        ),
        Mistake(
            "means weighed by rows",
            means_by_rows,
            "Each mean counts by its number of rows. That is right for the plain mean; but with "
            "class weights 'mean' does not divide by the number of rows.",
        ),
        Mistake(
            "sums over the rows",
            over_rows,
            "The sums are right, and so is to divide once; but 'mean' with class weights does not "
            "divide by the number of rows. Try a batch of one class alone: its weight must cancel.",
        ),
        Mistake(
            "sums over the classes' weights",
            over_class_weights,
            "It divides by the sum of the weights of all classes. A class that occurs twice in "
            "the batch counts twice there, and one that does not occur does not count.",
        ),
        Mistake(
            "not divided",
            only_added,
            "This is the slope of the sum. For that of the mean one division is missing.",
        ),
        Mistake(
            "class weights not used",
            without_weights,
            "The class weights have no effect here: they belong both into what is added and into "
            "what it is divided by.",
        ),
        Mistake(
            "only the last micro-batch",
            last_part_alone,
            "Only the last micro-batch is left: each one has overwritten what those before it "
            "had found.",
        ),
        Mistake(
            "short end dropped",
            short_end_dropped,
            "The short micro-batch at the end is left out, and its samples are never learnt from.",
        ),
    ),
)


@dataclass(frozen=True)
class Means(Reals):
    """Numbers, among them some that are not: the mean of nothing."""

    def simpler(self, value: Any) -> Iterator[Any]:
        missing = np.isnan(value)
        for found in super().simpler(np.where(missing, 0.0, value)):
            yield np.where(missing, np.nan, found)


def from_workers(means: Array, denominators: Array) -> Any:
    kept = denominators > 0
    if not kept.any() or np.isnan(means[kept]).any():
        raise ValueError("no worker counts, or one that counts has no mean")
    return denominators[kept] @ means[kept] / denominators.sum()


def naive(means: Array, denominators: Array) -> Any:
    return means.mean(axis=0)


def naive_without_empty(means: Array, denominators: Array) -> Any:
    return np.nanmean(means, axis=0)


def naive_with_zeros(means: Array, denominators: Array) -> Any:
    return np.nan_to_num(means).mean(axis=0)


def nothing_times_nan(means: Array, denominators: Array) -> Any:
    return denominators @ means / denominators.sum()


def averaged_again(means: Array, denominators: Array) -> Any:
    return from_workers(means, denominators) / len(means)


def made_good(means: Array, denominators: Array) -> Any:
    return from_workers(means, denominators) * len(means)


def taken_for_sums(means: Array, denominators: Array) -> Any:
    return np.nansum(means, axis=0) / denominators.sum()


def sums_of_all(means: Array, denominators: Array) -> Any:
    return denominators @ np.nan_to_num(means)


def workers(*rows: tuple[list[float], float]) -> tuple[Array, Array]:
    """Each a mean and what it was divided by."""
    means, denominators = zip(*rows, strict=True)
    return np.array(means, float), np.array(denominators, float)


NAN = float("nan")

combined = Implement(
    id="choosing.q2",
    points=2,
    answer="combined",
    section=("beyond-one-batch", "Beyond one machine"),
    deeper=(
        "A mean and its denominator give the numerator back: their product. Add numerators, add "
        "denominators, divide once. And 0 times nan is nan: what has no mean must be left out "
        "before it is multiplied."
    ),
    reference=from_workers,
    arguments={"means": Means("M D"), "denominators": Reals("M", 1, 50)},
    cases=(
        workers(([2], 1)),
        workers(([1], 1), ([3], 1)),
        workers(([1], 3), ([5], 1)),
        workers(([4, -2], 0.5), ([0, 2], 1.5)),
        workers(([1, 2, 0], 2), ([3, -1, 1], 5), ([0, 4, -2], 1)),
        workers(([2], 4), ([NAN], 0)),
        workers(([NAN, NAN], 0), ([1, -1], 2), ([3, 0.5], 6)),
        workers(([1], 512), ([-4], 1)),
        workers(([1, 0], 7), ([NAN, NAN], 0), ([NAN, NAN], 0), ([0, 3], 1), ([2, 2], 24)),
    ),
    mistakes=(
        Mistake(
            "mean of means",
            naive,
            "Each worker counts the same here, be it for one target or for a thousand; and the "
            "nan of one without targets spoils all.",
        ),
        Mistake(
            "mean of the means that exist",
            naive_without_empty,
            "The workers without targets are left out, as they should be; but among the others "
            "one with a single target still counts as much as one with a thousand.",
        ),
        Mistake(
            "nothing taken for 0",
            naive_with_zeros,
            "The mean of nothing is taken for a slope of 0 and averaged with the others, so an "
            "idle worker makes the step shorter; and all workers count the same.",
        ),
        Mistake(
            "0 times nan",
            nothing_times_nan,
            "The weights are right. But where one is 0 it does not silence a nan: 0 times nan is "
            "nan, and so is every sum with it.",
        ),
        Mistake(
            "divided by the number of workers too",
            averaged_again,
            "After the one division by all denominators it is divided by the number of workers "
            "once more, so the step gets shorter with every machine.",
        ),
        Mistake(
            "multiplied by the number of workers",
            made_good,
            "It is multiplied by the number of workers, as is right before an average over them. "
            "Nobody averages after this function.",
        ),
        Mistake(
            "means taken for sums",
            taken_for_sums,
            "What the workers send are means, and here they are added as if they were sums.",
        ),
        Mistake(
            "not divided",
            sums_of_all,
            "These are the sums over all workers; the one division is missing.",
        ),
    ),
)


@dataclass(frozen=True)
class YesNo(Argument):
    """Zeros and ones."""

    axes: str = "N"

    def draw(self, rng: np.random.Generator, sizes: Mapping[str, int]) -> Any:
        return rng.integers(0, 2, [sizes[axis] for axis in self.axes.split()])

    def simpler(self, value: Any) -> Iterator[Any]:
        for place in np.ndindex(value.shape):
            if value[place]:
                changed = value.copy()
                changed[place] = 0
                yield changed


def found_of_all(said: Array, truth: Array, size: int) -> Any:
    return np.float64((said * truth).sum()) / truth.sum()


def by_batch(said: Array, truth: Array, size: int) -> tuple[Array, Array, Array]:
    """Found, to be found, and looked at, batch by batch."""
    starts = range(0, len(truth), size)
    each = [(said[a : a + size], truth[a : a + size]) for a in starts]
    return tuple(  # type: ignore[return-value]
        np.array(column, float)
        for column in zip(*[((s * t).sum(), t.sum(), len(t)) for s, t in each], strict=True)
    )


def of_batches(said: Array, truth: Array, size: int) -> Any:
    hits, wanted, _ = by_batch(said, truth, size)
    return (hits / np.maximum(wanted, 1)).mean()


def of_batches_with_some(said: Array, truth: Array, size: int) -> Any:
    hits, wanted, _ = by_batch(said, truth, size)
    some = wanted > 0
    return (hits[some] / wanted[some]).sum() / some.sum()


def nan_of_one(said: Array, truth: Array, size: int) -> Any:
    hits, wanted, _ = by_batch(said, truth, size)
    return (hits / wanted).mean()


def weighed_by_rows(said: Array, truth: Array, size: int) -> Any:
    hits, wanted, rows = by_batch(said, truth, size)
    return (rows * (hits / np.maximum(wanted, 1))).sum() / rows.sum()


def none_is_0(said: Array, truth: Array, size: int) -> Any:
    return (said * truth).sum() / max(truth.sum(), 1)


def none_is_1(said: Array, truth: Array, size: int) -> Any:
    return found_of_all(said, truth, size) if truth.any() else 1.0


def of_what_was_said(said: Array, truth: Array, size: int) -> Any:
    return np.float64((said * truth).sum()) / said.sum()


def of_everyone(said: Array, truth: Array, size: int) -> Any:
    return (said * truth).mean()


def share_right(said: Array, truth: Array, size: int) -> Any:
    return (said == truth).mean()


def batches_only_full(said: Array, truth: Array, size: int) -> Any:
    n = len(truth) - len(truth) % size
    return found_of_all(said[:n], truth[:n], size)


def judged(said: list[int], truth: list[int], size: int) -> tuple[Array, Array, int]:
    return np.array(said), np.array(truth), size


epoch_recall = Repair(
    id="choosing.q3",
    points=2,
    answer="epoch_recall",
    section=("beyond-one-batch", "The last short batch"),
    deeper=(
        "Recall is a fraction too. What is its denominator in one batch, and is that the same in "
        "all batches of 100 patients? Collect the two sums in the loop and divide after it."
    ),
    reference=found_of_all,
    given=of_batches,
    arguments={"said": YesNo(), "truth": YesNo(), "size": Whole(1, 4)},
    cases=(
        judged([1], [1], 1),
        judged([0], [1], 1),
        judged([1, 0], [1, 0], 1),
        judged([1, 1], [0, 1], 2),
        judged([1, 0, 0], [1, 1, 0], 1),
        judged([1, 0, 1, 1], [1, 1, 1, 0], 3),
        judged([1, 0, 0, 1, 0], [1, 1, 1, 1, 0], 3),
        judged([1, 1, 0, 0, 1, 0, 0], [1, 0, 1, 1, 1, 1, 0], 4),
        judged([0, 1, 0, 0, 0, 0], [0, 1, 0, 0, 1, 1], 2),
        judged([1, 0, 1, 1, 0, 0, 1, 0], [1, 0, 0, 0, 1, 1, 1, 1], 4),
        judged([1, 0, 0], [0, 0, 0], 2),
    ),
    mistakes=(
        Mistake(
            "empty batches left out",
            of_batches_with_some,
            "Batches without anybody ill are now left out. But in the others one ill patient "
            "still counts as much alone as five do together.",
        ),
        Mistake(
            "nan where nobody is ill",
            nan_of_one,
            "A single batch without anybody ill now makes the result nan: it is still a mean of "
            "fractions, of which that batch has none.",
        ),
        Mistake(
            "weighed by the batches' sizes",
            weighed_by_rows,
            "Each batch now counts by its number of patients. That cures a short last batch, but "
            "recall does not divide by the number of patients.",
        ),
        Mistake(
            "0 where nobody is ill",
            none_is_0,
            "Right but for a data set in which nobody is ill: a 0 would say that all were missed.",
        ),
        Mistake(
            "1 where nobody is ill",
            none_is_1,
            "Right but for a data set in which nobody is ill: a 1 would say that all were found.",
        ),
        Mistake(
            "precision",
            of_what_was_said,
            "It divides by those called ill. That is precision, the share of alarms that were "
            "true; recall is the share of the ill who were found.",
        ),
        Mistake(
            "share of all patients",
            of_everyone,
            "It divides by all patients, so that the rarer the illness is, the worse every model "
            "looks.",
        ),
        Mistake(
            "accuracy",
            share_right,
            "This is the share of right answers, the healthy included: where few are ill, a model "
            "that finds nobody does well by it.",
        ),
        Mistake(
            "short end dropped",
            batches_only_full,
            "The short last batch is left out: judging must not hide data.",
        ),
    ),
)

asked_for = Derive(
    id="choosing.q4",
    points=2,
    answer="asked_for",
    section=("choosing-a-loss", "What every loss asks for"),
    deeper=(
        "Write the mean loss of the answer c: q·((c − a)/a)² + (1 − q)·((c − b)/b)². "
        "It is least where its slope with respect to c is 0, and that equation is linear in c."
    ),
    reference="(q/a + (1 - q)/b) / (q/a**2 + (1 - q)/b**2)",
    symbols={"q": "unit", "a": "positive", "b": "positive"},
    mistakes=(
        Mistake(
            "the mean",
            "q*a + (1 - q)*b",
            "That is the mean, which the squared error asks for when it is not divided by "
            "anything.",
        ),
        Mistake(
            "divided by y once",
            "1 / (q/a + (1 - q)/b)",
            "That is the harmonic mean: it is asked for if the squared error is divided by the "
            "target, not by its square.",
        ),
        Mistake(
            "divided by the answer",
            "(q*a**2 + (1 - q)*b**2) / (q*a + (1 - q)*b)",
            "That is asked for if the error is divided by the answer. Here it is divided by the "
            "target, and the answer is pulled to the other side.",
        ),
        Mistake(
            "logarithms",
            "exp(q*log(a) + (1 - q)*log(b))",
            "That is the geometric mean: it is asked for by the squared error of the logarithms, "
            "which is nearly the same for small errors only.",
        ),
        Mistake(
            "probabilities swapped",
            "((1 - q)/a + q/b) / ((1 - q)/a**2 + q/b**2)",
            "Here b has the probability q, and a has 1 − q.",
        ),
        Mistake(
            "weights without a sum",
            "q/a + (1 - q)/b",
            "The left side of the equation is right, but c is still multiplied by something: "
            "divide by it. With a = b the answer must be a.",
        ),
        Mistake(
            "halved",
            "(1/a + 1/b) / (1/a**2 + 1/b**2)",
            "Both targets count the same here: their probabilities are lost.",
        ),
    ),
)

BORDER, TEMPERATURE = np.log(1 / 20), 2
"""The logit of 1/21, and by how much the model's logits are too large."""

treated_from = Compute(
    id="choosing.q5",
    points=2,
    answer="treated_from",
    section=("choosing-a-loss", "A temperature, fitted on data that were not trained on"),
    deeper=(
        "Go through the logit: which logit does the model give to a patient whom it announces "
        "with 1/21? Divide by the temperature, and go back through the sigmoid."
    ),
    reference=float(lb.sigmoid(BORDER / TEMPERATURE)),
    mistakes=(
        Mistake(
            "temperature left out",
            1 / 21,
            "That is what the model announces; the question is how many of such patients are "
            "ill, and the model is too sure.",
        ),
        Mistake(
            "multiplied by the temperature",
            float(lb.sigmoid(BORDER * TEMPERATURE)),
            "The logit is multiplied by the temperature here, which makes the model surer still.",
        ),
        Mistake(
            "probability times temperature",
            2 / 21,
            "The temperature belongs to the logit. Probabilities do not scale: 0.6 would become "
            "1.2.",
        ),
        Mistake(
            "odds taken for a probability",
            float(lb.sigmoid(np.log(1 / 19) / TEMPERATURE)),
            "That starts from 1/20. A cost of 20 to 1 makes odds of 1 to 20, and those are the "
            "probability 1/21.",
        ),
        Mistake(
            "the other class",
            float(lb.sigmoid(-BORDER / TEMPERATURE)),
            "That is the probability of being healthy: the sign of the logit is turned.",
        ),
        Mistake(
            "one half",
            0.5,
            "At one half a temperature changes no decision. But she does not decide at one half.",
        ),
        Mistake(
            "the odds",
            float(np.exp(BORDER / TEMPERATURE)),
            "Those are the odds of ill to healthy: a probability is odds over 1 + odds.",
        ),
        Mistake(
            "the logit",
            float(BORDER / TEMPERATURE),
            "That is the logit after the temperature: put it through the sigmoid.",
        ),
    ),
)


def warehouse() -> dict[str, float]:
    """What the answers to question 6 cost a day, by their letters, and the cost of the best."""
    rng = np.random.default_rng(0)
    asked = rng.negative_binomial(3, 3 / 23, 1000)
    typed = np.where(rng.random(1000) < 0.02, 10.0 * asked, asked)
    boxes = np.arange(100.0)
    robust = [lb.huber_loss(np.full(len(typed), n), typed) for n in boxes]
    orders = {
        "a": typed.mean(),
        "b": boxes[np.argmin(robust)],
        "c": typed.mean() + 1.28 * typed.std(),
        "d": np.quantile(typed, 0.9),
        "e": np.quantile(typed, 0.1),
        "best": np.quantile(asked, 0.9),
    }
    return {
        letter: float(np.maximum(order - asked, 9 * (asked - order)).mean())
        for letter, order in orders.items()
    }


COSTS = warehouse()


def costs(letter: str) -> str:
    return (
        f"On a thousand simulated days it costs {COSTS[letter]:.1f} a day; with clean records "
        f"{COSTS['best']:.1f} would be possible."
    )


order_by = Decide(
    id="choosing.q6",
    points=1,
    answer="order_by",
    section=("choosing-a-loss", "The guide"),
    deeper=(
        "Begin with what will be done with the answer, not with what the data look like. A fourth "
        "fruit is worth ordering as long as it is more likely to save a 9 than to waste a 1."
    ),
    right="d",
    options={
        "a": "Demand is a count, but this loss asks for its mean, which makes too much and too "
        "little equally dear. What he will do with the number comes before what the data look "
        f"like. {costs('a')}",
        "b": "The typing errors hardly move it, that is true. But it asks for a number near the "
        "median, and being short costs 9 times as much as being over: robust, and the answer to "
        f"another question. {costs('b')}",
        "c": "The 0.9-quantile is the right question. But this way to it trusts that demand is "
        "normal, and squares every typing error: the variance explodes, and he orders far too "
        f"much. {costs('c')}",
        "d": "The costs ask for the 0.9-quantile, counts or not. And a quantile asks only how "
        "many records lie above it, not how far: a typing error in fifty moves it a little. "
        f"{costs('d')}",
        "e": "The quantile turned round: it would be right if one too many cost 9 and one too few "
        f"1. {costs('e')}",
    },
)

QUESTIONS = (accumulated, combined, epoch_recall, asked_for, treated_from, order_by)
