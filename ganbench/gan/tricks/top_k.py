"""Top-k training: the generator learns from the samples that the discriminator likes best."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ganbench.gan.losses import Loss, loss_of
from ganbench.gan.tricks.packing import judged_together
from ganbench.gan.tricks.trick import Answers, Scene, Setting, Trick
from ganbench.registry import PER_REPLICA, Options, register

if TYPE_CHECKING:
    from torch import Tensor


class TopKOptions(Options):
    share: Annotated[
        float, Field(gt=0, lt=1, description="of the batch that G learns from in the end"), PER_REPLICA
    ] = 0.5
    until: Annotated[
        float, Field(gt=0, le=1, description="share of the steps after which it is that few"), PER_REPLICA
    ] = 0.5


def keep_the_best(answers: Answers, loss: Loss, scene: Scene) -> Tensor:
    """The mean loss of the k samples with the highest logits (Sinha et al. 2020); [R].

    k begins at the batch B and falls geometrically to `share` B, as in the source, which says when in epochs;
    here the fall ends after the share `until` of the steps.
    """
    logits = answers.fake
    fall = (scene.progress / scene.values["until"]).clamp_max(1)
    k = (scene.values["share"] ** fall * logits.shape[1]).round().clamp_min(1)[:, None]
    rank = logits.detach().argsort(dim=1, descending=True, stable=True).argsort(dim=1)
    # Each sample as a batch of its own, [B, R, 1]: the loss of one sample.
    alone = logits.T[..., None]
    each = loss.generator(alone, alone).T
    return (each.where(rank < k, each.new_zeros(())) / k).sum(1)


def _obstacle(options: Options, setting: Setting) -> str | None:
    assert isinstance(options, TopKOptions)
    if loss_of(setting.loss).paired:
        return (
            "needs a loss of G that looks at each generated sample alone, "
            f"{setting.loss.name} compares it with real ones"
        )
    judged = judged_together(setting)
    if max(1, round(options.share * judged)) == judged:
        of = "" if judged == setting.batch else ", in packs"
        return f"keeps the whole batch of {judged}{of}: lower share or raise batch"
    return None


def _alike(loss: Loss, mean: float | None) -> Loss:  # noqa: ARG001  # the shared signature
    """A blind D likes all samples equally; of those that are kept the slope is the loss's own."""
    return loss


TOP_K = Trick(generator_loss=keep_the_best, reading=_alike, obstacle=_obstacle)

register(
    "trick",
    "top-k",
    target="ganbench.gan.tricks.top_k:TOP_K",
    options=TopKOptions,
    summary="G learns from the samples with the highest logits; the worst of a batch are thrown away",
    formula="L_G = 1/k sum of l_G over the k highest logits, k falling from B to share B",
    source="Sinha et al. 2020, arXiv:2002.06224",
    defaults="share at the end of the source; until chosen here",
)
