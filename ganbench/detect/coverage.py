"""What D's outputs imply of the samples' coverage, and when they may be read that way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganbench.detect.blocks import Blocks
from ganbench.detect.detector import has
from ganbench.detect.nulls import collapsed_auc
from ganbench.detect.signals import Bools, Floats
from ganbench.detect.thresholds import Limits

SIGNALS = ("implied_coverage", "implied_precision", "auc")


@dataclass(frozen=True, slots=True)
class Implied:
    """[N] each: coverage c = E_fake[e^l], precision = E_real[e^-l], AUC, and where they are readable.

    For D* the first is the data mass that the samples cover, the second the share of the samples on the
    data, and AUC is 1 - c/2. A D whose two readings of c disagree is not near D*.
    """

    coverage: Floats
    precision: Floats
    auc: Floats
    readable: Bools


def implied(blocks: Blocks, own: Limits) -> Implied | None:
    """None for a table without these signals. own: the thresholds of mode-collapse."""
    if not all(has(blocks.table, name) for name in SIGNALS):
        return None
    c, precision, auc = (blocks.mean(name) for name in SIGNALS)
    informed = (auc > own["auc_least"]) & (auc < own["auc_most"])
    calibrated = np.abs(auc - collapsed_auc(c)) < own["calibration"]
    on_data = precision >= own["precision"]
    return Implied(c, precision, auc, np.asarray(informed & calibrated & on_data))
