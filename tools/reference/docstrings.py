"""Take a docstring apart, and write its parts as the pages want them."""

import inspect
import re
from collections.abc import Callable
from typing import Any

DEPRECATED = ("size_average", "reduce")
SECTION = re.compile(r"^([A-Z][a-z]+)\n-+\n", re.MULTILINE)
NAME = re.compile(r"(?<!`)`([a-z_0-9.]+)`(?!`)")


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
