"""Run every notebook as a reader on Binder does, and print its time and its peak memory.

In an empty folder: a copy of the repository's files, an environment like Binder's image with
what binder/postBuild adds, JupyterLab started from it, each notebook opened in a browser and
run to the end. Red if a cell fails or does not run, or if more than 1 GB is used; Binder gives
2 GB. It takes minutes, 1.5 GB of disk, a browser and Linux, as Binder's.
"""

import argparse
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import nbformat
import psutil
from nbformat import NotebookNode
from playwright.sync_api import Error, Page, sync_playwright

from tools import chromium
from tools.unchanged import ROOT

LIMIT = 1024  # MB, of server, kernel and the processes they start
PATIENCE = 600  # seconds a notebook may take
FOLDERS = ("book/chapters", "book/assignments")

# The open notebook as the page holds it, and whether its kernel has nothing left to do.
STATE = """() => {
  const panel = window.jupyterapp.shell.currentWidget;
  if (!panel || !panel.content || !panel.content.model || !panel.sessionContext) return null;
  const kernel = panel.sessionContext.session?.kernel;
  return {path: panel.context.path, status: kernel ? kernel.status : "none",
          notebook: panel.content.model.sharedModel.toJSON()};
}"""

UNTRUSTED = "is not trusted, so JupyterLab hides its stored figures"

# Run first: if these faults are not seen, nothing that follows can be believed.
BROKEN = {
    "an-error.ipynb": ["1 + 1", "1 / 0", "print('never reached')"],
    "a-missing-package.ipynb": ["import there_is_no_such_package"],
}


class Visit(NamedTuple):
    name: str
    faults: list[str]
    seconds: float
    megabytes: float

    def __str__(self) -> str:
        verdict = "; ".join(self.faults) if self.faults else "ran to the end"
        return f"{self.name}: {self.seconds:.1f} s, {self.megabytes:.0f} MB, {verdict}"


def faults(notebook: NotebookNode) -> list[str]:
    """Cells that failed, or that never ran."""
    found = []
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        expected = "raises-exception" in cell.metadata.get("tags", [])
        errors = [each for each in cell.outputs if each.output_type == "error"]
        found += [f"cell {number} raised {e.ename}: {e.evalue}" for e in errors if not expected]
        if not cell.get("execution_count"):
            found.append(f"cell {number} did not run")
    return found


def untrusted(answer: Any) -> list[str]:
    """From the server's answer for a notebook."""
    code = [cell for cell in answer["content"]["cells"] if cell["cell_type"] == "code"]
    return [] if all(cell["metadata"].get("trusted") for cell in code) else [UNTRUSTED]


def excess(megabytes: float) -> list[str]:
    return [f"more than {LIMIT} MB"] if megabytes > LIMIT else []


def bare(notebook: NotebookNode) -> NotebookNode:
    """Without the outputs of earlier runs, so that what is there comes from this one."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def notebooks(root: Path, names: list[str]) -> list[Path]:
    found = [path for folder in FOLDERS for path in sorted((root / folder).rglob("*.ipynb"))]
    unknown = set(names) - {path.stem for path in found}
    if unknown:
        raise ValueError(f"names should be notebooks in {FOLDERS}, and has {sorted(unknown)}")
    return [path for path in found if not names or path.stem in names]


def copy(target: Path) -> None:
    """What git would hand out, with the changes not committed yet."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


def variables(venv: Path) -> dict[str, str]:
    """Of a reader who has nothing but this environment."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    for name in ("JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        own[name] = str(venv / "home" / name.lower())
    path = os.pathsep.join([str(venv / "bin"), os.environ.get("PATH", os.defpath)])
    # an index that cannot be reached would otherwise cost seconds for every package
    return {"PIP_RETRIES": "1", **own, "PATH": path, "VIRTUAL_ENV": str(venv)}


def install(root: Path, venv: Path) -> None:
    """Binder's image, unless it is there, then what binder/ says."""
    if not venv.exists():
        image(root, venv)
    build = [str(root / "binder" / "postBuild")]
    subprocess.run(build, cwd=root, check=True, env=variables(venv), stdout=subprocess.DEVNULL)


def image(root: Path, venv: Path) -> None:
    version = "python-" + ".".join(map(str, sys.version_info[:2]))
    wanted = (root / "binder" / "runtime.txt").read_text().strip()
    if version != wanted:
        print(f"test-binder: binder/runtime.txt asks for {wanted}; this is {version}")
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    pip = [str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    packages = ROOT / "tools" / "binder-image.txt"
    subprocess.run([*pip, "--requirement", str(packages)], check=True, env=variables(venv))


def size(folder: Path) -> float:
    """Megabytes on the disk."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return sum(path.stat().st_size for path in files) / 2**20


class Memory:
    """The peak, looked up again and again, of a process and all that it starts.

    Shared pages are counted once (PSS), so that several processes are not taken for more
    than they are.
    """

    def __init__(self, process: int) -> None:
        self.root = psutil.Process(process)
        self.peak = 0.0
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def now(self) -> float:
        total = 0
        for process in [self.root, *self.root.children(recursive=True)]:
            try:
                used = process.memory_full_info()
                total += getattr(used, "pss", used.rss)
            except psutil.Error:
                continue  # it ended meanwhile
        return total / 2**20

    def watch(self) -> None:
        while not self.done.wait(0.2):
            self.peak = max(self.peak, self.now())

    def __enter__(self) -> "Memory":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()
        self.thread.join()


class Lab(NamedTuple):
    """A running JupyterLab."""

    process: int
    address: str
    token: str

    def ask(self, path: str, method: str = "GET") -> Any:
        request = urllib.request.Request(f"{self.address}/{path}", method=method)
        request.add_header("Authorization", f"token {self.token}")
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def stop_kernels(self) -> None:
        for session in self.ask("api/sessions"):
            self.ask(f"api/sessions/{session['id']}", "DELETE")


@contextmanager
def lab(root: Path, venv: Path) -> Iterator[Lab]:
    """JupyterLab over the folder, on this computer alone."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    options = [f"--port={port}", "--no-browser", f"--IdentityProvider.token={token}"]
    options += ["--LabApp.expose_app_in_browser=True", "--ServerApp.open_browser=False"]
    if os.geteuid() == 0:
        options.append("--allow-root")
    log = venv.with_name("jupyterlab.log")
    with log.open("w") as out:
        process = subprocess.Popen(
            [str(venv / "bin" / "jupyter"), "lab", *options],
            cwd=root, env=variables(venv), stdout=out, stderr=out,
        )  # fmt: skip
    server = Lab(process.pid, f"http://127.0.0.1:{port}", token)
    try:
        for _ in range(120):
            try:
                server.ask("api/status")
                break
            except (urllib.error.URLError, ConnectionError):
                if process.poll() is not None:
                    break
                time.sleep(0.5)
        else:
            process.kill()
        if process.poll() is not None:
            raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()}")
        yield server
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def run(page: Page, server: Lab, name: str, patience: float = PATIENCE) -> list[str]:
    """Open the notebook, run all its cells from the menu, and say what went wrong."""
    page.goto(f"{server.address}/lab/tree/{quote(name)}?reset&token={server.token}")
    deadline = time.monotonic() + patience

    def state(wanted: str) -> Any:
        """Of the notebook, once it is the one that was asked for and its kernel is there."""
        while time.monotonic() < deadline:
            found = page.evaluate(STATE) if page.evaluate("!!window.jupyterapp") else None
            if found and found["path"] == name and found["status"] == wanted:
                return found
            page.wait_for_timeout(200)
        raise TimeoutError(f"not {wanted} within {patience:.0f} s")

    seen: list[str] = []
    try:
        state("idle")
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        while True:  # idle between two cells is not the end: the next count must be there
            found = state("idle")
            seen = faults(nbformat.from_dict(found["notebook"]))
            if not seen or any(" raised " in fault for fault in seen):
                return seen
            page.wait_for_timeout(200)
    except TimeoutError as error:
        return [*seen[:3], str(error)]
    except Error as error:
        return [f"JupyterLab did not do it: {error.message.splitlines()[0]}"]


def visit(page: Page, server: Lab, root: Path, path: Path) -> Visit:
    name = path.relative_to(root).as_posix()
    hidden = untrusted(server.ask(f"api/contents/{quote(name)}"))
    nbformat.write(bare(nbformat.read(path, as_version=4)), path)
    start = time.monotonic()
    with Memory(server.process) as memory:
        found = run(page, server, name)
    seconds = time.monotonic() - start
    server.stop_kernels()
    return Visit(name, hidden + found + excess(memory.peak), seconds, memory.peak)


def broken(root: Path) -> list[Path]:
    """Notebooks that must be found faulty."""
    for name, cells in BROKEN.items():
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        )
        nbformat.write(notebook, root / name)
    return [root / name for name in BROKEN]


def verdict(run: Callable[[Path], Visit], wanted: list[Path], faulty: list[Path]) -> bool:
    """Whether all ran, told by something that does see the faults of the faulty ones."""
    for path in faulty:
        found = run(path)
        if not any(" raised " in fault for fault in found.faults):
            print(f"test-binder: {found}, although it is broken on purpose", file=sys.stderr)
            return False
    visits = []
    for path in wanted:
        visits.append(run(path))
        print(f"test-binder: {visits[-1]}", flush=True)
    failed = [each.name for each in visits if each.faults]
    most = max(each.megabytes for each in visits)
    print(f"test-binder: {len(visits)} notebooks, {len(failed)} failed, at most {most:.0f} MB")
    return not failed


def check(root: Path, venv: Path, names: list[str]) -> bool:
    program = chromium.find()
    if program is None:
        print(chromium.MISSING, file=sys.stderr)
        return False
    wanted = notebooks(root, names)
    with lab(root, venv) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=chromium.arguments(), chromium_sandbox=None
        )
        page = browser.new_page()
        page.on("dialog", lambda dialog: dialog.accept())  # "leave without saving?"
        passed = verdict(lambda path: visit(page, server, root, path), wanted, broken(root))
        browser.close()
    return passed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="notebooks to run; all of them without")
    parser.add_argument("--keep", type=Path, help="make the environment here, or use what is here")
    arguments = parser.parse_args()
    place = (arguments.keep or Path(tempfile.mkdtemp(prefix="binder-"))).resolve()
    root, venv = place / "repository", place / "environment"
    try:
        shutil.rmtree(root, ignore_errors=True)
        copy(root)
        print("test-binder: making Binder's environment (about 200 MB to download)", flush=True)
        start = time.monotonic()
        install(root, venv)
        seconds = time.monotonic() - start
        print(f"test-binder: {size(venv):.0f} MB, made in {seconds:.0f} s", flush=True)
        return 0 if check(root, venv, arguments.names) else 1
    except (subprocess.CalledProcessError, RuntimeError, ValueError) as error:
        print(f"test-binder: {error}", file=sys.stderr)
        return 1
    finally:
        if not arguments.keep:
            shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
