"""A section of a report: its sentences, figures and tables, not yet in any form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ganbench.report import axes, contrasts, dynamics, maps, outcomes, protocol, tables
from ganbench.report.canvas import Columns, Drawing, style
from ganbench.report.cell import Cell
from ganbench.report.section import Section
from ganbench.report.table import Table
from ganbench.report.traces import Courses, courses
from ganbench.report.verdicts import COMPARED, Pair, against_reference, compared, headline, pairs
from ganbench.stats.verdict import Verdict

if TYPE_CHECKING:
    from ganbench.report.section import Arena

PANELS: Final = 24  # cells that have a panel of their own
ROWS: Final = 60  # cells that have a row in a figure


@dataclass(frozen=True, eq=False)
class Content:
    """verdicts, pairs: by arena. curves: what the figures over time are drawn from. notes: what was left out."""

    section: Section
    headlines: tuple[str, ...]
    verdicts: dict[str, tuple[Verdict, ...]]
    pairs: dict[str, tuple[Pair, ...]]
    tables: tuple[Table, ...]
    drawings: tuple[Drawing, ...]
    curves: Courses
    notes: tuple[str, ...]


def content(section: Section, *, columns: Columns = 2) -> Content:
    """Raises InputError for damaged or missing traces."""
    told = {arena.name: against_reference(arena) for arena in section.arenas}
    every = {arena.name: _pairs(arena) for arena in section.arenas}
    shown = section.shown
    curves = courses(section, shown[:PANELS], dynamics.SIGNALS)
    with style():
        drawings = tuple(_drawings(section, curves, every, columns))
    return Content(
        section=section,
        headlines=tuple(headline(arena) for arena in section.arenas if any(cell.n for cell in arena.cells)),
        verdicts=told,
        pairs=every,
        tables=tuple(_tables(section, told, every)),
        drawings=drawings,
        curves=curves,
        notes=tuple(_notes(section)),
    )


def _pairs(arena: Arena) -> tuple[Pair, ...]:
    cells = compared(arena)
    return pairs(cells, arena.metric) if arena.metric is not None and len(cells) > 1 else ()


def _tables(
    section: Section, told: dict[str, tuple[Verdict, ...]], every: dict[str, tuple[Pair, ...]]
) -> Iterator[Table]:
    yield tables.health(section.cells)
    for arena in section.arenas:
        if not any(cell.n for cell in arena.cells):
            continue
        if told[arena.name]:
            yield tables.comparisons(arena, told[arena.name])
        if found := axes.effects(arena):
            yield tables.effects(arena, found)
        yield tables.metrics(arena)
        if every[arena.name] and arena.metric is not None:
            yield tables.improvements(arena, every[arena.name], arena.metric.label)


def _drawings(
    section: Section, curves: Courses, every: dict[str, tuple[Pair, ...]], columns: Columns
) -> Iterator[Drawing]:
    cells, panels = section.shown[:ROWS], section.shown[:PANELS]
    if not cells:
        return
    yield outcomes.health(cells, columns=columns)
    if moded := [cell for cell in cells if cell.modes and len(cell.column("final.covered_modes"))]:
        yield outcomes.modes(moded, columns=columns)
    yield outcomes.survival(panels, columns=columns)
    for plot in dynamics.PLOTS:
        if drawing := dynamics.over_time(plot, panels, curves, columns=columns):
            yield drawing
    yield from _collapse(section, columns)
    for arena in section.arenas:
        for grid in axes.grids(arena):
            yield contrasts.heat_map(arena.name, grid, columns=columns)
        if (found := every[arena.name]) and arena.metric is not None:
            inside = compared(arena)
            names = [cell.name for cell in inside]
            n = outcomes.of_runs(inside)
            yield contrasts.improvement(arena.name, names, found, arena.metric, n=n, columns=columns)
    if drawing := maps.typical(section, panels, columns=columns):
        yield drawing


def _collapse(section: Section, columns: Columns) -> Iterator[Drawing]:
    """Best against final: one figure for each metric that arenas are about."""
    by_metric: dict[str, list[Cell]] = {}
    metrics = {arena.metric.name: arena.metric for arena in section.arenas if arena.metric}
    for arena in section.arenas:
        if arena.metric:
            by_metric.setdefault(arena.metric.name, []).extend(cell for cell in arena.cells if cell.n)
    for name, cells in by_metric.items():
        yield outcomes.best_final(cells[:ROWS], metrics[name], columns=columns)


def _notes(section: Section) -> Iterator[str]:
    count = len(section.shown)
    if count > PANELS:
        yield f"Panels show the first {PANELS} of {count} cells, in the order of the suite; tables and data hold all."
    if count > ROWS:
        yield f"Figures with a row for each cell show the first {ROWS} of {count} cells."
    for arena in section.arenas:
        if sum(cell.n > 0 for cell in arena.cells) > COMPARED:
            yield (
                f"Compared are the first {COMPARED} cells on {arena.name}; `ganbench compare` compares any two."
            )


def captions(found: Content) -> str:
    """Every figure's caption, with the protocol, as Markdown."""
    rule = ". ".join(protocol.sentence(arena) for arena in found.section.arenas)
    parts = [f"## {one.title}\n\n`{one.name}`: {one.caption} Protocol: {rule}." for one in found.drawings]
    return "\n\n".join([f"# Figures: {found.section.title}", *parts, ""])
