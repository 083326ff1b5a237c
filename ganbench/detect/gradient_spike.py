"""gradient-spike: single steps whose gradient is far above those just before, and those after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from ganbench.detect import exploding_gradient
from ganbench.detect.baselines import trailing_greatest, trailing_median
from ganbench.detect.detector import Detector, clear, fired, has, insufficient
from ganbench.detect.signals import Floats, Series, Table
from ganbench.detect.spells import Spell
from ganbench.detect.thresholds import Limits
from ganbench.records import Evidence, Finding

KIND: Final = "gradient-spike"
NORMS: Final = ("gradient_norm_d", "gradient_norm_g")


def check(table: Table, limits: Mapping[str, Limits]) -> Finding:
    own = limits[KIND]
    old = table.age(table.last) > own["after"]
    if old.sum() < own["windows"]:
        return insufficient(KIND, "fewer than twenty windows after the start")
    found = [_over(table, name, rows=int(own["windows"])) for name in NORMS if has(table, name)]
    ratio = np.where(old, np.fmax.reduce(found), np.nan)
    rows = np.flatnonzero(ratio >= own["ratio"])
    numbers: dict[str, Any] = {
        "statistic": "greatest gradient norm of a window over the next greatest around it",
        "value": float(np.nanmax(ratio, initial=0.0)),
        "null": 1.0,
        "threshold": own["ratio"],
    }
    if not len(rows):
        return clear(KIND, "no single step is far above those before and after it", **numbers)
    if exploding_gradient.DETECTOR(table, limits).status == "fired":
        return clear(KIND, "single steps stand out, of a run whose gradients explode", **numbers)
    at = rows[np.argmax(ratio[rows])]
    spell = Spell(
        int(table.first[rows[0]]),
        int(table.last[rows[-1]]),
        slice(int(rows[0]), int(rows[-1]) + 1),
        len(rows),
        int(old.sum()),
        strong=False,
        ongoing=True,
    )
    proof = Evidence(str(numbers["statistic"]), int(table.first[at]), int(table.last[at]), float(ratio[at]))
    reason = f"{len(rows)} of {spell.seen} windows hold a step whose gradient is far above all around it"
    return fired(KIND, reason, spell, severity="warn", evidence=(proof,), **numbers)


def _over(table: Table, name: str, *, rows: int) -> Floats:
    """[W], greatest norm of a window over the rest of it, or the greatest of the windows around if that is more.

    Steps with a lazy penalty in them are compared with their like. Norms that burst now and then are judged by
    their bursts: 1 where these are as far above the median before as this one is above them. NaN where nothing is
    known of what comes after: a level that stays is no spike, nor is its overshoot. Windows without a norm are skipped.
    """
    series = table.signals[name]
    rest, ratio = _rest(series), np.full(len(table), np.nan)
    for alike in like_with_like(table, name):
        chosen = alike[series.count[alike] > 0]
        norms = series.high[chosen]
        around = np.maximum(trailing_greatest(norms, rows), trailing_greatest(norms[::-1], rows)[::-1])
        over = norms / np.maximum(around, rest[chosen])
        rare = over * trailing_median(norms, rows) >= around
        ratio[chosen[:-1]] = np.where(rare, over, 1.0)[:-1]
    return ratio


def _rest(series: Series) -> Floats:
    """[W], mean of a window without its greatest value; 0 where there is no other."""
    others = series.count - 1
    return np.where(others > 0, (series.count * series.mean - series.high) / np.maximum(others, 1), 0.0)


def like_with_like(table: Table, name: str) -> list[Any]:
    """Rows [W] of windows whose norms may be compared: those with a penalised step in them, and the others."""
    if name != "gradient_norm_d" or not has(table, "penalised"):
        return [np.arange(len(table))]
    penalised = np.nan_to_num(table.signals["penalised"].high) > 0
    return [np.flatnonzero(penalised), np.flatnonzero(~penalised)]


DETECTOR: Final = Detector(
    KIND,
    "both",
    check,
    needs=("gradient_norm_d|gradient_norm_g",),
    null="greatest norm of a window about that of the windows around it; never compared with an absolute bound",
    false_positives=(
        "lazy penalties hide lower spikes, unless the table says which steps have one (penalised)",
        "a change of resolution, a warm restart, a new phase of the data",
        "norms after clipping, or before the loss scale is taken out",
    ),
)
