"""one-sided-discriminator: either side, and none."""

from __future__ import annotations

import numpy as np
import pytest

from tests.detect.pathologies import STEP
from tests.detect.runs import Synthetic, critic, healthy, with_logits


def one_sided(level: float, *, real: float, fake: float) -> Synthetic:
    run = with_logits(healthy(), real=level, fake=level, std=0.3)
    return run.with_signals(real_logit_positive=real, fake_logit_positive=fake)


@pytest.mark.parametrize(("level", "share", "side"), [(2.0, 0.99, "all real"), (-2.0, 0.01, "all fake")])
def test_both_kinds_on_one_side_is_one_sided_and_the_side_is_told(
    level: float, share: float, side: str
) -> None:
    found = one_sided(level, real=share, fake=share).find("one-sided-discriminator")
    assert (found.status, found.form) == ("fired", side)
    assert found.value == pytest.approx(0.99)


@pytest.mark.parametrize(("real", "fake"), [(0.99, 0.5), (0.5, 0.01), (0.99, 0.01), (0.01, 0.99)])
def test_one_kind_on_one_side_is_not(real: float, fake: float) -> None:
    assert one_sided(2.0, real=real, fake=fake).find("one-sided-discriminator").status == "clear"


def test_a_critic_has_no_sides() -> None:
    found = critic().find("one-sided-discriminator")
    assert found.status == "not applicable"
    assert "no decision value" in found.reason


def test_the_decision_of_least_squares_is_one_half() -> None:
    run = with_logits(critic(0, "least-squares"), real=0.52, fake=0.52, std=0.005)
    near = run.with_signals(real_logit_positive=1.0, fake_logit_positive=1.0)
    assert near.find("one-sided-discriminator").status == "clear"
    far = with_logits(near, real=0.9, fake=0.9, std=0.005)
    assert far.find("one-sided-discriminator").status == "fired"


def test_a_level_that_is_right_again_counts_only_if_it_was_off_for_a_quarter_of_the_plan() -> None:
    def off_for(steps: int) -> str:
        off = np.isin(STEP, 1000 + np.arange(steps))
        sided = {f"{side}_logit_positive": np.where(off, 1.0, 0.5) for side in ("real", "fake")}
        run = with_logits(healthy(), real=np.where(off, 2.0, 0.1), fake=np.where(off, 2.0, -0.1), std=0.3)
        return run.with_signals(**sided).find("one-sided-discriminator").status

    assert off_for(800) == "clear"
    assert off_for(1200) == "fired"
    assert off_for(3000) == "fired"


def test_good_samples_make_it_a_warning_and_so_does_a_log_alone() -> None:
    run = one_sided(2.0, real=1.0, fake=1.0)
    assert run.find("one-sided-discriminator").severity == "warn"
    assert run.without_evaluations().find("one-sided-discriminator").severity == "warn"
    assert run.with_evaluations(high_quality=0.1).find("one-sided-discriminator").severity == "error"
