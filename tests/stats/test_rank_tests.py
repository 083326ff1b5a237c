"""Rank tests against scipy where it is exact, and against all deals and all signs where there are ties."""

import math
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ganbench.stats.rank_tests import mann_whitney, wilcoxon

ALTERNATIVES = ["two-sided", "greater", "less"]
few = st.lists(st.sampled_from([0.0, 5.0, 7.0, 8.0, math.inf]), min_size=1, max_size=5)


def by_all_deals(ours: list[float], theirs: list[float]) -> float:
    ranks = stats.rankdata(ours + theirs)
    sums = [sum(ranks[list(deal)]) for deal in combinations(range(len(ranks)), len(ours))]
    observed = ranks[: len(ours)].sum()
    less = np.mean([one <= observed + 1e-9 for one in sums])
    greater = np.mean([one >= observed - 1e-9 for one in sums])
    return min(1.0, 2 * float(min(less, greater)))


def by_all_signs(differences: list[float]) -> float:
    ranks = np.where(np.array(differences) == 0, 0, stats.rankdata(np.abs(differences)))
    sums = [sum(ranks[np.array(signs, dtype=bool)]) for signs in product((0, 1), repeat=len(ranks))]
    observed = ranks[np.array(differences) > 0].sum()
    less = np.mean([one <= observed + 1e-9 for one in sums])
    greater = np.mean([one >= observed - 1e-9 for one in sums])
    return min(1.0, 2 * float(min(less, greater)))


@pytest.mark.parametrize("alternative", ALTERNATIVES)
@given(seed=st.integers(0, 99), n1=st.integers(1, 12), n2=st.integers(1, 12))
@settings(max_examples=40)
def test_mann_whitney_without_ties_is_scipys(alternative, seed: int, n1: int, n2: int) -> None:
    rng = np.random.default_rng(seed)
    ours, theirs = rng.normal(size=n1), rng.normal(size=n2)
    expected = stats.mannwhitneyu(ours, theirs, alternative=alternative, method="exact").pvalue
    assert mann_whitney(ours, theirs, alternative=alternative).p == pytest.approx(expected)


@given(few, few)
def test_mann_whitney_with_ties_is_that_of_all_deals(ours: list[float], theirs: list[float]) -> None:
    assert mann_whitney(ours, theirs).p == pytest.approx(by_all_deals(ours, theirs))


@pytest.mark.parametrize(("n", "p"), [(3, 0.10), (4, 0.029), (5, 0.0079), (6, 0.0022), (8, 0.00016)])
def test_the_smallest_p_of_a_rank_test_at_few_seeds(n: int, p: float) -> None:
    found = mann_whitney(np.arange(n), np.arange(n) + 100)
    assert found.p == pytest.approx(found.attainable)
    assert found.attainable == pytest.approx(p, rel=0.05)


def test_many_runs_take_the_normal_approximation_with_ties() -> None:
    rng = np.random.default_rng(0)
    ours, theirs = rng.integers(0, 9, 80).astype(float), rng.integers(1, 10, 60).astype(float)
    found = mann_whitney(ours, theirs)
    expected = stats.mannwhitneyu(ours, theirs, method="asymptotic").pvalue
    assert found.p == pytest.approx(expected)
    assert found.method == "normal approximation"


@pytest.mark.parametrize("alternative", ALTERNATIVES)
@given(seed=st.integers(0, 99), n=st.integers(1, 25))
@settings(max_examples=40)
def test_wilcoxon_without_ties_is_scipys(alternative, seed: int, n: int) -> None:
    differences = np.random.default_rng(seed).normal(size=n)
    expected = stats.wilcoxon(differences, alternative=alternative, method="exact").pvalue
    assert wilcoxon(differences, np.zeros(n), alternative=alternative).p == pytest.approx(expected)


@given(st.lists(st.sampled_from([-2.0, -1.0, 0.0, 1.0, 3.0]), min_size=1, max_size=8))
def test_wilcoxon_with_ties_and_zeros_is_that_of_all_signs(differences: list[float]) -> None:
    assert wilcoxon(differences, np.zeros(len(differences))).p == pytest.approx(by_all_signs(differences))


def test_many_seeds_take_the_normal_approximation() -> None:
    differences = np.random.default_rng(1).normal(0.2, size=150)
    expected = stats.wilcoxon(differences, method="approx", correction=True).pvalue
    assert wilcoxon(differences, np.zeros(150)).p == pytest.approx(expected)


@given(few, few, st.floats(0.1, 9))
def test_ranks_do_not_see_units(ours: list[float], theirs: list[float], scale: float) -> None:
    scaled = [[scale * value + 1 for value in values] for values in (ours, theirs)]
    assert mann_whitney(*scaled).p == mann_whitney(ours, theirs).p


@given(few, few)
def test_swapping_the_cells_swaps_the_sides(ours: list[float], theirs: list[float]) -> None:
    greater = mann_whitney(ours, theirs, alternative="greater").p
    assert greater == pytest.approx(mann_whitney(theirs, ours, alternative="less").p)


def test_equal_samples_tell_nothing() -> None:
    assert mann_whitney([8.0] * 5, [8.0] * 5).p == 1
    assert wilcoxon([8.0] * 5, [8.0] * 5).p == 1
    assert mann_whitney([8.0] * 80, [8.0] * 80).p == 1


def test_seeds_that_diverged_may_be_infinite() -> None:
    assert wilcoxon([math.inf, math.inf, 1.0], [0.0, math.inf, 2.0]).p == pytest.approx(
        by_all_signs([9.0, 0.0, -1.0])
    )


def test_pairs_of_unequal_length_and_nan_are_refused() -> None:
    with pytest.raises(ValueError, match="2 and 1 values, expected one pair"):
        wilcoxon([1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match="NaN"):
        mann_whitney([math.nan], [1.0])
