"""Break the losses on purpose, one small change at a time, and see that the tests notice.

Cosmic Ray makes the mutants. Its own runner writes each one over the source and starts a new
pytest for it, which takes seconds to import PyTorch and SymPy; here every mutant is a fork of
a process that has imported them, in a copy of the tree. A mutant that no test notices must
stand in tests/package/mutants.md, with the reason.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any, NamedTuple

from tools.unchanged import CACHE, ROOT

REQUIREMENTS = ROOT / "tools" / "mutation-requirements.txt"
COSMIC_RAY = CACHE / "cosmic-ray"
LISTED = ROOT / "tests" / "package" / "mutants.md"

# Of each module the tests of its family, the quick ones first: the first failure ends them.
FAMILIES = ("regression", "binary", "multiclass", "margin", "focal", "information")
TESTS = {
    **{name: [f"tests/package/test_{name}.py"] for name in FAMILIES},
    "special": [f"tests/package/test_{name}.py" for name in ("special", *FAMILIES)],
}
ACCURACY = ("tests/package/test_accuracy_binary.py", "tests/package/test_accuracy_regression.py")

# One or two wrong operators in the place of each: eleven would be noticed by the same tests.
OPERATORS = [
    *(
        f"ReplaceBinaryOperator_{pair}"
        for pair in (
            *("Add_Sub", "Add_Mul", "Sub_Add", "Sub_Div", "Mul_Div", "Mul_Add", "Div_Mul"),
            *("Div_Sub", "Pow_Mul", "Mod_Mul", "FloorDiv_Mul", "BitAnd_BitOr", "BitOr_BitAnd"),
        )
    ),
    *(
        f"ReplaceComparisonOperator_{pair}"
        for pair in (
            *("Eq_NotEq", "Eq_GtE", "NotEq_Eq", "Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt"),
            *("Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt", "Is_IsNot", "IsNot_Is"),
        )
    ),
    *("ReplaceUnaryOperator_Delete_USub", "ReplaceUnaryOperator_Delete_Invert"),
    *("ReplaceUnaryOperator_Delete_Not", "AddNot", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue"),
    *("ReplaceAndWithOr", "ReplaceOrWithAnd", "ExceptionReplacer", "NumberReplacer"),
    *("ZeroIterationForLoop", "RemoveDecorator"),
]


class Mutant(NamedTuple):
    """A module with one change."""

    module: str
    line: int
    before: str
    after: str
    source: str

    def __str__(self) -> str:
        return f"- `{self.module}.py`: `{self.before}` → `{self.after}`"


def code_of(source: str) -> str:
    """The program without what never runs, so that a change of a type hint is no change."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.FunctionDef):
            node.returns = None
        elif isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(None)
    return ast.dump(tree)


def by_cosmic_ray(source: str) -> Iterator[str]:
    from cosmic_ray import plugins
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.mutating import mutate_code

    for name in OPERATORS:
        operator = plugins.get_operator(f"core/{name}")()
        count = sum(len(list(operator.mutation_positions(n))) for n in ast_nodes(get_ast(source)))
        for occurrence in range(count):
            yield mutate_code(source, operator, occurrence)


def without_a_statement(source: str) -> Iterator[str]:
    """Cosmic Ray leaves no statement out; a check that is not made is the likeliest mistake."""
    lines = source.splitlines(keepends=True)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant):
            first, last = node.lineno - 1, node.end_lineno or node.lineno
            kept = " " * node.col_offset + "pass\n"
            yield "".join([*lines[:first], kept, *lines[last:]])


def mutants(module: str) -> list[Mutant]:
    source = (ROOT / "lossbook" / f"{module}.py").read_text(encoding="utf-8")
    seen, found = {code_of(source)}, []
    for mutated in (*by_cosmic_ray(source), *without_a_statement(source)):
        try:
            code = code_of(mutated)
        except SyntaxError:
            continue
        if code in seen:
            continue
        seen.add(code)
        old, new = source.splitlines(), mutated.splitlines()
        changes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        _, i, j, k, m = next(each for each in changes if each[0] != "equal")
        before, after = (" ".join(map(str.strip, part)) for part in (old[i:j], new[k:m]))
        found.append(Mutant(module, i + 1, before, after, mutated))
    return found


def prepare() -> None:
    """Import once what every fork needs, but neither the package nor its tests."""
    import hypothesis
    import hypothesis.extra.numpy
    import matplotlib
    import mpmath
    import pytest
    import scipy.special
    import sympy
    import torch

    del pytest, matplotlib, mpmath, scipy, sympy
    torch.set_num_threads(1)
    # A counterexample is enough here; nobody reads its smallest form.
    phases = [hypothesis.Phase.explicit, hypothesis.Phase.generate]
    hypothesis.settings.register_profile(
        "mutants", phases=phases, derandomize=True, database=None, deadline=None
    )
    hypothesis.settings.load_profile("mutants")


def tests_of(module: str) -> list[str]:
    """The doctests, the tests of the family, and the measured accuracy of its losses."""
    found = [f"lossbook/{module}.py", *TESTS[module]]
    source = (ROOT / "lossbook" / f"{module}.py").read_text(encoding="utf-8")
    functions = re.findall(r"^def (\w+)", source, re.MULTILINE)
    for place in ACCURACY:
        if module == "special":
            found.append(place)
            continue
        text = (ROOT / place).read_text(encoding="utf-8")
        measured = [name for name in functions if f'"{name}"' in text]
        for name in measured:
            found += [f"{place}::test_value_and_slope[{name}-float{bits}]" for bits in (64, 32)]
    return found


def run(folder: Path, module: str, limit: float) -> str:
    """Run the tests of a module in a fork: "" if they pass, or what noticed."""
    log = folder / "log"
    child = os.fork()
    if child == 0:
        code = 3
        try:
            os.chdir(folder)
            output = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
            os.dup2(output, 1)
            os.dup2(output, 2)
            sys.dont_write_bytecode = True  # its time stamps have seconds; mutants come faster
            # the package must come from the copy, and not from the tree or an installation
            sys.path[:] = [str(folder), *(p for p in sys.path if p not in ("", str(ROOT)))]
            import pytest

            options = ["-x", "-q", "--no-header", "--tb=line"]
            options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # of what is imported
            options += ["-p", "no:xdist", "--doctest-modules"]
            code = int(pytest.main([*options, *tests_of(module)]))
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    start = time.monotonic()
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            break
        if time.monotonic() - start > limit:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return "time"
        time.sleep(0.02)
    if os.waitstatus_to_exitcode(status) == 0:
        return ""
    text = log.read_text(encoding="utf-8", errors="replace")
    failed = re.search(r"^(?:FAILED|ERROR) (\S+)", text, re.MULTILINE)
    return failed[1] if failed else "an error"


def copy(folder: Path) -> None:
    skip = shutil.ignore_patterns("__pycache__")
    for name in ("lossbook", "tests/package"):
        shutil.copytree(ROOT / name, folder / name, ignore=skip)
    shutil.copy(ROOT / "pyproject.toml", folder)


def check(
    module: str, chosen: list[Mutant], folders: SimpleQueue[Path]
) -> tuple[list[Mutant], int]:
    """Return the mutants that no test notices, and how many were only noticed by their time."""
    folder = folders.get()
    start = time.monotonic()
    if noticed := run(folder, module, 600):
        sys.exit(f"{module}: the tests fail without any mutant: {noticed}")
    limit = 10 + 4 * (time.monotonic() - start)
    folders.put(folder)

    def verdict(mutant: Mutant) -> str:
        folder = folders.get()
        try:
            place = folder / "lossbook" / f"{module}.py"
            sound = place.read_text(encoding="utf-8")
            place.write_text(mutant.source, encoding="utf-8")
            noticed = run(folder, module, limit)
            place.write_text(sound, encoding="utf-8")
        finally:
            folders.put(folder)
        if not noticed:
            print(f"  line {mutant.line}: {mutant}", flush=True)
        return noticed

    with ThreadPoolExecutor(folders.qsize()) as pool:
        verdicts = list(pool.map(verdict, chosen))
    alive = [mutant for mutant, noticed in zip(chosen, verdicts, strict=True) if not noticed]
    return alive, verdicts.count("time")


def install() -> None:
    """Beside the environment and not in it: what is installed there is part of every verdict."""
    if not (COSMIC_RAY / "cosmic_ray").exists():
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(COSMIC_RAY)]
        pinned = ["-r", str(REQUIREMENTS), "-c", str(ROOT / "constraints.txt")]
        subprocess.run([*command, *pinned], check=True)
    sys.path.append(str(COSMIC_RAY))  # last, so that the environment's own packages win


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", help=f"of {', '.join(TESTS)}; all without")
    parser.add_argument("--sample", type=int, help="try so many of each module, at random")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    install()
    listed = LISTED.read_text(encoding="utf-8") if LISTED.exists() else ""
    unknown: list[Mutant] = []
    total = killed = 0
    prepare()
    with tempfile.TemporaryDirectory() as place:
        folders: SimpleQueue[Any] = SimpleQueue()
        for n in range(arguments.jobs):
            copy(Path(place) / str(n))
            folders.put(Path(place) / str(n))
        for module in arguments.modules or TESTS:
            start = time.monotonic()
            chosen = mutants(module)
            if arguments.sample and arguments.sample < len(chosen):
                chosen = random.Random(0).sample(chosen, arguments.sample)
            print(f"{module}: {len(chosen)} mutants", flush=True)
            survivors, slow = check(module, chosen, folders)
            reasoned = [mutant for mutant in survivors if str(mutant) in listed]
            unknown += [mutant for mutant in survivors if mutant not in reasoned]
            total += len(chosen)
            killed += len(chosen) - len(survivors)
            print(
                f"{module}: {len(chosen) - len(survivors)} noticed, {slow} of them by running "
                f"out of time, {len(reasoned)} on the list, "
                f"{len(survivors) - len(reasoned)} unexplained ({time.monotonic() - start:.0f} s)",
                flush=True,
            )
    print(f"{killed} of {total} noticed ({killed / max(total, 1):.1%}), {len(unknown)} unexplained")
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
