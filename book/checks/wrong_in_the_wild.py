"""What holds the formulas, numbers and code of `wrong-in-the-wild.md` to the truth."""

from tools.claims import Claim, Proved

EQUATIONS: dict[str, Claim] = {}

INLINE = {
    r"\log 4 = 1.3863": Proved({}),
    r"\log 8 = 2.0794": Proved({}),
    r"\log(e + 999) - 1 = 5.9095": Proved({}),
    r"\log 16 = 2.7726": Proved({}),
    r"\log 10 = 2.3026": Proved({}),
    r"\log(1000) / 1000 = 0.0069": Proved({}),
}

NUMBERS = {
    "999": "the other 1000 classes but one, in the formula of a solution",
    "−100": "the value of `ignore_index`, and the clamp of `BCELoss`; what both do is printed",
}

CODE = {
    "log_target=True": "told by name in a cell, through a dictionary",
    "full=True": "passed through a variable of the cell's loop",
    'kl_div(prediction.log(), truth, reduction="batchmean")': "the repair, with words for names",
    "assert prediction.shape == target.shape": "a line to add to the reader's own code",
    "assert target.dtype == torch.long and target.ndim == 1": "likewise",
    "assert torch.allclose(target.sum(1), one)": "likewise",
    "dim=-1": "the classes' axis where they come last",
    ".data": "the attribute of a tensor that no slope flows through",
}
