"""One difference: A against B, in words, numbers and one figure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from ganbench.errors import CannotTell, InputError, UnknownName, UsageError
from ganbench.report.canvas import BLUE, ORANGE, ROW, Columns, Drawing, blank, rows_of_cells, style
from ganbench.report.cell import Cell
from ganbench.report.counts import extent
from ganbench.report.metric import Metric, main_metric
from ganbench.report.ranking import ranks
from ganbench.report.section import Section, complaints, sections
from ganbench.report.source import read_source
from ganbench.stats.comparison import Comparison
from ganbench.stats.rate_comparison import compare_rates, compare_rates_by_seed
from ganbench.stats.rates import PairedCount
from ganbench.stats.value_comparison import compare_values
from ganbench.stats.verdict import Verdict, verdicts

if TYPE_CHECKING:
    from numpy.random import Generator

_BETWEEN: Final = ":"
LEAST: Final = 2  # runs of a cell, for its values to be compared


@dataclass(frozen=True, eq=False)
class Side:
    """What one argument names: a results folder, or one cell of it."""

    text: str
    section: Section
    cells: tuple[Cell, ...]

    @property
    def root(self) -> Path:
        (source,) = self.section.sources
        return source.layout.root.resolve()


@dataclass(frozen=True, eq=False)
class Match:
    """A cell of A with one of B. rate: the verdict on failure rates. by_seed, value: of the seeds in common, and of the
    metric, each None where there is too little to compare.
    """

    ours: Cell
    theirs: Cell
    rate: Verdict
    by_seed: Verdict | None
    value: Verdict | None


@dataclass(frozen=True, eq=False)
class Difference:
    """remarks: what may be behind a difference beside the cells; cells that only one side has."""

    ours: Side
    theirs: Side
    matches: tuple[Match, ...]
    remarks: tuple[str, ...]

    @property
    def told(self) -> bool:
        """Whether the failure rates of any pair of cells could be told apart, or told to be the same."""
        return any(one.rate.word != "cannot tell" for one in self.matches)


def compare(a: str, b: str, *, rng: Generator, margin: float = 0.2, alpha: float = 0.05) -> Difference:
    """A against B, each `RESULTS` or `RESULTS:CELL`; of two folders every cell that has a name in common.

    rng: for the permutations of the test of values. margin: of failure rates and of the share of pairs won. Raises
    InputError for what is no results folder, UnknownName for a cell that it has not; UsageError for a cell against
    itself; CannotTell for no runs, runs
    of several environments on one side, nothing in common, or cells that are judged differently.
    """
    ours, theirs = _side(a), _side(b)
    found = list(_matched(ours, theirs))
    rates = verdicts([_rates(*pair, margin) for pair in found], alpha=alpha)
    seeds = verdicts([one for pair in found if (one := _by_seed(*pair, margin))], alpha=alpha)
    values = verdicts([one for pair in found if (one := _values(*pair, margin, rng))], alpha=alpha)
    named = [{_names(one): one for one in family} for family in (seeds, values)]
    matches = tuple(
        Match(*pair, rate, *(family.get(_names(rate)) for family in named))
        for pair, rate in zip(found, rates, strict=True)
    )
    return Difference(ours, theirs, matches, tuple(_remarks(ours, theirs, found)))


def drawing(found: Difference, *, columns: Columns = 1) -> Drawing:
    """Share of healthy runs of A and B with intervals, one row for each pair of cells."""
    from matplotlib.layout_engine import ConstrainedLayoutEngine
    from matplotlib.lines import Line2D

    with style():
        figure = blank(columns, 0.75 + 1.5 * ROW * len(found.matches))
        # Small print is wider in a PNG than it is laid out.
        figure.set_layout_engine(ConstrainedLayoutEngine(w_pad=0.1))
        axes = figure.subplots()
        for row, match in enumerate(found.matches):
            for cell, shift, colour in ((match.ours, -0.14, BLUE), (match.theirs, 0.14, ORANGE)):
                low, high = cell.interval
                axes.hlines(row + shift, 100 * low, 100 * high, color=colour, linewidth=1.4, alpha=0.6)
                axes.plot(100 * cell.share, row + shift, "o", color=colour, markersize=4)
        rows_of_cells(axes, [_row_name(match) for match in found.matches])
        axes.set_xlim(-2, 102)
        axes.grid(axis="x")
        axes.set_xlabel("healthy runs, %")
        handles = [
            Line2D([], [], color=colour, marker="o", markersize=4, label=label)
            for colour, label in ((BLUE, "A"), (ORANGE, "B"))
        ]
        axes.legend(handles=handles, loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.1)
        each = extent([cell.n for match in found.matches for cell in (match.ours, match.theirs)])
        caption = (
            f"Share of healthy runs of A, {found.ours.text}, and B, {found.theirs.text}, with Wilson's 95 % interval; "
            f"n = {each} runs a cell."
        )
        return Drawing("compare", "A against B", caption, figure, columns)


def _side(text: str) -> Side:
    """Raises as `compare`."""
    path, cell = split(text)
    found = sections([read_source(path)])
    if len(found) > 1:
        raise CannotTell(
            f"holds runs of {len(found)} environments, which share no rate",
            where=str(path),
            hint="`ganbench report` shows them apart; `ganbench status` names them",
        )
    (section,) = found
    if cell is None:
        return Side(text, section, section.shown)
    named = {one.name: one for one in section.cells}
    if cell not in named:
        raise UnknownName("cell", cell, named)
    if not named[cell].n:
        crashed = section.runs[section.runs["cell"] == cell]
        raise CannotTell(
            f"no run of cell '{cell}' is healthy or failed: {complaints(crashed)}",
            where=str(path),
            hint="run it again",
        )
    return Side(text, section, (named[cell],))


def split(text: str) -> tuple[Path, str | None]:
    """A folder, and a cell of it or None; names of cells hold `/`, and folders may hold `:`.

    Raises InputError where there is no such folder.
    """
    if Path(text).exists():
        return Path(text), None
    for place in [index for index, character in enumerate(text) if character == _BETWEEN][::-1]:
        if Path(text[:place]).is_dir():
            return Path(text[:place]), text[place + 1 :]
    hint = "name a results folder, or RESULTS:CELL"
    raise InputError("no such folder", where=text.partition(_BETWEEN)[0], hint=hint)


def _matched(ours: Side, theirs: Side) -> Iterator[tuple[Cell, Cell]]:
    """Pairs of cells with different names where one was asked for. Raises CannotTell as `compare`."""
    one_each = len(ours.cells) == len(theirs.cells) == 1
    others = {cell.name: cell for cell in theirs.cells}
    found = [(cell, others[cell.name]) for cell in ours.cells if cell.name in others]
    if one_each:
        found = [(ours.cells[0], theirs.cells[0])]
    if not found:
        raise CannotTell(
            "no cell in common", where=f"{ours.text} and {theirs.text}", hint="name cells: RESULTS:CELL"
        )
    for a, b in found:
        if set(a.runs["run_id"]) == set(b.runs["run_id"]) and ours.root == theirs.root:
            raise UsageError(
                "the same runs twice: there is nothing to compare",
                where=f"{ours.text} and {theirs.text}",
                hint="name two cells or two folders: RESULTS:CELL",
            )
        judged = [str(cell.runs["evaluation_id"].iloc[0]) for cell in (a, b)]
        if judged[0] != judged[1]:
            raise CannotTell(
                f"not comparable: evaluation hashes {judged[0]} and {judged[1]}",
                where=f"{a.name} and {b.name}",
                hint="data, evaluation or failure criteria differ; `ganbench report --separate` shows both",
            )
    yield from found


def _labels(ours: Cell, theirs: Cell) -> tuple[str, str]:
    if ours.name == theirs.name:
        return f"{ours.name} in A", "in B"
    return ours.name, theirs.name


def _names(found: Verdict) -> tuple[str, str]:
    return found.comparison.ours, found.comparison.theirs


def _rates(ours: Cell, theirs: Cell, margin: float) -> Comparison:
    return compare_rates(ours.count, theirs.count, names=_labels(ours, theirs), margin=margin)


def _by_seed(ours: Cell, theirs: Cell, margin: float) -> Comparison | None:
    """None unless both have the same seeds, and some."""
    failed = [
        dict(zip(cell.runs["seed"], cell.runs["status"] == "failed", strict=True)) for cell in (ours, theirs)
    ]
    if set(failed[0]) != set(failed[1]):
        return None
    order = sorted(failed[0])
    pairs = PairedCount.of(*([bool(one[seed]) for seed in order] for one in failed))
    return compare_rates_by_seed(pairs, names=_labels(ours, theirs), margin=margin)


def _values(ours: Cell, theirs: Cell, margin: float, rng: Generator) -> Comparison | None:
    metric = main_metric([ours, theirs])
    if metric is None or min(ours.n, theirs.n) < LEAST or ours.stopped or theirs.stopped:
        return None
    return _compared_values(ours, theirs, metric, margin, rng)


def _compared_values(ours: Cell, theirs: Cell, metric: Metric, margin: float, rng: Generator) -> Comparison:
    """By outcome, then by the metric; its medians are those of the metric alone."""
    order = ranks([replace(ours, name="ours"), replace(theirs, name="theirs")], metric)
    found = compare_values(
        order["ours"],
        order["theirs"],
        metric=f"{metric.label}, failed runs last",
        names=_labels(ours, theirs),
        rng=rng,
        margin=margin,
    )
    first, second = (float(np.median(metric.scores(cell))) for cell in (ours, theirs))
    return replace(found, better=metric.better, medians=(first, second))


def _remarks(ours: Side, theirs: Side, found: Sequence[tuple[Cell, Cell]]) -> Iterator[str]:
    if ours.section.fingerprint != theirs.section.fingerprint:
        yield "A and B come from different environments: a difference may be one between versions or devices."
    for name, side, place in (("A", ours, 0), ("B", theirs, 1)):
        matched = {pair[place].name for pair in found}
        alone = [cell.name for cell in side.cells if cell.name not in matched]
        if alone:
            yield f"Only {name} has {', '.join(alone)}."
        yield from (f"{name}: {remark}" for remark in side.section.remarks)
    if any(cell.stopped for pair in found for cell in pair):
        yield "Runs were stopped when they had failed (--stop-failed): final values are not compared."
    if any(a.content.get("steps") != b.content.get("steps") for a, b in found):
        yield "A and B were trained for different numbers of steps."


def _row_name(match: Match) -> str:
    if match.ours.name == match.theirs.name:
        return match.ours.name
    return f"{match.ours.name}\n{match.theirs.name}"
