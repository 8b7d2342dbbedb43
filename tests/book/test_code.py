"""Inline code that names what does not exist, or calls it wrongly, is found."""

import re
from pathlib import Path

import pytest

from tests.book import small
from tools import check_code
from tools.unchanged import ROOT

CALL = "`F.cross_entropy(logits, y, label_smoothing=0.0)`"


def test_the_book_has_no_problems() -> None:
    assert check_code.problems(ROOT) == []


def test_the_small_chapter_has_none(tmp_path: Path) -> None:
    small.write(tmp_path)
    assert check_code.problems(tmp_path) == []


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        ("`F.cross_entropi(logits, y)`", r"small-one\.md:27: .* has no cross_entropi"),
        ("`cross_entropi`", r"cross_entropi is known neither to a library nor"),
        ("`F.cross_entropy(y, logits)`", r"F\.cross_entropy takes input where y stands"),
        ("`F.cross_entropy(target, input)`", r"takes input where target stands"),
        ("`F.cross_entropy(logits)`", r"missing a required argument: 'target'"),
        ("`F.cross_entropy(logits, y, smoothing=0.1)`", r"unexpected keyword argument 'smoothing'"),
        ("`ignore_index=-1`", r"the default of ignore_index is -100, and no cell passes it; let"),
        ("`label_smoothing=1`", r"the default of label_smoothing is 0\.0"),
        ("`ignore_index=-100`", r":27: .*: this is a default, its line does not say so, and no"),
        ("`F.cross_entropy(logits, y, reduction='avg')`", r"has no reduction 'avg'"),
        ("`logits.movedim(-1)`", r"logits\.movedim\(.*missing a required argument"),
        ("`nn.CrossEntropyLoss()(logits)`", r"missing a required argument: 'target'"),
        ("`nn.CrossEntropyLoss()(y, logits)`", r"takes input where y stands"),
        ("`smoothing=0.0`", r"no function that the chapter mentions has a parameter smoothing"),
        ("`torch.softmax(logits, dim=0, foo=1)`", r"unexpected keyword argument 'foo'"),
        ("`'average'`", r"no cell and no signature has the string 'average'"),
        ("`logits.mvoedim(-1, 1)`", r"neither an array nor anything in the cells has mvoedim"),
        ("`log1q`", r"log1q is known neither"),
        ("`lb.hinge`", r"lossbook has no hinge"),
        ("`make nothing`", r"the Makefile has no nothing"),
        ("`no/such/file.md`", r"known neither|neither Python nor a file"),
        ("`weights`", r"weights is known neither"),
        ("`np.log(z, y, 3, 4)`", r"too many positional arguments"),
    ],
)
def test_wrong_inline_code_is_refused(tmp_path: Path, new: str, reason: str) -> None:
    small.write(tmp_path, CALL, f"`F.cross_entropy` and {new}")
    found = check_code.problems(tmp_path)
    assert any(re.search(reason, problem) for problem in found), found


@pytest.mark.parametrize(
    "new",
    ["`(N, C, d1, …)`", "`logits`", "`'mean'`", "`'none'`", "`weight`",
     "the default `ignore_index=-100`",
     "`torch.softmax(logits, 1)`", "`logits.mean(1)`", "`nn.CrossEntropyLoss()(logits, y)`",
     "`logits.max(1)`",
     "`CrossEntropyLoss`", "`-log(logits + 1e-7)`", "`log1p`", "`cross_entropy(logits, y)`",
     "`size_average`", "`torch.softmax(logits, 0)`", "`lb.cross_entropy.grad`", "`True`",
     "`F.cross_entropy(…, reduction='none')`", "`CrossEntropyLoss(weight=None)`"],
)  # fmt: skip
def test_right_inline_code_is_accepted(tmp_path: Path, new: str) -> None:
    small.write(tmp_path, CALL, f"`F.cross_entropy`, `nn.CrossEntropyLoss` and {new}")
    assert check_code.problems(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("F.nll_loss(F", "F.nl_loss(F", r"small-one\.md:38: .*has no nl_loss"),
        ("dim=1), y)", "dims=1), y)", r"unexpected keyword argument 'dims'"),
        ("logits, dim=1), y)", "outputs, dim=1), y)", r"outputs is known neither"),
        ("loss = F.nll", "loss = = F.nll", r":38: this is not Python"),
    ],
)
def test_a_wrong_block_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    small.write(tmp_path, old, new)
    found = check_code.problems(tmp_path)
    assert any(re.search(reason, problem) for problem in found), found


def test_a_call_that_could_be_swapped_is_made_by_a_cell(tmp_path: Path) -> None:
    cell = "logits = y = prior = guess = None"
    for order, made, right in (
        ("prior, guess", "guess, prior", False),
        ("prior, guess", "prior, guess", True),
        ("prior, guess", "", False),
        ("prior, prior", "", True),
    ):
        source, _ = small.write(tmp_path, CALL, f"`F.kl_div({order})`")
        text = source.path.read_text().replace(
            "logits = y = None", f"{cell}\nF.kl_div({made})" if made else cell
        )
        source.path.write_text(text)
        found = check_code.problems(tmp_path)
        assert found == [] if right else "with its arguments swapped too" in found[0], found


def test_the_list_may_hold_a_call_of_a_block(tmp_path: Path) -> None:
    block = ("F.nll_loss(F.log_softmax(logits, dim=1), y)", "F.kl_div(logits - 1, y - 1)")
    small.write(tmp_path, *block)
    assert any("swapped too" in problem for problem in check_code.problems(tmp_path))
    call = "F.kl_div(logits - 1, y - 1)"
    small.write(tmp_path, *block, checks=f"{small.CHECKS}\nCODE = {{'{call}': 'faulty'}}\n")
    assert check_code.problems(tmp_path) == []


PASSING = """
```{code-cell} ipython3
total = F.cross_entropy(logits, y, reduction="sum")
for share, index in (0.1, 5), (0.2, -100):
    F.cross_entropy(logits, y, label_smoothing=share, ignore_index=index)
three = torch.tensor(3.0)
F.binary_cross_entropy_with_logits(logits, y, pos_weight=three)
```

### Later

"""
ELSEWHERE = """
```{code-cell} ipython3
F.cross_entropy(logits, y, reduction="none")
```
"""


@pytest.mark.parametrize(
    ("here", "later", "reason"),
    [
        ("`reduction='sum'`", "", ""),
        ("`reduction='none'`", "", r":28: .* under this heading pass 'sum'; let one pass 'none'"),
        ("`reduction='mean'`", "", r"this is a default, its line does not say so"),
        ("`reduction='mean'`, the default", "", ""),
        ("`label_smoothing=0.2`", "", ""),  # passed in a loop
        ("`label_smoothing=0.3`", "", r"under this heading pass 0\.1, 0\.2; let one pass 0\.3"),
        ("`ignore_index=-100`", "", r"this is a default"),  # for a loop may pass both
        ("`pos_weight=3`", "", ""),  # as a tensor
        ("`pos_weight=4`", "", r"under this heading pass 3\.0; let one pass 4"),
        ("", "`label_smoothing=0.1`", ""),  # no cell under that heading passes it
        ("", "`label_smoothing=0.3`", r":\d\d: .* the cells pass 0\.1, 0\.2; let"),
        ("", "`reduction='none'`", ""),
        ("", "`reduction='sum'`", r":\d\d: .* under this heading pass 'none'; let one pass 'sum'"),
    ],
)
def test_a_keyword_has_the_value_that_the_nearest_cells_pass(
    tmp_path: Path, here: str, later: str, reason: str
) -> None:
    new = f"{CALL}\n`F.binary_cross_entropy_with_logits` {here}\n"
    source, _ = small.write(tmp_path, CALL, new)
    source.path.write_text(source.path.read_text() + PASSING + later + "\n" + ELSEWHERE)
    found = check_code.problems(tmp_path)
    assert not found if not reason else re.search(reason, found[0]), found


TABLE = """

| argument | means |
|:--|:--|
| `input` | a |
| `ignore_index={}` | b |
| `{}` | c |
"""


@pytest.mark.parametrize(
    ("index", "last", "right"),
    [
        ("-100", "label_smoothing=0.0", True),
        ("-100", "reduction='mean'", True),
        ("-100", "label_smoothing=0.1", False),  # which a cell passes
        ("-100", "reduction='none'", False),  # the default of another function
        ("-100", "log_target=False", False),  # no function has both
    ],
)
def test_a_table_of_arguments_is_a_signature(
    tmp_path: Path, index: str, last: str, right: bool
) -> None:
    mentioned = "`lb.softmax_cross_entropy_with_logits`, `lb.kl_div` and `F.cross_entropy`"
    cell = "logits = dict(label_smoothing=0.1)"
    source, _ = small.write(tmp_path, CALL, mentioned + TABLE.format(index, last))
    source.path.write_text(
        source.path.read_text().replace("logits = y = None", cell + "; y = None")
    )
    found = check_code.problems(tmp_path)
    assert found == [] if right else "no function that the chapter mentions has (" in found[0]


def test_the_list_of_a_chapter(tmp_path: Path) -> None:
    lists = small.CHECKS + "\nCODE = {'outputs': 'what a network returns'}\n"
    small.write(tmp_path, CALL, "`outputs`", checks=lists)
    assert check_code.problems(tmp_path) == []
    small.write(tmp_path, checks=lists)
    assert "CODE lists `outputs`, which small-one.md does not" in check_code.problems(tmp_path)[0]
