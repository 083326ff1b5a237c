"""Permutation tests against scipy, against all deals, and the rule that p is never 0."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ganbench.stats.permutation import (
    all_deals,
    brunner_munzel,
    difference_of_means,
    permutation_test,
    studentised_wins,
)

ALTERNATIVES = ["two-sided", "greater", "less"]


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("alternative", ALTERNATIVES)
@given(seed=st.integers(0, 50), n1=st.integers(2, 6), n2=st.integers(2, 6))
@settings(max_examples=25)
def test_few_runs_are_dealt_in_all_ways_as_scipy_does(alternative, seed: int, n1: int, n2: int) -> None:
    ours, theirs = generator(seed).normal(size=n1), generator(seed + 100).normal(size=n2)
    expected = stats.permutation_test(
        (ours, theirs), lambda a, b: np.mean(a) - np.mean(b), alternative=alternative, n_resamples=np.inf
    ).pvalue
    found = permutation_test(ours, theirs, rng=generator(), alternative=alternative)
    assert found.p == pytest.approx(expected)
    assert found.method == "exact"


def test_many_runs_are_dealt_at_random_and_p_is_never_0() -> None:
    found = permutation_test(np.arange(30.0), 1000 + np.arange(30.0), rng=generator())
    assert found.p == pytest.approx(2 / 20_001)
    assert found.attainable == pytest.approx(2 / 20_001)
    assert found.method == "20,000 random deals"


def test_random_deals_agree_with_the_t_test_on_normal_values() -> None:
    ours, theirs = generator(1).normal(size=40), generator(2).normal(0.5, size=40)
    found = permutation_test(ours, theirs, rng=generator())
    assert found.p == pytest.approx(stats.ttest_ind(ours, theirs).pvalue, abs=0.01)


def test_the_same_generator_gives_the_same_p() -> None:
    samples = generator(1).normal(size=20), generator(2).normal(size=20)
    assert permutation_test(*samples, rng=generator(3)) == permutation_test(*samples, rng=generator(3))


def test_all_deals_are_all_choices_once() -> None:
    deals = all_deals(6, 2)
    assert deals.shape == (15, 6)
    assert (deals.sum(axis=1) == 2).all()
    assert len({tuple(row) for row in deals.tolist()}) == 15


def test_under_the_null_p_is_below_alpha_at_most_that_often() -> None:
    drawn = generator(4).lognormal(size=(400, 10))
    p = [permutation_test(row[:5], row[5:], rng=generator()).p for row in drawn]
    assert np.mean([value <= 0.05 for value in p]) <= 0.08


@given(st.integers(0, 50), st.integers(3, 12), st.integers(3, 12))
@settings(max_examples=25)
def test_the_statistic_of_brunner_and_munzel_is_scipys(seed: int, n1: int, n2: int) -> None:
    ours, theirs = generator(seed).normal(size=n1), generator(seed + 100).normal(size=n2)
    found = studentised_wins(np.concatenate([ours, theirs]), np.arange(n1 + n2)[None, :] < n1)[0]
    if math.isfinite(found):
        assert found == pytest.approx(-stats.brunnermunzel(ours, theirs).statistic)


def test_brunner_munzel_with_many_runs_approaches_scipys_p() -> None:
    ours, theirs = generator(5).normal(size=40), generator(6).normal(0.4, 3.0, size=40)
    assert brunner_munzel(ours, theirs, rng=generator()).p == pytest.approx(
        stats.brunnermunzel(ours, theirs).pvalue, abs=0.02
    )


def test_complete_separation_is_the_largest_statistic_and_not_an_error() -> None:
    found = brunner_munzel([1.0, 2.0, 3.0, 4.0, 5.0], [6.0, 7.0, 8.0, 9.0, 10.0], rng=generator())
    assert found.p == found.attainable == pytest.approx(2 / math.comb(10, 5))


def test_equal_and_infinite_values_have_a_p() -> None:
    assert brunner_munzel([8.0] * 5, [8.0] * 5, rng=generator()).p == 1
    assert brunner_munzel([8.0, math.inf, 7.0], [1.0, 2.0, 3.0], rng=generator()).p == pytest.approx(0.1)


def test_unequal_spread_alone_does_not_make_it_small() -> None:
    drawn = zip(generator(7).normal(0, 1, (200, 6)), generator(8).normal(0, 6, (200, 6)), strict=True)
    assert np.mean([brunner_munzel(ours, theirs, rng=generator()).p < 0.05 for ours, theirs in drawn]) < 0.1


def test_means_of_infinite_values_and_single_runs_are_refused() -> None:
    with pytest.raises(ValueError, match="ranks take infinite ones"), np.errstate(invalid="ignore"):
        permutation_test([1.0, math.inf], [1.0, 2.0], rng=generator())
    with pytest.raises(ValueError, match="a cell of one run"):
        brunner_munzel([1.0], [1.0, 2.0], rng=generator())


def test_difference_of_means_is_that() -> None:
    values, deals = np.array([1.0, 2.0, 6.0]), all_deals(3, 1)
    assert difference_of_means(values, deals) == pytest.approx([1 - 4, 2 - 3.5, 6 - 1.5])
