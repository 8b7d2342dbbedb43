"""The pages that show every loss at a glance: a card each, and all on one sheet to print."""

import importlib
import inspect
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import torch

from lossbook import losses
from tools import markdown
from tools.markdown import Source
from tools.reference import api, pictures
from tools.reference.cards import CARDS, INF
from tools.unchanged import ROOT

DISPLAY = re.compile(r"\$\$(.*?)\$\$", re.DOTALL)
ABBREVIATED = {  # what the equation of a docstring explains in words below it
    "sigmoid_focal_loss": r"$\ell_0$ is the cross-entropy, $m = \sigma((1 - 2y)\,x)$",
}


class Equation(NamedTuple):
    """What a loss computes, as its docstring says and the checks have proved."""

    formula: str
    slope: str
    where: str
    """Abbreviations in both, or nothing."""


def equation(name: str) -> Equation:
    display = DISPLAY.search(inspect.getdoc(losses()[name]) or "")
    if display is None:
        raise ValueError(f"the docstring of {name} has no equation")
    parts = [
        part.strip().rstrip(",") for part in re.split(r"\\qquad", " ".join(display[1].split()))
    ]
    formula = next(part for part in parts if part.startswith(r"\ell"))
    slope = next(part for part in parts if r"\partial" in part)
    rest = [f"${part}$" for part in parts if part not in (formula, slope)]
    return Equation(formula, slope, ", ".join([*rest, *filter(None, [ABBREVIATED.get(name)])]))


def right_side(text: str) -> str:
    return text.partition(" = ")[2]


def bound(value: float) -> str:
    return {INF: "∞", -INF: "−∞"}.get(value, f"{value:g}")


def module_of(name: str) -> str:
    """The class of torch.nn that calls the function, or nothing."""
    call = re.compile(rf"\bF\.{name}\(")
    for each, thing in sorted(vars(torch.nn).items()):
        if each.endswith("Loss") and call.search(inspect.getsource(thing.forward)):
            return f"torch.nn.{each}"
    return ""


def mentions(name: str, source: Source) -> int:
    word = re.compile(rf"\b{name}\b")
    return sum(len(word.findall(part.text)) for part in source.parts)


def chapter_of(name: str, sources: list[Source]) -> str:
    """A link to the chapter that says most of the loss, or nothing."""
    most = max(sources, key=lambda source: mentions(name, source), default=None)
    if most is None or not mentions(name, most):
        return ""
    return f"[{most.title}](../chapters/{most.path.stem}.ipynb)"


def card(name: str, sources: list[Source]) -> Iterator[str]:
    loss: Any = losses()[name]
    said, shown, (_, words) = CARDS[name], equation(name), pictures.draw(name)
    yield f'<span id="{name}"></span>\n\n### {name}\n'
    yield "::::{container} loss-card\n"
    yield f"```{{image}} pictures/{name}.svg\n:alt: {words}\n:class: loss-picture\n```\n"
    yield ":::{container} loss-words\n"
    yield f"$$\n{shown.formula}\n$$\n"
    yield f"$$\n{shown.slope}\n$$\n"
    if shown.where:
        yield f"with {shown.where}.\n"
    yield f"- **Estimates** {said.estimates}."
    shape = "convex" if said.convex else "not convex"
    yield f"- **From** {bound(said.low)} to {bound(said.high)}, {shape} in its first argument."
    yield f"- **Made** {said.use}."
    yield f"- **Mind:** {said.beware}."
    calls = [f"`lb.{name}`", *(f"`{each}`" for each in (loss.torch, module_of(name)) if each)]
    yield f"- **Call** {', '.join(calls)}; [every argument](api.md#{name})."
    if chapter := chapter_of(name, sources):
        yield f"- **Read** {chapter}."
    yield "\n:::\n\n::::\n"


def families() -> Iterator[tuple[str, list[str]]]:
    for module, family in api.FAMILIES.items():
        home = importlib.import_module(f"lossbook.{module}")
        names = [n for n in api.functions(module) if losses().get(n) is vars(home)[n]]
        if names:
            yield family, names


def page() -> str:
    sources = markdown.sources(ROOT)
    text = [
        "# Losses at a glance\n",
        "Each loss with its slope, what it estimates, and what to mind.\n"
        "An estimate is the one input that makes the mean loss of all samples least.\n",
        "Formulas, pictures and estimates are the package's own; "
        "tests find each estimate by trying, and each range and shape by sampling.\n"
        "[All of them on one sheet of paper](cheatsheet.md).\n",
    ]
    for family, names in families():
        text.append(f"## {family}\n")
        for name in names:
            text += card(name, sources)
    return "\n".join(text)


def sheet() -> str:
    text = [
        "# Cheat sheet\n",
        "Every loss, for one element or sample; it prints on one page of A4.\n",
        "```{raw} html\n<style>@page { size: A4 landscape; margin: 6mm; }</style>\n```\n",
        ":::{container} cheatsheet\n",
        "| loss | formula | slope | estimates |",
        "|:--|:--|:--|:--|",
    ]
    for _, names in families():
        for name in names:
            shown = equation(name)
            cells = [
                f"[`{name}`](glance.md#{name})",
                f"${right_side(shown.formula)}$".replace("|", r"\vert "),
                f"${right_side(shown.slope)}$".replace("|", r"\vert "),
                CARDS[name].estimates + (f"; {shown.where}" if shown.where else ""),
            ]
            text.append("| " + " | ".join(cells) + " |")
    return "\n".join([*text, "\n:::\n"])
