"""Who measures a population's samples: judges, and discriminators as plain functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ganbench.metrics.battery import Judge
from ganbench.suite.datasets import measured
from ganbench.suite.schema import Setting

if TYPE_CHECKING:
    from ganbench.train.training import Training, Which


def judges(settings: Sequence[Setting], training: Training) -> list[Judge]:
    """One judge for each replica; replicas with equal data and evaluation share one, and its reference."""
    made: dict[Any, Judge] = {}
    found = []
    for setting, dataset in zip(settings, training.datasets, strict=False):
        plan = setting.evaluation
        name = (setting.data, plan, measured(setting))
        if name not in made:
            made[name] = Judge(
                dataset,
                plan.samples,
                metrics=measured(setting),
                projections=plan.projections,
                exact_samples=plan.exact_samples,
            )
        found.append(made[name])
    return found


def generators(setting: Setting) -> Sequence[Which]:
    """Whose samples a suite evaluates."""
    return ("raw", "ema") if setting.evaluation.of == "both" else (setting.evaluation.of,)


def critic(training: Training, replica: int) -> Callable[[np.ndarray], np.ndarray] | None:
    """A discriminator whose logit is the logarithm of a density ratio, as `logits_of`.

    None where it is not, or not one of a single sample: one that D is told a label of is the ratio of the
    laws given that label.
    """
    return logits_of(training, replica) if training.game.reading.density_ratio else None


def logits_of(training: Training, replica: int) -> Callable[[np.ndarray], np.ndarray] | None:
    """One discriminator as a function of samples [n, *shape] to logits [n], in evaluation mode.

    None where it does not judge samples one by one.
    """
    import torch

    from ganbench.train.precision import cast

    if not training.judges_alone:
        return None
    module, shown = training.discriminator(replica), training.shown[replica]

    def logits(samples: np.ndarray) -> np.ndarray:
        with torch.no_grad(), training.arithmetic(), cast(training.place):
            out: torch.Tensor = module(training.place.tensor(shown.into(samples)))[..., 0]
        values: np.ndarray = out.double().cpu().numpy()
        return values

    return logits
