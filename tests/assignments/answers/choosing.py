"""Right and wrong answers to the assignment on choosing, as a learner might write them."""

from typing import Any

import numpy as np
import scipy.special
import sympy as sp
import torch
import torch.nn.functional as F

import lossbook as lb


def in_one_piece(x, target, W, weight, size):
    return x.T @ lb.cross_entropy.grad(x @ W, target, weight=weight)


def by_loops(x, target, W, weight, size):
    slope, total = np.zeros(W.shape), 0.0
    for row, y in zip(x, target, strict=True):
        p = scipy.special.softmax(row @ W)
        for k in range(len(p)):
            slope[:, k] += weight[y] * row * (p[k] - (k == y))
        total += weight[y]
    return slope / total


def by_backward(x, target, W, weight, size):
    V, y, w = torch.tensor(W, requires_grad=True), torch.tensor(target), torch.tensor(weight)
    total = w[y].sum()
    for rows, labels in zip(torch.tensor(x).split(size), y.split(size), strict=True):
        loss = F.cross_entropy(rows @ V, labels, weight=w, reduction="sum")
        (loss / total).backward()
    return V.grad


def in_float32(x, target, W, weight, size):
    V, w = W.astype(np.float32), weight.astype(np.float32)
    slope, total = np.float32(0), np.float32(0)
    for a in range(0, len(x), size):
        rows, y = x[a : a + size].astype(np.float32), target[a : a + size]
        d = scipy.special.softmax(rows @ V, axis=1) - np.eye(len(w), dtype=np.float32)[y]
        slope, total = slope + rows.T @ (w[y, None] * d), total + w[y].sum()
    return slope / total


def from_means(x, target, W, weight, size):
    """Each mean times its own denominator is the sum again."""
    slope = np.zeros(W.shape)
    for a in range(0, len(x), size):
        rows, y = x[a : a + size], target[a : a + size]
        own = weight[y].sum()
        if own:
            slope += own * (rows.T @ lb.cross_entropy.grad(rows @ W, y, weight=weight))
    return slope / weight[target].sum()


def combined_by_loops(means, denominators):
    total, slope = 0.0, [0.0] * means.shape[1]
    for mean, n in zip(means, denominators, strict=True):
        if n:
            total += n
            slope = [s + n * g for s, g in zip(slope, mean, strict=True)]
    return [s / total for s in slope]


def combined_by_average(means, denominators):
    kept = denominators != 0
    return np.average(means[kept], axis=0, weights=denominators[kept])


def combined_by_torch(means, denominators):
    sums = torch.tensor(means) * torch.tensor(denominators)[:, None]
    return torch.nansum(sums, 0) / denominators.sum()


def combined_in_float32(means, denominators):
    shares = (denominators / denominators.sum()).astype(np.float32)
    return shares @ np.nan_to_num(means).astype(np.float32)


def recall_at_once(said, truth, size):
    return said[truth == 1].mean()


def recall_by_loops(said, truth, size):
    hits = sum(1 for s, t in zip(said, truth, strict=True) if s == t == 1)
    ill = list(truth).count(1)
    return hits / ill if ill else float("nan")


def recall_by_torch(said, truth, size):
    s, t = torch.tensor(said), torch.tensor(truth)
    cut = zip(s.split(size), t.split(size), strict=True)
    hits = sum((a & b).sum() for a, b in cut)
    return hits / t.sum()


def recall_in_float32(said, truth, size):
    return np.average(said.astype(np.float32), weights=truth) if truth.any() else np.float32("nan")


q, a, b, c = sp.symbols("q a b c")  # without the assumptions that the notebook makes
y = sp.Symbol("y")


def where_least(loss):
    """The answer with the least mean loss, from its slope."""
    risk = q * loss.subs(y, a) + (1 - q) * loss.subs(y, b)
    return sp.solve(sp.numer(sp.together(sp.diff(risk, c))), c)[-1]


RIGHT: dict[str, list[Any]] = {
    "choosing.q1": [in_one_piece, by_loops, by_backward, in_float32, from_means],
    "choosing.q2": [
        combined_by_loops, combined_by_average, combined_by_torch, combined_in_float32,
    ],
    "choosing.q3": [recall_at_once, recall_by_loops, recall_by_torch, recall_in_float32],
    "choosing.q4": [
        where_least(((c - y) / y) ** 2),
        a * b * (q * b + (1 - q) * a) / (q * b**2 + (1 - q) * a**2),
        a + (b - a) * (1 - q) / b**2 / (q / a**2 + (1 - q) / b**2),
    ],
    "choosing.q5": [
        0.1827, np.float32(0.18274), torch.tensor(0.1827), np.array([0.1827]),
        1 / (1 + sp.sqrt(20)),
    ],
    "choosing.q6": ["d", "D", "(d)"],
}  # fmt: skip


def accumulated_as_in_the_guide(x, target, W, weight, size):
    V, y, w = torch.tensor(W, requires_grad=True), torch.tensor(target), torch.tensor(weight)
    cut = list(zip(torch.tensor(x).split(size), y.split(size), strict=True))
    for rows, labels in cut:
        (F.cross_entropy(rows @ V, labels, weight=w) / len(cut)).backward()
    return V.grad


def accumulated_over_the_count(x, target, W, weight, size):
    V, y, w = torch.tensor(W, requires_grad=True), torch.tensor(target), torch.tensor(weight)
    for rows, labels in zip(torch.tensor(x).split(size), y.split(size), strict=True):
        loss = F.cross_entropy(rows @ V, labels, weight=w, reduction="sum")
        (loss / len(x)).backward()
    return V.grad


def accumulated_without_a_count(x, target, W, weight, size):
    slope = 0
    for n in range(0, len(x), size):
        rows, y = x[n : n + size], target[n : n + size]
        slope = slope + rows.T @ lb.cross_entropy.grad(rows @ W, y, weight=weight)
    return slope


def accumulated_with_an_equals_sign(x, target, W, weight, size):
    for n in range(0, len(x), size):
        rows, y = x[n : n + size], target[n : n + size]
        d = lb.cross_entropy.grad(rows @ W, y, weight=weight, reduction="sum")
        slope = rows.T @ d / weight[target].sum()
    return slope


def accumulated_without_the_rest(x, target, W, weight, size):
    slope = total = 0
    for n in range(len(x) // size):
        rows, y = x[n * size : (n + 1) * size], target[n * size : (n + 1) * size]
        d = lb.cross_entropy.grad(rows @ W, y, weight=weight, reduction="sum")
        slope, total = slope + rows.T @ d, total + weight[y].sum()
    return slope / np.float64(total) if total else W * np.nan


def accumulated_at_the_logits(x, target, W, weight, size):
    return lb.cross_entropy.grad(x @ W, target, weight=weight)


def accumulated_uphill(x, target, W, weight, size):
    return -in_one_piece(x, target, W, weight, size)


def combined_with_a_product(means, denominators):
    return (means * denominators[:, None]).sum(0) / denominators.sum()


def combined_by_nanmean(means, denominators):
    return torch.nanmean(torch.tensor(means), 0)


def combined_for_ddp(means, denominators):
    everywhere = denominators.sum() / len(means)
    return np.nansum(means * denominators[:, None], axis=0) / everywhere


def combined_over_the_busy(means, denominators):
    busy = denominators > 0
    return (means[busy] * denominators[busy, None]).mean(0)


def recall_where_it_can_be(said, truth, size):
    recalls = []
    for n in range(0, len(truth), size):
        if truth[n : n + size].any():
            recalls.append(said[n : n + size][truth[n : n + size] == 1].mean())
    return np.mean(recalls) if recalls else float("nan")


def recall_by_rows(said, truth, size):
    total = 0.0
    for n in range(0, len(truth), size):
        s, t = said[n : n + size], truth[n : n + size]
        total += len(t) * (s * t).sum() / max(t.sum(), 1)
    return total / len(truth)


def recall_with_a_guard(said, truth, size):
    return (said & truth).sum() / (truth.sum() or 1)


def recall_as_precision(said, truth, size):
    return truth[said == 1].mean()


def recall_of_the_healthy(said, truth, size):
    return (1 - said)[truth == 0].mean()


WRONG: dict[str, list[tuple[Any, str]]] = {
    "choosing.q1": [
        (accumulated_over_the_count, "sums over the rows"),
        (accumulated_without_a_count, "means added"),
        (accumulated_with_an_equals_sign, "only the last micro-batch"),
        (accumulated_without_the_rest, "short end dropped"),
        (accumulated_uphill, "sign"),
        (accumulated_at_the_logits, ""),
        (accumulated_as_in_the_guide, "mean of means, nan among them"),
    ],
    "choosing.q2": [
        (combined_with_a_product, "0 times nan"),
        (combined_by_nanmean, "mean of the means that exist"),
        (combined_for_ddp, "multiplied by the number of workers"),
        (combined_over_the_busy, ""),
    ],
    "choosing.q3": [
        (recall_where_it_can_be, "empty batches left out"),
        (recall_by_rows, "weighed by the batches' sizes"),
        (recall_with_a_guard, "0 where nobody is ill"),
        (recall_as_precision, "precision"),
        (recall_of_the_healthy, ""),
    ],
    "choosing.q4": [
        (where_least((c - y) ** 2), "the mean"),
        (where_least((c - y) ** 2 / y), "divided by y once"),
        (where_least(((c - y) / c) ** 2), "divided by the answer"),
        (sp.exp(q * sp.log(a) + (1 - q) * sp.log(b)), "logarithms"),
        (sp.Min(a, b), ""),
    ],
    "choosing.q5": [
        (1 / 21, "temperature left out"),
        (lb.sigmoid(-2 * np.log(20)), "multiplied by the temperature"),
        (1 / sp.sqrt(20), "the odds"),
        (0.1, ""),
    ],
    "choosing.q6": [("a", "chose a"), ("B", "chose b"), ("(c)", "chose c"), ("e", "chose e")],
}
"""Each with the name of its mistake, or nothing if nobody foresaw it."""

SURVIVORS: dict[str, dict[str, str]] = {}
"""By question: a mutant of the solution that passes, as `before → after`, and why it is right."""
