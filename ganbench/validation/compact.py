"""Examples made small: what the detectors read, as rounded single-precision Parquet, some ten kilobytes a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ganbench.detect.blocks import blocks_of
from ganbench.detect.signals import Burst, Evaluations, Floats, Ints, Series, Table
from ganbench.detect.thresholds import limits
from ganbench.validation.examples import Example, Part, file

if TYPE_CHECKING:
    import pyarrow as pa

EXTREMES: Final = ("nonfinite", "gradient_norm_", "update_norm_", "penalised")  # read by their greatest value
PATH: Final = ("fake_mean_",)  # read by all of their statistics
WINDOW_BY_WINDOW: Final = (*PATH, "gradient_norm_", "penalised", "weight_norm_")
IN_BLOCKS: Final = (
    *("nonfinite", "update_norm_"),
    *("auc", "attenuation", "implied_", "pairwise_distance", "duplicate_rate", "update_ratio_", "loss_d"),
    *(
        f"{side}_logit_{what}"
        for side in ("real", "fake", "generator")
        for what in ("mean", "std", "positive")
    ),
    "fake_std_",
)
EVERY_STEP: Final = ("fake_mean_",)  # fast cycles
SOME_STEPS: Final = (  # losses of their logits
    *("loss_d", "loss_g"),
    *(f"{side}_logit_{what}" for side in ("real", "fake", "generator") for what in ("mean", "std")),
)
RULES: Final = ("loss_d", "loss_g", "gradient_norm_g")  # what rules of other tools read step by step
BURSTS: Final = 2  # the last so many of a run
MANTISSA: Final = 12  # bits that are kept of the 23 of single precision: a relative error of 1.2e-4
FIRST: Final = 64  # steps of a burst in which losses can be held against their logits


def slim(example: Example) -> Example:
    """With the signals of bursts that detectors and transplanted rules read, all windows: what fits into memory."""
    wanted = (*EVERY_STEP, *SOME_STEPS, *RULES)
    bursts = tuple(
        Burst(one.step, {name: values for name, values in one.values.items() if _among(name, wanted)})
        for one in example.table.bursts
    )
    return replace(example, table=replace(example.table, bursts=bursts))


def compact(table: Table) -> Table:
    """Signals that are read block by block once a block, the last bursts thinned, everything in single precision.

    Detectors see the same numbers up to rounding.
    """
    width = blocks_of(table, limits()["blocks"]).width
    starts = np.arange(0, len(table), width)
    signals = {
        name: _single_series(series) if _among(name, WINDOW_BY_WINDOW) else _merged(series, starts)
        for name, series in table.signals.items()
        if _among(name, (*WINDOW_BY_WINDOW, *IN_BLOCKS))
    }
    return Table(
        table.first,
        table.last,
        signals,
        table.facts,
        tuple(_thinned(one) for one in table.bursts[-BURSTS:]),
        _single(table.evaluations),
    )


def keep(examples: Iterable[Example], folder: Path, *, name: str = "kept") -> None:
    """Write compacted examples as pieces of a corpus, which `examples.read` reads: NAME-0, NAME-1, ...

    A piece holds the runs that have the same columns, so that no column is empty in some of its runs. Raises
    StorageError.
    """
    from ganbench.store.atomic import write_bytes

    groups: dict[tuple[frozenset[str], ...], list[Example]] = {}
    for one in examples:
        small = replace(one, table=compact(one.table))
        groups.setdefault(_names(small.table), []).append(small)
    for number, group in enumerate(groups.values()):
        for part, table in _tables(group).items():
            write_bytes(file(folder, f"{name}-{number}", part), _parquet(table))


def _names(table: Table) -> tuple[frozenset[str], ...]:
    return frozenset(table.signals), frozenset(table.evaluations.values)


def _tables(examples: Sequence[Example]) -> dict[Part, pa.Table]:
    """In the order in which they are written: truth last, the mark of a complete piece."""
    return {
        "runs": _rows([dict(one.run) for one in examples]),
        "windows": _columns(examples, _windows),
        "bursts": _columns(examples, _bursts),
        "evaluations": _columns(examples, _evaluations),
        "truth": _rows(_truth(examples)),
    }


def _among(name: str, wanted: Sequence[str]) -> bool:
    return name.startswith(tuple(wanted))


def _single_series(series: Series) -> Series:
    return Series(series.count, *map(_rounded, (series.mean, series.sd, series.low, series.high)))


def _merged(series: Series, starts: Ints) -> Series:
    """Each block in its first window, the others empty. Counts add, means are weighted by them, the greatest is that of
    all; the rest is not kept.
    """
    if not len(starts):
        return series
    count = np.add.reduceat(series.count, starts)
    total = np.add.reduceat(series.count * np.nan_to_num(series.mean), starts)
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    high = np.fmax.reduceat(series.high, starts)

    def spread(values: Floats, empty: float) -> Floats:
        found = np.full(len(series.count), empty)
        found[starts] = values
        return found

    mean = spread(_rounded(mean), np.nan)
    return Series(spread(count, 0.0), mean, np.full(len(mean), np.nan), mean, spread(_rounded(high), np.nan))


def _rounded(values: Floats) -> Floats:
    """To the nearest number in single precision with MANTISSA bits: what is noise anyway does not fill the disk."""
    with np.errstate(over="ignore"):
        single = np.ascontiguousarray(values, np.float32)
    lost = 23 - MANTISSA
    bits = (single.view(np.uint32) + np.uint32(1 << (lost - 1))) & np.uint32(
        (0xFFFFFFFF << lost) & 0xFFFFFFFF
    )
    return np.where(np.isfinite(single), bits.view(np.float32), single).astype(np.float64)


def _thinned(burst: Burst) -> Burst:
    early = np.arange(len(burst.step)) < FIRST
    values = {
        name: _rounded(found if _among(name, EVERY_STEP) else np.where(early, found, np.nan))
        for name, found in burst.values.items()
        if _among(name, (*EVERY_STEP, *SOME_STEPS))
    }
    return Burst(burst.step, values)


def _single(evaluations: Evaluations) -> Evaluations:
    values = {name: _rounded(found) for name, found in evaluations.values.items()}
    return Evaluations(evaluations.step, values, evaluations.histogram)


def _windows(table: Table) -> dict[str, Any]:
    columns: dict[str, Any] = {"first_step": table.first, "last_step": table.last}
    for name, series in table.signals.items():
        columns[f"{name}.count"] = series.count.astype(np.float32)
        columns[f"{name}.mean"] = series.mean.astype(np.float32)
        if _among(name, (*EXTREMES, *PATH)):
            columns[f"{name}.max"] = series.high.astype(np.float32)
        if _among(name, PATH):
            columns[f"{name}.min"] = series.low.astype(np.float32)
            columns[f"{name}.m2"] = (np.square(series.sd) * series.count).astype(np.float32)
    return columns


def _bursts(table: Table) -> dict[str, Any]:
    if not table.bursts:
        return {}
    names = list(table.bursts[0].values)
    columns = {name: np.concatenate([one.values[name] for one in table.bursts]) for name in names}
    return {
        "burst": np.repeat(np.arange(len(table.bursts)), [len(one.step) for one in table.bursts]),
        "step": np.concatenate([one.step for one in table.bursts]),
        **{name: values.astype(np.float32) for name, values in columns.items()},
    }


def _evaluations(table: Table) -> dict[str, Any]:
    found = table.evaluations
    columns: dict[str, Any] = {"step": found.step}
    columns |= {name: values.astype(np.float32) for name, values in found.values.items()}
    if found.histogram is not None:
        columns["mode_histogram"] = [
            None if np.isnan(row).any() else row.astype(np.int32).tolist() for row in found.histogram
        ]
    return columns


def _truth(examples: Iterable[Example]) -> list[dict[str, Any]]:
    return [
        {"run_id": one.run["run_id"], "kind": kind, **asdict(label)}
        for one in examples
        for kind, label in one.truth.items()
    ]


def _rows(rows: list[dict[str, Any]]) -> pa.Table:
    import pyarrow as pa

    names = dict.fromkeys(name for row in rows for name in row)
    return pa.table({name: [row.get(name) for row in rows] for name in names})


def _columns(examples: Iterable[Example], of: Callable[[Table], dict[str, Any]]) -> pa.Table:
    """The columns of every run below each other."""
    import pyarrow as pa

    made = [
        pa.table({"run_id": [one.run["run_id"]] * len(next(iter(columns.values()))), **columns})
        for one in examples
        if (columns := of(one.table))
    ]
    return pa.concat_tables(made, promote_options="permissive") if made else pa.table({"run_id": []})


def _parquet(table: pa.Table) -> bytes:
    """Bytes of a number lie apart, so that those that rounding made 0 take no room; counts and texts repeat."""
    import io

    import pyarrow.parquet as pq

    numbers = [
        one.name for one in table.schema if str(one.type) == "float" and not one.name.endswith(".count")
    ]
    others = [name for name in table.column_names if name not in numbers]
    made = io.BytesIO()
    pq.write_table(
        table,
        made,
        compression="zstd",
        compression_level=19,
        use_dictionary=others,
        column_encoding=dict.fromkeys(numbers, "BYTE_STREAM_SPLIT"),
    )
    return made.getvalue()
