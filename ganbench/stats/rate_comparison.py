"""Two cells compared by how often they fail."""

from __future__ import annotations

from dataclasses import dataclass

from ganbench.stats.comparison import PLANNED_FROM, Comparison
from ganbench.stats.intervals import Interval
from ganbench.stats.power import seeds_needed
from ganbench.stats.rate_tests import boschloo, fisher, mcnemar
from ganbench.stats.rates import Count, PairedCount, difference_limits, newcombe, newcombe_paired
from ganbench.stats.significance import Significance

BOSCHLOO_UP_TO = 10_000  # outcomes of both cells together, n1 n2


@dataclass(frozen=True, slots=True, kw_only=True)
class RateComparison(Comparison):
    """Failure rates of ours against theirs; `effect` and `interval` are theirs less ours."""

    failed_ours: Count
    failed_theirs: Count

    @property
    def facts(self) -> str:
        low, high = self.interval
        # Said as ours less theirs, so that the ends swap.
        difference = Interval(-high, -low)
        return in_words((self.ours, self.theirs), self.failed_ours, self.failed_theirs, difference=difference)

    @property
    def margin_text(self) -> str:
        return f"{100 * self.margin:g} points"

    @property
    def plans(self) -> bool:
        return min(self.failed_ours.n, self.failed_theirs.n) >= PLANNED_FROM

    def _powerful(self, alpha: float) -> int | None:
        """Of Boschloo's test."""
        return seeds_needed(self.failed_ours.rate, self.failed_theirs.rate, alpha=alpha)

    def _fits(self, n: int) -> bool:
        rates = self.failed_ours.rate, self.failed_theirs.rate
        low, high = difference_limits(*rates, n, n, confidence=self.confidence)
        return -self.margin < low and high < self.margin


def compare_rates(
    ours: Count,
    theirs: Count,
    *,
    names: tuple[str, str],
    margin: float = 0.2,
    confidence: float = 0.95,
) -> RateComparison:
    """Compare cells whose runs have nothing in common: Newcombe's interval, Boschloo's test.

    Fisher's test where n1 n2 > 10,000: Boschloo's takes long there and gains little. margin: the difference in failure rates that matters, in (0, 1). Raises ValueError for cells without runs,
    counts that no experiment gives, or such a margin.
    """
    interval = newcombe(ours, theirs, confidence=confidence)
    test = boschloo if ours.n * theirs.n <= BOSCHLOO_UP_TO else fisher
    return _comparison(ours, theirs, names, margin, confidence, interval, test(ours, theirs))


def compare_rates_by_seed(
    pairs: PairedCount, *, names: tuple[str, str], margin: float = 0.2, confidence: float = 0.95
) -> RateComparison:
    """Compare cells over seeds in common: Newcombe's paired interval, McNemar's test. Raises as `compare_rates`.

    Only for cells that see the same draws: a change that shifts random numbers breaks the pairs. `seeds` counts
    as for runs with nothing in common, so that it is rather too many.
    """
    interval = newcombe_paired(pairs, confidence=confidence)
    return _comparison(pairs.ours, pairs.theirs, names, margin, confidence, interval, mcnemar(pairs))


def in_words(names: tuple[str, str], ours: Count, theirs: Count, *, difference: Interval) -> str:
    """Such as `A fails in 3 of 10 runs, B in 0 of 10: difference 30 points [-4, 60]`, the interval being of ours
    less theirs.
    """
    first = f"{names[0]} fails in {ours.failed} of {_runs(ours.n)}"
    second = f"{names[1]} in {theirs.failed} of {theirs.n}"
    points = (
        f"{_points(ours.rate - theirs.rate)} points [{_points(difference.low)}, {_points(difference.high)}]"
    )
    return f"{first}, {second}: difference {points}"


def _comparison(
    ours: Count,
    theirs: Count,
    names: tuple[str, str],
    margin: float,
    confidence: float,
    interval: Interval,
    significance: Significance,
) -> RateComparison:
    if not 0 < margin < 1:
        raise ValueError(f"margin is {margin}, expected a difference of rates between 0 and 1")
    for name, count in zip(names, (ours, theirs), strict=True):
        if count.n == 0:
            raise ValueError(f"{name} has no runs, expected at least one")
    return RateComparison(
        ours=names[0],
        theirs=names[1],
        failed_ours=ours,
        failed_theirs=theirs,
        effect=theirs.rate - ours.rate,
        interval=Interval(-interval.high, -interval.low),
        margin=margin,
        confidence=confidence,
        significance=significance,
    )


def _runs(n: int) -> str:
    return f"{n} run" if n == 1 else f"{n} runs"


def _points(difference: float) -> int:
    return round(100 * difference)
