"""The table that closes `ganbench run`: one line for each cell, in the order of the suite.

Runs of different environments share no line: each environment has a block of its own.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ganbench.cli.output import aligned
from ganbench.stats.intervals import wilson

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import RenderableType

    Names = Mapping[str, str]  # of environments, by fingerprint
    Blocks = Mapping[str, list[pd.DataFrame]]  # the runs of each cell, by the name of their environment

GOOD: Final = 0.9
BAD: Final = 0.5
_BINS: Final = 10
_BLOCKS: Final = "▁▂▃▄▅▆▇█"
_NOTHING: Final = "-"
_GAP: Final = 2
_INDENT: Final = "  "
_MAIN: Final = ("distance", "energy_distance", "sliced_wasserstein")


@dataclass(frozen=True, slots=True)
class Field:
    """One column: what it shows of a cell's runs, and what the note below says of it.

    Where the table is too wide, the column of the highest rank goes first; rank 0 stays.
    """

    head: str
    show: Callable[[pd.DataFrame], str]
    rank: int = 0
    right: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The texts of a table. `tones` are colours for the share of healthy runs, one for each row."""

    fields: tuple[Field, ...]
    rows: tuple[tuple[str, ...], ...]
    tones: tuple[str, ...]
    note: str

    @property
    def width(self) -> int:
        lines = [tuple(field.head for field in self.fields), *self.rows]
        return sum(max(map(len, column)) + _GAP for column in zip(*lines, strict=True)) - _GAP


def closing_text(frame: pd.DataFrame, *, width: int = 100, environments: Names | None = None) -> str:
    """The table as plain text; `frame` is what `load_results` gives, `environments` names by fingerprint.

    Columns that do not fit into `width` characters are left out, the least important first. Of several
    environments each has a block, under its name.
    """
    sheet = sheet_of(frame, width=width, environments=environments)
    right = [index for index, field in enumerate(sheet.fields) if field.right]
    lines = aligned([tuple(field.head for field in sheet.fields), *sheet.rows], right=right, gap=_GAP)
    return "\n".join([*lines, "", *textwrap.wrap(sheet.note, width)])


def closing_table(
    frame: pd.DataFrame, *, width: int = 100, environments: Names | None = None
) -> RenderableType:
    """The same for a terminal, with the share of healthy runs in colour."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    sheet = sheet_of(frame, width=width, environments=environments)
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    for field in sheet.fields:
        table.add_column(field.head, justify="right" if field.right else "left", overflow="fold")
    for texts, tone in zip(sheet.rows, sheet.tones, strict=True):
        pairs = zip(sheet.fields, texts, strict=True)
        table.add_row(*(Text(text, style=tone if field.head == "healthy" else "") for field, text in pairs))
    return Group(table, Text(), Text(sheet.note, style="dim"))


def sheet_of(frame: pd.DataFrame, *, width: int, environments: Names | None = None) -> Sheet:
    """The columns that fit, filled in."""
    blocks = _blocks(frame, environments)
    fields = list(_fields(frame))
    sheet = _filled(blocks, fields, frame)
    while sheet.width > width and any(field.rank for field in fields):
        fields.remove(max(fields, key=lambda field: field.rank))
        sheet = _filled(blocks, fields, frame)
    return sheet


def histogram(values: list[int], modes: int) -> str:
    """Runs by covered modes, 0 on the left and all `modes` on the right, in at most ten bins.

    The tallest bin has a full block, an empty one a blank.
    """
    bins = min(_BINS, modes + 1)
    counts = [0] * bins
    for value in values:
        counts[min(value, modes) * bins // (modes + 1)] += 1
    top = max(counts, default=0) or 1
    # Any run at all shows, so heights are rounded up.
    return "".join(_BLOCKS[-(-count * len(_BLOCKS) // top) - 1] if count else " " for count in counts)


def _blocks(frame: pd.DataFrame, environments: Names | None) -> Blocks:
    """The runs of each cell, in one block for each environment; a block without a name where there is one."""
    if environments is None or len(environments) < 2:
        return {"": _cells(frame)}
    return {name: _cells(frame[frame["fingerprint"] == key]) for key, name in environments.items()}


def _cells(frame: pd.DataFrame) -> list[pd.DataFrame]:
    return [runs for _, runs in frame.groupby("cell", sort=False)]


def _filled(blocks: Blocks, fields: list[Field], frame: pd.DataFrame) -> Sheet:
    rows, tones = [], []
    for name, cells in blocks.items():
        if name:
            rows.append((f"{name}:", *[""] * (len(fields) - 1)))
            tones.append("")
        for runs in cells:
            first, *rest = (field.show(runs) for field in fields)
            rows.append((f"{_INDENT}{first}" if name else first, *rest))
            tones.append(_tone(runs))
    notes = (field.note for field in fields if field.note)
    return Sheet(
        tuple(fields), tuple(rows), tuple(tones), " ".join([_count(blocks), *notes, *_classifier(frame)])
    )


def _fields(frame: pd.DataFrame) -> Iterator[Field]:
    yield Field("cell", lambda runs: str(runs["cell"].iloc[0]), right=False)
    yield Field("runs", lambda runs: str(len(_ended(runs))))
    if (frame["status"] == "crashed").any():
        yield Field("crashed", _crashed, note="Crashed runs are in no share.")
    if _known(frame, "stopped_at"):
        note = "stopped: failed runs that were trained no further (--stop-failed); they are in no column of a metric."
        yield Field("stopped", lambda runs: str(int(runs["stopped_at"].notna().sum())), note=note)
    yield Field(
        "healthy",
        _healthy,
        note="healthy: share of runs that did not fail, Wilson 95 % interval.",
    )
    if _known(frame, "final.covered_modes"):
        yield from _mode_fields(frame)
    elif main := _main_metric(frame):
        yield from _metric_fields(main)
    yield Field("s", lambda runs: f"{runs['seconds'].sum():.1f}", rank=5, note="s: seconds of all its runs.")


def _mode_fields(frame: pd.DataFrame) -> Iterator[Field]:
    note = "modes: runs by covered modes, from 0 to the number given."
    yield Field("modes", _modes, rank=1, right=False, note=note)
    note = f"quality: share of high-quality samples, median{_ceiling(frame)}."
    yield Field("quality", lambda runs: _median(runs, "final.high_quality", ".2f"), rank=3, note=note)
    note = "SW: sliced Wasserstein distance, median, and that of real samples at the same n."
    yield Field("SW", lambda runs: _beside(runs, "sliced_wasserstein", ".2g"), rank=4, note=note)
    if _known(frame, "final.energy_distance"):
        note = "ED: energy distance, in the same way."
        yield Field("ED", lambda runs: _beside(runs, "energy_distance", ".2g"), rank=6, note=note)
    note = "best -> final: covered share, medians."
    yield Field("best -> final", lambda runs: _collapse(runs, "covered_share", ".2f"), rank=2, note=note)


def _metric_fields(metric: str) -> Iterator[Field]:
    note = f"{metric}: median at the end."
    yield Field(metric, lambda runs: _median(runs, f"final.{metric}", ".3g"), rank=1, note=note)
    note = f"best -> final: {metric}, medians."
    yield Field("best -> final", lambda runs: _collapse(runs, metric, ".3g"), rank=3, note=note)


def _main_metric(frame: pd.DataFrame) -> str | None:
    """What a suite without modes is about, as far as its columns tell."""
    prefix = "final."
    there = [str(name).removeprefix(prefix) for name in frame.columns if str(name).startswith(prefix)]
    known = [metric for metric in there if _known(frame, prefix + metric)]
    return next((metric for metric in (*_MAIN, *known) if metric in known), None)


def _known(frame: pd.DataFrame, column: str) -> bool:
    return column in frame and bool(frame[column].notna().any())


def _ended(runs: pd.DataFrame) -> pd.DataFrame:
    return runs[runs["status"] != "crashed"]


def _share(runs: pd.DataFrame) -> tuple[int, int]:
    """Healthy runs, and runs that ended."""
    return int((runs["status"] == "healthy").sum()), len(_ended(runs))


def _healthy(runs: pd.DataFrame) -> str:
    healthy, n = _share(runs)
    if n == 0:
        return _NOTHING
    low, high = wilson(healthy, n)
    return f"{healthy / n:.0%} [{100 * low:.0f}, {100 * high:.0f}]".replace("%", " %")


def _tone(runs: pd.DataFrame) -> str:
    healthy, n = _share(runs)
    if n == 0:
        return ""
    return "green" if healthy >= GOOD * n else "red" if healthy <= BAD * n else "yellow"


def _crashed(runs: pd.DataFrame) -> str:
    return str(len(runs) - len(_ended(runs)))


def _modes(runs: pd.DataFrame) -> str:
    covered = _values(runs, "final.covered_modes")
    if covered.empty:
        return _NOTHING
    if not _known(runs, "modes"):
        return f"{covered.median():g}"
    modes = int(runs["modes"].dropna().iloc[0])
    return f"|{histogram(covered.astype(int).tolist(), modes)}| {modes}"


def _collapse(runs: pd.DataFrame, metric: str, form: str) -> str:
    best, final = (_median(runs, f"{when}.{metric}", form) for when in ("best", "final"))
    return _NOTHING if final == _NOTHING else f"{best} -> {final}"


def _ceiling(frame: pd.DataFrame) -> str:
    """What real samples get, where it is known."""
    if not _known(frame, "floor.high_quality"):
        return ""
    least, most = frame["floor.high_quality"].min(), frame["floor.high_quality"].max()
    values = f"{most:.3f}" if most - least < 5e-4 else f"{least:.3f} to {most:.3f}"
    return f", ceiling {values}"


def _beside(runs: pd.DataFrame, metric: str, form: str) -> str:
    """The median, and in brackets what real samples get."""
    median, floor = _median(runs, f"final.{metric}", form), _median(runs, f"floor.{metric}", form)
    return median if _NOTHING in (median, floor) else f"{median} ({floor})"


def _median(runs: pd.DataFrame, column: str, form: str) -> str:
    values = _values(runs, column)
    return _NOTHING if values.empty else format(values.median(), form)


def _values(runs: pd.DataFrame, column: str) -> pd.Series[float]:
    """Of the runs that ended and where it is defined."""
    import pandas as pd

    return _ended(runs)[column].dropna() if column in runs else pd.Series(dtype=float)


def _classifier(frame: pd.DataFrame) -> Iterator[str]:
    """How far class counts can be trusted."""
    if _known(frame, "classifier_accuracy"):
        accuracy = frame["classifier_accuracy"].dropna().min()
        yield f"Classes by a nearest-neighbour classifier, {accuracy:.1%} right on held-out data.".replace(
            "%", " %"
        )


def _count(blocks: Blocks) -> str:
    counts = [len(_ended(runs)) for cells in blocks.values() for runs in cells]
    if not counts:
        return "No runs."
    least, most = min(counts), max(counts)
    each = f"{most}" if least == most else f"{least} to {most}"
    runs = f"{each} run{'s' if most != 1 else ''}"
    if len(blocks) == 1:
        return f"n = {runs} per cell, {sum(counts)} in all."
    return f"n = {runs} per cell and environment, {sum(counts)} in all; environments share no line."
