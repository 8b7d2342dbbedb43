"""The reference pages: what makes them of the docstrings, and that it tells the truth."""

import numpy as np
import pytest

import lossbook as lb
from tools import denominators, pictures, reference

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
    opening, parts = reference.sections(DOCSTRING)
    assert opening.startswith("Squared error.") and opening.endswith("itself.")
    assert list(parts) == ["Parameters", "Returns"]
    assert parts["Returns"] == "A scalar."
    assert reference.definitions(parts["Parameters"]) == (
        "`input`, `target`\n: *array, any shape*<br>The predictions,\n  in two lines.\n\n"
        "`weight`\n: *number*\n"
    )


def test_names_that_have_an_entry_become_links() -> None:
    text = reference.linked(DOCSTRING, {"huber_loss", "mse_loss"}, own="mse_loss")
    assert "[`huber_loss`](#huber_loss)" in text and " `mse_loss` is itself" in text


def test_every_loss_and_every_parameter_has_its_entry() -> None:
    titles = {name for _, name, _ in reference.entries()}
    assert set(lb.losses()) <= titles and "information.entropy" in titles
    assert len(titles) == len(list(reference.entries()))
    for name, loss in lb.losses().items():
        _, parts = reference.sections(loss.__doc__ or "")
        listed = reference.definitions(parts["Parameters"])
        call = reference.signature(loss).strip("()")
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
    table = "\n".join(reference.deviations("poisson_nll_loss"))
    assert "| 1.0000001e−10 | 1e−10 |" in table
    assert "| nan | 0 |" in table
    assert "`ValueError`" in table
    assert not list(reference.deviations("brier_loss"))
