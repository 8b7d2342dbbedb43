"""What holds the formulas of the assignment `choosing.md` to the truth."""

from tools.claims import Stated

INLINE = {
    "((c - y) / y)^2": Stated("the loss that question 4 is about"),
    "1 / y^2": Stated("a weight; the solution derives it"),
}
