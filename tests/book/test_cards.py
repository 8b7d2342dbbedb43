"""The cards of the losses say what is so: what each loss estimates, its range, its shape."""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest

import lossbook as lb
from lossbook.checks import Array
from tools.reference import pictures
from tools.reference.cards import CARDS

NUMBERS = np.array([1.0, 2.0, 4.0, 5.0, 13.0])
COUNTS = np.array([0.0, 1.0, 1.0, 2.0, 7.0])
YES = np.repeat([1.0, 0.0], [3, 7])
SIGNS = 2 * YES - 1
WHOLE = np.linspace(-3, 15, 18001)
LOGITS = np.linspace(-6, 6, 12001)
CHANCES = np.linspace(0.001, 0.999, 999)
SHARES = np.array([0.6, 0.25, 0.15])
CLASSES = np.repeat([0, 1, 2], [12, 5, 3])

log_odds = np.log(0.3 / 0.7)


def best(loss: Any, targets: Array, grid: Array, **keywords: Any) -> float:
    """The one input for all samples with the least mean loss, found by trying."""
    means = [loss(np.full(len(targets), x), targets, **keywords) for x in grid]
    means = [np.mean(value) for value in means]
    return float(grid[int(np.argmin(means))])


def best_distribution(loss: Any, target: Any) -> Array:
    """The best log-probabilities of three classes, on a grid of hundredths."""
    grid = [np.array([a, b, 100 - a - b]) / 100 for a, b in product(range(1, 99), range(1, 99))
            if a + b < 100]  # fmt: skip
    means = [np.mean(loss(np.log([p] * len(target)), target)) for p in grid]
    return grid[int(np.argmin(means))]


def best_scores(loss: Any, shares: Array) -> Array:
    """The best scores of three classes, the last 0, on a grid of quarters."""
    grid = [np.array([a, b, 0.0]) for a, b in product(np.arange(-2, 2.1, 0.25), repeat=2)]
    risks = [sum(q * loss(z, k) for k, q in enumerate(shares)) for z in grid]
    return grid[int(np.argmin(risks))]


def near(found: float, expected: float, grid: Array) -> bool:
    return bool(abs(found - expected) <= 0.51 * (grid[1] - grid[0]) + 1e-9)


def between(low: float, found: float, high: float) -> bool:
    return low < found < high


@pytest.mark.parametrize(
    ("words", "loss", "targets", "grid", "expected"),
    [
        ("the mean", lb.mse_loss, NUMBERS, WHOLE, 5.0),
        ("the median", lb.l1_loss, NUMBERS, WHOLE, 4.0),
        ("the mean", lb.rmse_loss, NUMBERS, WHOLE, 5.0),
        ("the logarithm of the mean", lb.poisson_nll_loss, COUNTS, LOGITS, np.log(2.2)),
        ("the share of yes", lb.binary_cross_entropy, YES, CHANCES, 0.3),
        ("the share of yes", lb.brier_loss, YES, CHANCES, 0.3),
        ("the log-odds", lb.binary_cross_entropy_with_logits, YES, LOGITS, log_odds),
        ("the log-odds", lb.soft_margin_loss, SIGNS, LOGITS, log_odds),
        ("the sign of the majority", lb.hinge_loss, SIGNS, LOGITS, -1),
        ("the share of yes less the share of no", lb.squared_hinge_loss, SIGNS, LOGITS, -0.4),
    ],
)
def test_what_a_loss_estimates(
    words: str, loss: Any, targets: Array, grid: Array, expected: float
) -> None:
    assert CARDS[loss.__name__].estimates.startswith(words)
    assert near(best(loss, targets, grid), expected, grid)


@pytest.mark.parametrize(("loss", "parameter"), [(lb.smooth_l1_loss, "beta"),
                                                  (lb.huber_loss, "delta")])  # fmt: skip
def test_between_median_and_mean(loss: Any, parameter: str) -> None:
    small, middle, large = (best(loss, NUMBERS, WHOLE, **{parameter: b}) for b in (0.01, 6.0, 50.0))
    assert abs(small - 4) < 0.02
    assert between(4, middle, 5) and near(large, 5, WHOLE)
    assert "median" in CARDS[loss.__name__].estimates


def test_log_cosh_balances_the_tanh_of_the_errors() -> None:
    found = best(lb.log_cosh_loss, NUMBERS, WHOLE)
    assert abs(np.tanh(found - NUMBERS).sum()) < 1e-3
    assert between(3.5, found, 5)


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.9])
def test_quantiles(quantile: float) -> None:
    targets = np.arange(1.0, 12)  # an odd number: no two are both best
    found = best(lb.quantile_loss, targets, WHOLE, quantile=quantile)
    assert near(found, float(np.quantile(targets, quantile, method="inverted_cdf")), WHOLE)
    turned = best(lb.quantile_loss, targets, WHOLE, quantile=1 - quantile)
    assert near(turned, float(np.quantile(targets, 1 - quantile, method="inverted_cdf")), WHOLE)


def test_gaussian_estimates_mean_and_mean_squared_error() -> None:
    assert near(best(lb.gaussian_nll_loss, NUMBERS, WHOLE, var=2.0), 5.0, WHOLE)
    variances = np.linspace(1, 40, 3901)
    losses = [lb.gaussian_nll_loss(np.full(5, 5.0), NUMBERS, v) for v in variances]
    assert near(variances[np.argmin(losses)], float(np.var(NUMBERS)), variances)


def test_each_label_has_its_log_odds() -> None:
    both = np.stack([YES, 1 - YES], axis=1)
    for at, other in product(LOGITS[::200], repeat=2):
        worst = lb.multilabel_soft_margin_loss(np.tile([at, other], (10, 1)), both)
        assert worst >= lb.multilabel_soft_margin_loss(
            np.tile([log_odds, -log_odds], (10, 1)), both
        )


def test_classwise_losses_estimate_the_shares() -> None:
    one_hot = np.eye(3)[CLASSES]
    for loss, target in [
        (lb.nll_loss, CLASSES),
        (lb.cross_entropy, CLASSES),
        (lb.softmax_cross_entropy_with_logits, one_hot),
        (lb.kl_div, np.tile(SHARES, (2, 1))),
    ]:
        np.testing.assert_allclose(best_distribution(loss, target), SHARES)


def test_focal_is_more_even() -> None:
    found = best(lb.sigmoid_focal_loss, YES, LOGITS, alpha=-1, gamma=2)
    assert between(log_odds, found, 0)
    assert near(best(lb.sigmoid_focal_loss, YES, LOGITS, alpha=-1, gamma=0), log_odds, LOGITS)
    p = best_distribution(lb.focal_loss, CLASSES)
    assert between(1 / 3, p[0], 0.6) and p[2] > 0.15


def test_multiclass_hinges_want_a_majority() -> None:
    for loss in lb.multi_margin_loss, lb.multiclass_hinge_loss:
        z = best_scores(loss, SHARES)
        assert z[0] - max(z[1:]) == 1
    z = best_scores(lb.multi_margin_loss, np.array([0.4, 0.35, 0.25]))
    assert z[0] == z[1] > z[2]  # a tie that hides the larger class
    z = best_scores(lb.multiclass_hinge_loss, np.array([0.4, 0.35, 0.25]))
    assert z[0] == z[1] == z[2]


def test_zero_one_and_distance() -> None:
    assert best(lb.zero_one_loss, SIGNS, LOGITS) < 0
    distances = np.linspace(0, 3, 301)
    assert near(best(lb.hinge_embedding_loss, SIGNS, distances), 1, distances)
    assert near(best(lb.hinge_embedding_loss, -SIGNS, distances), 0, distances)


VECTORS = {"kl_div", "multilabel_soft_margin_loss"}


def inputs(name: str, rng: np.random.Generator) -> tuple[Array, Any, dict[str, Any]]:
    """A random batch of the kind that a loss takes."""
    N, K = 1, 3 if "class" in pictures.PICTURES[name].xlabel or name in VECTORS else 1
    scores = rng.normal(scale=rng.choice([0.1, 1, 30]), size=(N, K))
    classes = rng.integers(0, K, N)
    signs = rng.choice([-1.0, 1.0], (N, K))
    soft = rng.dirichlet(np.full(K, 0.1), N)
    more: dict[str, Any] = {"var": 0.1} if name == "gaussian_nll_loss" else {}
    if name in ("nll_loss", "kl_div"):
        return lb.log_softmax(scores), classes if name == "nll_loss" else soft, more
    if name in ("cross_entropy", "focal_loss", "multi_margin_loss", "multiclass_hinge_loss"):
        return scores, classes, more
    if name == "softmax_cross_entropy_with_logits":
        return scores, soft, more
    if name in ("binary_cross_entropy", "brier_loss"):
        return lb.sigmoid(scores), (signs + 1) / 2, more
    if name == "hinge_embedding_loss":
        return np.abs(scores), signs, more
    if "margin" in name or "hinge" in name or name == "zero_one_loss":
        return scores, (signs + 1) / 2 if "multilabel" in name else signs, more
    if name in ("binary_cross_entropy_with_logits", "sigmoid_focal_loss"):
        return scores, (signs + 1) / 2, more
    if name == "poisson_nll_loss":
        return np.clip(scores, -20, 20), rng.poisson(2, (N, K)), more
    return scores, rng.normal(size=(N, K)), more


def value(name: str, input: Array, target: Any, more: dict[str, Any]) -> float:
    reduction = "batchmean" if name == "kl_div" else "mean"
    return float(lb.losses()[name](input, target, reduction=reduction, **more))


@pytest.mark.parametrize("name", sorted(lb.losses()))
def test_range_and_shape(name: str) -> None:
    """In its range at random points; below its chords if convex, and above one if not."""
    card, rng = CARDS[name], np.random.default_rng(0)
    values, above = [], 0.0
    for _ in range(400):
        a, target, more = inputs(name, rng)
        b = inputs(name, rng)[0]
        ends = [value(name, at, target, more) for at in (a, b)]
        middle = value(name, (a + b) / 2, target, more)
        if name == "kl_div":  # along mixtures of the distributions
            middle = value(name, np.logaddexp(a, b) - np.log(2), target, more)
        values += [*ends, middle]
        over = (middle - np.mean(ends)) / (1 + np.mean(np.abs(ends)))
        above = max(above, float(over))
    assert min(values) >= card.low - 1e-12 and max(values) <= card.high
    assert min(values) < card.low + 0.3 if np.isfinite(card.low) else min(values) < 0
    assert max(values) > 3 or (card.high == 1 and max(values) > 0.9)
    assert above < 1e-9 if card.convex else above > 1e-3


def test_every_loss_has_a_card() -> None:
    assert set(CARDS) == set(lb.losses())


def test_a_wrong_estimate_is_seen() -> None:
    """The search for the best input can tell one statistic from another."""
    wrong: list[tuple[Callable[..., Any], float]] = [(lb.mse_loss, 4.0), (lb.l1_loss, 5.0)]
    for loss, statistic in wrong:
        assert not near(best(loss, NUMBERS, WHOLE), statistic, WHOLE)
