"""A source is taken apart without losing a line, or where it was."""

from pathlib import Path

from tests.book import small
from tools import markdown


def test_every_line_is_where_it_was(tmp_path: Path) -> None:
    source, _ = small.write(tmp_path)
    lines = source.path.read_text().split("\n")
    for part in source.of("prose", "cell", "block"):
        for n, line in enumerate(part.text.split("\n")):
            assert lines[part.line - 1 + n] == line


def test_kinds_and_sections(tmp_path: Path) -> None:
    source, _ = small.write(tmp_path)
    found = [(part.kind, part.section) for part in source.parts]
    assert found == [
        ("prose", ""),
        ("prose", "The loss"),
        ("cell", "The loss"),
        ("block", "The loss"),
    ]


def test_the_options_of_a_cell(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(
        "```{code-cell} ipython3\n---\nmystnb:\n  figure:\n    caption: One\n      and two.\n"
        "    name: fig-a\n  image:\n    alt: Three.\n---\nx = 1\n```\n"
        "```{code-cell} ipython3\n:tags: [hide-cell]\n\ny = 2\n```\n"
    )
    parts = markdown.parse(path).parts
    assert [(p.kind, p.line, p.text.split()) for p in parts] == [
        ("words", 5, ["One", "and", "two."]),
        ("words", 9, ["Three."]),
        ("cell", 11, ["x", "=", "1"]),
        ("cell", 15, ["y", "=", "2"]),
    ]
