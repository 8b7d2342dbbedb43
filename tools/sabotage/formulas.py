"""Errors in LaTeX: a sign, a factor, an index, an exponent."""

import re
from collections.abc import Callable, Iterator

from tools.sabotage.plant import Edit

GREEK = r"\\(?:alpha|beta|gamma|delta|varepsilon|epsilon|lambda|mu|pi|sigma|tau|theta|ell)\b"
SYMBOL = rf"(?:\\hat\s*(?:[a-zA-Z]|\{{[a-zA-Z]\}})|{GREEK}|[a-zA-Z])"
SCRIPT = r"(?:\{(?:[^{}]|\{[^{}]*\})*\}|\\[a-zA-Z]+|\w)"
GAP = r"(?:\s|\\,|\\;|\\!)*"
FACTOR = rf"(?:{SYMBOL}|\(|\[|\\(?:log|exp|max|min|sum|frac|left|sqrt|operatorname)\b)"
INDEX_LETTERS = "ijkmnyrc"
# words inside a formula, and what only lays it out
OPAQUE = re.compile(
    r"\\(?:operatorname\*?|text|mathrm|begin|end|label|tag)\{[^{}]*\}(?:\{[^{}]*\})?"
)


def blank(text: str) -> str:
    return OPAQUE.sub(lambda m: "\0" * len(m[0]), text)


def signs(text: str) -> Iterator[Edit]:
    """+ for −, − for +, no − where one stood, a − where none stood."""
    for match in re.finditer(r"[+-]", hidden := blank(text)):
        before, after = hidden[: match.start()].rstrip(), hidden[match.end() :].lstrip()
        same = "−0 is 0" if re.match(r"0(?![.\d])", after) else ""
        if not before or before[-1] in "=({[&,<>\0" or before.endswith((r"\le", r"\ge", r"\quad")):
            yield Edit(*match.span(), "", same)
        else:
            yield Edit(*match.span(), "+" if match[0] == "-" else "-", same)
    for match in re.finditer(r"=\s*&?\s*(?=[^-\s&])", hidden):
        if "{" in hidden[: match.start()].rpartition("}")[2]:
            continue  # the lower end of a sum
        if hidden[: match.start()].count("[") > hidden[: match.start()].count("]"):
            continue  # [j = y]
        same = "−0 is 0" if re.match(r"0(?![.\d])", hidden[match.end() :]) else ""
        yield Edit(match.end(), match.end(), "-", same)


def factors(text: str) -> Iterator[Edit]:
    """A coefficient, a symbol or a denominator is lost."""
    hidden = blank(text)
    for match in re.finditer(rf"(?<![\w.^_\\])(\d+(?:\.\d+)?){GAP}(?={FACTOR})", hidden):
        same = "a factor of 1" if match[1] == "1" else ""
        if not re.search(r"\\frac$|\\dfrac$", hidden[: match.start()]):
            yield Edit(*match.span(), "", same)
    factor = rf"(?<![\w\\^_]){SYMBOL}(?:_{SCRIPT})?(?:\^{SCRIPT})?(?:_{SCRIPT})?{GAP}(?={FACTOR})"
    # an index lost is no factor
    bare = re.sub(rf"_{SCRIPT}", lambda m: m[0].replace("{", "\1").replace("}", "\1"), hidden)
    for match in re.finditer(factor, hidden):
        if bare[: match.start()].count("\1") % 2:
            continue
        called = (
            hidden[match.end() : match.end() + 1] in ("(", "[") and match[0].strip() == match[0]
        )
        if not called and not re.search(r"\\partial\s*$|\\(?:max|min)_?$", hidden[: match.start()]):
            yield Edit(*match.span(), "")
    for match in re.finditer(r"\\[dt]?frac\{", hidden):
        middle = closing(hidden, match.end() - 1)
        if middle is None or not hidden.startswith("{", middle):
            continue
        end = closing(hidden, middle)
        top, bottom = text[match.end() : middle - 1], text[middle + 1 : (end or 0) - 1]
        if end and r"\partial" not in top + bottom:
            yield Edit(match.start(), end, f"({top})", "a factor of 1" if bottom == "1" else "")


def closing(text: str, at: int) -> int | None:
    """The place after the brace that closes the one at `at`."""
    depth = 0
    for n in range(at, len(text)):
        depth += (text[n] == "{") - (text[n] == "}")
        if depth == 0:
            return n + 1
    return None


def indices(text: str) -> Iterator[Edit]:
    """z_k becomes z_j; a sum begins one later; [j = y] becomes [k = y]."""
    hidden = blank(text)
    for match in re.finditer(rf"_({SCRIPT})", hidden):
        for letter in re.finditer(r"(?<![\\a-zA-Z])[a-z](?![a-zA-Z])|\d+", match[1]):
            yield from other(letter, match.start(1))
        for letter in re.finditer(r"(?<!\\)\b[a-z]{2}\b", match[1]):  # p_{ik}
            at = match.start(1) + letter.start()
            yield Edit(at, at + 2, letter[0][::-1])
    for match in re.finditer(r"\[\s*([a-z])\s*=", hidden):
        for letter in re.finditer("[a-z]", match[1]):
            yield from other(letter, match.start(1))
    for match in re.finditer(rf"\\(?:sum|prod)_{SCRIPT}\^({SCRIPT})", hidden):
        yield (
            Edit(match.end(), match.end(), "")
            if match[1] == "{"
            else Edit(*match.span(1), f"{{{match[1].strip('{}')} - 1}}")
        )


def other(letter: re.Match[str], by: int) -> Iterator[Edit]:
    if letter[0].isdigit():
        yield Edit(*letter.span(), str(int(letter[0]) + 1)).shifted(by)
        return
    for new in "jkiy":
        if new != letter[0]:
            yield Edit(*letter.span(), new).shifted(by)


def exponents(text: str) -> Iterator[Edit]:
    """A square becomes a cube, e^{z} becomes e^{-z}, a power is lost."""
    hidden = blank(text)
    for match in re.finditer(rf"\^({SCRIPT})", hidden):
        if re.search(rf"\\(?:sum|prod)(?:_{SCRIPT})?$", hidden[: match.start()]):
            continue  # the upper end of a sum
        inner = text[match.start(1) : match.end(1)].removeprefix("{").removesuffix("}").strip()
        if re.fullmatch(r"-?\d+", inner):
            yield Edit(*match.span(1), f"{{{int(inner) + 1}}}")
        elif inner.startswith("-"):
            yield Edit(*match.span(1), f"{{{inner[1:]}}}")
        else:
            yield Edit(*match.span(1), f"{{-({inner})}}")
        if inner != "1":
            yield Edit(*match.span(), "")


OPERATIONS: dict[str, Callable[[str], Iterator[Edit]]] = {
    "sign": signs,
    "factor": factors,
    "index": indices,
    "exponent": exponents,
}


def any_of_them(text: str) -> Iterator[Edit]:
    for operation in OPERATIONS.values():
        yield from operation(text)
