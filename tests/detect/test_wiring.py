"""wiring: each look, and what it takes."""

from __future__ import annotations

import numpy as np
import pytest

from tests.detect.runs import Synthetic, critic, healthy, with_logits


def form(run: Synthetic) -> str:
    found = run.find("wiring")
    return found.form if found.status == "fired" else found.status


def test_a_loss_that_is_not_that_of_its_logits_is_found_for_either_player() -> None:
    assert form(healthy().with_signals(loss_g=0.31)) == "loss"
    assert form(healthy().with_signals(loss_d=0.9)) == "loss"
    assert form(critic().with_signals(loss_d=lambda s, was: was + 0.1)) == "loss"


def test_a_mean_of_the_two_terms_is_said_to_be_half_of_what_is_meant() -> None:
    found = healthy().with_signals(loss_d=lambda s, was: was / 2).find("wiring")
    assert "the mean of its two terms" in found.reason
    assert "mean of its two terms" not in healthy().with_signals(loss_d=0.9).find("wiring").reason


def test_a_few_odd_rows_are_a_slip_of_the_log() -> None:
    odd = np.arange(4000) < 7
    assert form(healthy().with_signals(loss_g=lambda s, was: np.where(odd, 9.0, was))) == "clear"


def test_a_loss_with_tricks_in_it_is_not_recomputed() -> None:
    assert form(healthy().with_signals(loss_g=0.31).with_facts(tricks=("label-smoothing",))) == "clear"


def test_an_untrained_discriminator_that_loses_three_times_too_much_has_another_loss() -> None:
    run = healthy().with_facts(loss=None).with_signals(loss_d=lambda s, was: np.where(s < 16, 4.2, was))
    assert form(run) == "initial loss"
    trained = with_logits(run, real=3.0, fake=-3.0, std=0.3).with_signals(loss_d=4.2)
    assert form(trained) == "clear"


@pytest.mark.parametrize("spread", [0.01, 0.3, 0.6])
def test_an_untrained_discriminator_near_zero_loses_what_its_logits_say_under_least_squares(
    spread: float,
) -> None:
    """1/2 at logits of 0 and more with their spread, where one that is blind at 1/2 loses 1/4."""
    run = with_logits(healthy(0, "least-squares"), real=0.0, fake=0.0, std=spread)
    first = float(run.table(window=1).signals["loss_d"].mean[0])
    assert first == pytest.approx(0.5 + spread**2, abs=0.1)
    assert form(run) == "clear"
    assert (
        run.with_signals(loss_d=lambda s, was: np.where(s < 16, 1.4, was))
        .with_facts(tricks=("label-smoothing",))
        .find("wiring")
        .form
        == "initial loss"
    )


def test_a_generator_without_any_gradient_from_the_first_step_on_is_detached() -> None:
    assert form(healthy().with_signals(gradient_norm_g=0.0)) == "no gradient"
    died = healthy().with_signals(gradient_norm_g=lambda s, was: np.where(s < 1000, was, 0.0))
    assert form(died) == "clear"


def test_fakes_that_are_rated_otherwise_in_the_generators_step_have_two_views() -> None:
    run = healthy().with_facts(loss=None)
    assert form(run.with_signals(generator_logit_mean=3.0)) == "two views"
    assert form(run.with_signals(generator_logit_mean=0.3)) == "clear"


def test_a_fast_discriminator_explains_the_difference() -> None:
    """Its level moves from block to block by more than the two steps differ."""
    run = healthy().with_facts(loss=None)
    restless = np.where(np.arange(4000) // 32 % 2, 6.0, -6.0)
    moved = run.with_signals(fake_logit_mean=restless, generator_logit_mean=restless + 3)
    assert form(moved) == "clear"


def test_several_steps_of_the_generator_explain_the_difference() -> None:
    """D's level jumps now and then, and stays in between: the moves of five neighbouring blocks count."""
    run = healthy().with_facts(loss=None)
    level = 6.0 * (np.arange(4000) // 96 % 2)
    assert form(run.with_signals(fake_logit_mean=level, generator_logit_mean=level + 3)) == "clear"


def test_a_generator_of_one_sample_has_no_spread_and_still_one_view() -> None:
    """The unit is the spread of all of D's logits, not that of fakes which are all the same."""
    run = healthy().with_facts(loss=None)
    same = run.with_signals(fake_logit_std=0.0, generator_logit_std=0.0, generator_logit_mean=0.1)
    assert form(same) == "clear"
    assert form(same.with_signals(generator_logit_mean=3.0)) == "two views"


def test_outputs_that_are_all_the_same_differ_by_rounding() -> None:
    flat = {f"{side}_logit_std": 0.0 for side in ("real", "fake", "generator")}
    means = {f"{side}_logit_mean": -4.0 for side in ("real", "fake")}
    run = healthy().with_facts(loss=None).with_signals(**flat, **means)
    assert form(run.with_signals(generator_logit_mean=-4.0 * (1 + 3e-7))) == "clear"
    assert form(run.with_signals(generator_logit_mean=-3.9)) == "two views"


def test_of_data_that_are_a_point_no_views_are_compared() -> None:
    run = healthy().with_facts(loss=None, real_std=(0.0, 0.0)).with_signals(generator_logit_mean=3.0)
    assert form(run) == "clear"


def test_without_any_of_its_columns_there_is_nothing_to_look_at() -> None:
    bare = healthy().with_signals(**dict.fromkeys(healthy().signals)).with_signals(auc=0.5)
    assert form(bare) == "not applicable"


def test_a_norm_that_is_missing_after_the_first_windows_says_nothing_and_warns_of_nothing() -> None:
    run = healthy().with_signals(
        gradient_norm_g=lambda step, was: np.where(step < 3900, np.nan, was), loss_d=None, loss_g=None
    )
    ended = run.with_signals(fake_logit_mean=None)
    assert form(ended) == "clear"
    assert ended.table(window=1000).signals["gradient_norm_g"].count[0] == 0
