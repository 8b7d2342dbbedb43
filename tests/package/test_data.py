"""The data sets: split without overlap, scaled by the training part, MNIST's files read."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lossbook import data
from lossbook.checks import Array


@pytest.mark.parametrize(
    ("load", "sizes", "features"),
    [(data.tumours, (400, 169), 30), (data.diabetes, (342, 100), 10)],
)
def test_standardised_by_the_training_part(
    load: Callable[..., data.Split], sizes: tuple[int, int], features: int
) -> None:
    split = load()
    assert (split.X_train.shape, split.X_test.shape) == tuple((n, features) for n in sizes)
    assert (len(split.y_train), len(split.y_test)) == sizes
    np.testing.assert_allclose(split.X_train.mean(0), 0, atol=1e-12)
    np.testing.assert_allclose(split.X_train.std(0), 1)
    assert abs(split.X_test.mean(0)).max() > 1e-3  # not by its own mean
    other = load(seed=1)
    assert not np.array_equal(split.y_test, other.y_test)


def test_each_row_is_in_one_part() -> None:
    split = data.diabetes(test_size=42)
    scores = np.concatenate([split.y_train, split.y_test])
    assert len(scores) == 442 and (scores.min(), scores.max()) == (25, 346)
    rows = np.concatenate([split.X_train, split.X_test])
    assert len(np.unique(rows, axis=0)) == 442


def test_malignant_is_one() -> None:
    split = data.tumours()
    labels = np.concatenate([split.y_train, split.y_test])
    assert labels.sum() == 212 and labels.dtype == np.float64
    radius = split.X_train[:, 0]
    assert radius[split.y_train == 1].mean() > 0 > radius[split.y_train == 0].mean()


@pytest.mark.parametrize("load", [data.digits, data.tumours, data.diabetes])
@pytest.mark.parametrize("size", [0, -1, 10_000])
def test_impossible_test_sizes(load: Callable[..., data.Split], size: int) -> None:
    with pytest.raises(ValueError, match=f"test_size must lie between 1 and .*, got {size}"):
        load(test_size=size)
    with pytest.raises(TypeError, match="test_size must be an integer"):
        load(test_size=0.5)


def idx(*shape: int, seed: int = 0) -> tuple[bytes, Array]:
    values = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    head = bytes([0, 0, 8, len(shape)]) + b"".join(n.to_bytes(4, "big") for n in shape)
    return head + values.tobytes(), values


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx(5, 28, 28)[0])
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx(5)[0])
    (tmp_path / "t10k-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(3, 28, 28, seed=1)[0]))
    (tmp_path / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(3, seed=1)[0]))
    return tmp_path


def test_mnist_is_read_packed_or_not(files: Path) -> None:
    split = data.mnist(files)
    assert split.X_train.dtype == np.float32 and split.y_train.dtype == np.int64
    np.testing.assert_array_equal(split.X_train * 255, idx(5, 28, 28)[1].reshape(5, 784))
    np.testing.assert_array_equal(split.y_train, idx(5)[1])
    np.testing.assert_array_equal(split.X_test * 255, idx(3, 28, 28, seed=1)[1].reshape(3, 784))
    np.testing.assert_array_equal(split.y_test, idx(3, seed=1)[1])
    assert data.mnist(str(files)).X_test.shape == (3, 784)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("train-images-idx3-ubyte", idx(5)[0], "must begin with 00 00 08 03.*got 00 00 08 01"),
        ("train-images-idx3-ubyte", b"", "must begin with 00 00 08 03.*got nothing"),
        ("train-images-idx3-ubyte", idx(5, 28, 28)[0][:-1], "must hold 3936 bytes.*got 3935"),
        ("train-images-idx3-ubyte", idx(5, 28, 28)[0] + b"0", "must hold 3936 bytes.*got 3937"),
        ("train-images-idx3-ubyte", idx(5, 28, 28)[0][:7], "must hold"),
        ("train-labels-idx1-ubyte", idx(4)[0], "5 images and 4 labels of train"),
        ("t10k-labels-idx1-ubyte.gz", b"no gzip", "no whole gzip file"),
        ("t10k-labels-idx1-ubyte.gz", gzip.compress(idx(3)[0], mtime=0)[:-9], "no whole gzip file"),
    ],
)
def test_broken_files(files: Path, name: str, content: bytes, message: str) -> None:
    (files / name).write_bytes(content)
    with pytest.raises(ValueError, match=message):
        data.mnist(files)


def test_a_missing_file_is_named(files: Path) -> None:
    (files / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(FileNotFoundError, match=r"t10k-labels-idx1-ubyte or .*\.gz, got"):
        data.mnist(files)
