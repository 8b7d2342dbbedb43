"""From loss to gradient, and mini-batches: chapters 11 and 12."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from lossbook.assignments.arguments import Argument, One, Reals, Whole
from lossbook.assignments.kinds import Decide, Derive, Implement, Mistake, Repair
from lossbook.assignments.plain import Name
from lossbook.assignments.questions.focal import Counts
from lossbook.checks import Array
from lossbook.training import numerical_gradient

Function = Callable[[Array], Any]


def sum_of_cubes(x: Array) -> Any:
    return (x**3).sum()


def sum_of_fifth_powers(x: Array) -> Any:
    return (x**5).sum()


def product_of_all(x: Array) -> Any:
    return x.prod()


class Given(One):
    """One of a few functions, given by name."""

    def sizes(self, value: Any) -> dict[str, int]:
        return {}


CUBES, PRODUCT = Name(f"{__name__}:sum_of_cubes"), Name(f"{__name__}:product_of_all")
FIFTHS = Name(f"{__name__}:sum_of_fifth_powers")


def pushed(f: Function, x: Array, by: float) -> Array:
    """The value of f with one number after the other pushed."""
    x = x.astype(float)
    values = np.empty(x.shape)
    for place in np.ndindex(x.shape):
        here = x[place]
        x[place] = here + by
        values[place] = f(x)
        x[place] = here
    return values


def central(f: Function, x: Array, h: float) -> Any:
    return (pushed(f, x, h) - pushed(f, x, -h)) / (2 * h)


def forward(f: Function, x: Array, h: float) -> Any:
    return (pushed(f, x, h) - f(x)) / h


def backward(f: Function, x: Array, h: float) -> Any:
    return (f(x) - pushed(f, x, -h)) / h


def divided_by_one_step(f: Function, x: Array, h: float) -> Any:
    return 2 * central(f, x, h)


def half_steps(f: Function, x: Array, h: float) -> Any:
    return central(f, x, h / 2)


def all_at_once(f: Function, x: Array, h: float) -> Any:
    return (f(x + h) - f(x - h)) / (2 * h)


def not_put_back(f: Function, x: Array, h: float) -> Any:
    x, slopes = x.astype(float), np.empty(x.shape)
    for place in np.ndindex(x.shape):
        x[place] += h
        up = f(x)
        x[place] -= 2 * h
        slopes[place] = (up - f(x)) / (2 * h)
    return slopes


def whole_rows(f: Function, x: Array, h: float) -> Any:
    slopes = np.empty(x.shape)
    for n in range(len(x)):
        step = np.zeros(x.shape)
        step[n] = h
        slopes[n] = (f(x + step) - f(x - step)) / (2 * h)
    return slopes


def in_whole_numbers(f: Function, x: Array, h: float) -> Any:
    slopes = np.empty(x.shape)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += h
        down[place] -= h
        slopes[place] = (f(up) - f(down)) / (2 * h)
    return slopes


def flat(f: Function, x: Array, h: float) -> Any:
    return central(f, x, h).ravel()


def step_of_its_own(f: Function, x: Array, h: float) -> Any:
    return central(f, x, 1e-5)


def four_points(f: Function, x: Array, h: float) -> Any:
    return numerical_gradient(f, x, h)


def table(*rows: list[float]) -> Array:
    return np.array(rows, float)


slopes_of = Implement(
    id="gradients.q1",
    points=2,
    answer="slopes_of",
    section=("from-loss-to-gradient", "A slope by two evaluations"),
    deeper=(
        "Go over the places of x, for example with np.ndindex(x.shape). For each one make a copy "
        "of x in floating point, push that number alone up, evaluate, and the same down."
    ),
    reference=central,
    arguments={
        "f": Given((CUBES, PRODUCT, FIFTHS)),
        "x": Reals("N D", -3, 3),
        "h": One((0.5, 0.25, 0.75)),
    },
    cases=(
        (CUBES, table([0]), 0.5),
        (CUBES, table([1]), 0.5),
        (PRODUCT, table([1, 2]), 0.25),
        (CUBES, table([1, 2], [0, -1], [2, 1]), 0.25),
        (PRODUCT, table([1, 2, 3], [2, -1, 1]), 0.5),
        (PRODUCT, table([0, 2], [3, 1]), 0.75),
        (CUBES, table([1.5, -2.5, 0.5, 2]), 0.75),
        (FIFTHS, table([1, -1], [0, 2], [1, 0]), 0.5),
        (CUBES, np.array([[1, 2, 3], [3, 0, -2]]), 0.5),
        (PRODUCT, np.array([[3], [2]]), 0.25),
    ),
    mistakes=(
        Mistake(
            "one side",
            forward,
            "This is the forward difference: it looks at one side only, and the error of its "
            "formula falls with h, and not with h².",
        ),
        Mistake(
            "the lower side",
            backward,
            "This is the backward difference: it looks below x only, and the error of its "
            "formula falls with h, and not with h².",
        ),
        Mistake(
            "divided by one step",
            divided_by_one_step,
            "Every slope is twice as large as it should be: how far apart are the two points at "
            "which f is evaluated?",
        ),
        Mistake(
            "half a step to each side",
            half_steps,
            "The two points are h apart here, half a step to each side: push by a whole step "
            "each way.",
        ),
        Mistake(
            "all numbers at once",
            all_at_once,
            "All numbers are pushed together, which gives one slope, along the diagonal: push "
            "one, and leave the others where they are.",
        ),
        Mistake(
            "not put back",
            not_put_back,
            "A number that has been pushed is not put back, so the later slopes are taken at "
            "another place than x.",
        ),
        Mistake(
            "whole rows",
            whole_rows,
            "x[i] is a whole row, and all its numbers are pushed together: a number in a matrix "
            "has two indices.",
        ),
        Mistake(
            "steps cut to whole numbers",
            in_whole_numbers,
            "Right where x holds floating-point numbers, but an array of integers takes a pushed "
            "number without its fraction, and warns nobody.",
        ),
        Mistake(
            "flat",
            flat,
            "The slopes are right, and stand in a row: each slope has the shape of what it "
            "belongs to.",
        ),
        Mistake(
            "a step of its own",
            step_of_its_own,
            "The argument h is not used; a fixed, small step stands in its place.",
        ),
        Mistake(
            "four points",
            four_points,
            "That is the package's rule of fourth order, with four evaluations for each number. "
            "Asked is the central difference, with two.",
        ),
    ),
)


class Square(Reals):
    """A matrix with as many rows as columns."""

    def without(self, value: Any, axis: str, index: int) -> Any:
        if axis not in self.axes.split():
            return value
        return np.delete(np.delete(value, index, 0), index, 1)


Slopes = list[Array]


def layer(x: Array, W: Array, b: Array, dout: Array) -> tuple[Array, Array]:
    """What goes into the ReLU, and its slope."""
    pre = x @ W + b
    return pre, dout * (pre > 0)


def through(x: Array, W: Array, dpre: Array, dout: Array) -> Slopes:
    return [dout + dpre @ W.T, x.T @ dpre, dpre.sum(0)]


def layer_slopes(x: Array, W: Array, b: Array, dout: Array) -> Slopes:
    return through(x, W, layer(x, W, b, dout)[1], dout)


def branch_lost(x: Array, W: Array, b: Array, dout: Array) -> Slopes:
    return through(x, W, layer(x, W, b, dout)[1], np.zeros(dout.shape))


def branch_masked(x: Array, W: Array, b: Array, dout: Array) -> Slopes:
    _, dpre = layer(x, W, b, dout)
    return through(x, W, dpre, dpre)


def not_transposed(x: Array, W: Array, b: Array, dout: Array) -> Slopes:
    return through(x, W.T, layer(x, W, b, dout)[1], dout)[:1] + layer_slopes(x, W, b, dout)[1:]


def mask_of_the_slope(x: Array, W: Array, b: Array, dout: Array) -> Slopes:
    return through(x, W, dout * (dout > 0), dout)


def without_mask(x: Array, W: Array, b: Array, dout: Array) -> Slopes:
    return through(x, W, dout, dout)


def mask_of_the_output(x: Array, W: Array, b: Array, dout: Array) -> Slopes:
    pre, _ = layer(x, W, b, dout)
    return through(x, W, dout * (x + np.maximum(pre, 0) > 0), dout)


def mask_without_bias(x: Array, W: Array, b: Array, dout: Array) -> Slopes:
    return through(x, W, dout * (x @ W > 0), dout)


def slope_at_the_kink(x: Array, W: Array, b: Array, dout: Array) -> Slopes:
    pre, _ = layer(x, W, b, dout)
    return through(x, W, dout * (pre >= 0), dout)


def bias_averaged(x: Array, W: Array, b: Array, dout: Array) -> Slopes:
    dx, dW, db = layer_slopes(x, W, b, dout)
    return [dx, dW, db / len(x)]


def averaged_again(x: Array, W: Array, b: Array, dout: Array) -> Slopes:
    dx, dW, db = layer_slopes(x, W, b, dout)
    return [dx, dW / len(x), db / len(x)]


def weights_transposed(x: Array, W: Array, b: Array, dout: Array) -> Slopes:
    dx, dW, db = layer_slopes(x, W, b, dout)
    return [dx, dW.T, db]


def bias_not_summed(x: Array, W: Array, b: Array, dout: Array) -> Slopes:
    _, dpre = layer(x, W, b, dout)
    return [*through(x, W, dpre, dout)[:2], dpre]


def block(
    x: list[list[float]], W: list[list[float]], b: list[float], dout: list[list[float]]
) -> tuple[Array, ...]:
    return tuple(np.array(each, float) for each in (x, W, b, dout))


block_slopes = Implement(
    id="gradients.q2",
    points=3,
    answer="block_slopes",
    section=("from-loss-to-gradient", "The network, backward"),
    deeper=(
        "Walk back from the output. It is a sum, so its slope goes to both summands as it is. "
        "One is ReLU of pre: pass it where pre was positive, and call it dpre. From dpre come dW "
        "and db as in the chapter. x was used twice, so two slopes add."
    ),
    reference=layer_slopes,
    arguments={
        "x": Reals("N D", -3, 3),
        "W": Square("D D", -3, 3),
        "b": Reals("D", -3, 3),
        "dout": Reals("N D", -3, 3),
    },
    cases=(
        block([[1]], [[1]], [0], [[1]]),
        block([[1]], [[-1]], [0], [[1]]),
        block([[2]], [[1]], [-2], [[3]]),
        block([[1, 2]], [[1, 2], [0, 1]], [0, -9], [[1, -1]]),
        block([[1], [2], [-1]], [[2]], [1], [[1], [-2], [3]]),
        block(
            [[1, -2], [0, 1], [3, 1]], [[1, 2], [-1, 0.5]], [0.5, -1], [[1, 2], [-1, 1], [2, -3]]
        ),
        block(
            [[1, 0, -1], [2, 1, 0]],
            [[1, -1, 0], [2, 0, 1], [0, 3, -2]],
            [0.5, 0, -1],
            [[1, -2, 1], [0.5, 1, -1]],
        ),
        block(
            [[-2, 1], [1, -1], [0.5, 2], [2, 2]],
            [[0, 1], [2, -1]],
            [1, 2],
            [[0.5, -1], [1, 1], [-2, 0], [1, 3]],
        ),
    ),
    mistakes=(
        Mistake(
            "one way back lost",
            branch_lost,
            "The slope of x comes through the weights alone: x also goes past them straight to "
            "the output, and at a fork slopes add.",
        ),
        Mistake(
            "both ways masked",
            branch_masked,
            "The mask is put on the straight way too: only what went through ReLU is masked, "
            "and x is added after it.",
        ),
        Mistake(
            "not transposed",
            not_transposed,
            "On the way back to x the weights are not transposed. W is square, so the product "
            "runs, and no shape betrays it.",
        ),
        Mistake(
            "mask of the slope",
            mask_of_the_slope,
            "The mask asks where the slope is positive: ReLU asks where its input was.",
        ),
        Mistake(
            "no mask",
            without_mask,
            "The slope passes everywhere, as if there were no ReLU: where its input was "
            "negative, a push changes nothing.",
        ),
        Mistake(
            "mask of the output",
            mask_of_the_output,
            "The mask is taken from the output, to which x has been added: what decides is the "
            "input of ReLU.",
        ),
        Mistake(
            "mask without the bias",
            mask_without_bias,
            "The mask forgets the bias: ReLU sees x @ W + b.",
        ),
        Mistake(
            "slope at the kink",
            slope_at_the_kink,
            "Right but where the input of ReLU is exactly 0: there is no slope there, and the "
            "book and PyTorch take 0.",
        ),
        Mistake(
            "bias averaged",
            bias_averaged,
            "The slope of the bias is a mean over the samples: the mean of the loss is already "
            "in dout, and here the samples add.",
        ),
        Mistake(
            "averaged again",
            averaged_again,
            "The slopes of W and b are divided by N: the mean of the loss is already in dout, "
            "and is taken once.",
        ),
        Mistake(
            "weights on their side",
            weights_transposed,
            "The slope of W lies on its side: row m belongs to the input m, as in W itself. W "
            "is square, so no shape betrays it.",
        ),
        Mistake(
            "bias not summed",
            bias_not_summed,
            "The slope of the bias still has a row for each sample: one bias serves them all, "
            "so their slopes add.",
        ),
    ),
)


class Order(Argument):
    """The numbers from 0 to N − 1 in any order."""

    axes = "N"

    def draw(self, rng: np.random.Generator, sizes: Mapping[str, int]) -> Any:
        return rng.permutation(sizes["N"])

    def without(self, value: Any, axis: str, index: int) -> Any:
        if axis != "N":
            return value
        rest = value[value != index]
        return rest - (rest > index)

    def simpler(self, value: Any) -> Iterator[Any]:
        if (np.diff(value) < 0).any():
            yield np.sort(value)


Batches = list[tuple[Array, Array]]


def taken(X: Array, y: Array, parts: Any) -> Batches:
    return [(X[part], y[part]) for part in parts]


def cut(order: Array, size: int) -> list[Array]:
    return [order[start : start + size] for start in range(0, len(order), size)]


def in_order(X: Array, y: Array, order: Array, size: int) -> Batches:
    return taken(X, y, cut(order, size))


def short_one_dropped(X: Array, y: Array, order: Array, size: int) -> Batches:
    return taken(X, y, [part for part in cut(order, size) if len(part) == size])


def order_ignored(X: Array, y: Array, order: Array, size: int) -> Batches:
    return taken(X, y, cut(np.arange(len(X)), size))


def inputs_alone(X: Array, y: Array, order: Array, size: int) -> Batches:
    return in_order(X, y[np.argsort(order)], order, size)


def filled_up(X: Array, y: Array, order: Array, size: int) -> Batches:
    count = -(-len(order) // size)
    return taken(X, y, np.resize(order, (count, size)))


def empty_at_the_end(X: Array, y: Array, order: Array, size: int) -> Batches:
    starts = range(0, len(order) + 1, size)
    return taken(X, y, [order[start : start + size] for start in starts])


def evened_out(X: Array, y: Array, order: Array, size: int) -> Batches:
    return taken(X, y, np.array_split(order, -(-len(order) // size)))


def so_many_batches(X: Array, y: Array, order: Array, size: int) -> Batches:
    return taken(X, y, np.array_split(order, size))


def one_short(X: Array, y: Array, order: Array, size: int) -> Batches:
    return taken(X, y, [part[: size - 1] for part in cut(order, size)])


def the_other_way_round(X: Array, y: Array, order: Array, size: int) -> Batches:
    return in_order(X, y, np.argsort(order), size)


def cut_then_shuffled(X: Array, y: Array, order: Array, size: int) -> Batches:
    batches = cut(np.arange(len(X)), size)
    return taken(X, y, [batches[n] for n in order if n < len(batches)])


def shuffled(
    X: list[list[float]], y: list[float], order: list[int], size: int
) -> tuple[Array, Array, Array, int]:
    return np.array(X, float), np.array(y, float), np.array(order), size


batches_of = Implement(
    id="gradients.q3",
    points=2,
    answer="batches_of",
    section=("mini-batches", "The mini-batch is a sample"),
    deeper=(
        "Let start run from 0 to N in steps of size. The indices of a batch are a slice of "
        "order, and a slice that reaches past the end is simply shorter. Take the rows of both "
        "arrays with the same indices."
    ),
    reference=in_order,
    arguments={"X": Reals("N D"), "y": Reals("N"), "order": Order(), "size": Whole(1, 4)},
    cases=(
        shuffled([[1]], [2], [0], 1),
        shuffled([[1], [2]], [3, 4], [1, 0], 1),
        shuffled([[1], [2], [3]], [4, 5, 6], [1, 2, 0], 2),
        shuffled([[1, 2], [3, 4]], [5, 6], [0, 1], 3),
        shuffled([[1], [2], [3], [4]], [5, 6, 7, 8], [2, 0, 3, 1], 2),
        shuffled([[1, 2, 3], [4, 5, 6], [7, 8, 9]], [3, 2, 1], [1, 2, 0], 3),
        shuffled([[1, 0], [2, 0], [3, 1], [4, 1], [5, 2]], [9, 8, 7, 6, 5], [3, 0, 4, 1, 2], 4),
        shuffled(
            [[n] for n in range(10)], [n * n for n in range(10)], [7, 2, 9, 4, 1, 0, 8, 3, 6, 5], 4
        ),
    ),
    mistakes=(
        Mistake(
            "short batch dropped",
            short_one_dropped,
            "The last batch is left out where it is shorter, so some samples are never seen in "
            "this epoch.",
        ),
        Mistake(
            "order ignored",
            order_ignored,
            "The rows come as they stand in the file: order says which row comes first.",
        ),
        Mistake(
            "inputs shuffled alone",
            inputs_alone,
            "The inputs are shuffled and the targets are not: each input now has somebody "
            "else's target.",
        ),
        Mistake(
            "filled up",
            filled_up,
            "The last batch is filled up from the beginning, so some samples come twice in one "
            "epoch.",
        ),
        Mistake(
            "empty batch",
            empty_at_the_end,
            "Where size divides N an empty batch comes last, and its mean loss is nan.",
        ),
        Mistake(
            "batches evened out",
            evened_out,
            "np.array_split makes batches of nearly equal sizes: each but the last should be full.",
        ),
        Mistake(
            "so many batches",
            so_many_batches,
            "size is taken for the number of batches: it is how many samples a batch has.",
        ),
        Mistake(
            "one too few",
            one_short,
            "Each batch has lost its last sample: a slice ends before its second number.",
        ),
        Mistake(
            "order turned round",
            the_other_way_round,
            "order is turned round: order[0] is the row that comes first, and not the place to "
            "which row 0 goes.",
        ),
        Mistake(
            "cut, then shuffled",
            cut_then_shuffled,
            "The batches are shuffled and the samples in them are not: neighbours in the file "
            "stay together in every epoch.",
        ),
    ),
)

step_in_the_log = Derive(
    id="gradients.q4",
    points=3,
    answer="step_in_the_log",
    section=("mini-batches", "How far off"),
    deeper=(
        "The variance of a difference is the sum of the two variances minus twice the "
        "covariance. Two losses out of different batches are still two losses drawn without "
        "replacement: their covariance is the c of the chapter, and so is that of two means."
    ),
    reference="2*sigma**2*N / (B*(N - 1))",
    symbols={"sigma": "positive", "N": "whole", "B": "whole"},
    mistakes=(
        Mistake(
            "covariance left out",
            "2*sigma**2/B * (N - B)/(N - 1)",
            "That is the sum of the two variances. But the second batch cannot hold what the "
            "first has taken, so the two means are not independent.",
        ),
        Mistake(
            "with replacement",
            "2*sigma**2/B",
            "That is right for two batches drawn with replacement: in one epoch no sample comes "
            "twice.",
        ),
        Mistake(
            "covariance with the wrong sign",
            "2*sigma**2/B * (N - B)/(N - 1) - 2*sigma**2/(N - 1)",
            "The covariance comes in with the wrong sign: it is negative, and in a difference "
            "it is subtracted.",
        ),
        Mistake(
            "covariance once",
            "2*sigma**2/B * (N - B)/(N - 1) + sigma**2/(N - 1)",
            "The covariance of the two is counted once: a square has two mixed terms.",
        ),
        Mistake(
            "covariance divided by B",
            "2*sigma**2/B * (N - B)/(N - 1) + 2*sigma**2/(B*(N - 1))",
            "The covariance of the two means is divided by B: it is the mean over B² pairs of "
            "one loss from each batch, and each pair has the same.",
        ),
        Mistake(
            "of the mean of both",
            "sigma**2/(2*B) * (N - 2*B)/(N - 1)",
            "That is the variance of the mean of both batches together: asked is their difference.",
        ),
        Mistake(
            "variances subtracted",
            "0",
            "Variances are not subtracted from each other: the difference of two numbers that "
            "scatter scatters more, not less.",
        ),
        Mistake(
            "standard deviation",
            "sqrt(2*sigma**2*N / (B*(N - 1)))",
            "That is the standard deviation: asked is the variance, its square.",
        ),
    ),
)


class Means(Reals):
    """Means of batches; that of an empty one is nan."""

    def simpler(self, value: Any) -> Iterator[Any]:
        # nothing is simpler than nan
        for changed in super().simpler(np.nan_to_num(value)):
            yield np.where(np.isnan(value), np.nan, changed)


def by_samples(means: Array, sizes: Array) -> Any:
    seen = sizes > 0
    return (means[seen] * sizes[seen]).sum() / sizes.sum()


def as_given(means: Array, sizes: Array) -> Any:
    return means.mean()


def nan_goes_through(means: Array, sizes: Array) -> Any:
    return (means * sizes).sum() / sizes.sum()


def empty_left_out(means: Array, sizes: Array) -> Any:
    return means[sizes > 0].mean()


def empty_counts_as_0(means: Array, sizes: Array) -> Any:
    return np.where(sizes > 0, means, 0).mean()


def summed(means: Array, sizes: Array) -> Any:
    return means[sizes > 0].sum()


def by_number_of_batches(means: Array, sizes: Array) -> Any:
    return by_samples(means, sizes) * sizes.sum() / len(sizes)


def as_if_full(means: Array, sizes: Array) -> Any:
    return by_samples(means, sizes) * sizes.sum() / (sizes.max() * (sizes > 0).sum())


def full_ones_only(means: Array, sizes: Array) -> Any:
    return means[sizes == sizes.max()].mean()


def not_multiplied(means: Array, sizes: Array) -> Any:
    return means[sizes > 0].sum() / sizes.sum()


def the_last_one(means: Array, sizes: Array) -> Any:
    return means[sizes > 0][-1]


def logged(means: list[float], sizes: list[int]) -> tuple[Array, Array]:
    return np.array(means, float), np.array(sizes)


epoch_loss = Repair(
    id="gradients.q5",
    points=2,
    answer="epoch_loss",
    section=("mini-batches", "Sum or mean"),
    deeper=(
        "How much has a batch of `size` samples added to the sum over all samples? And how much "
        "should one with no sample add, whatever stands in its mean?"
    ),
    reference=by_samples,
    given=as_given,
    arguments={"means": Means("B", 0, 5), "sizes": Counts("B", high=100)},
    cases=(
        logged([1], [1]),
        logged([1, 2], [1, 3]),
        logged([0.5, 1, 4], [32, 32, 8]),
        logged([2, 1, 3, 1], [4, 4, 4, 1]),
        logged([1, np.nan, 3], [2, 0, 2]),
        logged([2, 1, 0.5, np.nan, 3], [10, 10, 5, 0, 1]),
        logged([np.nan, 2], [0, 3]),
    ),
    mistakes=(
        Mistake(
            "nan goes through",
            nan_goes_through,
            "Right but for an empty batch: its mean is nan, and 0 times nan is nan, so one such "
            "batch destroys the whole epoch.",
        ),
        Mistake(
            "empty batch left out only",
            empty_left_out,
            "The empty batch no longer harms, but a short batch still counts as much as a full "
            "one.",
        ),
        Mistake(
            "empty batch counted as 0",
            empty_counts_as_0,
            "An empty batch enters the mean as a perfect one, and a short batch still counts as "
            "much as a full one.",
        ),
        Mistake(
            "batch means added up",
            summed,
            "The means of the batches are added up, so the loss grows with the number of "
            "batches: an epoch's loss should not know how it was cut.",
        ),
        Mistake(
            "divided by the batches",
            by_number_of_batches,
            "The losses of all samples are added up, and then divided by the number of batches: "
            "a mean over samples is divided by the number of samples.",
        ),
        Mistake(
            "as if all were full",
            as_if_full,
            "It is divided as if every batch were full, which makes the loss too small: count "
            "the samples that there were.",
        ),
        Mistake(
            "full batches only",
            full_ones_only,
            "Short batches are left out altogether: their samples belong to the epoch too.",
        ),
        Mistake(
            "means divided by samples",
            not_multiplied,
            "The sum of the batch means is divided by the number of samples: a mean was divided "
            "once already, so first undo that.",
        ),
        Mistake(
            "last batch only",
            the_last_one,
            "That is the last batch alone: the total is overwritten in each turn of the loop.",
        ),
    ),
)

factor = 2.0
"""How large the slopes behind the fault are, against the right ones."""
reached = (factor - 1) / (factor + 1)

fault_behind = Decide(
    id="gradients.q6",
    points=1,
    answer="fault_behind",
    section=("from-loss-to-gradient", "Is it right? Ask differences"),
    deeper=(
        "Which arrays are right says up to where the walk back was right. And r is a number "
        "too: for which factor is |c − 1|/(c + 1) what the table shows?"
    ),
    right="d",
    options={
        "a": "dlogits stands at the beginning of the walk, and all four arrays are made from "
        "it: W2 and b2 would be wrong as well.",
        "b": "Averaging touches no weight: W1 would be right, and b2 wrong like b1.",
        "c": "Without the mask the slopes of different units change in different ways: W1 and "
        "b1 would not both be off by one factor.",
        "d": f"W2 and b2 are right, so dlogits is. Behind it one factor fits both arrays: "
        f"r = {reached:.4f} is what a factor of {factor:g} leaves.",
    },
)

QUESTIONS = (slopes_of, block_slopes, batches_of, step_in_the_log, epoch_loss, fault_behind)
