"""A number in the prose that no cell prints is found."""

import re
from pathlib import Path

import nbformat
import pytest

from tests.book import small
from tools import check_numbers
from tools.unchanged import ROOT


def test_the_book_has_no_problems() -> None:
    assert check_numbers.problems(ROOT) == []


def test_the_small_chapter_has_none(tmp_path: Path) -> None:
    small.write(tmp_path)
    assert check_numbers.problems(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("1.079", "1.078", r"small-one\.md:26: no cell of “The loss” prints 1\.078; .* 1\.0788"),
        ("1.079", "−1.079", r"prints −1\.079"),
        ("1.079", "1.07880", r"prints 1\.07880"),
        ("−0.91", "0.92", r"prints 0\.92"),
        ("−0.91", "−0.90", r"prints −0\.90; the nearest is -0\.91"),
        ("67.1%", "67.2%", r"prints 67\.2%"),
        ("67.1%", "671", r"prints 671"),
        ("67.1%", "1,079", r"prints 1,079"),
        ("67.1%", "$e^{709.78}$", r"prints 709\.78"),
        ("67.1%", "4.248e-18", r"prints 4\.248e-18"),
        ("never above 0.91", "never above 1.079", r"of “” prints 1\.079; one in “The loss” does"),
        ("0.91", "0.5", r"NUMBERS lists 0\.91, which small-one\.md does not contain"),
    ],
)
def test_a_wrong_number_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    small.write(tmp_path, old, new)
    found = check_numbers.problems(tmp_path)
    assert any(re.search(reason, problem) for problem in found), found


@pytest.mark.parametrize(
    "new",
    ["1.08", "1.0788", "0.34", "9", "`1.234`",
     "[x](https://doi.org/10.1111/222)", "−0.91", "0.671"],
)  # fmt: skip
def test_what_needs_no_print_or_has_one(tmp_path: Path, new: str) -> None:
    small.write(tmp_path, "1.079", new)
    assert check_numbers.problems(tmp_path) == []


@pytest.mark.parametrize(
    ("cited", "known"),
    [
        ("Shannon 1948", True),
        ("Shannon (1948)", True),
        ("Shannon 1949", False),
        ("Shanon 1948", False),
        ("Müller 1948", False),
    ],
)
def test_a_citation_names_a_source(tmp_path: Path, cited: str, known: bool) -> None:
    source, _ = small.write(tmp_path, "It is", f"After [{cited}](#sources) it is")
    text = source.path.read_text()
    source.path.write_text(f"{text}\n## Sources\n\n- C. E. Shannon, *A theory*, 1948.\n")
    found = check_numbers.problems(tmp_path)
    assert found == [] if known else f"no source is called {cited}" in found[0]


def test_captions_and_alt_texts_count(tmp_path: Path) -> None:
    cell = "---\nmystnb:\n  image:\n    alt: It ends at 3.21.\n---\nimport torch.nn"
    small.write(tmp_path, "import torch.nn", cell)
    assert re.search(r"small-one.md:33: .* prints 3\.21", check_numbers.problems(tmp_path)[0])


def test_numpy_drops_zeros_inside_an_array() -> None:
    numbers = list(check_numbers.printed("[0.5465 0.122  0.3315] 0.5"))
    assert [each.places for each in numbers] == [4, 4, 4, 1]


@pytest.mark.parametrize(
    ("numbers", "right"),
    [
        ("4, −2 and 0", True),
        ("4, −2, 0 and 7", True),
        ("4, 0 and 7", True),  # others may stand between them
        ("0.5, 0.122, 0.33", True),  # as an output shows them, rounded
        ("4, 2 and 0", False),
        ("4, −2 and 1", False),
        ("−2, 4 and 0", False),
        ("4, −2 and 0.5", False),  # in one cell, but not in one of code and output
        ("4 and 0", True),  # two are no list
        ("4, 9 and 0", False),
    ],
)
def test_a_list_stands_in_a_cell_in_its_order(tmp_path: Path, numbers: str, right: bool) -> None:
    source, checks = small.write(tmp_path, "1.079", numbers)
    stored = tmp_path / "book" / "chapters" / "small-one.ipynb"
    notebook = nbformat.read(stored, as_version=4)
    notebook.cells[-1].source = "x = [4, -2, 0, 7]"
    notebook.cells[-1].outputs[0].text += "[0.5465 0.122  0.3315]"
    found = list(check_numbers.lists(source, notebook, checks, set()))
    reason = f"small-one.md:26: no cell of “The loss” has {numbers} in this order"
    assert not found if right else found[0].startswith(reason), found


def test_a_list_may_be_excused(tmp_path: Path) -> None:
    lists = small.CHECKS.replace('{"0.91"', '{"4, 9 and 0": "an example", "0.91"')
    small.write(tmp_path, "1.079", "4, 9 and 0", checks=lists)
    assert check_numbers.problems(tmp_path) == []
    small.write(tmp_path, checks=lists)
    assert "NUMBERS lists 4, 9 and 0, which small-one.md" in check_numbers.problems(tmp_path)[0]


@pytest.mark.parametrize(
    ("wanted", "printed", "right"),
    [
        ("100", "100.0", True),
        ("1,000", "1000.00", True),
        ("100", "100.4", False),
        ("100", "99.9", False),
        ("100.0", "100", False),  # which shows no tenth
        ("100.0", "100.04", True),
    ],
)
def test_a_whole_number_may_be_printed_with_zeros(wanted: str, printed: str, right: bool) -> None:
    outputs = list(check_numbers.printed(printed))
    assert check_numbers.justified(check_numbers.number(wanted), outputs, []) is right


def test_tables_and_formulas_are_read() -> None:
    html = {"text/html": "<td>1.23</td><td>2.34</td>", "text/latex": "$x = 3.45$"}
    text = check_numbers.shown(nbformat.v4.new_output("display_data", html))
    assert [each.text for each in check_numbers.printed(text)] == ["1.23", "2.34", "3.45"]
