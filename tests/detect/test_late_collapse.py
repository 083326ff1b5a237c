"""late-collapse: drawdown of shares and of distances."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.detect.late_collapse import smoothed
from tests.detect.pathologies import EVALUATED, ONSET, later
from tests.detect.runs import Synthetic, healthy

KIND = "late-collapse"
ABSENT = dict.fromkeys(("covered_share", "high_quality", "in_mode_std", "mode_histogram"))


def distance(values: np.ndarray) -> Synthetic:
    return healthy().with_evaluations(**ABSENT, sliced_wasserstein=values)


@pytest.mark.parametrize("name", ["covered_share", "high_quality"])
def test_a_quarter_of_the_best_share_has_to_be_lost(name: str) -> None:
    assert healthy().with_evaluations(**{name: later(0.55, 0.8)}).find(KIND).status == "fired"
    assert healthy().with_evaluations(**{name: later(0.65, 0.8)}).find(KIND).status == "clear"


def test_the_metric_that_lost_most_is_told() -> None:
    found = healthy().with_evaluations(covered_share=later(0.7, 1.0), high_quality=later(0.1, 0.8)).find(KIND)
    assert (found.form, found.value) == ("high_quality", pytest.approx(0.875))


def test_a_distance_has_to_double() -> None:
    assert distance(later(0.15, 0.05)).find(KIND).status == "fired"
    assert distance(later(0.09, 0.05)).find(KIND).status == "clear"


def test_a_distance_that_falls_and_one_that_was_never_good_have_lost_nothing() -> None:
    assert distance(later(0.05, 0.5)).find(KIND).status == "clear"
    assert distance(np.full(20, 3.0)).find(KIND).status == "clear"


def test_one_lucky_evaluation_is_not_the_best() -> None:
    lucky = np.where(EVALUATED == ONSET, 0.01, 0.1)
    assert distance(lucky).find(KIND).status == "clear"


def test_what_was_lost_and_came_back_is_a_warning() -> None:
    dip = np.where((EVALUATED > 2000) & (EVALUATED <= 3000), 0.3, 0.8)
    assert healthy().with_evaluations(high_quality=dip).find(KIND).severity == "warn"


def test_before_a_third_of_the_plan_quality_is_still_made() -> None:
    early = np.where(EVALUATED <= 400, 0.9, np.where(EVALUATED <= 1000, 0.3, 0.9))
    assert healthy().with_evaluations(high_quality=early).find(KIND).status == "clear"


@given(st.lists(st.floats(0, 1), min_size=3, max_size=12))
def test_smoothing_is_the_median_of_three(values: list[float]) -> None:
    found = smoothed(np.array(values))
    assert np.isnan(found[:2]).all()
    assert found[2:].tolist() == [sorted(values[i - 2 : i + 1])[1] for i in range(2, len(values))]
