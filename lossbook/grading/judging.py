"""The process of a judge: it is given the names of files and answers with rows."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from lossbook.grading.confine import adopt_orphans, die_with_parent, keep_private
from lossbook.grading.grade import Row, grade
from lossbook.grading.limits import Limits


def main(settings: dict[str, Any]) -> None:
    die_with_parent()
    keep_private()
    adopt_orphans()
    folder, limits = Path(settings["notebooks"]), Limits(**settings["limits"])
    for line in sys.stdin:
        request = json.loads(line)
        row = judged(folder, request["file"], limits, settings["assignment"])
        print(json.dumps({"n": request["n"], "row": row.as_data()}), flush=True)


def judged(folder: Path, file: str, limits: Limits, assignment: str | None) -> Row:
    try:
        return grade(folder, file, limits, assignment)
    except Exception as error:  # one notebook must not cost the others their rows
        said = f"not graded, by a fault of the grader: {type(error).__name__}: {error}"
        return Row(file, remarks=[said])
