"""discriminator-overfitting: D knows its training data by heart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from ganbench.detect.baselines import median
from ganbench.detect.detector import Detector, clear, evidence, fired, insufficient
from ganbench.detect.nulls import auc_std
from ganbench.detect.signals import Table
from ganbench.detect.spells import unbroken
from ganbench.detect.thresholds import Limits
from ganbench.records import Finding

KIND: Final = "discriminator-overfitting"


def check(table: Table, limits: Mapping[str, Limits]) -> Finding:
    own, values, n = limits[KIND], table.evaluations.values, table.facts.audit or 1
    if len(table.evaluations) < own["evaluations"]:
        return insufficient(KIND, "fewer than three evaluations")
    gap = values["auc_train"] - values["auc_held_out"]
    bound = max(own["gap"], own["sigma"] * np.sqrt(2) * auc_std(n, n))
    spell = unbroken(gap > bound, table.evaluations.step, least=int(own["evaluations"]))
    numbers: dict[str, Any] = {
        "statistic": "AUC on training data less AUC on held-out data",
        "null": 0.0,
        "threshold": float(bound),
    }
    if spell is None:
        return clear(
            KIND, "D ranks held-out data as it ranks its training data", value=median(gap), **numbers
        )
    series = {"auc_train": values["auc_train"], "auc_held_out": values["auc_held_out"]}
    return fired(
        KIND,
        "D ranks its training data above held-out data of the same law",
        spell,
        severity="warn",
        value=median(gap[spell.rows]),
        evidence=evidence(series, spell),
        **numbers,
    )


DETECTOR: Final = Detector(
    KIND,
    "discriminator",
    check,
    needs=("evaluations.auc_train", "evaluations.auc_held_out"),
    facts=("audit",),
    null="0, with standard error sqrt(2) sqrt((2n + 1) / (12 n^2)) at n samples of each kind",
    false_positives=(
        "training and held-out data of two laws",
        "large models memorise and still make good samples: a warning, unless quality falls after it",
    ),
)
