"""Moments of the fakes of a batch beside those of real samples, feature by feature."""

from __future__ import annotations

from dataclasses import dataclass

from ganbench.detect.blocks import Blocks
from ganbench.detect.detector import has
from ganbench.detect.signals import Floats


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature over N blocks. mean, std: [N], of the fakes of a batch; real_mean, real_std: of the data, std above 0."""

    mean: Floats
    std: Floats
    real_mean: float
    real_std: float


def compared(blocks: Blocks) -> list[Feature]:
    """Every feature that varies over the data and has both moments on record, of samples and of data."""
    table, facts = blocks.table, blocks.table.facts
    known = min(len(facts.real_mean), len(facts.real_std))
    return [
        Feature(
            blocks.mean(f"fake_mean_{k}"),
            blocks.mean(f"fake_std_{k}"),
            facts.real_mean[k],
            facts.real_std[k],
        )
        for k in table.features
        if k < known and facts.real_std[k] > 0 and has(table, f"fake_std_{k}")
    ]
