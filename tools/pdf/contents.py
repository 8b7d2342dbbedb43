"""The order of the pages, from _toc.yml."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Part:
    caption: str
    pages: tuple[str, ...]  # names as in _toc.yml: no suffix, relative to the root


@dataclass(frozen=True)
class Contents:
    root: str
    parts: tuple[Part, ...]

    @property
    def pages(self) -> list[str]:
        return [self.root, *(page for part in self.parts for page in part.pages)]


def files(entries: list[dict[str, Any]]) -> list[str]:
    """The pages of a list of entries, each before those beneath it."""
    found: list[str] = []
    for entry in entries:
        if "file" in entry:  # else a link to elsewhere
            found += [entry["file"], *files(entry.get("sections", []))]
    return found


def read(path: Path) -> Contents:
    table = yaml.safe_load(path.read_text(encoding="utf-8"))
    parts = [Part(part["caption"], tuple(files(part["chapters"]))) for part in table["parts"]]
    return Contents(table["root"], tuple(parts))
