"""The kinds of findings, registered: what each is, how it is measured, where that comes from.

Roughly from causes to consequences; what can bring about what stands in `compose.CAUSES`.
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
        "gradients stay far above their baseline, with updates or outputs that agree; or weights or samples fly off",
        "||g|| / baseline >= 10 and (update ratio > .1, or D's loss or spread grown tenfold), or z > 20; ||w|| >= 7 ||w_0||; std of the mean of fakes in a window >= 3 std of the data",
        "rules of debuggers: TheDeepChecker; Chintala et al. 2016, ganhacks, for its fixed bound, which is not used",
    ),
    Kind(
        "gradient-spike",
        "single steps whose gradient is far above those just before and after",
        "greatest ||g|| of a window >= 10 times the rest of it, and the greatest of 20 windows before and after",
        "rules of training monitors: Lightning, Megatron",
    ),
    Kind(
        "diverging-discriminator",
        "D is worse than a blind one, or a critic's outputs run away",
        "L_D, on record or the least of its mean logits, > 1.5 L_blind; critics: spread of logits >= 6 baselines and rising",
        "closed forms of the losses, docs/losses.md",
    ),
    Kind(
        "blind-discriminator",
        "D answers much the same to everything, although samples and data differ",
        "AUC of checks without D exceeds D's: of counts of modes and moments by .18, std of logits < .4; of neighbours >= .95 by .25, std < .6",
        "pilot of this project",
    ),
    Kind(
        "one-sided-discriminator",
        "D calls nearly everything real, or nearly everything fake",
        "share above the decision value >= .95, or <= .05, for real and for fake samples",
        "pilot of this project",
    ),
    Kind(
        "frozen-network",
        "the weights of a player do not change at all",
        "||update|| <= 1e-14 ||weights|| in every block of the last tenth of the plan or more",
        "rules of debuggers: UnchangedTensor of SageMaker Debugger",
    ),
    Kind(
        "vanishing-gradient",
        "the loss passes hardly any of D's signal on to G, while D separates",
        "attenuation a = E|dL_G/dl| < 3e-2, half of that of a collapse of the same AUC, >= .9; an error: a < 1e-4 and G still",
        "Goodfellow et al. 2014, arXiv:1406.2661; Arjovsky and Bottou 2017, arXiv:1701.04862",
    ),
    Kind(
        "generator-dominance",
        "D is fooled systematically: it ranks fakes above real samples",
        "share of blocks, or of evaluations on held-out data, with AUC < 1/2 - max(4 std, .05) >= .2, in the last half",
        "Mann and Whitney 1947 (the null of AUC)",
    ),
    Kind(
        "mode-hopping",
        "the generator moves from modes to other modes instead of holding them all",
        "modes visited less modes held >= max(1, K/5), as many lost and gained; log: amplitude > .3, to and fro, no period",
        "Metz et al. 2017, arXiv:1611.02163, for the phenomenon; pilot of this project",
    ),
    Kind(
        "limit-cycle",
        "the players circle, and the circle does not shrink",
        "amplitude of the path of fake means > .06 std of the data, its autocorrelation at a third of the time or less > .5, kept",
        "Mescheder et al. 2018, arXiv:1801.04406, for the phenomenon; pilot of this project",
    ),
    Kind(
        "mode-collapse",
        "the samples miss modes of the data: most of them (total) or some (partial)",
        "held share of the modes < .9 at the last three evaluations; log: E_fake e^l < .8, or samples too close, alike or beside the data",
        "Srivastava et al. 2017, arXiv:1705.07761 (covered modes); Goodfellow et al. 2014, arXiv:1406.2661 (D*)",
    ),
    Kind(
        "in-mode-collapse",
        "the modes are there, but within each the samples are too alike",
        "std within a mode < .7 of the true one, an error below .5; high-quality share > ceiling + 3 SE; twins in a batch",
        "Srivastava et al. 2017, arXiv:1705.07761 (high-quality samples)",
    ),
    Kind(
        "discriminator-dominance",
        "D tells everything apart, and G does not get anywhere",
        "AUC >= .99, now or for a quarter of the plan; an error with samples that are bad and stay so, or a G that stands still",
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
        "median distance (of FID and energy distance the root) at the end 1.6 times the best one, lost after 30 %; else shares less by max(25 %, 4 SE), or moments off by .25 std",
        "Brock et al. 2019, arXiv:1809.11096; Chan et al. 2020, arXiv:1912.05663 (drawdown)",
    ),
    Kind(
        "stagnation",
        "training goes on, and G stays where it is although its samples are bad",
        "G's update ratio times the steps of the plan < .03 to the end, and samples told from data with AUC >= .9",
        "pilot of this project",
    ),
    Kind(
        "convergence",
        "certificate: balanced, stationary, consistent, certified",
        "AUC within .1 of 1/2, on held-out data too; drift <= 2, no cycle; L_D within 5 % of equilibrium; neighbours find AUC <= .65",
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
