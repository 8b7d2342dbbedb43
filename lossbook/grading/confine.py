"""Fence this process in, before a stranger's code runs in it. Nothing here can be undone.

Each layer is asked for and, where the system does not have it, named: the run tells the teacher.
On Linux: resource limits; no capabilities, also not root's; no network; and Landlock, by which
the process can write only to its own folder, read only Python and the system's libraries, and
send signals to none but its own children.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from lossbook.grading.limits import WRITTEN

NO_NEW_PRIVILEGES, DEATH_SIGNAL, SUBREAPER, DUMPABLE = 38, 1, 36, 4
NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000
CAPABILITIES = 0x20080522
CREATE, ADD, RESTRICT = 444, 445, 446
"""Landlock's calls, with the same numbers on every processor."""

EXECUTE, WRITE, READ, READ_FOLDER = 1 << 0, 1 << 1, 1 << 2, 1 << 3
TRUNCATE, DEVICE = 1 << 14, 1 << 15
OF_FILES = EXECUTE | WRITE | READ | TRUNCATE | DEVICE
"""What can be allowed for a file that is no folder."""

SYSTEM = (
    "/usr", "/lib", "/lib64", "/bin", "/nix/store", "/etc/ld.so.cache", "/etc/localtime",
    "/etc/fonts", "/etc/mime.types", "/proc/self", "/proc/cpuinfo", "/proc/meminfo",
    "/proc/sys/vm/overcommit_memory", "/sys/devices/system/cpu", "/sys/fs/cgroup",
    "/dev/urandom", "/dev/random", "/dev/zero",
)  # fmt: skip
"""What numerical libraries read when they start; no home folder, and nothing of /etc but this."""

PROCESSES = 64
"""How many more processes and threads the user may then have."""


class Refused(OSError):
    """The system does not have it, or does not allow it."""


def process_control(option: int, value: int) -> None:
    """Set a property of this process, where the system is Linux."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def die_with_parent() -> None:
    process_control(DEATH_SIGNAL, 9)


def keep_private() -> None:
    """Let no other process of the same user read the memory and environment of this one."""
    process_control(DUMPABLE, 0)


def adopt_orphans() -> None:
    """Become the parent of every descendant that is left alone, so that it can be found."""
    process_control(SUBREAPER, 1)


def confine(folder: str, readable: Iterable[str], memory: int, seconds: float) -> list[str]:
    """Fence this process in, and return what could not be had, in words."""
    layers: list[tuple[str, Callable[[], Iterable[str] | None]]] = [
        ("limits on memory, processor time, files and processes", lambda: limit(memory, seconds)),
        ("a network of its own", leave_network),
        ("giving up privileges", give_up_privileges),
        ("Landlock, to close the file system", lambda: close_files(folder, readable)),
    ]
    missing: list[str] = []
    for name, layer in layers:
        try:
            missing += layer() or []
        except (OSError, AttributeError, ImportError):
            missing.append(name)
    return missing


def limit(memory: int, seconds: float) -> list[str]:
    import resource  # not on Windows

    wanted = {
        "memory": ("RLIMIT_AS", memory * 1_000_000),
        "processor time": ("RLIMIT_CPU", int(seconds) + 1),
        "the size of files": ("RLIMIT_FSIZE", WRITTEN),
        "open files": ("RLIMIT_NOFILE", 256),
        "core dumps": ("RLIMIT_CORE", 0),
    }
    if (count := tasks_of_user()) is not None:
        wanted["processes"] = ("RLIMIT_NPROC", count + PROCESSES)
    missing = []
    for name, (kind, most) in wanted.items():
        try:
            number = getattr(resource, kind)
            hard = resource.getrlimit(number)[1]
            if hard != resource.RLIM_INFINITY:
                most = min(most, hard)
            resource.setrlimit(number, (most, most))
        except (OSError, ValueError, AttributeError):
            missing.append(f"a limit on {name}")
    return missing


def tasks_of_user() -> int | None:
    """How many threads this user has, which is what Linux limits; None if nobody knows."""
    if not Path("/proc/self/task").is_dir():
        return None
    count = 0
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                if process.stat().st_uid == os.getuid():
                    count += len(os.listdir(process / "task"))
            except OSError:
                continue  # it has ended
    return count


def library() -> Any:
    if sys.platform != "linux":
        raise Refused
    return ctypes.CDLL(None, use_errno=True)


def succeeded(result: int) -> int:
    if result < 0:
        raise Refused(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def leave_network() -> None:
    """Go where there is no network; who is not root needs a world of users of its own for it."""
    libc = library()
    if libc.unshare(NEW_NETWORK) != 0:
        succeeded(libc.unshare(NEW_USER | NEW_NETWORK))


def give_up_privileges() -> None:
    libc = library()
    succeeded(libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    header, none = (ctypes.c_uint32 * 2)(CAPABILITIES, 0), (ctypes.c_uint32 * 6)()
    succeeded(libc.capset(ctypes.byref(header), ctypes.byref(none)))


def close_files(folder: str, readable: Iterable[str]) -> list[str]:
    """Landlock: https://docs.kernel.org/userspace-api/landlock.html"""
    libc = library()
    version = succeeded(libc.syscall(CREATE, None, ctypes.c_size_t(0), 1))
    files = (1 << 13) - 1  # all of the first version
    files |= sum(1 << 11 + n for n in (2, 3) if version >= n)  # linking, shortening
    files |= DEVICE if version >= 5 else 0
    network = 3 if version >= 4 else 0
    scope = 3 if version >= 6 else 0
    attributes = (ctypes.c_uint64 * 3)(files, network, scope)
    rules = succeeded(
        libc.syscall(
            CREATE, ctypes.byref(attributes), ctypes.c_size_t(ctypes.sizeof(attributes)), 0
        )
    )
    try:
        allow(libc, rules, folder, files)
        allow(libc, rules, "/dev/null", (READ | WRITE | TRUNCATE) & files)
        for place in (*SYSTEM, *readable):
            allow(libc, rules, place, READ | READ_FOLDER | EXECUTE)
        succeeded(libc.syscall(RESTRICT, rules, 0))
    finally:
        os.close(rules)
    return list(lacking(version))


def allow(libc: Any, rules: int, place: str, access: int) -> None:
    try:
        handle = os.open(place, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # this system does not have it
    try:
        if not os.path.isdir(place):
            access &= OF_FILES
        rule = access.to_bytes(8, sys.byteorder) + handle.to_bytes(4, sys.byteorder)
        succeeded(libc.syscall(ADD, rules, 1, ctypes.c_char_p(rule), 0))
    finally:
        os.close(handle)


def lacking(version: int) -> Iterator[str]:
    """What an older Landlock does not do."""
    if version < 3:
        yield "keeping other files from being emptied (Linux 6.2)"
    if version < 6:
        yield "keeping signals from other processes (Linux 6.12)"
