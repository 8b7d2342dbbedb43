"""Judge many plants, each in a process of its own, as many at a time as there are cores."""

import contextlib
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from tools.sabotage import judge, scratch
from tools.sabotage.plant import Plant

LIMIT = 600  # seconds for one plant: a planted loop may never end
MEMORY = 12 * 2**30  # bytes of address space, most of which PyTorch never touches
# A forked child has everything imported already. Elsewhere a child starts from nothing.
WARM = sys.platform.startswith("linux")
CONTEXT: Any = multiprocessing.get_context("fork" if WARM else "spawn")


class Verdict(NamedTuple):
    plant: Plant
    by: str
    """The check that found it, or nothing."""
    said: str
    seconds: float


def warm_up() -> None:
    """Import what the children need. Nothing may compute here: threads do not survive a fork.

    Without the plugins of pytest, which it wants to import itself.
    """
    import jupyter_client  # noqa: F401
    import matplotlib.pyplot  # noqa: F401
    import mpmath  # noqa: F401
    import pytest  # noqa: F401
    import sklearn.datasets  # noqa: F401
    import torch
    import torch.nn.functional  # noqa: F401


def child(answer: Connection, log: Path, copy: Path, plant: Plant, names: list[str]) -> None:
    if WARM:
        os.setsid()  # a kernel that it starts can then be ended with it
    with log.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    except (ImportError, ValueError, OSError):
        pass  # not every system has it
    answer.send(judge.verdict(copy, plant, names))
    sys.stdout.flush()
    os._exit(0)


def end(process: int) -> None:
    """End a child, and whatever it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process, 9)


def one(plant: Plant, names: list[str], copy: Path) -> Verdict:
    start = time.monotonic()
    log = copy.with_suffix(".log")
    receiver, sender = CONTEXT.Pipe(duplex=False)
    with scratch.planted(plant, copy):
        process = CONTEXT.Process(target=child, args=(sender, log, copy, plant, names))
        process.start()
        sender.close()
        try:
            # to be slow is no verdict: a plant that runs into the limit counts as missed
            by = receiver.recv() if receiver.poll(LIMIT) else ""
        except EOFError:  # it ended without an answer
            process.join()
            text = log.read_text(errors="replace")[-2000:]
            if process.exitcode is not None and process.exitcode < 0:
                by = "the process died"  # as make test would
            else:
                raise RuntimeError(f"no verdict on {plant}:\n{text}") from None
        finally:
            receiver.close()
            process.join(1)
            process.kill()
            if WARM:
                end(process.pid)
            process.join()
    said = log.read_text(errors="replace").strip()
    return Verdict(plant, by, said, time.monotonic() - start)


_copies: dict[str, Path] = {}


def prepare(root: Path, folder: Path) -> None:
    """Each worker has a copy of its own."""
    _copies["mine"] = scratch.copy(root, folder / str(os.getpid()))


def work(plant: Plant, names: list[str]) -> Verdict:
    return one(plant, names, _copies["mine"])


def judged(root: Path, jobs: list[tuple[Plant, list[str]]]) -> Iterator[Verdict]:
    """The verdicts, in the order in which they come."""
    if WARM:
        warm_up()
    cores = os.cpu_count() or 1
    with (
        tempfile.TemporaryDirectory(prefix="sabotage-") as folder,
        ProcessPoolExecutor(cores, CONTEXT, prepare, (root, Path(folder))) as pool,
    ):
        for done in as_completed([pool.submit(work, *job) for job in jobs]):
            yield done.result()
