"""A chapter of a few lines with its checks and a made-up notebook, for the tests to break."""

from pathlib import Path

import nbformat

from tools import markdown
from tools.claims import Checks, checks_of
from tools.markdown import Source

TEXT = r"""---
jupytext: {}
---

# A title

The slope of the loss is never above 0.91.

## The loss

With $K$ classes and $p$ the softmax:

$$
\ell(z, y) = \log \sum_{k=1}^{K} e^{z_k} - z_y
= -\log p_y
$$ (eq-loss)

$$
\frac{\partial \ell}{\partial z_j} = p_j - [j = y]
$$ (eq-slope)

$$
\operatorname{lse}(z) \ge z_y
$$ (eq-above)

It is $\operatorname{lse}(z) - z_y$, and prints 1.079 against −0.91 and 67.1%.
`F.cross_entropy(logits, y, label_smoothing=0.0)` equals `lb.cross_entropy`.

```{code-cell} ipython3
import torch.nn.functional as F
import lossbook as lb
logits = y = None
assert y is None
print(1.0788, -0.9100, "67.1%")
```

```python
loss = F.nll_loss(F.log_softmax(logits, dim=1), y)
```
"""

CHECKS = r"""
import numpy as np
import lossbook as lb
from tools.claims import Means, Proved, Tested
from tools.notation import CLASSES

formula = lb.cross_entropy.formula
NAMES = {**CLASSES, r"\ell(z, y)": formula, r"\ell": formula}

def above(least):
    for z in np.random.default_rng(0).normal(size=(9, 4)):
        assert lb.logsumexp(z) >= least(z)

EQUATIONS = {
    "eq-loss": Proved(NAMES),
    "eq-slope": Proved(NAMES),
    "eq-above": Tested(
        r"\operatorname{lse}(z) \ge z_y", above, max, false=(lambda z: max(z) + 1,)
    ),
}
INLINE = {r"\operatorname{lse}(z) - z_y": Means(formula, NAMES)}
NUMBERS = {"0.91": "an example"}
"""

OUTPUT = "1.0788 -0.91 67.1%\n"


def write(root: Path, old: str = "", new: str = "", checks: str = CHECKS) -> tuple[Source, Checks]:
    """The chapter with `old` replaced; its notebook prints OUTPUT."""
    assert old in TEXT
    for folder in ("src", "checks", "chapters"):
        (root / "book" / folder).mkdir(parents=True, exist_ok=True)
    path = root / "book" / "src" / "small-one.md"
    path.write_text(TEXT.replace(old, new, 1) if old else TEXT)
    (root / "book" / "checks" / "small_one.py").write_text(checks)
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_markdown_cell("# A title")]
    notebook.cells += [nbformat.v4.new_markdown_cell("## The loss")]
    output = nbformat.v4.new_output("stream", name="stdout", text=OUTPUT)
    notebook.cells += [nbformat.v4.new_code_cell("n = 0.34", outputs=[output])]
    nbformat.write(notebook, root / "book" / "chapters" / "small-one.ipynb")
    return markdown.parse(path), checks_of(path)
