"""exploding-gradient: which signs have to agree."""

from __future__ import annotations

import numpy as np
import pytest

from tests.detect.pathologies import ONSET, STEP
from tests.detect.runs import Synthetic, healthy, since, with_logits

KIND = "exploding-gradient"


def grown(player: str, factor: float) -> Synthetic:
    return healthy().with_signals(**{f"gradient_norm_{player}": since(ONSET, lambda s, was: factor * was)})


@pytest.mark.parametrize("player", ["d", "g"])
def test_a_long_gradient_alone_is_not_enough_and_large_updates_of_either_player_agree(player: str) -> None:
    assert grown(player, 40).find(KIND).status == "clear"
    for other in "dg":
        assert (
            grown(player, 40).with_signals(**{f"update_ratio_{other}": since(ONSET, 0.2)}).find(KIND).status
            == "fired"
        )


def test_outputs_that_grow_as_much_agree() -> None:
    wild = with_logits(grown("d", 40), real=0.1, fake=-0.1, std=np.where(STEP >= ONSET, 6.0, 0.3))
    assert wild.find(KIND).status == "fired"
    calm = with_logits(grown("d", 40), real=0.1, fake=-0.1, std=np.where(STEP >= ONSET, 0.6, 0.3))
    assert calm.find(KIND).status == "clear"


def test_a_loss_that_was_nearly_0_grows_tenfold_for_nothing() -> None:
    """A D that was right about everything, and is a little less so."""
    small = grown("d", 40).with_signals(loss_d=np.where(STEP >= ONSET, 1e-2, 1e-4))
    assert small.find(KIND).status == "clear"
    large = grown("d", 40).with_signals(loss_d=np.where(STEP >= ONSET, 15.0, 1e-4))
    assert large.find(KIND).status == "fired"


def test_three_decades_need_no_other_sign() -> None:
    assert grown("g", 2000).find(KIND).status == "fired"


def test_what_only_decays_from_its_start_has_not_exploded() -> None:
    decaying = 1e3 * np.exp(-STEP / 30) + 1e-3
    run = healthy().with_signals(gradient_norm_g=decaying, gradient_norm_d=decaying, update_ratio_g=0.3)
    assert run.find(KIND).status == "clear"


def test_outputs_that_are_wild_from_the_start_need_no_baseline() -> None:
    found = with_logits(healthy(), real=90.0, fake=-90.0, std=5.0).find(KIND)
    assert (found.status, found.form) == ("fired", "by outputs")


def test_without_the_discriminators_gradient_the_generators_is_judged() -> None:
    run = grown("g", 40).with_signals(gradient_norm_d=None, update_ratio_g=since(ONSET, 0.2))
    assert run.find(KIND).status == "fired"
