"""The equations in the docstrings hold, and a wrong one is found."""

import re
from collections.abc import Callable

import pytest

from book.checks.docstrings import DOCSTRINGS
from lossbook.core import losses
from tools import check_docstrings

FUNCTIONS = check_docstrings.documented()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_equations_of(name: str) -> None:
    function = FUNCTIONS[name]
    assert list(check_docstrings.function_problems(name, function, DOCSTRINGS)) == []


def test_every_loss_and_every_check_is_there() -> None:
    assert set(losses()) <= set(FUNCTIONS)
    assert set(DOCSTRINGS) == set(FUNCTIONS)


@pytest.mark.parametrize(
    ("name", "old", "new", "reason"),
    [
        ("mse_loss", "= (", "= -(", "is wrong: .* at y = "),
        ("mse_loss", "2(", "(", "is wrong"),
        ("huber_loss", r"\delta/2", r"\delta", "is wrong"),
        ("soft_margin_loss", "e^{-yx}", "e^{yx}", "is wrong"),
        ("focal_loss", r"\gamma\, p_y", r"\gamma\, p_k", "is wrong"),
        ("hinge_embedding_loss", "y = -1", "y = 1", "is wrong|cannot be read"),
        ("hinge_loss", r"-y\,[\,yx < 1\,]", r"-x\,[\,yx < 1\,]", "is wrong"),
        (
            "cross_entropy",
            r"\frac{\varepsilon}{K} \sum_k w_k",
            r"\varepsilon \sum_k w_k",
            "but its check",
        ),
        ("information.kl_divergence", "- p_k + q_k", "- p_k - q_k", "the sides are"),
        ("information.js_divergence", r"\frac{p + q}{2}", "p + q", "is wrong"),
    ],
)
def test_a_wrong_docstring_is_refused(name: str, old: str, new: str, reason: str) -> None:
    def copy() -> None: ...

    doc = FUNCTIONS[name].__doc__ or ""
    assert old in doc
    copy.__doc__ = doc.replace(old, new, 1)
    found = list(check_docstrings.function_problems(name, copy, DOCSTRINGS))
    assert any(re.search(reason, problem) for problem in found), found


def test_a_gradient_left_out_is_noticed() -> None:
    def copy() -> None: ...

    doc = FUNCTIONS["mse_loss"].__doc__ or ""
    copy.__doc__ = doc[: doc.index(r", \qquad")] + "$$\n\n    Parameters"
    missing: Callable[..., object] = copy
    found = list(check_docstrings.function_problems("mse_loss", missing, DOCSTRINGS))
    assert found == ["mse_loss: the docstring does not state the gradient"]
