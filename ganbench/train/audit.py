"""A slower look at a population, at its evaluations: does D tell training data from new data, how steep is it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ganbench import seeding
from ganbench.data.dataset import joined
from ganbench.gan.tricks.packing import packed
from ganbench.probes.outputs import rank_auc
from ganbench.train.conditioning import Given
from ganbench.train.population import Stack

if TYPE_CHECKING:
    from ganbench.train.training import Training

COUNT = 1024  # samples of each kind

Floats = NDArray[np.float64]


def audit(training: Training) -> dict[str, Floats]:
    """[R] each, of the networks in evaluation mode.

    auc_train, auc_held_out: rank AUC of D, generated samples against training and against held-out data;
    equal unless D knows its training data by heart. auc_replay: held-out data against the run's own samples of
    at least 2 evaluations ago; below auc_held_out where D has forgotten them. rejected, rejected_replay: shares
    of the present and of those samples that D calls fake; NaN where the loss has no decision value. All of old
    samples are NaN before there are any. singular_value_g, singular_value_d: the largest singular value of
    any weight matrix as its layer applies it.
    """
    game = training.game
    fake = torch.from_numpy(training.fakes(COUNT)).to(training.place.device)
    train, held_out = (_real(training, kind) for kind in ("train", "held-out"))
    of_fake, of_train, of_held_out = (
        _logits(training, x.to(training.place.dtype)) for x in (fake, train, held_out)
    )
    old = training.old_fakes.old()
    of_old = _logits(training, old) if old.shape[1] else of_fake[:, :0]
    decision = game.reading.decision
    found = {
        "auc_train": rank_auc(of_train, of_fake),
        "auc_held_out": rank_auc(of_held_out, of_fake),
        "auc_replay": rank_auc(of_held_out, of_old),
        "rejected": share_below(of_fake, decision),
        "rejected_replay": share_below(of_old, decision),
        "singular_value_g": top_singular_value(game.generator.stack)[: training.replicas],
        "singular_value_d": top_singular_value(game.discriminator.stack)[: training.replicas],
    }
    return {name: values.double().cpu().numpy() for name, values in found.items()}


def share_below(logits: Tensor, decision: float | Tensor | None) -> Tensor:
    """[R, n] -> [R]; decision: of all, or [R, 1]. NaN for none, for no samples, and where a logit is not finite."""
    if decision is None:
        return torch.full_like(logits[:, :1].sum(-1), torch.nan)
    # The population may be padded with a replica that nobody asked for.
    level = decision[: len(logits)] if isinstance(decision, Tensor) else decision
    share = (logits < level).to(logits.dtype).mean(-1)
    return torch.where((logits - level).isfinite().all(-1), share, torch.nan)


def top_singular_value(stack: Stack) -> Tensor:
    """The largest over the weight matrices as they are applied, [R]; NaN where one is not finite."""
    largest = stack.flat.new_zeros(stack.replicas)
    for matrix in stack.matrices():
        finite = matrix.isfinite().flatten(1).all(1)
        norm = torch.linalg.matrix_norm(matrix.nan_to_num(posinf=0, neginf=0), ord=2)
        largest = torch.maximum(largest, torch.where(finite, norm, torch.nan))
    return largest


def _real(training: Training, kind: str) -> Tensor:
    """[R, COUNT, ...] as D sees them, labels behind them, from the evaluation stream of each seed at this step."""
    drawn, labels = [], training.game.conditioning.count
    for seed, shown in zip(training.seeds[: training.replicas], training.shown, strict=False):
        rng = seeding.stream(seed, seeding.EVALUATION, kind, block=training.step)
        samples = (shown.train if kind == "train" else shown.held_out)(rng, COUNT)
        drawn.append(joined(samples, labels) if labels else samples.x)
    return torch.from_numpy(np.stack(drawn)).to(training.place.device)


def _logits(training: Training, samples: Tensor) -> Tensor:
    """[R, n, ...], labels behind them -> [R, n], or a logit for each whole pack; D looks at batches of the size that
    it trains on where the others of a batch matter to it.
    """
    game, stack = training.game, training.game.discriminator.stack
    pack = game.tricks.pack
    whole = samples.shape[1] // pack * pack
    x, label = game.conditioning.apart(samples[:, :whole])
    packs = game.conditioning.input(Given(packed(x, pack), None if label is None else packed(label, pack)))
    padded = packs.repeat(2, *[1] * (packs.dim() - 1)) if len(packs) < stack.replicas else packs
    game.discriminator.masks.open("audit", training.step)
    with torch.no_grad(), training.arithmetic():
        parts = [
            stack(x, training=False, masks=game.discriminator.masks)[0] for x in _batches(training, padded)
        ]
    return torch.cat(parts, dim=1)[: training.replicas, :, 0]


def _batches(training: Training, samples: Tensor) -> tuple[Tensor, ...]:
    """The samples D is to be called with at once; the rest of an incomplete batch is left out."""
    if not training.game.discriminator.stack.compares_samples:
        return (samples,)
    size = min(training.settings[0].batch // training.game.tricks.pack, samples.shape[1])
    whole = samples.shape[1] // size * size
    return torch.split(samples[:, :whole], size, dim=1)
