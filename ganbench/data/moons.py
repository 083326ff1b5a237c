"""Two moons: two interleaved half circles with Gaussian noise. Sampler exact, density by quadrature."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from ganbench.data import MoonsOptions
from ganbench.data.dataset import WIDTH, Box, Floats, Ints, Samples
from ganbench.data.law import Law

CENTRES = np.array([[0.0, 0.0], [1.0, 0.5]])
SIGNS = np.array([1.0, -1.0])


@dataclass(frozen=True, eq=False, kw_only=True)
class Moons(Law):
    """x = c_k + sign_k (cos t, sin t) + std e, k of two, t ~ U(0, pi), e ~ N(0, I). The modes are the two arcs."""

    std: float

    @property
    def shape(self) -> tuple[int, ...]:
        return (2,)

    @property
    def box(self) -> Box:
        return np.array([-1.0, -0.5]) - WIDTH * self.std, np.array([2.0, 1.0]) + WIDTH * self.std

    @property
    def label_count(self) -> int:
        return 2

    @property
    def default_metrics(self) -> tuple[str, ...]:
        return (
            "covered_modes",
            "covered_share",
            "high_quality",
            "reverse_kl",
            "sliced_wasserstein",
            "exact_wasserstein",
            "neighbour_auc",
            "value_function",
            "discriminator_error",
        )

    @property
    def law(self) -> Moons:
        return self

    @property
    def weights(self) -> Floats:
        return np.array([0.5, 0.5])

    @property
    def radius(self) -> float:
        return 3.0

    @cached_property
    def ceiling(self) -> float:
        """P(|r - 1| < 3 std) for r = |(1, 0) + std e| (Rice); the ends of the arcs change it by less than 1e-3."""
        from scipy.stats import ncx2

        at = 1 / self.std
        return float(ncx2.cdf((at + 3) ** 2, 2, at**2) - ncx2.cdf((at - 3) ** 2, 2, at**2))

    def held_out(self, rng: np.random.Generator, count: int) -> Samples:
        """`count` fresh draws; the label is the moon they come from."""
        moon = rng.integers(2, size=count)
        angle = rng.uniform(0, np.pi, count)
        arc = CENTRES[moon] + SIGNS[moon, None] * np.column_stack([np.cos(angle), np.sin(angle)])
        return Samples(arc + self.std * rng.standard_normal((count, 2)), moon)

    def assign(self, x: Floats) -> tuple[Ints, Floats]:
        """Nearest arc [n] and Euclidean distance to it over std [n]; NaN for non-finite points."""
        distance = np.stack([distance_to_arc(sign * (x - c)) for c, sign in zip(CENTRES, SIGNS, strict=True)])
        moon = distance.argmin(axis=0)
        return moon, distance[moon, np.arange(len(x))] / self.std

    def log_density(self, x: Floats) -> Floats:
        """ln p(x), [n], nats: p(x) = sum_k 1/2 integral_0^pi N(x; c_k + sign_k (cos t, sin t), std^2 I) dt/pi."""
        upper, lower = (self._log_moon(sign * (x - c)) for c, sign in zip(CENTRES, SIGNS, strict=True))
        return np.asarray(np.logaddexp(upper, lower) - math.log(2))

    def least_count(self, samples: int) -> int:  # noqa: ARG002  # the same for any number of samples
        """One high-quality sample makes a moon covered."""
        return 1

    def _log_moon(self, x: Floats) -> Floats:
        """ln density of the moon around the origin."""
        arc, log_share = self._nodes
        across = x[:, :1] - arc[:, 0]
        along = x[:, 1:] - arc[:, 1]
        log_parts = log_share - (across**2 + along**2) / (2 * self.std**2)
        largest = log_parts.max(axis=1)
        total = np.exp(log_parts - largest[:, None]).sum(axis=1)
        return np.asarray(largest + np.log(total) - math.log(2 * math.pi * self.std**2))

    @cached_property
    def _nodes(self) -> tuple[Floats, Floats]:
        """Gauss-Legendre of 8 nodes on panels of at most 2 std: points of the arc [N, 2], ln of their shares [N]."""
        node, share = np.polynomial.legendre.leggauss(8)
        panels = math.ceil(math.pi / (2 * self.std))
        angle = np.pi / panels * (np.arange(panels)[:, None] + (node + 1) / 2).ravel()
        return np.column_stack([np.cos(angle), np.sin(angle)]), np.log(np.tile(share / 2 / panels, panels))


def distance_to_arc(x: Floats) -> Floats:
    """Distance of points [n, 2] to the upper unit half circle: radial above it, to the nearer end below."""
    radial = np.abs(np.hypot(x[:, 0], x[:, 1]) - 1)
    end = np.hypot(np.abs(x[:, 0]) - 1, x[:, 1])
    return np.asarray(np.where(x[:, 1] >= 0, radial, end))


@lru_cache(maxsize=8)
def moons(options: MoonsOptions) -> Moons:
    """Two moons, with the training set that the options name."""
    return Moons(std=options.std).trained_as(options)
