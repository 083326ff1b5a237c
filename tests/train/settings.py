"""Settings for tests, with one line for what differs."""

from __future__ import annotations

from typing import Any

import torch

from ganbench.suite.schema import Setting
from ganbench.train.training import Training

CPU = torch.device("cpu")

MLP = {"name": "mlp", "width": 16}
BASE: dict[str, Any] = {
    "data": {"name": "ring", "std": 0.05},
    "generator": MLP,
    "discriminator": MLP,
    "loss": "non-saturating",
    "latent": {"dim": 2},
    "optimizers": {
        "generator": {"name": "adam", "lr": 1e-3},
        "discriminator": {"name": "adam", "lr": 1e-3},
    },
    "batch": 8,
    "steps": 200,
    "precision": "float64",
    "evaluation": {"every": 50, "samples": 100},
}


def setting(**changes: Any) -> Setting:
    """The base setting with top-level keys replaced."""
    return Setting.model_validate(BASE | changes)


def dirac(**changes: Any) -> Setting:
    """The Dirac-GAN of shared closed forms: h = 0.2 by plain gradient steps, from (1, 1), float64."""
    sgd = {"name": "sgd", "lr": 0.2}
    return setting(
        **{
            "data": {"name": "dirac"},
            "generator": "dirac-generator",
            "discriminator": "dirac-discriminator",
            "loss": "minimax",
            "latent": {"dim": 1},
            "optimizers": {"generator": sgd, "discriminator": sgd},
            "batch": 1,
            "steps": 500,
            "evaluation": {"every": 500, "samples": 10},
            **changes,
        }
    )


def train(
    *settings: Setting, seeds: list[int] | None = None, steps: int | None = None, **kwargs: Any
) -> Training:
    """A population of these settings, trained to `steps` or to the end."""
    training = Training(settings, seeds or list(range(len(settings))), CPU, **kwargs)
    training.advance(training.steps if steps is None else steps)
    return training
