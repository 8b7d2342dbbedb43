"""lossbook: loss functions with all of their faces, the companion of The Loss Book.

A loss is a plain function with the name, arguments and meaning that PyTorch gives it, on
NumPy arrays. It carries its gradient, its formula and PyTorch's name as attributes::

    lb.cross_entropy(logits, target)                  # the value
    lb.cross_entropy.grad(logits, target)             # d(sum of the output)/d(logits)
    lb.cross_entropy.value_and_grad(logits, target)   # both, computed together
    lb.cross_entropy.formula                          # the SymPy expression
    lb.cross_entropy.torch                            # "torch.nn.functional.cross_entropy"

Importing it needs NumPy alone; SymPy, Matplotlib and PyTorch are imported when first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from lossbook import information
from lossbook.binary import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    brier_loss,
    multilabel_soft_margin_loss,
    soft_margin_loss,
)
from lossbook.core import losses
from lossbook.focal import class_balanced_weights, focal_loss, sigmoid_focal_loss
from lossbook.margin import (
    hinge_embedding_loss,
    hinge_loss,
    multi_margin_loss,
    multiclass_hinge_loss,
    squared_hinge_loss,
    zero_one_loss,
)
from lossbook.multiclass import (
    cross_entropy,
    kl_div,
    log_softmax,
    logsumexp,
    nll_loss,
    softmax,
    softmax_cross_entropy_with_logits,
)
from lossbook.regression import (
    gaussian_nll_loss,
    huber_loss,
    l1_loss,
    log_cosh_loss,
    mse_loss,
    poisson_nll_loss,
    quantile_loss,
    rmse_loss,
    smooth_l1_loss,
)
from lossbook.special import sigmoid

if TYPE_CHECKING:
    from lossbook import explorer, plotting
    from lossbook.comparison import compare
    from lossbook.derivation import Derivation
    from lossbook.deviations import DEVIATIONS
    from lossbook.training import minibatches

__version__ = "0.1.0"

__all__ = [
    "DEVIATIONS",
    "Derivation",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "brier_loss",
    "class_balanced_weights",
    "compare",
    "cross_entropy",
    "explorer",
    "focal_loss",
    "gaussian_nll_loss",
    "hinge_embedding_loss",
    "hinge_loss",
    "huber_loss",
    "information",
    "kl_div",
    "l1_loss",
    "log_cosh_loss",
    "log_softmax",
    "logsumexp",
    "losses",
    "minibatches",
    "mse_loss",
    "multi_margin_loss",
    "multiclass_hinge_loss",
    "multilabel_soft_margin_loss",
    "nll_loss",
    "plotting",
    "poisson_nll_loss",
    "quantile_loss",
    "rmse_loss",
    "sigmoid",
    "sigmoid_focal_loss",
    "smooth_l1_loss",
    "soft_margin_loss",
    "softmax",
    "softmax_cross_entropy_with_logits",
    "squared_hinge_loss",
    "zero_one_loss",
]

_when_used = {
    "DEVIATIONS": "lossbook.deviations",
    "Derivation": "lossbook.derivation",
    "compare": "lossbook.comparison",
    "explorer": "lossbook",
    "minibatches": "lossbook.training",
    "plotting": "lossbook",
}


def __getattr__(name: str) -> Any:
    """Import what is seldom needed, or needs more than NumPy, when it is first asked for."""
    if name not in _when_used:
        raise AttributeError(f"module 'lossbook' has no attribute {name!r}")
    if _when_used[name] == "lossbook":
        return importlib.import_module(f"lossbook.{name}")
    return getattr(importlib.import_module(_when_used[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
