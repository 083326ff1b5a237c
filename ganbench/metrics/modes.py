"""Coverage and quality of samples against known modes (VEEGAN, PacGAN): functions of assignments.

`mode` [n] is the nearest mode of each sample, `distance` [n] how far it is (NaN for a non-finite sample,
which is therefore never of high quality), `counts` [K] are samples of each mode.
"""

from __future__ import annotations

import math

import numpy as np

from ganbench.metrics.protocols import Floats, Ints


def mode_counts(mode: Ints, chosen: np.ndarray, *, modes: int) -> Ints:
    """How many of the `chosen` samples (mask [n]) are nearest to each of K modes, [K]."""
    return np.bincount(mode[chosen], minlength=modes)


def covered_modes(counts: Ints, *, least: int = 1) -> int:
    """Modes with at least `least` samples, 0 to K; higher is better."""
    return int(np.count_nonzero(counts >= least))


def high_quality_share(distance: Floats, radius: float) -> float:
    """Share of all samples nearer to their mode than `radius`, 0 to 1. More than the ceiling is a symptom."""
    return float(np.mean(distance < radius))


def reverse_kl(counts: Ints, weights: Floats) -> float:
    """KL(q || w) in nats, q = counts / sum: 0 is best, ln(1/w_k) if all samples are at mode k. NaN without samples."""
    total = counts.sum()
    if total == 0:
        return math.nan
    some = counts > 0
    q = counts[some] / total
    return float(np.sum(q * np.log(q / weights[some])))


def reverse_kl_floor(modes: int, samples: int) -> float:
    """Expected reverse KL of `samples` draws from the exact law, to first order: (K - 1) / (2 N), nats."""
    return (modes - 1) / (2 * samples)


def in_mode_std(residuals: Floats, mode: Ints, *, modes: int, radius: float) -> float:
    """Pooled within-mode standard deviation over the true one: 1 is right, 0 says that modes are points.

    residuals: [n, d], (x - m_k) / s_k of samples with |residual| < radius. The deviation is taken from the
    samples' own mean of each mode and divided by what a Gaussian cut at `radius` has. Modes wider than the
    truth are cut as well, so values above 1 are compressed (in the plane at 3 std: at most about 1.5).
    NaN if no mode has two samples.
    """
    counts = np.bincount(mode, minlength=modes)
    freedom = int(np.maximum(counts - 1, 0).sum())
    if freedom == 0:
        return math.nan
    member = (mode == np.arange(modes)[:, None]).astype(float)
    means = (member @ residuals) / np.maximum(counts, 1)[:, None]
    dim = residuals.shape[1]
    variance = np.square(residuals - means[mode]).sum() / (dim * freedom)
    return float(np.sqrt(variance)) / truncated_std(radius, dim)


def truncated_std(radius: float, dim: int) -> float:
    """Standard deviation of one coordinate of a standard normal in `dim` dimensions cut at |x| < radius.

    Its square is P(chi^2_{d+2} < radius^2) / P(chi^2_d < radius^2).
    """
    from scipy.stats import chi2

    return math.sqrt(chi2.cdf(radius**2, dim + 2) / chi2.cdf(radius**2, dim))
