"""Remember what passed, and on which bytes, so that a second run does only what changed."""

import hashlib
import json
import platform
import sys
from collections.abc import Iterable
from importlib.metadata import distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
LEFTOVERS = {"__pycache__", ".ipynb_checkpoints"}


def files(*places: Path) -> list[Path]:
    """Every file at or beneath the places, in order; a place may be missing."""
    found = [p for place in places for p in (place, *place.rglob("*")) if p.is_file()]
    return sorted({p for p in found if not LEFTOVERS & set(p.parts)})


def installed() -> str:
    """The interpreter and every installed package: another version may change any result."""
    packages = sorted({f"{d.name}=={d.version}" for d in distributions()})
    return "\n".join([sys.version, platform.platform(), *packages])


def digest(*places: Path) -> str:
    """Of the names and bytes of all files at the places, and of the environment."""
    total = hashlib.sha256(installed().encode())
    for path in files(*places):
        name = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        total.update(f"\0{name.as_posix()}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


class Record:
    """Digests by name, in a file under .cache/, which git ignores."""

    def __init__(self, name: str) -> None:
        self.path = CACHE / f"{name}.json"

    def _read(self) -> dict[str, str]:
        try:
            return dict(json.loads(self.path.read_text()))
        except (OSError, ValueError):
            return {}

    def holds(self, name: str, value: str) -> bool:
        return self._read().get(name) == value

    def update(self, values: Iterable[tuple[str, str]]) -> None:
        CACHE.mkdir(exist_ok=True)
        text = json.dumps(self._read() | dict(values), indent=1, sort_keys=True)
        beside = self.path.with_suffix(".new")
        beside.write_text(text + "\n")
        beside.replace(self.path)
