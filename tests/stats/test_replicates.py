"""The floor of non-determinism: variances against simulation and scipy, disagreement against counting."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ganbench.stats.replicates import disagreement, replicate_floor

outcomes = st.lists(st.lists(st.booleans(), min_size=1, max_size=6), min_size=1, max_size=6)


def test_it_finds_both_spreads() -> None:
    rng = np.random.default_rng(0)
    seeds = [rng.normal(mean, 0.5, size=5) for mean in rng.normal(0, 2, size=400)]
    found = replicate_floor(seeds)
    assert found.within == pytest.approx(0.5, rel=0.05)
    assert found.between == pytest.approx(2, rel=0.1)
    assert found.share == pytest.approx(0.25 / 4.25, rel=0.2)
    assert (found.seeds, found.runs) == (400, 2000)


def test_normal_replicates_of_one_seed_differ_by_less_than_the_repeatability() -> None:
    pairs = np.random.default_rng(1).normal(size=(4000, 2))
    limit = replicate_floor(list(pairs)).repeatability
    assert np.mean(np.abs(pairs[:, 0] - pairs[:, 1]) < limit) == pytest.approx(0.95, abs=0.01)


def test_the_mean_squares_are_those_of_the_analysis_of_variance() -> None:
    groups = [np.random.default_rng(seed).normal(seed, size=4) for seed in range(3)]
    found = replicate_floor(groups)
    f = stats.f_oneway(*groups).statistic
    assert 1 + 4 * (found.between / found.within) ** 2 == pytest.approx(f)


def test_a_deterministic_engine_has_a_floor_of_0() -> None:
    found = replicate_floor([[1.0, 1.0], [3.0, 3.0, 3.0]])
    assert (found.within, found.share, found.repeatability) == (0, 0, 0)
    assert found.between > 0
    assert replicate_floor([[1.0, 1.0], [1.0]]).share == 0


def test_seeds_that_say_nothing_have_a_share_of_1() -> None:
    assert replicate_floor([[1.0, 3.0], [1.0, 3.0]]).share == 1


@given(outcomes)
def test_disagreement_counts_pairs_of_one_seed(groups: list[list[bool]]) -> None:
    pairs = [a != b for group in groups for a, b in combinations(group, 2)]
    if pairs:
        assert disagreement(groups) == pytest.approx(np.mean(pairs))
    else:
        with pytest.raises(ValueError, match="no seed has replicates"):
            disagreement(groups)


@pytest.mark.parametrize("groups", [[[1.0, 2.0]], [[1.0], [2.0]]])
def test_one_seed_or_no_replicates_have_no_floor(groups) -> None:
    with pytest.raises(ValueError, match="expected two seeds or more"):
        replicate_floor(groups)
