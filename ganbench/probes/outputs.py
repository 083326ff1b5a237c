"""Signals from the discriminator's logits. All take [T, R, B] and give [T, R]."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor


class Reading(Protocol):
    """What a level of the logits means under a loss and its tricks; decision: of all replicas, or [R, 1]."""

    @property
    def decision(self) -> float | Tensor | None: ...

    @property
    def density_ratio(self) -> bool: ...

    @property
    def attenuation(self) -> Callable[[Tensor], Tensor] | None: ...


CLIP = 3.0  # of logits before the exponential: density ratios have heavy tails
SURE = 4.6  # the logit of .99


def moments(logits: Tensor, name: str, *, decision: float | Tensor | None) -> dict[str, Tensor]:
    """Mean, standard deviation, range, and the share above the decision value where there is one: of all, or [R, 1]."""
    signals = {
        f"{name}_mean": logits.mean(-1),
        f"{name}_std": logits.std(-1, correction=0),
        f"{name}_min": logits.amin(-1),
        f"{name}_max": logits.amax(-1),
    }
    if decision is not None:
        # Of a replica without a decision value the difference is NaN.
        signals[f"{name}_positive"] = _share(logits > decision, logits - decision)
    return signals


def rank_auc(real: Tensor, fake: Tensor) -> Tensor:
    """Pr[l(x) > l(G(z))] + 1/2 Pr[equal]: 1/2 for a blind discriminator, under any monotone map of l.

    On one batch of n real and m fake its standard deviation is sqrt((n + m + 1) / (12 n m)).
    """
    ordered = real.sort(-1).values
    fake = fake.contiguous()
    below = torch.searchsorted(ordered, fake, right=False).to(real.dtype)
    up_to = torch.searchsorted(ordered, fake, right=True).to(real.dtype)
    auc = 1 - (below + up_to).mean(-1) / (2 * real.shape[-1])
    finite = real.isfinite().all(-1) & fake.isfinite().all(-1)
    return torch.where(finite, auc, torch.nan)


def auc_floor(batch: int) -> float:
    """1/2 - 4 standard deviations of the rank AUC of `batch` real and as many fake samples under the null."""
    return 0.5 - 4 * math.sqrt((2 * batch + 1) / (12 * batch**2))


def implied_coverage(fake: Tensor) -> Tensor:
    """E_fake[e^l]: the data mass that the samples cover, if l is ln(p_data / p_model)."""
    return fake.clamp(-CLIP, CLIP).exp().mean(-1)


def implied_precision(real: Tensor) -> Tensor:
    """E_real[e^-l]: the model mass on the data's support, if l is ln(p_data / p_model)."""
    return (-real).clamp(-CLIP, CLIP).exp().mean(-1)


def saturation(real: Tensor, fake: Tensor) -> Tensor:
    """Share of samples that D = sigmoid(l) puts above .99 (real) or below .01 (fake)."""
    return (_share(real > SURE, real) + _share(fake < -SURE, fake)) / 2


def output_signals(real: Tensor, fake: Tensor, generator: Tensor, *, loss: Reading) -> dict[str, Tensor]:
    """Everything above, for the logits of a D step (real, fake) and of a G step (generator)."""
    auc = rank_auc(real, fake)
    signals = {"auc": auc, "auc_low": _where_finite(auc, auc < auc_floor(real.shape[-1]))}
    named = {"real_logit": real, "fake_logit": fake, "generator_logit": generator}
    for name, logits in named.items():
        signals |= moments(logits, name, decision=loss.decision)
    if loss.density_ratio:
        signals["implied_coverage"] = implied_coverage(fake)
        signals["implied_precision"] = implied_precision(real)
        signals["saturation"] = saturation(real, fake)
    if loss.attenuation is not None:
        signals["attenuation"] = loss.attenuation(generator).mean(-1)
    return signals


def _share(chosen: Tensor, logits: Tensor) -> Tensor:
    return _where_finite(logits.sum(-1), chosen.to(logits.dtype).mean(-1))


def _where_finite(judged: Tensor, value: Tensor) -> Tensor:
    return torch.where(judged.isfinite(), value.to(judged.dtype), torch.nan)
