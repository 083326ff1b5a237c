"""What is said of samples without asking D."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.detect.blocks import blocks_of
from ganbench.detect.quality import covered_share, differs, held_modes, held_share, poor
from ganbench.detect.thresholds import limits
from tests.detect.pathologies import ONSET, later
from tests.detect.runs import Synthetic, healthy

LIMITS = limits()
ABSENT = dict.fromkeys(("covered_share", "high_quality", "in_mode_std", "mode_histogram"))


def is_poor(run: Synthetic, since: int = ONSET) -> bool | None:
    return poor(run.table(), LIMITS["quality"], since=since)


def is_other(run: Synthetic) -> bool | None:
    table = run.table()
    return differs(table, blocks_of(table, LIMITS["blocks"]), LIMITS["quality"], since=ONSET)


def test_missing_modes_or_bad_samples_are_poor() -> None:
    assert is_poor(healthy()) is False
    assert is_poor(healthy().with_evaluations(covered_share=0.8)) is True
    assert is_poor(healthy().with_evaluations(high_quality=0.2)) is True


def test_only_the_evaluations_since_then_count() -> None:
    lost = healthy().with_evaluations(high_quality=later(0.1, 0.8))
    assert is_poor(lost, since=ONSET + 1) is True
    assert is_poor(lost, since=0) is False


def test_after_the_last_evaluation_the_last_one_counts() -> None:
    assert is_poor(healthy().with_evaluations(high_quality=later(0.1, 0.8)), since=10**6) is True


def test_without_modes_a_distance_that_is_still_half_of_the_first_is_poor() -> None:
    falling = later(0.1, 1.0)
    assert is_poor(healthy().with_evaluations(**ABSENT, sliced_wasserstein=falling)) is False
    assert is_poor(healthy().with_evaluations(**ABSENT, sliced_wasserstein=later(0.7, 1.0))) is True


def test_without_any_metric_nothing_is_said() -> None:
    assert is_poor(healthy().without_evaluations()) is None


def test_covered_modes_stand_in_for_their_share() -> None:
    run = healthy().with_evaluations(covered_share=None, covered_modes=4.0)
    assert covered_share(run.table())[0] == 0.5
    assert covered_share(run.with_facts(modes=None).table()) is None


def test_samples_differ_by_distance_or_by_moments() -> None:
    assert is_other(healthy()) is False
    assert is_other(healthy().with_evaluations(**ABSENT, sliced_wasserstein=0.1)) is True
    bare = healthy().without_evaluations()
    assert is_other(bare) is False
    assert is_other(bare.with_signals(fake_mean_0=0.5)) is True
    assert is_other(bare.with_signals(fake_std_1=0.5)) is True
    assert is_other(bare.with_signals(fake_std_1=1.5)) is True
    assert is_other(bare.with_facts(real_std=())) is None


@pytest.mark.parametrize("name", ["energy_distance", "fid"])
def test_a_distance_without_a_floor_tells_nothing_by_itself(name: str) -> None:
    run = healthy().with_evaluations(**ABSENT, sliced_wasserstein=None, **{name: later(0.01, 1.0)})
    assert is_other(run) is False


@given(st.lists(st.integers(0, 500), min_size=1, max_size=20), st.floats(0.01, 0.5), st.integers(0, 400))
def test_held_modes_are_those_that_a_loop_finds(counts: list[int], share: float, least: int) -> None:
    even = max(sum(counts), least) / len(counts)
    expected = [n >= 1 and n >= share * even for n in counts]
    assert held_modes(np.array(counts, float), share, least=least).tolist() == expected


def test_the_held_share_is_that_of_the_histogram_else_of_covered_modes() -> None:
    own = LIMITS["mode-collapse"]
    row = np.array([250, 250, 250, 250, 9, 9, 0, 0])
    run = healthy().with_evaluations(mode_histogram=np.array([row] * 19 + [np.full(8, np.nan)]))
    share = held_share(run.table(), own)
    assert share is not None
    assert (share[0], np.isnan(share[-1])) == (0.5, True)
    shares = held_share(run.with_evaluations(mode_histogram=None, covered_share=0.7).table(), own)
    assert shares is not None
    assert (shares == 0.7).all()
    assert held_share(run.without_evaluations().table(), own) is None
