"""Right and wrong answers to the assignment on margins, as a learner might write them."""

from typing import Any

import numpy as np
import sympy as sp
import torch
import torch.nn.functional as F

import lossbook as lb


def hinge_by_loops(scores, target):
    total = 0.0
    for row, y in zip(scores, target, strict=True):
        strongest = max(z for k, z in enumerate(row) if k != y)
        total += max(0, 1 - (row[y] - strongest))
    return total / len(target)


def hinge_by_mask(scores, target):
    right = np.arange(scores.shape[1]) == target[:, None]
    rivals = scores[~right].reshape(len(scores), scores.shape[1] - 1)
    return np.clip(1 - scores[right] + rivals.max(1), 0, None).mean()


def hinge_by_torch(scores, target):
    z, y = torch.tensor(scores), torch.tensor(target)[:, None]
    rivals = z.scatter(1, y, -torch.inf)
    return F.relu(1 - z.gather(1, y)[:, 0] + rivals.amax(1)).mean()


def hinge_in_float32(scores, target):
    z = scores.astype(np.float32)
    right = np.take_along_axis(z, target[:, None], 1)
    lacking = 1 + z - right
    np.put_along_axis(lacking, target[:, None], 0, 1)
    return lacking.max(1).mean()


def slope_by_loops(scores, target):
    slope = np.zeros(scores.shape)
    for i, (row, y) in enumerate(zip(scores, target, strict=True)):
        others = [k for k in range(len(row)) if k != y]
        rival = max(others, key=lambda k: row[k])
        if row[y] < row[rival] + 1:
            slope[i, y] -= 1 / len(scores)
            slope[i, rival] += 1 / len(scores)
    return slope


def slope_by_torch(scores, target):
    z, y = torch.tensor(scores, requires_grad=True), torch.tensor(target)[:, None]
    rivals = z.scatter(1, y, -torch.inf)
    rival = rivals.argmax(1, keepdim=True)
    F.relu(1 - z.gather(1, y) + z.gather(1, rival)).mean().backward()
    return z.grad


def slope_by_one_hot(scores, target):
    eye = np.eye(scores.shape[1])
    rival = np.where(eye[target] == 1, -np.inf, scores).argmax(1)
    lead = ((eye[target] - eye[rival]) * scores).sum(1, keepdims=True)
    return (eye[rival] - eye[target]) * (lead < 1) / len(scores)


def slope_in_float32(scores, target):
    return slope_by_one_hot(scores.astype(np.float32), target).astype(np.float32)


def flags_by_loops(score, label):
    losses, slope = [], []
    for z, flag in zip(score, label, strict=True):
        y = 1 if flag else -1
        losses.append(max(0, 1 - y * z))
        slope.append(-y / len(score) if y * z < 1 else 0)
    return sum(losses) / len(losses), slope


def flags_by_torch(score, label):
    z, y = torch.tensor(score, requires_grad=True), torch.tensor(label) * 2 - 1
    value = F.relu(1 - y * z).mean()
    value.backward()
    return value, z.grad


def flags_by_lossbook(score, label):
    return lb.hinge_loss.value_and_grad(score, np.where(label == 1, 1, -1))


def flags_in_float32(score, label):
    z, y = score.astype(np.float32), np.array([-1, 1], np.float32)[label]
    return np.clip(1 - y * z, 0, None).mean(), -y * (y * z < 1) / np.float32(len(z))


def flags_apart(score, label):
    """The charges of the opening, one for each kind."""
    yes, no = label == 1, label == 0
    value = np.maximum(0, 1 - score[yes]).sum() + np.maximum(0, 1 + score[no]).sum()
    return value / len(score), (1 * (no & (score > -1)) - (yes & (score < 1))) / len(score)


p = sp.Symbol("p")  # without the notebook's assumption

RIGHT: dict[str, list[Any]] = {
    "margins.q1": [hinge_by_loops, hinge_by_mask, hinge_by_torch, hinge_in_float32],
    "margins.q2": [slope_by_loops, slope_by_torch, slope_by_one_hot, slope_in_float32],
    "margins.q3": [
        flags_by_loops, flags_by_torch, flags_by_lossbook, flags_in_float32, flags_apart,
    ],
    "margins.q4": [48, 48.0, sp.Integer(48), np.int64(48)],
    "margins.q5": [
        sp.log(p / (1 - p)) / 2,
        (sp.log(p) - sp.log(1 - p)) / 2,
        sp.log(sp.sqrt(p / (1 - p))),
        sp.log(sp.sqrt(1 / p - 1) ** -1),
        -sp.log(1 / p - 1) / 2,
    ],
    "margins.q6": ["b", " B", "(b)"],
}  # fmt: skip


def hinge_of_pytorch(scores, target):
    return F.multi_margin_loss(torch.tensor(scores), torch.tensor(target))


def hinge_of_keras(scores, target):
    t = np.eye(scores.shape[1])[target]
    return np.maximum(0, 1 + ((1 - t) * scores).max(1) - (t * scores).sum(1)).mean()


def hinge_with_itself(scores, target):
    return (1 + scores.max(1) - scores[np.arange(len(scores)), target]).mean()


def hinge_of_the_mean(scores, target):
    lacking = [1 - row[y] + np.delete(row, y).max() for row, y in zip(scores, target, strict=True)]
    return max(0, sum(lacking) / len(lacking))


def hinge_of_the_sum(scores, target):
    return lb.multiclass_hinge_loss(scores, target, reduction="sum")


def hinge_of_the_worst(scores, target):
    return lb.multiclass_hinge_loss(scores, target, reduction="none").max()


def slope_by_amax(scores, target):
    z, y = torch.tensor(scores, requires_grad=True), torch.tensor(target)[:, None]
    rivals = z.scatter(1, y, -torch.inf)
    F.relu(1 - z.gather(1, y)[:, 0] + rivals.amax(1)).mean().backward()
    return z.grad


def slope_by_clamp(scores, target):
    z, y = torch.tensor(scores, requires_grad=True), torch.tensor(target)[:, None]
    rival = z.detach().scatter(1, y, -torch.inf).argmax(1, keepdim=True)
    (1 - z.gather(1, y) + z.gather(1, rival)).clamp(min=0).mean().backward()
    return z.grad


def slope_of_perceptron(scores, target):
    eye = np.eye(scores.shape[1])
    rival = np.where(eye[target] == 1, -np.inf, scores).argmax(1)
    rows = np.arange(len(scores))
    wrong = scores[rows, rival] > scores[rows, target]
    return (eye[rival] - eye[target]) * wrong[:, None] / len(scores)


def slope_not_divided(scores, target):
    return slope_by_one_hot(scores, target) * len(scores)


def slope_of_margin_2(scores, target):
    return lb.multiclass_hinge_loss.grad(scores / 2, target)


def flags_wrong_way(score, label):
    return lb.hinge_loss.value_and_grad(score, 1 - 2 * label)


def flags_half_mended(score, label):
    lacking = 1 - (2 * label - 1) * score
    return np.maximum(0, lacking).mean(), np.where(lacking > 0, -label, 0) / len(score)


def flags_by_clamp(score, label):
    z, y = torch.tensor(score, requires_grad=True), torch.tensor(label) * 2 - 1
    value = (1 - y * z).clamp(min=0).mean()
    value.backward()
    return value, z.grad


def flags_of_sure_ones(score, label):
    return lb.hinge_loss.value_and_grad(2 * score, 2 * label - 1)


WRONG: dict[str, list[tuple[Any, str]]] = {
    "margins.q1": [
        (hinge_of_pytorch, "all rivals over K"),
        (hinge_of_keras, "0 among the rivals"),
        (hinge_with_itself, "right class among its rivals"),
        (hinge_of_the_mean, "cut after the mean"),
        (hinge_of_the_sum, "× N"),
        (hinge_of_the_worst, ""),
    ],
    "margins.q2": [
        (slope_by_amax, "ties shared"),
        (slope_by_clamp, "pulls at the kink"),
        (slope_of_perceptron, "only mistakes"),
        (slope_not_divided, "× N"),
        (slope_of_margin_2, ""),
    ],
    "margins.q3": [
        (flags_wrong_way, "labels turned"),
        (flags_half_mended, "slope of the old labels"),
        (flags_by_clamp, "pulls at the kink"),
        (flags_of_sure_ones, ""),
    ],
    "margins.q4": [
        (60, "a mistake costs 1"),
        (0.24, "a rate"),
        (75, "multiplied"),
        (140, ""),
    ],
    "margins.q5": [
        (sp.log(p / (1 - p)), "soft margin's"),
        (sp.log((1 - p) / p) / 2, "sign"),
        (2 * p - 1, "squared hinge's"),
        (p, ""),
    ],
    "margins.q6": [("a", "chose a"), ("c", "chose c"), ("(D)", "chose d")],
}
"""Each with the name of its mistake, or nothing if nobody foresaw it."""

SURVIVORS: dict[str, dict[str, str]] = {}
"""By question: a mutant of the solution that passes, as `before → after`, and why it is right."""
