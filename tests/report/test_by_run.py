"""Evaluations are taken apart where the run changes, and nowhere else."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from ganbench.report.by_run import by_run

runs = st.lists(st.lists(st.floats(-9, 9) | st.none(), min_size=1, max_size=6), min_size=1, max_size=6)


@given(runs)
def test_each_run_has_its_own_values(curves: list[list[float | None]]) -> None:
    rows = [(f"run-{r}", step, v) for r, curve in enumerate(curves) for step, v in enumerate(curve)]
    looks = pd.DataFrame(rows, columns=["run_id", "step", "value"])
    found = list(by_run(looks, "value", "step"))
    assert len(found) == len(curves)
    for (values, steps), curve in zip(found, curves, strict=True):
        np.testing.assert_array_equal(values, np.array(curve, dtype=float))
        assert steps.tolist() == [*range(len(curve))]
