"""Print the tables: `python -m benchmarks`, or one of them: `python -m benchmarks speed`."""

from __future__ import annotations

import argparse
import time

PARTS = ("speed", "accuracy", "memory")


def main() -> None:
    """Print the parts asked for, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("part", nargs="*", choices=[*PARTS, []], default=[], metavar="part")
    for part in parser.parse_args().part or PARTS:
        start = time.monotonic()
        print(f"\n{part.upper()}\n", flush=True)
        print(report(part), flush=True)
        print(f"\n({time.monotonic() - start:.0f} s)")


def report(part: str) -> str:
    """Return one table; a part is loaded only if it is asked for."""
    if part == "speed":
        from benchmarks import speed

        return speed.report()
    if part == "accuracy":
        from benchmarks import accuracy

        return accuracy.report()
    from benchmarks import memory

    return memory.report()


if __name__ == "__main__":
    main()
