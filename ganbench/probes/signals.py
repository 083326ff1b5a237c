"""From the rows of a chunk to the signals of a trace: the one place that knows all their names."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ganbench.probes.outputs import Reading, output_signals
from ganbench.probes.samples import feature_moments, pair_signals
from ganbench.probes.updates import update_ratios

SCALARS = (
    "loss_d",
    "loss_g",
    "penalised",
    "gradient_norm_d",
    "gradient_norm_g",
    "first_layer_gradient_d",
    "first_layer_gradient_g",
    "last_layer_gradient_d",
    "last_layer_gradient_g",
    "update_norm_d",
    "update_norm_g",
    "weight_norm_d",
    "weight_norm_g",
)
RAW = ("real_logits", "fake_logits", "generator_logits")

Values = NDArray[np.float32]


def signals(
    rows: Mapping[str, Tensor], *, loss: Reading, resolution: Tensor, first: int = 0
) -> dict[str, Values]:
    """Rows of a Recorder from step `first` on, [T, R, ...] by name -> signals, [T, R] by name.

    `nonfinite` counts the numbers among losses, norms and logits that are NaN or infinite.
    resolution: [R], see `samples.pair_signals`.
    """
    real, fake, generator = (rows[name] for name in RAW)
    others = {name: values for name, values in rows.items() if name.startswith(("penalty_", "class_loss_"))}
    found = {name: rows[name] for name in SCALARS} | others
    found |= {"nonfinite": _nonfinite(rows)}
    found |= output_signals(real, fake, generator, loss=loss)
    found |= feature_moments(rows["fake"])
    found |= pair_signals(rows["fake"], resolution=resolution, first=first)
    found |= update_ratios(rows)
    stacked = torch.stack(list(found.values())).to(torch.float32).cpu().numpy()
    return dict(zip(found, stacked, strict=True))


def _nonfinite(rows: Mapping[str, Tensor]) -> Tensor:
    scalars = torch.stack([rows[name] for name in SCALARS], dim=-1)
    return sum((_count(rows[name]) for name in RAW), _count(scalars))


def _count(values: Tensor) -> Tensor:
    return (~values.isfinite()).sum(-1).to(values.dtype)
