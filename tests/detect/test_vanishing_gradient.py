"""vanishing-gradient by loss, and without one."""

from __future__ import annotations

import pytest

from ganbench.detect.nulls import collapsed_attenuation
from tests.detect.pathologies import ONSET
from tests.detect.runs import Synthetic, critic, healthy, since

SMALL = {"auc": since(ONSET, 1.0), "update_ratio_g": since(ONSET, 1e-9)}


def unnamed(**changed: object) -> Synthetic:
    """A log of norms of a loss that nobody named."""
    run = healthy().with_facts(loss=None).with_signals(attenuation=None, **SMALL)
    return run.with_signals(gradient_norm_g=since(ONSET, 1e-6)).with_signals(**changed)


@pytest.mark.parametrize("loss", ["hinge", "wasserstein"])
def test_a_loss_that_passes_everything_on_cannot_vanish(loss: str) -> None:
    found = critic(0, loss).with_signals(**SMALL).find("vanishing-gradient")
    assert found.status == "not applicable"
    assert f"'{loss}' passes D's slope on" in found.reason


@pytest.mark.parametrize("m", [1, 4, 8])
def test_partial_collapse_lowers_the_attenuation_of_minimax_and_is_no_vanishing(m: int) -> None:
    run = healthy(0, "minimax").with_signals(attenuation=collapsed_attenuation(m / 25), auc=1 - m / 50)
    assert run.find("vanishing-gradient").status == "clear"


def test_without_the_loss_norm_auc_and_updates_have_to_agree_and_it_is_a_warning() -> None:
    found = unnamed().find("vanishing-gradient")
    assert (found.status, found.form, found.severity) == ("fired", "by norm", "warn")
    assert unnamed(auc=0.55).find("vanishing-gradient").status == "clear"
    assert unnamed(update_ratio_g=2e-3).find("vanishing-gradient").status == "clear"
    assert unnamed(gradient_norm_g=0.3).find("vanishing-gradient").status == "clear"
    assert unnamed(update_ratio_g=None).find("vanishing-gradient").status == "not applicable"


def test_without_updates_on_record_a_vanishing_gradient_is_a_warning() -> None:
    run = healthy(0, "minimax").with_signals(auc=1.0, attenuation=1e-7, update_ratio_g=None)
    assert run.find("vanishing-gradient").severity == "warn"
