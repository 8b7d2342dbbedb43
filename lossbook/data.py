"""The data sets of the book, split into a part to learn from and a part to judge on."""

from __future__ import annotations

import gzip
import math
from pathlib import Path
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

    Returns
    -------
    A `Split` of pixels (N, 64) and classes (N,), 0 to 9.

    References
    ----------
    E. Alpaydin, C. Kaynak, *Optical recognition of handwritten digits*, UCI Machine
    Learning Repository, 1998, doi:10.24432/C50P49.
    """
    with extra("data"):
        from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    return _split(X / 16, y, test_size, seed)


def tumours(test_size: int = 169, seed: int = 0) -> Split:
    """Return scikit-learn's 569 breast tumours: 30 measurements, and whether it is malignant.

    The measurements are standardised: less the mean, over the standard deviation, of the
    training part alone.

    Parameters
    ----------
    test_size : int
        How many of them, drawn at random, are kept for the test.
    seed : int
        Of the draw.

    Returns
    -------
    A `Split` of measurements (N, 30) and labels (N,): 1.0 malignant, 0.0 benign. (scikit-learn
    itself counts benign as 1.)

    References
    ----------
    W. Wolberg, O. Mangasarian, N. Street, W. Street, *Breast cancer Wisconsin (diagnostic)*,
    UCI Machine Learning Repository, 1993, doi:10.24432/C5DW2B.
    """
    with extra("data"):
        from sklearn.datasets import load_breast_cancer

    X, benign = load_breast_cancer(return_X_y=True)
    return _standardised(_split(X, 1.0 - benign, test_size, seed))


def diabetes(test_size: int = 100, seed: int = 0) -> Split:
    """Return scikit-learn's 442 patients: 10 measurements, and how diabetes went on in a year.

    The measurements are standardised: less the mean, over the standard deviation, of the
    training part alone. The target, a score from 25 to 346, is as it was published.

    Parameters
    ----------
    test_size : int
        How many of them, drawn at random, are kept for the test.
    seed : int
        Of the draw.

    Returns
    -------
    A `Split` of measurements (N, 10) and scores (N,).

    References
    ----------
    B. Efron, T. Hastie, I. Johnstone, R. Tibshirani, *Least angle regression*, The Annals of
    Statistics 32, 2004, doi:10.1214/009053604000000067.
    """
    with extra("data"):
        from sklearn.datasets import load_diabetes

    X, y = load_diabetes(return_X_y=True, scaled=False)
    return _standardised(_split(X, y, test_size, seed))


def mnist(folder: str | Path) -> Split:
    """Return MNIST from its four files, for readers who have them: 70,000 digits of 28 × 28.

    Parameters
    ----------
    folder : path
        Where `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte`
        and `t10k-labels-idx1-ubyte` are, as they are or with `.gz`.

    Returns
    -------
    A `Split` of grey values from 0 to 1 in float32, (N, 784), and classes (N,), 0 to 9.

    Raises
    ------
    FileNotFoundError
        If one of the files is not there.
    ValueError
        If one is not in the IDX format, is cut short, or does not fit the others.

    References
    ----------
    Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, *Gradient-based learning applied to document
    recognition*, Proceedings of the IEEE 86, 1998, doi:10.1109/5.726791.
    """
    parts: list[Array] = []
    for part in ("train", "t10k"):
        images = _idx(_found(Path(folder), f"{part}-images-idx3-ubyte"), 3)
        labels = _idx(_found(Path(folder), f"{part}-labels-idx1-ubyte"), 1)
        if len(images) != len(labels):
            raise ValueError(
                f"folder must hold one label for each image, got {len(images)} images and "
                f"{len(labels)} labels of {part}"
            )
        flat = images.reshape(len(images), math.prod(images.shape[1:]))
        parts += [flat.astype(np.float32) / 255, labels.astype(np.int64)]
    return Split(*parts)


def _found(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    raise FileNotFoundError(f"folder must hold {name} or {name}.gz, got {folder}")


def _idx(path: Path, axes: int) -> Array:
    """Read an IDX file of bytes: two zeros, 8 for bytes, the number of axes, their lengths."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            content = file.read()
    except (gzip.BadGzipFile, EOFError) as error:
        raise ValueError(f"{path.name} is no whole gzip file: {error}") from None
    magic = bytes([0, 0, 8, axes])
    if content[:4] != magic:
        raise ValueError(
            f"{path.name} must begin with {magic.hex(' ')}, as an IDX file of bytes with "
            f"{axes} axes does, got {content[:4].hex(' ') or 'nothing'}"
        )
    start = 4 + 4 * axes
    shape = [int.from_bytes(content[at : at + 4], "big") for at in range(4, start, 4)]
    if len(content) != start + math.prod(shape):
        raise ValueError(
            f"{path.name} must hold {start + math.prod(shape)} bytes for shape {tuple(shape)}, "
            f"got {len(content)}"
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def _split(X: Array, y: Array, test_size: int, seed: int) -> Split:
    if isinstance(test_size, bool) or not isinstance(test_size, (int, np.integer)):
        raise TypeError(f"test_size must be an integer, got {test_size!r}")
    if not 0 < test_size < len(X):
        raise ValueError(f"test_size must lie between 1 and {len(X) - 1}, got {test_size}")
    order = np.random.default_rng(seed).permutation(len(X))
    test, train = order[:test_size], order[test_size:]
    return Split(X[train], y[train], X[test], y[test])


def _standardised(split: Split) -> Split:
    """Scale by what the training part shows: the test part must stay unseen."""
    centre, width = split.X_train.mean(0), split.X_train.std(0)
    width = np.where(width == 0, 1, width)
    return split._replace(
        X_train=(split.X_train - centre) / width, X_test=(split.X_test - centre) / width
    )
