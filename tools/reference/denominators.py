"""Measure what PyTorch's 'mean' divides by: its sum over its mean, on a batch made for it.

The batch has other numbers of everything, so that a quotient has one meaning.
"""

import inspect
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch

from lossbook import losses
from lossbook.checks import Array

N, K, D = 7, 3, 2
BY_INDEX = ("nll_loss", "cross_entropy", "multi_margin_loss")
BY_LABELS = ("soft_margin_loss", "hinge_embedding_loss")
CLASS_WEIGHT = np.array([0.5, 2.2, 3.25])
ELEMENT_WEIGHT = np.linspace(0.5, 2.25, N * K).reshape(N, K)
IGNORED = 2
rng = np.random.default_rng(0)

Trial = tuple[str, Array, Any, Mapping[str, Any], Mapping[str, float]]
"""What is special about it, input, target, keywords, and what the mean may divide by."""


def trials(name: str) -> Iterator[Trial]:
    """The ways to call a loss that may change its denominator."""
    x = np.asarray(rng.uniform(0.1, 0.9, (N, K)))
    takes_weight = "weight" in inspect.signature(losses()[name]).parameters
    sizes = {
        "the number of samples": N,
        "the number of elements": N * K,
        "the number of classes": K,
    }
    if name in BY_INDEX:
        y = np.array([0, 1, 2, 2, 1, 0, 1])
        w = CLASS_WEIGHT[y]
        total = {**sizes, "the sum of the targets' weights": float(w.sum())}
        yield "", x, y, {}, sizes
        yield "with `weight`", x, y, {"weight": CLASS_WEIGHT}, total
        if name == "multi_margin_loss":
            return
        kept = y != IGNORED
        counts = {**total, "the number of targets kept": int(kept.sum()),
                  "the sum of the weights of the targets kept": float(w[kept].sum())}  # fmt: skip
        yield "with `ignore_index`", x, y, {"ignore_index": IGNORED}, counts
        both = {"ignore_index": IGNORED, "weight": CLASS_WEIGHT}
        yield "with both", x, y, both, counts
        deep = np.asarray(rng.normal(size=(N, K, D)))
        positions = {**sizes, "the number of samples times positions": N * D}
        yield "with trailing dimensions", deep, np.stack([y, y], 1), {}, positions
        if name == "cross_entropy":
            smooth = {**both, "label_smoothing": 0.25}
            yield "with both, and `label_smoothing`", x, y, smooth, counts
            t = np.full((N, K), 1 / K)
            yield "with probabilities", x, t, {}, sizes
            yield "with probabilities and `weight`", x, t, {"weight": CLASS_WEIGHT}, {
                **sizes, "the sum of the weights": float(CLASS_WEIGHT.sum())}  # fmt: skip
        return
    y = np.where(x > 0.5, 1.0, -1.0) if name in BY_LABELS else np.asarray(rng.random((N, K)))
    more = {"var": 0.5} if name == "gaussian_nll_loss" else {}
    yield "", x, y, more, sizes
    if takes_weight:
        by_class = name == "multilabel_soft_margin_loss"
        weight = CLASS_WEIGHT if by_class else ELEMENT_WEIGHT
        yield "with `weight`", x, y, {"weight": weight}, {
            **sizes, "the sum of the weights": float(weight.sum())}  # fmt: skip
    if name == "kl_div":
        yield '"batchmean"', x, y, {"reduction": "batchmean"}, sizes


def measured(name: str) -> list[tuple[str, str]]:
    """(what is special about the call, what its mean divides by), by PyTorch and by lossbook."""
    found = []
    for special, x, y, keywords, candidates in trials(name):
        both = {**keywords, "reduction": keywords.get("reduction", "mean")}
        tensors = {n: torch.tensor(a) if np.ndim(a) else a for n, a in both.items()}
        theirs = getattr(torch.nn.functional, name)
        given = torch.tensor(x), torch.tensor(y)
        ours: Any = losses()[name]
        total = {"reduction": "sum"}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that the mean of kl_div is no divergence
            quotients = [
                float(theirs(*given, **{**tensors, **total}) / theirs(*given, **tensors)),
                float(ours(x, y, **{**both, **total}) / ours(x, y, **both)),
            ]
        meant = [
            words for words, n in candidates.items() if np.allclose(quotients, n, rtol=1e-9, atol=0)
        ]
        if len(meant) != 1:
            raise ValueError(f"{name} {special} divides by {quotients}, one of {candidates}?")
        found.append((special, meant[0]))
    return found
