"""Write the pages book/reference/api.md and pytorch.md from the package itself.

They are no sources: git ignores them, and every build of the book makes them first.
"""

import importlib
import inspect
import re
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import lossbook
from lossbook import losses
from tools import denominators, pictures
from tools.unchanged import ROOT, Record, digest

FOLDER = ROOT / "book" / "reference"
API, PYTORCH, PICTURES = FOLDER / "api.md", FOLDER / "pytorch.md", FOLDER / "pictures"
FAMILIES = {
    "regression": "Numbers",
    "binary": "A yes or a no",
    "multiclass": "One of many classes",
    "margin": "Margins",
    "focal": "Rare classes and easy samples",
    "information": "Information",
}
BESIDE = {  # what else a reader calls, by module
    "core": ["losses"],
    "comparison": ["compare"],
    "derivation": ["Derivation"],
    "training": ["minibatches", "numerical_gradient"],
    "special": ["sigmoid"],
    "data": ["digits", "tumours", "diabetes", "mnist"],
}
SECTION = re.compile(r"^([A-Z][a-z]+)\n-+\n", re.MULTILINE)
DEPRECATED = ("size_average", "reduce")
NAME = re.compile(r"(?<!`)`([a-z_0-9.]+)`(?!`)")


def functions(module: str) -> list[str]:
    """The public functions of a module of losses, in the order of the file."""
    home = importlib.import_module(f"lossbook.{module}")
    public = [n for n in vars(home) if n in lossbook.__all__ or module == "information"]
    found = [n for n in public if getattr(vars(home)[n], "__module__", "") == home.__name__]
    return [n for n in found if not n.startswith("_") and "$$" in vars(home)[n].__doc__]


def title(module: str, name: str) -> str:
    """How a reader calls it after `import lossbook as lb`."""
    if module == "information" or not hasattr(lossbook, name):
        return f"{module}.{name}"
    return name


def entries() -> Iterator[tuple[str, str, Any]]:
    """(family, title, object) of everything on the page."""
    for module, family in FAMILIES.items():
        home = importlib.import_module(f"lossbook.{module}")
        for name in functions(module):
            yield family, title(module, name), vars(home)[name]
    for module, names in BESIDE.items():
        home = importlib.import_module(f"lossbook.{module}")
        for name in names:
            yield "Beside the losses", title(module, name), vars(home)[name]


def signature(function: Callable[..., Any]) -> str:
    """Names and defaults, without the types, which the parameters tell in words."""
    plain = inspect.signature(function)
    parameters = [p.replace(annotation=p.empty) for p in plain.parameters.values()
                  if p.name not in DEPRECATED]  # fmt: skip
    return str(plain.replace(parameters=parameters, return_annotation=plain.empty))


def sections(docstring: str) -> tuple[str, dict[str, str]]:
    """What comes before the first headline of a docstring, and what is under each."""
    first, *rest = SECTION.split(inspect.cleandoc(docstring))
    return first.strip(), dict(zip(rest[::2], map(str.strip, rest[1::2]), strict=True))


def definitions(text: str) -> str:
    """`name : kind` with indented text below, as a definition list."""
    lines = []
    for term, indented in re.findall(r"^(\S.*)\n((?:(?:    .*)?\n?)*)", text + "\n", re.MULTILINE):
        name, _, kind = term.partition(" : ")
        names = ", ".join(f"`{each}`" for each in name.split(", "))
        body = inspect.cleandoc(indented).replace("\n", "\n  ")
        kind = f"*{kind}*" if kind else ""
        lines.append(f"{names}\n: {kind}{'<br>' if kind and body else ''}{body}\n")
    return "\n".join(lines)


def linked(text: str, names: set[str], own: str) -> str:
    """Make a link of each name in backticks that has an entry of its own."""

    def link(match: re.Match[str]) -> str:
        name = match[1]
        return f"[`{name}`](#{anchor(name)})" if name in names and name != own else match[0]

    return NAME.sub(link, text)


def anchor(name: str) -> str:
    """The end of the address of an entry: its name, which only a new name changes."""
    return name.replace(".", "")


def extent(name: str) -> str:
    """What one value of the formula is the loss of."""
    from lossbook import symbolic

    if symbolic.is_of_batch(name):
        return "a whole batch"
    return "one element" if pictures.PICTURES[name].others is None else "one sample"


def entry(name: str, thing: Any, names: set[str]) -> Iterator[str]:
    from lossbook.symbolic import latex

    is_loss = losses().get(name) is thing
    opening, parts = sections(thing.__doc__)
    yield f'<span id="{name}"></span>\n\n### {name}\n'
    kind = "class" if inspect.isclass(thing) else "function"
    call = f"lossbook.{name}{signature(thing)}"
    yield f"```{{py:{kind}}} {call}\n:no-contents-entry:\n```\n"
    yield linked(opening, names, name) + "\n"
    if is_loss:
        drawn, words = pictures.draw(name)
        write(PICTURES / f"{name}.svg", drawn)
        yield f"```{{image}} pictures/{name}.svg\n:alt: {words}\n:class: loss-picture\n```\n"
        yield f"`lb.{name}.formula`, for {extent(name)}:\n"
        yield f"$$\n{latex(thing.formula)}\n$$\n"
        if thing.torch:
            yield f"In PyTorch: `{thing.torch}`. [How the two compare](pytorch.md#{name}).\n"
    for headline, text in parts.items():
        yield f"**{headline}**\n"
        if headline in ("Parameters", "Raises"):
            yield linked(definitions(text), names, name)
        elif headline == "Examples":
            yield f"```pycon\n{text}\n```\n"
        else:
            yield linked(text, names, name) + "\n"


def api() -> str:
    everything = list(entries())
    names = {name for _, name, _ in everything}
    text = [
        "# The package, function by function\n",
        "`import lossbook as lb` is assumed throughout.\n"
        "Every loss has four faces besides the value: `.grad`, the derivative of the sum of its "
        "output with respect to its first argument; `.value_and_grad`, both computed together; "
        "`.formula`, its SymPy expression; and `.torch`, the name of PyTorch's function of the "
        "same meaning.\n",
        "Each accepts PyTorch's deprecated `size_average` and `reduce` too, as keywords, and "
        "warns.\n",
        "This page is made from the docstrings; the pictures are drawn, and their descriptions "
        "counted, by the functions they show.\n",
    ]
    family = ""
    for group, name, thing in everything:
        if group != family:
            text.append(f"## {group}\n")
            family = group
        text += entry(name, thing, names)
    return "\n".join(text)


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


def pytorch() -> str:
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


def write(path: Path, content: bytes) -> None:
    """Only what changed: Sphinx goes by the time of a file."""
    if not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def inputs() -> str:
    """Whatever can change the pages, and the pages as they were left."""
    makers = [ROOT / "tools" / f"{n}.py" for n in ("reference", "pictures", "denominators")]
    return digest(ROOT / "lossbook", *makers, API, PYTORCH, PICTURES)


def make() -> None:
    record, start = Record("reference"), time.monotonic()
    if record.holds("pages", inputs()):
        return
    write(API, api().encode())
    write(PYTORCH, pytorch().encode())
    record.update([("pages", inputs())])
    print(f"reference: pages written ({time.monotonic() - start:.1f} s)", flush=True)


def main() -> int:
    make()
    return 0


if __name__ == "__main__":
    sys.exit(main())
