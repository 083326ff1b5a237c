"""The expected best of k settings against all choices of k, and what choosing by the same runs does."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.stats.budget import Halves, budget_curve, expected_best, tuned_share
from ganbench.stats.intervals import score_limits, wilson
from ganbench.stats.rates import Count
from ganbench.stats.summaries import row_means

Z = 1.959964
counts = st.integers(1, 6).flatmap(lambda n: st.builds(Count, st.integers(0, n), st.just(n)))
halves = st.lists(st.tuples(counts, counts), min_size=1, max_size=6)
scores = st.lists(st.floats(-100, 100), min_size=1, max_size=8)


@given(scores, st.data())
def test_it_is_the_mean_over_all_choices_of_k(values: list[float], data) -> None:
    k = data.draw(st.integers(1, len(values)))
    assert expected_best(values, k) == pytest.approx(np.mean([max(c) for c in combinations(values, k)]))
    assert expected_best(values, k, better="lower") == pytest.approx(
        np.mean([min(c) for c in combinations(values, k)])
    )


@given(scores)
def test_more_settings_are_never_worse(values: list[float]) -> None:
    curve = [expected_best(values, k) for k in range(1, len(values) + 1)]
    assert (np.diff(curve) >= -1e-9).all()
    assert curve[0] == pytest.approx(np.mean(values))
    assert curve[-1] == pytest.approx(max(values))


@given(scores, st.data())
def test_chosen_by_other_seeds_it_scores_what_they_chose(values: list[float], data) -> None:
    by = data.draw(st.permutations(range(len(values))))
    k = data.draw(st.integers(1, len(values)))
    expected = [values[max(choice, key=by.__getitem__)] for choice in combinations(range(len(values)), k)]
    assert expected_best(values, k, chosen_by=by) == pytest.approx(np.mean(expected))


def test_choosing_and_scoring_by_the_same_runs_flatters() -> None:
    rng = np.random.default_rng(0)
    same, fair = [], []
    for _ in range(300):
        first, second = rng.normal(size=(2, 8))  # eight settings of no difference, one seed each
        same.append(expected_best(first, 8))
        fair.append(expected_best(first, 8, chosen_by=second))
    assert np.mean(same) > 1
    assert abs(np.mean(fair)) < 0.2


def test_the_curve_is_the_expected_best_of_each_k_with_an_interval() -> None:
    rng = np.random.default_rng(1)
    settings = [rng.normal(mean, size=n) for mean, n in ((0, 10), (1, 6), (0.5, 8))]
    found = budget_curve(settings, row_means, rng=rng, better="lower", resamples=500)
    means = [values.mean() for values in settings]
    assert found.value == pytest.approx([expected_best(means, k, better="lower") for k in (1, 2, 3)])
    assert (found.low < found.high).all()
    assert found.low[0] < found.value[0] < found.high[0]


def test_equal_runs_give_a_point() -> None:
    found = budget_curve([[1.0, 1.0], [2.0, 2.0]], row_means, rng=np.random.default_rng(0), resamples=50)
    assert found.value.tolist() == found.low.tolist() == found.high.tolist() == [1.5, 2.0]


@pytest.mark.parametrize(
    ("values", "k", "by", "said"),
    [
        ([1.0], 2, None, "k is 2, expected 1 to 1"),
        ([1.0], 0, None, "k is 0"),
        ([], 1, None, "no values"),
        ([np.nan], 1, None, "NaN"),
        ([1.0, 2.0], 1, [1.0], "2 scores chosen by 1"),
    ],
)
def test_what_cannot_be_chosen_from_is_refused(values, k: int, by, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        expected_best(values, k, chosen_by=by)


def test_no_settings_have_no_curve() -> None:
    with pytest.raises(ValueError, match="no settings"):
        budget_curve([], row_means, rng=np.random.default_rng(0))


def test_equals_are_chosen_as_often_as_each_other() -> None:
    assert expected_best([0.0, 1.0, 0.5], 3, chosen_by=[1.0, 1.0, 1.0]) == pytest.approx(0.5)
    assert expected_best([0.0, 1.0, 5.0], 3, chosen_by=[1.0, 1.0, 0.0]) == pytest.approx(0.5)


@given(halves, st.data())
def test_a_tuned_share_is_chosen_by_one_half_and_scored_by_the_other(settings: list[Halves], data) -> None:
    k = data.draw(st.integers(2, len(settings))) if len(settings) > 1 else 1
    first, second = ([1 - both[half].rate for both in settings] for half in (0, 1))
    ways = [expected_best(first, k, chosen_by=second), expected_best(second, k, chosen_by=first)]
    if k > 1:
        assert tuned_share(settings, k).share == pytest.approx(np.mean(ways))


@given(halves)
def test_one_setting_at_random_is_the_mean_of_all_runs_of_each(settings: list[Halves]) -> None:
    rates = [1 - (a.failed + b.failed) / (a.n + b.n) for a, b in settings]
    assert tuned_share(settings, 1).share == pytest.approx(np.mean(rates))


@given(halves, st.data())
def test_the_order_of_the_settings_does_not_matter(settings: list[Halves], data) -> None:
    k = data.draw(st.integers(1, len(settings)))
    other = data.draw(st.permutations(settings))
    one, two = tuned_share(settings, k), tuned_share(other, k)
    assert (one.share, *one.interval) == pytest.approx((two.share, *two.interval))
    assert 0 <= one.interval.low <= one.share <= one.interval.high <= 1


def test_one_setting_alone_has_wilsons_interval() -> None:
    found = tuned_share([(Count(1, 4), Count(2, 6))], 1)
    assert found.share == pytest.approx(0.7)
    assert found.interval == pytest.approx(wilson(7, 10))


def test_a_clear_winner_has_the_interval_of_the_half_that_scores_it() -> None:
    found = tuned_share([(Count(5, 5), Count(5, 5)), (Count(0, 5), Count(0, 5))], 2)
    assert found.share == 1.0
    assert found.interval == pytest.approx(wilson(5, 5))


def test_the_interval_is_wilsons_at_the_runs_that_count() -> None:
    # Equal halves: each of both settings is chosen by chance alone, so that 2 x 4 runs score.
    found = tuned_share([(Count(1, 4), Count(1, 4))] * 2, 2)
    assert found.interval == pytest.approx(score_limits(0.75, 8, z=Z), abs=1e-6)


@pytest.mark.parametrize("n", [5, 10, 30])
@pytest.mark.parametrize("rates", [[0.1] * 10, [0.1, 0.9], np.linspace(0.05, 0.95, 10).tolist()])
def test_its_interval_holds_what_half_of_the_seeds_choose(rates: list[float], n: int) -> None:
    rng, k = np.random.default_rng(0), len(rates)
    sizes = np.array([[(n + 1) // 2], [n // 2]])
    drawn = rng.binomial(sizes, rates, size=(300, 2, k))
    settings = [
        [(Count(a, int(sizes[0, 0])), Count(b, int(sizes[1, 0]))) for a, b in one.T.tolist()] for one in drawn
    ]
    truth = np.mean(
        [
            expected_best(1 - np.array(rates), k, chosen_by=[-both[half].failed for both in one])
            for one in settings
            for half in (0, 1)
        ]
    )
    found = [tuned_share(one, k).interval for one in settings]
    assert np.mean([low - 1e-9 <= truth <= high + 1e-9 for low, high in found]) >= 0.94


@pytest.mark.parametrize(
    ("settings", "k", "said"),
    [
        ([], 1, "k is 1, expected 1 to 0"),
        ([(Count(0, 1), Count(0, 1))], 2, "k is 2"),
        ([(Count(0, 1), Count(0, 0))] * 2, 2, "two seeds or more"),
        ([(Count(0, 0), Count(0, 0))], 1, "two seeds or more"),
    ],
)
def test_what_cannot_be_tuned_is_refused(settings: list[Halves], k: int, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        tuned_share(settings, k)


def test_one_seed_is_enough_where_nothing_is_chosen() -> None:
    assert tuned_share([(Count(0, 1), Count(0, 0)), (Count(1, 1), Count(0, 0))], 1).share == 0.5
