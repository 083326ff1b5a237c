"""The tables of a section."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from ganbench.metrics.direction import IDEAL
from ganbench.report.axes import Effect
from ganbench.report.cell import Cell
from ganbench.report.counts import counted, of_runs
from ganbench.report.landmarks import of_one_mode, of_real_samples
from ganbench.report.outcomes import times_of
from ganbench.report.ranking import LOSES
from ganbench.report.section import Arena
from ganbench.report.slug import slug
from ganbench.report.table import Entry, Table
from ganbench.report.verdicts import MARGIN, Pair
from ganbench.stats.intervals import Interval
from ganbench.stats.quantile_intervals import median_interval
from ganbench.stats.rate_comparison import RateComparison
from ganbench.stats.survival import kaplan_meier, median_time
from ganbench.stats.verdict import Verdict

MEDIAN_FROM: Final = 6  # runs, below which order statistics give no 95 % interval
ONE_MODE: Final = "The row of one mode is that of a generator which draws real samples of a single mode. "
ROOTS: Final = (
    ", and by the first root cause among their findings, which explain failures and never define them"
)


def health(cells: Sequence[Cell], *, explained: bool) -> Table:
    """Healthy runs with interval, causes of failure, and when half have failed; with root causes if `explained`."""
    halves = _halves(cells)
    half = " the step at which half of the runs have failed (Kaplan-Meier; ≤: at the first evaluation that counts);"
    caption = (
        "Share of runs that end healthy, which is that they did not fail by the suite's criteria, with Wilson's 95 % interval;"
        f"{half if halves else ''} failed runs by the criterion that was broken first{ROOTS if explained else ''}; "
        f"{of_runs([cell for cell in cells if cell.n])}."
    )
    rows = tuple(
        (
            *_health(cell),
            *halves.get(cell.name, ()),
            _listed(cell.causes),
            *([_roots(cell)] if explained else []),
        )
        for cell in cells
    )
    heads = (
        "cell",
        "runs",
        "crashed",
        "healthy",
        "%",
        "95 % interval",
        *(["half failed by"] if halves else []),
        "causes of failure",
        *(["root causes"] if explained else []),
    )
    return Table("health", "Health", caption, heads, rows, frozenset(range(1, 7 if halves else 6)))


def _health(cell: Cell) -> tuple[Entry, ...]:
    return (
        Entry.of(cell.name),
        Entry.of(cell.n),
        Entry.of(cell.crashed),
        Entry.of(cell.healthy),
        Entry.of(100 * cell.share, ".0f"),
        percent(cell.interval),
    )


def _halves(cells: Sequence[Cell]) -> dict[str, tuple[Entry]]:
    """When half of the runs have failed; empty where no cell says more than the step from which evaluations count."""
    times = {
        cell.name: median_time(kaplan_meier(*times_of(cell))).value if cell.n else math.nan for cell in cells
    }
    first = {cell.name: cell.first_judged if cell.n and cell.unjudged else math.nan for cell in cells}
    if all(math.isnan(half) or half in (math.inf, first[name]) for name, half in times.items()):
        return {}
    return {name: (_half(half, first[name]),) for name, half in times.items()}


def _half(half: float, first: float) -> Entry:
    if half == math.inf:
        return Entry("not reached", half)
    return Entry(f"≤ {half:,.0f}", half) if half == first else Entry.of(half, ",.0f")


def _roots(cell: Cell) -> Entry:
    return _listed({**cell.roots, "unexplained": cell.unexplained} if cell.unexplained else cell.roots)


def _listed(counts: Mapping[str, int]) -> Entry:
    return Entry.of(", ".join(f"{name.replace('_', ' ')}: {count}" for name, count in counts.items()) or "-")


def metrics(arena: Arena) -> Table:
    """Every metric with a direction: of real samples, of one mode alone, and of each cell at the end."""
    cells = [cell for cell in arena.cells if cell.n]
    names = [name for name in IDEAL if any(len(cell.column(f"final.{name}")) for cell in cells)]
    heads = ("cell", *(name.replace("_", " ") for name in names))
    rows = [tuple(_median(cell, f"final.{name}") for name in names) for cell in cells]
    real = tuple(Entry.of(of_real_samples(cells, name), ".3g") for name in names)
    one_mode = of_one_mode(cells[0])
    collapsed = tuple(Entry.of(one_mode.get(name, math.nan), ".3g") for name in names)
    caption = (
        f"Medians over runs of the metrics at the last evaluation on {arena.name}, with the 95 % interval of order statistics "
        f"from {MEDIAN_FROM} runs; the row of real samples compares real with real ones at the same number of samples: no "
        f"generator is expected to do better, and more high quality is a variance that is too small. {ONE_MODE if one_mode else ''}"
        f"{_directions(names)} A dash: not defined there, such as a distance of D from the optimal "
        f"one for a loss without a density ratio. {of_runs(cells)}."
    )
    named = [
        (Entry.of("real samples"), *real),
        *([(Entry.of("one mode"), *collapsed)] if one_mode else []),
        *((Entry.of(cell.name), *row) for cell, row in zip(cells, rows, strict=True)),
    ]
    right = frozenset(range(1, len(heads)))
    return Table(f"metrics-{slug(arena.name)}", f"Metrics: {arena.name}", caption, heads, tuple(named), right)


def comparisons(arena: Arena, verdicts: Sequence[Verdict]) -> Table:
    """Failure rates against those of the arena's first cell."""
    reference = verdicts[0].comparison.theirs
    rows = tuple(_comparison(one) for one in verdicts)
    heads = (
        "cell",
        "failed",
        "of",
        "reference failed",
        "of ",
        "difference, points",
        "95 % interval",
        "p (Holm)",
        "verdict",
    )
    caption = (
        f"Failure rates against {reference} on {arena.name}: difference with Newcombe's 95 % interval, Boschloo's test (Fisher's "
        f"where the runs of both, multiplied, exceed 10,000), Holm over {counted(len(verdicts), 'comparison')}; better, worse and same by "
        f"a margin of {100 * MARGIN:.0f} points."
    )
    right = frozenset(range(1, 8))
    return Table(
        f"comparisons-{slug(arena.name)}", f"Against {reference}: {arena.name}", caption, heads, rows, right
    )


def _comparison(found: Verdict) -> tuple[Entry, ...]:
    one = found.comparison
    assert isinstance(one, RateComparison)
    low, high = one.interval
    return (
        Entry.of(one.ours),
        Entry.of(one.failed_ours.failed),
        Entry.of(one.failed_ours.n),
        Entry.of(one.failed_theirs.failed),
        Entry.of(one.failed_theirs.n),
        points(-one.effect),
        percent(Interval(-high, -low)),
        chance(found.p),
        Entry.of(found.word),
    )


def improvements(arena: Arena, found: Sequence[Pair], metric: str) -> Table:
    """Probability of improvement of every pair."""
    rows = tuple(
        (
            Entry.of(pair.ours),
            Entry.of(pair.theirs),
            Entry.of(100 * pair.improvement.value, ".0f"),
            percent(pair.improvement.interval),
            chance(pair.p),
        )
        for pair in found
    )
    caption = (
        f"Share of pairs of runs on {arena.name}, in %, in which that of the first cell is ahead: {LOSES}, here "
        f"{metric} at the end, a tie half; with Newcombe's 95 % interval; Mann and Whitney's test, Holm over "
        f"{counted(len(found), 'pair')}."
    )
    heads = ("cell", "against", "ahead, %", "95 % interval", "p (Holm)")
    return Table(
        f"pairs-{slug(arena.name)}", f"Every pair: {arena.name}", caption, heads, rows, frozenset({2, 3, 4})
    )


def effects(arena: Arena, found: Iterable[Effect]) -> Table:
    """Which label of an axis helps against which failure."""
    rows = tuple(
        (
            Entry.of(one.axis),
            Entry.of(one.label),
            Entry.of(one.first),
            Entry.of(one.by),
            Entry(one.failure.replace("_", " "), one.failure),
            Entry(f"{one.failed.failed} of {one.failed.n}", one.failed.rate),
            Entry(f"{one.failed_first.failed} of {one.failed_first.n}", one.failed_first.rate),
            points(one.difference),
            percent(one.interval),
        )
        for one in found
    )
    caption = (
        f"Runs on {arena.name} that failed by a criterion first, or from a root cause that the detectors name, with a label of an axis and with its first label, over cells "
        "that differ in that label alone; difference with Newcombe's 95 % interval, each for itself: with many rows some "
        "intervals miss 0 by chance. Below 0, fewer runs fail with the label."
    )
    heads = (
        "axis",
        "label",
        "first label",
        "by",
        "failure",
        "failed",
        "with the first",
        "difference, points",
        "95 % interval",
    )
    return Table(
        f"effects-{slug(arena.name)}",
        f"What helps and what hurts: {arena.name}",
        caption,
        heads,
        rows,
        frozenset({5, 6, 7, 8}),
    )


def percent(interval: Interval) -> Entry:
    """Such as `[60, 98]`; sorted by its lower end."""
    low, high = (100 * end + 0.0 for end in interval)
    return Entry(f"[{low:.0f}, {high:.0f}]".replace("-0,", "0,").replace("-0]", "0]"), low, high)


def points(difference: float) -> Entry:
    """A difference of rates, with its sign; 0 has none."""
    rounded = round(100 * difference)
    return Entry(f"{rounded:+d}" if rounded else "0", 100 * difference + 0.0)


def chance(p: float) -> Entry:
    return Entry(f"{p:.2g}" if p >= 1e-4 else "< 0.0001", p)


def _median(cell: Cell, name: str) -> Entry:
    found = cell.column(name)
    if found.empty:
        return Entry("-", math.nan)
    value = float(found.median())
    if len(found) < MEDIAN_FROM:
        return Entry.of(value, ".3g")
    low, high = median_interval(found.to_numpy(dtype=float))
    return Entry(f"{value:.3g} [{low:.3g}, {high:.3g}]", value)


def _directions(names: Sequence[str]) -> str:
    """Which way is better, for all metrics of a table."""
    kinds = {math.inf: "Higher is better", -math.inf: "Lower is better"}
    parts = [
        f"{words}: {', '.join(name.replace('_', ' ') for name in names if IDEAL[name] == ideal)}."
        for ideal, words in kinds.items()
        if any(IDEAL[name] == ideal for name in names)
    ]
    finite = [f"{name.replace('_', ' ')} {IDEAL[name]:.3g}" for name in names if math.isfinite(IDEAL[name])]
    return " ".join([*parts, f"Best is: {', '.join(finite)}." if finite else ""]).strip()
