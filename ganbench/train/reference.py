"""What the signals of generated samples are compared with: the same of real ones, once per data set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from ganbench import seeding
from ganbench.data.dataset import Samples
from ganbench.probes.recorder import feature_projection

BATCHES = 32


class HeldOut(Protocol):
    """Data that nobody has trained on, in the range that D sees."""

    def held_out(self, rng: np.random.Generator, count: int) -> Samples: ...


@dataclass(frozen=True, slots=True)
class Reference:
    """Of real samples, in the features of the recorder.

    resolution: the distance that one sample in a hundred has to its nearest neighbour in a batch. moments:
    mean_k and std_k of each feature, and the mean pairwise_distance.
    """

    resolution: float
    moments: dict[str, float]


def reference(data: HeldOut, batch: int) -> Reference:
    """From held-out samples, as many as 32 batches."""
    drawn = data.held_out(seeding.stream(0, "reference"), BATCHES * batch).x
    real = torch.from_numpy(drawn).flatten(1)
    projection = feature_projection(real.shape[1])
    features = real if projection is None else real @ projection
    distances = _distances(features.unflatten(0, (BATCHES, batch)))
    moments = {f"mean_{k}": float(value) for k, value in enumerate(features.mean(0))}
    moments |= {f"std_{k}": float(value) for k, value in enumerate(features.std(0, correction=0))}
    moments["pairwise_distance"] = float(distances.sum()) / max(BATCHES * batch * (batch - 1), 1)
    return Reference(_resolution(distances), moments)


def _distances(features: Tensor) -> Tensor:
    return (features.unsqueeze(2) - features.unsqueeze(1)).square().sum(-1).sqrt()


def _resolution(distances: Tensor) -> float:
    # A finite data set repeats itself within a batch: a sample is not its own neighbour.
    nearest = distances.masked_fill(distances == 0, torch.inf).amin(-1).flatten()
    return float(nearest.quantile(0.01)) if bool(nearest.isfinite().all()) else 0.0
