"""The page that sets the package beside PyTorch, made by calling both."""

import inspect
import textwrap
from collections.abc import Iterator
from typing import Any

import lossbook
from lossbook import losses
from tools.reference import denominators
from tools.reference.docstrings import signature


def shown(answer: Any, digits: int) -> str:
    """An answer in a cell of a table."""
    if isinstance(answer, type):
        return f"`{answer.__name__}`"
    if isinstance(answer, list):
        return "[" + ", ".join(shown(each, digits) for each in answer) + "]"
    return f"{answer:.{digits}g}".replace("-", "−") if isinstance(answer, float) else str(answer)


def deviations(name: str) -> Iterator[str]:
    rows = [row for row in lossbook.DEVIATIONS if row.loss == name]
    if not rows:
        return
    yield ":::{container} deviations"
    yield "| call | PyTorch | lossbook | why |\n|---|---|---|---|"
    for row in rows:
        dtype = "" if row.dtype == "float64" else f" in {row.dtype}"
        pairs = ((shown(row.torch, d), shown(row.true, d)) for d in range(4, 18))
        theirs, ours = next((a, b) for a, b in pairs if a != b)  # as few digits as tell them apart
        yield f"| `{row}`{dtype} | {theirs} | {ours} | {row.why} |"
    yield ":::\n"


def by_pytorch(name: str) -> Iterator[str]:
    import torch

    theirs = inspect.signature(getattr(torch.nn.functional, name))
    plain = [p.replace(annotation=p.empty) for p in theirs.parameters.values()]
    yield f'<span id="{name}"></span>\n\n## {name}\n'
    calls = [f"torch.nn.functional.{name}{_bare(theirs, plain)}",
             f"lossbook.{name}{signature(losses()[name])}"]  # fmt: skip
    yield "```python\n" + "\n".join(map(broken, calls)) + "\n```\n"
    yield f"Here: [`lossbook.{name}`](api.md#{name}), with its formula and its picture.\n"
    yield "`'mean'` divides by:\n"
    for special, divisor in denominators.measured(name):
        head = f"{special}: " if special else ""
        yield f"- {head}{divisor}"
    yield ""
    yield from deviations(name)


def broken(call: str) -> str:
    """A long call over several lines, as a formatter would break it."""
    if len(call) <= 88:
        return call
    head, _, parameters = call.partition("(")
    lines = textwrap.wrap(parameters.removesuffix(")"), 80)
    return "\n".join([f"{head}(", *(f"    {line}" for line in lines), ")"])


def _bare(plain: inspect.Signature, parameters: list[inspect.Parameter]) -> str:
    return str(plain.replace(parameters=parameters, return_annotation=plain.empty))


def page() -> str:
    import torch

    version = torch.__version__.split("+")[0]
    twins = [name for name, loss in losses().items() if loss.torch]
    others = sorted({row.loss for row in lossbook.DEVIATIONS} - set(twins))
    text = [
        "# PyTorch, loss by loss\n",
        f"What `torch.nn.functional` of PyTorch {version} does, and what lossbook does.\n"
        "Every line was found by calling both: what a mean divides by is the sum over the mean, "
        "on a batch in which no two counts are equal.\n",
        "In PyTorch `size_average` and `reduce` stand before `reduction`, so a `reduction` "
        "without its name is taken for one of them. They are deprecated: "
        "`reduce=False` means `'none'`, else `size_average=False` means `'sum'`. lossbook takes "
        "both as keywords only, and warns.\n",
        "The tables list every place where lossbook means to differ: there PyTorch's answer is "
        "wrong, undefined, or hides a mistake. Everywhere else the two agree to rounding.\n",
    ]
    for name in twins:
        text += by_pytorch(name)
    text.append("## Losses that PyTorch lacks\n")
    text.append(
        "Against torchvision's formula of the focal loss, and the square root of `mse_loss`.\n"
    )
    for name in others:
        text += deviations(name)
    return "\n".join(text)
