"""The data sets of the book, split into a part to learn from and a part to judge on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lossbook.checks import Array
from lossbook.extras import extra


class Split(NamedTuple):
    """Inputs and targets for training, and unseen ones for testing."""

    X_train: Array
    y_train: Array
    X_test: Array
    y_test: Array


def digits(test_size: int = 360, seed: int = 0) -> Split:
    """Return scikit-learn's 1,797 handwritten digits, as 64 grey values from 0 to 1.

    Parameters
    ----------
    test_size : int
        How many of them, drawn at random, are kept for the test.
    seed : int
        Of the draw.

    References
    ----------
    E. Alpaydin, C. Kaynak, *Optical recognition of handwritten digits*, UCI Machine
    Learning Repository, 1998, doi:10.24432/C50P49.
    """
    with extra("data"):
        from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    if not 0 < test_size < len(X):
        raise ValueError(f"test_size must lie between 1 and {len(X) - 1}, got {test_size}")
    order = np.random.default_rng(seed).permutation(len(X))
    test, train = order[:test_size], order[test_size:]
    X = X / 16
    return Split(X[train], y[train], X[test], y[test])
