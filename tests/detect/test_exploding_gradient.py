"""exploding-gradient: which signs have to agree."""

from __future__ import annotations

import numpy as np
import pytest

from tests.detect.pathologies import ONSET, STEP
from tests.detect.runs import STEPS, Synthetic, critic, healthy, since, with_logits

KIND = "exploding-gradient"


def grown(player: str, factor: float) -> Synthetic:
    return healthy().with_signals(**{f"gradient_norm_{player}": since(ONSET, lambda s, was: factor * was)})


@pytest.mark.parametrize("player", ["d", "g"])
def test_a_long_gradient_alone_is_not_enough_and_large_updates_of_either_player_agree(player: str) -> None:
    assert grown(player, 40).find(KIND).status == "clear"
    for other in "dg":
        assert (
            grown(player, 40).with_signals(**{f"update_ratio_{other}": since(ONSET, 0.2)}).find(KIND).status
            == "fired"
        )


def test_outputs_that_grow_as_much_agree() -> None:
    wild = with_logits(grown("d", 40), real=0.1, fake=-0.1, std=np.where(STEP >= ONSET, 6.0, 0.3))
    assert wild.find(KIND).status == "fired"
    calm = with_logits(grown("d", 40), real=0.1, fake=-0.1, std=np.where(STEP >= ONSET, 0.6, 0.3))
    assert calm.find(KIND).status == "clear"


def test_outputs_of_a_critic_have_no_unit_and_agree_with_nothing() -> None:
    """Twelve times the critic is twelve times its gradient: one sign and not two."""
    run = critic().with_signals(**{f"gradient_norm_{p}": since(ONSET, lambda s, was: 12 * was) for p in "dg"})
    wide = with_logits(run, real=0.1, fake=-0.1, std=np.where(STEP >= ONSET, 3.6, 0.3))
    assert wide.find(KIND).status == "clear"
    assert wide.with_signals(update_ratio_d=since(ONSET, 0.2)).find(KIND).status == "fired"


def test_a_loss_that_was_nearly_0_grows_tenfold_for_nothing() -> None:
    """A D that was right about everything, and is a little less so."""
    small = grown("d", 40).with_signals(loss_d=np.where(STEP >= ONSET, 1e-2, 1e-4))
    assert small.find(KIND).status == "clear"
    large = grown("d", 40).with_signals(loss_d=np.where(STEP >= ONSET, 15.0, 1e-4))
    assert large.find(KIND).status == "fired"


def test_three_decades_need_no_other_sign() -> None:
    assert grown("g", 2000).find(KIND).status == "fired"


def test_what_only_decays_from_its_start_has_not_exploded() -> None:
    decaying = 1e3 * np.exp(-STEP / 30) + 1e-3
    run = healthy().with_signals(gradient_norm_g=decaying, gradient_norm_d=decaying, update_ratio_g=0.3)
    assert run.find(KIND).status == "clear"


def test_outputs_that_are_wild_from_the_start_need_no_baseline() -> None:
    found = with_logits(healthy(), real=90.0, fake=-90.0, std=5.0).find(KIND)
    assert (found.status, found.form) == ("fired", "by outputs")


def test_without_the_discriminators_gradient_the_generators_is_judged() -> None:
    run = grown("g", 40).with_signals(gradient_norm_d=None, update_ratio_g=since(ONSET, 0.2))
    assert run.find(KIND).status == "fired"


@pytest.mark.parametrize("player", ["d", "g"])
def test_weights_that_are_far_longer_than_at_first_have_exploded_whatever_the_gradient_does(
    player: str,
) -> None:
    run = healthy().with_signals(**{f"weight_norm_{player}": np.where(STEP >= ONSET, 80.0, 10.0)})
    found = run.find(KIND)
    assert (found.status, found.form, found.severity) == ("fired", "by weights", "warn")
    assert run.with_evaluations(high_quality=0.1).find(KIND).severity == "error"
    assert run.without_evaluations().find(KIND).severity == "error"
    assert found.value == pytest.approx(8)
    assert abs((found.onset or 0) - ONSET) <= 16
    died = run.with_signals(gradient_norm_d=since(ONSET, 0.0), gradient_norm_g=since(ONSET, 0.0))
    assert died.find(KIND).form == "by weights"


def test_weights_that_shrink_from_their_start_and_grow_again_have_not_exploded() -> None:
    run = healthy().with_signals(weight_norm_g=10 * np.where(STEP < 60, 1.0, 0.1 + 0.9 * STEP / STEPS))
    assert run.find(KIND).status == "clear"


def test_weights_grow_for_five_windows_before_they_count_and_a_run_may_end_there() -> None:
    """A run that leaves has no fifth block."""
    for windows, status in ((4, "clear"), (5, "fired")):
        run = healthy().with_signals(
            weight_norm_d=np.repeat([10.0, 90.0], [STEPS - 16 * windows, 16 * windows])
        )
        assert run.find(KIND).status == status


def test_samples_that_fly_further_than_ever_within_a_window_are_thrown() -> None:
    thrown = healthy().with_signals(fake_mean_1=since(ONSET + 8, 12.0))
    found = thrown.find(KIND)
    assert (found.status, found.form) == ("fired", "by samples")
    assert found.value == pytest.approx(6, abs=0.2)  # half of the way, as half of the window's steps
    assert thrown.with_facts(real_std=(1.0, 5.0)).find(KIND).status == "clear"
    assert thrown.with_facts(real_std=()).find(KIND).status == "clear"


def test_samples_that_come_to_the_data_from_afar_are_not_thrown() -> None:
    arrives = healthy().with_signals(fake_mean_0=np.where(STEP < 328, -12.0, 0.0))
    assert arrives.find(KIND).status == "clear"
    leaves = healthy().with_signals(fake_mean_0=np.where(STEP < 328, 0.0, -12.0))
    assert leaves.find(KIND).form == "by samples"


def test_batches_of_single_points_of_the_data_are_not_thrown() -> None:
    """The null: however a G hops between two modes, the mean of its batches varies as the data do."""
    hops = np.sign(np.random.default_rng(0).standard_normal(STEP.shape))
    assert healthy().with_signals(fake_mean_0=hops).find(KIND).status == "clear"
