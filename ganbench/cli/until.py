"""`ganbench compare A B --until-decided`: more seeds until two cells are told apart, or told to be the same."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ganbench.errors import UsageError
from ganbench.plugins import Plugins

if TYPE_CHECKING:
    from ganbench.execute.looks import Look
    from ganbench.execute.until import Side
    from ganbench.stats.sequential_course import Fixed

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Decided:
    """Where it ended. texts, names: the cells as typed, and in sentences. most: seeds a cell. crashed: seeds that are
    no pair.
    """

    texts: Pair
    names: Pair
    margin: float
    most: int
    last: Look
    crashed: tuple[int, ...]
    fixed: Fixed

    @property
    def word(self) -> str:
        return "cannot tell" if self.last.said == "go on" else self.last.said

    @property
    def saved(self) -> int | None:
        """Seeds a cell fewer than a fixed n takes; below 0 it takes fewer."""
        return None if self.fixed.seeds is None else self.fixed.seeds - self.last.pairs.n


def until_decided(
    texts: Pair, *, margin: float, most: int, workers: int | None, plugins: Sequence[Path], command: str
) -> Decided:
    """Train and look, with a line on stderr for each look. command: what goes on after an interruption.

    Raises UsageError for a folder without a cell, and what `ganbench.execute.until.until_decided` raises.
    """
    from ganbench.cli.progress import reporter
    from ganbench.execute.until import until_decided as looks
    from ganbench.stats.sequential_course import Fixed, fixed_instead

    code = Plugins(None, plugins, tell=lambda text: click.echo(text, err=True))
    ours, theirs = (_side(text, code, workers, command) for text in texts)
    names = _names(ours, theirs)
    if ours.cell.content["steps"] != theirs.cell.content["steps"]:
        click.echo("A and B are trained for different numbers of steps.", err=True)
    seen = []
    for look in looks(ours, theirs, most=most, margin=margin, progress=lambda: reporter(sys.stderr)):
        click.echo(_line(look, names), err=True)
        seen.append(look)
    last, crashed = seen[-1], tuple(look.seed for look in seen if look.crashed)
    told = last.said != "go on"
    fixed = fixed_instead(last.pairs, most=most, margin=margin) if told else Fixed(None, None)
    return Decided(texts, names, margin, most, last, crashed, fixed)


def facts(found: Decided) -> dict[str, Any]:
    """The same for programs. effect: failure rate of B less that of A, as in `compare`: above 0, A is better."""
    pairs, (low, high) = found.last.pairs, found.last.interval
    sides = zip("ab", found.texts, (pairs.ours, pairs.theirs), strict=True)
    return {
        **{side: {"cell": text, "failed": count.failed, "runs": count.n} for side, text, count in sides},
        "decision": found.word,
        "effect": pairs.theirs.rate - pairs.ours.rate,
        "interval": [-high, -low],
        "seeds": pairs.n,
        "trained": found.last.trained,
        "crashed": [*found.crashed],
        "power": found.fixed.power,
        "fixed_seeds": found.fixed.seeds,
        "saved": found.saved,
    }


def lines(found: Decided) -> Iterator[str]:
    """For people."""
    yield f"A  {found.texts[0]}"
    yield f"B  {found.texts[1]}"
    yield ""
    yield f"{_rates(found.last, found.names)}; {_ending(found)}"
    yield f"  {_seeds(found.last.pairs.n)} a cell; trained now: {found.last.trained}"
    if found.crashed:
        yield f"  no pair, as a run crashed: {_seeds(len(found.crashed))}"
    if found.word != "cannot tell":
        yield f"  {_savings(found)}"


def _side(text: str, code: Plugins, workers: int | None, command: str) -> Side:
    from ganbench.execute.reopen import cell_named, reopened
    from ganbench.execute.until import Side
    from ganbench.report.compare import split

    folder, cell = split(text)
    if cell is None:
        raise UsageError("names no cell", where=text, hint="--until-decided compares two: RESULTS:CELL")
    job = replace(reopened(folder, plugins=code), workers=workers, command=command)
    return Side(job, cell_named(job, cell))


def _names(ours: Side, theirs: Side) -> Pair:
    if ours.cell.name == theirs.cell.name:
        return f"{ours.cell.name} in A", "in B"
    return ours.cell.name, theirs.cell.name


def _line(look: Look, names: Pair) -> str:
    what = "a run crashed, no pair" if look.crashed else _rates(look, names)
    return f"seed {look.seed}: {what}"


def _rates(look: Look, names: Pair) -> str:
    from ganbench.stats.rate_comparison import in_words

    return in_words(names, look.pairs.ours, look.pairs.theirs, difference=look.interval)


def _ending(found: Decided) -> str:
    if found.word == "cannot tell":
        return f"cannot tell within {_seeds(found.most)}"
    if found.word == "same":
        return f"the same within {100 * found.margin:g} points"
    return f"{found.names[0]} is {found.word}"


def _savings(found: Decided) -> str:
    fixed = found.fixed
    takes = "more seeds than were searched" if fixed.seeds is None else f"{_seeds(fixed.seeds)} a cell"
    if fixed.power is None:
        return f"at these rates a fixed n fits into {100 * found.margin:g} points with {takes}{_saved(found)}"
    return (
        f"at these rates a fixed n of the same power ({100 * fixed.power:.0f} %) takes {takes}{_saved(found)}"
    )


def _saved(found: Decided) -> str:
    if found.saved is None:
        return ""
    if found.saved == 0:
        return ": none saved"
    return f": {found.saved} saved" if found.saved > 0 else f": {-found.saved} fewer"


def _seeds(count: int) -> str:
    return "1 seed" if count == 1 else f"{count} seeds"
