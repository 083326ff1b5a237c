"""Comparisons of rates and of values: what they hold, in which direction, and the seeds that would tell."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganbench.stats.improvement import noether_seeds, probability_of_improvement, sign_seeds
from ganbench.stats.power import rate_power
from ganbench.stats.rank_tests import wilcoxon
from ganbench.stats.rate_comparison import compare_rates, compare_rates_by_seed
from ganbench.stats.rate_tests import boschloo, fisher, mcnemar
from ganbench.stats.rates import Count, PairedCount, newcombe, newcombe_paired
from ganbench.stats.value_comparison import compare_values, compare_values_by_seed

NAMES = ("A", "B")
modes = st.lists(st.sampled_from([0.0, 6.0, 7.0, 8.0]), min_size=2, max_size=7)


def generator() -> np.random.Generator:
    return np.random.default_rng(0)


def test_rates_are_compared_by_newcombe_and_boschloo() -> None:
    ours, theirs = Count(1, 10), Count(7, 12)
    found = compare_rates(ours, theirs, names=NAMES)
    low, high = newcombe(ours, theirs)
    assert found.effect == pytest.approx(7 / 12 - 0.1)
    assert found.interval == (-high, -low)
    assert found.significance == boschloo(ours, theirs)


def test_many_runs_are_compared_by_fisher() -> None:
    found = compare_rates(Count(40, 1000), Count(10, 1000), names=NAMES)
    assert found.significance == fisher(Count(40, 1000), Count(10, 1000))


def test_rates_by_seed_are_compared_by_the_paired_forms() -> None:
    pairs = PairedCount(2, 1, 6, 9)
    found = compare_rates_by_seed(pairs, names=NAMES)
    low, high = newcombe_paired(pairs)
    assert found.interval == (-high, -low)
    assert found.significance == mcnemar(pairs)
    assert (found.failed_ours, found.failed_theirs) == (Count(3, 18), Count(8, 18))


def test_a_large_difference_needs_the_seeds_that_find_it() -> None:
    found = compare_rates(Count(3, 10), Count(0, 10), names=NAMES)
    n = found.seeds(0.05)
    assert n == 21
    assert rate_power(0.3, 0.0, n=n) >= 0.8
    assert found.seeds(0.005) > n


def test_a_small_difference_needs_the_seeds_whose_interval_fits_into_the_margin() -> None:
    n = compare_rates(Count(0, 10), Count(0, 10), names=NAMES).seeds(0.05)
    assert n == 16
    fits, short = (newcombe(Count(0, k), Count(0, k)) for k in (n, n - 1))
    assert fits.high < 0.2 <= short.high
    assert compare_rates(Count(199, 1000), Count(0, 1000), names=NAMES).seeds(0.05) is None


def test_values_are_compared_by_the_probability_of_improvement() -> None:
    ours, theirs = [8.0, 8.0, 7.0, 3.0, 8.0], [6.0, 5.0, 8.0, 2.0, 1.0]
    found = compare_values(ours, theirs, metric="modes", names=NAMES, rng=generator())
    share = probability_of_improvement(ours, theirs)
    assert found.effect == pytest.approx(share.value - 0.5)
    assert found.interval == pytest.approx([end - 0.5 for end in share.interval])
    assert found.significance.test == "Brunner-Munzel"
    assert found.medians == (8, 5)


@given(modes, modes)
@settings(max_examples=30)
def test_lower_is_better_turns_the_effect(ours: list[float], theirs: list[float]) -> None:
    up, down = (
        compare_values(ours, theirs, metric="m", names=NAMES, rng=generator(), better=better)
        for better in ("higher", "lower")
    )
    assert down.effect == pytest.approx(-up.effect)
    assert down.significance == up.significance


@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 7.0, 8.0]), st.sampled_from([0.0, 7.0, 8.0])), min_size=1, max_size=9
    )
)
def test_by_seed_the_effect_is_the_share_of_seeds_won(pairs: list[tuple[float, float]]) -> None:
    ours, theirs = zip(*pairs, strict=True)
    found = compare_values_by_seed(ours, theirs, metric="m", names=NAMES, better="lower")
    won = np.mean([a < b for a, b in pairs]) + np.mean([a == b for a, b in pairs]) / 2
    assert found.effect == pytest.approx(won - 0.5)
    assert found.interval.low - 1e-9 <= found.effect <= found.interval.high + 1e-9


def test_by_seed_a_few_large_losses_do_not_make_many_small_wins_significant() -> None:
    ours, theirs = np.zeros(31), np.array([-0.1] * 16 + [9.0] * 15)
    assert wilcoxon(ours, theirs).p < 0.05  # it speaks for theirs, the share of seeds for ours
    found = compare_values_by_seed(ours, theirs, metric="m", names=NAMES)
    assert found.effect > 0
    assert found.significance.p == 1


def test_values_need_noethers_seeds_or_an_interval_that_fits() -> None:
    ours, theirs = [8.0, 8.0, 8.0, 5.0], [5.0, 6.0, 8.0, 5.0]
    far = compare_values(ours, theirs, metric="m", names=NAMES, rng=generator(), margin=0.1)
    assert far.seeds(0.05) == noether_seeds(0.5 + far.effect)
    paired = compare_values_by_seed(ours, theirs, metric="m", names=NAMES, margin=0.1)
    assert paired.seeds(0.05) == sign_seeds(0.5 + paired.effect)
    level = compare_values(ours, ours, metric="m", names=NAMES, rng=generator())
    by_seed = compare_values_by_seed(ours, ours, metric="m", names=NAMES)
    for one in (level, by_seed):
        n = one.seeds(0.05)
        assert n is not None
        assert one._fits(n)
        assert not one._fits(n - 1)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: compare_rates(Count(0, 0), Count(0, 3), names=NAMES), "A has no runs"),
        (lambda: compare_rates(Count(0, 3), Count(0, 3), names=NAMES, margin=0), "margin is 0"),
        (lambda: compare_rates(Count(4, 3), Count(0, 3), names=NAMES), "4 failed of 3 runs"),
        (
            lambda: compare_values([1.0], [1.0, 2.0], metric="m", names=NAMES, rng=generator()),
            "a cell of one run",
        ),
        (
            lambda: compare_values(
                [1.0] * 2, [1.0] * 2, metric="m", names=NAMES, rng=generator(), margin=0.5
            ),
            "margin is 0.5",
        ),
        (
            lambda: compare_values_by_seed([1.0], [1.0, 2.0], metric="m", names=NAMES),
            "one pair for each seed",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused(call, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        call()
