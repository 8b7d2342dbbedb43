"""What holds the equations, numbers and code of `mini-batches.md` to the truth."""

import itertools
from collections.abc import Callable

import numpy as np
import sympy as sp

import lossbook as lb
from lossbook import symbolic as s
from tools.claims import VALUE, Computes, Means, Proved, Stated, Tested
from tools.notation import INDICES

B = sp.Symbol("B", integer=True, positive=True)
sigma, p, eta = sp.symbols("sigma p eta", positive=True)
c = sp.Symbol("c", real=True)
losses = sp.IndexedBase("ell", positive=True)
SIZES = {"N": s.N, "B": B, r"\sigma": sigma, r"\sigma^2": sigma**2, "c": c}
PROBABILITY = {"p": p}
Law = Callable[[float, int, int], float]


def mean_of(each: np.ndarray) -> float:
    """What the package makes of these losses, each sample in its own class."""
    return float(lb.nll_loss(-np.diag(each), np.arange(len(each))))


def variances(laws: tuple[Law, Law]) -> None:
    """They hold for all batches that can be drawn, with and without replacement."""
    rng = np.random.default_rng(0)
    for N, size in (3, 2), (4, 1), (5, 2), (5, 3), (6, 6):
        each = rng.exponential(size=N)
        drawn = itertools.product(each, repeat=size), itertools.combinations(each, size)
        for law, batches in zip(laws, drawn, strict=True):
            true = np.var([np.mean(batch) for batch in batches])
            assert np.isclose(law(each.var(), size, N), true, atol=1e-12)


def root(law: Callable[[float, int], float]) -> None:
    """The standard deviation of a batch drawn with replacement."""
    each = np.array([1.0, 2, 3, 4, 10])
    for size in 2, 3:
        means = [np.mean(batch) for batch in itertools.product(each, repeat=size)]
        assert np.isclose(law(each.std(), size), np.std(means))


def of_all(variance: Callable[[float, float, int], float]) -> None:
    """The sum of all samples, drawn without replacement, varies as this says: not at all."""
    each = np.random.default_rng(1).exponential(size=5)
    pairs = [a * b for a, b in itertools.permutations(each - each.mean(), 2)]
    assert abs(variance(each.var(), float(np.mean(pairs)), 5)) < 1e-12


def squared_length(law: Callable[[np.ndarray, float, int], float]) -> None:
    """The mean of the squared length of batch gradients, over all batches."""
    G = np.random.default_rng(2).normal(1, 1, size=(4, 3))
    g = G.mean(0)
    sigma2 = ((G - g) ** 2).sum(1).mean()
    for size in 2, 3:
        lengths = [
            (G[list(batch)].mean(0) ** 2).sum()
            for batch in itertools.product(range(4), repeat=size)
        ]
        assert np.isclose(law(g, sigma2, size), np.mean(lengths))


def missed(share: float) -> None:
    """What one draw leaves out, of 60,000: counted on a few, and scaled."""
    others = np.mean([drawn != 5 for drawn in range(8)])
    assert np.isclose(8 * (1 - others), 1)  # one of N
    assert np.isclose(60000 * (1 - share), 1, rtol=1e-9)


VARIANCE = (
    r"\operatorname{Var} \bar\ell = \frac{\sigma^2}{B} \quad \text{with replacement}, \qquad"
    r" \operatorname{Var} \bar\ell = \frac{\sigma^2}{B} \cdot \frac{N - B}{N - 1}"
    r" \quad \text{without}"
)

EQUATIONS = {
    "eq-mb-mean": Computes({**INDICES, "L": VALUE, r"\ell": losses}, mean_of, ((losses, s.N),)),
    "eq-mb-variance": Tested(
        VARIANCE,
        variances,
        (lambda v, B, N: v / B, lambda v, B, N: v / B * (N - B) / (N - 1)),
        false=(
            (lambda v, B, N: v / B, lambda v, B, N: v / B * (N - B) / N),
            (lambda v, B, N: v / B, lambda v, B, N: v / B * (N - 1) / (N - B + 1)),
            (lambda v, B, N: v / (B - 0.01), lambda v, B, N: v / B * (N - B) / (N - 1)),
            (lambda v, B, N: v / B**2, lambda v, B, N: v / B * (N - B) / (N - 1)),
            (lambda v, B, N: v / B * (N - B) / (N - 1), lambda v, B, N: v / B),
        ),
    ),
}

distance, many = sp.Symbol("d", real=True), sp.Symbol("n", positive=True)
guarded = -sp.log(p + sp.Rational(1, 10**7))
(of_two_places,) = sp.solve(s.N * sigma**2 + s.N * (s.N - 1) * c, c)
every = sp.Sum(1, (s.i, 1, s.N))  # N terms, each w less a number

INLINE = {
    r"\frac{1}{2}(w - x_i)^2": Stated("defines the loss of the example"),
    "1/64": Stated("a learning rate; the cell has it"),
    "1/N": Stated("a probability: each sample is as likely as any other"),
    "B(B-1)": Means(sp.Sum(B - 1, (s.i, 1, B)), SIZES),
    r"1 - \eta N": Means(
        sp.Derivative(distance - eta * every * distance, distance), {**SIZES, r"\eta": eta}
    ),
    r"1 - \eta": Means(
        sp.Derivative(distance - eta / s.N * every * distance, distance), {r"\eta": eta}
    ),
    r"N \sigma^2 + N (N - 1)\, c = 0": Tested(
        r"N \sigma^2 + N (N - 1)\, c = 0",
        of_all,
        lambda v, c, N: N * v + N * (N - 1) * c,
        false=(
            lambda v, c, N: N * v + N * (N + 1) * c,
            lambda v, c, N: N * v - N * (N - 1) * c,
            lambda v, c, N: v + N * (N - 1) * c,
        ),
    ),
    r"c = -\sigma^2/(N - 1)": Proved({**SIZES, "c": of_two_places}),
    "B = N": Stated("a case: all samples are drawn"),
    r"1/\sqrt{B}": Tested(
        r"1/\sqrt{B}",
        root,
        lambda sd, B: sd * 1 / np.sqrt(B),
        false=(lambda sd, B: sd / B, lambda sd, B: sd / np.sqrt(B - 1)),
    ),
    r"\sigma/\sqrt{B}": Tested(
        r"\sigma/\sqrt{B}",
        root,
        lambda sd, B: sd / np.sqrt(B),
        false=(lambda sd, B: sd / B, lambda sd, B: sd**2 / np.sqrt(B)),
    ),
    r"\sqrt{(N - B)/(N - 1)}": Tested(
        r"\sqrt{(N - B)/(N - 1)}",
        variances,
        (lambda v, B, N: v / B, lambda v, B, N: (np.sqrt(v / B) * np.sqrt((N - B) / (N - 1))) ** 2),
        false=(
            (lambda v, B, N: v / B, lambda v, B, N: v / B * np.sqrt((N - B) / (N - 1))),
            (lambda v, B, N: v / B, lambda v, B, N: v / B * (N - B) / N),
        ),
    ),
    "-1/(p + 10^{-7})": Means(sp.Derivative(guarded, p), PROBABILITY),
    "-1/p": Means(sp.Derivative(-sp.log(p), p), PROBABILITY),
    r"p\,(1 - p)": Means(
        sp.Derivative(1 / (1 + sp.exp(-distance)), distance)
        .doit()
        .subs(distance, sp.log(p / (1 - p))),
        PROBABILITY,
    ),
    r"\log 32 = 3.466": Proved({}),
    r"\log 10 = 2.303": Proved({}),
    "1/B = 0.01^2": Proved({"B": sp.Integer(10_000)}),
    r"(N - B)/(N - 1) = 0.0001\, B": Proved({"N": s.N, "B": s.N / (1 + (s.N - 1) / 10_000)}),
    "1 - 1/60000": Tested(
        "1 - 1/60000", missed, 1 - 1 / 60000, false=(1 - 100 / 60000, 1 - 1 / 60001)
    ),
    "1/e": Means(sp.limit((1 - 1 / many) ** many, many, sp.oo), {}),
    r"\lVert g \rVert^2 + \sigma^2/B": Tested(
        r"\lVert g \rVert^2 + \sigma^2/B",
        squared_length,
        lambda g, v, B: g @ g + v / B,
        false=(lambda g, v, B: g @ g, lambda g, v, B: g @ g + v, lambda g, v, B: g @ g - v / B),
    ),
    r"\sigma^2/B": Tested(
        r"\sigma^2/B",
        lambda law: variances((law, lambda v, B, N: v / B * (N - B) / (N - 1))),
        lambda v, B, N: v / B,
        false=(lambda v, B, N: v / B**2, lambda v, B, N: v / N),
    ),
    r"N \times N": Stated("a shape"),
}

NUMBERS = {
    "360": "the test digits: data.digits()",
    "60,000": "the size of MNIST, in the chapter's first cell",
    "640": "64 inputs times 10 classes",
    "784": "28 times 28 pixels",
    "1.0000001": "1 + 1e-7, which float32 does not have",
    "16.118": "minus the logarithm of 1e-7; printed under “Cross-entropy of a batch”",
}

CODE = {
    "dim=1": "the repair of the faulty example, whose softmax runs over axis 0",
    "model": "any network of the reader's, in the faulty example",
    ".gz": "the end of a file name",
    "log_p[:, y]": "part of the faulty example",
    "log_p[torch.arange(len(y)), y]": "its repair",
    "np.random.choice(60_000, 100)": "100 of 60,000",
}
