"""Right and wrong answers to the assignment on information, as a learner might write them."""

from typing import Any

import numpy as np
import scipy.special
import scipy.stats
import sympy as sp
import torch
import torch.nn.functional as F

import lossbook as lb


def surprise_by_loops(p, unit):
    log = np.log2 if unit == "bits" else np.log
    return [sum(-each * log(each) for each in row if each > 0) for row in p]


def surprise_by_scipy(p, unit):
    return scipy.stats.entropy(p, base=2 if unit == "bits" else None, axis=1)


def surprise_by_torch(p, unit):
    nats = torch.special.entr(torch.tensor(p)).sum(1)
    return nats / np.log(2) if unit == "bits" else nats


def surprise_in_float32(p, unit):
    p = p.astype(np.float32)
    terms = np.nan_to_num(p * np.log(p), nan=0)
    return -terms.sum(1) / np.float32(np.log(2) if unit == "bits" else 1)


def cost_by_loops(p, q):
    found = []
    for truth, belief in zip(p, q, strict=True):
        cost = 0.0
        for a, b in zip(truth, belief, strict=True):
            if a > 0:
                cost += a * np.log(a / b) if b > 0 else np.inf
        found.append(cost)
    return found


def cost_by_scipy(p, q):
    return scipy.special.rel_entr(p, q).sum(1)


def cost_by_nansum(p, q):
    return np.nansum(p * np.log(p / q), axis=1)


def cost_by_torch(p, q):
    p, q = torch.tensor(p), torch.tensor(q)
    return F.kl_div(torch.where(p > 0, q, 1).log(), p, reduction="none").sum(1)


def cost_in_float32(p, q):
    return scipy.special.kl_div(p.astype(np.float32), q.astype(np.float32)).sum(1)


def cost_of_cross_entropy(p, q):
    return lb.information.cross_entropy(p, q) - lb.information.entropy(p)


def distilled_by_loops(teacher, student, T):
    total = 0.0
    for t, s in zip(teacher / T, student / T, strict=True):
        log_p, log_q = t - scipy.special.logsumexp(t), s - scipy.special.logsumexp(s)
        total += sum(np.exp(a) * (a - b) for a, b in zip(log_p, log_q, strict=True))
    return total / len(teacher)


def distilled_by_scipy(teacher, student, T):
    log_p, log_q = (scipy.special.log_softmax(z / T, 1) for z in (teacher, student))
    return (np.exp(log_p) * (log_p - log_q)).sum(1).mean()


def distilled_by_torch(teacher, student, T):
    log_p, log_q = (F.log_softmax(torch.tensor(z) / T, 1) for z in (teacher, student))
    return F.kl_div(log_q, log_p, reduction="batchmean", log_target=True)


def distilled_in_float32(teacher, student, T):
    log_q = F.log_softmax(torch.tensor(student, dtype=torch.float32) / T, 1)
    p = torch.softmax(torch.tensor(teacher, dtype=torch.float32) / T, 1)
    return F.kl_div(log_q, p, reduction="batchmean")


def distilled_as_a_difference(teacher, student, T):
    p = lb.softmax(teacher / T)
    price = lb.softmax_cross_entropy_with_logits(student / T, p).mean()
    return price - lb.information.entropy(p).mean()


s, d = sp.symbols("s d")  # without the assumptions that the notebook makes
w = sp.Symbol("w", positive=True)

RIGHT: dict[str, list[Any]] = {
    "information.q1": [
        surprise_by_loops, surprise_by_scipy, surprise_by_torch, surprise_in_float32,
    ],
    "information.q2": [
        cost_by_loops, cost_by_scipy, cost_by_nansum, cost_by_torch, cost_in_float32,
        cost_of_cross_entropy,
    ],
    "information.q3": [
        sp.sqrt(s**2 + d**2),
        s * sp.sqrt(1 + (d / s) ** 2),
        sp.exp(sp.log(s**2 + d**2) / 2),
        (s**2 + d**2) / sp.sqrt(s**2 + d**2),
    ],
    "information.q4": [
        0.1448, np.float32(0.14483), torch.tensor(0.14483), sp.Float("0.1448"),
        np.array([0.14483]),
    ],
    "information.q5": [
        distilled_by_loops, distilled_by_scipy, distilled_by_torch, distilled_in_float32,
        distilled_as_a_difference,
    ],
    "information.q6": ["b", "B", " (b) "],
}  # fmt: skip


def surprise_with_log2_as_typed(p, unit):
    log = np.log2 if unit == "bits" else np.log
    return -np.sum(p * log(p), axis=1)


def surprise_always_natural(p, unit):
    return torch.special.entr(torch.tensor(p)).sum(1)


def surprise_without_the_minus(p, unit):
    return [-each for each in surprise_by_loops(p, unit)]


def surprise_of_the_table(p, unit):
    seen = p[p > 0]
    return -(seen * (np.log2(seen) if unit == "bits" else np.log(seen))).sum()


def surprise_as_a_mean(p, unit):
    return np.array(surprise_by_loops(p, unit)) / p.shape[1]


def surprise_of_a_coin(p, unit):
    """Yes or no for each outcome, as if they did not exclude each other."""
    return scipy.stats.entropy(np.stack([p, 1 - p]), base=2 if unit == "bits" else None).sum(1)


def cost_the_wrong_way(p, q):
    return scipy.special.rel_entr(q, p).sum(1)


def cost_by_kl_div_of_probabilities(p, q):
    return F.kl_div(torch.tensor(q), torch.tensor(p), reduction="none").sum(1)


def cost_with_a_mask(p, q):
    found = np.zeros(len(p))
    for i in range(len(p)):
        both = (p[i] > 0) & (q[i] > 0)
        found[i] = np.sum(p[i, both] * np.log(p[i, both] / q[i, both]))
    return found


def cost_in_bits(p, q):
    return cost_by_scipy(p, q) / np.log(2)


def cost_with_another_constant(p, q):
    return (p * np.log((p + 1e-12) / (q + 1e-12))).sum(1)


def cost_as_a_mean_of_the_absolute(p, q):
    return np.abs(scipy.special.rel_entr(p, q)).sum(1) / p.shape[1]


def distilled_from_the_student_alone(teacher, student, T):
    log_q, q = lb.log_softmax(student / T), lb.softmax(student / T)
    return lb.kl_div(log_q, q, reduction="batchmean")


def distilled_with_mean(teacher, student, T):
    log_q, p = lb.log_softmax(student / T), lb.softmax(teacher / T)
    return lb.kl_div(log_q, p, reduction="mean")


def distilled_with_sum(teacher, student, T):
    log_q, p = lb.log_softmax(student / T), lb.softmax(teacher / T)
    return lb.kl_div(log_q, p, reduction="sum")


def distilled_without_a_logarithm(teacher, student, T):
    q, p = (torch.softmax(torch.tensor(z) / T, 1) for z in (student, teacher))
    return F.kl_div(q, p, reduction="batchmean")


def distilled_by_cross_entropy(teacher, student, T):
    p = torch.softmax(torch.tensor(teacher) / T, 1)
    return F.cross_entropy(torch.tensor(student) / T, p)


def distilled_with_the_teacher_softened(teacher, student, T):
    return distilled_by_torch(teacher, T * student, T)


def distilled_without_a_temperature(teacher, student, T):
    return distilled_by_scipy(teacher, student, 1)


WRONG: dict[str, list[tuple[Any, str]]] = {
    "information.q1": [
        (surprise_with_log2_as_typed, "nan at 0"),
        (surprise_always_natural, "unit ignored"),
        (surprise_without_the_minus, "sign"),
        (surprise_of_the_table, "all rows in one sum"),
        (surprise_as_a_mean, "÷ K"),
        (surprise_of_a_coin, ""),
    ],
    "information.q2": [
        (cost_the_wrong_way, "the other direction"),
        (cost_by_kl_div_of_probabilities, "second logarithm missing"),
        (cost_with_a_mask, "excluded outcomes skipped"),
        (cost_in_bits, "bits"),
        (cost_with_another_constant, ""),
        (cost_as_a_mean_of_the_absolute, "absolute values; ÷ K"),
    ],
    "information.q3": [
        (s, "the reverse divergence"),
        (s**2 + d**2, "the variance"),
        (s + sp.sqrt(d**2), "widths added"),
        (s + d, ""),
        (sp.Integer(1), ""),
    ],
    "information.q4": [
        (0.1004, "in nats"),
        (0.469, "all there is to be told"),
        (0.3242, "what is left"),
        (0, "taken for useless"),
        (-0.1448, "sign"),
        (0.81, ""),
    ],
    "information.q5": [
        (distilled_from_the_student_alone, "one argument changed"),
        (distilled_with_mean, "divided by the classes"),
        (distilled_with_sum, "× N"),
        (distilled_without_a_logarithm, "the logarithm stayed behind"),
        (distilled_by_cross_entropy, "cross-entropy"),
        (distilled_with_the_teacher_softened, "the teacher alone softened"),
        (distilled_without_a_temperature, ""),
    ],
    "information.q6": [("a", "chose a"), ("C", "chose c"), ("d)", "chose d")],
}
"""Each with the name of its mistake, or nothing if nobody foresaw it."""

SURVIVORS: dict[str, dict[str, str]] = {
    "information.q1": {
        "en = np.where(p > 0, p, 1) # log 1 is 0 → en = np.where(p > 0, p, 2) # log 1 is 0": (
            "it is multiplied by p, which is 0 there"
        ),
    },
    "information.q2": {
        ".log(np.where(comes, p, 1)) - log_q)).sum(axis=1) → "
        ".log(np.where(comes, p, 2)) - log_q)).sum(axis=1)": (
            "it is multiplied by p, which is 0 there"
        ),
        ".log(np.where(comes, q, 1)) → .log(np.where(comes, q, 2))": "the same",
        'v(torch.where(p > 0, q, 1).log(), p, reduction="n → '
        'v(torch.where(p > 0, q, 2).log(), p, reduction="n': "the same",
        "a * np.log(a / b) if b > 0 else np.inf → a * np.log(a / b) if b >= 0 else np.inf": (
            "a number of NumPy's divided by 0 is inf, and so is the cost"
        ),
    },
}
"""By question: a mutant of the solution that passes, as `before → after`, and why it is right."""
