"""How far what a detector measured lies beyond its threshold, in a unit that all its statistics share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ganbench.detect.diagnose import CERTIFICATE
from ganbench.detect.signals import Floats
from ganbench.records import Finding


def margins(found: Sequence[Finding]) -> Floats:
    """Of findings of one kind, [n]: 0 at the null value, 1 at the threshold, more beyond; NaN where nothing was measured.

        m = 1 + s (value - threshold) / |threshold - null|,  s = sign(threshold - null)

    For the certificate the null value is what it looks for, so s is the other sign. Where null is not known or is the
    threshold itself, s is the side of the threshold on which the median finding of that statistic fired (NaN where
    none did), and the unit the threshold, or 1 if that is 0.
    """
    sides = _sides(found)
    return np.array([_margin(one, sides.get(one.statistic, np.nan)) for one in found], float)


def _margin(one: Finding, side: float) -> float:
    if one.value is None or one.threshold is None:
        return float("nan")
    unit = abs(one.threshold) or 1.0
    if one.null is not None and one.null != one.threshold:
        side = np.sign(one.threshold - one.null) * (-1 if one.kind == CERTIFICATE else 1)
        unit = abs(one.threshold - one.null)
    return float(1 + side * (one.value - one.threshold) / unit)


def _sides(found: Sequence[Finding]) -> dict[str, float]:
    """By statistic: 1 where high values fire, -1 where low ones do, by those that did."""
    beyond: dict[str, list[float]] = {}
    for one in found:
        if one.status == "fired" and one.value is not None and one.threshold is not None:
            beyond.setdefault(one.statistic, []).append(one.value - one.threshold)
    return {name: 1.0 if np.median(values) >= 0 else -1.0 for name, values in beyond.items()}
