"""Find the browser that prints the book and tests the site; as a command, install it."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-noto-cjk")
MISSING = (
    f"No browser is here: none of {', '.join(NAMES)}. "
    "On Debian: apt-get install chromium; elsewhere set CHROMIUM to the program's path."
)


def find() -> str | None:
    """The program in CHROMIUM, or the first of the usual names that is installed."""
    wanted = os.environ.get("CHROMIUM")
    return next(filter(None, map(shutil.which, [wanted] if wanted else NAMES)), None)


def arguments() -> list[str]:
    """No server but this computer answers, and nothing is asked in the background."""
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    here = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    # the sandbox does not start for the administrator, as whom containers run
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    return [*quiet, here, "--disable-gpu", "--no-first-run", *root]


def reads_chinese() -> bool:
    """Is there a font for the glossary? Where fontconfig is absent, the system has its own."""
    if shutil.which("fc-list") is None:
        return True
    listed = subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True)
    return bool(listed.stdout.strip())


def install() -> bool:
    """Debian's packages, where we may: as the administrator or through a silent sudo."""
    if shutil.which("apt-get") is None:
        return False
    silent = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    if silent and shutil.which("sudo") is None:
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", *PACKAGES]):
        if subprocess.run([*silent, "apt-get", *command], env=environment).returncode:
            return False
    return True


def main() -> int:
    if "CHROMIUM" not in os.environ and not (find() and reads_chinese()):
        install()
    found = find()
    print(found or MISSING, file=sys.stdout if found else sys.stderr)
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
