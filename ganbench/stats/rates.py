"""Failure rates of two cells and their difference, with seeds of their own or with seeds in common."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

from ganbench.stats.checks import level
from ganbench.stats.intervals import Interval, score_limits


class Count(NamedTuple):
    """Failed runs of n."""

    failed: int
    n: int

    @property
    def rate(self) -> float:
        return self.failed / self.n


class PairedCount(NamedTuple):
    """Seeds that both cells ran, by who failed."""

    both: int
    only_ours: int
    only_theirs: int
    neither: int

    @classmethod
    def of(cls, ours: Sequence[bool], theirs: Sequence[bool]) -> PairedCount:
        """Whether each seed failed, the same seed at the same place. Raises ValueError for unequal lengths."""
        found = list(zip(ours, theirs, strict=True))
        return cls(
            *(found.count(kind) for kind in ((True, True), (True, False), (False, True), (False, False)))
        )

    @property
    def n(self) -> int:
        return sum(self)

    @property
    def ours(self) -> Count:
        return Count(self.both + self.only_ours, self.n)

    @property
    def theirs(self) -> Count:
        return Count(self.both + self.only_theirs, self.n)


def newcombe(ours: Count, theirs: Count, *, confidence: float = 0.95) -> Interval:
    """Two-sided hybrid score interval of the difference of two rates, ours less theirs, within [-1, 1].

        d - sqrt((p1 - l1)^2 + (u2 - p2)^2),  d + sqrt((u1 - p1)^2 + (p2 - l2)^2)

    with l, u the ends of Wilson's intervals. No runs tell nothing: [-1, 1]. Newcombe 1998, method 10,
    doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I. Raises ValueError for counts
    that no experiment gives.
    """
    require_counts(ours, theirs)
    if 0 in (ours.n, theirs.n):
        return Interval(-1.0, 1.0)
    return difference_limits(ours.rate, theirs.rate, ours.n, theirs.n, confidence=confidence)


def newcombe_paired(pairs: PairedCount, *, confidence: float = 0.95) -> Interval:
    """The same for seeds in common.

        d - sqrt((p1 - l1)^2 - 2 phi (p1 - l1)(u2 - p2) + (u2 - p2)^2), and so on,
        phi = c / sqrt(failed1 failed2 healthy1 healthy2),  c = both neither - only1 only2;
        c > n/2 becomes c - n/2, c in [0, n/2] becomes 0; phi = 0 where a factor is 0

    Newcombe 1998, method 10 for paired data,
    doi:10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C. Raises as `newcombe`.
    """
    require_pairs(pairs)
    if pairs.n == 0:
        return Interval(-1.0, 1.0)
    rates = pairs.ours.rate, pairs.theirs.rate
    return difference_limits(*rates, pairs.n, pairs.n, phi=_phi(pairs), confidence=confidence)


def difference_limits(
    p1: float, p2: float, n1: float, n2: float, *, phi: float = 0.0, confidence: float = 0.95
) -> Interval:
    """Newcombe's formula for any shares p in [0, 1] and n > 0, as planning needs it."""
    z = NormalDist().inv_cdf((1 + level(confidence)) / 2)
    return difference_of(p1, p2, score_limits(p1, n1, z=z), score_limits(p2, n2, z=z), phi=phi)


def difference_of(p1: float, p2: float, of1: Interval, of2: Interval, *, phi: float = 0.0) -> Interval:
    """The same of any two shares with intervals of their own, such as tuned ones; phi: their correlation.

    Zou & Donner 2008, doi:10.1002/sim.3095.
    """
    (l1, u1), (l2, u2) = of1, of2
    low = p1 - p2 - _side(p1 - l1, u2 - p2, phi)
    high = p1 - p2 + _side(u1 - p1, p2 - l2, phi)
    return Interval(max(-1.0, low), min(1.0, high))


def _side(a: float, b: float, phi: float) -> float:
    return math.sqrt(max(0.0, a**2 - 2 * phi * a * b + b**2))


def _phi(pairs: PairedCount) -> float:
    n, (f1, _), (f2, _) = pairs.n, pairs.ours, pairs.theirs
    product = f1 * f2 * (n - f1) * (n - f2)
    cross = pairs.both * pairs.neither - pairs.only_ours * pairs.only_theirs
    corrected = max(0.0, cross - n / 2) if cross > 0 else cross
    return corrected / math.sqrt(product) if product else 0.0


def require_counts(*counts: Count) -> None:
    """Raises ValueError for counts that no experiment gives."""
    for failed, n in counts:
        if not 0 <= failed <= n:
            raise ValueError(f"{failed} failed of {n} runs, expected 0 <= failed <= n")


def require_pairs(pairs: PairedCount) -> None:
    """Raises ValueError for negative counts."""
    if min(pairs) < 0:
        raise ValueError(f"{pairs}, expected counts of 0 or more")
