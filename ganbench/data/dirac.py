"""The data of the Dirac-GAN: a point mass at the origin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganbench.data import DiracOptions
from ganbench.data.dataset import Box, Dataset, Samples


@dataclass(frozen=True)
class Dirac(Dataset):
    """x = 0 in `dim` dimensions (Mescheder et al. 2018, arXiv:1801.04406)."""

    dim: int

    @property
    def shape(self) -> tuple[int, ...]:
        return (self.dim,)

    @property
    def box(self) -> Box:
        return np.zeros(self.dim), np.zeros(self.dim)

    @property
    def default_metrics(self) -> tuple[str, ...]:
        return ("distance",)

    def train(self, rng: np.random.Generator, count: int) -> Samples:  # noqa: ARG002  # nothing is random here
        """`count` zeros; `rng` is left as it is."""
        return Samples(np.zeros((count, self.dim)))

    held_out = train


def dirac(options: DiracOptions) -> Dirac:
    """The point mass in the dimension that the options name."""
    return Dirac(options.dim)
