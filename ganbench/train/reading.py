"""What a level of the logits means in a population, replica by replica."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch import Tensor

from ganbench.gan.losses import Loss
from ganbench.gan.tricks.reading import read, reading
from ganbench.suite.schema import Setting
from ganbench.train.noise import Place


@dataclass(frozen=True, slots=True)
class Reading:
    """decision: the logit between real and fake, [R, 1] where replicas differ in it, NaN for one that has none.

    None, density_ratio and attenuation are as of `Loss`, with all tricks.
    """

    decision: float | Tensor | None
    density_ratio: bool
    attenuation: Callable[[Tensor], Tensor] | None


def population_reading(loss: Loss, settings: Sequence[Setting], place: Place) -> Reading:
    """loss: that of the population, whose slope knows the options of every replica."""
    shared = read(loss, settings[0].tricks)
    decisions = [reading(setting.loss, setting.tricks).decision for setting in settings]
    return Reading(_decision(decisions, place), shared.density_ratio, shared.attenuation)


def _decision(decisions: Sequence[float | None], place: Place) -> float | Tensor | None:
    if len(set(decisions)) == 1:
        return decisions[0]
    return place.tensor([math.nan if one is None else one for one in decisions])[:, None]
