"""Two cells compared by a metric of their runs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from ganbench.stats.checks import Better, Floats, complete, pairs
from ganbench.stats.comparison import PLANNED_FROM, Comparison
from ganbench.stats.improvement import (
    Improvement,
    improvement_limits,
    noether_seeds,
    probability_of_improvement,
    sign_seeds,
)
from ganbench.stats.intervals import Interval, score_limits
from ganbench.stats.permutation import brunner_munzel
from ganbench.stats.rank_tests import wilcoxon
from ganbench.stats.rates import PairedCount, newcombe_paired
from ganbench.stats.significance import Significance


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueComparison(Comparison):
    """A metric of ours against theirs; `effect` and `interval` are a share less one half.

    The share of pairs of runs that ours wins, a tie as half; by_seed: of pairs with one seed.
    """

    metric: str
    better: Better
    medians: tuple[float, float]
    n: tuple[int, int]
    by_seed: bool

    @property
    def facts(self) -> str:
        low, high = (100 * (0.5 + end) for end in self.interval)
        first = f"{self.metric} ({self.better} is better): {self.ours} has median {self.medians[0]:.3g} (n = {self.n[0]})"
        second = f"{self.theirs} {self.medians[1]:.3g} (n = {self.n[1]})"
        among = "on {} % of seeds" if self.by_seed else "in {} % of pairs"
        share = among.format(round(100 * self._share))
        ahead = f"{self.ours} is ahead {share} [{low:.0f}, {high:.0f}]"
        return f"{first}, {second}; {ahead}"

    @property
    def margin_text(self) -> str:
        return f"{100 * self.margin:g} points of 50 %"

    @property
    def plans(self) -> bool:
        return min(self.n) >= PLANNED_FROM

    @property
    def _share(self) -> float:
        return 0.5 + self.effect

    def _powerful(self, alpha: float) -> int | None:
        """By Noether's approximations."""
        return (sign_seeds if self.by_seed else noether_seeds)(self._share, alpha=alpha)

    def _fits(self, n: int) -> bool:
        z = NormalDist().inv_cdf((1 + self.confidence) / 2)
        unpaired = improvement_limits(self._share, n, n, confidence=self.confidence)
        low, high = score_limits(self._share, n, z=z) if self.by_seed else unpaired
        return 0.5 - self.margin < low and high < 0.5 + self.margin


def compare_values(
    ours: ArrayLike,
    theirs: ArrayLike,
    *,
    metric: str,
    names: tuple[str, str],
    rng: Generator,
    better: Better = "higher",
    margin: float = 0.2,
    confidence: float = 0.95,
) -> ValueComparison:
    """Compare cells whose runs have nothing in common: probability of improvement, Brunner and Munzel's test.

    ours, theirs: one value for each run, shapes [n1], [n2], at least two each. margin: how far from one half the
    probability of improvement must be to matter, in (0, 1/2). Raises ValueError for NaN, too few values or such
    a margin.
    """
    first, second = complete(ours), complete(theirs)
    share = probability_of_improvement(first, second, better=better, confidence=confidence)
    found = brunner_munzel(first, second, rng=rng)
    return _comparison(
        first,
        second,
        share,
        found,
        metric=metric,
        names=names,
        better=better,
        margin=margin,
        confidence=confidence,
        by_seed=False,
    )


def compare_values_by_seed(
    ours: ArrayLike,
    theirs: ArrayLike,
    *,
    metric: str,
    names: tuple[str, str],
    better: Better = "higher",
    margin: float = 0.2,
    confidence: float = 0.95,
) -> ValueComparison:
    """Compare cells over seeds in common, the same seed at the same place: share of seeds won, Wilcoxon's test.

    The share's interval is Newcombe's for paired data, of seeds won less seeds lost. Wilcoxon's p is twice that
    of the side on which the share lies, so that both speak of one direction. Raises as `compare_values`, and for
    samples of unequal length.
    """
    first, second = pairs(ours, theirs)
    higher, lower = int((first > second).sum()), int((first < second).sum())
    won, lost = (higher, lower) if better == "higher" else (lower, higher)
    low, high = newcombe_paired(PairedCount(0, won, lost, first.size - won - lost), confidence=confidence)
    share = Improvement(0.5 + (won - lost) / first.size / 2, Interval(0.5 + low / 2, 0.5 + high / 2))
    found = wilcoxon(first, second, alternative="greater" if higher >= lower else "less")
    twice = replace(found, p=min(1.0, 2 * found.p), attainable=min(1.0, 2 * found.attainable))
    return _comparison(
        first,
        second,
        share,
        twice,
        metric=metric,
        names=names,
        better=better,
        margin=margin,
        confidence=confidence,
        by_seed=True,
    )


def _comparison(
    first: Floats,
    second: Floats,
    share: Improvement,
    significance: Significance,
    *,
    metric: str,
    names: tuple[str, str],
    better: Better,
    margin: float,
    confidence: float,
    by_seed: bool,
) -> ValueComparison:
    if not 0 < margin < 0.5:
        raise ValueError(f"margin is {margin}, expected a number between 0 and 1/2")
    low, high = share.interval
    return ValueComparison(
        ours=names[0],
        theirs=names[1],
        metric=metric,
        better=better,
        medians=(float(np.median(first)), float(np.median(second))),
        n=(first.size, second.size),
        by_seed=by_seed,
        effect=share.value - 0.5,
        interval=Interval(low - 0.5, high - 0.5),
        margin=margin,
        confidence=confidence,
        significance=significance,
    )
