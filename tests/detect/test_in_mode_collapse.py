"""in-mode-collapse: within the modes, from samples and from a log."""

from __future__ import annotations

import numpy as np
import pytest

from ganbench.metrics.modes import in_mode_std
from tests.detect.runs import EVALUATIONS, Synthetic, healthy

KIND = "in-mode-collapse"
CEILING = 1 - np.exp(-4.5)


def log(**signals: float) -> Synthetic:
    return healthy().without_evaluations().with_signals(**signals)


@pytest.mark.parametrize(
    ("std", "severity"), [(0.1, "error"), (0.49, "error"), (0.51, "warn"), (0.69, "warn"), (0.71, None)]
)
def test_a_narrow_core_is_a_warning_and_half_of_the_true_width_an_error(
    std: float, severity: str | None
) -> None:
    assert healthy().with_evaluations(in_mode_std=std).find(KIND).severity == severity


@pytest.mark.parametrize(("core", "status"), [(0.5, "fired"), (0.6, "clear")])
def test_a_core_half_as_wide_is_seen_beside_samples_on_their_way_between_modes(
    core: float, status: str
) -> None:
    """A tenth of the samples within three deviations is spread evenly there."""
    rng = np.random.default_rng(0)
    x = core * rng.standard_normal((20_000, 2))
    ball = 3 * np.sqrt(rng.random((2_000, 1)))
    turn = rng.random((2_000, 1)) * 2 * np.pi
    x[:2_000] = np.hstack([ball * np.cos(turn), ball * np.sin(turn)])
    std = in_mode_std(x, np.zeros(len(x), np.int64), modes=1, radius=3.0)
    assert healthy().with_evaluations(in_mode_std=std).find(KIND).status == status


def test_the_last_three_evaluations_decide_by_their_median() -> None:
    row = np.arange(EVALUATIONS)
    one, two = (
        healthy().with_evaluations(in_mode_std=np.where(row >= EVALUATIONS - n, 0.3, 1.0)) for n in (1, 2)
    )
    assert one.find(KIND).status == "clear"
    assert two.find(KIND).status == "fired"
    passed = healthy().with_evaluations(in_mode_std=np.where(row < EVALUATIONS - 2, 0.3, 1.0))
    assert passed.find(KIND).status == "clear"


def test_evaluations_without_samples_on_modes_are_passed_over() -> None:
    """One point that jumps on modes and beside them is as narrow as it can be."""
    there = np.arange(EVALUATIONS) % 2
    point = healthy().with_evaluations(in_mode_std=np.where(there, 0.0, np.nan), high_quality=0.9 * there)
    assert point.find(KIND).severity == "error"


def test_more_high_quality_samples_than_the_ceiling_allows_by_chance() -> None:
    error = np.sqrt(CEILING * (1 - CEILING) / 2500)
    above, within = (healthy().with_evaluations(high_quality=CEILING + k * error) for k in (4, 2))
    assert above.find(KIND).status == "fired"
    assert within.find(KIND).status == "clear"


def test_a_handful_of_samples_on_modes_has_no_width() -> None:
    """Four in a thousand lie on a mode."""
    found = healthy().with_evaluations(in_mode_std=0.1, high_quality=0.004).find(KIND)
    assert found.status == "insufficient data"


def test_data_without_a_ceiling_below_one_are_judged_by_width_alone() -> None:
    sharp = healthy().with_evaluations(high_quality=1.0).with_facts(floors={"high_quality": 1.0})
    assert sharp.find(KIND).status == "clear"


def test_twins_in_a_wide_batch_are_a_warning_from_the_log() -> None:
    found = log(duplicate_rate=0.8).find(KIND)
    assert (found.status, found.form, found.severity) == ("fired", "from the log", "warn")
    assert log(duplicate_rate=0.2).find(KIND).status == "clear"


def test_half_as_wide_in_five_dimensions_is_the_bound_for_twins() -> None:
    """Density 2^5 times as high: of what is nearer than one sample in a hundred, 1 - .99^32."""
    rate = 1 - 0.99 ** (2**5)
    assert log(duplicate_rate=rate).find(KIND).status == "fired"
    assert log(duplicate_rate=1 - 0.99 ** (2**4)).find(KIND).status == "clear"


def test_samples_on_modes_whose_width_is_not_measured_are_judged_by_their_twins() -> None:
    twins = (
        healthy().with_evaluations(in_mode_std=None).with_signals(duplicate_rate=0.8, pairwise_distance=0.2)
    )
    assert twins.find(KIND).severity == "warn"
    beside = twins.with_evaluations(high_quality=0.004)
    assert beside.find(KIND).status == "clear"
    assert twins.with_evaluations(in_mode_std=1.0).find(KIND).status == "clear"


def test_twins_in_a_narrow_batch_are_mode_collapse_instead() -> None:
    narrow = log(duplicate_rate=0.8, pairwise_distance=0.2)
    assert narrow.find(KIND).status == "clear"
    assert narrow.find("mode-collapse").status == "fired"


def test_what_fires_by_its_share_says_so() -> None:
    """Without widths, and where the widths alone would be sound."""
    for std in (None, 0.9):
        found = healthy().with_evaluations(in_mode_std=std, high_quality=1.0).find(KIND)
        assert (found.status, found.statistic, found.value) == ("fired", "share of high-quality samples", 1.0)
        assert found.null == pytest.approx(CEILING)
        assert found.null < found.threshold < 1
