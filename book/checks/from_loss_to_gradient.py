"""What holds the equations, numbers and code of `from-loss-to-gradient.md` to the truth."""

from collections.abc import Callable

import numpy as np
import sympy as sp
import torch

import lossbook as lb
from lossbook import symbolic as s
from lossbook.training import numerical_gradient
from tools.claims import VALUE, Computes, Means, Stated, Tested
from tools.latex import Index
from tools.notation import INDICES

above, inputs, weights = map(sp.IndexedBase, ("D", "H", "W"))
logits, truth = map(sp.IndexedBase, ("z", "t"))
m = sp.Symbol("m", integer=True, positive=True)
LAYER = {**INDICES, "D": above, "H": inputs, "W": weights, "m": Index(m, s.K)}


def of_the_weight(D: np.ndarray, H: np.ndarray, m: int, k: int) -> float:
    """The slope of a sum whose slopes by the logits are D, by differences."""
    W = np.zeros((H.shape[1], D.shape[1]))
    return float(numerical_gradient(lambda W: (D * (H @ W)).sum(), W)[m - 1, k - 1])


def of_the_hidden(D: np.ndarray, W: np.ndarray, i: int, m: int) -> float:
    H = np.zeros((len(D), len(W)))
    return float(numerical_gradient(lambda H: (D * (H @ W)).sum(), H)[i - 1, m - 1])


def half_square(z: np.ndarray, t: np.ndarray) -> float:
    """Half of what the package's squared errors add up to."""
    return float(lb.mse_loss(z, t, reduction="sum")) / 2


def leading_error(factor: float) -> None:
    """The central difference of exp at 0, all of whose derivatives are 1, is off by that."""
    h = 1e-2
    error = (np.exp(h) - np.exp(-h)) / (2 * h) - 1
    rest = error - factor * h**2
    assert abs(rest) < h**4


def one_sided(term: Callable[..., float]) -> None:
    h = 1e-3
    error = (np.exp(h) - 1) / h - 1
    assert abs(error - term(1.0, h)) < h**2


def is_best(step: Callable[..., float]) -> None:
    """The sum of both errors is higher on either side of it."""
    for eps, f, f3 in ((1e-16, 1.0, 1.0), (1e-8, 2.4, 0.3), (1e-16, 0.1, 7.0)):
        best = step(eps, f, f3)
        total = [eps * f / h + h**2 * f3 / 6 for h in (0.98 * best, best, 1.02 * best)]
        assert total[1] < min(total[0], total[2])


def power_of_step(power: float) -> None:
    """How the best step of the central difference grows with ε."""
    grid = np.geomspace(1e-9, 1, 20001)
    best = [grid[(eps / grid + grid**2 / 6).argmin()] for eps in (1e-16, 1e-10)]
    assert abs(np.log(best[1] / best[0]) / np.log(1e6) - power) < 0.01


def power_of_error(power: float) -> None:
    grid = np.geomspace(1e-9, 1, 20001)
    left = [(eps / grid + grid**2 / 6).min() for eps in (1e-16, 1e-10)]
    assert abs(np.log(left[1] / left[0]) / np.log(1e6) - power) < 0.01


def of_rounding(bound: Callable[..., float]) -> None:
    """Two losses, each wrong by the share ε in the worse direction, divided by twice the step."""
    eps, f, h = 1e-3, 2.0, 0.5
    assert np.isclose((f * (1 + eps) - f * (1 - eps)) / (2 * h), bound(eps, f, h))


def is_the_network(network: Callable[..., np.ndarray]) -> None:
    """What PyTorch's own layers compute."""
    torch.manual_seed(0)
    first, second = torch.nn.Linear(5, 4).double(), torch.nn.Linear(4, 3).double()
    X = torch.randn(6, 5).double()
    expected = torch.nn.Sequential(first, torch.nn.ReLU(), second)(X).detach().numpy()
    numbers = [a.detach().numpy() for a in (first.weight, first.bias, second.weight, second.bias)]
    W1, b1, W2, b2 = numbers
    assert np.allclose(network(X.numpy(), W1.T, b1, W2.T, b2), expected)


def is_relative(error: Callable[..., float]) -> None:
    """0 for the same, 1 for the opposite, 1/3 for the double, whatever the size."""
    rng = np.random.default_rng(0)
    for size in 1e-6, 1.0, 1e6:
        a = size * rng.normal(size=5)
        assert np.isclose(error(a, a), 0)
        assert np.isclose(error(a, -a), 1)
        assert np.isclose(error(2 * a, a), 1 / 3)


def of_a_factor(found: Callable[..., float]) -> None:
    a = np.array([1.0, -2.0, 3.0])
    norm = np.linalg.norm
    for c in 0.1, 1.0, 2.0, 6.0:
        assert np.isclose(found(c), norm(c * a - a) / (norm(c * a) + norm(a)))


norm = np.linalg.norm
BEST = r"h^* = \left( \frac{3 \varepsilon |f|}{|f'''|} \right)^{1/3}"
NETWORK = r"Z = \max(X W_1 + b_1,\, 0)\, W_2 + b_2"
CENTRAL = r"\frac{f(x + h) - f(x - h)}{2h} = f' + \frac{h^2}{6} f''' + O(h^4)"
RELATIVE = r"r = \frac{\lVert a - n \rVert}{\lVert a \rVert + \lVert n \rVert}"

EQUATIONS = {
    "eq-gradient-central": Tested(CENTRAL, leading_error, 1 / 6, false=(1 / 3, 0.5, 0.0, -1 / 6)),
    "eq-gradient-step": Tested(
        BEST,
        is_best,
        lambda eps, f, f3: (3 * eps * f / f3) ** (1 / 3),
        false=(
            lambda eps, f, f3: (eps * f / f3) ** (1 / 3),
            lambda eps, f, f3: (3 * eps * f / f3) ** 0.5,
            lambda eps, f, f3: (3 * eps * f3 / f) ** (1 / 3),
        ),
    ),
    "eq-gradient-network": Tested(
        NETWORK,
        is_the_network,
        lambda X, W1, b1, W2, b2: np.maximum(X @ W1 + b1, 0) @ W2 + b2,
        false=(
            lambda X, W1, b1, W2, b2: np.maximum(X @ W1, 0) @ W2 + b2,
            lambda X, W1, b1, W2, b2: np.maximum(X @ W1 + b1, 0) @ W2,
            lambda X, W1, b1, W2, b2: (X @ W1 + b1) @ W2 + b2,
        ),
    ),
    "eq-gradient-weight": Computes(
        {**LAYER, r"\frac{\partial L}{\partial W_{mk}}": VALUE},
        of_the_weight,
        ((above, s.N, s.K), (inputs, s.N, s.K), m, s.k),
    ),
    "eq-gradient-hidden": Computes(
        {**LAYER, r"\frac{\partial L}{\partial H_{im}}": VALUE},
        of_the_hidden,
        ((above, s.N, s.K), (weights, s.K, s.K), s.i, m),
    ),
    "eq-gradient-half-square": Computes(
        {**INDICES, "z": logits, "t": truth, r"\ell(z, t)": VALUE},
        half_square,
        (logits, truth),
    ),
    "eq-gradient-relative": Tested(
        RELATIVE,
        is_relative,
        lambda a, n: norm(a - n) / (norm(a) + norm(n)),
        false=(
            lambda a, n: norm(a - n) / norm(a),
            lambda a, n: norm(a - n),
            lambda a, n: norm(a - n) / max(float(norm(a + n)), 1e-300),
        ),
    ),
}

square = sp.Sum((logits[s.j] - truth[s.j]) ** 2, (s.j, 1, s.K)) / 2

INLINE = {
    "f_+": Stated("names the value a step above"),
    "f_-": Stated("names the value a step below"),
    "f_2 h / 2": Tested(
        "f_2 h / 2", one_sided, lambda f2, h: f2 * h / 2, false=(lambda f2, h: f2 * h,)
    ),
    r"\sqrt{1 + x^2}": Stated("names the function of the experiment"),
    r"\varepsilon |f| / h": Tested(
        r"\varepsilon |f| / h",
        of_rounding,
        lambda eps, f, h: eps * f / h,
        false=(lambda eps, f, h: eps * f / (2 * h), lambda eps, f, h: 2 * eps * f / h),
    ),
    "h^2 |f'''| / 6": Tested("h^2 |f'''| / 6", leading_error, 1 / 6, false=(1 / 3, 0.5)),
    r"\varepsilon^{1/3}": Tested(r"\varepsilon^{1/3}", power_of_step, 1 / 3, false=(1 / 2, 1 / 5)),
    r"\varepsilon^{2/3}": Tested(r"\varepsilon^{2/3}", power_of_error, 2 / 3, false=(1 / 2, 4 / 5)),
    "z_k - t_k": Means(sp.Derivative(square, logits[s.k]), {**INDICES, "z": logits, "t": truth}),
    "|c - 1| / (c + 1)": Tested(
        "|c - 1| / (c + 1)",
        of_a_factor,
        lambda c: abs(c - 1) / (c + 1),
        false=(lambda c: abs(c - 1) / (2 * c), lambda c: (c - 1) / (c + 1)),
    ),
}

NUMBERS: dict[str, str] = {}

CODE = {
    "gradcheck": "torch.autograd.gradcheck",
    "zero_grad": "a method of PyTorch's optimisers",
    ".grad": "where PyTorch keeps the slopes of a leaf",
    "=": "assignment",
    "+=": "assignment that adds",
}
