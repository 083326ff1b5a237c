"""A share knows its count, its n and its interval."""

from __future__ import annotations

import pytest

from ganbench.stats.intervals import wilson
from ganbench.validation.share import Share


def test_a_share_counts_the_true_ones_among_all() -> None:
    found = Share.of([True, False, True, [], "x"])
    assert (found.count, found.n, found.value) == (3, 5, 0.6)
    assert (found.low, found.high) == pytest.approx(tuple(wilson(3, 5)))


def test_of_nothing_nothing_is_known() -> None:
    assert Share.of([]) == Share(0, 0, 0.0, 1.0)
    assert Share.of([]).value is None


def test_no_false_alarm_in_150_runs_bounds_the_rate_at_two_and_a_half_percent() -> None:
    assert Share.counted(0, 150).high == pytest.approx(0.025, abs=5e-4)
