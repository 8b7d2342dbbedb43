"""Regression: chapters 9 and 10."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import lossbook as lb
from lossbook.assignments.arguments import Column, One, Reals, Whole
from lossbook.assignments.kinds import Compute, Decide, Derive, Implement, Mistake, Repair
from lossbook.checks import Array

ERRORS = {
    "prediction": Reals("N", -10, 10),
    "target": Reals("N", -10, 10),
    "delta": One((1.0, 2.0, 0.5)),
}


def pairs(prediction: list[float], target: list[float], last: Any) -> tuple[Array, Array, Any]:
    return np.array(prediction, float), np.array(target, float), last


def huber_and_slope(prediction: Array, target: Array, delta: float) -> Any:
    return lb.huber_loss.value_and_grad(prediction, target, delta=delta)


def in_two_pieces(
    near: Callable[[Array, float], Any],
    far: Callable[[Array, float], Any],
    slope: Callable[[Array, float], Any],
    size: Callable[[Array], Any] = np.abs,
) -> Callable[[Array, Array, float], Any]:
    """A loss with its slope, as most people write it down."""

    def imitation(prediction: Array, target: Array, delta: float) -> Any:
        e = prediction - target
        return np.where(size(e) < delta, near(e, delta), far(e, delta)).mean(), slope(e, delta)

    return imitation


def half_square(e: Array, delta: float) -> Any:
    return e**2 / 2


def straight(e: Array, delta: float) -> Any:
    return delta * (np.abs(e) - delta / 2)


def held(e: Array, delta: float) -> Any:
    return np.clip(e, -delta, delta) / len(e)


pieces_apart = in_two_pieces(half_square, lambda e, d: d * np.abs(e), held)
whole_square = in_two_pieces(
    lambda e, d: e**2,
    straight,
    lambda e, d: np.where(np.abs(e) < d, 2 * e, d * np.sign(e)) / len(e),
)
far_only_above = in_two_pieces(
    half_square,
    straight,
    lambda e, d: np.where(e < d, e, d * np.sign(e)) / len(e),
    size=lambda e: e,
)
of_the_sum = in_two_pieces(half_square, straight, lambda e, d: held(e, d) * len(e))
not_held = in_two_pieces(half_square, straight, lambda e, d: e / len(e))
held_too_late = in_two_pieces(half_square, straight, lambda e, d: np.clip(e / len(e), -d, d))
shortened = in_two_pieces(
    half_square,
    straight,
    lambda e, d: e / len(e) * min(1.0, d / max(float(np.linalg.norm(e / len(e))), d)),
)
away = in_two_pieces(half_square, straight, lambda e, d: -held(e, d))
far_slope_1 = in_two_pieces(
    half_square, straight, lambda e, d: np.where(np.abs(e) < d, e, np.sign(e)) / len(e)
)
far_slope_up = in_two_pieces(
    half_square, straight, lambda e, d: np.where(np.abs(e) < d, e, d) / len(e)
)


def smooth_l1(prediction: Array, target: Array, delta: float) -> Any:
    return lb.smooth_l1_loss.value_and_grad(prediction, target, beta=delta)


def always_1(prediction: Array, target: Array, delta: float) -> Any:
    return huber_and_slope(prediction, target, 1.0)


huber = Implement(
    id="regression.q1",
    points=3,
    answer="huber",
    section=("robust", "Square near 0, straight far out"),
    deeper=(
        "Begin with the slope of one error e: it is e, held between −δ and δ. The value is half "
        "the square as long as nothing is held, and beyond it the straight line that continues "
        "it without a jump. Only then take the mean, of both."
    ),
    reference=huber_and_slope,
    arguments=ERRORS,
    cases=(
        pairs([1], [0], 2.0),
        pairs([3], [0], 2.0),
        pairs([-3], [0], 2.0),
        pairs([2], [0], 2.0),
        pairs([0, 0], [0, 0], 0.5),
        pairs([0.5, -3], [0, 0], 1.0),
        pairs([3, 1.5], [2.8, 5], 0.5),
        pairs([0.3, -0.2, 0.1], [0, 0, 0], 1.0),
        pairs([3, -1, 2], [0, 1, 5.5], 2.0),
        pairs([5, 1, -4, 2.5], [0, 0.8, 1, 2.5], 0.5),
        pairs([1, 1, 1, 1, 1], [1.5, 0, 9, -8, 1], 2.0),
        pairs([1, 1, 2], [10_000, 1, 1.5], 1.0),
    ),
    mistakes=(
        Mistake(
            "pieces do not meet",
            pieces_apart,
            "The two pieces do not meet: at an error of δ the loss jumps from δ²/2 to δ², though "
            "no slope says so.",
        ),
        Mistake(
            "whole square",
            whole_square,
            "Near 0 this is the square, which costs and pulls twice as much as it should, so both "
            "value and slope jump at δ.",
        ),
        Mistake(
            "smooth L1",
            smooth_l1,
            "This is smooth L1 with β = δ: far errors pull with 1, whatever δ is.",
        ),
        Mistake(
            "large only if positive",
            far_only_above,
            "Too low a prediction is never found to be far off, and its square grows without "
            "limit: it is the size of the error that is compared with δ.",
        ),
        Mistake(
            "slope of the sum",
            of_the_sum,
            "The value is right; the slope is that of the sum, and the value is a mean.",
        ),
        Mistake(
            "slope not held",
            not_held,
            "The value is right; the slope is that of half the square everywhere, so one bad "
            "label pulls as hard as it likes.",
        ),
        Mistake(
            "held after the mean",
            held_too_late,
            "The value is right; the slopes are held at ±δ after they were divided by N. Then a "
            "single error in a large batch may pull N times as hard as δ.",
        ),
        Mistake(
            "gradient shortened",
            shortened,
            "The value is right; the slope is that of half the square, shortened as a whole. "
            "That clips the gradient and changes the pace, not what is learnt.",
        ),
        Mistake(
            "slope upside down",
            away,
            "The value is right; the slope points the other way, so descent would move each "
            "prediction away from its target.",
        ),
        Mistake(
            "far slope 1",
            far_slope_1,
            "The value is right; far out its slope is not 1: there it is a multiple of the "
            "absolute error.",
        ),
        Mistake(
            "far slope without direction",
            far_slope_up,
            "The value is right; far out each slope is +δ, also where the prediction is too low "
            "and must rise.",
        ),
        Mistake(
            "δ always 1",
            always_1,
            "It bends at 1 whatever δ is: use the argument.",
        ),
    ),
)

resting_point = Derive(
    id="regression.q2",
    points=2,
    answer="resting_point",
    section=("robust", "Between the mean and the median"),
    deeper=(
        "At rest the pulls cancel. The good labels, a share 1 − ε, pull down with c − m on "
        "average; each bad one pulls up with the most that one error may."
    ),
    reference="m + delta*epsilon/(1 - epsilon)",
    symbols={"m": "real", "delta": "positive", "epsilon": "unit"},
    mistakes=(
        Mistake(
            "all labels counted as good",
            "m + delta*epsilon",
            "Here all labels hold the constant back, but the bad ones do not: only the rest pull "
            "down.",
        ),
        Mistake(
            "pull of 1",
            "m + epsilon/(1 - epsilon)",
            "Here a bad label pulls with 1, as under smooth L1; under Huber's loss a far error "
            "pulls with something else.",
        ),
        Mistake(
            "shares exchanged",
            "m + delta*(1 - epsilon)/epsilon",
            "The two shares are exchanged: without any bad label this would be infinitely far "
            "from the mean.",
        ),
        Mistake(
            "dragged down",
            "m - delta*epsilon/(1 - epsilon)",
            "The bad labels lie above, and here they drag the constant down.",
        ),
        Mistake(
            "slope of the whole square",
            "m + delta*epsilon/(2*(1 - epsilon))",
            "The good labels pull with 2(c − m) here, as under the square; near 0 Huber's loss is "
            "half of it.",
        ),
        Mistake(
            "the shift alone",
            "delta*epsilon/(1 - epsilon)",
            "That is how far the constant is dragged: the question is where it comes to rest.",
        ),
        Mistake(
            "without the share of the bad",
            "m + delta/(1 - epsilon)",
            "However few labels are bad, here they drag the constant by δ at least: their pull "
            "must count with their share.",
        ),
    ),
)


def daily_cost(litres: float) -> float:
    """What he pays a day on average: 1 for each litre left over, 4 for each that is lacking."""
    return (litres**2 + 4 * (100 - litres) ** 2) / 2 / 100


saving = Compute(
    id="regression.q3",
    points=2,
    answer="saving",
    section=("robust", "When too high and too low cost differently"),
    deeper=(
        "Which two amounts do the two models say? Put each against demands spread evenly from 0 "
        "to 100, such as 0.5, 1.5, …, 99.5, charge 1 and 4, and take the means."
    ),
    reference=daily_cost(50) - daily_cost(80),
    mistakes=(
        Mistake(
            "what is still paid",
            daily_cost(80),
            "That is what the better model still costs a day: the question is by how much less.",
        ),
        Mistake(
            "what the median costs",
            daily_cost(50),
            "That is what the model trained on absolute error costs; nobody is spared all of it.",
        ),
        Mistake(
            "litres for euros",
            80.0 - 50.0,
            "That is by how much the two models differ in what they say; now ask what each pays.",
        ),
        Mistake(
            "the amount itself",
            80.0,
            "That is how many litres he makes now; the question is what this saves him.",
        ),
        Mistake(
            "in units of the loss",
            (daily_cost(50) - daily_cost(80)) / 5,
            "That is the difference of the quantile losses, whose two prices sum to 1; his sum "
            "to 5.",
        ),
        Mistake(
            "τ the wrong way round",
            daily_cost(50) - daily_cost(20),
            "That follows from the quantile 1/5, as if too much were the dear side: he would be "
            "sold out on four days of five.",
        ),
        Mistake(
            "a share",
            1 - daily_cost(80) / daily_cost(50),
            "That is the share of the costs that he saves; give the amount a day.",
        ),
    ),
)

IN_BATCHES = {
    "prediction": Reals("N", -10, 10),
    "target": Reals("N", -10, 10),
    "size": Whole(1, 5),
}


def cut(errors: Array, size: int) -> list[Array]:
    return [errors[start : start + size] for start in range(0, len(errors), size)]


def whole_rmse(prediction: Array, target: Array, size: int) -> Any:
    return lb.rmse_loss(prediction, target)


def of_batches(measure: Callable[[list[Array], int], Any]) -> Callable[[Array, Array, int], Any]:
    def imitation(prediction: Array, target: Array, size: int) -> Any:
        return measure(cut(prediction - target, size), size)

    return imitation


def squares(batches: list[Array]) -> float:
    return float(sum((e**2).sum() for e in batches))


def roots(batches: list[Array]) -> list[float]:
    return [float(np.sqrt((e**2).mean())) for e in batches]


mean_of_roots = of_batches(lambda batches, size: np.mean(roots(batches)))
batches_alike = of_batches(lambda batches, size: np.sqrt(np.mean([(e**2).mean() for e in batches])))
weighted_roots = of_batches(
    lambda batches, size: np.average(roots(batches), weights=[len(e) for e in batches])
)
full_batches_only = of_batches(
    lambda batches, size: np.sqrt(
        np.mean(np.concatenate([e for e in batches if len(e) == size] or [np.empty(0)]) ** 2)
    )
)
without_root = of_batches(lambda batches, size: np.mean(np.concatenate(batches) ** 2))
sum_of_squares = of_batches(lambda batches, size: np.sqrt(squares(batches)))
over_batches = of_batches(lambda batches, size: np.sqrt(squares(batches) / len(batches)))
over_full_batches = of_batches(
    lambda batches, size: np.sqrt(squares(batches) / (len(batches) * size))
)
root_before = of_batches(
    lambda batches, size: np.sqrt(squares(batches)) / sum(len(e) for e in batches)
)
absolute = of_batches(lambda batches, size: np.abs(np.concatenate(batches)).mean())

epoch_rmse = Repair(
    id="regression.q4",
    points=2,
    answer="epoch_rmse",
    section=("squared-and-absolute", "An RMSE that depends on the batch size"),
    deeper=(
        "What can be added up over batches without losing anything? Neither roots nor means, but "
        "the two numbers that the mean of the squares is made of."
    ),
    reference=whole_rmse,
    given=mean_of_roots,
    arguments=IN_BATCHES,
    cases=(
        pairs([3], [0], 1),
        pairs([3, 4], [0, 0], 1),
        pairs([1, 7], [0, 0], 2),
        pairs([1, 1, 7, 7], [0, 0, 0, 0], 2),
        pairs([3, 1, 5], [1, 1, 1], 2),
        pairs([0, 0, 0], [0, 0, 0], 2),
        pairs([2, -1, 5, 0, 3], [0, 1, 5, 4, -3], 2),
        pairs([1, 2, 3, 4, 5, 6, 7], [0, 2, 2, 5, 9, 6, 1], 3),
        pairs([1, 1, 1, 1, 1], [1, 2, 0, 1, 100], 4),
    ),
    mistakes=(
        Mistake(
            "batches counted alike",
            batches_alike,
            "The root comes at the end now, but each batch counts alike: if the last one is "
            "shorter, its samples count too much.",
        ),
        Mistake(
            "roots weighted",
            weighted_roots,
            "A longer batch counts for more now, but it is still a mean of roots, and that is "
            "too low as soon as batches differ.",
        ),
        Mistake(
            "last batch dropped",
            full_batches_only,
            "The last batch is left out where it is shorter than the others: its samples belong "
            "to the data.",
        ),
        Mistake(
            "root forgotten",
            without_root,
            "This no longer depends on the batches, but it is the MSE, in squared units.",
        ),
        Mistake(
            "not divided",
            sum_of_squares,
            "That is the root of the sum of squares: twice as many samples would make it larger, "
            "though none got worse.",
        ),
        Mistake(
            "divided by the number of batches",
            over_batches,
            "The squares are added up over samples and then divided by the number of batches.",
        ),
        Mistake(
            "last batch taken for full",
            over_full_batches,
            "Each batch is counted as if it were full: where the last one is shorter, this "
            "divides by samples that do not exist.",
        ),
        Mistake(
            "divided after the root",
            root_before,
            "The division comes after the root, so it divides by N where a root of N is due.",
        ),
        Mistake(
            "absolute errors",
            absolute,
            "That is the MAE: it does not depend on the batches either, but it is another measure.",
        ),
    ),
)

goes_to = Decide(
    id="regression.q5",
    points=1,
    answer="goes_to",
    section=("squared-and-absolute", "What each estimates"),
    deeper=(
        "Write the loss of a batch of one without the root. Then ask which constant has the least "
        "mean of what is left."
    ),
    right="d",
    options={
        "a": "The root keeps the order, so one batch of all has the minimum of the MSE. But a "
        "mean of roots is not the root of a mean, and only the latter keeps it.",
        "b": "It is the other way round: what is the RMSE of a single error, and what is it for "
        "all five together?",
        "c": "The slopes of the RMSE have a constant length over the whole batch, as the absolute "
        "error's have; but within a batch each is still in proportion to its error, and the "
        "balance is that of the squares.",
        "d": "The root of one square is the absolute error, which asks for the median, 4; the "
        "root of the mean of all squares is least where that mean is, at 7. With this loss the "
        "batch size decides what is estimated, not only how noisily.",
    },
)


def column(prediction: list[float], target: list[float]) -> tuple[Array, Array]:
    return np.array(prediction, float)[:, None], np.array(target, float)


def explained(prediction: Array, target: Array) -> Any:
    if not target.var():
        raise ValueError("targets that are all alike have no variance to explain")
    return 1 - lb.mse_loss(prediction[:, 0], target) / target.var()


def each_with_each(prediction: Array, target: Array) -> Any:
    return 1 - ((prediction - target) ** 2).mean() / target.var()


def over_n_minus_1(prediction: Array, target: Array) -> Any:
    return 1 - ((prediction[:, 0] - target) ** 2).mean() / target.var(ddof=1)


def correlation(prediction: Array, target: Array) -> Any:
    p, y = prediction[:, 0] - prediction.mean(), target - target.mean()
    return (p @ y) ** 2 / ((p @ p) * (y @ y))


def unexplained(prediction: Array, target: Array) -> Any:
    return 1 - explained(prediction, target)


def of_roots(prediction: Array, target: Array) -> Any:
    return 1 - np.sqrt(unexplained(prediction, target))


def never_below_0(prediction: Array, target: Array) -> Any:
    return max(0.0, explained(prediction, target))


def against_the_mean(prediction: Array, target: Array) -> Any:
    return 1 - ((prediction[:, 0] - target.mean()) ** 2).mean() / target.var()


def variance_of_predictions(prediction: Array, target: Array) -> Any:
    return 1 - ((prediction[:, 0] - target) ** 2).mean() / prediction.var()


def variance_of_errors(prediction: Array, target: Array) -> Any:
    return 1 - (prediction[:, 0] - target).var() / target.var()


def of_absolute_errors(prediction: Array, target: Array) -> Any:
    return 1 - np.abs(prediction[:, 0] - target).mean() / np.abs(target - target.mean()).mean()


def upside_down(prediction: Array, target: Array) -> Any:
    return 1 - target.var() / ((prediction[:, 0] - target) ** 2).mean()


def one_row_for_all(prediction: Array, target: Array) -> Any:
    return 1 - ((prediction[0] - target) ** 2).mean() / target.var()


r_squared = Repair(
    id="regression.q6",
    points=2,
    answer="r_squared",
    section=("squared-and-absolute", "A column against a row"),
    deeper=(
        "Print the shape of prediction − target. How many differences are there, and how many "
        "should there be? Then print the R² of a perfect prediction before and after."
    ),
    reference=explained,
    given=each_with_each,
    arguments={"prediction": Column("N", -10, 10), "target": Reals("N", -10, 10)},
    least={"N": 2},
    cases=(
        column([0, 1], [0, 1]),
        column([0, 2], [0, 1]),
        column([0.5, 0.5], [0, 1]),
        column([1, 0], [0, 1]),
        column([1, 2, 3], [1, 2, 4]),
        column([2, 3, 4], [1, 2, 3]),
        column([1, 2, 3, 4], [1, 2, 3, 4]),
        column([2, 2, 3, 7], [1, 3, 3, 9]),
        column([3, 0, 1, 4, 2], [5, -1, 0, 4, 2]),
        column([-3, -2.5, 4, 0, 1, 6], [-4, -2, 5, 1, 1, 5]),
        column([10, 10, 10], [1, 2, 6]),
    ),
    mistakes=(
        Mistake(
            "variance over N − 1",
            over_n_minus_1,
            "The errors are paired now, but the variance divides by N − 1 and the MSE by N: a "
            "model that says the mean would no longer get 0.",
        ),
        Mistake(
            "correlation squared",
            correlation,
            "That is the square of the correlation, which does not notice if all predictions are "
            "twice too large or shifted.",
        ),
        Mistake(
            "the share unexplained",
            unexplained,
            "That is the share of the variance that is left: a perfect model gets 0 from it.",
        ),
        Mistake(
            "roots",
            of_roots,
            "That compares RMSE and standard deviation; the shares of a variance are shares of "
            "squares.",
        ),
        Mistake(
            "never below 0",
            never_below_0,
            "It is right where it is positive; but a model that is worse than the mean must not "
            "look as good as the mean.",
        ),
        Mistake(
            "predictions against the mean",
            against_the_mean,
            "Each prediction is compared with the mean of the targets, so a model is the better "
            "the less it says.",
        ),
        Mistake(
            "variance of the predictions",
            variance_of_predictions,
            "That is the variance of the predictions: what is to be explained is that of the "
            "targets.",
        ),
        Mistake(
            "variance of the errors",
            variance_of_errors,
            "The variance of the errors forgives a constant error: a model that is always too "
            "high by 1000 would be perfect.",
        ),
        Mistake(
            "absolute errors",
            of_absolute_errors,
            "The errors are paired now, but they count by their size instead of their square.",
        ),
        Mistake(
            "upside down",
            upside_down,
            "The two are exchanged: a perfect model would divide by 0.",
        ),
        Mistake(
            "one prediction for all",
            one_row_for_all,
            "prediction[0] is the first sample's row: its prediction is held against every target.",
        ),
    ),
)

QUESTIONS = (huber, resting_point, saving, epoch_rmse, goes_to, r_squared)
