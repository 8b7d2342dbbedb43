"""How a check that is run by itself says what it found."""

import sys


def verdict(problems: list[str]) -> int:
    """Print each problem, and return the exit code: 0 only if there is none."""
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0
