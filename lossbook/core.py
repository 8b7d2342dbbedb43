"""What makes a function a loss.

An author writes one function: the loss of each element, or of each sample, and beside it
the slope, as a closure that runs only when somebody asks for it::

    @elementwise("torch.nn.functional.mse_loss")
    def mse_loss(input, target, reduction="mean", weight=None):
        error = input - target
        return Terms(error**2, lambda: 2 * error)

The decorator adds what all losses share: checks, weights, the reduction, the work in
blocks, and the faces `.grad`, `.value_and_grad`, `.formula`, `.torch`. What it returns is
a plain function with the author's name, signature and docstring.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple, ParamSpec, Protocol, cast

import numpy as np

from lossbook import blocks
from lossbook.checks import REDUCTIONS, Array, as_float, as_index, reduction_of, same_shape
from lossbook.formula import Formula

P = ParamSpec("P")


Product = tuple[float, Array, Array]


class Terms(NamedTuple):
    """A loss before its reduction: each value, and how to get each slope."""

    value: Array | list[Product]
    """The values; or products that add up to them, whose sum need not be made first: a squared
    error then takes 0.7 of the time."""
    slope: Callable[[], Array | tuple[Any, Array]]
    """The slope; or two factors of it, the first a number or small: what the reduction
    multiplies by then joins that one, in 0.8 to 0.9 of the time."""


class Loss(Protocol[P]):
    """The type of a loss: a function, and its other faces as attributes."""

    __name__: str
    __doc__: str | None
    torch: str | None
    """The full name of PyTorch's function of the same meaning, or None."""

    formula: Any
    """The SymPy expression of the loss of one element or sample."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Any:
        """Return the value."""

    def grad(self, *args: P.args, **kwargs: P.kwargs) -> Array:
        """Return d(sum of the output)/d(first argument)."""

    def value_and_grad(self, *args: P.args, **kwargs: P.kwargs) -> tuple[Any, Array]:
        """Return both, computed together."""


Body = Callable[P, Terms]
Fit = Callable[[str, Array, tuple[int, ...]], Array]
"""(name, array, shape) -> the array, checked and brought to the shape"""
Evaluate = Callable[[dict[str, Any], str, bool, bool], tuple[Any, Any]]
"""(arguments, reduction, is the value wanted?, is the gradient wanted?) -> (value, gradient)"""

_losses: dict[str, Loss[...]] = {}


def losses() -> dict[str, Loss[...]]:
    """Return every loss of the package, by name, in alphabetical order."""
    return dict(sorted(_losses.items()))


def elementwise(
    torch: str | None = None,
    *,
    arrays: tuple[str, ...] = (),
    fit: Fit | None = None,
    mean_over_weight: bool = False,
    batchmean: bool = False,
) -> Callable[[Body[P]], Loss[P]]:
    """Make a loss of a function that compares `input` and `target` element by element.

    `arrays` names further arguments that are broadcast to the shape of the input, by `fit`
    if NumPy's rules are not meant, and cut into the same blocks. A parameter called `weight`
    is one too, and multiplies each element's loss; with `mean_over_weight` the mean divides
    by its sum. `batchmean` admits the reduction of that name, the sum divided by the length
    of the first axis.
    """

    def decorate(body: Body[P]) -> Loss[P]:
        first, second = list(inspect.signature(body).parameters)[:2]

        def evaluate(
            arguments: dict[str, Any], reduction: str, want_value: bool, want_grad: bool
        ) -> tuple[Any, Any]:
            input = as_float(first, arguments[first])
            dtype, shape = input.dtype, input.shape
            target = as_float(second, arguments[second], dtype)
            same_shape(second, target, first, shape)
            cuts = {first: input, second: target}
            for name in (*arrays, "weight"):
                if arguments.get(name) is not None:
                    array = as_float(name, arguments[name], dtype)
                    cuts[name] = (fit or broadcast)(name, array, shape)
            weight = cuts.get("weight")

            count: float = input.size
            if mean_over_weight and weight is not None:
                count = float(weight.sum())
            if reduction == "batchmean":
                count, reduction = shape[0] if shape else 1, "mean"
            scale = _scale(reduction, count)
            grad = np.empty(shape, dtype) if want_grad else None
            each = np.empty(shape, dtype) if want_value and reduction == "none" else None
            pieces: list[Any] = blocks.cut(input.size, dtype.itemsize)
            if len(pieces) == 1:
                pieces = [...]
            else:
                cuts = {name: a.reshape(-1) for name, a in cuts.items()}
            flat_grad = grad if grad is None or len(pieces) == 1 else grad.reshape(-1)
            flat_each = each if each is None or len(pieces) == 1 else each.reshape(-1)

            def work(piece: Any) -> float:
                mine = cuts if piece is ... else {name: a[piece] for name, a in cuts.items()}
                value, slope = body(**{**arguments, **mine})  # type: ignore[call-arg]
                w = mine.get("weight")
                if flat_grad is not None:
                    factor, d = _factors(slope())
                    if w is not None:
                        d = d * w
                    np.multiply(d, factor * scale, out=flat_grad[piece])
                if not want_value:
                    return 0.0
                if w is not None:
                    value = [(1, _values(value), w)]
                if flat_each is None:
                    return _sum(value)
                flat_each[piece] = _values(value)
                return 0.0

            partial = blocks.run(work, pieces)
            return _reduced(partial, each, reduction, count, dtype), grad

        known = (*REDUCTIONS, "batchmean") if batchmean else REDUCTIONS
        return _loss(body, torch, evaluate, known)

    return decorate


def batchwise(torch: str | None = None) -> Callable[[Body[P]], Loss[P]]:
    """Make a loss of a function that gives a whole batch one value, such as a root of a mean.

    There is no loss of each element to reduce, so `reduction` can only be "mean".
    """

    def decorate(body: Body[P]) -> Loss[P]:
        first, second = list(inspect.signature(body).parameters)[:2]

        def evaluate(
            arguments: dict[str, Any], _: str, want_value: bool, want_grad: bool
        ) -> tuple[Any, Any]:
            input = as_float(first, arguments[first])
            target = as_float(second, arguments[second], input.dtype)
            same_shape(second, target, first, input.shape)
            value, slope = body(**{**arguments, first: input, second: target})  # type: ignore[call-arg]
            grad = np.multiply(*_factors(slope()), dtype=input.dtype) if want_grad else None
            return input.dtype.type(_values(value)), grad

        return _loss(body, torch, evaluate, known=("mean",))

    return decorate


CLASSES_CONTIGUOUS = 64
"""With fewer classes a block is copied to hold each class contiguously: NumPy reduces along a
short inner axis slowly (10 classes: 1.36 × the time)."""


def classwise(
    torch: str | None = None,
    *,
    axis: int = 1,
    index: bool = True,
    probability: bool = False,
    labels: bool = False,
    mean_over_weight: bool = True,
) -> Callable[[Body[P]], Loss[P]]:
    """Make a loss of a function that compares a vector over classes with a target.

    The function sees blocks with **the classes first**: `input` of shape (C, M), and
    `target` of shape (M,) if it holds class indices (`index`), (C, M) if it holds
    probabilities (`probability`) or any number for each class (`labels`). It returns M
    values and a (C, M) slope. Indices equal to `ignore_index` come as 0, and what they give
    is struck out afterwards. The mean of losses with indices divides by the sum of the
    targets' weights, or without `mean_over_weight` by the number of samples.
    """

    def decorate(body: Body[P]) -> Loss[P]:
        first, second = list(inspect.signature(body).parameters)[:2]

        def evaluate(
            arguments: dict[str, Any], reduction: str, want_value: bool, want_grad: bool
        ) -> tuple[Any, Any]:
            input = as_float(first, arguments[first])
            dtype, shape = input.dtype, input.shape
            if not shape:
                raise ValueError(f"{first} must have a class axis, got shape ()")
            at = 0 if input.ndim == 1 else axis % input.ndim
            outer = shape[:at] + shape[at + 1 :]
            C, D = shape[at], math.prod(shape[at + 1 :])
            if C == 0:
                raise ValueError(f"{first} must have at least one class, got shape {shape}")
            target = np.asarray(arguments[second])
            soft = labels or (probability and (target.shape == shape or not index))
            ignored: Array | None = None
            if labels:
                target = as_float(second, target, dtype)
                same_shape(second, target, first, shape)
                target = target.reshape(-1, C, D)
            elif soft:
                target = _probabilities(second, target, first, shape, dtype)
                target = target.reshape(-1, C, D)
            else:
                target = as_index(second, target)
                same_shape(second, target, f"{first} without its class axis", outer)
                target, ignored = _indices(second, target, C, arguments.get("ignore_index"))
                target = target.reshape(-1, D)
            weight = arguments.get("weight")
            if weight is not None:
                weight = as_float("weight", weight, dtype)
                same_shape("weight", weight, "one number for each class", (C,))
                arguments["weight"] = weight

            count: float = math.prod(outer)
            if not soft and mean_over_weight and (weight is not None or ignored is not None):
                importance = np.ones(target.shape, dtype) if weight is None else weight[target]
                if ignored is not None:
                    importance[ignored.reshape(-1, D)] = 0
                count = float(importance.sum(dtype=np.float64))
            scale = _scale(reduction, count)

            z = input.reshape(-1, C, D)
            N = z.shape[0]
            skip = None if ignored is None else ignored.reshape(-1, D)
            grad = np.empty(shape, dtype) if want_grad else None
            grad3 = None if grad is None else grad.reshape(-1, C, D)
            each = np.empty((N, D), dtype) if want_value and reduction == "none" else None

            def work(piece: tuple[slice, slice]) -> float:
                rows, columns = piece
                # Without basic slicing's view of the whole, one small block costs nothing.
                mine = {
                    first: _classes_first(z[rows, :, columns]),
                    second: _classes_first(target[rows, :, columns])
                    if soft
                    else target[rows, columns].reshape(-1),
                }
                out = None if skip is None else skip[rows, columns].reshape(-1)
                value, slope = body(**{**arguments, **mine})  # type: ignore[call-arg]
                if grad3 is not None:
                    factor, d = _factors(slope())
                    if out is not None:
                        d[:, out] = 0
                    into = grad3[rows, :, columns].transpose(1, 0, 2)
                    factor = factor * scale
                    if np.ndim(factor):  # one for each sample
                        factor = factor.reshape(into.shape[1:])
                    np.multiply(d.reshape(into.shape), factor, out=into)
                if not want_value:
                    return 0.0
                values = _values(value)
                if out is not None:
                    values[out] = 0
                if each is not None:
                    here = each[rows, columns]
                    here[...] = values.reshape(here.shape)
                    return 0.0
                return _sum(values)

            partial = blocks.run(work, _pieces(N, C, D, dtype.itemsize))
            shaped = None if each is None else each.reshape(outer)
            return _reduced(partial, shaped, reduction, count, dtype), grad

        return _loss(body, torch, evaluate)

    return decorate


def _pieces(N: int, C: int, D: int, itemsize: int) -> list[tuple[slice, slice]]:
    """Cut samples into blocks, and the positions of a sample too where one is large."""
    if C * D * itemsize <= 2 * blocks.BLOCK_BYTES or D == 1:
        # A softmax has few temporaries: twice the size took 0.87 of the time.
        return [(rows, slice(0, D)) for rows in blocks.cut(N, C * D * itemsize, larger=2)]
    columns = blocks.cut(D, C * itemsize)
    return [(slice(n, n + 1), some) for n in range(N) for some in columns]


def _classes_first(block: Array) -> Array:
    """Turn (samples, C, positions) into (C, samples · positions)."""
    m, C, n = block.shape
    moved = block.transpose(1, 0, 2).reshape(C, m * n)
    return np.ascontiguousarray(moved) if C < CLASSES_CONTIGUOUS else moved


def _probabilities(
    name: str, target: Array, first: str, shape: tuple[int, ...], dtype: np.dtype[Any]
) -> Array:
    if target.dtype.kind != "f":
        raise TypeError(
            f"{name} has the shape of {first}, so it must hold floating class probabilities, "
            f"got dtype {target.dtype}"
        )
    same_shape(name, target, first, shape)
    return as_float(name, target, dtype)


def _indices(
    name: str, target: Array, C: int, ignore_index: int | None
) -> tuple[Array, Array | None]:
    """Return valid indices, and where the target is to be ignored (None: nowhere)."""
    if target.size == 0:
        return target, None
    # Seen as unsigned, a negative number is large: one test in the usual case
    unsigned = target.view(f"u{target.itemsize}")
    if np.maximum.reduce(unsigned, axis=None) < C and (
        ignore_index is None or not 0 <= ignore_index < C
    ):
        return target, None
    low, high = np.minimum.reduce(target, axis=None), np.maximum.reduce(target, axis=None)
    ignored: Array | None = None
    if ignore_index is not None and low <= ignore_index <= high:
        ignored = target == ignore_index
        kept = target[~ignored]
        if kept.size:
            low, high = kept.min(), kept.max()
        else:
            low = high = 0
        target = np.where(ignored, 0, target)
    if low < 0 or high >= C:
        wrong = low if low < 0 else high
        also = "" if ignore_index is None else f" or ignore_index ({ignore_index})"
        raise ValueError(f"{name} must hold class indices 0 to {C - 1}{also}, got {wrong}")
    return target, ignored


def broadcast(name: str, array: Array, shape: tuple[int, ...]) -> Array:
    """Return `array` in a larger shape, as NumPy's rules have it."""
    if array.shape == shape:
        return array
    try:
        return np.broadcast_to(array, shape)
    except ValueError:
        raise ValueError(f"{name} of shape {array.shape} does not broadcast to {shape}") from None


def _factors(slope: Any) -> tuple[Any, Array]:
    return slope if isinstance(slope, tuple) else (1, slope)


def _values(value: Array | list[Product]) -> Array:
    if not isinstance(value, list):
        return value
    first, *others = (c * (a * b) for c, a, b in value)
    return cast("Array", sum(others, first))


def _sum(value: Array | list[Product]) -> float:
    if isinstance(value, list):
        return sum(c * _dot(a.reshape(-1), b.reshape(-1)) for c, a, b in value)
    return float(np.add.reduce(value, axis=None))


ROW = 4096
"""Products that are added up at a stretch: so few that rounding errors do not pile up."""


def _dot(a: Array, b: Array) -> float:
    """Return Σ ab, in half the time of (a * b).sum() and with no array for the products."""
    rest = a.size % ROW
    total = float(np.dot(a[:rest], b[:rest]))
    if rest < a.size:
        rows = a[rest:].reshape(-1, 1, ROW) @ b[rest:].reshape(-1, ROW, 1)
        total += float(rows.sum(dtype=np.float64))
    return total


def _scale(reduction: str, count: float) -> float:
    """Return what a slope is multiplied by; with nothing to average, slopes are 0."""
    if reduction != "mean":
        return 1.0
    return 1.0 / count if count else 0.0


def _reduced(
    partial: list[float], each: Array | None, reduction: str, count: float, dtype: np.dtype[Any]
) -> Any:
    if each is not None:
        return each[()]
    total = sum(partial)
    if reduction == "mean":
        total = total / count if count else math.nan
    return dtype.type(total)


def _loss(
    body: Body[P],
    torch: str | None,
    evaluate: Evaluate,
    known: tuple[str, ...] = REDUCTIONS,
) -> Loss[P]:
    """Put the faces on: the three functions, and what they say of themselves."""
    signature = _with_deprecated(inspect.signature(body))
    names = tuple(signature.parameters)
    positional = len(names) - 2
    defaults = {
        name: p.default for name, p in signature.parameters.items() if p.default is not p.empty
    }
    required = {name for name in names if name not in defaults}

    def result(args: Any, kwargs: Any, want_value: bool, want_grad: bool) -> tuple[Any, Any]:
        # signature.bind would cost more than a small loss; it is kept for its messages.
        given = dict(zip(names[:positional], args, strict=False))
        given.update(kwargs)
        arguments = {**defaults, **given}
        if (
            len(given) != len(args) + len(kwargs)
            or len(arguments) != len(names)
            or not required <= given.keys()
        ):
            signature.bind(*args, **kwargs)
        reduction = reduction_of(
            arguments["reduction"], arguments.pop("size_average"), arguments.pop("reduce"), known
        )
        with np.errstate(all="ignore"):
            return evaluate(arguments, reduction, want_value, want_grad)

    @wraps(body)
    def loss(*args: P.args, **kwargs: P.kwargs) -> Any:
        return result(args, kwargs, True, False)[0]

    def grad(*args: P.args, **kwargs: P.kwargs) -> Array:
        return cast("Array", result(args, kwargs, False, True)[1])

    def value_and_grad(*args: P.args, **kwargs: P.kwargs) -> tuple[Any, Array]:
        return result(args, kwargs, True, True)

    grad.__doc__ = f"Return d(sum of {body.__name__}(...))/d({names[0]})."
    value_and_grad.__doc__ = f"Return {body.__name__}(...) and its grad, computed together."
    faces: list[tuple[Any, Any]] = [
        (loss, Any),
        (grad, Array),
        (value_and_grad, tuple[Any, Array]),
    ]
    for face, returns in faces:
        face.__signature__ = signature.replace(return_annotation=returns)
        face.__module__ = body.__module__
    grad.__qualname__ = grad.__name__ = f"{body.__name__}.grad"
    value_and_grad.__qualname__ = value_and_grad.__name__ = f"{body.__name__}.value_and_grad"

    made = cast("Loss[P]", loss)
    made.grad = grad  # type: ignore[method-assign]
    made.value_and_grad = value_and_grad  # type: ignore[method-assign]
    made.formula = Formula(body.__name__)
    made.torch = torch
    _losses[body.__name__] = made
    return made


def _with_deprecated(signature: inspect.Signature) -> inspect.Signature:
    """Add PyTorch's deprecated pair as keywords."""
    pair = [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation="bool | None"
        )
        for name in ("size_average", "reduce")
    ]
    return signature.replace(parameters=[*signature.parameters.values(), *pair])
