"""How often verdicts on failure rates err, and when sequential comparisons stop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from benchmarks.draws import binomial, percent, stream
from ganbench.execute.looks import BLOCK
from ganbench.stats.contingency import boschloo_table
from ganbench.stats.power import seeds_needed
from ganbench.stats.rate_comparison import compare_rates
from ganbench.stats.rates import Count, PairedCount
from ganbench.stats.sequential import decision
from ganbench.stats.sequential_course import SURE, decided
from ganbench.stats.verdict import Word, word_for

COURSE: Final = 100  # pairs, at most

Row = tuple[str, ...]


def verdict_rows() -> Iterator[Row]:
    for rates in ((0.02, 0.02), (0.1, 0.1), (0.5, 0.5), (0.1, 0.3), (0.1, 0.5), (0.0, 1.0)):
        for n in (5, 10, 20, 30, 100):
            chances = verdict_chances(*rates, n)
            told = chances["better"] + chances["worse"]
            yield (
                f"{rates[0]:g} and {rates[1]:g}",
                str(n),
                *map(percent, (told, chances["same"], chances["cannot tell"])),
            )


def verdict_chances(ours: float, theirs: float, n: int) -> dict[Word, float]:
    """The chance of each word, exactly."""
    first, second = binomial(ours, n), binomial(theirs, n)
    p = boschloo_table(n, n, "two-sided")
    chances: dict[Word, float] = {"better": 0.0, "worse": 0.0, "same": 0.0, "cannot tell": 0.0}
    for a, b in np.argwhere(np.outer(first, second) > 1e-12).tolist():
        comparison = compare_rates(Count(a, n), Count(b, n), names=("A", "B"))
        chances[word_for(comparison, float(p[a, b]), alpha=0.05)] += float(first[a] * second[b])
    return chances


def sequential_rows(repetitions: int) -> Iterator[Row]:
    for ours, theirs in ((0.02, 0.02), (0.1, 0.1), (0.5, 0.5), (0.1, 0.3), (0.1, 0.5), (0.0, 0.9)):
        said, used = courses(ours, theirs, repetitions)
        told, same = (float(np.isin(said, words).mean()) for words in (("better", "worse"), ("same",)))
        mean = float(used.mean())
        trained = np.minimum(COURSE, BLOCK * np.ceil(used / BLOCK)).mean()
        yield (
            f"{ours:g} and {theirs:g}",
            percent(told),
            percent(same),
            percent(1 - told - same),
            f"{mean:.1f}",
            f"{np.quantile(used, 0.95):.0f}",
            f"{trained:.1f}",
            *_fixed(ours, theirs),
        )


def _fixed(ours: float, theirs: float) -> Row:
    """Seeds a cell that find a difference with 80 % power, and with that of the sequential comparison."""
    if ours == theirs:
        return "", ""
    chances = decided(ours, theirs, pairs=COURSE)
    powers = 0.8, min(SURE, chances.better + chances.worse)
    return tuple(str(seeds_needed(ours, theirs, power=power)) for power in powers)


def courses(ours: float, theirs: float, repetitions: int) -> tuple[np.ndarray, np.ndarray]:
    """What is said at the end of each course of independent pairs, and the pairs used."""
    rng = stream("sequential", ours, theirs)
    known: dict[PairedCount, str] = {}
    ends = [_course(rng.random((COURSE, 2)) < (ours, theirs), known) for _ in range(repetitions)]
    said, used = zip(*ends, strict=True)
    return np.array(said), np.array(used)


def _course(failed: np.ndarray, known: dict[PairedCount, str]) -> tuple[str, int]:
    counts = PairedCount(0, 0, 0, 0)
    for used, (first, second) in enumerate(failed.tolist(), 1):
        # Pairs that ended alike count alike.
        counts = counts._replace(
            only_ours=counts.only_ours + (first and not second),
            only_theirs=counts.only_theirs + (second and not first),
            neither=counts.neither + (first == second),
        )
        said = known.get(counts) or known.setdefault(counts, decision(counts))
        if said != "go on":
            return said, used
    return "go on", len(failed)
