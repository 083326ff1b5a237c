"""diverging-discriminator: the loss on record, the least of the logits, and critics."""

from __future__ import annotations

import numpy as np
import pytest

from tests.detect.pathologies import STEP
from tests.detect.runs import STEPS, critic, healthy, with_logits

KIND = "diverging-discriminator"


@pytest.mark.parametrize(
    ("loss", "real", "fake"),
    [
        ("non-saturating", -3.0, 3.0),  # 2 softplus(3) = 6.1 over 2 ln 2
        ("minimax", -3.0, 3.0),
        ("hinge", -1.0, 1.0),  # 4 over 2
        ("least-squares", 0.0, 1.0),  # 1 over 1/4
    ],
)
def test_logits_of_swapped_labels_are_worse_than_blind_whatever_the_log_says(
    loss: str, real: float, fake: float
) -> None:
    run = with_logits(healthy(0, loss), real=real, fake=fake, std=0.1)
    assert run.find(KIND).status == "fired"
    swapped = run.with_signals(loss_d=0.01)
    found = swapped.find(KIND)
    assert (found.status, found.form) == ("fired", "worse than blind")
    assert swapped.with_signals(loss_d=None).find(KIND).status == "fired"
    assert swapped.with_facts(tricks=("label-smoothing",)).find(KIND).status == "clear"


def test_the_value_is_the_greater_of_both_losses_over_that_of_a_blind_one() -> None:
    swapped = with_logits(healthy(0, "least-squares"), real=0.0, fake=1.0, std=1e-6).with_signals(loss_d=0.01)
    assert swapped.find(KIND).value == pytest.approx(4, abs=1e-4)
    assert swapped.with_signals(loss_d=2.0).find(KIND).value == pytest.approx(8, abs=1e-4)


def test_a_discriminator_that_recovers_has_not_diverged_unless_it_took_a_quarter_of_the_plan() -> None:
    def wrong_for(steps: int) -> str:
        wrong = np.isin(STEP, 1000 + np.arange(steps))
        return with_logits(healthy(), real=0.0, fake=0.0, std=np.where(wrong, 6.0, 0.3)).find(KIND).status

    assert wrong_for(800) == "clear"
    assert wrong_for(1200) == "fired"


def test_a_runaway_critic_is_an_error_only_where_samples_are_bad() -> None:
    wide = 0.3 * 12 ** (STEP / STEPS)
    run = critic().with_signals(**{f"{side}_logit_std": wide for side in ("real", "fake", "generator")})
    found = run.find(KIND)
    assert (found.status, found.form, found.severity) == ("fired", "runaway critic", "warn")
    assert run.with_evaluations(high_quality=0.1).find(KIND).severity == "error"
