"""The kinds of findings, registered: what each is, how it is measured, where that comes from.

In the order of explanation, root causes first.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from ganbench.registry import register


class Kind(NamedTuple):
    """One kind of finding: its name, what it is, how it is measured, and the source of either."""

    name: str
    summary: str
    measured: str
    source: str


CATALOGUE: Final = (
    Kind(
        "non-finite",
        "a loss, a gradient, a weight or an output is NaN or infinite",
        "numbers of a step that are not finite > 0",
        "rules of debuggers: TheDeepChecker, SageMaker Debugger",
    ),
    Kind(
        "wiring",
        "the log contradicts the game: another loss, a cut graph, two views of the same fakes",
        "loss against that of its logits; first loss against a blind D's; gradient exactly 0; D step against G step",
        "TheDeepChecker (initial loss); Chintala et al. 2016, ganhacks",
    ),
    Kind(
        "exploding-gradient",
        "gradients stay far above their baseline, with updates or outputs that agree",
        "||g|| / baseline >= 10 and (update ratio > .1, or D's loss or spread grown tenfold), or z > 20",
        "rules of debuggers: TheDeepChecker; Chintala et al. 2016, ganhacks, for its fixed bound, which is not used",
    ),
    Kind(
        "gradient-spike",
        "single steps whose gradient is far above those just before",
        "greatest ||g|| of a window >= 10 medians of those before, and z > 6",
        "rules of training monitors: Lightning, Megatron",
    ),
    Kind(
        "diverging-discriminator",
        "D is worse than a blind one, or a critic's outputs run away",
        "L_D > 1.5 L_blind; critics: spread of logits >= 32 baselines and rising",
        "closed forms of the losses, docs/losses.md",
    ),
    Kind(
        "blind-discriminator",
        "D answers the same to everything, although samples and data differ",
        "AUC < .7 and std of logits < .01, while a check without D tells samples from data",
        "pilot of this project",
    ),
    Kind(
        "one-sided-discriminator",
        "D calls nearly everything real, or nearly everything fake",
        "share above the decision value >= .98, or <= .02, for real and for fake samples",
        "pilot of this project",
    ),
    Kind(
        "frozen-network",
        "the weights of a player do not change at all",
        "||update|| = 0",
        "rules of debuggers: UnchangedTensor of SageMaker Debugger",
    ),
    Kind(
        "vanishing-gradient",
        "the loss passes hardly any of D's signal on to G, while D separates",
        "attenuation E|dL_G/dl| < 1e-2 and AUC >= .99; an error below 1e-4 with G standing still",
        "Goodfellow et al. 2014, arXiv:1406.2661; Arjovsky and Bottou 2017, arXiv:1701.04862",
    ),
    Kind(
        "generator-dominance",
        "D is fooled systematically: it ranks fakes above real samples",
        "share of steps with AUC < 1/2 - 4 std >= 5 %, or mean AUC < 1/2 - 2 std",
        "Mann and Whitney 1947 (the null of AUC)",
    ),
    Kind(
        "mode-hopping",
        "the generator moves from modes to other modes instead of holding them all",
        "modes visited less modes held >= max(2, K/4), lost and gained; log: drift > 3, amplitude > .3, no period",
        "Metz et al. 2017, arXiv:1611.02163, for the phenomenon; pilot of this project",
    ),
    Kind(
        "limit-cycle",
        "the players circle, and the circle does not shrink",
        "amplitude of fake means > .06 std of the data, autocorrelation at the period > .5 over three periods, kept",
        "Mescheder et al. 2018, arXiv:1801.04406, for the phenomenon; pilot of this project",
    ),
    Kind(
        "mode-collapse",
        "the samples miss modes of the data: most of them (total) or some (partial)",
        "covered share < .9 at three evaluations; log: E_fake e^l < .8 with AUC near 1 - c/2, or samples too close",
        "Srivastava et al. 2017, arXiv:1705.07761 (covered modes); Goodfellow et al. 2014, arXiv:1406.2661 (D*)",
    ),
    Kind(
        "in-mode-collapse",
        "the modes are there, but within each the samples are too alike",
        "std within a mode < half of the true one, or high-quality share > ceiling + 3 SE",
        "Srivastava et al. 2017, arXiv:1705.07761 (high-quality samples)",
    ),
    Kind(
        "discriminator-dominance",
        "D tells everything apart, and G does not get anywhere",
        "AUC >= .99; an error only with samples that are bad and do not improve, or a G that stands still",
        "Mann and Whitney 1947 (AUC); Brock et al. 2019, arXiv:1809.11096, for the exception",
    ),
    Kind(
        "discriminator-overfitting",
        "D knows its training data by heart",
        "AUC on training data - AUC on held-out data > max(.05, 3 SE) at three evaluations",
        "Karras et al. 2020, arXiv:2006.06676, for the phenomenon; pilot of this project",
    ),
    Kind(
        "late-collapse",
        "the run was good once, and is not any more",
        "quality worse than its best by max(25 %, 4 SE) at three evaluations; distances: doubled",
        "Brock et al. 2019, arXiv:1809.11096; Chan et al. 2020, arXiv:1912.05663 (drawdown)",
    ),
    Kind(
        "stagnation",
        "training goes on, and nothing changes although it should",
        "update ratios < 1e-5 baselines; or no slope of a bad quality for half of the run, with AUC >= .9",
        "pilot of this project",
    ),
    Kind(
        "convergence",
        "certificate: balanced, stationary, consistent, certified",
        "median AUC in [.4, .65]; drift <= 2 without a cycle; L_D within 5 % of equilibrium; a fresh D finds nothing",
        "Goodfellow et al. 2014, arXiv:1406.2661 (equilibrium); pilot of this project",
    ),
)
KINDS: Final = tuple(kind.name for kind in CATALOGUE)

for kind in CATALOGUE:
    register(
        "detector",
        kind.name,
        target=f"ganbench.detect.{kind.name.replace('-', '_')}:DETECTOR",
        summary=kind.summary,
        formula=kind.measured,
        source=kind.source,
    )
