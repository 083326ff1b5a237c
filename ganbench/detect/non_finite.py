"""non-finite: a loss, norm or logit that is NaN or infinite, and the signs just before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from ganbench.detect.baselines import median, reference
from ganbench.detect.detector import Detector, clear, evidence, fired, has, insufficient
from ganbench.detect.logits import MOMENTS, spread_of_windows
from ganbench.detect.signals import Bools, Floats, Table
from ganbench.detect.spells import Spell, unbroken
from ganbench.detect.thresholds import Limits
from ganbench.records import Finding

KIND: Final = "non-finite"
STATISTIC: Final = "numbers that are not finite in a step"


def check(table: Table, limits: Mapping[str, Limits]) -> Finding:
    own = limits[KIND]
    if len(table) == 0 and table.facts.diverged_at is None:
        return insufficient(KIND, "no step is on record")
    counts = _counts(table)
    numbers = {"statistic": STATISTIC, "value": float(counts.max(initial=0)), "null": 0.0, "threshold": 0.0}
    if (spell := _divergence(table, counts)) is not None:
        if table.facts.loss_scaling and _tolerated(table, own):
            return clear(KIND, "overflow in few steps, as loss scaling probes for it", **numbers)
        reason = f"a loss, a gradient or an output is not finite from step {spell.onset} on"
        return fired(KIND, reason, spell, severity="fatal", **numbers)
    return _early_sign(table, limits) or clear(KIND, "every recorded number is finite", **numbers)


def _counts(table: Table) -> Floats:
    """[W], the most numbers in one step of a window that were not finite."""
    found = table.signals.get("nonfinite")
    return np.zeros(len(table)) if found is None else np.nan_to_num(found.high)


def _divergence(table: Table, counts: Floats) -> Spell | None:
    bad = np.flatnonzero(counts > 0)
    at = table.facts.diverged_at
    if at is not None and (len(bad) or at <= table.end):
        return Spell(at, max(at, table.end), slice(0, 0), 1, 1, strong=True, ongoing=True)
    if len(bad) == 0:
        return None
    onset, last = int(table.first[bad[0]]), int(table.last[bad[-1]])
    rows = slice(int(bad[0]), int(bad[-1]) + 1)
    # No later good step takes it back: what was not finite has been in the weights.
    return Spell(onset, last, rows, len(bad), len(table), strong=True, ongoing=True)


def _tolerated(table: Table, own: Limits) -> bool:
    """Bad numbers per step bound the share of bad steps from above."""
    found = table.signals["nonfinite"]
    total = float((np.nan_to_num(found.mean) * found.count).sum())
    return table.facts.diverged_at is None and total < own["tolerated"] * float(found.count.sum())


def _early_sign(table: Table, limits: Mapping[str, Limits]) -> Finding | None:
    """Logits that float32 is about to lose; only a density ratio gives their size a meaning."""
    own = limits[KIND]
    if not all(has(table, name) for name in MOMENTS):
        return None
    spreads = spread_of_windows(table)
    base = median(spreads[reference(table, limits["baseline"])])
    grown: Bools = spreads > own["growth"] * base if base > 0 else np.zeros(len(table), bool)
    large = _largest(table) > own["logit"] if table.facts.density_ratio else np.zeros(len(table), bool)
    spell = unbroken(np.asarray(grown | large), table.last, least=3)
    if spell is None or not spell.ongoing or spreads[-1] < own["rise"] * spreads[max(-4, -len(spreads))]:
        return None
    return fired(
        KIND,
        "outputs of D are near what float32 can hold",
        spell,
        severity="warn",
        form="early sign",
        statistic="standard deviation of the logits",
        value=median(spreads[spell.rows]),
        null=base,
        threshold=own["growth"] * base,
        evidence=evidence({"spread of logits": spreads}, spell),
    )


def _largest(table: Table) -> Floats:
    """[W], the greatest |mean logit|."""
    means = [np.abs(table.signals[name].mean) for name in ("real_logit_mean", "fake_logit_mean")]
    return np.asarray(np.maximum(*means))


DETECTOR: Final = Detector(
    KIND,
    "both",
    check,
    needs=("nonfinite|loss_d",),
    null="0",
    false_positives=(
        "a GradScaler probes for overflow on purpose: say so in the facts (loss_scaling)",
        "a log that writes NaN for 'no value': only the signal nonfinite and a recorded divergence count",
    ),
)
