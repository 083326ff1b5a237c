"""Results of suites in memory: the columns that tables look at."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from benchmarks.suite_table import Cell, cells_of


def run(data: str, hack: str, seed: int, *, failed: bool, **changes: object) -> dict[str, object]:
    return {
        "cell": f"{data}/{hack}",
        "axis.data": data,
        "axis.hack": hack,
        "seed": seed,
        "status": "failed" if failed else "healthy",
        "fingerprint": "one",
        "seconds": 1.5,
        "modes": 8,
        "final.covered_modes": 3.0 if failed else 8.0,
        "final.high_quality": 0.5,
        "final.reverse_kl": 0.25,
        "final.sliced_wasserstein": 0.125,
        "floor.sliced_wasserstein": 0.04,
    } | changes


def runs(data: str, hack: str, failed: int, n: int = 10) -> list[dict[str, object]]:
    return [run(data, hack, seed, failed=seed < failed) for seed in range(n)]


def cells(*groups: Sequence[dict[str, object]]) -> list[Cell]:
    return cells_of(pd.DataFrame([one for group in groups for one in group]))
