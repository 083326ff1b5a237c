"""What the sequential comparison does at true rates: by hand, by simulation, and beside a fixed n."""

import itertools
import math
from functools import lru_cache

import numpy as np
import pytest

from ganbench.stats.power import rate_power, seeds_needed
from ganbench.stats.rate_comparison import compare_rates
from ganbench.stats.rates import PairedCount
from ganbench.stats.sequential import decision
from ganbench.stats.sequential_course import SURE, decided, fixed_instead


def by_hand(ours: float, theirs: float, *, pairs: int, margin: float) -> tuple[dict[str, float], float]:
    """Over every course of pairs, one by one."""
    up, down = ours * (1 - theirs), theirs * (1 - ours)
    law = {1: up, 0: 1 - up - down, -1: down}
    said, taken = {"better": 0.0, "worse": 0.0, "same": 0.0, "go on": 0.0}, 0.0
    word_of = lru_cache(lambda *counts: decision(PairedCount(0, *counts), margin=margin))
    for course in itertools.product(law, repeat=pairs):
        chance = math.prod(law[d] for d in course)
        for n in range(1, pairs + 1):
            word = word_of(*(course[:n].count(d) for d in (1, -1, 0)))
            if word != "go on" or n == pairs:
                said[word] += chance
                taken += n * chance
                break
    return said, taken


@pytest.mark.parametrize("rates", [(0.1, 0.95), (0.9, 0.2), (0.03, 0.03)])
def test_it_is_the_sum_over_all_courses(rates: tuple[float, float]) -> None:
    said, taken = by_hand(*rates, pairs=9, margin=0.48)
    found = decided(*rates, pairs=9, margin=0.48)
    assert found[:3] == pytest.approx([said[word] for word in ("better", "worse", "same")], abs=1e-8)
    assert found.mean_pairs == pytest.approx(taken, abs=1e-7)
    assert max(found[:3]) > 0.1


def test_swapping_the_cells_swaps_better_and_worse() -> None:
    one, other = decided(0.1, 0.4), decided(0.4, 0.1)
    assert (one.better, one.worse) == pytest.approx((other.worse, other.better))
    assert one[2:] == pytest.approx(other[2:])


def test_runs_that_end_alike_take_as_many_pairs_as_the_decision_does() -> None:
    assert decided(0, 1) == pytest.approx((1, 0, 0, 8))
    first = next(n for n in range(100) if decision(PairedCount(0, 0, 0, n)) == "same")
    assert decided(0, 0) == pytest.approx((0, 0, 1, first))


@pytest.mark.parametrize("rate", np.linspace(0, 1, 11))
def test_equal_rates_are_called_different_in_at_most_five_percent_of_all_courses(rate: float) -> None:
    found = decided(float(rate), float(rate), pairs=100)
    assert found.better == pytest.approx(found.worse)
    assert found.better + found.worse <= 0.05


def test_a_difference_of_the_margin_is_called_the_same_in_at_most_five_percent() -> None:
    for theirs in (0.0, 0.2, 0.4, 0.8):
        assert decided(theirs + 0.2, theirs, pairs=100).same <= 0.05


def test_more_pairs_tell_more() -> None:
    told = [decided(0.1, 0.4, pairs=most).better for most in (10, 20, 40, 80)]
    assert told == sorted(told)
    assert told[-1] > 0.9


def test_a_fixed_n_has_the_same_power_and_one_seed_less_has_not() -> None:
    pairs = PairedCount(0, 2, 11, 17)  # 2 and 11 of 30
    found = fixed_instead(pairs, most=60)
    assert found.power == pytest.approx(decided(2 / 30, 11 / 30, pairs=60).better, abs=0.01)
    assert found.seeds is not None
    powers = [rate_power(2 / 30, 11 / 30, n=found.seeds - less) for less in (0, 1)]
    assert powers[0] >= found.power > powers[1]


def test_beyond_99_percent_the_fixed_n_is_that_for_99() -> None:
    found = fixed_instead(PairedCount(0, 0, 8, 0))
    assert found == (seeds_needed(0, 1, power=SURE), SURE)


def test_a_difference_of_exactly_the_margin_is_not_taken_for_a_smaller_one() -> None:
    pairs = PairedCount(200, 100, 0, 200)  # rates .6 and .4, whose difference in floats is below .2
    assert decision(pairs) == "worse"
    assert 0.6 - 0.4 < 0.2
    assert fixed_instead(pairs, most=20).power is not None


def test_of_equal_rates_the_fixed_n_is_that_whose_interval_fits() -> None:
    pairs = PairedCount(1, 1, 1, 40)
    compared = compare_rates(pairs.ours, pairs.theirs, names=("A", "B"))
    assert fixed_instead(pairs) == (compared.seeds(0.05), None)


def test_no_pairs_are_refused() -> None:
    with pytest.raises(ValueError, match="has no runs"):
        fixed_instead(PairedCount(0, 0, 0, 0))


@pytest.mark.parametrize("rates", [(-0.1, 0.5), (0.5, 1.1)])
def test_a_rate_outside_0_and_1_is_refused(rates: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match=r"ours|theirs"):
        decided(*rates)
