"""What checks without D tell samples and data apart by, and what D does."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.detect.blocks import Blocks, blocks_of
from ganbench.detect.nulls import apart_by_mean, apart_by_width, collapsed_auc, counted_auc
from ganbench.detect.separability import by_counts, latest, own_area, told_apart
from ganbench.detect.thresholds import limits
from tests.detect.pathologies import EVALUATED, ONSET, later
from tests.detect.runs import Synthetic, healthy, since

SHARE = st.floats(0.01, 0.99)
BARE = dict.fromkeys(("covered_share", "high_quality", "mode_histogram"))


def blocks(run: Synthetic) -> Blocks:
    return blocks_of(run.table(), limits()["blocks"])


def one(*values: float) -> np.ndarray:
    return np.array(values)


def area_of_ratios(real: np.ndarray, fake: np.ndarray) -> float:
    """AUC of the ratio of two laws on a few values, pair by pair."""
    ratio = np.divide(real, fake, out=np.full(len(real), np.inf), where=fake > 0)
    above = (ratio[:, None] > ratio) + (ratio[:, None] == ratio) / 2
    return float(real @ above @ fake)


@given(SHARE, SHARE, SHARE)
def test_counts_tell_what_the_best_ranking_of_missing_held_and_beside_does(
    c: float, quality: float, floor: float
) -> None:
    real = np.array([floor * (1 - c), floor * c, 1 - floor])
    fake = np.array([0.0, quality, 1 - quality])
    found = counted_auc(one(c), one(quality), floor=floor)
    assert found[0] == pytest.approx(area_of_ratios(real, fake), abs=1e-9)


@given(SHARE)
def test_samples_like_the_data_are_not_told_by_counts_and_collapse_as_an_optimal_discriminator_does(
    share: float,
) -> None:
    assert counted_auc(one(1.0), one(share), floor=share)[0] == pytest.approx(0.5)
    assert counted_auc(one(share), one(1.0), floor=1.0)[0] == pytest.approx(collapsed_auc(one(share))[0])


@pytest.mark.parametrize(("gap", "std", "other"), [(0.0, 1.0, 1.0), (0.7, 1.0, 1.0), (-1.5, 0.4, 2.0)])
def test_two_normal_laws_are_told_by_their_means_as_often_as_their_samples(
    gap: float, std: float, other: float
) -> None:
    rng = np.random.default_rng(0)
    x, y = gap + std * rng.standard_normal(200_000), other * rng.standard_normal(200_000)
    share = (np.sign(gap) * (x - y) > 0).mean() if gap else 0.5
    assert apart_by_mean(one(gap), one(std), other)[0] == pytest.approx(share, abs=5e-3)


@pytest.mark.parametrize(("std", "other"), [(1.0, 1.0), (0.3, 1.0), (5.0, 1.0), (0.0, 1.0)])
def test_two_normal_laws_are_told_by_their_widths_as_often_as_their_samples(std: float, other: float) -> None:
    rng = np.random.default_rng(0)
    x, y = np.abs(std * rng.standard_normal(200_000)), np.abs(other * rng.standard_normal(200_000))
    share = 0.5 if std == other else max((x > y).mean(), (x < y).mean())
    assert apart_by_width(one(std), other)[0] == pytest.approx(share, abs=5e-3)


def test_the_best_check_counts() -> None:
    told = told_apart(blocks(healthy().with_evaluations(**BARE)))
    assert np.nanmedian(told) == pytest.approx(0.5, abs=0.02)
    moved = told_apart(blocks(healthy().with_signals(fake_mean_1=math.sqrt(2)).with_evaluations(**BARE)))
    assert np.nanmedian(moved) == pytest.approx(0.841, abs=1e-3)
    junk = told_apart(blocks(healthy().with_evaluations(high_quality=0.0, covered_share=0.0)))
    assert np.nanmedian(junk) > 0.98


def test_where_nothing_is_measured_nothing_is_told() -> None:
    bare = healthy().without_evaluations().with_facts(real_mean=())
    assert np.isnan(told_apart(blocks(bare))).all()
    assert np.isnan(by_counts(healthy().with_evaluations(**BARE).table())).all()


def test_without_a_floor_or_a_quality_missing_modes_count_alone() -> None:
    half = healthy().with_evaluations(covered_share=0.5)
    for run in (half.with_facts(floors={}), half.with_evaluations(high_quality=None)):
        np.testing.assert_allclose(by_counts(run.table()), 0.75)


def test_without_coverage_quality_counts_alone() -> None:
    run = healthy().with_evaluations(covered_share=None, high_quality=0.5).with_facts(modes=None)
    floor = run.facts.floors["high_quality"]
    np.testing.assert_allclose(by_counts(run.table()), 0.5 + (floor - 0.5) / 2)


def test_an_evaluation_counts_from_its_step_on_until_the_next_that_is_finite() -> None:
    found = latest(blocks(healthy()), np.where(EVALUATED == 400, np.nan, EVALUATED.astype(float)))
    last = blocks(healthy()).last
    assert np.isnan(found[last < EVALUATED[0]]).all()
    seen = last >= EVALUATED[0]
    expected = EVALUATED[np.searchsorted(EVALUATED, last[seen], side="right") - 1]
    np.testing.assert_array_equal(found[seen], np.where(expected == 400, 200, expected))


def test_a_discriminator_is_judged_on_held_out_data_and_either_way_round() -> None:
    known_by_heart = healthy().with_signals(auc=0.95).with_evaluations(auc_held_out=later(0.2, 0.6))
    found, last = own_area(blocks(known_by_heart)), blocks(known_by_heart).last
    np.testing.assert_allclose(found[last >= ONSET + 200], 0.8)
    np.testing.assert_allclose(found[(last >= 200) & (last < ONSET)], 0.6)
    np.testing.assert_allclose(found[last < 200], 0.95)


def test_without_held_out_data_its_batches_count() -> None:
    run = healthy().with_signals(auc=since(ONSET, 0.1, before=0.7)).with_evaluations(auc_held_out=None)
    found, last = own_area(blocks(run)), blocks(run).last
    np.testing.assert_allclose(found[last < ONSET], 0.7)
    np.testing.assert_allclose(found[last >= ONSET + 40], 0.9)


def test_modes_that_are_missing_from_as_many_real_samples_tell_nothing() -> None:
    """Of a thousand modes, 1,000 samples miss a share of 1/e."""
    few = healthy().with_evaluations(covered_share=0.632, high_quality=None, mode_histogram=None)
    assert by_counts(few.table())[0] == pytest.approx(1 - 0.632 / 2)
    known = few.with_facts(floors={"covered_share": 0.632})
    assert by_counts(known.table())[0] == pytest.approx(0.5)
    assert by_counts(known.with_evaluations(covered_share=0.316).table())[0] == pytest.approx(0.75)
