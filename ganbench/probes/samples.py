"""Signals from the samples of the D step, as features [T, R, B, F]. All give [T, R]."""

from __future__ import annotations

import torch
from torch import Tensor

EVERY = 16  # steps between two looks at all pairs of a batch


def feature_moments(features: Tensor) -> dict[str, Tensor]:
    """Mean and standard deviation of every feature over the batch."""
    mean, std = features.mean(2), features.std(2, correction=0)
    columns = range(features.shape[-1])
    return {f"fake_mean_{k}": mean[..., k] for k in columns} | {f"fake_std_{k}": std[..., k] for k in columns}


def pair_signals(features: Tensor, *, resolution: Tensor, first: int = 0) -> dict[str, Tensor]:
    """Mean distance of two samples of a batch, and the share of samples with a twin in it.

    A twin is nearer than `resolution` [R]: about the distance that one real sample in a hundred has to
    its nearest neighbour. Looked at on every 16th step, whatever the step `first` of the first row; NaN
    on the others.
    """
    rows = slice(-first % EVERY, None, EVERY)
    looked = features[rows]
    count = looked.shape[2]
    # By differences: half the memory of inner products is not worth their cancellation.
    distances = (looked.unsqueeze(3) - looked.unsqueeze(2)).square().sum(-1).sqrt()
    total = distances.sum((-1, -2)) / max(count * (count - 1), 1)
    itself = torch.eye(count, dtype=torch.bool, device=features.device)
    nearest = distances.masked_fill(itself, torch.inf).amin(-1)
    twins = (nearest < resolution[:, None]).to(features.dtype).mean(-1)
    broken = ~total.isfinite()
    return {
        "pairwise_distance": _spread(total, rows, len(features)),
        "duplicate_rate": _spread(twins.masked_fill(broken, torch.nan), rows, len(features)),
    }


def _spread(looked: Tensor, rows: slice, count: int) -> Tensor:
    full = looked.new_full((count, looked.shape[1]), torch.nan)
    full[rows] = looked
    return full
