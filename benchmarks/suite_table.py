"""`python -m benchmarks.suite_table RESULTS`: a results folder as a table in Markdown.

With `--against AXIS=LABEL` also a verdict on every cell against the one that differs from it in that label alone.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ganbench.stats.intervals import wilson
from ganbench.stats.rate_comparison import RateComparison, compare_rates
from ganbench.stats.rates import Count
from ganbench.stats.verdict import verdicts
from ganbench.store.reader import load_results

if TYPE_CHECKING:
    import pandas as pd

Row = tuple[str, ...]
HEAD: Final[Row] = ("cell", "n", "healthy, %", "modes", "quality", "reverse KL", "SW (floor)", "s")
NOTE: Final = (
    "n: runs. healthy: runs that did not fail, Wilson 95 % interval. modes: covered modes, median (least to most) of "
    "those there are. quality: share of high-quality samples, median. reverse KL: nats, median. SW: sliced Wasserstein "
    "distance, median, and that of real samples at the same n. s: seconds of all its runs."
)


@dataclass(frozen=True, slots=True)
class Cell:
    """The runs of one cell that did not crash. labels: by axis; empty for cells outside the product."""

    name: str
    runs: pd.DataFrame
    labels: Mapping[str, str]

    @property
    def failed(self) -> Count:
        return Count(int((self.runs["status"] == "failed").sum()), len(self.runs))


def main(arguments: Sequence[str] | None = None) -> None:
    options = _parser().parse_args(arguments)
    frame = load_results(options.results)
    # Runs of different environments share no rate.
    for _, runs in frame.groupby("fingerprint", sort=False):
        print("\n".join(text(cells_of(runs), against=options.against)), end="\n\n")


def text(cells: Sequence[Cell], *, against: tuple[str, str] | None = None) -> Iterator[str]:
    """The table, and where `against` names an axis and a label, the verdicts. Raises ValueError for no such cell."""
    yield from markdown(HEAD, [row(cell) for cell in cells])
    yield from ("", NOTE)
    if against is not None:
        yield ""
        yield from _verdicts(comparisons(cells, *against))


def cells_of(frame: pd.DataFrame) -> list[Cell]:
    """In the order of the suite; cells without a run that ended are left out."""
    ended = frame[frame["status"] != "crashed"]
    return [Cell(str(name), runs, _labels(runs)) for name, runs in ended.groupby("cell", sort=False)]


def row(cell: Cell) -> Row:
    return (
        cell.name,
        str(cell.failed.n),
        _healthy(cell.failed),
        _modes(cell.runs),
        _median(cell.runs, "final.high_quality", ".2f"),
        _median(cell.runs, "final.reverse_kl", ".2g"),
        _beside(cell.runs, "sliced_wasserstein"),
        f"{cell.runs['seconds'].sum():.0f}",
    )


def comparisons(cells: Sequence[Cell], axis: str, label: str) -> list[RateComparison]:
    """Failure rates of every cell against the one with `label` on this axis and its own labels on all others.

    Seeds in common are not used as pairs: of ten pairs no outcome is significant in a family of this size.
    """
    bases = [cell for cell in cells if cell.labels.get(axis) == label]
    if not bases:
        raise ValueError(f"no cell has {label} on the axis {axis}")
    pairs = [
        (cell, base) for cell in cells for base in bases if cell is not base and _apart(cell, base) == {axis}
    ]
    return [compare_rates(cell.failed, base.failed, names=(cell.name, base.name)) for cell, base in pairs]


def markdown(head: Row, rows: Sequence[Row]) -> Iterator[str]:
    """The first column is text, all others end in line."""
    yield f"| {' | '.join(head)} |"
    yield f"|---|{'--:|' * (len(head) - 1)}"
    for one in rows:
        yield f"| {' | '.join(one)} |"


def _verdicts(found: Sequence[RateComparison]) -> Iterator[str]:
    yield f"{len(found)} comparisons of failure rates, Boschloo's test adjusted by Holm over all of them:"
    yield ""
    for one in verdicts(found):
        yield f"* {one.sentence}."


def _labels(runs: pd.DataFrame) -> dict[str, str]:
    first = runs.iloc[0]
    axes = [str(name) for name in runs.columns if str(name).startswith("axis.")]
    return {name.removeprefix("axis."): str(first[name]) for name in axes if isinstance(first[name], str)}


def _apart(one: Cell, other: Cell) -> set[str]:
    """The axes on which two cells differ."""
    axes = {*one.labels, *other.labels}
    return {axis for axis in axes if one.labels.get(axis) != other.labels.get(axis)}


def _healthy(failed: Count) -> str:
    healthy = failed.n - failed.failed
    low, high = wilson(healthy, failed.n)
    return f"{100 * healthy / failed.n:.0f} [{100 * low:.0f}, {100 * high:.0f}]"


def _modes(runs: pd.DataFrame) -> str:
    covered = _values(runs, "final.covered_modes")
    if covered.empty:
        return "-"
    return f"{covered.median():g} ({covered.min():g} to {covered.max():g}) of {int(runs['modes'].iloc[0])}"


def _beside(runs: pd.DataFrame, metric: str) -> str:
    return f"{_median(runs, f'final.{metric}', '.2g')} ({_median(runs, f'floor.{metric}', '.2g')})"


def _median(runs: pd.DataFrame, column: str, form: str) -> str:
    values = _values(runs, column)
    return "-" if values.empty else format(values.median(), form)


def _values(runs: pd.DataFrame, column: str) -> pd.Series[float]:
    """Where it is defined: a run that diverged has no metrics."""
    import pandas as pd

    found = runs[column].dropna() if column in runs else pd.Series(dtype=float)
    return found[found.abs() < math.inf]


def _against(given: str) -> tuple[str, str]:
    axis, equals, label = given.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{given!r} is no AXIS=LABEL, such as hack=base")
    return axis, label


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.suite_table", description=__doc__)
    parser.add_argument("results", type=Path, help="results folder")
    parser.add_argument("--against", type=_against, metavar="AXIS=LABEL", help="such as hack=base")
    return parser


if __name__ == "__main__":
    main()
