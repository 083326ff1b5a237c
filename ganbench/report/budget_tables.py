"""Tables of what effort buys: tuning, reach of numeric axes, equal cost."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ganbench.report.costs import Ledger, Spending
from ganbench.report.counts import extent, or_stopped
from ganbench.report.reach import STABLE, Reach
from ganbench.report.section import Arena
from ganbench.report.slug import slug
from ganbench.report.table import Entry, Table
from ganbench.report.tables import percent, points
from ganbench.report.tuning import Contest, Method, budgets
from ganbench.stats.budget import Tuned
from ganbench.stats.intervals import Interval, wilson
from ganbench.stats.rates import Count


def tuning(arena: Arena, found: Contest) -> Table:
    """The best of k settings of each label of an axis."""
    ks = budgets(found.k)
    reference = found.reference
    against = "first" if reference is None else reference.label
    heads = (
        found.axis,
        "settings",
        "runs",
        *(f"best of {k}, %" for k in ks),
        f"best of {found.k} less {against}, points",
        "95 % interval",
    )
    rows = tuple(_method(found, one, ks) for one in found.methods)
    caption = (
        f"Share of healthy runs on {arena.name} with the best of k settings, by {found.axis}, settings being cells "
        f"that differ in {' and '.join(found.tuned)}: expected over which k of them are tried. Best of 1 is a setting at "
        "random. Beyond, one half of the seeds chooses and the other scores, and the other way round, equals being "
        "chosen as often as each other; where half of the seeds chooses badly, more settings can score less. In "
        f"brackets Wilson's 95 % interval at the runs that score, for differences Newcombe's; {_each(found)}."
    )
    name = f"tuning-{slug(arena.name)}-{slug(found.axis)}"
    return Table(
        name, f"Equal tuning budget, by {found.axis}: {arena.name}", caption, heads, rows, _after(len(heads))
    )


def reach(arena: Arena, axis: str, found: Sequence[Reach]) -> Table:
    """Healthy runs along a numeric axis, and the largest value that is stable."""
    labels = sorted({label for one in found for label in one.counts}, key=float)
    share = f"{100 * STABLE:.0f} %"
    heads = (
        "cells",
        *(f"{axis} {label}" for label in labels),
        f"largest stable {axis}",
        "shown",
        "not ruled out",
    )
    rows = tuple(
        (
            Entry.of(one.name),
            *(_healthy(one.counts.get(label)) for label in labels),
            *(_value(end) for end in (one.largest, one.shown, one.possible)),
        )
        for one in found
    )
    runs = [count.n for one in found for count in one.counts.values()]
    caption = (
        f"Healthy runs on {arena.name} along {axis}, of those trained. Largest stable: the largest value at which "
        f"{share} or more are; shown: the largest at which all of Wilson's 95 % interval is as high; not ruled out: the largest "
        f"at which some of it is, each value for itself. n = {extent(runs)} runs a value."
    )
    name = f"reach-{slug(arena.name)}-{slug(axis)}"
    return Table(name, f"Largest stable {axis}: {arena.name}", caption, heads, rows, _after(len(heads)))


def costs(found: Ledger) -> Table:
    """Runs within the bounds of the criteria where each has spent the same."""
    heads = (
        "cell",
        "gradient evaluations",
        "at step",
        "within bounds",
        "of",
        "%",
        "95 % interval",
        "less the first, points",
        "95 % interval ",
        "at the last evaluation",
    )
    caption = (
        f"Runs on {found.arena.name} within all bounds once a run has spent {found.budget:,.0f} gradient evaluations (backward "
        f"passes through either network), what the cheapest cell spends in all: neither {' nor '.join(found.bounds)} there, "
        f"nor diverged{or_stopped([one.cell for one in found.cells])}, by interpolation between evaluations; this is not the share of healthy runs: one evaluation is judged, whatever the criteria say of "
        f"several in a row. Wilson's 95 % interval; differences to {found.cells[0].cell.name} with Newcombe's, each for itself. "
        f"n = {extent([one.at_end.n for one in found.cells])} runs a cell."
    )
    rows = tuple(_spending(found, one) for one in found.cells)
    arena = found.arena.name
    return Table(f"costs-{slug(arena)}", f"Equal cost: {arena}", caption, heads, rows, _after(len(heads)))


def _method(found: Contest, one: Method, ks: Sequence[int]) -> tuple[Entry, ...]:
    gain = found.gain(one)
    return (
        Entry.of(one.label),
        Entry.of(one.settings),
        Entry.of(one.runs),
        *(_tuned(one.best.get(k)) for k in ks),
        *_difference(gain),
    )


def _spending(found: Ledger, one: Spending) -> tuple[Entry, ...]:
    return (
        Entry.of(one.cell.name),
        Entry.of(one.total, ",.0f"),
        Entry.of(one.step, ",.0f"),
        *_sound(one.at_budget),
        *_difference(found.gain(one)),
        Entry.of(one.at_end.n - one.at_end.failed),
    )


def _sound(beyond: Count | None) -> tuple[Entry, ...]:
    if beyond is None:
        return (Entry.of(math.nan),) * 4
    sound = beyond.n - beyond.failed
    return (
        Entry.of(sound),
        Entry.of(beyond.n),
        Entry.of(100 * sound / beyond.n, ".0f"),
        percent(wilson(sound, beyond.n)),
    )


def _difference(gain: tuple[float, Interval] | None) -> tuple[Entry, Entry]:
    return (Entry.of(math.nan), Entry.of(math.nan)) if gain is None else (points(gain[0]), percent(gain[1]))


def _tuned(best: Tuned | None) -> Entry:
    if best is None:
        return Entry.of(math.nan)
    return Entry(f"{100 * best.share:.0f} {percent(best.interval).text}", 100 * best.share)


def _healthy(count: Count | None) -> Entry:
    if count is None:
        return Entry.of(math.nan)
    return Entry(f"{count.n - count.failed}/{count.n}", 1 - count.rate)


def _value(label: str | None) -> Entry:
    return Entry("none", -math.inf) if label is None else Entry(label, float(label))


def _each(found: Contest) -> str:
    return f"n = {extent([one.runs for one in found.methods])} runs of each {found.axis}"


def _after(heads: int) -> frozenset[int]:
    """All columns but the first end in line."""
    return frozenset(range(1, heads))
