"""`python -m benchmarks.coverage`: how often intervals cover, verdicts err and sequential tests stop; with `--save`
also the tables of docs/statistics.md."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.random import Generator

from benchmarks.decisions import COURSE, sequential_rows, verdict_rows
from benchmarks.draws import binomial, percent, stream
from ganbench.execute.looks import BLOCK
from ganbench.stats.bootstrap import Method, bootstrap
from ganbench.stats.budget import expected_best, tuned_share
from ganbench.stats.checks import Floats
from ganbench.stats.estimate import Statistic, interval_of
from ganbench.stats.improvement import probability_of_improvement
from ganbench.stats.intervals import Interval, clopper_pearson, wilson
from ganbench.stats.rates import Count, PairedCount, newcombe, newcombe_paired
from ganbench.stats.summaries import row_means
from ganbench.stats.survival import kaplan_meier, median_time

PAGE: Final = Path(__file__).parents[1] / "docs" / "statistics.md"
NS: Final = (5, 10, 30)
RATES: Final = (0.02, 0.1, 0.5)
REPETITIONS: Final = 2_000
TUNED: Final = {  # failure rates of settings
    "two settings, failure rates 0.1 and 0.9": (0.1, 0.9),
    "ten settings, failure rate 0.1 each": (0.1,) * 10,
    "ten settings, one fails in 0.1, nine in 0.9": (0.1, *(0.9,) * 9),
}
RESAMPLES: Final = 1_000
GRID: Final = 400_000  # points of a quantile function, for true values
STATISTICS: Final[tuple[Statistic, ...]] = ("mean", "iqm", "median")
METHODS: Final[tuple[Method, ...]] = ("percentile", "bca")

Row = tuple[str, ...]
Quantile = Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A law of a run's metric, by its quantile function."""

    name: str
    quantile: Quantile

    def draw(self, rng: Generator, n: int) -> Floats:
        return self.quantile(rng.random(n))

    def truth(self, statistic: Statistic) -> float:
        grid = (np.arange(GRID) + 0.5) / GRID
        if statistic == "median":
            return float(self.quantile(np.array([0.5]))[0])
        return float(self.quantile(grid if statistic == "mean" else 0.25 + grid / 2).mean())


def bimodal(failing: float) -> Outcome:
    """Runs near 1, and a share that failed near 0."""
    from scipy.stats import norm

    points = np.linspace(-1, 2, 200_001)
    law = failing * norm.cdf(points, 0, 0.05) + (1 - failing) * norm.cdf(points, 1, 0.05)
    return Outcome(f"bimodal, {100 * failing:.0f} % failed", lambda u: np.interp(u, law, points))


def outcomes() -> tuple[Outcome, ...]:
    from scipy.stats import norm, t

    return (
        Outcome("normal", lambda u: np.asarray(norm.ppf(u))),
        bimodal(0.2),
        bimodal(0.4),
        Outcome("heavy tails (t, 3 degrees)", lambda u: np.asarray(t.ppf(u, 3))),
        Outcome("skewed (log-normal)", lambda u: np.exp(np.asarray(norm.ppf(u)))),
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables; with `--save` also renew those of docs/statistics.md."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.coverage", description=__doc__)
    parser.add_argument("--repetitions", type=int, default=REPETITIONS, metavar="N")
    parser.add_argument("--save", action="store_true", help="renew the tables of docs/statistics.md")
    options = parser.parse_args(arguments)
    text = "\n".join(tables(options.repetitions))
    print(text)
    if options.save:
        from benchmarks.report import insert  # it imports torch, which nothing else here needs

        insert(text, PAGE)


def tables(repetitions: int) -> Iterator[str]:
    """The tables in Markdown."""
    yield f"Coverage in %, nominal 95. Rates by enumeration; all else over {repetitions:,} samples (seed 0)."
    yield ""
    yield from _table(("interval", "outcome", *(f"n = {n}" for n in NS)), coverage_rows(repetitions), left=2)
    yield ""
    yield "Verdicts on failure rates, in % of comparisons; margin 20 points, alpha .05, by enumeration."
    yield ""
    head: Row = ("true rates", "n a cell", "better or worse", "same", "cannot tell")
    yield from _table(head, verdict_rows())
    yield ""
    yield (
        f"Sequential comparison over {repetitions:,} courses of at most {COURSE} pairs (seed 0), margin 20 points, "
        f"95 %. Trained: seeds a cell that `ganbench compare --until-decided` trains, {BLOCK} at a time. Fixed n: seeds a "
        "cell for 80 % power of Boschloo's test, and for the power of the sequential comparison (at most 99 %); its "
        "rates one must know beforehand."
    )
    yield ""
    head = (
        "true rates",
        "better or worse, %",
        "same, %",
        "undecided, %",
        "pairs, mean",
        "pairs, 95 %",
        "trained, mean",
        "fixed n, 80 %",
        "fixed n, same power",
    )
    yield from _table(head, sequential_rows(repetitions))


def coverage_rows(repetitions: int) -> Iterator[Row]:
    """Every interval on every outcome that it is for."""
    yield from _rate_rows(repetitions)
    yield from _summary_rows(repetitions)
    yield from _time_rows(repetitions)


def _rate_rows(repetitions: int) -> Iterator[Row]:
    for name, interval in (("rate: Wilson", wilson), ("rate: Clopper-Pearson", clopper_pearson)):
        for rate in RATES:
            yield _row(name, f"failure rate {rate:g}", [rate_coverage(interval, rate, n) for n in NS])
    for ours, theirs in ((0.02, 0.02), (0.1, 0.1), (0.5, 0.5), (0.1, 0.5)):
        covered = [difference_coverage(ours, theirs, n) for n in NS]
        yield _row("difference of rates: Newcombe", f"failure rates {ours:g} and {theirs:g}", covered)
    for ours, theirs in ((0.05, 0.05), (0.3, 0.1)):
        covered = [paired_coverage(ours, theirs, n, repetitions) for n in NS]
        yield _row("difference by seed: Newcombe", f"{ours:g} and {theirs:g} fail in one cell only", covered)
    for name, rates in TUNED.items():
        for k in (1, len(rates)):
            covered = [tuned_coverage(rates, k, n, repetitions) for n in NS]
            yield _row(f"best of {k} settings: tuned_share", name, covered)


def _summary_rows(repetitions: int) -> Iterator[Row]:
    for statistic in STATISTICS:
        for outcome in outcomes():
            covered = [summary_coverage(outcome, statistic, n, repetitions) for n in NS]
            yield _row(f"{statistic}: interval_of", outcome.name, covered)
    for method in METHODS:
        for outcome in outcomes():
            bootstrapped = [mean_bootstrap_coverage(outcome, method, n, repetitions) for n in NS]
            yield _row(f"mean: bootstrap, {method}", outcome.name, bootstrapped)
    for ours, theirs in ((0.2, 0.2), (0.2, 0.6), (0.05, 0.9)):
        shares = f"bimodal, {100 * ours:g} and {100 * theirs:g} % failed"
        covered = [improvement_coverage(ours, theirs, n, repetitions) for n in NS]
        yield _row("probability of improvement", shares, covered)


def _time_rows(repetitions: int) -> Iterator[Row]:
    for rate in (0.5, 0.9):
        covered = [survival_coverage(rate, n, repetitions) for n in NS]
        yield _row("share healthy at half time: Kaplan-Meier", f"failure rate {rate:g}, exponential", covered)
    covered = [median_time_coverage(0.9, n, repetitions) for n in NS]
    yield _row("median time to failure", "failure rate 0.9, exponential", covered)


def rate_coverage(interval: Callable[[int, int], Interval], rate: float, n: int) -> float:
    """Over all outcomes, exactly."""
    chances = binomial(rate, n).tolist()
    return math.fsum(chance for k, chance in enumerate(chances) if holds(interval(k, n), rate))


def difference_coverage(ours: float, theirs: float, n: int) -> float:
    first, second = binomial(ours, n).tolist(), binomial(theirs, n).tolist()
    return math.fsum(
        first[a] * second[b]
        for a in range(n + 1)
        for b in range(n + 1)
        if holds(newcombe(Count(a, n), Count(b, n)), ours - theirs)
    )


def paired_coverage(only_ours: float, only_theirs: float, n: int, repetitions: int) -> float:
    """A tenth of the seeds fails in both cells."""
    rng = stream("paired", only_ours, only_theirs, n)
    shares = (0.1, only_ours, only_theirs, 0.9 - only_ours - only_theirs)
    drawn = rng.multinomial(n, shares, size=repetitions)
    found = (newcombe_paired(PairedCount(*map(int, row))) for row in drawn)
    return _share(found, only_ours - only_theirs, repetitions)


def tuned_coverage(rates: Sequence[float], k: int, n: int, repetitions: int) -> float:
    """The share healthy of the best of k as half of the n seeds choose it, `rates` being those of failure."""
    rng = stream("tuned", *rates, k, n)
    sizes = ((n + 1) // 2, n // 2)
    drawn = rng.binomial(np.array(sizes)[:, None], rates, size=(repetitions, 2, len(rates))).tolist()
    settings = [
        [(Count(a, sizes[0]), Count(b, sizes[1])) for a, b in zip(*halves, strict=True)] for halves in drawn
    ]
    healthy = 1 - np.array(rates)
    chosen = [
        expected_best(healthy, k, chosen_by=[-both[half].failed for both in one])
        for one in settings
        for half in (0, 1)
    ]
    truth = float(healthy.mean() if k == 1 else np.mean(chosen))
    return _share((tuned_share(one, k).interval for one in settings), truth, repetitions)


def summary_coverage(outcome: Outcome, statistic: Statistic, n: int, repetitions: int) -> float | None:
    """None where `interval_of` cannot tell at this n."""
    rng = stream(outcome.name, statistic, n)
    found = []
    for _ in range(repetitions):
        interval = interval_of(outcome.draw(rng, n), statistic, rng=rng, resamples=RESAMPLES).interval
        if interval is None:
            return None
        found.append(interval)
    return _share(iter(found), outcome.truth(statistic), repetitions)


def mean_bootstrap_coverage(outcome: Outcome, method: Method, n: int, repetitions: int) -> float:
    rng = stream(outcome.name, method, n)
    found = (
        bootstrap([outcome.draw(rng, n)], row_means, rng=rng, method=method, resamples=RESAMPLES)
        for _ in range(repetitions)
    )
    return _share(found, outcome.truth("mean"), repetitions)


def improvement_coverage(ours: float, theirs: float, n: int, repetitions: int) -> float:
    rng, (first, second) = stream("improvement", ours, theirs, n), (bimodal(ours), bimodal(theirs))
    # Runs that both failed, or both did not, have one law: either is ahead half of the time.
    truth = (1 - ours) * theirs + (ours * theirs + (1 - ours) * (1 - theirs)) / 2
    found = (
        probability_of_improvement(first.draw(rng, n), second.draw(rng, n)).interval
        for _ in range(repetitions)
    )
    return _share(found, truth, repetitions)


def survival_coverage(rate: float, n: int, repetitions: int) -> float:
    """The interval of the share healthy at 1/2, time running to 1; `rate` fails before 1."""
    truth = float(np.sqrt(1 - rate))

    def at_half(curve_times: Floats) -> Interval:
        curve = kaplan_meier(np.minimum(curve_times, 1.0), curve_times < 1)
        at = int(np.searchsorted(curve.times, 0.5, side="right")) - 1
        return Interval(float(curve.low[at]), float(curve.high[at]))

    rng = stream("survival", rate, n)
    return _share((at_half(_times(rng, rate, n)) for _ in range(repetitions)), truth, repetitions)


def median_time_coverage(rate: float, n: int, repetitions: int) -> float:
    rng = stream("median time", rate, n)
    truth = float(np.log(0.5) / np.log(1 - rate))
    drawn = (_times(rng, rate, n) for _ in range(repetitions))
    found = (median_time(kaplan_meier(np.minimum(t, 1.0), t < 1)).interval for t in drawn)
    return _share(found, truth, repetitions)


def holds(interval: Interval, value: float) -> bool:
    return interval.low - 1e-12 <= value <= interval.high + 1e-12


def _share(found: Iterator[Interval], truth: float, repetitions: int) -> float:
    return sum(holds(interval, truth) for interval in found) / repetitions


def _times(rng: Generator, rate: float, n: int) -> Floats:
    """Exponential times of which `rate` are below 1."""
    return rng.exponential(-1 / np.log(1 - rate), n)


def _row(interval: str, outcome: str, covered: Sequence[float | None]) -> Row:
    return (interval, outcome, *("cannot tell" if one is None else percent(one) for one in covered))


def _table(head: Row, rows: Iterator[Row], *, left: int = 1) -> Iterator[str]:
    """In Markdown; the first `left` columns are text."""
    yield f"| {' | '.join(head)} |"
    yield f"|{'|'.join('---' if index < left else '--:' for index in range(len(head)))}|"
    for row in rows:
        yield f"| {' | '.join(row)} |"


if __name__ == "__main__":
    main()
