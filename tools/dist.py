"""Build the package's wheel and source archive into dist/, and check what is in them."""

import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from zipfile import ZipFile

from packaging.metadata import Metadata

from tools.unchanged import ROOT

DIST = ROOT / "dist"


def version(root: Path = ROOT) -> str:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def build(root: Path, target: Path) -> None:
    """By the pinned hatchling of this environment; an isolated build would fetch the newest."""
    command = [sys.executable, "-m", "hatchling", "build", "--directory", str(target)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"hatchling could not build {root}:\n{done.stdout}{done.stderr}")


def metadata(wheel: Path) -> str:
    with ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        return archive.read(name).decode()


def misdescribed(wheel: Path, wanted: str) -> list[str]:
    """What an index would refuse, or show wrongly."""
    try:
        found = Metadata.from_email(metadata(wheel))  # names every field that breaks the standard
    except ExceptionGroup as group:
        return [f"{wheel.name}: {error}" for error in group.exceptions]
    faults = []
    if str(found.version) != wanted:
        faults.append(f"{wheel.name}: version {found.version}, and pyproject.toml says {wanted}")
    if any("==" in str(each.specifier) for each in found.requires_dist or []):
        faults.append(f"{wheel.name}: pins what it needs, and cannot live beside others")
    if not (found.description or "").strip() or not found.license_expression:
        faults.append(f"{wheel.name}: has no description or no licence")
    return faults


def incomplete(sdist: Path, wheel: Path) -> list[str]:
    """The source archive must make the same wheel, or a packager gets another one."""
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(sdist) as archive:
            archive.extractall(folder, filter="data")
        (root,) = Path(folder).iterdir()
        again = Path(folder, "again")
        try:
            build(root, again)
        except RuntimeError as error:
            return [f"{sdist.name}: {error}"]
        if (again / wheel.name).read_bytes() != wheel.read_bytes():
            return [f"{sdist.name}: the wheel made from it is not {wheel.name}"]
    return []


def unlogged(root: Path = ROOT) -> list[str]:
    """The version must have its entry in the changelog, above all others, and be cited."""
    wanted = version(root)
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    entries = re.findall(r"^## \[([^\]]+)\](?: - (\d{4}-\d{2}-\d{2}))?$", text, re.MULTILINE)
    released = [entry for entry in entries if entry[0] != "Unreleased"]
    faults = []
    if not released or released[0][0] != wanted:
        first = released[0][0] if released else "none"
        faults.append(f"CHANGELOG.md: the latest entry is {first}, the version is {wanted}")
    faults += [f"CHANGELOG.md: {name} has no date" for name, date in released if not date]
    if f"\nversion: {wanted}\n" not in (root / "CITATION.cff").read_text(encoding="utf-8"):
        faults.append(f"CITATION.cff: does not cite version {wanted}")
    return faults


def make(root: Path = ROOT, target: Path = DIST) -> list[str]:
    """What is wrong; `target` is replaced only if nothing is."""
    beside = target.with_name(f".{target.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    build(root, beside)
    (wheel,), (sdist,) = beside.glob("*.whl"), beside.glob("*.tar.gz")
    found = [*unlogged(root), *misdescribed(wheel, version(root)), *incomplete(sdist, wheel)]
    if found:
        shutil.rmtree(beside)
        return found
    shutil.rmtree(target, ignore_errors=True)
    beside.replace(target)
    return []


def main() -> int:
    try:
        faults = make()
    except RuntimeError as error:
        faults = [str(error)]
    for fault in faults:
        print(fault, file=sys.stderr)
    if not faults:
        for path in sorted(DIST.iterdir()):
            print(f"dist: {path.relative_to(ROOT)} ({path.stat().st_size / 1024:.0f} kB)")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
