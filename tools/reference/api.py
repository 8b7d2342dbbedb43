"""The page of the package, function by function, made of its docstrings."""

import importlib
import inspect
from collections.abc import Iterator
from typing import Any

import lossbook
from lossbook import losses
from tools.reference import pictures
from tools.reference.docstrings import definitions, linked, sections, signature

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
    "explorer": ["explore"],
    "training": ["minibatches", "numerical_gradient"],
    "special": ["sigmoid"],
    "data": ["digits", "tumours", "diabetes", "mnist"],
}


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
        _, words = pictures.draw(name)
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


def page() -> str:
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
