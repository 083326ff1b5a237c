"""vanishing-gradient by loss, and without one."""

from __future__ import annotations

import numpy as np
import pytest

from ganbench.detect.nulls import collapsed_attenuation
from tests.detect.pathologies import ONSET
from tests.detect.runs import Synthetic, critic, healthy, since

KIND = "vanishing-gradient"
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
    run = healthy(0, "minimax").with_signals(
        attenuation=collapsed_attenuation(np.array(m / 25)), auc=1 - m / 50
    )
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


def test_more_is_lost_than_a_collapse_of_the_same_area_explains() -> None:
    """At AUC 1 - c/2 a collapse leaves c / (1 + c) of the signal under minimax."""
    c = 0.15
    left = float(collapsed_attenuation(np.array(c)))
    run = healthy(0, "minimax").with_signals(auc=1 - c / 2)
    assert run.with_signals(attenuation=left).find(KIND).status == "clear"
    assert run.with_signals(attenuation=0.02).find(KIND).status == "fired"


@pytest.mark.parametrize("auc", [1.0, 0.0])
def test_a_discriminator_that_is_fooled_throughout_separates_as_well(auc: float) -> None:
    """Under least squares, G is at its target, and nothing moves it on."""
    run = healthy(0, "least-squares").with_signals(auc=auc, attenuation=3e-3)
    assert run.find(KIND).status == "fired"


def test_a_generator_that_crept_while_the_signal_reached_it_is_too_slow_by_itself() -> None:
    lost = healthy(0, "minimax").with_signals(auc=1.0, attenuation=since(ONSET, 1e-5))
    assert lost.with_signals(update_ratio_g=since(ONSET, 1e-9, before=2e-3)).find(KIND).status == "fired"
    crept = lost.with_signals(update_ratio_g=since(ONSET, 1e-9, before=2e-6))
    assert crept.find(KIND).status == "clear"
    assert "its own rate is too low" in crept.find(KIND).reason
    unknown = {"update_ratio_g": since(1920, 1e-9, before=np.nan), "attenuation": since(1920, 1e-5)}
    assert lost.with_signals(**unknown).find(KIND).status == "fired"
    never = lost.with_signals(attenuation=1e-5, update_ratio_g=1e-9)
    assert never.find(KIND).status == "fired"


def test_a_generator_that_has_got_out_by_itself_is_clear_unless_that_took_long() -> None:
    def lost(until: int) -> Synthetic:
        signal = since(until, 0.5, before=1e-5)
        return healthy(0, "minimax").with_signals(auc=1.0, attenuation=signal)

    assert lost(600).find(KIND).status == "clear"
    found = lost(2000).find(KIND)
    assert (found.status, found.severity) == ("fired", "info")
