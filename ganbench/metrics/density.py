"""The discriminator against theory: the value function, and D against the optimal D* = p_data/(p_data + p_model)."""

from __future__ import annotations

import math

import numpy as np

from ganbench.metrics.protocols import Floats


def value_function(real: Floats, fake: Floats) -> float:
    """V(D, G) = E ln D(x) + E ln(1 - D(G(z))), nats, from logits [n] and [m]; D = sigmoid(logit).

    At most 0 (D separates); -ln 4 at equilibrium. Goodfellow et al. 2014, equation 1.
    """
    return float(-np.mean(softplus(-real)) - np.mean(softplus(fake)))


def discriminator_error(logits: Floats, *, log_data: Floats, log_model: Floats) -> float:
    """Mean |D - D*| over points [n], 0 to 1, lower is better; D* = sigmoid(ln p_data - ln p_model)."""
    return float(np.mean(np.abs(sigmoid(logits) - sigmoid(log_data - log_model))))


def log_density_by_neighbours(at: Floats, sample: Floats, *, neighbours: int) -> Floats:
    """ln p of the law behind `sample` [n, d] at points [m, d] outside it, [m], nats; d up to 2 or so.

    With r the distance to the k-th neighbour and c_d r^d the volume of its ball,
    ln p = digamma(k) - ln n - ln(c_d r^d) (Loftsgaarden and Quesenberry 1965; the digamma makes the logarithm
    unbiased where p is constant over the ball). Standard deviation about 1/sqrt(k); where p bends within the
    ball it is smoothed, and tails are too heavy. A kernel width would have to know the scale of the modes; this
    does not. +inf where at least k samples lie on the point itself.
    """
    from scipy.spatial import cKDTree
    from scipy.special import digamma, gammaln

    n, dim = sample.shape
    radius = np.asarray(cKDTree(sample).query(at, k=[neighbours])[0])[:, 0]
    log_unit_ball = dim / 2 * math.log(math.pi) - gammaln(dim / 2 + 1)
    with np.errstate(divide="ignore"):
        log_volume = log_unit_ball + dim * np.log(radius)
    return np.asarray(digamma(neighbours) - math.log(n) - log_volume)


def softplus(x: Floats) -> Floats:
    """ln(1 + e^x), without overflow."""
    return np.asarray(np.logaddexp(0, x))


def sigmoid(x: Floats) -> Floats:
    """1 / (1 + e^-x), without overflow."""
    return np.asarray(np.exp(-np.logaddexp(0, -x)))
