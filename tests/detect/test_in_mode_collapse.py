"""in-mode-collapse: within the modes, from samples and from a log."""

from __future__ import annotations

import numpy as np
import pytest

from tests.detect.runs import Synthetic, healthy

KIND = "in-mode-collapse"
CEILING = 1 - np.exp(-4.5)


def log(**signals: float) -> Synthetic:
    return healthy().without_evaluations().with_signals(**signals)


@pytest.mark.parametrize(
    ("std", "status"), [(0.1, "fired"), (0.45, "fired"), (0.55, "clear"), (1.3, "clear")]
)
def test_half_of_the_true_width_is_the_bound(std: float, status: str) -> None:
    assert healthy().with_evaluations(in_mode_std=std).find(KIND).status == status


def test_more_high_quality_samples_than_the_ceiling_allows_by_chance() -> None:
    error = np.sqrt(CEILING * (1 - CEILING) / 2500)
    above, within = (healthy().with_evaluations(high_quality=CEILING + k * error) for k in (4, 2))
    assert above.find(KIND).status == "fired"
    assert within.find(KIND).status == "clear"


def test_a_handful_of_samples_on_modes_has_no_width() -> None:
    """Four in a thousand lie on a mode."""
    found = healthy().with_evaluations(in_mode_std=0.1, high_quality=0.004).find(KIND)
    assert found.status == "clear"


def test_data_without_a_ceiling_below_one_are_judged_by_width_alone() -> None:
    sharp = healthy().with_evaluations(high_quality=1.0).with_facts(floors={"high_quality": 1.0})
    assert sharp.find(KIND).status == "clear"


def test_twins_in_a_wide_batch_are_a_warning_from_the_log() -> None:
    found = log(duplicate_rate=0.8).find(KIND)
    assert (found.status, found.form, found.severity) == ("fired", "from the log", "warn")
    assert log(duplicate_rate=0.3).find(KIND).status == "clear"


def test_twins_in_a_narrow_batch_are_mode_collapse_instead() -> None:
    narrow = log(duplicate_rate=0.8, pairwise_distance=0.2)
    assert narrow.find(KIND).status == "clear"
    assert narrow.find("mode-collapse").status == "fired"
