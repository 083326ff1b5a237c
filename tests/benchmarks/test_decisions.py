"""Verdicts and sequential comparisons: the claims of docs/statistics.md, on fewer courses."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import decisions


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.5])
@pytest.mark.parametrize("n", [5, 10, 30])
def test_verdicts_call_equal_rates_different_in_at_most_five_percent(rate: float, n: int) -> None:
    chances = decisions.verdict_chances(rate, rate, n)
    assert sum(chances.values()) == pytest.approx(1)
    assert chances["better"] + chances["worse"] <= 0.05
    assert decisions.verdict_chances(rate, rate + 0.2, n)["same"] <= 0.05


def test_courses_end_as_the_page_says() -> None:
    said, used = decisions.courses(0.5, 0.5, 100)
    assert np.isin(said, ("better", "worse")).mean() <= 0.07
    said, used = decisions.courses(0.0, 0.9, 100)
    assert (said == "better").all()
    assert 8 <= used.mean() <= 10
