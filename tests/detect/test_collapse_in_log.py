"""mode-collapse from a log alone: the place of the samples, and how many of them are alike."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.detect.blocks import Blocks, blocks_of
from ganbench.detect.collapse_in_log import by_place, by_spread, by_twins
from ganbench.detect.thresholds import limits
from tests.detect.runs import BATCH, Synthetic, healthy

KIND = "mode-collapse"
OWN = limits()[KIND]
CRITICAL = OWN["apart"]


def log(**signals: float | np.ndarray | None) -> Synthetic:
    return healthy().without_evaluations().with_signals(**{"implied_coverage": None, **signals})


def blocks(run: Synthetic) -> Blocks:
    return blocks_of(run.table(), limits()["blocks"], after=OWN["after"])


@pytest.mark.parametrize(("shift", "status"), [(6.1, "fired"), (5.9, "clear"), (-6.1, "fired")])
def test_means_three_times_both_deviations_apart_are_samples_beside_the_data(
    shift: float, status: str
) -> None:
    """Both deviations are 1 here."""
    assert log(fake_mean_1=shift).find(KIND).status == status


@given(st.floats(0.1, 1), st.floats(-1e6, 1e6))
def test_where_a_tenth_of_the_samples_lie_on_the_data_no_place_of_the_others_counts(
    on: float, far: float
) -> None:
    """The mean is (1 - h) M, the variance 1 + h (1 - h) M^2: the ratio stays below sqrt((1 - h) / h)."""
    mean, std = (1 - on) * far, np.sqrt(1 + on * (1 - on) * far**2)
    assert abs(mean) / (std + 1) < np.sqrt((1 - on) / on) + 1e-12 <= CRITICAL + 1e-9


def test_a_share_of_samples_that_is_just_less_than_a_tenth_may_count() -> None:
    """Nine in ten lie far away, at one place."""
    mixed = {
        h: {"fake_mean_0": (1 - h) * 1e6, "fake_std_0": np.sqrt(h * (1 - h)) * 1e6} for h in (0.09, 0.11)
    }
    assert log(**mixed[0.09]).find(KIND).status == "fired"
    assert log(**mixed[0.11]).find(KIND).status == "clear"


def test_the_place_is_that_of_the_feature_that_is_farthest_off_in_any_unit() -> None:
    run = log(fake_mean_0=1.0, fake_mean_1=20.0, fake_std_1=4.0).with_facts(real_std=(1.0, 1.0))
    found = by_place(blocks(run), OWN)
    assert found is not None
    assert found.values == pytest.approx(np.full(len(found.values), 20 / 5))
    scaled = run.with_signals(**{f"fake_{m}_1": 100 * run.signals[f"fake_{m}_1"] for m in ("mean", "std")})
    other = by_place(blocks(scaled.with_facts(real_std=(1.0, 100.0))), OWN)
    assert other is not None
    assert other.values == pytest.approx(found.values)


def test_wide_samples_around_the_data_are_not_beside_them() -> None:
    assert log(fake_mean_0=30.0, fake_std_0=20.0).find(KIND).status == "clear"


def test_data_that_are_a_point_have_no_place_to_be_beside_of() -> None:
    assert by_place(blocks(log().with_facts(real_std=(0.0, 0.0))), OWN) is None
    assert by_place(blocks(log().with_facts(real_mean=())), OWN) is None


@pytest.mark.parametrize(("places", "status"), [(1, "fired"), (20, "fired"), (40, "clear")])
def test_a_batch_that_lies_in_few_places_is_a_collapse(places: int, status: str) -> None:
    """Of 64 samples on S places alike, 1 - (1 - 1/S)^63 have a twin."""
    rng = np.random.default_rng(places)
    drawn = rng.integers(places, size=(200, BATCH))
    twins = np.mean([np.bincount(row, minlength=places)[row] > 1 for row in drawn])
    assert twins == pytest.approx(1 - (1 - 1 / places) ** (BATCH - 1), abs=0.03)
    assert log(duplicate_rate=float(twins)).find(KIND).status == status


def test_one_family_alone_warns_and_two_that_agree_are_an_error() -> None:
    beside, alike = {"fake_mean_0": 10.0}, {"duplicate_rate": 1.0}
    assert log(**beside).find(KIND).severity == "warn"
    assert log(**alike).find(KIND).severity == "warn"
    both = log(**beside, **alike).find(KIND)
    assert (both.severity, len(both.evidence)) == ("error", 2)


def test_what_is_not_on_record_is_not_read() -> None:
    bare = log(pairwise_distance=None, duplicate_rate=None, fake_std_0=None, fake_std_1=None)
    assert [look(blocks(bare), OWN) for look in (by_spread, by_place, by_twins)] == [None, None, None]
    assert bare.find(KIND).status == "insufficient data"
