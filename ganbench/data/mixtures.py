"""Mixtures of Gaussians with diagonal covariances: exact sampler, density and nearest mode, in float64."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ganbench import seeding
from ganbench.data import (
    GridOptions,
    LineOptions,
    MixtureOptions,
    RingOptions,
    SpiralOptions,
    Veegan1200Options,
)
from ganbench.data.dataset import WIDTH, Box, Floats, Ints, Samples, read_only
from ganbench.data.law import Law

CEILING_IN_THE_PLANE = 1 - math.exp(-9 / 2)
"""Share of a Gaussian in the plane that lies within 3 standard deviations."""

METRICS = (
    "covered_modes",
    "covered_modes_3",
    "covered_share",
    "high_quality",
    "reverse_kl",
    "in_mode_std",
    "sliced_wasserstein",
    "exact_wasserstein",
    "neighbour_auc",
    "value_function",
    "discriminator_error",
)


@dataclass(frozen=True, eq=False, kw_only=True)
class Mixture(Law):
    """p(x) = sum_k w_k N(x; m_k, diag(s_k^2)).

    means: [K, d]. std: [K, d]. weights: [K], sums to 1.
    radius: a sample within so many standard deviations (Mahalanobis) of a mode is of high quality.
    """

    means: Floats
    std: Floats
    weights: Floats
    radius: float

    @property
    def shape(self) -> tuple[int, ...]:
        return (self.means.shape[1],)

    @property
    def box(self) -> Box:
        return (self.means - WIDTH * self.std).min(0), (self.means + WIDTH * self.std).max(0)

    @property
    def label_count(self) -> int:
        return len(self.means)

    @property
    def default_metrics(self) -> tuple[str, ...]:
        return METRICS

    @property
    def law(self) -> Mixture:
        return self

    @cached_property
    def ceiling(self) -> float:
        """P(chi^2_d < radius^2): the high-quality share of the exact law. Significantly more: in-mode collapse."""
        from scipy.stats import chi2

        return float(chi2.cdf(self.radius**2, self.means.shape[1]))

    def held_out(self, rng: np.random.Generator, count: int) -> Samples:
        """`count` fresh draws; the label is the mode they come from."""
        mode = self._modes(rng, count)
        noise = rng.standard_normal((count, self.means.shape[1]))
        return Samples(self.means[mode] + self.std[mode] * noise, mode)

    def assign(self, x: Floats) -> tuple[Ints, Floats]:
        """Nearest mode [n] in the Mahalanobis distance, and that distance [n]; NaN for non-finite points."""
        mode = self._squared_distances(x).argmin(axis=1)
        return mode, np.sqrt(np.square(self.residuals(x, mode)).sum(axis=1))

    def residuals(self, x: Floats, mode: Ints) -> Floats:
        """(x - m_k) / s_k of each point and its mode, [n, d]: standard normal under the exact law."""
        return (x - self.means[mode]) / self.std[mode]

    def log_density(self, x: Floats) -> Floats:
        """ln p(x), [n], nats; NaN for non-finite points."""
        log_parts = self._log_factors - self._squared_distances(x) / 2
        largest = log_parts.max(axis=1)
        return np.asarray(largest + np.log(np.exp(log_parts - largest[:, None]).sum(axis=1)))

    def least_count(self, samples: int) -> int:  # noqa: ARG002  # the same for any number of samples
        """One high-quality sample makes a mode covered (VEEGAN, PacGAN)."""
        return 1

    def _modes(self, rng: np.random.Generator, count: int) -> Ints:
        if self._cumulative is None:
            return rng.integers(len(self.weights), size=count)
        return self._cumulative.searchsorted(rng.random(count), side="right")

    def _squared_distances(self, x: Floats) -> Floats:
        """Squared Mahalanobis distance to every mode, [n, K], without an array of [n, K, d]."""
        precision, pull, offset = self._quadratic
        centred = x - self._centre
        return np.maximum(np.square(centred) @ precision - 2 * (centred @ pull) + offset, 0)

    @cached_property
    def _cumulative(self) -> Floats | None:
        if np.ptp(self.weights) == 0:
            return None
        cumulative = self.weights.cumsum()
        cumulative[-1] = 1
        return cumulative

    @cached_property
    def _centre(self) -> Floats:
        return np.asarray(self.means.mean(axis=0))

    @cached_property
    def _quadratic(self) -> tuple[Floats, Floats, Floats]:
        """1/s^2 [d, K], m/s^2 [d, K] and sum m^2/s^2 [K], means taken from the centre (less cancellation)."""
        precision = self.std.T**-2
        means = (self.means - self._centre).T
        return precision, means * precision, np.asarray((means**2 * precision).sum(axis=0))

    @cached_property
    def _log_factors(self) -> Floats:
        dim = self.means.shape[1]
        return np.asarray(
            np.log(self.weights) - np.log(self.std).sum(axis=1) - dim / 2 * math.log(2 * math.pi)
        )


def gaussian_mixture(
    means: ArrayLike,
    std: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    radius: float | None = None,
) -> Mixture:
    """A mixture from means [K, d], std (number, [K, 1] or [K, d]) and relative weights [K] (equal if None)."""
    means = np.array(means, float)
    spread = np.broadcast_to(np.asarray(std, float), means.shape).copy()
    share = np.ones(len(means)) if weights is None else np.array(weights, float)
    share /= share.sum()
    for array in (means, spread, share):
        read_only(array)
    return Mixture(means=means, std=spread, weights=share, radius=radius or default_radius(means.shape[1]))


def default_radius(dim: int) -> float:
    """3 in up to two dimensions, as published; above, the radius that holds as much of a Gaussian as 3 in the plane."""
    if dim <= 2:
        return 3.0
    from scipy.stats import chi2

    return math.sqrt(chi2.ppf(CEILING_IN_THE_PLANE, dim))


@lru_cache(maxsize=8)
def ring(options: RingOptions) -> Mixture:
    """`modes` Gaussians on a circle of `radius` around the origin."""
    angle = 2 * np.pi * np.arange(options.modes) / options.modes
    means = options.radius * np.column_stack([np.cos(angle), np.sin(angle)])
    return gaussian_mixture(means, options.std, weights=options.weights).trained_as(options)


@lru_cache(maxsize=8)
def grid(options: GridOptions) -> Mixture:
    """`side` times `side` Gaussians around the origin; mode i * side + j has column i and row j."""
    ticks = options.spacing * _centred_steps(options.side)
    means = np.stack(np.meshgrid(ticks, ticks, indexing="ij"), axis=-1).reshape(-1, 2)
    scale = options.scale
    return gaussian_mixture(scale * means, scale * options.std, weights=options.weights).trained_as(options)


@lru_cache(maxsize=8)
def line(options: LineOptions) -> Mixture:
    """`modes` Gaussians on the first axis, centred at the origin."""
    first = options.spacing * _centred_steps(options.modes)
    means = np.column_stack([first, np.zeros(options.modes)])
    return gaussian_mixture(means, options.std, weights=options.weights).trained_as(options)


@lru_cache(maxsize=8)
def spiral(options: SpiralOptions) -> Mixture:
    """`modes` Gaussians on r = radius t at angle 2 pi turns t; t = sqrt(k/K) keeps their distances alike."""
    t = np.sqrt(np.arange(1, options.modes + 1) / options.modes)
    angle = 2 * np.pi * options.turns * t
    means = options.radius * t[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return gaussian_mixture(means, options.std, weights=options.weights).trained_as(options)


@lru_cache(maxsize=8)
def mixture(options: MixtureOptions) -> Mixture:
    """Explicit means and isotropic standard deviations."""
    std: Any = np.array(options.std)[:, None] if isinstance(options.std, tuple) else options.std
    law = gaussian_mixture(options.means, std, weights=options.weights, radius=options.radius)
    return law.trained_as(options)


@lru_cache(maxsize=2)
def veegan_1200(options: Veegan1200Options) -> Mixture:
    """Ten 700-dimensional Gaussians in 1200 dimensions (Srivastava et al. 2017, arXiv:1705.07761).

    Published are those three numbers and the bound "within 10 standard deviations"; means, covariances and
    the reading of that bound are not. Ours: means from N(0, spread^2 I); each mode is wide (`std`) in its own
    700 coordinates, drawn at random, and thin (`thickness`) in the other 500, so that a density exists; the
    high-quality bound is that of `default_radius`, because no draw of a 1200-dimensional Gaussian lies within
    10 of its standard deviations of the mean. All runs of all suites see the same law.
    """
    rng = seeding.stream(0, seeding.DATA, "veegan-1200")
    means = options.spread * rng.standard_normal((10, 1200))
    wide = rng.permuted(np.tile(np.arange(1200) < 700, (10, 1)), axis=1)
    return gaussian_mixture(means, np.where(wide, options.std, options.thickness)).trained_as(options)


def _centred_steps(count: int) -> Floats:
    """0, 1, 2, ... moved to mean 0."""
    return np.arange(count, dtype=np.float64) - (count - 1) / 2
