"""`ganbench compare`: one difference in words, numbers and a figure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ganbench.cli.output import aligned, echo_json, format_option
from ganbench.cli.plugin import plugin_option
from ganbench.cli.typed import is_typed, typed
from ganbench.errors import UsageError

if TYPE_CHECKING:
    from ganbench.report.cell import Cell
    from ganbench.report.compare import Difference, Match
    from ganbench.stats.verdict import Verdict

_WIDTH: Final = 40  # characters from 0 to 100 %
_FORMATS: Final = ("svg", "pdf", "png")
_TOLD, _CANNOT_TELL = 0, 3
_OF_FILES: Final = ("seed", "figure")  # options of a comparison of what is there
_OF_TRAINING: Final = ("max_seeds", "workers", "plugins")  # and of one that trains


@click.command(
    epilog="""\b
Examples:
  ganbench compare results/mog-v1:ring/hinge+r1 results/mog-v1:ring/hinge
  ganbench compare results/mine results/mog-v1 --figure difference.svg
  ganbench compare results/mine:ring/r1 results/mine:ring/plain --until-decided

\b
Exit codes: 0 the failure rates of a pair are told apart, or told to be the same; 3 cannot tell.
The lines below a pair (by seed, by the metric) do not change it.
"""
)
@click.argument("ours", metavar="A")
@click.argument("theirs", metavar="B")
@click.option(
    "--margin",
    type=click.FloatRange(0, 0.5, min_open=True, max_open=True),
    default=0.2,
    show_default=True,
    help="The difference of failure rates that matters.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the permutations of a test."
)
@click.option(
    "--figure", type=click.Path(path_type=Path), metavar="FILE", help="Draw it: .svg, .pdf or .png."
)
@click.option(
    "--until-decided",
    is_flag=True,
    help="Train more seeds of two cells until they are told apart, or the same.",
)
@click.option(
    "--max-seeds",
    type=click.IntRange(1, 1000),
    default=100,
    show_default=True,
    metavar="N",
    help="Of each cell, with those that are there.",
)
@click.option(
    "--workers", type=click.IntRange(min=1), metavar="N", help="Processes on a CPU; default one a core."
)
@plugin_option
@format_option
@click.pass_context
def compare(
    context: click.Context,
    ours: str,
    theirs: str,
    *,
    margin: float,
    seed: int,
    figure: Path | None,
    until_decided: bool,
    max_seeds: int,
    workers: int | None,
    plugins: Sequence[Path],
    form: str,
) -> None:
    """Say how A differs from B, each RESULTS or RESULTS:CELL.

    Of two folders, every cell that both have is compared. Better and worse are said of A. With --until-decided
    both are cells, and seeds are added to their folders, as `ganbench run` would, and looked at one by one.
    """
    _refuse(context, _OF_FILES if until_decided else _OF_TRAINING, trains=until_decided)
    if until_decided:
        from ganbench.cli import until

        ended = until.until_decided(
            (ours, theirs),
            margin=margin,
            most=max_seeds,
            workers=workers,
            plugins=plugins,
            command=typed(context),
        )
        _show(form, until.facts(ended), until.lines(ended))
        context.exit(_CANNOT_TELL if ended.word == "cannot tell" else _TOLD)
    found = _compared(ours, theirs, margin=margin, seed=seed, figure=figure)
    _show(form, facts(found), _lines(found))
    context.exit(_TOLD if found.told else _CANNOT_TELL)


def _refuse(context: click.Context, options: Sequence[str], *, trains: bool) -> None:
    """Raises UsageError for options that would do nothing."""
    for option in context.command.params:
        if option.name in options and is_typed(context, option.name):
            what = "means nothing beside" if trains else "means nothing without"
            raise UsageError(f"{what} --until-decided", where=option.opts[0])


def _compared(ours: str, theirs: str, *, margin: float, seed: int, figure: Path | None) -> Difference:
    """With the figure drawn and the remarks made."""
    import numpy as np

    from ganbench.report.compare import compare as compared

    kind = _kind(figure)
    found = compared(ours, theirs, rng=np.random.default_rng(seed), margin=margin)
    if figure is not None:
        _draw(found, figure, kind)
    for remark in found.remarks:
        click.echo(remark, err=True)
    return found


def _show(form: str, found: dict[str, Any], lines: Iterator[str]) -> None:
    if form == "json":
        echo_json(found)
    else:
        click.echo("\n".join(lines))


def facts(found: Difference) -> dict[str, Any]:
    """The same for programs: one entry for each pair of cells.

    effect, interval: above 0, A is better. Of failure rates that of B less that of A; of the metric the share of pairs of
    runs that A wins, less one half.
    """
    return {
        "a": found.ours.text,
        "b": found.theirs.text,
        "remarks": [*found.remarks],
        "cells": [_match(one) for one in found.matches],
    }


def _match(one: Match) -> dict[str, Any]:
    families = {"failure_rate": one.rate, "by_seed": one.by_seed, "metric": one.value}
    return {
        "a": _health(one.ours),
        "b": _health(one.theirs),
        **{name: None if verdict is None else _verdict(verdict) for name, verdict in families.items()},
    }


def _health(cell: Cell) -> dict[str, Any]:
    return {
        "cell": cell.name,
        "runs": cell.n,
        "healthy": cell.healthy,
        "interval": [*cell.interval],
        "causes": {**cell.causes},
    }


def _verdict(found: Verdict) -> dict[str, Any]:
    one = found.comparison
    return {
        "verdict": found.word,
        "effect": one.effect,
        "interval": [*one.interval],
        "p": found.p,
        "test": one.significance.test,
        "seeds": found.seeds,
        "sentence": found.sentence,
    }


def _lines(found: Difference) -> Iterator[str]:
    yield f"A  {found.ours.text}"
    yield f"B  {found.theirs.text}"
    for match in found.matches:
        yield ""
        yield match.rate.sentence
        if match.by_seed is not None:
            yield f"  by seed: {match.by_seed.sentence}"
        if match.value is not None:
            yield f"  {match.value.sentence}"
        yield from _bars(match)
    if any(match.rate.seeds for match in found.matches):
        from ganbench.stats.verdict import SEEDS

        yield from ("", SEEDS)


def _bars(match: Match) -> list[str]:
    """A figure in characters: shares of healthy runs with their intervals, and causes of failure."""
    cells = (("A", match.ours), ("B", match.theirs))
    rows = [
        (f"  {name}", _bar(cell), f"{100 * cell.share:.0f} % healthy", _causes(cell)) for name, cell in cells
    ]
    return [f"{'':5}|{'0 %':<{_WIDTH - 5}}100 %|", *aligned(rows, right=[2])]


def _bar(cell: Cell) -> str:
    low, high, share = (round(end * (_WIDTH - 1)) for end in (*cell.interval, cell.share))
    marks = ["o" if place == share else "-" if low <= place <= high else " " for place in range(_WIDTH)]
    return f"|{''.join(marks)}|"


def _causes(cell: Cell) -> str:
    return "; ".join(f"{name}: {count}" for name, count in cell.causes.items())


def _kind(figure: Path | None) -> str:
    kind = "svg" if figure is None else figure.suffix.removeprefix(".")
    if kind not in _FORMATS:
        raise UsageError(
            f"cannot draw '{kind}'", where=str(figure), hint=f"end the name with .{', .'.join(_FORMATS)}"
        )
    return kind


def _draw(found: Difference, figure: Path, kind: str) -> None:
    from ganbench.report.compare import drawing
    from ganbench.store.atomic import write_bytes

    write_bytes(figure, drawing(found).file(kind))
