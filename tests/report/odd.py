"""Results that are hard to lay out: two data sets, numeric axes, images, failures of several kinds, odd and long names."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image

from tests.report.results import (
    COVERED,
    QUALITY,
    SUITE,
    bursts_of,
    content,
    evaluations_of,
    plan,
    runs_of,
    windows_of,
)
from tests.store.example import opened

SPECIAL: Final = r"50 %_a & b # c + d ~ e ^ f \ {g} $h$ <i> | \"j\" -- k"
LONG: Final = "non-saturating+r1-gamma-0.1+spectral-norm/generator-three-steps+exponential-moving-average"
STARRED: Final = "[0, 1]"
NAMES: Final = (STARRED, SPECIAL, LONG, "* first", "γ = 0.1 → 1", "Ångström", "naïve")
CLIFF: Final = {
    (lr, gamma): round(9 * (lr > 1e-3) * (gamma < 5)) for lr in (1e-4, 1e-3, 1e-2) for gamma in (1, 10)
}


def write_odd(root: Path) -> Path:
    """Seven oddly named cells on a ring, six over two numeric axes on digits; ten seeds each."""
    cells = [(name, _odd(name, number)) for number, name in enumerate(NAMES)]
    cells += [(f"digits/{lr}/{gamma}", _digits(lr, gamma, failed)) for (lr, gamma), failed in CLIFF.items()]
    planned = plan(*((name, seed) for name, _ in cells for seed in range(10)))
    with opened(root, planned=planned, suite_text=SUITE) as results:
        for number, (_, rows) in enumerate(cells):
            ids = [row["run_id"] for row in rows]
            results.commit(
                f"p{number}",
                runs=rows,
                evaluations=evaluations_of(rows),
                windows=[windows_of(ids)],
                bursts=[bursts_of(ids)],
                samples={row["sample_grid"]: grid() for row in rows[:1] if "sample_grid" in row},
            )
    return root


def grid() -> bytes:
    """A grid of noise, as PNG."""
    made = io.BytesIO()
    pixels = np.random.default_rng(0).integers(0, 255, (64, 128), dtype=np.uint8)
    Image.fromarray(pixels).save(made, "png")
    return made.getvalue()


def _odd(name: str, number: int) -> list[dict[str, Any]]:
    criteria: list[str | None] = [None] * (10 - number) + [COVERED, QUALITY, "non-finite"][: min(number, 3)]
    metrics = {f"final.{metric}": 0.5 + number / 7 for metric in ("distance", "reverse_kl", "in_mode_std")}
    wide = {
        f"final.{metric}": 1e-3 * number
        for metric in ("covered_modes_3", "sliced_wasserstein", "sliced_wasserstein_2", "energy_distance")
    }
    return _rows(name, criteria + [COVERED] * (10 - len(criteria)), **metrics, **wide)


def _digits(lr: float, gamma: float, failed: int) -> list[dict[str, Any]]:
    name = f"digits/{lr}/{gamma}"
    criteria = [COVERED] * failed + [None] * (10 - failed)
    setting = content(data={"name": "digits"})
    return _rows(
        name,
        criteria,
        content=json.dumps(setting),
        evaluation_id="d" * 12,
        sample_grid=f"{name}/seeds-0-9.png",
        **{"axis.data": "digits", "axis.method": None, "axis.lr": str(lr), "axis.gamma": str(gamma)},
    )


def _rows(name: str, criteria: Sequence[str | None], **changes: Any) -> list[dict[str, Any]]:
    axes = {"axis.data": "ring", "axis.method": name}
    return runs_of(name, criteria, **(axes | changes))
