"""Probability of improvement against scipy's U, its interval against its own equation, seeds against simulation."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ganbench.stats.improvement import (
    improvement_limits,
    noether_seeds,
    probability_of_improvement,
    sign_seeds,
)
from ganbench.stats.rank_tests import mann_whitney

samples = st.lists(st.sampled_from([0.0, 3.0, 7.0, 8.0, math.inf]), min_size=1, max_size=15)


@given(samples, samples)
def test_it_is_the_u_statistic_over_all_pairs(ours: list[float], theirs: list[float]) -> None:
    expected = stats.mannwhitneyu(ours, theirs).statistic / (len(ours) * len(theirs))
    assert probability_of_improvement(ours, theirs).value == pytest.approx(expected)


@given(samples, samples)
def test_it_mirrors_cells_and_direction(ours: list[float], theirs: list[float]) -> None:
    value, (low, high) = probability_of_improvement(ours, theirs)
    assert 0 <= low <= value + 1e-9
    assert value - 1e-9 <= high <= 1
    for mirrored in (
        probability_of_improvement(theirs, ours),
        probability_of_improvement(ours, theirs, better="lower"),
    ):
        assert mirrored.value == pytest.approx(1 - value)
        assert mirrored.interval == pytest.approx((1 - high, 1 - low), abs=1e-8)


@given(st.floats(0.01, 0.99), st.integers(2, 50), st.integers(2, 50))
def test_the_ends_lie_where_the_equation_says(p: float, n1: int, n2: int) -> None:
    weight = (n1 + n2) / 2 - 1
    for q in improvement_limits(p, n1, n2):
        variance = q * (1 - q) * (1 + weight * ((1 - q) / (2 - q) + q / (1 + q))) / (n1 * n2)
        assert abs(p - q) == pytest.approx(stats.norm.ppf(0.975) * math.sqrt(variance), rel=1e-6)


def test_complete_separation_leaves_room() -> None:
    value, (low, high) = probability_of_improvement(np.arange(5) + 10, np.arange(5))
    assert (value, high) == (1, 1)
    assert 0.5 < low < 0.75


def test_more_runs_narrow_it() -> None:
    widths = [np.diff(improvement_limits(0.7, n, n))[0] for n in (5, 10, 30)]
    assert widths == sorted(widths, reverse=True)


def test_noethers_seeds_find_the_effect_about_as_often_as_asked() -> None:
    shift = math.sqrt(2) * stats.norm.ppf(0.8)
    n = noether_seeds(0.8)
    assert n == math.ceil((1.959964 + 0.841621) ** 2 / (6 * 0.09))
    rng = np.random.default_rng(0)
    p = [mann_whitney(rng.normal(shift, size=n), rng.normal(size=n)).p for _ in range(400)]
    assert 0.7 <= np.mean([value < 0.05 for value in p]) <= 0.9


def test_sign_seeds_are_those_of_a_coin() -> None:
    assert sign_seeds(0.75) == math.ceil((1.959964 + 0.841621) ** 2 / (4 * 0.0625))
    assert sign_seeds(0.25) == sign_seeds(0.75)


@pytest.mark.parametrize("value", [0.5, 1.2, -0.1])
def test_no_number_of_seeds_finds_nothing(value: float) -> None:
    with pytest.raises(ValueError, match="probability of improvement is"):
        noether_seeds(value)


def test_nan_and_unknown_directions_are_refused() -> None:
    with pytest.raises(ValueError, match="NaN"):
        probability_of_improvement([math.nan], [1.0])
    with pytest.raises(ValueError, match="expected 'higher' or 'lower'"):
        probability_of_improvement([1.0], [1.0], better="up")
