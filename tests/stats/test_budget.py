"""The expected best of k settings against all choices of k, and what choosing by the same runs does."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.stats.budget import budget_curve, expected_best
from ganbench.stats.summaries import row_means

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
