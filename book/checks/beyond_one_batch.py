"""What holds the equations, numbers and code of `beyond-one-batch.md` to the truth."""

from collections.abc import Callable

import numpy as np
import sympy as sp

import lossbook as lb
from lossbook import symbolic as s
from tools.claims import VALUE, Claim, Computes, Means, Proved, Stated, Tested
from tools.latex import Index

sizes, means = sp.IndexedBase("n"), sp.IndexedBase("L")
m = s.k  # the micro-batch; K of them, since the checks hand over K numbers
total = sp.Sum(sizes[s.j], (s.j, 1, s.K))  # N, the number of samples
BATCHES = {"m": Index(m, s.K), "M": s.K, "n": sizes, "N": total}


def weighted(n: np.ndarray, L: np.ndarray) -> float:
    """The mean of the losses, each with its weight, by the package."""
    return float(lb.nll_loss(-np.diag(L), np.arange(len(L)), weight=n))


def plain(L: np.ndarray) -> float:
    return float(lb.nll_loss(-np.diag(L), np.arange(len(L))))


def draws() -> list[np.ndarray]:
    """Sizes of micro-batches."""
    rng = np.random.default_rng(0)
    return [rng.integers(1, 40, rng.integers(2, 9)) for _ in range(50)]


def is_effective(number: Callable[[np.ndarray], float]) -> None:
    """The variance of the mean of means is that of a plain mean of this many draws."""
    for n in draws():
        each = np.repeat(1 / len(n) / n, n)  # what the mean of means makes of each sample
        assert np.isclose(each.sum(), 1)
        assert np.isclose((each**2).sum(), 1 / number(n))


def is_weight(weight: Callable[[int, int, int], float]) -> None:
    """The slope of the mean of means with respect to one loss."""
    for n in draws():
        losses = [np.random.default_rng(1).random(size) for size in n]
        before = np.mean([part.mean() for part in losses])
        losses[0][0] += 1
        after = np.mean([part.mean() for part in losses])
        assert np.isclose(after - before, weight(len(n), int(n[0]), int(n.sum())))


def is_right_weight(weight: Callable[[int, int], float]) -> None:
    """The slope of the mean of all with respect to the mean loss of one micro-batch."""
    for n in draws():
        L = np.random.default_rng(1).random(len(n))
        step = np.eye(len(n))[0]
        assert np.isclose(weighted(n, L + step) - weighted(n, L), weight(int(n[0]), int(n.sum())))


def squares(w: sp.IndexedBase) -> sp.Expr:
    return sp.Sum(w[s.i] ** 2, (s.i, 1, s.N))


def cauchy_schwarz(sides: Callable[[np.ndarray], tuple[float, float, float]]) -> None:
    rng = np.random.default_rng(2)
    for size in (1, 2, 7, 30):
        w = rng.random(size)
        for each in (w / w.sum(), np.ones(size) / size):
            one, square, most = sides(each)
            assert np.isclose(one, 1) and np.isclose(square, 1) and square <= most + 1e-12
        assert np.isclose(most, 1)  # equality, if all weights are equal


weights = sp.IndexedBase("w")

EQUATIONS: dict[str, Claim] = {
    "eq-batches-mean": Computes(
        {**BATCHES, "L_m": means[m], "L": VALUE}, weighted, ((sizes, s.K), (means, s.K))
    ),
    "eq-batches-naive": Computes(
        {**BATCHES, "L_m": means[m], r"\bar L": VALUE}, plain, ((means, s.K),)
    ),
    "eq-batches-gap": Computes(
        {**BATCHES, "L_m": means[m], r"\bar L - L": VALUE},
        lambda n, L: plain(L) - weighted(n, L),
        ((sizes, s.K), (means, s.K)),
    ),
    "eq-batches-effective": Tested(
        r"N_{\text{eff}} = \frac{M^2}{\sum_{m=1}^{M} 1 / n_m}",
        is_effective,
        lambda n: len(n) ** 2 / (1 / n).sum(),
        false=(
            lambda n: len(n) / (1 / n).sum(),
            lambda n: n.sum(),
            lambda n: len(n) ** 2 * n.min(),
        ),
    ),
}

INLINE: dict[str, Claim] = {
    "L_m = S_m / n_m": Stated("defines the mean loss of a micro-batch"),
    "1 / M": Tested(
        "1 / M",
        lambda weight: is_weight(lambda M, n, N: weight(M) / n),
        lambda M: 1 / M,
        false=(lambda M: M, lambda M: 1.0),
    ),
    "n_m / N": Tested(
        "n_m / N",
        is_right_weight,
        lambda n, N: n / N,
        false=(lambda n, N: 1 / N, lambda n, N: 1 / n, lambda n, N: N / n),
    ),
    "N / M": Means(total / s.K, BATCHES),
    "1 / (M n_m)": Tested(
        "1 / (M n_m)",
        is_weight,
        lambda M, n, N: 1 / (M * n),
        false=(lambda M, n, N: 1 / N, lambda M, n, N: 1 / n, lambda M, n, N: 1 / M),
    ),
    "1 / N": Tested(
        "1 / N",
        lambda weight: is_right_weight(lambda n, N: n * weight(N)),
        lambda N: 1 / N,
        false=(lambda N: N, lambda N: 1.0),
    ),
    r"\sqrt{12 / 4} = 1.7321": Proved({}),
    "(1 + 3) / 2 = 2": Proved({}),
    r"\sqrt{(1 + 9) / 2} = 2.2361": Proved({}),
    r"1 = (\sum_i w_i)^2 \le N \sum_i w_i^2": Tested(
        r"1 = (\sum_i w_i)^2 \le N \sum_i w_i^2",
        cauchy_schwarz,
        lambda w: (1.0, w.sum() ** 2, len(w) * (w**2).sum()),
        false=(
            lambda w: (1.0, w.sum() ** 2, (w**2).sum()),
            lambda w: (1.0, (w**2).sum(), len(w) * (w**2).sum()),
        ),
    ),
    r"\sum_i w_i^2": Means(squares(weights), {"i": Index(s.i, s.N), "w": weights}),
    r"\sum_m 1 / n_m": Means(sp.Sum(1 / sizes[m], (m, 1, s.K)), BATCHES),
}

NUMBERS: dict[str, str] = {"2024": "the year of the pull request that is linked there"}

CODE: dict[str, str] = {
    ".grad": "the attribute of a torch.Tensor",
    "zero_grad": "the method of torch's modules and optimisers",
    "DistributedDataParallel": "torch.nn.parallel.DistributedDataParallel",
    "DistributedSampler": "torch.utils.data.DistributedSampler",
    "here": "in the script that a cell holds as text",
    "everywhere": "in the script that a cell holds as text",
    "everywhere / world": "in the script that a cell holds as text",
    "world": "in the script that a cell holds as text",
    "range(rank, N, world)": "a line for the reader's script; N is the number of samples",
    "Trainer": "a class of Hugging Face's transformers, which the book does not install",
    "transformers": "Hugging Face's library, which the book does not install",
    "batch.pt": "the file that a cell writes and the script reads",
    "no_sync": "a method of torch.nn.parallel.DistributedDataParallel",
    "loader": "the reader's own DataLoader, in the faulty example",
    "loss_fn": "the reader's own loss, in the faulty example",
    "model": "the reader's own network, in the faulty example",
    "micro_batches": "the reader's own batches, in the faulty example",
    "F.cross_entropy(z.flatten(0, 1), y.flatten(), ignore_index=-100)": "a faulty example",
}
