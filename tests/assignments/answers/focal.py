"""Right and wrong answers to the assignment on focal loss, as a learner might write them."""

import math
from typing import Any

import numpy as np
import scipy.special
import sympy as sp
import torch
import torch.nn.functional as F

import lossbook as lb


def weights_by_loops(counts, beta):
    worth = [sum(beta**m for m in range(n)) for n in counts]
    total = sum(1 / w for w in worth)
    return [len(counts) / w / total for w in worth]


def weights_with_expm1(counts, beta):
    worth = counts**beta if beta in (0, 1) else np.expm1(counts * math.log(beta))
    return 1 / worth / (1 / worth).mean()


def weights_by_torch(counts, beta):
    n = torch.tensor(counts, dtype=torch.float64)
    worth = n if beta == 1 else 1 - beta**n
    return len(n) * F.normalize(worth.reciprocal(), p=1, dim=0)


def weights_by_softmax(counts, beta):
    worth = counts if beta == 1 else 1 - beta ** counts.astype(float)
    return len(counts) * scipy.special.softmax(-np.log(worth))


def loss_by_loops(logits, target, alpha, gamma):
    total, faces = 0.0, 0
    for z, y in zip(logits, target, strict=True):
        s = z if y == 1 else -z
        ce = max(-s, 0) + math.log1p(math.exp(-abs(s)))
        total += (alpha if y == 1 else 1 - alpha) * (1 - math.exp(-ce)) ** gamma * ce
        faces += y == 1
    return total / (faces or 1)


def loss_by_scipy(logits, target, alpha, gamma):
    s = (2 * target - 1) * logits
    ce = -scipy.special.log_expit(s)
    each = scipy.special.expit(-s) ** gamma * ce
    return (each * (alpha * target + (1 - alpha) * (1 - target))).sum() / max(1, target.sum())


def focal_by_torch(z, y, alpha, gamma):
    ce = F.binary_cross_entropy_with_logits(z, y, reduction="none")
    p = torch.sigmoid(z)
    p_t = p * y + (1 - p) * (1 - y)
    each = (1 - p_t) ** gamma * ce * (alpha * y + (1 - alpha) * (1 - y))
    return each.sum() / y.sum().clamp(min=1)


def loss_by_torch(logits, target, alpha, gamma):
    return focal_by_torch(torch.tensor(logits), torch.tensor(target), alpha, gamma)


def loss_in_float32(logits, target, alpha, gamma):
    return focal_by_torch(torch.tensor(logits).float(), torch.tensor(target).float(), alpha, gamma)


def slope_by_loops(logits, target, gamma):
    slopes = []
    for z, y in zip(logits, target, strict=True):
        s, sign = (z, -1) if y == 1 else (-z, 1)
        ce = max(-s, 0) + math.log1p(math.exp(-abs(s)))
        m = -math.expm1(-ce)
        slopes.append(sign * m**gamma * (m + gamma * (1 - m) * ce))
    return slopes


def slope_by_scipy(logits, target, gamma):
    s = (2 * target - 1) * logits
    m, log_p = scipy.special.expit(-s), scipy.special.log_expit(s)
    return (1 - 2 * target) * m**gamma * (m - gamma * np.exp(log_p) * log_p)


def stable_by_torch(z, y, gamma):
    s = (2 * y - 1) * z
    return (torch.exp(gamma * F.logsigmoid(-s)) * F.softplus(-s)).sum()


def slope_by_torch(logits, target, gamma):
    z = torch.tensor(logits, requires_grad=True)
    stable_by_torch(z, torch.tensor(target), gamma).backward()
    return z.grad


def slope_in_float32(logits, target, gamma):
    z = torch.tensor(logits, dtype=torch.float32, requires_grad=True)
    stable_by_torch(z, torch.tensor(target).float(), gamma).backward()
    return z.grad


def mean_by_loops(logits, target, weight, gamma):
    losses = []
    for row, y in zip(logits, target, strict=True):
        ce = lb.cross_entropy(row, int(y))
        losses.append(weight[y] * (1 - math.exp(-ce)) ** gamma * ce)
    return sum(losses) / len(losses)


def mean_by_scipy(logits, target, weight, gamma):
    log_p = scipy.special.log_softmax(logits, 1)[np.arange(len(target)), target]
    return (-weight[target] * (1 - np.exp(log_p)) ** gamma * log_p).mean()


def mean_by_torch(logits, target, weight, gamma):
    y = torch.tensor(target)
    ce = F.cross_entropy(torch.tensor(logits), y, reduction="none")
    return (torch.tensor(weight)[y] * (1 - torch.exp(-ce)) ** gamma * ce).mean()


def mean_in_float32(logits, target, weight, gamma):
    return mean_by_torch(logits.astype(np.float32), target, weight.astype(np.float32), gamma)


alpha, pi = sp.symbols("alpha pi")  # without the assumptions that the notebook makes
odds = alpha / (1 - alpha) * pi / (1 - pi)

RIGHT: dict[str, list[Any]] = {
    "focal.q1": [
        sp.log(odds),
        sp.log(pi / (1 - pi)) + sp.log(alpha / (1 - alpha)),
        sp.log(alpha) - sp.log(1 - alpha) - sp.log(1 / pi - 1),
        -sp.log(1 / odds),
    ],
    "focal.q2": [weights_by_loops, weights_with_expm1, weights_by_torch, weights_by_softmax],
    "focal.q3": [loss_by_loops, loss_by_scipy, loss_by_torch, loss_in_float32],
    "focal.q4": [slope_by_loops, slope_by_scipy, slope_by_torch, slope_in_float32],
    "focal.q5": [mean_by_loops, mean_by_scipy, mean_by_torch, mean_in_float32],
    "focal.q6": ["b", "B", "(b)"],
}


def weights_without_a_case_for_1(counts, beta):
    w = (1 - beta) / (1 - np.power(beta, counts))
    return w / w.sum() * len(w)


def weights_summing_to_1(counts, beta):
    w = lb.class_balanced_weights(counts, beta)
    return w / w.sum()


def weights_for_the_common(counts, beta):
    worth = np.array([sum(beta**m for m in range(n)) for n in counts])
    return worth / worth.mean()


def weights_of_the_largest(counts, beta):
    w = lb.class_balanced_weights(counts, beta)
    return w / w.max()


def weights_counting_one_more(counts, beta):
    worth = [sum(beta**m for m in range(n + 1)) for n in counts]
    return np.reciprocal(worth) / np.reciprocal(worth).mean()


def loss_with_bce_of_p(logits, target, alpha, gamma):
    p = 1 / (1 + np.exp(-logits))
    yes = -alpha * (1 - p) ** gamma * np.log(p)
    no = -(1 - alpha) * p**gamma * np.log(1 - p)
    return np.where(target == 1, yes, no).sum() / max(target.sum(), 1)


def loss_with_scalar_alpha(logits, target, alpha, gamma):
    z, y = torch.tensor(logits), torch.tensor(target)
    ce = F.binary_cross_entropy_with_logits(z, y, reduction="none")
    return (alpha * (1 - torch.exp(-ce)) ** gamma * ce).sum() / y.sum().clamp(min=1)


def loss_of_the_mean(logits, target, alpha, gamma):
    return lb.sigmoid_focal_loss(logits, target, alpha, gamma).mean()


def loss_without_a_guard(logits, target, alpha, gamma):
    s = np.where(target == 1, logits, -logits)
    weight = np.where(target == 1, alpha, 1 - alpha)
    each = weight * scipy.special.expit(-s) ** gamma * -scipy.special.log_expit(s)
    return each.sum() / (target == 1).sum()


def loss_of_weighted_p(logits, target, alpha, gamma):
    z, y = torch.tensor(logits), torch.tensor(target)
    weight = alpha * y + (1 - alpha) * (1 - y)
    ce = F.binary_cross_entropy_with_logits(z, y, weight=weight, reduction="none")
    return ((1 - torch.exp(-ce)) ** gamma * ce).sum() / y.sum().clamp(min=1)


def loss_of_a_batch_mean(logits, target, alpha, gamma):
    ce = lb.binary_cross_entropy_with_logits(logits, target)
    return alpha * (1 - np.exp(-ce)) ** gamma * ce


def slope_with_a_detached_weight(logits, target, gamma):
    z, y = torch.tensor(logits, requires_grad=True), torch.tensor(target)
    ce = F.binary_cross_entropy_with_logits(z, y, reduction="none")
    (((1 - torch.exp(-ce)) ** gamma).detach() * ce).sum().backward()
    return z.grad


def slope_from_the_chapter(logits, target, gamma):
    p = np.where(target == 1, lb.sigmoid(logits), lb.sigmoid(-logits))
    push = (1 - p) ** gamma * (1 - p - gamma * p * np.log(p))
    return np.where(target == 1, -push, push)


def slope_without_a_no(logits, target, gamma):
    m, log_p = scipy.special.expit(-logits), scipy.special.log_expit(logits)
    return -(m**gamma) * (m - gamma * np.exp(log_p) * log_p)


def slope_uphill(logits, target, gamma):
    return -slope_by_scipy(logits, target, gamma)


def slope_of_the_mean(logits, target, gamma):
    return lb.sigmoid_focal_loss.grad(logits, target, -1, gamma, "mean")


def mean_with_weights_in_torch(logits, target, weight, gamma):
    ce = F.cross_entropy(
        torch.tensor(logits), torch.tensor(target), torch.tensor(weight), reduction="none"
    )
    return ((1 - torch.exp(-ce)) ** gamma * ce).mean()


def mean_of_lossbook(logits, target, weight, gamma):
    return lb.focal_loss(logits, target, weight=weight, gamma=gamma)


def mean_without_weights(logits, target, weight, gamma):
    ce = lb.cross_entropy(logits, target, reduction="none")
    return ((1 - np.exp(-ce)) ** gamma * ce).mean()


def mean_not_taken(logits, target, weight, gamma):
    return lb.focal_loss(logits, target, weight=weight, gamma=gamma, reduction="sum")


def mean_of_the_weight(logits, target, weight, gamma):
    return weight.mean() * mean_without_weights(logits, target, weight, gamma)


WRONG: dict[str, list[tuple[Any, str]]] = {
    "focal.q1": [
        (sp.log(pi / (1 - pi)), "weights left out"),
        (odds / (1 + odds), "the probability"),
        (odds, "the odds"),
        (sp.log(1 / odds), "sign"),
        (sp.log(alpha / (1 - alpha)), ""),
    ],
    "focal.q2": [
        (weights_without_a_case_for_1, "nan at β = 1"),
        (weights_summing_to_1, "÷ K"),
        (weights_for_the_common, "not inverted"),
        (weights_counting_one_more, "one sample too many"),
        (weights_of_the_largest, ""),
    ],
    "focal.q3": [
        (loss_with_bce_of_p, "log of a rounded probability"),
        (loss_with_scalar_alpha, "one α for both classes"),
        (loss_of_the_mean, "mean over all windows"),
        (loss_without_a_guard, "no face"),
        (loss_of_weighted_p, "p_t of the weighted loss"),
        (loss_of_a_batch_mean, ""),
    ],
    "focal.q4": [
        (slope_with_a_detached_weight, "weight held fixed"),
        (slope_from_the_chapter, "0 times infinity"),
        (slope_without_a_no, "every window a yes"),
        (slope_uphill, "sign"),
        (slope_of_the_mean, "÷ N"),
    ],
    "focal.q5": [
        (mean_with_weights_in_torch, "p_t of the weighted loss"),
        (mean_of_lossbook, "divided by the weights"),
        (mean_without_weights, "class weights gone"),
        (mean_not_taken, "× N"),
        (mean_of_the_weight, ""),
    ],
    "focal.q6": [("a", "chose a"), ("C", "chose c"), ("d)", "chose d")],
}
"""Each with the name of its mistake, or nothing if nobody foresaw it."""

SURVIVORS: dict[str, dict[str, str]] = {
    "focal.q2": {"weights = 1 / worth → weights = 2 / worth": "the mean is made 1 afterwards"}
}
"""By question: a mutant of the solution that passes, as `before → after`, and why it is right."""
