"""The registered metrics: each reads a view and returns one number, NaN where it is not defined."""

from __future__ import annotations

import math

import numpy as np

from ganbench.metrics import density, modes, neighbours, transport
from ganbench.metrics.protocols import GaussianModes
from ganbench.metrics.view import View

NEED_MODES = frozenset(
    {
        "covered_modes",
        "covered_modes_3",
        "covered_share",
        "high_quality",
        "reverse_kl",
        "in_mode_std",
        "conditional_accuracy",
    }
)
LAST_ONLY = frozenset({"exact_wasserstein"})
ENERGY_SAMPLES = 512
"""Pairs grow with the square: so many of the samples, the first, keep an evaluation within milliseconds."""
NEIGHBOURS = 20
"""Fewer are noisier, more smooth over modes of some 80 samples (the grid of 25 at 2,500)."""
KNOWN = 500
"""Samples of either sort to compare with, and as many to rank: a million distances are milliseconds."""
NEAREST = 3
"""Of two samples that differ the first few neighbours tell most; the nearest alone is noisier."""
PROBES = 256
"""Real points, and as many generated ones, at which D is compared with D*."""


def covered_modes(view: View) -> float:
    """Modes with at least one high-quality sample (classes: 1 % of the samples)."""
    return modes.covered_modes(view.high_quality_counts, least=view.modes.least_count(len(view.fake)))


def covered_modes_3(view: View) -> float:
    """Modes with at least three high-quality samples."""
    return modes.covered_modes(view.high_quality_counts, least=3)


def covered_share(view: View) -> float:
    """Covered modes over all modes."""
    return covered_modes(view) / len(view.modes.weights)


def high_quality(view: View) -> float:
    """Share of the samples within the radius of their mode."""
    return modes.high_quality_share(view.assignment[1], view.modes.radius)


def reverse_kl(view: View) -> float:
    """All finite samples count, each for its nearest mode, near or far, as published."""
    mode, distance = view.assignment
    counts = modes.mode_counts(mode, np.isfinite(distance), modes=len(view.modes.weights))
    return modes.reverse_kl(counts, view.modes.weights)


def in_mode_std(view: View) -> float:
    """NaN where the modes are not Gaussians, and where no mode has two high-quality samples."""
    law = view.modes
    if not isinstance(law, GaussianModes):
        return math.nan
    mode, distance = view.assignment
    near = distance < law.radius
    residuals = law.residuals(view.fake[near], mode[near])
    return modes.in_mode_std(residuals, mode[near], modes=len(law.weights), radius=law.radius)


def conditional_accuracy(view: View) -> float:
    """Samples near or far count for their nearest mode; those that are not finite are wrong. NaN where nobody asked."""
    if view.asked is None:
        return math.nan
    mode, distance = view.assignment
    return float(np.mean((mode == view.asked) & np.isfinite(distance)))


def sliced_wasserstein(view: View) -> float:
    """Against as many held-out samples."""
    return transport.sliced_wasserstein(view.projections, view.reference.projections)


def sliced_wasserstein_2(view: View) -> float:
    """Against as many held-out samples."""
    return transport.sliced_wasserstein(view.projections, view.reference.projections, order=2)


def exact_wasserstein(view: View) -> float:
    """The first `exact_samples` of the samples against as many held-out ones."""
    n = view.reference.exact_samples
    return transport.exact_wasserstein(view.fake[:n], view.reference.real[:n])


def energy_distance(view: View) -> float:
    """The first 512 of the samples against as many held-out ones."""
    return transport.energy_distance(view.fake[:ENERGY_SAMPLES], view.reference.real[:ENERGY_SAMPLES])


def neighbour_auc(view: View) -> float:
    """Known are training samples and the first of the generated ones; asked are held-out samples and the next ones."""
    half = min(len(view.fake) // 2, KNOWN)
    known = view.reference.known, view.fake[:half]
    asked = view.reference.real[:half], view.fake[half : 2 * half]
    return neighbours.neighbour_auc(known, asked, neighbours=NEAREST)


def distance(view: View) -> float:
    """Between the means."""
    return float(np.linalg.norm(view.fake.mean(axis=0) - view.reference.real.mean(axis=0)))


def value_function(view: View) -> float:
    """NaN without a discriminator."""
    return math.nan if view.logits is None else density.value_function(*view.logits)


def discriminator_error(view: View) -> float:
    """Half of the probes are held-out samples, half generated ones that the estimate of p_model has not seen.

    The floor is the noise and the smoothing of that estimate, about .06 to .07 for the ring, the grid and the moons.
    NaN without a discriminator or a known density, above two dimensions, and for non-finite samples.
    """
    law, n, dim = view.reference.law, *view.fake.shape
    probes = min(PROBES, n // 4)
    if view.logits is None or law is None or dim > 2 or probes == 0 or not np.isfinite(view.fake).all():
        return math.nan
    real, fake = view.logits
    at = np.concatenate([view.reference.real[:probes], view.fake[:probes]])
    rest = view.fake[probes:]
    neighbours = min(NEIGHBOURS, len(rest) // 2)
    return density.discriminator_error(
        np.concatenate([real[:probes], fake[:probes]]),
        log_data=law.log_density(at),
        log_model=density.log_density_by_neighbours(at, rest, neighbours=neighbours),
    )
