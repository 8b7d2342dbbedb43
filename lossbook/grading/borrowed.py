"""Whether an answer leans on the package's own functions. A hint for a teacher, and no proof."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

PACKAGE = "lossbook"


def borrowed(cells: Sequence[str], answer: str) -> str:
    """Return what of lossbook the answer uses, or what it is defined with; nothing if none."""
    imported: dict[str, str] = {}
    defined: dict[str, ast.AST] = {}
    node: ast.AST
    for cell in cells:
        try:
            body = ast.parse(cell).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in body:
            imported |= dict(imports(node))
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                defined[node.name] = node
            elif isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        defined[target.id] = node.value
    todo, seen = [answer], set()
    while todo:
        name = todo.pop()
        if name in seen or name not in defined:
            continue
        seen.add(name)
        inside = dict(imported)
        for node in ast.walk(defined[name]):
            inside |= dict(imports(node))
        for node in ast.walk(defined[name]):
            if isinstance(node, ast.Name):
                if node.id in inside and node.id not in defined:
                    return inside[node.id]
                todo.append(node.id)
    return ""


def imports(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Names that an import brings from the package, and what they are."""
    if isinstance(node, ast.Import):
        for each in node.names:
            if each.name.partition(".")[0] == PACKAGE:
                yield each.asname or PACKAGE, PACKAGE
    elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == PACKAGE:
        for each in node.names:
            yield each.asname or each.name, f"{node.module}.{each.name}"
