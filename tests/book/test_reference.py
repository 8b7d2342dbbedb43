"""The reference pages: what makes them of the docstrings, and that it tells the truth."""

from pathlib import Path

import numpy as np
import pytest

import lossbook as lb
from tools import markdown
from tools.reference import (
    api,
    bibliography,
    denominators,
    docstrings,
    glance,
    pictures,
    pytorch,
    status,
)

DOCSTRING = """Squared error.

    It is `huber_loss` far in, and `mse_loss` is itself.

    Parameters
    ----------
    input, target : array, any shape
        The predictions,
        in two lines.
    weight : number

    Returns
    -------
    A scalar.
    """


def test_sections_of_a_docstring() -> None:
    opening, parts = docstrings.sections(DOCSTRING)
    assert opening.startswith("Squared error.") and opening.endswith("itself.")
    assert list(parts) == ["Parameters", "Returns"]
    assert parts["Returns"] == "A scalar."
    assert docstrings.definitions(parts["Parameters"]) == (
        "`input`, `target`\n: *array, any shape*<br>The predictions,\n  in two lines.\n\n"
        "`weight`\n: *number*\n"
    )


def test_names_that_have_an_entry_become_links() -> None:
    text = docstrings.linked(DOCSTRING, {"huber_loss", "mse_loss"}, own="mse_loss")
    assert "[`huber_loss`](#huber_loss)" in text and " `mse_loss` is itself" in text


def test_every_loss_and_every_parameter_has_its_entry() -> None:
    titles = {name for _, name, _ in api.entries()}
    assert set(lb.losses()) <= titles and "information.entropy" in titles
    assert len(titles) == len(list(api.entries()))
    for name, loss in lb.losses().items():
        _, parts = docstrings.sections(loss.__doc__ or "")
        listed = docstrings.definitions(parts["Parameters"])
        call = docstrings.signature(loss).strip("()")
        for parameter in (each.partition("=")[0] for each in call.split(", ")):
            assert f"`{parameter}`" in listed, f"{name} does not list {parameter}"


def test_every_loss_has_a_picture_drawn_alike_twice() -> None:
    assert set(pictures.PICTURES) == set(lb.losses())
    first, second = (pictures.draw("huber_loss") for _ in range(2))
    assert first == second and first[0].startswith(b"<?xml")
    assert "δ = 1: loss 2.5, 0, 2.5; slope −1, 0, 1" in first[1]


def test_a_curve_is_what_the_loss_returns() -> None:
    picture = pictures.PICTURES["cross_entropy"]
    values, slopes = pictures.along(lb.cross_entropy, picture, picture.curves[1])
    z = np.array([picture.x[100], 0.0, 0.0])
    ours, slope = lb.cross_entropy.value_and_grad(z, 0, label_smoothing=0.1)
    assert values[100] == ours and slopes[100] == slope[0]


def test_denominators_are_measured() -> None:
    assert denominators.measured("nll_loss") == [
        ("", "the number of samples"),
        ("with `weight`", "the sum of the targets' weights"),
        ("with `ignore_index`", "the number of targets kept"),
        ("with both", "the sum of the weights of the targets kept"),
        ("with trailing dimensions", "the number of samples times positions"),
    ]
    assert dict(denominators.measured("mse_loss"))["with `weight`"] == "the sum of the weights"
    assert dict(denominators.measured("huber_loss"))["with `weight`"] == "the number of elements"
    assert dict(denominators.measured("kl_div"))['"batchmean"'] == "the number of samples"


def test_a_quotient_with_two_meanings_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(denominators, "K", 1)  # as many elements as samples
    monkeypatch.setattr(denominators, "ELEMENT_WEIGHT", np.ones((denominators.N, 1)))
    with pytest.raises(ValueError, match=r"mse_loss .*divides by"):
        denominators.measured("mse_loss")


def test_an_answer_is_shown_with_the_digits_that_tell_it_apart() -> None:
    table = "\n".join(pytorch.deviations("poisson_nll_loss"))
    assert "| 1.0000001e−10 | 1e−10 |" in table
    assert "| nan | 0 |" in table
    assert "`ValueError`" in table
    assert not list(pytorch.deviations("brier_loss"))


def test_a_card_shows_what_the_docstring_proves() -> None:
    shown = glance.equation("hinge_loss")
    assert shown.formula == r"\ell(x, y) = \max(0,\; 1 - yx)"
    assert glance.right_side(shown.slope) == r"-y\,[\,yx < 1\,]" and not shown.where
    assert glance.equation("cross_entropy").where == r"$p = \operatorname{softmax}(z)$"
    for name in lb.losses():
        assert glance.right_side(glance.equation(name).formula)
        assert glance.right_side(glance.equation(name).slope)


def test_every_loss_has_one_card_and_one_line_on_the_sheet() -> None:
    names = [name for _, family in glance.families() for name in family]
    assert sorted(names) == sorted(lb.losses())
    assert sum(line.startswith("| [`") for line in glance.sheet().split("\n")) == len(names)


def test_the_class_that_calls_a_function_is_found() -> None:
    assert glance.module_of("cross_entropy") == "torch.nn.CrossEntropyLoss"
    assert glance.module_of("binary_cross_entropy") == "torch.nn.BCELoss"
    assert glance.module_of("sigmoid_focal_loss") == ""


SHANNON = "- C. E. Shannon, *A theory*, BSTJ (1948). [doi:10.1/X](https://doi.org/10.1/X)"


def cites(folder: Path, name: str, *entries: str) -> markdown.Source:
    path = folder / f"{name}.md"
    path.write_text(f"# {name}\n\n## Sources\n\n" + "\n".join(entries) + "\n", encoding="utf-8")
    return markdown.parse(path)


def test_one_source_cited_twice_is_one_entry(tmp_path: Path) -> None:
    older = "- A. Bayes, *An essay* (1763)."
    sources = [cites(tmp_path, "one", SHANNON, older), cites(tmp_path, "two", SHANNON)]
    found = bibliography.entries(sources)
    assert [len(citing) for _, citing in found.values()] == [2, 1]
    assert sorted(map(bibliography.surname, (SHANNON[2:], older[2:])))[0].startswith("bayes")


def test_one_source_written_in_two_ways_is_refused(tmp_path: Path) -> None:
    other = SHANNON.replace("1948", "1949")
    sources = [cites(tmp_path, "one", SHANNON), cites(tmp_path, "two", other)]
    with pytest.raises(bibliography.BibliographyError, match=r"two.md:5.*1949(.|\n)*one.md.*1948"):
        bibliography.entries(sources)


def test_status_follows_the_table_of_contents(tmp_path: Path) -> None:
    (tmp_path / "book" / "src").mkdir(parents=True)
    for name in "ab":
        cites(tmp_path / "book" / "src", name)
    files = "".join(f"      - file: book/chapters/{name}\n" for name in "ba")
    (tmp_path / "_toc.yml").write_text(f"parts:\n  - caption: x\n    chapters:\n{files}")
    assert [source.title for source in status.in_order(tmp_path)] == ["b", "a"]
