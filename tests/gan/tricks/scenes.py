"""A trick outside a training: its scene, with draws from a generator of torch."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganbench import registry
from ganbench.gan.tricks.trick import Extent, Scene, Trick


class Drawn:
    """[R, *shape] from one stream."""

    def __init__(self, replicas: int, seed: int = 0) -> None:
        self.replicas = replicas
        self.generator = torch.Generator().manual_seed(seed)

    def uniform(self, shape: tuple[int, ...]) -> Tensor:
        return torch.rand((self.replicas, *shape), generator=self.generator, dtype=torch.float64)

    def normal(self, shape: tuple[int, ...]) -> Tensor:
        return torch.randn((self.replicas, *shape), generator=self.generator, dtype=torch.float64)


def scene(
    name: str, *options: dict[str, Any], progress: float = 0.0, extent: Extent | None = None
) -> tuple[Trick, Scene]:
    """A trick and its scene for as many replicas as there are options."""
    entry = registry.entry("trick", name)
    typed = [entry.options.model_validate({"name": name, **each}) for each in options]
    varying = [registry.per_replica(each) for each in typed]
    values = {
        option: torch.from_numpy(
            np.stack(np.broadcast_arrays(*(np.asarray(row[option], dtype=float) for row in varying)))
        )
        for option in varying[0]
    }
    trick: Trick = entry.load()
    shapes = trick.memory(typed[0], extent) if trick.memory and extent else {}
    memory = {part: torch.zeros((len(typed), *shape), dtype=torch.float64) for part, shape in shapes.items()}
    where = torch.tensor(progress, dtype=torch.float64)
    return trick, Scene(typed[0], values, "d", Drawn(len(typed)), where, memory)
