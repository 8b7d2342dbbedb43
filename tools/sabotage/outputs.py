"""Errors in what the notebooks store: a digit of an output, a coordinate of a figure."""

import random
import re
from collections.abc import Iterator
from pathlib import Path

from tools.sabotage.plant import Edit, Plant, plants
from tools.sabotage.words import one_digit

# as nbformat writes them: a key, then a list with one string on each line
OUTPUTS = re.compile(r'^   "outputs": \[\n(.*?)^   \]', re.DOTALL | re.MULTILINE)
DATA = re.compile(r'^ *"(text(?:/\w+)?|image/svg\+xml)": \[\n(.*?)^ *\]', re.DOTALL | re.MULTILINE)
COORDINATE = re.compile(r"(?<=[MLCQ ] )-?\d+\.\d+(?= )|(?<=translate\()-?\d+\.\d+")
NUMBER = re.compile(r"(?<![\w.\\])\d+(?:\.\d+)?")


def of_book(root: Path, rng: random.Random) -> Iterator[Plant]:
    for path in sorted((root / "book" / "chapters").glob("*.ipynb")):
        text = path.read_text(encoding="utf-8")
        drawn: list[Edit] = []
        printed: list[Edit] = []
        for block in OUTPUTS.finditer(text):
            for data in DATA.finditer(block[1]):
                start = block.start(1) + data.start(2)
                svg = data[1] == "image/svg+xml"
                hidden = (
                    data[2] if svg else re.sub(r"<[^<>]*>", lambda m: "\0" * len(m[0]), data[2])
                )
                for match in (COORDINATE if svg else NUMBER).finditer(hidden):
                    (drawn if svg else printed).append(one_digit(match, rng).shifted(start))
        yield from plants("figure: a coordinate", root, path, text, drawn)
        yield from plants("stored output", root, path, text, printed)
