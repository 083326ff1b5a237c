"""Evaluations of a cell, taken apart into those of each run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


def by_run(looks: pd.DataFrame, *names: str) -> Iterator[tuple[Floats, ...]]:
    """These columns of each run, [T] each, NaN for what is empty. looks: as in `Section.looks`, one run after the other."""
    runs = looks["run_id"].to_numpy(dtype=str)
    starts = np.flatnonzero(runs[1:] != runs[:-1]) + 1
    columns = (np.split(looks[name].to_numpy(dtype=float, na_value=np.nan), starts) for name in names)
    return zip(*columns, strict=True)
