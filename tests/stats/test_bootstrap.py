"""The bootstrap against scipy and its own definition, and what few runs do to it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ganbench.stats.bootstrap import bootstrap, redrawn, resampled
from ganbench.stats.intervals import Interval
from ganbench.stats.summaries import interquartile_means, row_means, row_medians

METHODS = ["percentile", "bca"]


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("statistic", [row_means, interquartile_means])
@pytest.mark.parametrize(
    "values", [np.random.default_rng(1).lognormal(size=30), np.repeat([0.0, 7.0, 8.0], [1, 1, 4])]
)
def test_it_agrees_with_scipy(method: str, statistic, values: np.ndarray) -> None:
    low, high = bootstrap([values], statistic, rng=generator(), method=method, resamples=20_000)
    theirs = stats.bootstrap(
        (values,),
        lambda rows, axis: statistic(rows),
        n_resamples=20_000,
        method=method,
        rng=generator(2),
        vectorized=True,
    ).confidence_interval
    assert (low, high) == pytest.approx((theirs.low, theirs.high), abs=0.03 * values.std())


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("statistic", [row_means, row_medians, interquartile_means])
@given(st.floats(-1e6, 1e6), st.integers(2, 12))
def test_equal_values_give_a_point_and_never_nan(method: str, statistic, value: float, n: int) -> None:
    low, high = bootstrap([[value] * n], statistic, rng=generator(), method=method, resamples=50)
    assert (low, high) == pytest.approx((value, value))


@pytest.mark.parametrize("method", METHODS)
@given(values=st.lists(st.sampled_from([0.0, 7.0, 8.0]), min_size=2, max_size=12))
def test_few_and_tied_values_give_an_interval_within_their_range(method: str, values: list[float]) -> None:
    low, high = bootstrap([values], row_means, rng=generator(), method=method, resamples=200)
    assert min(values) <= low <= high <= max(values)


@pytest.mark.parametrize("method", METHODS)
@given(shift=st.floats(-100, 100), scale=st.floats(0.1, 10))
def test_it_moves_with_the_units(method: str, shift: float, scale: float) -> None:
    values = generator(3).exponential(size=12)
    plain = bootstrap([values], row_means, rng=generator(), method=method, resamples=200)
    moved = bootstrap([shift + scale * values], row_means, rng=generator(), method=method, resamples=200)
    assert moved == pytest.approx([shift + scale * end for end in plain], rel=1e-6, abs=1e-6)


def test_the_same_generator_gives_the_same_interval() -> None:
    values = generator(4).normal(size=20)
    first, second, other = (bootstrap([values], row_means, rng=generator(seed)) for seed in (5, 5, 6))
    assert first == second != other


def test_strata_are_drawn_within_themselves() -> None:
    drawn = redrawn([np.zeros(3), np.ones(2)], rng=generator(), times=100)
    assert (drawn == [0, 0, 0, 1, 1]).all()


def test_the_spread_between_strata_is_not_in_the_interval() -> None:
    cells = [generator(7).normal(size=20), 100 + generator(8).normal(size=20)]
    within = bootstrap(cells, row_means, rng=generator(), resamples=2000)
    across = bootstrap([np.concatenate(cells)], row_means, rng=generator(), resamples=2000)
    assert within.high - within.low < 2 < across.high - across.low


def test_the_resamples_have_the_variance_of_the_mean() -> None:
    values = generator(9).normal(size=50)
    spread = resampled([values], row_means, rng=generator(), resamples=20_000)
    assert spread.std() == pytest.approx(values.std() / math.sqrt(50), rel=0.02)


def test_many_values_are_drawn_in_blocks_of_the_same_law() -> None:
    values = np.arange(300_000) % 2.0
    spread = resampled([values], row_means, rng=generator(), resamples=10)
    assert spread.shape == (10,)
    assert spread == pytest.approx(0.5, abs=0.01)


def test_bca_moves_towards_the_long_tail() -> None:
    values = generator(10).lognormal(sigma=1.0, size=30)
    plain, corrected = (
        bootstrap([values], row_means, rng=generator(), method=method, resamples=5000) for method in METHODS
    )
    assert corrected.low > plain.low
    assert corrected.high > plain.high


@pytest.mark.parametrize(
    ("strata", "method", "said"),
    [
        ([], "percentile", "no strata"),
        ([[1.0], []], "percentile", "no values"),
        ([[1.0, math.nan]], "percentile", "NaN"),
        ([[1.0, math.inf]], "percentile", "infinite"),
        ([[1.0, 2.0], [1.0]], "bca", "a stratum of one run"),
    ],
)
def test_what_cannot_be_drawn_again_is_refused(strata, method: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        bootstrap(strata, row_means, rng=generator(), method=method)


def test_over_five_runs_it_is_too_narrow_where_t_is_not() -> None:
    drawn, rng = generator(11).normal(size=(400, 5)), generator()
    found = [bootstrap([values], row_means, rng=rng, resamples=300) for values in drawn]
    assert np.mean([low <= 0 <= high for low, high in found]) < 0.9


def test_a_point_is_an_interval() -> None:
    assert isinstance(bootstrap([[1.0, 1.0]], row_means, rng=generator(), resamples=9), Interval)
