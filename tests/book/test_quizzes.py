"""The form of a quiz and what is asked of one: each rule is broken once and found."""

import re
from pathlib import Path

import nbformat
import pytest

from tests.book import small
from tools import check_quizzes
from tools.check_numbers import sections
from tools.sphinx_ext.lossbook_quizzes import Quiz, QuizError, around, read
from tools.unchanged import ROOT

CHOICE = """**Which of the two is it?**

- A. The first, which is the longer one.
- B. The second.

<details class="predict">
<summary>Decide, then open</summary>

It is the second.

- A is wrong: the first one is longer than that.
- B is right: that is what the cell prints.

</details>
"""
NUMBER = """**How large is it?**

<details class="predict">
<summary>Decide, then open</summary>

It is 1.0788.

- 1.0788 ± 0.01 is right: that is what the cell prints.
- 0.91 is wrong: that is the slope, and without its sign.
- 2 is wrong: nothing here comes twice.

</details>
"""
OTHER = CHOICE.replace("A is wrong", "A is right").replace("B is right", "B is wrong")


def test_the_book_has_no_problems() -> None:
    assert check_quizzes.problems(ROOT) == []


def problems(root: Path, text: str) -> list[str]:
    source, _ = small.write(root, "It is $", f"{text}\nIt is $")
    notebook = root / "book" / "chapters" / "small-one.ipynb"
    return list(
        check_quizzes.chapter_problems(source, sections(nbformat.read(notebook, as_version=4)))
    )


def test_two_sound_quizzes(tmp_path: Path) -> None:
    assert problems(tmp_path, CHOICE + "\n" + NUMBER) == []
    assert problems(tmp_path, CHOICE + "\n" + OTHER) == []


def test_a_fold_with_an_ordinary_list_is_no_quiz(tmp_path: Path) -> None:
    fold = NUMBER.replace(" is right:", ",").replace(" is wrong:", ",")
    assert problems(tmp_path, fold) == ["small-one.md: 0 quizzes; at least 2"]


@pytest.mark.parametrize(
    ("quiz", "old", "new", "reason"),
    [
        (CHOICE, "B is right", "B is wrong", r":31: 0 answers are right; expected 1"),
        (CHOICE, "A is wrong", "A is right", r":31: 2 answers are right; expected 1"),
        (CHOICE, "- B is right: that is what the cell prints.\n", "", r"but the fold answers A"),
        (CHOICE, "- B. The second.\n", "", r"the options are A, but the fold answers A, B"),
        (CHOICE, "- B. The", "- C. The", r"the options are A, C; expected A, B, C"),
        (CHOICE, "- B. The", "- The", r"does not begin with a letter"),
        (CHOICE, "B is right:", "It is B:", r"“It is B: .*” is not “A is right: …”"),
        (CHOICE, "B. The second", "B. The first, which is the longer one", r"there 2 times"),
        (CHOICE, "the first one is longer than that", "that is what the cell prints", r"2 times"),
        (CHOICE, "the first one is longer than that", "no, try again, please", r"no reason"),
        (CHOICE, "the first one is longer than that", "not so", r"no reason"),
        (CHOICE, "B. The second", "B. It is 4.321", r"no cell of “The loss” has 4\.321"),
        (CHOICE, "is it?**", "is it?", r"does not end a question in bold"),
        (NUMBER, " ± 0.01", "", r"how far off may 1\.0788 be"),
        (NUMBER, "- 2 is wrong: nothing here comes twice.\n", "", r"fewer than 2 wrong numbers"),
        (NUMBER, "1.0788 ±", "1.0787 ±", r"no cell of “The loss” prints 1\.0787"),
        (NUMBER, "± 0.01", "± 0.2", r"may be taken for 1\.0788 and for 0\.91"),
        (NUMBER, "- 2 is", "- A is", r"there are no options above it"),
    ],
)  # fmt: skip
def test_a_broken_quiz_is_found(tmp_path: Path, quiz: str, old: str, new: str, reason: str) -> None:
    assert old in quiz
    found = "\n".join(problems(tmp_path, quiz.replace(old, new, 1)))
    assert re.search(reason, found), found


def test_a_chapter_needs_two(tmp_path: Path) -> None:
    assert problems(tmp_path, CHOICE) == ["small-one.md: 1 quizzes; at least 2"]


def test_the_same_letter_each_time_is_found(tmp_path: Path) -> None:
    again = CHOICE.replace("The second", "The second, which is the longer one of the two")
    assert problems(tmp_path, CHOICE + "\n" + again) == [
        "small-one.md: B is right in 2 of 2 quizzes"
    ]


def test_the_shortest_each_time_is_found(tmp_path: Path) -> None:
    other = OTHER.replace("The first, which is the longer one", "This").replace(
        "B. The", "B. The other, the"
    )
    assert problems(tmp_path, CHOICE + "\n" + other) == [
        "small-one.md: the shortest option is right in 2 of 2 quizzes"
    ]


def test_the_longest_each_time_is_found(tmp_path: Path) -> None:
    right = CHOICE.replace("The second", "The second, which is very much the longer one of the two")
    found = problems(tmp_path, right + "\n" + OTHER)
    assert found == ["small-one.md: the longest option is right in 2 of 2 quizzes"]


def test_habits_of_the_book_are_found() -> None:
    quiz = read(["A. x", "B. y"], ["A is right: it is.", "B is wrong: it is."])
    assert quiz is not None and quiz.right == 0
    assert list(check_quizzes.habits("the book", [quiz] * 9, 5)) == [
        "the book: A is right in 9 of 9 quizzes"
    ]


def test_numbers_as_they_are_written() -> None:
    quiz = read(
        [], ["1,797 is wrong: x", "−0.5 ± 0.1 is right: x", "1e-7 is wrong: x", "67 % is wrong: x"]
    )
    assert isinstance(quiz, Quiz) and quiz.right == 1
    assert quiz.ranges[0] == (1796.5, 1797.5)
    assert quiz.ranges[1] == pytest.approx((-0.6, -0.4))
    assert around(quiz.feedback[2]) == pytest.approx((0.5e-7, 1.5e-7))
    assert quiz.ranges[3] == (66.5, 67.5)


def test_a_plain_list_is_left_alone() -> None:
    assert read(["one", "two"], []) is None
    with pytest.raises(QuizError, match="is not “A is right"):
        read(["A. one", "B. two"], ["A is right: because.", "and so on"])
