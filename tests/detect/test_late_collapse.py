"""late-collapse: drawdown of distances and of shares."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.detect.late_collapse import of_distances, of_moments
from ganbench.detect.thresholds import limits
from tests.detect.pathologies import EVALUATED, ONSET, later
from tests.detect.runs import STEPS, Synthetic, healthy, since

KIND = "late-collapse"
OWN = limits()[KIND]
FLOOR = 0.04  # of the sliced Wasserstein distance, in these runs


def distance(values: np.ndarray, name: str = "sliced_wasserstein") -> Synthetic:
    return healthy().with_evaluations(**{"sliced_wasserstein": None, name: values})


def share(**values: np.ndarray) -> Synthetic:
    """No distance is on record."""
    return healthy().with_evaluations(sliced_wasserstein=None, **values)


def test_a_distance_has_to_rise_by_more_than_half() -> None:
    assert distance(later(0.33, 0.2)).find(KIND).status == "fired"
    assert distance(later(0.31, 0.2)).find(KIND).status == "clear"


def test_a_distance_has_to_rise_by_twice_what_real_samples_are_from_real_ones() -> None:
    small = 0.01
    assert distance(later(small + 2.1 * FLOOR, small)).find(KIND).status == "fired"
    assert distance(later(small + 1.9 * FLOOR, small)).find(KIND).status == "clear"


@pytest.mark.parametrize("name", ["fid", "energy_distance"])
def test_of_squares_the_roots_have_to_rise_so_much(name: str) -> None:
    assert distance(later(1.61**2, 1.0), name).find(KIND).status == "fired"
    assert distance(later(1.59**2, 1.0), name).find(KIND).status == "clear"


def test_an_unbiased_distance_below_nothing_is_nothing() -> None:
    """Energy distances of a good run scatter about 0."""
    noise = 1e-3 * np.random.default_rng(0).standard_normal(20)
    assert noise.min() < 0
    run = distance(noise, "energy_distance").with_facts(floors={})
    assert run.find(KIND).status == "clear"
    worse = distance(np.where(EVALUATED > ONSET, 0.1, noise), "energy_distance").with_facts(floors={})
    assert worse.find(KIND).status == "fired"


def test_a_distance_that_falls_and_one_that_was_never_good_have_lost_nothing() -> None:
    assert distance(later(0.05, 0.5)).find(KIND).status == "clear"
    assert distance(np.full(20, 3.0)).find(KIND).status == "clear"


def test_where_a_distance_is_on_record_shares_have_no_say() -> None:
    """Samples that are less sharp, and no farther from the data, are not a collapse."""
    blurred = {"high_quality": later(0.3, 0.8)}
    assert healthy().with_evaluations(**blurred).find(KIND).status == "clear"
    assert share(**blurred).find(KIND).status == "fired"


@pytest.mark.parametrize("name", ["covered_share", "high_quality"])
def test_a_quarter_of_the_best_share_has_to_be_lost(name: str) -> None:
    assert share(**{name: later(0.55, 0.8)}).find(KIND).status == "fired"
    assert share(**{name: later(0.65, 0.8)}).find(KIND).status == "clear"


def test_the_metric_that_lost_most_is_told() -> None:
    found = share(covered_share=later(0.7, 1.0), high_quality=later(0.1, 0.8)).find(KIND)
    assert (found.form, found.value) == ("high_quality", pytest.approx(0.875))
    assert found.evidence[0].value == pytest.approx(0.1)


def test_one_lucky_evaluation_is_not_the_best_and_an_unlucky_one_not_the_end() -> None:
    assert distance(np.where(EVALUATED == ONSET, 0.01, 0.1)).find(KIND).status == "clear"
    assert distance(np.where(EVALUATED == STEPS, 1.0, 0.1)).find(KIND).status == "clear"


def test_what_was_lost_and_came_back_is_no_collapse() -> None:
    dip = np.where((EVALUATED > 2000) & (EVALUATED <= 3000), 0.5, 0.05)
    assert distance(dip).find(KIND).status == "clear"


def test_what_was_lost_in_the_first_third_of_the_plan_is_not_late() -> None:
    early, late = (distance(np.where(onset < EVALUATED, 0.5, 0.05)) for onset in (800, 1400))
    assert early.find(KIND).status == "clear"
    assert (late.find(KIND).status, late.find(KIND).onset) == ("fired", 1600)


def test_the_onset_is_the_first_evaluation_nearer_to_the_end_than_to_the_best() -> None:
    slow = 0.05 + 0.4 * np.clip((EVALUATED - 2000) / 1000, 0, 1)
    found = distance(slow).find(KIND)
    assert (found.onset, found.last, found.severity) == (2600, STEPS, "error")


def test_too_few_evaluations_say_nothing() -> None:
    table = distance(later(0.5, 0.05)).table()
    assert len(table.until(8 * STEPS // 20).evaluations) == 8
    assert of_distances(table.until(8 * STEPS // 20), OWN) == []
    assert len(of_distances(table.until(9 * STEPS // 20), OWN)) == 1


@given(st.lists(st.floats(0.01, 10), min_size=9, max_size=40), st.floats(0.1, 10))
def test_the_loss_is_that_of_a_loop_over_running_medians_in_any_unit(
    values: list[float], unit: float
) -> None:
    width = max(3, round(0.15 * len(values)))
    medians = [float(np.median(values[i : i + width])) for i in range(len(values) - width + 1)]
    expected = medians[-1] / min(medians) - 1
    for scale in (1.0, unit):
        step = np.arange(1, len(values) + 1) * 100
        run = healthy().with_facts(floors={}).table()
        table = type(run)(
            run.first,
            run.last,
            run.signals,
            run.facts,
            run.bursts,
            type(run.evaluations)(step, {"distance": scale * np.array(values)}),
        )
        (found,) = of_distances(table, OWN)
        assert found.loss == pytest.approx(expected, rel=1e-9, abs=1e-9)


def log(**signals: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Synthetic:
    return healthy().without_evaluations().with_signals(**signals)


@pytest.mark.parametrize(("shift", "severity"), [(0.6, "warn"), (0.3, None)])
def test_from_the_log_alone_moments_that_leave_the_data_are_a_warning(
    shift: float, severity: str | None
) -> None:
    """One of two features, by that many deviations: the root mean square is 1/sqrt(2) of it."""
    found = log(fake_mean_0=lambda step, was: was + shift * (step >= 2000)).find(KIND)
    assert found.severity == severity
    if severity:
        assert found.form == "distance of the moments"
        assert found.onset == pytest.approx(2000, abs=100)


def test_samples_that_become_narrow_or_wide_leave_the_data_too() -> None:
    for width in (0.4, 2.0):
        assert log(fake_std_1=since(2000, width)).find(KIND).status == "fired"
        assert (
            log(fake_std_1=lambda step, was, width=width: np.where(step < 2000, width, was)).find(KIND).status
            == "clear"
        )


@given(st.floats(-3, 3), st.floats(0.1, 3), st.floats(0.5, 2))
def test_the_distance_of_the_moments_is_that_of_gaussians(mean: float, std: float, real: float) -> None:
    run = healthy().with_signals(fake_mean_0=mean, fake_std_0=std, fake_mean_1=0.0, fake_std_1=1.0)
    (found,) = of_moments(run.with_facts(real_std=(real, 1.0)).table(), limits())
    assert found.best == pytest.approx(np.sqrt((mean**2 + (std - real) ** 2) / real**2 / 2), abs=1e-9)


def test_a_distance_on_record_outweighs_the_moments_of_batches() -> None:
    moved = healthy().with_signals(fake_mean_0=since(2000, 3.0))
    assert moved.find(KIND).status == "clear"
    assert moved.without_evaluations().find(KIND).status == "fired"


def test_without_the_moments_of_the_data_a_log_says_nothing() -> None:
    assert log().with_facts(real_mean=()).find(KIND).status == "insufficient data"
