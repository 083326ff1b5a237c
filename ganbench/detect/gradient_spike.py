"""gradient-spike: single steps whose gradient is far above those just before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from ganbench.detect.baselines import log_norm_z, trailing_median
from ganbench.detect.detector import Detector, clear, fired, has, insufficient
from ganbench.detect.signals import Bools, Floats, Table
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
    found = [_spikes(table, name, limits) for name in NORMS if has(table, name)]
    ratio, spiked = np.fmax.reduce([one[0] for one in found]), np.any([one[1] for one in found], axis=0)
    spiked &= old
    numbers: dict[str, Any] = {
        "statistic": "greatest gradient norm of a window over the median of those before",
        "value": float(np.nanmax(np.where(old, ratio, np.nan), initial=0.0)),
        "null": 1.0,
        "threshold": own["ratio"],
    }
    if not spiked.any():
        return clear(KIND, "no norm is far above those before it", **numbers)
    rows = np.flatnonzero(spiked)
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
    reason = f"{len(rows)} of {spell.seen} windows hold a gradient far above those before"
    return fired(KIND, reason, spell, severity="warn", evidence=(proof,), **numbers)


def _spikes(table: Table, name: str, limits: Mapping[str, Limits]) -> tuple[Floats, Bools]:
    """[W] each: greatest norm over the median of those before, and whether it is a spike.

    Steps with a lazy penalty in them are compared with their like.
    """
    own, greatest = limits[KIND], table.signals[name].high
    ratio, z = np.full(len(table), np.nan), np.full(len(table), np.nan)
    for rows in like_with_like(table, name):
        before = trailing_median(greatest[rows], int(own["windows"]))
        ratio[rows] = greatest[rows] / np.where(before > 0, before, np.nan)
        z[rows] = log_norm_z(ratio[rows], ratio[rows], limits["baseline"])
    return ratio, np.asarray((ratio >= own["ratio"]) & (z > own["z"]) & _lone(ratio, own))


def _lone(ratio: Floats, own: Limits) -> Bools:
    """A level that stays is no spike: the next windows are not up there with it."""
    up = np.nan_to_num(ratio) >= own["ratio"]
    neighbours = np.convolve(up.astype(int), np.ones(5, int), "same")
    return np.asarray(up & (neighbours <= 2))


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
    null="greatest norm of a window about that of the windows before; never compared with an absolute bound",
    false_positives=(
        "lazy penalties: their steps are compared with each other, if the table says which they are (penalised)",
        "a change of resolution, a warm restart, a new phase of the data",
        "norms after clipping, or before the loss scale is taken out",
    ),
)
