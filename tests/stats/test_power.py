"""Power against published numbers, simulation, and the tests themselves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ganbench.stats.power import detectable_rate, mcnemar_power, power_table, rate_power, seeds_needed
from ganbench.stats.rate_tests import boschloo, fisher, mcnemar
from ganbench.stats.rates import Count, PairedCount

rates = st.integers(0, 100).map(lambda percent: percent / 100)


@pytest.mark.parametrize(
    ("theirs", "ours", "powers"),
    [
        (0.05, 0.50, {5: 0.15, 10: 0.63, 16: 0.86, 20: 0.94}),
        (0.05, 0.30, {10: 0.23, 20: 0.54, 30: 0.75}),
        (0.00, 0.30, {10: 0.35, 20: 0.76, 30: 0.97}),
    ],
)
def test_power_of_a_one_sided_fisher_test(theirs: float, ours: float, powers: dict[int, float]) -> None:
    (row,) = power_table([(ours, theirs)], list(powers), test="fisher", alternative="greater")
    assert row == pytest.approx(list(powers.values()), abs=0.006)


@pytest.mark.parametrize(("name", "test"), [("fisher", fisher), ("boschloo", boschloo)])
def test_power_is_how_often_the_test_says_so(name, test) -> None:
    rng = np.random.default_rng(0)
    drawn = zip(rng.binomial(12, 0.6, 3000).tolist(), rng.binomial(9, 0.2, 3000).tolist(), strict=True)
    said = np.mean([test(Count(a, 12), Count(b, 9)).p < 0.05 for a, b in drawn])
    assert rate_power(0.6, 0.2, n=(12, 9), test=name) == pytest.approx(said, abs=0.03)


def test_mcnemar_power_is_how_often_the_test_says_so() -> None:
    drawn = np.random.default_rng(1).multinomial(15, [0.1, 0.5, 0.1, 0.3], size=3000)
    said = np.mean([mcnemar(PairedCount(*row)).p < 0.05 for row in drawn.tolist()])
    assert mcnemar_power(0.5, 0.1, n=15) == pytest.approx(said, abs=0.03)


@given(rates, rates, st.integers(2, 15), st.sampled_from(["fisher", "boschloo"]))
@settings(max_examples=30)
def test_it_mirrors_failures_and_cells(ours: float, theirs: float, n: int, test) -> None:
    plain = rate_power(ours, theirs, n=n, test=test)
    assert rate_power(theirs, ours, n=n, test=test) == pytest.approx(plain, abs=1e-9)
    assert rate_power(1 - ours, 1 - theirs, n=n, test=test) == pytest.approx(plain, abs=1e-3)


@given(rates, st.integers(2, 20))
@settings(max_examples=30)
def test_with_equal_rates_it_is_a_false_alarm(rate: float, n: int) -> None:
    assert rate_power(rate, rate, n=n) <= 0.05 + 1e-4
    assert mcnemar_power(rate / 2, rate / 2, n=n) <= 0.05


@pytest.mark.parametrize(
    ("ours", "theirs", "n"), [(0.3, 0.0, 21), (0.6, 0.9, 32), (0.1, 0.3, 63), (0.5, 0.05, 14)]
)
def test_seeds_needed_reach_the_power_and_one_less_does_not(ours: float, theirs: float, n: int) -> None:
    assert seeds_needed(ours, theirs) == n
    assert rate_power(ours, theirs, n=n) >= 0.8 > rate_power(ours, theirs, n=n - 1)


def test_what_no_seeds_in_reach_find_is_none() -> None:
    assert seeds_needed(0.10, 0.12) is None
    assert seeds_needed(0.3, 0.3) is None


def test_the_detectable_rate_is_where_power_begins() -> None:
    rate = detectable_rate(0.05, n=20)
    assert rate is not None
    assert rate_power(rate, 0.05, n=20) >= 0.8 > rate_power(rate - 0.002, 0.05, n=20)


def test_two_seeds_detect_nothing() -> None:
    assert detectable_rate(0.0, n=2) is None


def test_five_seeds_against_none_failed_must_see_four_failures() -> None:
    rate = detectable_rate(0.0, n=5, test="fisher", alternative="greater")
    assert rate is not None
    assert stats.binom.sf(3, 5, rate) == pytest.approx(0.8, abs=2e-3)


@pytest.mark.parametrize("chances", [(0.7, 0.7), (-0.1, 0.3), (0.3, -0.1)])
def test_impossible_chances_are_refused(chances: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="expected 0 <="):
        mcnemar_power(*chances, n=5)
    if max(chances) <= 1 and min(chances) < 0:
        with pytest.raises(ValueError, match="expected 0 <="):
            rate_power(*chances, n=5)
