"""The same value and gradient from each library, as a call without arguments."""

from __future__ import annotations

import importlib
import warnings
from typing import Any

import numpy as np

import lossbook as lb
from benchmarks.cases import Case
from benchmarks.timing import Call
from lossbook.blocks import num_threads
from lossbook.checks import Array


def by_lossbook(case: Case, arrays: list[Array]) -> Call:
    """Return lossbook's call."""
    function, keywords = lb.losses()[case.name].value_and_grad, case.keywords
    return lambda: function(*arrays, **keywords)


def by_torch(case: Case, arrays: list[Array]) -> Call:
    """Return PyTorch's forward and backward pass; the tensors are made beforehand."""
    import torch

    torch.set_num_threads(num_threads())
    first, *others = [torch.from_numpy(a.copy()) for a in arrays]
    first.requires_grad_(True)
    named = lb.losses()[case.name].torch
    function: Any = case.torch
    keywords: dict[str, Any] = {}
    if function is None and named is not None:
        module, _, name = named.rpartition(".")
        function, keywords = getattr(importlib.import_module(module), name), case.keywords
    assert function is not None, f"{case.name} needs a formula in PyTorch"
    warnings.filterwarnings("ignore", "reduction: 'mean' divides")  # of kl_div; it is meant

    def call() -> Any:
        first.grad = None
        value = function(first, *others, **keywords)
        value.backward()
        return value, first.grad

    return call


def by_jax(case: Case, arrays: list[Array]) -> Call | None:
    """Return JAX's compiled call, which waits for its result; None if JAX is not here."""
    if case.jax is None:
        return None
    try:
        jax, optax = importlib.import_module("jax"), importlib.import_module("optax")
    except ImportError:
        return None
    jax.config.update("jax_enable_x64", True)
    formula, given = case.jax, [jax.numpy.asarray(a) for a in arrays]
    function = jax.jit(jax.value_and_grad(lambda *a: formula(jax.numpy, optax, *a)))
    return lambda: jax.block_until_ready(function(*given))


def by_sklearn(case: Case, arrays: list[Array]) -> Call | None:
    """Return scikit-learn's call and the mean it leaves to the caller; None if not here."""
    if case.sklearn is None:
        return None
    try:
        library = importlib.import_module("sklearn._loss")
    except ImportError:
        return None
    name, keywords = case.sklearn
    raw, target = arrays
    if name == "HalfMultinomialLoss":
        keywords = {**keywords, "n_classes": raw.shape[1]}
    target = target.astype(raw.dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        loss = getattr(library, name)(**keywords)
    threads = num_threads()

    def call() -> Any:
        value, slope = loss.loss_gradient(target, raw, n_threads=threads)
        return np.mean(value), slope

    return call


PEERS = {"lossbook": by_lossbook, "PyTorch": by_torch, "scikit-learn": by_sklearn, "JAX": by_jax}
