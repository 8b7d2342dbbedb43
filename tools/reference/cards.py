"""What a reader wants to know of each loss at a glance; the tests hold each line to the loss."""

from typing import NamedTuple


class Card(NamedTuple):
    """A loss in a few words."""

    estimates: str
    """The input that makes the mean loss least, if it is the same for all samples."""
    low: float
    high: float
    """The smallest and the largest value; the unit is that of the loss."""
    convex: bool
    """In its first argument."""
    use: str
    beware: str


INF = float("inf")
CARDS = {
    "mse_loss": Card(
        "the mean of the targets", 0, INF, True,
        "for numbers with errors of one size, such as Gaussian noise",
        "one bad target moves the estimate without limit",
    ),
    "l1_loss": Card(
        "the median of the targets", 0, INF, True,
        "for numbers with outliers, such as Laplace noise",
        "at a fixed learning rate it never settles: its slope does not shrink",
    ),
    "smooth_l1_loss": Card(
        "between median (β small) and mean (β large)", 0, INF, True,
        "for regression with outliers, when far slopes are to stay 1",
        "β is not Huber's δ: the two losses differ by the factor δ",
    ),
    "huber_loss": Card(
        "between median (δ small) and mean (δ large)", 0, INF, True,
        "for regression with outliers, when near errors are to cost half their square",
        "δ has the unit of the target: standardise first",
    ),
    "rmse_loss": Card(
        "the mean of the targets", 0, INF, True,
        "for reporting, in the unit of the target",
        "it is no mean over batches; PyTorch's root has slope nan at a perfect fit",
    ),
    "log_cosh_loss": Card(
        "between mean and median: where the tanh of the errors add up to 0", 0, INF, True,
        "for a smooth Huber loss without a parameter",
        "its scale is fixed at 1: standardise the target",
    ),
    "quantile_loss": Card(
        "the τ-quantile of the targets", 0, INF, True,
        "for bounds and intervals instead of a middle",
        "with the sign turned it estimates the quantile 1 − τ",
    ),
    "poisson_nll_loss": Card(
        "the logarithm of the mean of the targets", -INF, INF, True,
        "for counts",
        "the input is the logarithm of the rate unless log_input=False",
    ),
    "gaussian_nll_loss": Card(
        "the mean of the targets (and for var, the mean squared error)", -INF, INF, True,
        "for a model that predicts its own uncertainty",
        "var is the variance and not σ; the constant is left out unless full=True",
    ),
    "binary_cross_entropy": Card(
        "the share of yes", 0, INF, True,
        "for probabilities that come without their logits",
        "next to 1 a float32 probability has no digits left: prefer the logits",
    ),
    "binary_cross_entropy_with_logits": Card(
        "the log-odds of yes", 0, INF, True,
        "for a yes or a no, or several of them for each sample",
        "takes logits: a sigmoid before it has floors of 0.3133 and 0.6931",
    ),
    "soft_margin_loss": Card(
        "the log-odds of yes", 0, INF, True,
        "for labels 1 and −1; it is binary cross-entropy with logits",
        "labels 0 cost log 2 and teach nothing",
    ),
    "multilabel_soft_margin_loss": Card(
        "the log-odds of each label", 0, INF, True,
        "for several labels of one sample, averaged over the labels",
        "takes labels 0 and 1 in spite of its name",
    ),
    "brier_loss": Card(
        "the share of yes", 0, 1, True,
        "for judging probabilities with a bounded score",
        "behind a sigmoid its slope fades where the model is sure and wrong",
    ),
    "nll_loss": Card(
        "the logarithm of the share of each class", 0, INF, True,
        "after log_softmax, or for any model that returns log-probabilities",
        "it does not take the logarithm itself",
    ),
    "cross_entropy": Card(
        "the logarithm of the share of each class, up to a constant", 0, INF, True,
        "for one of many classes",
        "takes logits: a softmax before it has a floor of 1.4612 for ten classes",
    ),
    "softmax_cross_entropy_with_logits": Card(
        "the logarithm of the mean target, up to a constant", 0, INF, True,
        "for targets that are distributions",
        "its least value is the entropy of the target, not 0",
    ),
    "kl_div": Card(
        "the logarithm of the mean target", 0, INF, True,
        "for a model that is to match a distribution",
        "input is log p, and kl_div(log p, t) is KL(t‖p); only batchmean or sum is a divergence",
    ),
    "zero_one_loss": Card(
        "the sign of the majority", 0, 1, False,
        "for counting mistakes",
        "its slope is 0: nothing learns from it",
    ),
    "hinge_loss": Card(
        "the sign of the majority", 0, INF, True,
        "for a margin: the support vector machine",
        "its score is no probability; labels are 1 and −1",
    ),
    "squared_hinge_loss": Card(
        "the share of yes less the share of no", 0, INF, True,
        "for a margin with a smooth slope",
        "a mislabelled sample far out costs the square of its distance",
    ),
    "multi_margin_loss": Card(
        "the class with more than half of the samples, ahead by the margin", 0, INF, True,
        "for margins between many classes",
        "divides by the number of classes; without a majority two classes may tie",
    ),
    "multiclass_hinge_loss": Card(
        "the class with more than half of the samples, ahead by the margin", 0, INF, True,
        "for margins between many classes, counting the strongest rival alone",
        "without a majority all scores tie",
    ),
    "hinge_embedding_loss": Card(
        "0 if most pairs are alike, else the margin", 0, INF, True,
        "for a distance x between two samples that are alike (1) or not (−1)",
        "x must be a distance: a negative one is rewarded",
    ),
    "sigmoid_focal_loss": Card(
        "a logit nearer 0 than the log-odds (γ > 0, no α)", 0, INF, False,
        "for many easy samples and few hard ones, as in detection",
        "its outputs are not calibrated, and its reduction is 'none' by default",
    ),
    "focal_loss": Card(
        "probabilities more even than the shares of the classes (γ > 0)", 0, INF, False,
        "for many easy samples and few hard ones, with many classes",
        "the weight belongs to each sample; computed from the batch's mean it does nothing",
    ),
}  # fmt: skip
