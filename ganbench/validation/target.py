"""What a run should have learnt: fresh draws of the true law, its modes, and how far samples are from it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ganbench import seeding
from ganbench.data.dataset import Dataset, Samples
from ganbench.data.mixtures import Mixture
from ganbench.validation.modes import ClassModes, MixtureModes, Modes

Floats = NDArray[np.float64]

TRUTH: Final = "truth"
"""Role of every stream that truth draws from."""
FRESH: Final = 2000
"""Real samples of a distance."""
DIRECTIONS: Final = 32
REFERENCES: Final = 500
"""Labelled real samples that classes of a known law are told by."""


@dataclass(frozen=True, eq=False)
class Target:
    """One data set as truth knows it. Draws come from streams of `seed` of its own."""

    dataset: Dataset
    seed: int

    def stream(self, *parts: str | int) -> np.random.Generator:
        return seeding.stream(self.seed, TRUTH, *parts)

    def fresh(self, count: int, *parts: str | int) -> Floats:
        """Real samples that no run was trained on, [count, *shape]: of the exact law, or held out."""
        return self.dataset.held_out(self.stream("real", *parts), count).x

    def learnable(self, count: int) -> Floats:
        """Real samples to train a probe on, [count, *shape]: fresh where the law is known, else training data."""
        if self.dataset.law is not None:
            return self.fresh(count, "learnable")
        return self.dataset.train(self.stream("real", "learnable"), count).x

    @cached_property
    def scale(self) -> float:
        """Root mean variance of a coordinate; 1 for a point mass, which has none."""
        return float(np.sqrt(self._reference.var(axis=0).mean())) or 1.0

    @cached_property
    def is_point(self) -> bool:
        return bool(np.ptp(self._reference, axis=0).max() == 0)

    @cached_property
    def modes(self) -> Modes | None:
        """None for data whose modes nobody knows, and for a point mass."""
        if isinstance(self.dataset.law, Mixture):
            return MixtureModes(self.dataset.law)
        reference, check = self._labelled
        return ClassModes(reference, check) if reference.label is not None else None

    @property
    def _labelled(self) -> tuple[Samples, Samples]:
        """Reference and check."""
        if self.dataset.labelled is not None:
            train, held_out = self.dataset.labelled
            return held_out, train
        draws = (self.dataset.held_out(self.stream("modes", part), REFERENCES) for part in range(2))
        return next(draws), next(draws)

    def distance(self, x: Floats) -> float:
        """Sliced Wasserstein-1 of `FRESH` samples [n, *shape] to as many fresh real ones, over `scale`; lower is better.

        NaN where a sample is not finite.
        """
        projected = np.sort(self._directions @ x[:FRESH].reshape(FRESH, -1).T, axis=1)
        return float(np.abs(projected - self._projected).mean()) / self.scale

    @cached_property
    def _reference(self) -> Floats:
        return self.fresh(FRESH).reshape(FRESH, -1)

    @cached_property
    def _directions(self) -> Floats:
        normal = self.stream("directions").standard_normal((DIRECTIONS, self._reference.shape[1]))
        unit: Floats = normal / np.linalg.norm(normal, axis=1, keepdims=True)
        return unit

    @cached_property
    def _projected(self) -> Floats:
        return np.sort(self._directions @ self._reference.T, axis=1)
