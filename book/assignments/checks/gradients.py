"""What holds the formulas of the assignment `gradients.md` to the truth."""

import itertools
from collections.abc import Callable

import numpy as np

from tools.claims import Tested


def differs_by(claim: Callable[[float, int], float]) -> None:
    """Of a long row of losses, the standard deviation between two batches of one order."""
    losses = np.arange(7.0)
    for B in (1, 2):
        steps = [
            np.mean(order[:B]) - np.mean(order[B : 2 * B])
            for order in itertools.permutations(losses, 2 * B)
        ]
        many = (len(losses) - 1) / len(losses)  # nearly 1, if N is not tiny
        assert np.isclose(np.std(steps) * many**0.5, claim(losses.std(), B))


INLINE = {
    r"\sigma \sqrt{2/B}": Tested(
        r"\sigma \sqrt{2/B}",
        differs_by,
        lambda sigma, B: sigma * (2 / B) ** 0.5,
        false=(lambda sigma, B: sigma * (1 / B) ** 0.5, lambda sigma, B: 2 * sigma / B),
    ),
}
