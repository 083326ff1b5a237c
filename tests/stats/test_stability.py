"""Stability scores on curves whose scores are known, and what must not change them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ganbench.stats.stability import (
    collapse_gap,
    cvar,
    cvar_of_differences,
    cvar_of_drawdown,
    drawdown,
    windowed_iqr,
)

curves = st.lists(st.floats(-100, 100), min_size=4, max_size=30)


@given(st.floats(-10, 10), st.floats(-10, 10), st.integers(2, 9))
def test_a_straight_line_does_not_jitter(start: float, slope: float, window: int) -> None:
    assert windowed_iqr(start + slope * np.arange(10), window) == pytest.approx(0, abs=1e-9)


def test_jitter_is_the_spread_of_the_changes_in_a_window() -> None:
    curve = np.random.default_rng(0).normal(size=12)
    changes = np.diff(curve)
    expected = np.mean([stats.iqr(changes[i : i + 4]) for i in range(len(changes) - 3)])
    assert windowed_iqr(curve, 4) == pytest.approx(expected)


@given(curves)
def test_jitter_does_not_see_level_trend_or_direction(curve: list[float]) -> None:
    plain = windowed_iqr(curve, 3)
    assert windowed_iqr(7 - np.array(curve) + 2 * np.arange(len(curve)), 3) == pytest.approx(plain, abs=1e-9)


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=30))
def test_cvar_of_everything_is_the_mean_and_of_almost_nothing_the_maximum(values: list[float]) -> None:
    assert cvar(values, share=1.0) == pytest.approx(np.mean(values), abs=1e-9)
    assert cvar(values, share=1 / (2 * len(values))) == pytest.approx(max(values))


def test_cvar_counts_the_last_value_by_a_fraction() -> None:
    assert cvar([1.0, 2.0, 3.0, 4.0], share=0.5) == 3.5
    assert cvar([1.0, 2.0, 3.0, 4.0], share=0.375) == pytest.approx((4 + 0.5 * 3) / 1.5)


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=30), st.floats(0.01, 1), st.floats(0.01, 1))
def test_cvar_falls_with_its_share(values: list[float], one: float, other: float) -> None:
    small, large = sorted([one, other])
    assert cvar(values, share=small) >= cvar(values, share=large) - 1e-9


@given(curves)
def test_drawdown_is_the_loss_since_the_best_so_far(curve: list[float]) -> None:
    expected = [max(curve[: t + 1]) - value for t, value in enumerate(curve)]
    assert drawdown(curve) == pytest.approx(expected)
    assert drawdown(-np.array(curve), better="lower") == pytest.approx(expected)


def test_a_run_that_only_improves_has_no_risk() -> None:
    rising = [1.0, 2.0, 4.0, 4.0]
    assert cvar_of_drawdown(rising) == 0
    assert cvar_of_differences(rising) == 0
    assert cvar_of_differences([1.0, 2.0, 4.0]) == pytest.approx(-1)


def test_a_collapse_shows_in_all_scores() -> None:
    curve = [0.0, 8.0, 8.0, 1.0]
    assert cvar_of_differences(curve) == pytest.approx(7)
    assert cvar_of_drawdown(curve) == pytest.approx(7)
    assert collapse_gap(curve) == 7
    assert collapse_gap([1.0, 8.0, 8.0, 2.0], of="ratio") == 4
    assert collapse_gap([90.0, 20.0, 60.0], better="lower", of="ratio") == 3


@given(curves)
def test_runs_are_scored_row_by_row(curve: list[float]) -> None:
    both = np.array([curve, curve[::-1]])
    for score in (cvar_of_differences, cvar_of_drawdown, collapse_gap, lambda rows: windowed_iqr(rows, 2)):
        assert score(both) == pytest.approx([float(score(row)) for row in both])


@pytest.mark.parametrize(
    "score", [cvar, cvar_of_differences, cvar_of_drawdown, collapse_gap, lambda curve: windowed_iqr(curve, 2)]
)
def test_a_nan_in_a_curve_shows(score) -> None:
    assert math.isnan(score([1.0, 2.0, math.nan, 3.0]))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: windowed_iqr([1.0, 2.0, 3.0], 3), "window is 3, expected 2 to 2"),
        (lambda: cvar([1.0], share=0.0), "share is 0.0"),
        (lambda: cvar([]), "no values"),
        (lambda: collapse_gap([]), "no evaluations"),
        (lambda: collapse_gap([1.0, 0.0], of="ratio"), "take the difference"),
        (lambda: cvar_of_differences([1.0]), "no values"),
    ],
)
def test_what_has_no_score_is_refused(call, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        call()
