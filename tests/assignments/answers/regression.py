"""Right and wrong answers to the assignment on regression, as a learner might write them."""

import math
from typing import Any

import numpy as np
import scipy.special
import sklearn.metrics
import sympy as sp
import torch
import torch.nn.functional as F

import lossbook as lb


def huber_by_loops(prediction, target, delta):
    total, slope = 0.0, []
    for p, y in zip(prediction, target, strict=True):
        e = p - y
        if abs(e) < delta:
            total += e * e / 2
            slope.append(e / len(target))
        else:
            total += delta * (abs(e) - delta / 2)
            slope.append(math.copysign(delta, e) / len(target))
    return total / len(target), slope


def huber_by_scipy(prediction, target, delta):
    e = prediction - target
    return scipy.special.huber(delta, e).mean(), np.clip(e, -delta, delta) / e.size


def huber_by_torch(prediction, target, delta):
    p = torch.tensor(prediction, requires_grad=True)
    value = F.huber_loss(p, torch.tensor(target), delta=delta)
    value.backward()
    return value, p.grad


def huber_from_smooth_l1(prediction, target, delta):
    value, slope = lb.smooth_l1_loss.value_and_grad(prediction, target, beta=delta)
    return [delta * value, delta * slope]


def huber_in_float32(prediction, target, delta):
    e = prediction.astype(np.float32) - target.astype(np.float32)
    near = np.abs(e) <= delta
    value = np.where(near, e**2 / 2, delta * (np.abs(e) - delta / 2))
    return value.mean(), np.where(near, e, np.copysign(delta, e)) / len(e)


def rmse_at_once(prediction, target, size):
    return sklearn.metrics.root_mean_squared_error(target, prediction)


def rmse_of_weighted_means(prediction, target, size):
    means, counts = [], []
    for start in range(0, len(target), size):
        e = (prediction - target)[start : start + size]
        means.append(np.mean(e**2))
        counts.append(len(e))
    return np.sqrt(np.average(means, weights=counts))


def rmse_by_torch(prediction, target, size):
    p, y = torch.tensor(prediction).split(size), torch.tensor(target).split(size)
    total = sum(F.mse_loss(a, b, reduction="sum") for a, b in zip(p, y, strict=True))
    return (total / len(target)).sqrt()


def rmse_in_float32(prediction, target, size):
    e = (prediction - target).astype(np.float32)
    return np.linalg.norm(e) / np.sqrt(len(e))


def r_squared_by_loops(prediction, target):
    mean = sum(target) / len(target)
    left = sum((p[0] - y) ** 2 for p, y in zip(prediction, target, strict=True))
    return 1 - left / sum((y - mean) ** 2 for y in target)


def r_squared_by_sklearn(prediction, target):
    return sklearn.metrics.r2_score(target, prediction)


def r_squared_by_torch(prediction, target):
    y = torch.tensor(target)[:, None]
    return 1 - F.mse_loss(torch.tensor(prediction), y) / y.var(correction=0)


def r_squared_by_the_diagonal(prediction, target):
    return 1 - np.diag(prediction - target) @ np.diag(prediction - target) / (
        len(target) * np.var(target)
    )


m, delta, epsilon = sp.symbols("m delta epsilon")  # without the notebook's assumptions

RIGHT: dict[str, list[Any]] = {
    "regression.q1": [
        huber_by_loops, huber_by_scipy, huber_by_torch, huber_from_smooth_l1, huber_in_float32,
    ],
    "regression.q2": [
        m + delta * epsilon / (1 - epsilon),
        m + delta / (1 / epsilon - 1),
        (m - m * epsilon + delta * epsilon) / (1 - epsilon),
        m - delta + delta / (1 - epsilon),
    ],
    "regression.q3": [22.5, sp.Rational(45, 2), np.float32(22.5), torch.tensor(22.5)],
    "regression.q4": [
        rmse_at_once, rmse_of_weighted_means, rmse_by_torch, rmse_in_float32,
    ],
    "regression.q5": ["d", "D", "(d)"],
    "regression.q6": [
        r_squared_by_loops, r_squared_by_sklearn, r_squared_by_torch, r_squared_by_the_diagonal,
    ],
}  # fmt: skip


def huber_by_torch_with_the_sum(prediction, target, delta):
    p, y = torch.tensor(prediction, requires_grad=True), torch.tensor(target)
    F.huber_loss(p, y, delta=delta, reduction="sum").backward()
    return F.huber_loss(p, y, delta=delta), p.grad


def huber_by_the_wrong_name(prediction, target, delta):
    p = torch.tensor(prediction, requires_grad=True)
    value = F.smooth_l1_loss(p, torch.tensor(target), beta=delta)
    value.backward()
    return value, p.grad


def huber_without_abs(prediction, target, delta):
    total, slope = 0, []
    for e in prediction - target:
        total += e**2 / 2 if e < delta else delta * (e - delta / 2)
        slope.append((e if e < delta else delta) / len(target))
    return total / len(target), slope


def huber_of_the_sum(prediction, target, delta):
    value, slope = lb.huber_loss.value_and_grad(prediction, target, "sum", delta=delta)
    return value, slope


def huber_of_targets(prediction, target, delta):
    e = target - prediction
    held = np.clip(e, -delta, delta)
    return np.mean(held * (e - held / 2)), held / len(e)


def huber_value_alone(prediction, target, delta):
    return lb.huber_loss(prediction, target, delta=delta)


def huber_by_the_median(prediction, target, delta):
    return lb.huber_loss.value_and_grad(prediction, target, delta=delta / 3)


def rmse_of_mean_squares(prediction, target, size):
    starts = range(0, len(target), size)
    return np.mean([np.mean((prediction - target)[s : s + size] ** 2) for s in starts]) ** 0.5


def rmse_counting_steps(prediction, target, size):
    total, steps = 0, 0
    for s in range(0, len(target), size):
        total += ((prediction[s : s + size] - target[s : s + size]) ** 2).sum()
        steps += 1
    return np.sqrt(total / steps)


def rmse_of_full_batches(prediction, target, size):
    n = len(target) // size * size
    return np.sqrt(((prediction[:n] - target[:n]) ** 2).mean())


def rmse_of_the_last_batch(prediction, target, size):
    for s in range(0, len(target), size):
        rmse = lb.rmse_loss(prediction[s : s + size], target[s : s + size])
    return rmse


def r_squared_of_a_row(prediction, target):
    return 1 - np.mean((prediction.ravel() - target) ** 2) / np.var(target, ddof=1)


def r_squared_of_pearson(prediction, target):
    return np.corrcoef(prediction.ravel(), target)[0, 1] ** 2


def r_squared_without_1(prediction, target):
    return ((prediction.squeeze() - target) ** 2).sum() / ((target - target.mean()) ** 2).sum()


def r_squared_clipped(prediction, target):
    return np.clip(sklearn.metrics.r2_score(target, prediction), 0, 1)


def r_squared_sorted(prediction, target):
    e = np.sort(prediction[:, 0]) - np.sort(target)
    return 1 - np.mean(e**2) / target.var()


WRONG: dict[str, list[tuple[Any, str]]] = {
    "regression.q1": [
        (huber_by_torch_with_the_sum, "slope of the sum"),
        (huber_by_the_wrong_name, "smooth L1"),
        (huber_without_abs, "large only if positive"),
        (huber_of_the_sum, "× N"),
        (huber_of_targets, "slope upside down"),
        (huber_value_alone, ""),
        (huber_by_the_median, ""),
    ],
    "regression.q2": [
        (m + epsilon * delta, "all labels counted as good"),
        (epsilon * delta / (1 - epsilon), "the shift alone"),
        (m, ""),
        (m + delta, ""),
    ],
    "regression.q3": [
        (40, "what is still paid"),
        (-22.5, "sign"),
        (30, "litres for euros"),
        (50, ""),
    ],
    "regression.q4": [
        (rmse_of_mean_squares, "batches counted alike"),
        (rmse_counting_steps, "divided by the number of batches"),
        (rmse_of_full_batches, "last batch dropped"),
        (rmse_of_the_last_batch, ""),
    ],
    "regression.q5": [("a", "chose a"), ("(b)", "chose b"), ("C", "chose c")],
    "regression.q6": [
        (r_squared_of_a_row, "variance over N − 1"),
        (r_squared_of_pearson, "correlation squared"),
        (r_squared_without_1, "the share unexplained"),
        (r_squared_clipped, "never below 0"),
        (r_squared_sorted, ""),
    ],
}
"""Each with the name of its mistake, or nothing if nobody foresaw it."""

SURVIVORS: dict[str, dict[str, str]] = {
    "regression.q1": {
        "if abs(e) < delta: → if abs(e) <= delta:": "the two pieces agree where they meet",
        "near = np.abs(e) <= delta → near = np.abs(e) < delta": "the same, the other way",
    },
}
"""By question: a mutant of the solution that passes, as `before → after`, and why it is right."""
