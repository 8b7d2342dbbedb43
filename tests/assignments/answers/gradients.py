"""Right and wrong answers to the assignment on gradients, as a learner might write them."""

from typing import Any

import numpy as np
import scipy.optimize
import sympy as sp
import torch

import lossbook as lb
from lossbook.training import numerical_gradient


def slopes_with_copies(f, x, h):
    rows = []
    for i in range(x.shape[0]):
        row = []
        for j in range(x.shape[1]):
            up, down = x.astype(float), x.astype(float)
            up[i, j] += h
            down[i, j] -= h
            row.append((f(up) - f(down)) / (2 * h))
        rows.append(row)
    return rows


def slopes_by_steps(f, x, h):
    steps = h * np.eye(x.size).reshape(x.size, *x.shape)
    return np.reshape([(f(x + step) - f(x - step)) / (2 * h) for step in steps], x.shape)


def slopes_by_scipy(f, x, h):
    """Forward differences, once up and once down."""

    def of_row(row):
        return f(row.reshape(x.shape))

    sides = [
        scipy.optimize.approx_fprime(x.ravel().astype(float), of_row, side) for side in (h, -h)
    ]
    return np.mean(sides, axis=0).reshape(x.shape)


def slopes_by_torch(f, x, h):
    flat = torch.tensor(x).double().flatten()
    slopes = torch.zeros_like(flat)
    for n, step in enumerate(h * torch.eye(len(flat)).double()):
        up, down = (flat + step).reshape(x.shape), (flat - step).reshape(x.shape)
        slopes[n] = (f(up) - f(down)) / (2 * h)
    return slopes.reshape(x.shape)


def block_by_loops(x, W, b, dout):
    dx, dW, db = dout.copy(), np.zeros(W.shape), np.zeros(b.shape)
    for i in range(len(x)):
        for k in range(len(b)):
            if x[i] @ W[:, k] + b[k] > 0:
                dx[i] += dout[i, k] * W[:, k]
                dW[:, k] += dout[i, k] * x[i]
                db[k] += dout[i, k]
    return dx, dW, db


def block_by_einsum(x, W, b, dout):
    dpre = np.where(np.einsum("nd,dk->nk", x, W) + b > 0, dout, 0)
    return [
        dout + np.einsum("nk,dk->nd", dpre, W),
        np.einsum("nd,nk->dk", x, dpre),
        np.einsum("nk->k", dpre),
    ]


def by_autograd(x, W, b, dout):
    leaves = [leaf.requires_grad_() for leaf in (x, W, b)]
    (x + torch.relu(x @ W + b)).backward(dout)
    return [leaf.grad for leaf in leaves]


def block_by_torch(x, W, b, dout):
    return by_autograd(*map(torch.tensor, (x, W, b, dout)))


def block_in_float32(x, W, b, dout):
    return by_autograd(*(torch.tensor(each, dtype=torch.float32) for each in (x, W, b, dout)))


def batches_as_a_list(X, y, order, size):
    X, y, found = X[order], y[order], []
    while len(y):
        found.append((X[:size], y[:size]))
        X, y = X[size:], y[size:]
    return found


def batches_one_by_one(X, y, order, size):
    inputs, targets = [], []
    for n in order:
        inputs.append(X[n])
        targets.append(y[n])
        if len(inputs) == size:
            yield np.array(inputs), np.array(targets)
            inputs, targets = [], []
    if inputs:
        yield np.array(inputs), np.array(targets)


def batches_counted(X, y, order, size):
    count = (len(order) + size - 1) // size
    for n in range(count):
        rows = order[n * size : (n + 1) * size]
        yield X[rows], y[rows]


def batches_by_number(X, y, order, size):
    number = np.arange(len(order)) // size
    return [(X[order[number == n]], y[order[number == n]]) for n in range(number[-1] + 1)]


def batches_by_torch(X, y, order, size):
    data = torch.utils.data.TensorDataset(torch.tensor(X[order]), torch.tensor(y[order]))
    yield from torch.utils.data.DataLoader(data, batch_size=size)


def batches_of_lossbook(X, y, order, size):
    return lb.minibatches(X[order], y[order], batch_size=size)


def epoch_by_numpy(means, sizes):
    return np.average(np.nan_to_num(means), weights=sizes)


def epoch_by_samples(means, sizes):
    return np.repeat(means, sizes).mean()


def epoch_by_torch(means, sizes):
    means, sizes = torch.tensor(means), torch.tensor(sizes)
    return torch.nansum(means * sizes) / sizes.sum()


def epoch_in_float32(means, sizes):
    kept = sizes > 0
    return np.average(means[kept].astype(np.float32), weights=sizes[kept].astype(np.float32))


sigma, N, B = sp.symbols("sigma N B")  # without the assumptions that the notebook makes
alone = sigma**2 / B * (N - B) / (N - 1)

RIGHT: dict[str, list[Any]] = {
    "gradients.q1": [slopes_with_copies, slopes_by_steps, slopes_by_scipy, slopes_by_torch],
    "gradients.q2": [block_by_loops, block_by_einsum, block_by_torch, block_in_float32],
    "gradients.q3": [
        batches_as_a_list, batches_one_by_one, batches_counted, batches_by_number,
        batches_by_torch, batches_of_lossbook,
    ],
    "gradients.q4": [
        2 * (alone + sigma**2 / (N - 1)),
        2 * sigma**2 / B / (1 - 1 / N),
        2 * sp.Sum(sigma**2, (sp.Symbol("i"), 1, 3)).doit() * N / (3 * B * (N - 1)),
    ],
    "gradients.q5": [epoch_by_numpy, epoch_by_samples, epoch_by_torch, epoch_in_float32],
    "gradients.q6": ["d", "D", "(d)"],
}  # fmt: skip


def slopes_by_the_package(f, x, h):
    return numerical_gradient(f, x, step=h)


def slopes_of_the_definition(f, x, h):
    slopes = np.zeros(x.shape)
    for place in np.ndindex(*x.shape):
        near = x.astype(float)
        near[place] += h
        slopes[place] = (f(near) - f(x)) / h
    return slopes


def slopes_over_h(f, x, h):
    return 2 * slopes_by_steps(f, x, h)


def slopes_in_integers(f, x, h):
    slopes = np.zeros(x.shape)
    x = x.copy()
    for place in np.ndindex(*x.shape):
        here = x[place]
        x[place] = here + h
        up = f(x)
        x[place] = here - h
        down = f(x)
        x[place] = here
        slopes[place] = (up - down) / (2 * h)
    return slopes


def slopes_of_rows(f, x, h):
    slopes = np.zeros(x.shape)
    for i in range(len(x)):
        near = [x * 1.0, x * 1.0]
        near[0][i] += h
        near[1][i] -= h
        slopes[i] = (f(near[0]) - f(near[1])) / (2 * h)
    return slopes


def block_of_the_layer_alone(x, W, b, dout):
    dpre = dout * (x @ W + b > 0)
    return dpre @ W.T, x.T @ dpre, dpre.sum(0)


def block_without_transpose(x, W, b, dout):
    dpre = dout * (x @ W + b > 0)
    return dout + dpre @ W, x.T @ dpre, dpre.sum(0)


def block_with_the_output(x, W, b, dout):
    dpre = dout * (x + np.maximum(x @ W + b, 0) > 0)
    return dout + dpre @ W.T, x.T @ dpre, dpre.sum(0)


def block_with_a_mean(x, W, b, dout):
    dx, dW, db = block_by_einsum(x, W, b, dout)
    return dx, dW, db / len(x)


def block_in_another_order(x, W, b, dout):
    return block_by_einsum(x, W, b, dout)[::-1]


def batches_without_the_rest(X, y, order, size):
    for n in range(len(X) // size):
        rows = order[n * size : (n + 1) * size]
        yield X[rows], y[rows]


def batches_in_file_order(X, y, order, size):
    return lb.minibatches(X, y, batch_size=size)


def batches_with_wrong_targets(X, y, order, size):
    return lb.minibatches(X[order], y, batch_size=size)


def batches_with_an_empty_one(X, y, order, size):
    for n in range(len(X) // size + 1):
        rows = order[n * size : (n + 1) * size]
        yield X[rows], y[rows]


def batches_of_one_more(X, y, order, size):
    for start in range(0, len(X), size):
        rows = order[start : start + size + 1]
        yield X[rows], y[rows]


def epoch_without_a_guard(means, sizes):
    return np.average(means, weights=sizes)


def epoch_by_nanmean(means, sizes):
    return np.nanmean(means)


def epoch_by_batches(means, sizes):
    return np.nansum(means * sizes) / len(means)


def epoch_of_the_first(means, sizes):
    return means[sizes > 0][0]


WRONG: dict[str, list[tuple[Any, str]]] = {
    "gradients.q1": [
        (slopes_by_the_package, "four points"),
        (slopes_of_the_definition, "one side"),
        (slopes_over_h, "divided by one step"),
        (slopes_in_integers, "steps cut to whole numbers"),
        (slopes_of_rows, "whole rows"),
    ],
    "gradients.q2": [
        (block_of_the_layer_alone, "one way back lost"),
        (block_without_transpose, "not transposed"),
        (block_with_the_output, "mask of the output"),
        (block_with_a_mean, "bias averaged"),
        (block_in_another_order, ""),
    ],
    "gradients.q3": [
        (batches_without_the_rest, "short batch dropped"),
        (batches_in_file_order, "order ignored"),
        (batches_with_wrong_targets, "inputs shuffled alone"),
        (batches_with_an_empty_one, "empty batch"),
        (batches_of_one_more, ""),
    ],
    "gradients.q4": [
        (2 * alone, "covariance left out"),
        (2 * sigma**2 / B, "with replacement"),
        (alone + sigma**2 / (N - 1), "half"),
        (sp.Integer(0), "variances subtracted"),
        (alone, "covariance left out; half"),
        (sigma**2 / N, ""),
    ],
    "gradients.q5": [
        (epoch_without_a_guard, "nan goes through"),
        (epoch_by_nanmean, "empty batch left out only"),
        (epoch_by_batches, "divided by the batches"),
        (epoch_of_the_first, ""),
    ],
    "gradients.q6": [("a", "chose a"), ("B", "chose b"), ("c)", "chose c")],
}
"""Each with the name of its mistake, or nothing if nobody foresaw it."""

SURVIVORS: dict[str, dict[str, str]] = {}
"""By question: a mutant of the solution that passes, as `before → after`, and why it is right."""
