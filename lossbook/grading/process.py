"""Another Python, to which one speaks in lines of JSON and which is not believed."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import lossbook
from lossbook.grading.limits import MESSAGE

BOOT = (
    "import importlib, json, sys; settings = json.loads(sys.argv[1]); "
    "sys.path[:] = settings['path']; "
    "importlib.import_module(settings['module']).main(settings)"
)

STALE = 1000
"""Lines that answer nothing, after which a process is not listened to any more."""


class Gone(Exception):
    """It gave no answer; the word says why: exit, time or output."""


def import_path() -> list[str]:
    """Where this process finds its modules, without the folder it happens to be in."""
    here, ours = os.getcwd(), str(Path(lossbook.__file__).parent.parent)
    return [p for p in sys.path if os.path.isabs(p) and (p != here or p == ours)]


def environment(home: str) -> dict[str, str]:
    """Nothing of this process's own environment, which may hold secrets."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return kept | threads | {
        "HOME": home,
        "USERPROFILE": home,
        "TMPDIR": home,
        "TEMP": home,
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": home,
        "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip


class Process:
    """A fresh interpreter that runs `main` of one of our modules, in a session of its own."""

    def __init__(
        self, module: str, folder: str, settings: dict[str, Any], alone: bool = False
    ) -> None:
        """`alone`: this process has no other children meanwhile, so all new ones are its."""
        self.alone, self.before = alone, children()
        whole = settings | {"module": module, "path": import_path()}
        self.popen = subprocess.Popen(
            [sys.executable, "-I", "-c", BOOT, json.dumps(whole)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=environment(folder),
            start_new_session=True,
        )
        self.lines: queue.Queue[bytes | Gone] = queue.Queue(100)
        self.over = False
        self.number = 0
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        """Put what it says in the queue, a line at a time, as long as somebody listens."""
        assert self.popen.stdout is not None
        source, rest = self.popen.stdout.fileno(), bytearray()
        while not self.over:
            try:
                chunk = os.read(source, 1 << 16)
            except OSError:
                chunk = b""
            rest += chunk
            if b"\n" in chunk:
                *whole, rest = rest.split(b"\n")
                for line in whole:
                    self._put(bytes(line))
            if not chunk or len(rest) > MESSAGE:
                return self._put(Gone("output" if chunk else "exit"))

    def _put(self, line: bytes | Gone) -> None:
        while not self.over:
            with contextlib.suppress(queue.Full):
                return self.lines.put(line, timeout=0.1)

    def ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Send a request and return the reply, or raise `Gone`."""
        self.number += 1
        self._send({"n": self.number, **request}, seconds)
        return self.reply(seconds)

    def _send(self, request: dict[str, Any], seconds: float) -> None:
        assert self.popen.stdin is not None
        timer = threading.Timer(seconds, self.kill)  # it may not read, and the pipe be full
        timer.start()
        try:
            self.popen.stdin.write(json.dumps(request).encode() + b"\n")
            self.popen.stdin.flush()
        except (OSError, ValueError):
            raise Gone("exit") from None
        finally:
            timer.cancel()

    def reply(self, seconds: float) -> dict[str, Any]:
        until = time.monotonic() + seconds
        for _ in range(STALE):
            try:
                line = self.lines.get(timeout=max(until - time.monotonic(), 0.001))
            except queue.Empty:
                raise Gone("time") from None
            if isinstance(line, Gone):
                raise line
            try:
                reply = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(reply, dict) and reply.get("n") == self.number:
                return reply
        raise Gone("output")

    def kill(self) -> None:
        """End it, its group, and those of its children that went elsewhere."""
        self.over = True
        with contextlib.suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(self.popen.pid, signal.SIGKILL)
        with contextlib.suppress(OSError):
            self.popen.kill()
        self.popen.wait()
        self._sweep()

    def _sweep(self) -> None:
        """Orphans come to whoever adopts them (`confine.adopt_orphans`), some only later."""
        for _ in range(200 if self.alone else 0):
            left = children() - self.before
            if not left:
                return
            for child in left:
                with contextlib.suppress(OSError):
                    os.kill(child, signal.SIGKILL)
                with contextlib.suppress(OSError):
                    os.waitpid(child, 0)

    def close(self) -> None:
        self.kill()
        for pipe in self.popen.stdin, self.popen.stdout:
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()


def children() -> set[int]:
    """The processes whose parent this one is; none where the system does not list them."""
    found, me = set(), str(os.getpid())
    for status in Path("/proc").glob("[0-9]*/stat") if sys.platform == "linux" else ():
        with contextlib.suppress(OSError, ValueError):
            after_name = status.read_text(errors="replace").rpartition(")")[2].split()
            if after_name[1] == me:
                found.add(int(status.parent.name))
    return found
