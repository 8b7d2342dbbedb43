"""How long a chapter takes to read, without its exercises."""

import re
from collections.abc import Iterator

from tools.markdown import Part, Source

# Mathematics is read slower than a novel, code slower still; the times are those of a reader
# who decides before opening a fold, and looks at the figures.
WORDS_A_MINUTE = 200
SECONDS = {"line of code": 5, "equation": 20, "figure": 30, "prediction": 30}
AFTER = ("Exercises", "Sources")
PROMISE = re.compile(r"\*\*It takes\*\* about (\d+) minutes, and as long again")
DISPLAY = re.compile(r"\$\$.+?\$\$", re.DOTALL)


def main_part(source: Source) -> Iterator[Part]:
    yield from (part for part in source.parts if part.section not in AFTER)


def minutes(source: Source) -> float:
    """An estimate: words, shown lines of code, equations, figures and predictions."""
    parts = list(main_part(source))
    prose = "\n".join(part.text for part in parts if part.kind == "prose")
    cells = [part for part in parts if part.kind == "cell"]
    shown = [part for part in cells if not re.search("hide-(input|cell)", part.options)]
    counts = {
        "line of code": sum(len(part.text.split("\n")) for part in shown),
        "equation": len(DISPLAY.findall(prose)),
        "figure": sum("alt:" in part.options for part in cells),
        "prediction": prose.count('<details class="predict">'),
    }
    words = len(DISPLAY.sub("", prose).split())
    return words / WORDS_A_MINUTE + sum(SECONDS[name] * counts[name] for name in counts) / 60


def promised(source: Source) -> int | None:
    """The minutes that the box at the top names."""
    for part in source.of("prose"):
        if match := PROMISE.search(part.text):
            return int(match[1])
    return None
