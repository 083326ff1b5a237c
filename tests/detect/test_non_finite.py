"""non-finite: what counts, and the signs before."""

from __future__ import annotations

import numpy as np

from ganbench.detect.diagnose import detector
from tests.detect.runs import STEPS, critic, healthy, with_logits

STEP = np.arange(STEPS)


def test_one_number_in_one_step_is_enough_and_is_not_taken_back() -> None:
    found = healthy().with_signals(nonfinite=(STEP == 1000).astype(float)).find("non-finite")
    assert (found.status, found.severity) == ("fired", "fatal")
    assert found.onset is not None
    assert 984 <= found.onset <= 1000


def test_a_recorded_divergence_is_the_onset_to_the_step() -> None:
    assert healthy().with_facts(diverged_at=3333).find("non-finite").onset == 3333


def test_a_divergence_that_is_still_to_come_is_not_known_live() -> None:
    run = healthy().with_facts(diverged_at=3333)
    assert detector("non-finite")(run.table().until(2000)).status == "clear"


def test_nan_in_a_log_is_a_missing_value_and_no_divergence() -> None:
    holes = healthy().with_signals(loss_d=np.where(STEP % 5, np.nan, 1.38), nonfinite=None)
    assert holes.find("non-finite").status == "clear"


def test_outputs_that_double_beyond_what_float32_holds_are_a_sign() -> None:
    growth = 0.3 * 2.0 ** np.maximum(0, (STEP - 3000) / 25)
    found = with_logits(healthy(), real=0.1, fake=-0.1, std=growth).find("non-finite")
    assert (found.status, found.form, found.severity) == ("fired", "early sign", "warn")


def test_a_critic_has_no_bound_but_its_own_growth() -> None:
    """Four decades above its own baseline; a level of 60 means nothing."""
    growth = 0.3 * 2.0 ** np.maximum(0, (STEP - 3000) / 25)
    wide = {f"{side}_logit_std": growth for side in ("real", "fake", "generator")}
    assert critic().with_signals(**wide).find("non-finite").form == "early sign"
    modest = {name: np.minimum(values, 300) for name, values in wide.items()}
    assert critic().with_signals(**modest).find("non-finite").status == "clear"
    high = {f"{side}_logit_mean": 60.0 + STEP for side in ("real", "fake", "generator")}
    assert critic().with_signals(**high).find("non-finite").status == "clear"


def test_loss_scaling_that_skips_more_than_one_step_in_a_hundred_is_no_probing() -> None:
    often = healthy().with_signals(nonfinite=(STEP % 50 == 0).astype(float)).with_facts(loss_scaling=True)
    assert often.find("non-finite").severity == "fatal"
