"""Differences of rates against Newcombe's published intervals, invariances, and what they cover."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.stats.intervals import Interval, wilson
from ganbench.stats.rates import Count, PairedCount, difference_limits, newcombe, newcombe_paired

counts = st.integers(1, 60).flatmap(lambda n: st.builds(Count, st.integers(0, n), st.just(n)))
paired = st.builds(PairedCount, *[st.integers(0, 30)] * 4).filter(lambda pairs: pairs.n > 0)


@pytest.mark.parametrize(
    ("ours", "theirs", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_newcombes_published_examples(ours, theirs, low: float, high: float) -> None:
    assert newcombe(Count(*ours), Count(*theirs)) == pytest.approx((low, high), abs=1e-4)


@given(counts, counts)
def test_it_holds_the_difference_and_mirrors(ours: Count, theirs: Count) -> None:
    low, high = newcombe(ours, theirs)
    assert -1 <= low <= ours.rate - theirs.rate + 1e-12
    assert ours.rate - theirs.rate - 1e-12 <= high <= 1
    assert newcombe(theirs, ours) == pytest.approx((-high, -low))


@given(counts)
def test_against_a_known_rate_it_is_wilsons(ours: Count) -> None:
    low, high = newcombe(ours, Count(0, 10**9))
    assert (low, high) == pytest.approx(wilson(*ours), abs=1e-6)


@given(paired)
def test_the_paired_interval_holds_the_difference_and_mirrors(pairs: PairedCount) -> None:
    low, high = newcombe_paired(pairs)
    difference = (pairs.only_ours - pairs.only_theirs) / pairs.n
    assert -1 <= low <= difference + 1e-12
    assert difference - 1e-12 <= high <= 1
    swapped = pairs._replace(only_ours=pairs.only_theirs, only_theirs=pairs.only_ours)
    assert newcombe_paired(swapped) == pytest.approx((-high, -low))


@given(paired)
def test_seeds_that_agree_narrow_it(pairs: PairedCount) -> None:
    together = PairedCount(pairs.both + 30, 1, 0, pairs.neither + 30)
    alone = newcombe(together.ours, together.theirs)
    joined = newcombe_paired(together)
    assert joined.high - joined.low < alone.high - alone.low


def test_without_correlation_pairing_changes_nothing() -> None:
    pairs = PairedCount(4, 4, 4, 4)
    assert newcombe_paired(pairs) == pytest.approx(newcombe(pairs.ours, pairs.theirs))


def test_a_paired_table_by_hand() -> None:
    # 2 and 8 of 21 failed; 1 * 12 - 1 * 7 = 5 lies within n / 2, so that phi = 0.
    (l1, u1), (l2, u2) = wilson(2, 21), wilson(8, 21)
    below, above = (math.hypot(2 / 21 - l1, u2 - 8 / 21), math.hypot(u1 - 2 / 21, 8 / 21 - l2))
    assert newcombe_paired(PairedCount(1, 1, 7, 12)) == pytest.approx((-6 / 21 - below, -6 / 21 + above))
    # 10 * 10 - 1 * 1 = 99, less 11: phi = 88 / 121.
    (low, high), half = wilson(11, 22), wilson(11, 22).high - 0.5
    assert low == pytest.approx(1 - high)
    expected = half * math.sqrt(2 - 2 * 88 / 121)
    assert newcombe_paired(PairedCount(10, 1, 1, 10)) == pytest.approx((-expected, expected))


def test_pairs_are_counted_seed_by_seed() -> None:
    pairs = PairedCount.of([True, True, False, False, True], [True, False, True, False, False])
    assert pairs == PairedCount(both=1, only_ours=2, only_theirs=1, neither=1)
    assert (pairs.ours, pairs.theirs) == (Count(3, 5), Count(2, 5))
    with pytest.raises(ValueError, match=r"shorter|longer"):
        PairedCount.of([True], [])


def test_no_runs_tell_nothing() -> None:
    assert newcombe(Count(0, 0), Count(1, 2)) == Interval(-1, 1)
    assert newcombe_paired(PairedCount(0, 0, 0, 0)) == Interval(-1, 1)


@given(counts, counts)
def test_planning_uses_the_same_formula(ours: Count, theirs: Count) -> None:
    assert difference_limits(ours.rate, theirs.rate, ours.n, theirs.n) == newcombe(ours, theirs)


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="3 failed of 2 runs"):
        newcombe(Count(3, 2), Count(0, 2))
    with pytest.raises(ValueError, match="expected counts of 0 or more"):
        newcombe_paired(PairedCount(3, -1, 1, 0))
