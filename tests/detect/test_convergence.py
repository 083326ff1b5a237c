"""The certificate, step by step."""

from __future__ import annotations

import numpy as np
import pytest

from tests.detect.pathologies import RUNS
from tests.detect.runs import Synthetic, critic, healthy


def level(run: Synthetic) -> str:
    return run.find("convergence").form


def test_the_steps_are_climbed_in_order() -> None:
    consistent = RUNS["convergence"]()
    assert level(consistent.with_signals(auc=0.9)) == "none"
    assert level(consistent.with_signals(fake_mean_0=None, fake_mean_1=None)) == "balanced"
    assert level(consistent.with_facts(equilibrium=(None, None))) == "stationary"
    assert level(consistent) == "consistent"
    assert level(consistent.with_evaluations(neighbour_auc=0.6)) == "certified"
    assert level(consistent.with_evaluations(neighbour_auc=0.8)) == "consistent"
    assert level(consistent.with_evaluations(neighbour_auc=0.6).with_facts(samples=20)) == "consistent"


def test_it_fires_from_stationary_on_and_says_what_is_missing() -> None:
    balanced = RUNS["convergence"]().with_signals(fake_mean_0=None, fake_mean_1=None).find("convergence")
    assert balanced.status == "clear"
    assert "no moments of fakes" in balanced.reason
    critics = critic().find("convergence")
    assert (critics.status, critics.value) == ("fired", 2.0)
    assert "has no value of its own" in critics.reason


def test_a_discriminator_that_knows_its_training_data_by_heart_is_not_balanced() -> None:
    """Neither by what it says of other data alone, nor by what it says of its own."""
    run = RUNS["convergence"]()
    assert level(run.with_signals(auc=0.9)) == "none"
    assert level(run.with_evaluations(auc_held_out=0.3)) == "none"
    assert level(run.with_evaluations(auc_held_out=np.where(np.arange(20) == 19, 0.3, 0.55))) == "none"


def test_without_held_out_data_blocks_of_steps_have_to_be_balanced() -> None:
    run = RUNS["convergence"]().with_evaluations(auc_held_out=None)
    assert level(run) == "consistent"
    swinging = run.with_signals(auc=np.where(np.arange(4000) // 100 % 2, 0.45, 0.62))
    assert "of the looks only" in swinging.find("convergence").reason


@pytest.mark.parametrize(("quality", "expected"), [(0.70, "consistent"), (0.68, "balanced")])
def test_samples_beside_the_modes_alone_give_the_best_discriminator_an_auc(
    quality: float, expected: str
) -> None:
    """1/2 + (q_data - q) / 2 > .65 for q < .989 - .3."""
    assert level(RUNS["convergence"]().with_evaluations(high_quality=quality)) == expected


def points(theta: np.ndarray) -> Synthetic:
    run = healthy().with_signals(fake_mean_0=theta, fake_std_0=0.0, fake_mean_1=None, fake_std_1=None)
    return run.with_facts(real_std=(0.0,), real_mean=(0.0,))


def test_data_of_one_point_are_reached_where_the_samples_stay_at_it() -> None:
    step = np.arange(4000)
    wave = np.sin(2 * np.pi * step / 100)
    reached = points(np.exp(-step / 500) * wave).with_signals(auc=1.0).find("convergence")
    assert (reached.status, reached.form) == ("fired", "stationary")
    passing = points(np.where(step == 3900, 0.02, np.exp(-step / 500) * wave)).find("convergence", window=1)
    assert (passing.status, passing.form) == ("clear", "none")
    assert "2% of their farthest" in passing.reason
    assert points(wave).find("convergence").status == "clear"
    unknown = points(np.exp(-step / 500))
    assert "no means" in unknown.with_facts(real_mean=()).find("convergence").reason
    assert "no means" in unknown.with_signals(fake_mean_0=None).find("convergence").reason


def test_without_moments_of_the_data_nothing_says_that_they_are_a_point() -> None:
    assert level(RUNS["convergence"]().with_facts(real_std=(), real_mean=())) == "balanced"


def test_a_value_at_minus_ln_4_is_no_certificate() -> None:
    """A blind D loses 2 ln 2 to the last digit."""
    blind = RUNS["blind-discriminator"]()
    assert np.allclose(blind.signals["loss_d"][3000:], 2 * np.log(2), atol=1e-3)
    assert blind.find("convergence").status == "clear"


@pytest.mark.parametrize("share", [0.75, 0.85])
def test_a_generator_that_stands_still_on_some_of_the_modes_is_not_certified(share: float) -> None:
    found = healthy().with_evaluations(covered_share=share).find("convergence")
    assert (found.status, found.form) == ("clear", "balanced")
    assert f"{share:.0%} of the modes" in found.reason


def test_without_known_modes_samples_unlike_the_data_are_not_certified() -> None:
    run = healthy().with_evaluations(covered_share=None, mode_histogram=None)
    assert level(run) == "stationary"
    assert level(run.with_evaluations(sliced_wasserstein=0.5)) == "balanced"


def test_data_of_one_point_without_means_of_the_same_features_are_not_certified() -> None:
    point = RUNS["convergence"]().with_facts(real_std=(0.0,), real_mean=(1.0,))
    apart = point.with_signals(fake_mean_0=None, fake_std_0=None).find("convergence")
    assert (apart.status, apart.form) == ("clear", "none")
    assert level(point.with_facts(real_std=(0.0, 0.0))) == "none"


def test_a_column_that_ends_early_is_no_proof_either_way() -> None:
    run = RUNS["convergence"]()
    ended = run.with_signals(auc_low=lambda step, was: np.where(step < 1000, was, np.nan))
    assert level(ended) == level(run)
