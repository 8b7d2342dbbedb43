"""Plant errors, judge them, and show what was found and what was not."""

import argparse
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

from tools import execution
from tools.sabotage import draw, judge, run
from tools.sabotage.plant import Edit, Plant
from tools.sabotage.run import Verdict
from tools.unchanged import ROOT

TARGET = 0.98
# In `make test`. Plants that the known checks find at 98 % leave at most two of twenty over in
# all but one draw of a hundred: so an unlucky draw does not turn a change red that is right,
# and a check that has gone blind to a common kind does. A check of a rare kind may go blind
# and pass here; that each check sees what it should is what its own tests show.
SAMPLE, ENOUGH = 20, 18
SLOW = frozenset({"nbval", "tests of the module", "tests of the package"})


def unbroken(plants: list[Plant], without: frozenset[str]) -> list[tuple[Plant, list[str]]]:
    """Jobs without an error, one for each file that is planted in: all its checks must pass,
    or else what they find proves nothing.
    """
    jobs: dict[tuple[str, ...], Plant] = {}
    for plant in plants:
        for name in judge.checks_for(plant):
            if name in without:
                continue
            stem = Path(plant.path).stem
            place = "" if name == "tests of the package" else stem
            nothing = Plant("no error", plant.path, 0, "", "", Edit(0, 0, ""))
            jobs.setdefault((name, place), nothing)
    return [(plant, [name]) for (name, _), plant in jobs.items()]


def finder(verdict: Verdict) -> str:
    """The check, and of nbval whether the cell itself stopped or only its output is another:
    that would be gone after `make notebooks`.
    """
    if verdict.by != "nbval":
        return verdict.by
    raised = "Cell execution caused an exception" in verdict.said
    return "the cell raises" if raised else "another output"


def table(verdicts: list[Verdict]) -> str:
    kinds: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        kinds[verdict.plant.kind].append(verdict)
    lines = [f"{'kind':26} {'planted':>7} {'found':>6} {'missed':>6} {'found':>6} {'time':>7}  by"]
    rows = [*sorted(kinds.items()), ("all", verdicts)]
    for kind, mine in rows:
        found = sum(bool(each.by) for each in mine)
        seconds = sum(each.seconds for each in mine)
        by = Counter(finder(each) for each in mine if each.by).most_common()
        lines.append(
            f"{kind:26} {len(mine):7} {found:6} {len(mine) - found:6} {found / len(mine):6.0%} "
            f"{seconds:5.0f} s  {', '.join(f'{name} {n}' for name, n in by)}"
        )
    return "\n".join(lines)


def sabotage(
    root: Path,
    number: int,
    seed: str,
    kinds: tuple[str, ...] = (),
    passed: frozenset[str] = frozenset(),
) -> list[Verdict]:
    """Plant, judge and report. First the unbroken copy must pass; `passed` names the checks
    that are known to.
    """
    drawn = draw.draw(root, number, seed, kinds)
    print(f"{len(drawn.plants)} plants, seed {seed}", flush=True)
    for reason, count in sorted(drawn.skipped.items()):
        print(f"  {count} others were not planted: {reason}")
    execution.prepare()
    for verdict in run.judged(root, unbroken(drawn.plants, passed)):
        if verdict.by:
            raise SystemExit(f"{verdict.plant.path} is red without any plant:\n{verdict.said}")
    verdicts = []
    jobs = [(plant, judge.checks_for(plant)) for plant in drawn.plants]
    for verdict in run.judged(root, jobs):
        verdicts.append(verdict)
        mark = f"found by {verdict.by}" if verdict.by else "MISSED"
        print(f"{len(verdicts):3} {mark} ({verdict.seconds:.1f} s) {verdict.plant}", flush=True)
    return verdicts


def report(verdicts: list[Verdict]) -> None:
    print(f"\n{table(verdicts)}")
    missed = [each for each in verdicts if not each.by]
    if missed:
        print("\nMissed:")
    for each in missed:
        print(f"  {each.plant.kind}: {each.plant}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="make sabotage", description=__doc__)
    parser.add_argument("--number", type=int, default=200, help="how many plants")
    parser.add_argument("--seed", help="by default from the content of the book")
    parser.add_argument("--kind", action="append", default=[], help="only these kinds")
    parser.add_argument("--sample", action="store_true", help="a few, after make test has passed")
    arguments = parser.parse_args()
    start = time.monotonic()
    seed = arguments.seed or draw.seed_of(ROOT)
    if arguments.sample:
        verdicts = sabotage(ROOT, SAMPLE, seed, passed=SLOW)
    else:
        verdicts = sabotage(ROOT, arguments.number, seed, tuple(arguments.kind))
    report(verdicts)
    found = sum(bool(each.by) for each in verdicts)
    print(f"\n{found} of {len(verdicts)} found ({time.monotonic() - start:.0f} s)")
    if arguments.sample and found < len(verdicts):
        print(f"At least {ENOUGH} must be found. Again: python -m tools.sabotage --seed {seed}")
    needed = ENOUGH if arguments.sample else TARGET * len(verdicts)
    return 0 if found >= min(needed, len(verdicts)) else 1


if __name__ == "__main__":
    sys.exit(main())
