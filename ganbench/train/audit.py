"""A slower look at a population, at its evaluations: does D tell training data from new data, how steep is it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ganbench import seeding
from ganbench.probes.outputs import rank_auc
from ganbench.train.population import Stack

if TYPE_CHECKING:
    from ganbench.train.training import Training

COUNT = 1024  # samples of each kind

Floats = NDArray[np.float64]


def audit(training: Training) -> dict[str, Floats]:
    """[R] each, of the networks in evaluation mode.

    auc_train, auc_held_out: rank AUC of D, generated samples against training and against held-out data;
    equal unless D knows its training data by heart. singular_value_g, singular_value_d: the largest
    singular value of any weight matrix.
    """
    game = training.game
    fake = torch.from_numpy(training.generate(COUNT)).to(training.place.device)
    train, held_out = (_real(training, kind) for kind in ("train", "held-out"))
    logits = [_logits(training, x.to(training.place.dtype)) for x in (fake, train, held_out)]
    found = {
        "auc_train": rank_auc(logits[1], logits[0]),
        "auc_held_out": rank_auc(logits[2], logits[0]),
        "singular_value_g": top_singular_value(game.generator.stack)[: training.replicas],
        "singular_value_d": top_singular_value(game.discriminator.stack)[: training.replicas],
    }
    return {name: values.double().cpu().numpy() for name, values in found.items()}


def top_singular_value(stack: Stack) -> Tensor:
    """The largest over the weight matrices (a convolution as [outputs, rest]), [R]; NaN where one is not finite."""
    matrices = [w.flatten(2) for w in stack.weights.values() if w.dim() > 2]
    largest = stack.flat.new_zeros(stack.replicas)
    for matrix in matrices:
        finite = matrix.isfinite().flatten(1).all(1)
        norm = torch.linalg.matrix_norm(matrix.nan_to_num(posinf=0, neginf=0), ord=2)
        largest = torch.maximum(largest, torch.where(finite, norm, torch.nan))
    return largest


def _real(training: Training, kind: str) -> Tensor:
    """[R, COUNT, ...], drawn from the evaluation stream of each seed at this step."""
    drawn = []
    for seed, dataset in zip(training.seeds[: training.replicas], training.datasets, strict=False):
        rng = seeding.stream(seed, seeding.EVALUATION, kind, block=training.step)
        drawn.append((dataset.train if kind == "train" else dataset.held_out)(rng, COUNT).x)
    return torch.from_numpy(np.stack(drawn)).to(training.place.device)


def _logits(training: Training, samples: Tensor) -> Tensor:
    stack = training.game.discriminator.stack
    padded = samples.repeat(2, *[1] * (samples.dim() - 1)) if len(samples) < stack.replicas else samples
    training.game.discriminator.masks.open("audit", training.step)
    with torch.no_grad():
        out, _ = stack(padded, training=False, masks=training.game.discriminator.masks)
    return out[: training.replicas, :, 0]
