"""one-sided-discriminator: either side, and none."""

from __future__ import annotations

import pytest

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
