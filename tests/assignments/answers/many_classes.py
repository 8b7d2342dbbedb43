"""Right and wrong answers to the assignment on many classes, as a learner might write them."""

from typing import Any

import numpy as np
import scipy.special
import sympy as sp
import torch
import torch.nn.functional as F

import lossbook as lb


def loss_by_loops(logits, target):
    total = 0.0
    for row, y in zip(logits, target, strict=True):
        m = max(row)
        total += m + np.log(sum(np.exp(z - m) for z in row)) - row[y]
    return total / len(target)


def loss_by_scipy(logits, target):
    return -np.take_along_axis(scipy.special.log_softmax(logits, 1), target[:, None], 1).mean()


def loss_by_torch(logits, target):
    return F.cross_entropy(torch.tensor(logits), torch.tensor(target))


def loss_in_float32(logits, target):
    z = logits.astype(np.float32)
    d = z - z.max(1, keepdims=True)
    return (np.log(np.exp(d).sum(1)) - d[np.arange(len(d)), target]).mean()


def loss_from_log_softmax(logits, target):
    """The logarithm of a softmax, and then its own softmax: harmless."""
    return lb.cross_entropy(lb.log_softmax(logits), target)


def slope_by_loops(logits, target):
    slope = np.zeros(logits.shape)
    for i, row in enumerate(logits):
        e = [np.exp(z - max(row)) for z in row]
        for j in range(len(row)):
            slope[i, j] = (e[j] / sum(e) - (j == target[i])) / len(logits)
    return slope.tolist()


def slope_by_scipy(logits, target):
    return (scipy.special.softmax(logits, 1) - np.eye(logits.shape[1])[target]) / len(target)


def slope_by_torch(logits, target):
    z = torch.tensor(logits, requires_grad=True)
    F.cross_entropy(z, torch.tensor(target)).backward()
    return z.grad


def slope_in_float32(logits, target):
    p = torch.softmax(torch.tensor(logits, dtype=torch.float32), 1)
    return (p - F.one_hot(torch.tensor(target), p.shape[1])) / len(p)


def masked_by_loops(logits, target, ignore):
    losses = [lb.cross_entropy(z, int(y)) for z, y in zip(logits, target, strict=True)
              if y != ignore]  # fmt: skip
    return sum(losses) / len(losses) if losses else float("nan")


def masked_by_scipy(logits, target, ignore):
    kept = np.flatnonzero(target != ignore)
    return -scipy.special.log_softmax(logits, 1)[kept, target[kept]].mean()


def masked_by_torch(logits, target, ignore):
    return F.cross_entropy(torch.tensor(logits), torch.tensor(target), ignore_index=ignore)


def masked_in_float32(logits, target, ignore):
    return masked_by_torch(logits.astype(np.float32), target, ignore)


def masked_by_weights(logits, target, ignore):
    kept = (target != ignore).astype(float)
    each = lb.cross_entropy(logits, np.where(target == ignore, 0, target), reduction="none")
    return (each * kept).sum() / kept.sum()


d, T = sp.symbols("d T")  # without the assumptions that the notebook makes
u = sp.Symbol("u", real=True)

RIGHT: dict[str, list[Any]] = {
    "many-classes.q1": [
        loss_by_loops, loss_by_scipy, loss_by_torch, loss_in_float32, loss_from_log_softmax,
    ],
    "many-classes.q2": [slope_by_loops, slope_by_scipy, slope_by_torch, slope_in_float32],
    "many-classes.q3": [
        sp.diff(sp.log(1 + sp.exp(-d / T)), T),
        sp.diff(-sp.log(sp.exp(d / T) / (sp.exp(d / T) + 1)), T),
        d / T**2 * (1 - 1 / (1 + sp.exp(-d / T))),
        d / (2 * T**2) * (1 - sp.tanh(d / (2 * T))),
        sp.diff(-sp.log((1 + sp.tanh(d / T / 2)) / 2), T),
    ],
    "many-classes.q4": [
        0.0943, np.float32(0.0943107), torch.tensor(0.0943), -sp.log(sp.Rational(91, 100)),
        np.array([0.09431]),
    ],
    "many-classes.q5": ["c", "C", " (c) "],
    "many-classes.q6": [
        masked_by_loops, masked_by_scipy, masked_by_torch, masked_in_float32, masked_by_weights,
    ],
}  # fmt: skip


def loss_overflows_in_torch(logits, target):
    e = torch.tensor(logits).exp()
    return -(e[range(len(e)), target].log() - e.sum(1).log()).mean()


def loss_rounded_to_0(logits, target):
    p = scipy.special.softmax(logits, axis=1)
    return -sum(np.log(p[i, y]) for i, y in enumerate(target)) / len(p)


def loss_with_an_epsilon(logits, target):
    p = torch.softmax(torch.tensor(logits), 1)
    return F.nll_loss(torch.log(p + 1e-7), torch.tensor(target))


def loss_of_columns(logits, target):
    return F.nll_loss(F.log_softmax(torch.tensor(logits), 0), torch.tensor(target))


def loss_of_two_softmaxes(logits, target):
    return F.cross_entropy(torch.softmax(torch.tensor(logits), 1), torch.tensor(target))


def loss_of_the_sum_in_bits(logits, target):
    return sum(lb.cross_entropy(z, int(y)) / np.log(2) for z, y in zip(logits, target, strict=True))


def loss_without_the_last_sample(logits, target):
    return lb.cross_entropy(logits[:-1], target[:-1])


def slope_of_the_sum(logits, target):
    z = torch.tensor(logits, requires_grad=True)
    F.cross_entropy(z, torch.tensor(target), reduction="sum").backward()
    return z.grad


def slope_upside_down(logits, target):
    return (np.eye(logits.shape[1])[target] - lb.softmax(logits)) / len(logits)


def slope_of_columns(logits, target):
    p = lb.softmax(logits)
    p[:, target] = p[:, target] - 1
    return p / len(p)


def slope_of_the_first_class(logits, target):
    return lb.cross_entropy.grad(logits, np.zeros(len(logits), int))


def masked_with_a_guard(logits, target, ignore):
    n = np.sum(target != ignore)
    return lb.cross_entropy(logits, target, ignore_index=ignore, reduction="sum") / (n or 1)


def masked_with_the_default(logits, target, ignore):
    return F.cross_entropy(torch.tensor(logits), torch.tensor(target))


def masked_without_a_mask(logits, target, ignore):
    return lb.cross_entropy(logits, np.where(target == ignore, 0, target))


WRONG: dict[str, list[tuple[Any, str]]] = {
    "many-classes.q1": [
        (loss_overflows_in_torch, "exp overflows"),
        (loss_rounded_to_0, "log of 0"),
        (loss_with_an_epsilon, "a constant in the logarithm"),
        (loss_of_columns, "softmax over the samples"),
        (loss_of_two_softmaxes, "softmax taken twice"),
        (loss_of_the_sum_in_bits, "bits and × N"),
        (loss_without_the_last_sample, ""),
    ],
    "many-classes.q2": [
        (slope_of_the_sum, "not divided by N"),
        (slope_upside_down, "sign"),
        (slope_of_columns, "whole columns"),
        (slope_of_the_first_class, ""),
    ],
    "many-classes.q3": [
        (-d / (T**2 * (1 + sp.exp(d / T))), "sign"),
        (sp.diff(sp.log(1 + sp.exp(-d * T)), T), "multiplied by the temperature"),
        (sp.diff(sp.log(1 + sp.exp(-d / T)), d), "with respect to the lead"),
        (sp.log(1 + sp.exp(-d / T)), ""),
        (sp.Integer(0), ""),
    ],
    "many-classes.q4": [
        (-np.log(0.9), "right class gets no share"),
        (0, "taken for perfect"),
        (-np.log2(0.91), "bits"),
        (1.5, ""),
    ],
    "many-classes.q5": [("a", "chose a"), ("B", "chose b"), ("d)", "chose d")],
    "many-classes.q6": [
        (masked_with_a_guard, "0 for nothing but padding"),
        (masked_with_the_default, "always −100"),
        (masked_without_a_mask, "padding counted as class 0"),
    ],
}
"""Each with the name of its mistake, or nothing if nobody foresaw it."""

SURVIVORS: dict[str, dict[str, str]] = {
    "many-classes.q6": {
        'where(target == ignore, 0, target), reduction="no → '
        'where(target == ignore, 1, target), reduction="no': "the padding is masked whatever "
        "class stands in its place",
    },
}
"""By question: a mutant of the solution that passes, as `before → after`, and why it is right."""
