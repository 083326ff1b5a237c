"""Code of a user's, right and wrong, as files."""

from __future__ import annotations

from pathlib import Path

from ganbench.plugins import Plugins
from ganbench.registry import Entry

GOOD = '''\
"""Components that the registry holds as well, written as a user would."""

import numpy as np
import torch
from torch import nn
from torch.nn.functional import softplus

from ganbench.gan.losses import Loss
from ganbench.gan.tricks.trick import Trick


def non_saturating(real, fake):
    return softplus(-real).mean() + softplus(fake).mean(), softplus(-fake).mean()


def pairing(real, fake):
    return softplus(fake - real).mean(), softplus(real - fake).mean()


def branching(real, fake):
    lead = 0 if real.mean() > fake.mean() else 0
    return softplus(-real).mean() + softplus(fake).mean() + lead, softplus(-fake).mean()


def r1(real_gradient, *, gamma: float = 1.0):
    return gamma / 2 * real_gradient.square().sum(-1).mean()


def heavy_ball(gradient, velocity, *, lr: float = 1e-2, momentum: float = 0.0):
    velocity = momentum * velocity + gradient
    return -lr * velocity, velocity


def clipping(*, norm: float = 1.0):
    def clip(gradient, weights, letter, scene):
        return gradient * (norm / gradient.norm(dim=1, keepdim=True).clamp_min(1e-30)).clamp_max(1)

    return Trick(gradient=clip)


def mlp(inputs, outputs, width=16):
    layers = [nn.Linear(inputs, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, outputs)]
    return nn.Sequential(*layers)


class Affine(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.net = nn.Linear(inputs, outputs)

    def forward(self, x):
        return self.net(x)


def square(rng, count, *, side: float = 2.0):
    return rng.uniform(-side / 2, side / 2, (count, 2))


POINTS = np.arange(40.0).reshape(20, 2)
'''


def written(folder: Path, text: str, name: str = "mine.py") -> Path:
    """The file; its folder is made."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def entry(folder: Path, kind: str, name: str, text: str = GOOD) -> Entry:
    """The entry of `mine.py:name` with this text."""
    written(folder, text)
    return Plugins(folder).entry(kind, f"mine.py:{name}")


def made(folder: Path, kind: str, name: str, text: str = GOOD, **options: object) -> object:
    """What the registry gives for these options."""
    found = entry(folder, kind, name, text)
    return found.made(found.options.model_validate({"name": found.name, **options}))
