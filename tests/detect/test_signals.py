"""The table: cut at any step, and how old its rows are."""

from __future__ import annotations

import pytest

from ganbench.detect import Facts, from_windows
from tests.detect.test_reading import recorded


@pytest.mark.parametrize("step", [-1, 7, 8, 30, 63, 99])
def test_until_keeps_what_was_whole_at_that_step(step: int) -> None:
    evaluations = {"step": [10, 40], "covered_share": [1.0, 0.5], "mode_histogram": [[1, 0], [0, 1]]}
    table = from_windows(
        recorded(),
        facts=Facts(),
        evaluations=evaluations,
        bursts={"burst": [0, 0], "step": [6, 9], "auc": [1, 2]},
    )
    cut = table.until(step)
    assert (cut.last <= step).all()
    assert len(cut) == sum(last <= step for last in table.last)
    assert all(len(series.mean) == len(cut) for series in cut.signals.values())
    assert len(cut.evaluations) == sum(s <= step for s in (10, 40))
    assert sum(len(burst.step) for burst in cut.bursts) == sum(s <= step for s in (6, 9))


def test_the_age_is_a_share_of_the_plan_counted_from_the_first_step() -> None:
    columns = {"first_step": [1000, 1100], "last_step": [1099, 1199], "auc.mean": [0.5, 0.5]}
    planned = from_windows(columns, facts=Facts(steps=400))
    assert planned.age(planned.last).tolist() == [0.25, 0.5]
    assert from_windows(columns, facts=Facts()).age(planned.last).tolist() == [0.5, 1.0]
