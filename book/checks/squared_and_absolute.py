"""What holds the equations, numbers and code of `squared-and-absolute.md` to the truth."""

from collections.abc import Callable

import numpy as np
import sympy as sp
from sympy.stats import Laplace, Normal, density

import lossbook as lb
from lossbook import symbolic as s
from lossbook.training import numerical_gradient
from tools.claims import VALUE, Computes, Means, Proved, Stated, Tested
from tools.latex import Index
from tools.notation import INDICES, SCALARS

c, b, eta, m, size, weight = sp.symbols("c b eta m Delta w", positive=True)
PAIR = {**SCALARS, "c": c, "b": b, r"\eta": eta, "w": weight}
VECTORS = {**INDICES, r"\hat y": s.yhats, "y": s.ys, "t": s.t}
BATCH = {**VECTORS, "j": Index(s.j, s.N), "c": c}
ybar = sp.Sum(s.ys[s.j], (s.j, 1, s.N)) / s.N
normal = density(Normal("y", s.yhat, sp.sqrt(s.var)))(s.y)
tent = density(Laplace("y", s.yhat, b))(s.y)


def half_squares(output: np.ndarray, target: np.ndarray) -> float:
    return float(lb.mse_loss(output, target, reduction="sum") / 2)


def slope_of_half(output: np.ndarray, target: np.ndarray, j: int) -> float:
    """By differences, which know of no formula."""
    return float(numerical_gradient(lambda at: half_squares(at, target), output)[j - 1])


def slope_of_rmse(output: np.ndarray, target: np.ndarray, j: int) -> float:
    return float(numerical_gradient(lambda at: lb.rmse_loss(at, target), output)[j - 1])


def mse_of_constant(targets: np.ndarray, constant: float) -> float:
    return float(lb.mse_loss(np.full(len(targets), constant), targets))


def slope_of_constant(targets: np.ndarray, constant: float) -> float:
    return float(lb.l1_loss.grad(np.full(len(targets), constant), targets).sum())


def column_against_row(output: np.ndarray, targets: np.ndarray) -> float:
    """What broadcasting makes of it."""
    return float(((output[:, None] - targets) ** 2).mean())


def bounds_of_rmse(bounds: Callable[..., tuple[float, float]]) -> None:
    """The RMSE stays within them, and comes close to both."""
    rng = np.random.default_rng(0)
    draws = [np.ones(7), np.eye(7)[0], *rng.normal(size=(20, 7)), *rng.standard_t(2, (20, 3))]
    room = []
    for errors in draws:
        low, high = bounds(lb.l1_loss(errors, 0 * errors), len(errors))
        rmse = lb.rmse_loss(errors, 0 * errors)
        assert low <= rmse + 1e-12 and rmse <= high + 1e-12
        room.append((rmse - low, high - rmse))
    assert np.min(room, axis=0).max() < 1e-9


def squares_of_sums(factor: Callable[[np.ndarray], float]) -> None:
    """No sum of squares of sizes is above it, and one is equal to it."""
    rng = np.random.default_rng(0)
    draws = [np.eye(5)[0], *np.abs(rng.normal(size=(50, 5)))]
    room = [factor(sizes) - (sizes**2).sum() for sizes in draws]
    assert min(room) > -1e-12 and min(room) < 1e-12


def never_better(slope: Callable[..., float]) -> None:
    """It is the slope of the weighted squared error of a constant."""
    rng = np.random.default_rng(0)
    y, w = rng.normal(size=5), rng.uniform(1, 2, 5)

    def loss(at: np.ndarray) -> float:
        return float(lb.mse_loss(np.full(5, at[0]), y, "sum", w))

    at = slope(y, w)
    assert abs(numerical_gradient(loss, np.array([at]))[0]) < 1e-8


weighted = r"\sum_i w_i y_i / \sum_i w_i"
squares = r"\sum_i a_i^2 \le (\sum_i a_i)^2"
between = r"\operatorname{MAE} \le \operatorname{RMSE} \le \sqrt{N} \operatorname{MAE}"
BETWEEN = (
    bounds_of_rmse,
    lambda mae, n: (mae, np.sqrt(n) * mae),
    (
        lambda mae, n: (mae, n * mae),
        lambda mae, n: (mae, 0.99 * np.sqrt(n) * mae),
        lambda mae, n: (1.01 * mae, np.sqrt(n) * mae),
        lambda mae, n: (0.9 * mae, np.sqrt(n) * mae),
    ),
)

EQUATIONS = {
    "eq-squared-error": Proved(
        {**PAIR, r"\ell(\hat y, y)": lb.mse_loss.formula, r"\ell": lb.mse_loss.formula}
    ),
    "eq-absolute-error": Proved(
        {**PAIR, r"\ell(\hat y, y)": lb.l1_loss.formula, r"\ell": lb.l1_loss.formula}
    ),
    "eq-half": Computes(
        {**VECTORS, r"\ell(\hat y, t)": VALUE}, half_squares, ((s.yhats, s.K), (s.t, s.K))
    ),
    "eq-half-slope": Computes(
        {**VECTORS, r"\frac{\partial \ell}{\partial \hat y_j}": VALUE},
        slope_of_half,
        ((s.yhats, s.K), (s.t, s.K), s.j),
    ),
    "eq-rmse": Proved({**VECTORS, r"\operatorname{RMSE}": lb.rmse_loss.formula}),
    "eq-mae-rmse": Tested(
        r"\operatorname{MAE} \;\le\; \operatorname{RMSE} \;\le\; \sqrt{N}\,\operatorname{MAE}",
        *BETWEEN,
    ),
    "eq-rmse-slope": Computes(
        {
            **BATCH,
            r"\frac{\partial \operatorname{RMSE}}{\partial \hat y_j}": VALUE,
            r"\operatorname{RMSE}": lb.rmse_loss.formula,
        },
        slope_of_rmse,
        ((s.yhats, s.N), (s.ys, s.N), s.j),
    ),
    "eq-completed-square": Computes(
        {**BATCH, r"\operatorname{MSE}(c)": VALUE, r"\bar y": ybar},
        mse_of_constant,
        ((s.ys, s.N), c),
    ),
    "eq-median-slope": Computes(
        {**BATCH, r"\operatorname{MAE}'(c)": VALUE}, slope_of_constant, ((s.ys, s.N), c)
    ),
    "eq-gaussian": Proved({**PAIR, "p(y)": normal}),
    "eq-gaussian-nll": Proved({**PAIR, "p(y)": normal}),
    "eq-laplace-nll": Proved({**PAIR, "p(y)": tent}),
    "eq-column": Computes(
        {**BATCH, "L": VALUE, r"\bar y": ybar},
        column_against_row,
        ((s.yhats, s.N), (s.ys, s.N)),
    ),
}

stepped = s.yhat - eta * sp.Derivative(sp.sympify(lb.mse_loss.formula), s.yhat)
best_nll = m / (2 * s.var) + sp.log(2 * sp.pi * s.var) / 2
cross_entropy = sp.Derivative(sp.sympify(lb.cross_entropy.formula), s.z[s.j])
xs = sp.IndexedBase("x", real=True)
total = sp.Sum(s.ys[s.i], (s.i, 1, s.N))


def one_hot(index: sp.Symbol) -> sp.Expr:
    """A target that sums to 1."""
    return sp.KroneckerDelta(index, s.right)


def of_the_root(length: Callable[[int], float]) -> None:
    """The length of the slopes of an RMSE that is not 0."""
    rng = np.random.default_rng(0)
    for n in 1, 2, 7:
        for scale in 1e-6, 1, 1e6:
            slopes = lb.rmse_loss.grad(scale * rng.normal(size=n), np.zeros(n))
            assert np.isclose(np.linalg.norm(slopes), length(n))


def squared_slope(term: Callable[[float, int, float], float]) -> None:
    errors = np.array([3.0, -1.0, 0.5])
    rmse = float(lb.rmse_loss(errors, 0 * errors))
    for error, slope in zip(errors, lb.rmse_loss.grad(errors, 0 * errors), strict=True):
        assert np.isclose(slope**2, term(abs(error), 3, rmse))


def what_mean_leaves(factor: Callable[[int], float]) -> None:
    rng = np.random.default_rng(0)
    for n in 2, 3, 10:
        out, target = rng.random(n), np.eye(n)[0]
        assert np.isclose(lb.mse_loss(out, target), factor(n) * half_squares(out, target))


def weighted_squares(of: Callable[..., float]) -> None:
    rng = np.random.default_rng(0)
    y, w = rng.normal(size=5), rng.uniform(1, 2, 5)
    assert np.isclose(of(y, w, 0.3), lb.mse_loss(np.full(5, 0.3), y, "sum", w))


def ratios(of: Callable[..., np.ndarray]) -> None:
    """Their weighted median, with weights |x|, is the best w under absolute error."""
    rng = np.random.default_rng(0)
    for _ in range(20):
        x, y = rng.normal(size=5), rng.normal(size=5)
        candidates = of(x, y)
        losses = [lb.l1_loss(w * x, y) for w in candidates]
        best = candidates[int(np.argmin(losses))]
        near = [lb.l1_loss((best + step) * x, y) for step in (-1e-4, 1e-4)]
        assert min(near) >= min(losses) - 1e-12


length = (of_the_root, lambda n: 1 / np.sqrt(n), (lambda n: 1 / n, lambda n: 1.0))

INLINE = {
    "2/K": Tested(
        "2/K", what_mean_leaves, lambda n: 2 / n, false=(lambda n: 1 / n, lambda n: n / 2)
    ),
    "p_j - t_j": Means(cross_entropy, {**INDICES, "p": s.softmax, "t": one_hot}),
    r"1/\sqrt{N}": Tested(r"1/\sqrt{N}", *length),
    "1/N": Tested(
        "1/N",
        lambda squared: of_the_root(lambda n: np.sqrt(squared(n))),
        lambda n: 1 / n,
        false=(lambda n: 1 / n**2, lambda n: n),
    ),
    r"\Delta / N": Means((total + size) / s.N - total / s.N, {**INDICES, r"\Delta": size}),
    r"\sqrt{\pi/2} = 1.2533": Proved({}),
    r"\sqrt{1/2} = 0.7071": Proved({}),
    r"1 - 2\eta": Means((stepped - s.y) / (s.yhat - s.y), PAIR),
    r"\hat y = Xw": Stated("defines the model"),
    r"0.9y + 0.1 \cdot 10y = 1.9y": Proved(PAIR),
    r"(\hat y - y)^2": Means(lb.mse_loss.formula, PAIR),
    r"\lvert \hat y - y \rvert": Means(lb.l1_loss.formula, PAIR),
    r"2(\hat y - y)": Means(sp.Derivative(sp.sympify(lb.mse_loss.formula), s.yhat), PAIR),
    between: Tested(between, *BETWEEN),
    squares: Tested(
        squares,
        squares_of_sums,
        lambda each: each.sum() ** 2,
        false=(lambda each: each.sum(), lambda each: each.sum() ** 2 / 2),
    ),
    r"a_i^2 / (N \operatorname{RMSE})^2": Tested(
        r"a_i^2 / (N \operatorname{RMSE})^2",
        squared_slope,
        lambda each, n, rmse: each**2 / (n * rmse) ** 2,
        false=(lambda each, n, rmse: each**2 / n / rmse**2, lambda each, n, rmse: each / n / rmse),
    ),
    r"\sum_i w_i (c - y_i)^2": Tested(
        r"\sum_i w_i (c - y_i)^2",
        weighted_squares,
        lambda y, w, c: (w * (c - y) ** 2).sum(),
        false=(lambda y, w, c: (w**2 * (c - y) ** 2).sum(), lambda y, w, c: ((c - y) ** 2).sum()),
    ),
    weighted: Tested(
        weighted,
        never_better,
        lambda y, w: (w * y).sum() / w.sum(),
        false=(lambda y, w: y.mean(), lambda y, w: (w * y).mean()),
    ),
    r"\frac{1}{2} \log(2 \pi e)": Means(best_nll.subs(s.var, m) - sp.log(sp.sqrt(m)), {}),
    r"\frac{m}{2\sigma^2} + \frac{1}{2} \log(2\pi\sigma^2)": Means(
        # of one element whose squared error is m
        -sp.log(normal.subs(s.yhat, s.y + sp.sqrt(m))),
        {**PAIR, "m": m},
    ),
    r"\frac{1}{2\sigma^2} - \frac{m}{2\sigma^4}": Means(
        sp.Derivative(best_nll, s.var), {**PAIR, "m": m, r"\sigma^4": s.var**2}
    ),
    r"\sigma^2 = m": Proved({r"\sigma^2": sp.solve(sp.diff(best_nll, s.var), s.var)[0], "m": m}),
    r"\hat y = w x": Stated("defines the model of exercise 5"),
    "y_i / x_i": Tested(
        "y_i / x_i",
        ratios,
        lambda x, y: y / x,
        false=(lambda x, y: x / y, lambda x, y: x * y, lambda x, y: y),
    ),
    "y = 2x": Stated("the line of exercise 5"),
    r"x = 1, \dots, 10": Stated("the inputs of exercise 5"),
    r"|w x_i - y_i| = |x_i|\,|w - y_i / x_i|": Proved({**INDICES, "x": xs, "y": s.ys, "w": weight}),
}

NUMBERS: dict[str, str] = {}

CODE = {
    "model": "any network of the reader's, in the faulty examples",
    "X_batch": "a batch of the reader's, in the faulty example",
    "y_batch": "its targets",
    "batches": "the batches of an epoch",
    "epoch_rmse": "what the faulty example adds up",
    "F.mse_loss(model(X_batch), y_batch)": "the faulty example",
}
