"""gradient-spike: single steps, and what is none."""

from __future__ import annotations

import numpy as np
import pytest

from tests.detect.pathologies import ONSET, STEP
from tests.detect.runs import Synthetic, healthy, since

KIND = "gradient-spike"


def spiked(player: str = "d", *, by: float = 100.0, after: float = 1.0) -> Synthetic:
    """One step, and from then on a level."""

    def norms(step: np.ndarray, was: np.ndarray) -> np.ndarray:
        return np.where(step == ONSET, by, np.where(step > ONSET, after, 1.0)) * was / was[ONSET]

    return healthy().with_signals(**{f"gradient_norm_{player}": norms})


@pytest.mark.parametrize("player", ["d", "g"])
@pytest.mark.parametrize("window", [1, 4, 16, 40])
def test_a_single_step_is_found_in_windows_of_any_length(player: str, window: int) -> None:
    found = spiked(player).find(KIND, window=window)
    assert (found.status, found.severity) == ("fired", "warn")
    assert abs((found.onset or 0) - ONSET) <= window


def test_its_value_is_how_far_it_stands_out_of_all_around_it() -> None:
    quiet = healthy().with_signals(gradient_norm_d=np.where(STEP == ONSET, 60.0, 2.0), gradient_norm_g=1.0)
    assert quiet.find(KIND).value == pytest.approx(30)
    one_row_each = quiet.find(KIND, window=1)
    assert one_row_each.value == pytest.approx(30)


def test_a_level_that_stays_is_no_spike_nor_is_its_overshoot() -> None:
    assert spiked(after=3.0).find(KIND).status == "fired"
    assert spiked(after=20.0).find(KIND).status == "clear"


def test_a_burst_that_fills_its_window_is_no_single_step() -> None:
    inside = (STEP >= ONSET) & (STEP < ONSET + 16)
    burst = healthy().with_signals(gradient_norm_d=np.where(inside, 100.0, 1.0))
    assert burst.find(KIND).status == "clear"
    half = healthy().with_signals(gradient_norm_d=np.where(inside & (STEP < ONSET + 8), 100.0, 1.0))
    assert half.find(KIND).status == "clear"


def test_spikes_that_come_back_within_twenty_windows_are_bursts() -> None:
    rare, often = (
        healthy().with_signals(gradient_norm_d=np.where(STEP % n == n - 1, 100.0, 1.0)) for n in (800, 160)
    )
    assert rare.find(KIND).status == "fired"
    assert often.find(KIND).status == "clear"


def test_norms_that_burst_are_judged_by_their_bursts() -> None:
    """A hundredfold now and then, and once three thousandfold: another burst. Once in a quiet run it would be a spike."""
    bursts = np.where(STEP % 100 == 0, 100.0, 1.0)
    once = np.where(STEP == ONSET, 3e3, bursts)
    assert healthy().with_signals(gradient_norm_d=once).find(KIND).status == "clear"
    assert (
        healthy().with_signals(gradient_norm_d=np.where(STEP == ONSET, 3e3, 1.0)).find(KIND).status == "fired"
    )


@pytest.mark.parametrize("decades", [0.1, 0.3, 0.6])
def test_norms_over_decades_in_every_window_hold_no_spike(decades: float) -> None:
    for seed in range(5):
        noise = 10 ** (decades * np.random.default_rng(seed).standard_normal(STEP.shape))
        assert healthy().with_signals(gradient_norm_d=noise).find(KIND).status == "clear"


def test_the_last_window_holds_none_yet() -> None:
    last = healthy().with_signals(gradient_norm_d=lambda s, was: np.where(s == 3990, 100.0, was))
    assert last.find(KIND).status == "clear"
    before = healthy().with_signals(gradient_norm_d=lambda s, was: np.where(s == 3970, 100.0, was))
    assert before.find(KIND).status == "fired"


def test_in_a_run_that_explodes_single_steps_are_no_news() -> None:
    exploded = spiked().with_signals(
        update_ratio_g=0.3, gradient_norm_g=since(ONSET, lambda s, was: 40 * was)
    )
    found = exploded.find(KIND)
    assert found.status == "clear"
    assert "explode" in found.reason


def test_rows_without_a_norm_between_others_hide_no_spike() -> None:
    """As of a log that has the norm in every other row."""
    sparse = spiked().with_signals(
        gradient_norm_d=lambda step, _: np.where(step % 2 == 0, np.where(step == ONSET, 60.0, 2.0), np.nan),
        gradient_norm_g=None,
    )
    found = sparse.find(KIND, window=1)
    assert (found.status, found.onset, found.value) == ("fired", ONSET, pytest.approx(30))
