"""AUROC is the share of pairs in the right order, and its interval holds it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.validation.areas import area_of, auroc, filled


@given(st.lists(st.integers(0, 4), min_size=2, max_size=20), st.integers(0, 99))
def test_auroc_is_the_share_of_pairs_in_the_right_order(values: list[int], seed: int) -> None:
    positive = np.random.default_rng(seed).random(len(values)) < 0.5
    positive[0], positive[-1] = True, False
    x = np.array(values, float)
    pairs = [(a > b) + 0.5 * (a == b) for a in x[positive] for b in x[~positive]]
    assert auroc(x, positive) == pytest.approx(np.mean(pairs))
    assert auroc(-x, positive) == pytest.approx(1 - np.mean(pairs))


def test_what_cannot_be_measured_counts_as_the_middle() -> None:
    assert filled(np.array([3.0, np.nan, 1.0])).tolist() == [3.0, 2.0, 1.0]
    assert filled(np.array([np.nan, np.inf])).tolist() == [0.0, 0.0]


def test_of_one_group_alone_nothing_can_be_said() -> None:
    for positive in (np.ones(3, bool), np.zeros(3, bool)):
        found = area_of("x", np.arange(3.0), positive, rng=np.random.default_rng(0))
        assert (found.value, found.low, found.high) == (None, None, None)


def test_the_interval_holds_the_value_and_the_ends_of_what_is_apart_are_one() -> None:
    rng = np.random.default_rng(0)
    positive = np.arange(60) % 2 == 0
    found = area_of("x", rng.standard_normal(60) + positive, positive, rng=rng)
    assert found.low < found.value < found.high
    apart = area_of("x", positive.astype(float), positive, rng=rng)
    assert (apart.value, apart.low, apart.high) == (1.0, 1.0, 1.0)
