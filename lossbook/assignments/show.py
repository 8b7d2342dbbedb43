"""Plain data as text: short, and as code that can be pasted into a cell."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossbook.assignments.plain import Expression, Name

MOST = 600
"""Characters of one value."""


def as_code(value: Any) -> str:
    """An argument as it would be typed."""
    if isinstance(value, Name):
        return value.name.rpartition(":")[2]
    if isinstance(value, np.ndarray):
        text = f"np.array({value.tolist()!r})"
        for special in ("nan", "inf"):
            text = text.replace(special, f"np.{special}")
        return shortened(text)
    if isinstance(value, list):
        return f"[{', '.join(map(as_code, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key!r}: {as_code(each)}' for key, each in value.items())}}}"
    return shortened(repr(value))


def as_text(value: Any) -> str:
    """A result, its numbers with the digits that matter."""
    if isinstance(value, float):
        return f"{value + 0.0:.6g}"  # −0 is 0
    if isinstance(value, Expression):
        return shortened(value.text)
    if isinstance(value, np.ndarray):
        value = value + 0 if value.dtype.kind == "f" else value
        return np.array2string(value, precision=6, threshold=30, max_line_width=72, separator=", ")
    if isinstance(value, list):
        return shortened(f"[{', '.join(map(as_text, value))}]")
    if isinstance(value, dict):
        return shortened(", ".join(f"{key}: {as_text(each)}" for key, each in value.items()))
    return shortened(repr(value))


def shortened(text: str) -> str:
    return text if len(text) <= MOST else text[: MOST - 2] + " …"
