"""Fisher, Boschloo and McNemar against scipy, their definitions, and the p values that few seeds can reach."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ganbench.stats.contingency import boschloo_table, fisher_table
from ganbench.stats.rate_tests import boschloo, fisher, mcnemar
from ganbench.stats.rates import Count, PairedCount

ALTERNATIVES = ["two-sided", "greater", "less"]
counts = st.integers(1, 25).flatmap(lambda n: st.builds(Count, st.integers(0, n), st.just(n)))


def layout(ours: Count, theirs: Count) -> list[list[int]]:
    return [[ours.failed, theirs.failed], [ours.n - ours.failed, theirs.n - theirs.failed]]


@pytest.mark.parametrize("alternative", ALTERNATIVES)
@given(ours=counts, theirs=counts)
def test_fisher_is_scipys(alternative, ours: Count, theirs: Count) -> None:
    expected = stats.fisher_exact(layout(ours, theirs), alternative=alternative).pvalue
    assert fisher(ours, theirs, alternative=alternative).p == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("alternative", ALTERNATIVES)
@pytest.mark.parametrize(
    ("ours", "theirs"), [((7, 15), (1, 12)), ((3, 10), (0, 10)), ((2, 5), (4, 6)), ((0, 4), (3, 9))]
)
def test_boschloo_is_scipys(alternative, ours, theirs) -> None:
    expected = stats.boschloo_exact(
        layout(Count(*ours), Count(*theirs)), alternative=alternative, n=64
    ).pvalue
    assert boschloo(Count(*ours), Count(*theirs), alternative=alternative).p == pytest.approx(
        expected, abs=1e-4
    )


@settings(max_examples=30)
@given(st.integers(1, 12), st.integers(1, 12))
def test_boschloo_is_never_less_powerful_than_fisher(n1: int, n2: int) -> None:
    assert (boschloo_table(n1, n2, "greater") <= fisher_table(n1, n2, "greater") + 1e-9).all()


@settings(max_examples=20)
@given(st.integers(1, 12), st.integers(1, 12), st.floats(0.01, 0.99), st.floats(0.001, 0.2))
def test_both_keep_their_level_at_every_common_rate(n1: int, n2: int, rate: float, alpha: float) -> None:
    joint = np.outer(stats.binom.pmf(range(n1 + 1), n1, rate), stats.binom.pmf(range(n2 + 1), n2, rate))
    for table in (fisher_table, boschloo_table):
        for alternative in ALTERNATIVES:
            # Boschloo's worst rate is found on a grid, within 1e-4 of the p value.
            assert joint[table(n1, n2, alternative) <= alpha].sum() <= alpha + 1e-4


@pytest.mark.parametrize("test", [fisher, boschloo])
@given(ours=counts, theirs=counts)
@settings(max_examples=25)
def test_swapping_the_cells_swaps_the_sides(test, ours: Count, theirs: Count) -> None:
    assert test(ours, theirs).p == pytest.approx(test(theirs, ours).p)
    greater, less = test(ours, theirs, alternative="greater").p, test(theirs, ours, alternative="less").p
    assert greater == pytest.approx(less)


@pytest.mark.parametrize(("n", "failures"), [(5, 4), (8, 4), (10, 4), (16, 5), (20, 5), (30, 5)])
def test_failures_against_none_that_a_one_sided_fisher_needs(n: int, failures: int) -> None:
    enough, short = (
        fisher(Count(k, n), Count(0, n), alternative="greater").p for k in (failures, failures - 1)
    )
    assert enough < 0.05 < short


@pytest.mark.parametrize("n", [2, 3, 5, 8])
def test_the_attainable_p_is_that_of_complete_separation(n: int) -> None:
    assert fisher(Count(1, n), Count(1, n)).attainable == pytest.approx(2 / math.comb(2 * n, n))
    assert fisher(Count(1, n), Count(1, n), alternative="less").attainable == pytest.approx(
        1 / math.comb(2 * n, n)
    )
    assert boschloo(Count(1, n), Count(1, n)).attainable == pytest.approx(2 * 0.25**n, rel=1e-3)
    assert fisher(Count(0, n), Count(n, n)).p == fisher(Count(1, n), Count(1, n)).attainable


@pytest.mark.parametrize("alternative", ALTERNATIVES)
@given(cells=st.builds(PairedCount, *[st.integers(0, 12)] * 4))
def test_mcnemar_is_a_fair_coin_on_the_seeds_that_differ(alternative, cells: PairedCount) -> None:
    different = cells.only_ours + cells.only_theirs
    expected = (
        stats.binomtest(cells.only_ours, different, alternative=alternative).pvalue if different else 1.0
    )
    assert mcnemar(cells, alternative=alternative).p == pytest.approx(expected)


@given(st.integers(1, 20), st.integers(0, 5), st.integers(0, 5))
def test_no_outcome_of_n_pairs_has_a_smaller_mcnemar_p(n: int, both: int, only_theirs: int) -> None:
    extreme, other = PairedCount(0, n, 0, 0), PairedCount(both, n, only_theirs, 0)
    assert mcnemar(extreme).p == mcnemar(extreme).attainable == pytest.approx(min(1, 2 * 0.5**n))
    assert mcnemar(other).p >= mcnemar(other).attainable - 1e-15


@pytest.mark.parametrize("test", [fisher, boschloo])
def test_impossible_counts_are_refused(test) -> None:
    with pytest.raises(ValueError, match="-1 failed of 2 runs"):
        test(Count(-1, 2), Count(0, 2))


def test_negative_pairs_are_refused() -> None:
    with pytest.raises(ValueError, match="0 or more"):
        mcnemar(PairedCount(0, -1, 0, 0))


def test_tables_are_shared_and_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="read-only"):
        fisher_table(3, 3, "two-sided")[0, 0] = 0
