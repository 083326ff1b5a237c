"""stagnation: a generator that gets nowhere, and has not arrived."""

from __future__ import annotations

import numpy as np
import pytest

from ganbench.detect.blocks import blocks_of
from ganbench.detect.stagnation import pace, slope_score
from ganbench.detect.thresholds import limits
from tests.detect.pathologies import ONSET, STEP, stagnation
from tests.detect.runs import STEPS, Synthetic, healthy, since

KIND = "stagnation"


def creeping(path: float) -> Synthetic:
    """A generator whose weights go `path` times their norm in the plan, and whose samples are junk."""
    return stagnation().with_signals(update_ratio_g=path / STEPS)


def test_the_pace_is_the_path_of_the_weights_in_a_plan() -> None:
    table = creeping(0.7).table()
    np.testing.assert_allclose(pace(blocks_of(table, limits()["blocks"]), limits()[KIND]), 0.7)


@pytest.mark.parametrize(("path", "status"), [(0.02, "fired"), (0.05, "clear"), (5.0, "clear")])
def test_a_generator_that_creeps_from_the_start_stagnates(path: float, status: str) -> None:
    assert creeping(path).find(KIND).status == status


def test_the_plan_and_not_the_log_sets_the_pace() -> None:
    assert creeping(0.02).with_facts(steps=int(1.4 * STEPS)).find(KIND).status == "fired"
    assert creeping(0.025).with_facts(steps=int(1.4 * STEPS)).find(KIND).status == "clear"


def test_a_discriminator_that_moves_on_does_not_help() -> None:
    assert stagnation().with_signals(update_ratio_d=0.1).find(KIND).status == "fired"


def test_samples_are_told_from_data_by_either_player_or_by_neither() -> None:
    still = healthy().with_signals(update_ratio_g=1e-9)
    assert still.find(KIND).status == "clear"
    assert still.with_signals(auc=0.95).with_evaluations(auc_held_out=None).find(KIND).status == "fired"
    assert still.with_signals(auc=0.05).with_evaluations(auc_held_out=None).find(KIND).status == "fired"
    assert still.with_evaluations(high_quality=0.05).find(KIND).status == "fired"


def test_one_leap_begins_it_anew() -> None:
    leap = stagnation().with_signals(update_ratio_g=np.where(STEP == 3000, 0.5, 1e-9))
    found = leap.find(KIND)
    assert (found.status, (found.onset or 0) > 3000) == ("fired", True)
    late = stagnation().with_signals(update_ratio_g=np.where(STEP == STEPS - 100, 0.5, 1e-9))
    assert late.find(KIND).status == "clear"


def test_what_moves_again_has_only_paused() -> None:
    assert (
        stagnation().with_signals(update_ratio_g=since(ONSET, 2e-3, before=1e-9)).find(KIND).status == "clear"
    )


def test_without_updates_on_record_quality_without_a_slope_tells() -> None:
    run = stagnation().with_signals(update_ratio_g=None)
    found = run.find(KIND)
    assert (found.status, found.form) == ("fired", "no progress")
    assert run.with_evaluations(high_quality=np.linspace(0.01, 0.25, 20)).find(KIND).status == "clear"


def test_the_slope_score_is_the_t_of_a_straight_line_through_noise() -> None:
    rng = np.random.default_rng(0)
    scores = np.array([slope_score(rng.standard_normal(30)) for _ in range(2000)])
    assert np.mean(np.abs(scores) > 2) == pytest.approx(0.055, abs=0.02)
    assert slope_score(np.arange(30) + 0.1 * rng.standard_normal(30)) > 50


def test_the_first_steps_of_a_run_whose_plan_is_not_known_are_no_stagnation() -> None:
    """At its pace G would get somewhere in 10,000 steps; at a hundredth of it, nowhere."""
    young = healthy().without_evaluations().with_signals(auc=0.97, update_ratio_g=6e-6)
    assert young.find("stagnation").status == "fired"
    assert young.with_facts(steps=None).find("stagnation").status == "clear"
    crept = young.with_signals(update_ratio_g=6e-8).with_facts(steps=None).find("stagnation")
    assert (crept.status, crept.value) == ("fired", pytest.approx(6e-4))
