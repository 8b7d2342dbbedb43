"""What holds the equations, numbers and code of `information-and-entropy.md` to the truth."""

import heapq
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import scipy.integrate
import scipy.stats
import sympy as sp

from lossbook import information
from lossbook import symbolic as s
from lossbook.training import numerical_gradient
from tools.claims import VALUE, Computes, Means, Proved, Stated, Tested
from tools.latex import Function
from tools.notation import CLASSES, INDICES, SCALARS, epsilon

Pair = tuple[float, float]

p, q, c = sp.symbols("p q c", positive=True)
P = sp.IndexedBase("p", positive=True)
INFORMATION = {"p": p, "q": q, "I": Function(lambda of: -sp.log(of))}


ONE = {**INDICES, "p": P}


def units_of_content(bits: Callable[[float], float]) -> None:
    for chance in (0.5, 0.125, 0.3):
        assert np.isclose(bits(chance), information.information_content(chance, base=2))


def distributions(seed: int = 0) -> Iterator[np.ndarray]:
    """Random ones, uniform ones, and certain ones."""
    rng = np.random.default_rng(seed)
    for size in (2, 3, 8):
        yield from rng.dirichlet(np.full(size, 0.5), 20)
        yield np.full(size, 1 / size)
        yield np.eye(size)[0]


def units(factor: float) -> None:
    """The package's bits are its nats, divided by the factor."""
    for chance in (0.1, 0.5, 0.9):
        bits = information.information_content(chance, base=2)
        assert np.isclose(bits, information.information_content(chance) / factor)


def range_of_entropy(bounds: Callable[[int], Pair]) -> None:
    """The entropy stays within them, and comes close to both."""
    room = []
    for each in distributions():
        low, high = bounds(len(each))
        H = information.entropy(each)
        assert low - 1e-12 <= H <= high + 1e-12
        room.append((H - low, high - H))
    assert np.min(room, axis=0).max() < 1e-9


def gap_to_uniform(sides: Callable[[np.ndarray], Pair]) -> None:
    """The left side is the gap, and not below the right one, which is 0."""
    for each in distributions():
        left, right = sides(each)
        assert np.isclose(left, np.log(len(each)) - information.entropy(each))
        assert left >= right - 1e-12 and abs(right) < 1e-12


def tangent(claim: Callable[[float], Pair]) -> None:
    """Never below on the right, and equal somewhere."""
    gaps = [right - left for left, right in map(claim, np.linspace(0.01, 10, 1000))]
    assert min(gaps) >= -1e-12 and min(gaps) < 1e-4


def lengths(chances: np.ndarray) -> np.ndarray:
    """How long Huffman's words are."""
    found = np.zeros(len(chances), int)
    heap: list[tuple[float, int, list[int]]] = [(w, k, [k]) for k, w in enumerate(chances)]
    heapq.heapify(heap)
    while len(heap) > 1:
        (w_a, _, a), (w_b, tie, b) = heapq.heappop(heap), heapq.heappop(heap)
        found[a + b] += 1
        heapq.heappush(heap, (w_a + w_b, tie, a + b))
    return found


def codes() -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Probabilities with lengths of words: Huffman's, wasteful ones, and for others' words."""
    rng = np.random.default_rng(1)
    for size in (2, 3, 5, 8):
        for chances in [*rng.dirichlet(np.ones(size), 10), 0.5 ** lengths(np.ones(size))]:
            best = lengths(chances)
            yield chances, best
            yield chances, best + rng.integers(0, 2, size)
            yield chances, rng.permutation(best)
    skewed = np.array([0.9999, 0.0001])
    yield skewed, lengths(skewed)


def budget(claim: Callable[[np.ndarray], Pair]) -> None:
    """Kept by every code, and spent by some."""
    room = [limit - spent for spent, limit in (claim(found) for _, found in codes())]
    assert min(room) >= 0 and min(room) < 1e-12


def gap_of_codes(claim: Callable[[np.ndarray, np.ndarray], Pair]) -> None:
    """The first is the excess of the mean length, the second below it and above 0."""
    closest = []
    for chances, found in codes():
        first, second = claim(chances, found)
        assert np.isclose(first, chances @ found - information.entropy(chances, base=2))
        assert first + 1e-12 >= second >= -1e-12
        closest.append(first)
    assert min(closest) < 1e-12


def huffmans(bounds: Callable[[float], Pair]) -> None:
    """The mean length of Huffman's words stays within them, and comes close to both."""
    room = []
    for chances, found in codes():
        if (np.sort(found) == np.sort(lengths(chances))).all() and np.isclose(
            chances @ found, chances @ lengths(chances)
        ):
            low, high = bounds(information.entropy(chances, base=2))
            assert low - 1e-12 <= chances @ found < high
            room.append((chances @ found - low, high - chances @ found))
    assert (np.min(room, axis=0) < 2e-3).all()


def joint_tables(claim: tuple[Callable[..., Any], Callable[..., Any]]) -> None:
    """Both sides agree on random joint distributions."""
    for joint in np.random.default_rng(0).dirichlet(np.ones(6), 5).reshape(5, 2, 3):
        assert np.isclose(claim[0](joint), claim[1](joint))


H = information.entropy


def H_both(joint: np.ndarray) -> float:
    return float(H(joint.ravel()))


def H_of_y(joint: np.ndarray) -> float:
    return float(H(joint.sum(0)))


def H_of_x(joint: np.ndarray) -> float:
    return float(H(joint.sum(1)))


def expected(chances: np.ndarray, size: int) -> float:
    """The exact mean of the entropy of the frequencies of three outcomes."""
    table = [(a, b, size - a - b) for a in range(size + 1) for b in range(size + 1 - a)]
    weights = scipy.stats.multinomial.pmf(table, size, chances)
    return float(weights @ H(np.array(table) / size))


def bias(claim: Callable[[int, int], float]) -> None:
    chances = np.array([0.5, 0.3, 0.2])
    for size in (50, 100):
        missing = H(chances) - expected(chances, size)
        assert abs(missing / claim(3, size) - 1) < 0.05


def bias_of_information(claim: Callable[[int, int, int], float]) -> None:
    """On the mean of many tables of independent draws."""
    rng = np.random.default_rng(0)
    chances = np.outer([0.5, 0.3, 0.2], [0.4, 0.3, 0.2, 0.1])
    tables = rng.multinomial(500, chances.ravel(), 4000).reshape(-1, 3, 4) / 500
    measured = information.mutual_information(tables).mean()
    assert abs(measured / claim(3, 4, 500) - 1) < 0.05


def differential(integrand: Callable[[np.ndarray], np.ndarray]) -> None:
    """Its integral is what SciPy says the entropy is."""
    for density in (scipy.stats.norm(scale=0.1), scipy.stats.expon(scale=2.0)):
        low, high = density.interval(1 - 1e-12)
        at = np.linspace(low, high, 200_001)
        value = scipy.integrate.trapezoid(integrand(density.pdf(at)), at)
        assert np.isclose(value, density.entropy(), atol=1e-5)


def gaussian(variance: float) -> float:
    return float(scipy.stats.norm(scale=np.sqrt(variance)).entropy())


def in_bins(claim: Callable[[float, float], float]) -> None:
    for scale, width in itertools.product((0.1, 3.0), (0.01, 0.001)):
        edges = scale * np.arange(-8, 8, width / scale)
        real = H(np.diff(scipy.stats.norm.cdf(edges, scale=scale)))
        assert abs(real - claim(gaussian(scale**2), width)) < 1e-3


def slope_of_entropy(slope: Callable[[np.ndarray, float], np.ndarray]) -> None:
    """It is the difference that a small change of the logits makes."""
    from lossbook import softmax

    z = np.random.default_rng(0).normal(size=5)
    by_differences = numerical_gradient(lambda at: H(softmax(at)), z)
    assert np.allclose(slope(softmax(z), H(softmax(z))), by_differences)


def slope_before(claim: Callable[[np.ndarray, int], float]) -> None:
    """The same, written out as two terms."""
    slope_of_entropy(lambda at, _: np.array([claim(at, j) for j in range(len(at))]))


def excess_per_outcome(bound: Callable[[int], float]) -> None:
    """Words for m outcomes at once cost at most this above the entropy, and may come close."""
    most = 0.0
    for chances in (np.array([0.999, 0.001]), np.array([0.6, 0.4])):
        block = np.ones(1)
        for size in (1, 2, 3, 4):
            block = np.outer(block, chances).ravel()
            excess = block @ lengths(block) / size - H(chances, base=2)
            assert excess < bound(size)
            most = max(most, excess / bound(size))
    assert most > 0.9


def slopes_sum(total: float) -> None:
    from lossbook import softmax

    at = softmax(np.array([2.0, 1.0, 0.0]))
    assert np.isclose((-at * (np.log(at) + H(at))).sum(), total)


kraft = r"\sum_{k=1}^{K} 2^{-n_k} \;\le\; 1"
tangent_at_1 = r"\log x \le x - 1"
slope_text = r"-p_j (\log p_j + H)"
two_terms = r"-p_j \log p_j + p_j \sum_k p_k \log p_k"
three = "H(X) + H(Y) - H(X, Y)"
of_noise = "(m - 1)(K - 1)/(2N)"

EQUATIONS = {
    "eq-information-adds": Proved(INFORMATION),
    "eq-information-slope": Proved({**INFORMATION, "I'": Function(lambda of: -c / of)}),
    "eq-information": Computes(
        {"p": epsilon, "I(p)": VALUE}, information.information_content, (epsilon,)
    ),
    "eq-bits-nats": Tested(
        r"I_{\text{bits}} = \frac{I_{\text{nats}}}{\log 2}",
        units,
        np.log(2),
        false=(1 / np.log(2), 2.0, np.log10(2)),
    ),
    "eq-entropy": Computes(
        {
            **INDICES,
            **INFORMATION,
            "p": P,
            "H(p)": VALUE,
            r"\operatorname{E}": Function(lambda of: sp.Sum(P[s.k] * of, (s.k, 1, s.K))),
        },
        information.entropy,
        ((P, s.K),),
        distributions=True,
    ),
    "eq-entropy-range": Tested(
        r"0 \;\le\; H(p) \;\le\; \log K",
        range_of_entropy,
        lambda K: (0.0, np.log(K)),
        false=(
            lambda K: (0.0, 0.99 * np.log(K)),
            lambda K: (-np.log(K), 0.0),
            lambda K: (0.0, np.log(K) + 0.01),
            lambda K: (0.01, np.log(K)),
        ),
    ),
    "eq-entropy-gap": Tested(
        r"\sum_{k=1}^{K} p_k \log(K p_k) \;\ge\; "
        r"\sum_{k=1}^{K} \left(p_k - \frac{1}{K}\right) = 0",
        gap_to_uniform,
        lambda p: (sum(a * np.log(len(p) * a) for a in p if a > 0), (p - 1 / len(p)).sum()),
        false=(
            lambda p: (-sum(a * np.log(len(p) * a) for a in p if a > 0), (p - 1 / len(p)).sum()),
            lambda p: (sum(a * np.log(len(p) * a) for a in p if a > 0), (p - 2 / len(p)).sum()),
            lambda p: (sum(a * np.log(a) for a in p if a > 0), (p - 1 / len(p)).sum()),
        ),
    ),
    "eq-kraft": Tested(
        kraft,
        budget,
        lambda n: ((2.0**-n).sum(), 1.0),
        false=(
            lambda n: ((2.0**-n).sum(), 0.99),
            lambda n: ((2.0 ** (1 - n)).sum(), 1.0),
            lambda n: ((2.0**-n).sum(), 1.01),
        ),
    ),
    "eq-code-gap": Tested(
        r"\bar n - H(p) = \sum_{k=1}^{K} p_k \log_2 \frac{p_k}{2^{-n_k}} "
        r"\;\ge\; \frac{1}{\log 2} \sum_{k=1}^{K} \left(p_k - 2^{-n_k}\right) \;\ge\; 0",
        gap_of_codes,
        lambda p, n: (p @ np.log2(p / 2.0**-n), (p - 2.0**-n).sum() / np.log(2)),
        false=(
            lambda p, n: (p @ np.log(p / 2.0**-n), (p - 2.0**-n).sum() / np.log(2)),
            lambda p, n: (p @ np.log2(2.0**-n / p), (p - 2.0**-n).sum() / np.log(2)),
            lambda p, n: (p @ np.log2(p / 2.0**-n), (2.0**-n - p).sum() / np.log(2)),
            lambda p, n: (p @ np.log2(p / 2.0**-n), 3 * (p - 2.0**-n).sum() / np.log(2)),
        ),
    ),
    "eq-source-coding": Tested(
        r"H(p) \;\le\; \bar n \;<\; H(p) + 1",
        huffmans,
        lambda H: (H, H + 1),
        false=(
            lambda H: (H + 0.01, H + 1),
            lambda H: (H, H + 0.99),
            lambda H: (H - 0.01, H + 1),
            lambda H: (H, H + 1.01),
        ),
    ),
    "eq-entropy-chain": Tested(
        r"H(X, Y) = H(X) + H(Y \mid X)",
        joint_tables,
        (H_both, lambda t: H_of_x(t) + information.conditional_entropy(t)),
        false=(
            (H_both, lambda t: H_of_y(t) + information.conditional_entropy(t)),
            (H_both, lambda t: H_of_x(t) + H_of_y(t)),
        ),
    ),
    "eq-mutual-information": Tested(
        r"I(X; Y) = H(Y) - H(Y \mid X)",
        joint_tables,
        (
            information.mutual_information,
            lambda t: H_of_y(t) - information.conditional_entropy(t),
        ),
        false=(
            (
                information.mutual_information,
                lambda t: H_of_x(t) - information.conditional_entropy(t),
            ),
        ),
    ),
    "eq-miller": Tested(
        r"H(p) - \operatorname{E}[H(\hat p)] \approx \frac{K - 1}{2N}",
        bias,
        lambda K, N: (K - 1) / (2 * N),
        false=(
            lambda K, N: K / (2 * N),
            lambda K, N: (K - 1) / N,
            lambda K, N: (1 - K) / (2 * N),
        ),
    ),
    "eq-differential-entropy": Tested(
        r"h(f) = -\int f(x) \log f(x)\, dx",
        differential,
        lambda f: -f * np.log(f),
        false=(lambda f: f * np.log(f), lambda f: -np.log(f), lambda f: -f * np.log2(f)),
    ),
    "eq-gaussian-entropy": Computes({**SCALARS, "h": VALUE}, gaussian, (s.var,)),
    "eq-entropy-quantised": Tested(
        r"H \approx h - \log \Delta",
        in_bins,
        lambda h, width: h - np.log(width),
        false=(lambda h, width: h + np.log(width), lambda h, width: h - np.log(width) / 2),
    ),
}

INLINE = {
    r"-\log p": Means(sp.log(1 / p), INFORMATION),
    r"-p \log p": Means(p * sp.log(1 / p), INFORMATION),
    r"-\log p_j = H": Stated("the condition, which the solution's cell finds at even shares"),
    r"\log p_j + H": Means(sp.log(P[s.j]) + q, {**ONE, "H": q}),
    r"-p_k \log p_k": Means(P[s.k] * sp.log(1 / P[s.k]), ONE),
    r"\sum_k p_k": Means(sp.Sum(P[s.k], (s.k, 1, s.K)), ONE),
    r"-\log_2 p_k": Tested(
        r"-\log_2 p_k",
        units_of_content,
        lambda p: -np.log2(p),
        false=(lambda p: -np.log(p), np.log2),
    ),
    "p = q = 1": Stated("a choice of the two probabilities"),
    r"I(1) = 2\,I(1)": Proved(INFORMATION),
    "I(1) = 0": Proved(INFORMATION),
    "p_k = 0": Stated("an outcome that never comes"),
    r"p_k \le 1": Stated("a probability"),
    tangent_at_1: Tested(
        tangent_at_1,
        tangent,
        lambda x: (np.log(x), x - 1),
        false=(lambda x: (x - 1, np.log(x)), lambda x: (np.log(x), x)),
    ),
    "x = 1/(K p_k)": Stated("what is put into the inequality"),
    r"\log(K p_k) \ge 1 - 1/(K p_k)": Tested(
        r"\log(K p_k) \ge 1 - 1/(K p_k)",
        tangent,
        lambda x: (1 - 1 / x, np.log(x)),  # x is K p_k
        false=(lambda x: (1 - x, np.log(x)), lambda x: (np.log(x), 1 - 1 / x)),
    ),
    "K p_k = 1": Stated("the condition of equality"),
    "2^{-4}": Means(sp.Rational(1, 16), {}),
    "x = 2^{-n_k}/p_k": Stated("what is put into the inequality"),
    "1/m": Tested(
        "1/m", excess_per_outcome, lambda m: 1 / m, false=(lambda m: 0.9 / m, lambda m: 2 / m)
    ),
    three: Tested(
        three,
        joint_tables,
        (information.mutual_information, lambda t: H_of_x(t) + H_of_y(t) - H_both(t)),
        false=((information.mutual_information, lambda t: H_both(t) - H_of_x(t)),),
    ),
    of_noise: Tested(
        of_noise,
        bias_of_information,
        lambda m, K, N: (m - 1) * (K - 1) / (2 * N),
        false=(
            lambda m, K, N: (m * K - 1) / (2 * N),
            lambda m, K, N: (m - 1) * (K - 1) / N,
        ),
    ),
    r"-\log p - 1": Means(sp.Derivative(-p * sp.log(p), p), {"p": p}),
    r"-\log 0.001 = 6.9078": Proved({}),
    "H + 1": Stated("the bound shown above, in the table"),
    "(K - 1)/(2N)": Tested(
        "(K - 1)/(2N)",
        bias,
        lambda K, N: (K - 1) / (2 * N),
        false=(lambda K, N: K / (2 * N), lambda K, N: (K - 1) / N),
    ),
    "1/2 + 2/4 + 3/8 + 3/8 = 1.75": Proved({}),
    "p_k = 2^{-n_k}": Stated("the condition of equality"),
    slope_text: Tested(
        slope_text,
        slope_of_entropy,
        lambda p, H: -p * (np.log(p) + H),
        false=(
            lambda p, H: p * (np.log(p) + H),
            lambda p, H: -p * (np.log(p) - H),
            lambda p, H: -p * (np.log(p) + 1),
        ),
    ),
    r"-\log p_k - 1": Means(sp.Derivative(-p * sp.log(p), p), {"p_k": p}),
    "p_k ([j = k] - p_j)": Means(sp.Derivative(s.softmax(s.k), s.z[s.j]), CLASSES),
    two_terms: Tested(
        two_terms,
        slope_before,
        lambda p, j: -p[j] * np.log(p[j]) + p[j] * (p * np.log(p)).sum(),
        false=(
            lambda p, j: -p[j] * np.log(p[j]) - p[j] * (p * np.log(p)).sum(),
            lambda p, j: -p[j] * np.log(p[j]) + (p * np.log(p)).sum(),
        ),
    ),
    "H - H = 0": Tested("H - H = 0", slopes_sum, 0.0, false=(1.0,)),
    "-1/p": Means(sp.Derivative(-p * sp.log(p), p, 2), {"p": p}),
}

NUMBERS = {"0.0110": "the code word 0110, read as a binary fraction"}

CODE = {
    "Categorical(net(x))": "any network of the reader's, in the exercise",
    "Categorical(logits=net(x))": "any network of the reader's, in the exercise",
    "letters": "the targets of any model of text, in the faulty example",
    "scipy.stats.entropy(pk)": "SciPy's function, run in the chapter",
    "scipy.stats.entropy(pk, qk)": "SciPy's function with two distributions",
    "assert entropy.min() > -1e-6": "a line for the reader's training loop",
}
