"""Which plants: of every kind as many as of any other, drawn by a seed."""

import hashlib
import random
import tomllib
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from tools.sabotage import outputs, package, words
from tools.sabotage.plant import Plant
from tools.unchanged import files

KNOWN = Path("tests") / "book" / "survivors.toml"


class Drawn(NamedTuple):
    plants: list[Plant]
    skipped: Counter[str]
    """Why others were not taken, and how often: they would change no meaning."""


def seed_of(root: Path) -> str:
    """A seed that changes with the book, so that in time other plants are drawn."""
    total = hashlib.sha256()
    for path in files(root / "book", root / "lossbook"):
        if path.suffix in (".md", ".ipynb", ".py"):
            total.update(path.read_bytes())
    return total.hexdigest()[:8]


def known_survivors(root: Path) -> dict[str, str]:
    """What a plant does -> why it is no error."""
    path = root / KNOWN
    if not path.exists():
        return {}
    return dict(tomllib.loads(path.read_text(encoding="utf-8")))


def candidates(root: Path, rng: random.Random) -> dict[str, list[Plant]]:
    found: dict[str, list[Plant]] = {}
    for plant in (
        *words.of_book(root, rng), *outputs.of_book(root, rng), *package.of_book(root)
    ):  # fmt: skip
        found.setdefault(plant.kind, []).append(plant)
    return found


def draw(root: Path, number: int, seed: str, kinds: tuple[str, ...] = ()) -> Drawn:
    """One of each kind in turn, until there are enough; no two in the same place."""
    rng = random.Random(seed)
    pools = candidates(root, rng)
    if kinds:
        pools = {kind: pool for kind, pool in pools.items() if kind in kinds}
    known, skipped = known_survivors(root), Counter[str]()
    for pool in pools.values():
        rng.shuffle(pool)
    order = list(pools)
    rng.shuffle(order)
    drawn: list[Plant] = []
    places: set[tuple[str, int]] = set()
    again: dict[str, list[Plant]] = {}
    while len(drawn) < number and any([*pools.values(), *again.values()]):
        for kind in order:
            # a second error in the same place only when the places are used up
            pool = pools[kind] or again.get(kind, [])
            while pool and len(drawn) < number:
                plant = pool.pop()
                place = (plant.path, plant.edit.start)
                if plant.edit.same or plant.key in known:
                    skipped[plant.edit.same or "known to be no error"] += 1
                elif place in places and pool is pools[kind]:
                    again.setdefault(kind, []).append(plant)
                else:
                    places.add(place)
                    drawn.append(plant)
                    break
    return Drawn(drawn, skipped)
