"""Say in words which extra of the package brings a library that is missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

EXTRAS = {"symbolic": "sympy", "plot": "matplotlib", "torch": "torch", "data": "sklearn"}
"""The extras of pyproject.toml, and what each one is for."""


@contextmanager
def extra(name: str) -> Iterator[None]:
    """Import the library of an extra inside, and an error names the extra."""
    try:
        yield
    except ImportError as error:
        library = EXTRAS[name]
        if (error.name or "").partition(".")[0] != library:
            raise  # the library is there, and lacks something itself
        raise ImportError(
            f"this part of lossbook needs {library}, which is not installed; "
            f'it comes with: pip install "lossbook[{name}]"',
            name=library,
        ) from None
