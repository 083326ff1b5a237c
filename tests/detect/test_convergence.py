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
    assert level(consistent.with_evaluations(probe_gap=0.02)) == "certified"
    assert level(consistent.with_evaluations(probe_gap=0.5)) == "consistent"


def test_it_fires_from_stationary_on_and_says_what_is_missing() -> None:
    balanced = RUNS["convergence"]().with_signals(fake_mean_0=None, fake_mean_1=None).find("convergence")
    assert balanced.status == "clear"
    assert "no moments of fakes" in balanced.reason
    critics = critic().find("convergence")
    assert (critics.status, critics.value) == ("fired", 2.0)
    assert "has no value of its own" in critics.reason


def test_a_value_at_minus_ln_4_is_no_certificate() -> None:
    """A blind D loses 2 ln 2 to the last digit."""
    blind = RUNS["blind-discriminator"]()
    assert np.allclose(blind.signals["loss_d"][3000:], 2 * np.log(2), atol=1e-3)
    assert blind.find("convergence").status == "clear"


@pytest.mark.parametrize("share", [0.25, 0.75])
def test_a_generator_that_stands_still_on_some_of_the_modes_is_not_certified(share: float) -> None:
    found = healthy().with_evaluations(covered_share=share).find("convergence")
    assert (found.status, found.form) == ("clear", "balanced")
    assert f"{share:.0%} of the modes" in found.reason


def test_without_known_modes_samples_unlike_the_data_are_not_certified() -> None:
    run = healthy().with_evaluations(covered_share=None, mode_histogram=None)
    assert level(run) == "stationary"
    assert level(run.with_evaluations(sliced_wasserstein=0.5)) == "balanced"
