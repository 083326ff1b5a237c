"""Cells against a reference, and every pair of them: what the numbers say, in a word."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from ganbench.report.cell import Cell
from ganbench.report.counts import first_of, of_runs
from ganbench.report.metric import Metric
from ganbench.report.ranking import ranks
from ganbench.report.section import Arena
from ganbench.stats.improvement import Improvement, probability_of_improvement
from ganbench.stats.rank_tests import mann_whitney
from ganbench.stats.rate_comparison import RateComparison, compare_rates
from ganbench.stats.rates import Count
from ganbench.stats.significance import holm
from ganbench.stats.verdict import Verdict, word_for

ALPHA: Final = 0.05
MARGIN: Final = 0.2
COMPARED: Final = 16  # cells of an arena, the first in the order of the suite


@dataclass(frozen=True, slots=True)
class Pair:
    """ours against theirs by outcome, then by a metric. p: Mann and Whitney's, by Holm over all pairs of the arena."""

    ours: str
    theirs: str
    improvement: Improvement
    p: float

    @property
    def told(self) -> bool:
        """Whether the pair differs at the 5 % level of the family."""
        return self.p < ALPHA


def compared(arena: Arena) -> tuple[Cell, ...]:
    """The cells that are compared: the first with runs; the first of them is the reference."""
    return tuple(cell for cell in arena.cells if cell.n)[:COMPARED]


def against_reference(arena: Arena) -> tuple[Verdict, ...]:
    """Failure rates of every compared cell against those of the first; Holm over the arena; none for one cell."""
    reference, *others = compared(arena) or (None,)
    if reference is None or not others:
        return ()
    found = [_rates(cell, reference) for cell in others]
    adjusted = holm([one.significance.p for one in found])
    return tuple(_verdict(one, p, len(found)) for one, p in zip(found, adjusted, strict=True))


def pairs(cells: Sequence[Cell], metric: Metric) -> tuple[Pair, ...]:
    """Every pair once, in the order of the cells: the probability of improvement of the first over the second.

    Runs are in the order of `ranks`: a failed one loses to every healthy one.
    """
    scores = ranks(cells, metric)
    found = list(itertools.combinations(scores, 2))
    tests = [mann_whitney(scores[ours], scores[theirs]).p for ours, theirs in found]
    return tuple(
        Pair(ours, theirs, probability_of_improvement(scores[ours], scores[theirs]), p)
        for (ours, theirs), p in zip(found, holm(tests), strict=True)
    )


def headline(arena: Arena) -> str:
    """Which cells are healthy most and least often, with numbers."""
    ordered = sorted((cell for cell in arena.cells if cell.n), key=lambda cell: -cell.share)
    best, worst = ordered[0], ordered[-1]
    if len(ordered) == 1:
        return f"{best.name} is healthy in {of(best)}."
    if math.isclose(best.share, worst.share):
        return _alike(arena.name, ordered)
    most, least = ([cell for cell in ordered if math.isclose(cell.share, end.share)] for end in (best, worst))
    return f"Most often healthy on {arena.name}: {_first_of(most)}. Least often: {_first_of(least)}."


def _alike(arena: str, cells: Sequence[Cell]) -> str:
    first, each = cells[0], f"in each of {len(cells)} cells"
    numbers = f"{of(first)} {each}" if len({cell.n for cell in cells}) == 1 else of_runs(cells)
    if first.healthy in (0, first.n):
        return f"{'Every' if first.healthy else 'No'} run on {arena} is healthy: {numbers}."
    return f"All {len(cells)} cells on {arena} are healthy equally often: {numbers}."


def _first_of(tied: Sequence[Cell]) -> str:
    return f"{first_of([cell.name for cell in tied])}, in {of(tied[0])}"


def of(cell: Cell) -> str:
    """Such as `9 of 10 runs (90 % [60, 98])`."""
    low, high = cell.interval
    runs = "run" if cell.n == 1 else "runs"
    return f"{cell.healthy} of {cell.n} {runs} ({100 * cell.share:.0f} % [{100 * low:.0f}, {100 * high:.0f}])"


def _verdict(comparison: RateComparison, p: float, family: int) -> Verdict:
    word = word_for(comparison, p, alpha=ALPHA)
    needed = comparison.failed_ours, comparison.failed_theirs
    seeds = _seeds(*needed, family) if word == "cannot tell" and comparison.plans else None
    return Verdict(word, comparison, p, ALPHA, family, seeds)


def _rates(ours: Cell, theirs: Cell) -> RateComparison:
    from dataclasses import replace

    found = _compared(ours.count, theirs.count)
    return replace(found, ours=ours.name, theirs=theirs.name)


@cache
def _compared(ours: Count, theirs: Count) -> RateComparison:
    """Equal counts have equal tests, and Boschloo's takes its time."""
    return compare_rates(ours, theirs, names=("ours", "theirs"), margin=MARGIN)


@cache
def _seeds(ours: Count, theirs: Count, family: int) -> int | None:
    return _compared(ours, theirs).seeds(ALPHA / family)
