"""Reading a table: from columns as the results name them, or from the raw steps of a log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from ganbench.detect.facts import Facts
from ganbench.detect.signals import Burst, Evaluations, Floats, Ints, Series, Table
from ganbench.errors import InputError

Columns = Mapping[str, Any]

MOST_WINDOWS: Final = 500
NOT_METRICS: Final = frozenset({"run_id", "population", "cell", "seed", "step", "of", "mode_histogram"})


def from_windows(
    windows: Columns,
    *,
    facts: Facts,
    bursts: Columns | None = None,
    evaluations: Columns | None = None,
) -> Table:
    """A table from columns named as in the results: first_step, last_step, NAME.count, NAME.mean, NAME.m2, ...

    Of a signal only the mean has to be there; no columns at all: a run that left before its first step. bursts: columns burst, step and NAME. evaluations: columns
    step and NAME, and mode_histogram [E, K]; those of one generator.
    """
    first, last = (
        np.asarray(windows[name] if windows else (), np.int64) for name in ("first_step", "last_step")
    )
    names = [name.removesuffix(".mean") for name in windows if name.endswith(".mean")]
    signals = {name: _series(windows, name, spans=last + 1 - first) for name in names}
    return Table(first, last, signals, facts, _bursts(bursts or {}), _evaluations(evaluations or {}))


def from_steps(
    step: Sequence[int] | Ints,
    signals: Columns,
    *,
    facts: Facts,
    evaluations: Columns | None = None,
    most: int = MOST_WINDOWS,
) -> Table:
    """A table from raw rows [n], such as a log of every k-th step: windows of equally many rows, and one burst.

    A value that is not finite counts as missing, except in the signal `nonfinite`, which has to say so. evaluations:
    columns step and NAME, [E] each, and mode_histogram [E, K]. Raises InputError for steps that do not increase, and
    for columns of another length.
    """
    steps = _increasing(step, "step")
    values = {name: _as_long(found, steps, name) for name, found in signals.items()}
    starts = np.arange(0, len(steps), max(1, -(-len(steps) // most)))
    # A row stands for the steps since the one before it.
    last = steps[np.append(starts[1:], len(steps)) - 1] if len(steps) else steps
    first = np.append(steps[:1], last[:-1] + 1)
    windows = {name: _summary(found, starts) for name, found in values.items()}
    bursts = (Burst(steps, values),) if len(steps) else ()
    return Table(first, last, windows, facts, bursts, _evaluations(_checked(evaluations or {})))


def _increasing(step: Sequence[int] | Ints, where: str) -> Ints:
    steps = np.asarray(step, np.int64)
    if (np.diff(steps) <= 0).any():
        row = int(np.argmax(np.diff(steps) <= 0)) + 1
        raise InputError(
            f"step {steps[row]} comes after step {steps[row - 1]}, expected steps that increase",
            where=where,
            hint="sort the rows by step, one row for each",
        )
    return steps


def _as_long(values: Any, steps: Ints, where: str) -> Floats:
    found = np.asarray(values, np.float64)
    if found.shape != steps.shape:
        raise InputError(f"has {len(found)} values, step has {len(steps)}", where=where)
    return found


def _checked(columns: Columns) -> Columns:
    """The columns of evaluations of a user's."""
    if not columns:
        return columns
    if "step" not in columns:
        raise InputError("has no column step", where="evaluations", hint="give the step of each evaluation")
    steps = _increasing(columns["step"], "evaluations.step")
    for name in columns.keys() - NOT_METRICS:
        _as_long(columns[name], steps, f"evaluations.{name}")
    return columns


def by_run(columns: Columns) -> dict[str, Columns]:
    """The columns of each run, without `run_id`; {} for no columns."""
    if not columns:
        return {}
    names = np.asarray(columns["run_id"])
    others = {name: np.asarray(values) for name, values in columns.items() if name != "run_id"}
    return {
        str(run): {name: values[mine] for name, values in others.items()}
        for run in dict.fromkeys(names.tolist())
        for mine in [names == run]
    }


def _series(windows: Columns, name: str, *, spans: Ints) -> Series:
    mean = np.asarray(windows[f"{name}.mean"], np.float64)
    count = np.asarray(windows.get(f"{name}.count", spans), np.float64)
    m2 = np.asarray(windows.get(f"{name}.m2", np.full(len(mean), np.nan)), np.float64)
    low, high = (
        np.asarray(windows.get(f"{name}.{statistic}", mean), np.float64) for statistic in ("min", "max")
    )
    there = count > 0
    sd = np.sqrt(np.where(there, m2, np.nan) / np.maximum(count, 1))
    mean, low, high = (np.where(there, values, np.nan) for values in (mean, low, high))
    return Series(count, mean, sd, low, high)


def _summary(values: Floats, starts: Ints) -> Series:
    if len(values) == 0:
        return Series(*[np.zeros(0)] * 5)
    finite = np.isfinite(values)
    count = np.add.reduceat(finite.astype(float), starts)
    total = np.maximum(count, 1)
    mean = np.add.reduceat(np.where(finite, values, 0), starts) / total
    rows = np.diff(np.append(starts, len(values)))
    squares = np.where(finite, values - np.repeat(mean, rows), 0) ** 2
    low = np.minimum.reduceat(np.where(finite, values, np.inf), starts)
    high = np.maximum.reduceat(np.where(finite, values, -np.inf), starts)
    sd = np.sqrt(np.add.reduceat(squares, starts) / total)
    there = count > 0
    return Series(count, *(np.where(there, found, np.nan) for found in (mean, sd, low, high)))


def _bursts(columns: Columns) -> tuple[Burst, ...]:
    if not columns:
        return ()
    number, step = (np.asarray(columns[name], np.int64) for name in ("burst", "step"))
    names = [name for name in columns if name not in ("burst", "step", "run_id")]
    values = {name: np.asarray(columns[name], np.float64) for name in names}
    found = [
        Burst(step[rows], {name: series[rows] for name, series in values.items()})
        for rows in (number == one for one in np.unique(number[number >= 0]))  # below are flight recorders
    ]
    return tuple(sorted(found, key=lambda burst: int(burst.step[0])))


def _evaluations(columns: Columns) -> Evaluations:
    if not columns:
        return Evaluations()
    values = {
        name: np.asarray(found, np.float64) for name, found in columns.items() if name not in NOT_METRICS
    }
    step = np.asarray(columns["step"], np.int64)
    return Evaluations(step, values, _histogram([*columns.get("mode_histogram", ())]))


def _histogram(rows: Sequence[Any]) -> Floats | None:
    """NaN where there was nothing to count; None where there never was."""
    modes = max((len(row) for row in rows if row is not None), default=0)
    filled = [np.full(modes, np.nan) if row is None else np.asarray(row, np.float64) for row in rows]
    return np.stack(filled) if modes else None
