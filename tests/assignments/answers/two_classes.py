"""Right and wrong answers to the assignment on two classes, as a learner might write them."""

from math import exp, log1p
from typing import Any

import numpy as np
import scipy.special
import sympy as sp
import torch
import torch.nn.functional as F

import lossbook as lb


def loss_by_loops(z, y, c):
    total = 0.0
    for a, b in zip(z, y, strict=True):
        rest = log1p(exp(-abs(a)))
        total += c * b * (max(-a, 0) + rest) + (1 - b) * (max(a, 0) + rest)
    return total / len(z)


def loss_by_scipy(z, y, c):
    log_p, log_q = scipy.special.log_expit(z), scipy.special.log_expit(-z)
    return -(c * y * log_p + (1 - y) * log_q).mean()


def loss_by_torch(z, y, c):
    return F.binary_cross_entropy_with_logits(
        torch.tensor(z), torch.tensor(y), pos_weight=torch.tensor(c, dtype=torch.float64)
    )


def loss_in_float32(z, y, c):
    z, y = z.astype(np.float32), y.astype(np.float32)
    return (c * y * np.logaddexp(0, -z) + (1 - y) * np.logaddexp(0, z)).mean()


def loss_by_weights(z, y, c):
    """The weights of PyTorch's stable form."""
    w = 1 + (c - 1) * y
    return ((1 - y) * z + w * (np.log1p(np.exp(-abs(z))) + np.maximum(-z, 0))).mean()


def slope_by_loops(z, y, c):
    found = []
    for a, b in zip(z, y, strict=True):
        p, q = scipy.special.expit(a), scipy.special.expit(-a)
        found.append(((1 - b) * p - c * b * q) / len(z))
    return found


def slope_by_scipy(z, y, c):
    return ((c * y + 1 - y) * scipy.special.expit(z) - c * y) / z.size


def slope_by_torch(z, y, c):
    logits = torch.tensor(z, requires_grad=True)
    F.binary_cross_entropy_with_logits(
        logits, torch.tensor(y), pos_weight=torch.tensor(c, dtype=torch.float64)
    ).backward()
    return logits.grad


def slope_in_float32(z, y, c):
    z, y = z.astype(np.float32), y.astype(np.float32)
    return ((1 - y) * scipy.special.expit(z) - c * y * scipy.special.expit(-z)) / z.size


def report_by_loops(z, y):
    hits = sum((a > 0) == (b > 0.5) for a, b in zip(z, y, strict=True))
    return loss_by_loops(z, y, 1), hits / len(z)


def report_by_torch(z, y):
    z, y = torch.tensor(z), torch.tensor(y)
    share = ((torch.sigmoid(z) > 0.5) == (y > 0.5)).double().mean()
    return F.binary_cross_entropy_with_logits(z, y), share


def report_by_scipy(z, y):
    return loss_by_scipy(z, y, 1), np.mean((z > 0) == (y > 0.5))


def report_in_float32(z, y):
    return [loss_in_float32(z, y, 1), np.float32(np.mean((z > 0) == (y > 0.5)))]


p, c = sp.symbols("p c")  # without the assumptions that the notebook makes

RIGHT: dict[str, list[Any]] = {
    "two-classes.q1": [
        loss_by_loops, loss_by_scipy, loss_by_torch, loss_in_float32, loss_by_weights,
    ],
    "two-classes.q2": [slope_by_loops, slope_by_scipy, slope_by_torch, slope_in_float32],
    "two-classes.q3": [
        p / (p + c * (1 - p)),
        1 / (1 + c * (1 / p - 1)),
        1 / (1 + sp.exp(-(sp.log(p / (1 - p)) - sp.log(c)))),
        (p / c) / (p / c + 1 - p),
    ],
    "two-classes.q4": [
        1.3447, np.float32(1.344706), torch.tensor(1.3447), sp.Rational(194, 100) * sp.log(2),
        np.array([1.34471]),
    ],
    "two-classes.q5": [report_by_loops, report_by_torch, report_by_scipy, report_in_float32],
    "two-classes.q6": ["d", "D", " (d) "],
}  # fmt: skip


def loss_from_probabilities(z, y, c):
    p = torch.sigmoid(torch.tensor(z)).numpy()
    return -np.mean(c * y * np.log(p) + (1 - y) * np.log(1 - p))


def loss_of_log1p_exp(z, y, c):
    return ((1 - y) * np.log(1 + np.exp(z)) + c * y * np.log(1 + np.exp(-z))).mean()


def loss_by_bceloss(z, y, c):
    p = torch.sigmoid(torch.tensor(z))
    w = torch.tensor(1 + (c - 1) * (y == 1))
    return F.binary_cross_entropy(p, torch.tensor(y), weight=w)


def loss_with_weight_for_pos_weight(z, y, c):
    return F.binary_cross_entropy_with_logits(
        torch.tensor(z), torch.tensor(y), weight=torch.tensor(c, dtype=torch.float64)
    )


def loss_divided_by_weights(z, y, c):
    w = np.where(y > 0, 1 + (c - 1) * y, 1)
    return lb.binary_cross_entropy_with_logits(z, y, pos_weight=c, reduction="sum") / w.sum()


def loss_of_the_sum(z, y, c):
    return len(z) * loss_by_scipy(z, y, c)


def slope_minus_c_y(z, y, c):
    return (scipy.special.expit(z) - c * y) / len(z)


def slope_by_weight(z, y, c):
    return [c * each for each in slope_by_loops(z, y, 1)]


def slope_with_its_sign_turned(z, y, c):
    return -slope_by_scipy(z, y, c)


def slope_of_the_first(z, y, c):
    return slope_by_scipy(z[:1], y[:1], c) * np.ones(len(z))


def report_with_the_old_threshold(z, y):
    return loss_by_scipy(z, y, 1), np.mean((z > 0.5) == (y > 0.5))


def report_by_bce(z, y):
    p = torch.sigmoid(torch.tensor(z))
    loss = F.binary_cross_entropy(p, torch.tensor(y))
    return loss, ((p > 0.5).numpy() == (y > 0.5)).mean()


def report_of_the_sum(z, y):
    return loss_of_the_sum(z, y, 1), np.mean((z > 0) == (y > 0.5))


WRONG: dict[str, list[tuple[Any, str]]] = {
    "two-classes.q1": [
        (loss_from_probabilities, "log of a rounded sigmoid"),
        (loss_of_log1p_exp, "exp overflows"),
        (loss_with_weight_for_pos_weight, "weight on everything"),
        (loss_divided_by_weights, "divided by the weights"),
        (loss_of_the_sum, "× N"),
        (loss_by_bceloss, ""),
    ],
    "two-classes.q2": [
        (slope_minus_c_y, "weight on the target alone"),
        (slope_by_weight, "weight on everything"),
        (slope_with_its_sign_turned, "sign"),
        (slope_of_the_first, ""),
    ],
    "two-classes.q3": [
        (1 / (1 + sp.exp(-(sp.log(p / (1 - p)) + sp.log(c)))), "weighted once more"),
        (p / c, "divided by the weight"),
        (p / (1 - p) / c, "odds, not a probability"),
        (p, ""),
    ],
    "two-classes.q4": [
        (0.1347, "the loss without the weight"),
        (0.6931, "divided by the weights"),
        (3.4309, "the share as the answer"),
        (1.94, "bits"),
        (2.5, ""),
    ],
    "two-classes.q5": [
        (report_with_the_old_threshold, "threshold ½ on a logit"),
        (report_by_bce, "BCE of probabilities"),
        (report_of_the_sum, ""),
    ],
    "two-classes.q6": [("a", "chose a"), ("B", "chose b"), ("c)", "chose c")],
}
"""Each with the name of its mistake, or nothing if nobody foresaw it."""

SURVIVORS: dict[str, dict[str, str]] = {
    "two-classes.q2": {
        "q = np.where(z < 0, 1, e) / (1 + e) # 1 → q = np.where(z <= 0, 1, e) / (1 + e) # 1": (
            "at 0 both branches are 1"
        ),
        "p = np.where(z < 0, e, 1) / (1 + e) → p = np.where(z <= 0, e, 1) / (1 + e)": "the same",
    },
}
"""By question: a mutant of a right answer that passes, as `before → after`, and why it is right."""
