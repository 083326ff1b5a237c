"""A section of a report: its sentences, figures and tables, not yet in any form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ganbench.report import axes, contrasts, dynamics, effort, maps, outcomes, protocol, run_tables, tables
from ganbench.report.canvas import Columns, Drawing, style
from ganbench.report.cell import Cell
from ganbench.report.counts import first_of, of_runs
from ganbench.report.effort import Effort, efforts
from ganbench.report.explanations import explanations
from ganbench.report.health import health
from ganbench.report.profiles import profiles
from ganbench.report.section import Section
from ganbench.report.stability import scores
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
    """verdicts, pairs, efforts: by arena. curves: what the figures over time are drawn from. notes: what was left out.

    unsaid: what these results cannot tell, each with its reason.
    """

    section: Section
    headlines: tuple[str, ...]
    verdicts: dict[str, tuple[Verdict, ...]]
    pairs: dict[str, tuple[Pair, ...]]
    efforts: dict[str, Effort]
    tables: tuple[Table, ...]
    drawings: tuple[Drawing, ...]
    curves: Courses
    notes: tuple[str, ...]
    unsaid: tuple[str, ...]


def content(section: Section, *, columns: Columns = 2) -> Content:
    """Raises InputError for damaged or missing traces."""
    told = {arena.name: against_reference(arena) for arena in section.arenas}
    every = {arena.name: _pairs(arena) for arena in section.arenas}
    spent = efforts(section)
    shown = section.shown
    curves = courses(section, shown[:PANELS], dynamics.SIGNALS)
    with style():
        drawings = tuple(_drawings(section, curves, every, spent, columns))
    return Content(
        section=section,
        headlines=tuple(_headlines(section, spent)),
        verdicts=told,
        pairs=every,
        efforts=spent,
        tables=tuple(_tables(section, told, every, spent)),
        drawings=drawings,
        curves=curves,
        notes=tuple(_notes(section)),
        unsaid=tuple(_unsaid(section, spent)),
    )


def _headlines(section: Section, spent: dict[str, Effort]) -> Iterator[str]:
    for arena in section.arenas:
        if any(cell.n for cell in arena.cells):
            yield headline(arena)
            yield from effort.sentences(arena.name, spent[arena.name])


def _pairs(arena: Arena) -> tuple[Pair, ...]:
    cells = compared(arena)
    return pairs(cells, arena.metric) if arena.metric is not None and len(cells) > 1 else ()


def _tables(
    section: Section,
    told: dict[str, tuple[Verdict, ...]],
    every: dict[str, tuple[Pair, ...]],
    spent: dict[str, Effort],
) -> Iterator[Table]:
    yield tables.health(section.cells, explained=section.explained)
    for arena in section.arenas:
        if not any(cell.n for cell in arena.cells):
            continue
        if told[arena.name]:
            yield tables.comparisons(arena, told[arena.name])
        if found := axes.effects(arena):
            yield tables.effects(arena, found)
        if kinds := explanations(section, arena):
            yield run_tables.findings(arena, kinds)
        yield from effort.tables_of(arena, spent[arena.name])
        yield tables.metrics(arena)
        if steady := _steady(section, arena):
            yield steady
        if every[arena.name] and arena.metric is not None:
            yield tables.improvements(arena, every[arena.name], arena.metric.label)


def _steady(section: Section, arena: Arena) -> Table | None:
    """None where no cell has enough evaluations."""
    metric = arena.metric
    if metric is None:
        return None
    cells = [cell for cell in arena.cells if cell.n and cell.name in section.looks]
    told = {cell.name: scores(section.looks[cell.name], metric, steps=cell.steps) for cell in cells}
    found = {name: of_cell for name, of_cell in told.items() if of_cell}
    return run_tables.stability(arena, metric, found) if found else None


def _drawings(
    section: Section,
    curves: Courses,
    every: dict[str, tuple[Pair, ...]],
    spent: dict[str, Effort],
    columns: Columns,
) -> Iterator[Drawing]:
    cells, panels = section.shown[:ROWS], section.shown[:PANELS]
    if not cells:
        return
    yield health(cells, explained=section.explained, columns=columns)
    if moded := [cell for cell in cells if cell.modes and len(cell.column("final.covered_modes"))]:
        yield outcomes.modes(moded, columns=columns)
    yield outcomes.survival(panels, columns=columns)
    for plot in dynamics.PLOTS:
        if drawing := dynamics.over_time(plot, panels, curves, columns=columns):
            yield drawing
    yield from _collapse(section, columns)
    for arena in section.arenas:
        yield from effort.drawings_of(arena, spent[arena.name], most=PANELS, columns=columns)
        for grid in axes.grids(arena):
            yield contrasts.heat_map(arena.name, grid, columns=columns)
        if (found := every[arena.name]) and arena.metric is not None:
            inside = compared(arena)
            names = [cell.name for cell in inside]
            n = of_runs(inside)
            yield contrasts.improvement(arena.name, names, found, arena.metric, n=n, columns=columns)
        if drawing := _profiles(arena, columns):
            yield drawing
    if drawing := maps.typical(section, panels, columns=columns):
        yield drawing


def _profiles(arena: Arena, columns: Columns) -> Drawing | None:
    """None for data without a metric to compare by."""
    cells = [cell for cell in arena.cells if cell.n][:PANELS]
    return profiles(arena.name, cells, arena.metric, columns=columns) if cells and arena.metric else None


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


def _unsaid(section: Section, spent: dict[str, Effort]) -> Iterator[str]:
    if alone := [cell.name for cell in section.cells if cell.n == 1]:
        yield f"How often runs fail: one seed of {first_of(alone)}, and one run is no rate."
    for arena in section.arenas:
        if any(cell.n for cell in arena.cells):
            yield from effort.unsaid(arena.name, spent[arena.name])
    if any(cell.failed for cell in section.cells) and not section.explained:
        yield "Root causes: no findings are stored; `ganbench run` in the results folder makes them from the traces."


def _protocol(section: Section, drawing: Drawing) -> str:
    """Of the arena that a figure is about, or of all."""
    about = [arena for arena in section.arenas if drawing.title.endswith(f": {arena.name}")]
    return ". ".join(protocol.sentences(about or section.arenas))


def captions(found: Content) -> str:
    """Every figure's caption, with the protocol, as Markdown."""
    parts = [
        f"## {one.title}\n\n`{one.name}`: {one.caption} Protocol: {_protocol(found.section, one)}."
        for one in found.drawings
    ]
    return "\n\n".join([f"# Figures: {found.section.title}", *parts, ""])
