"""frozen-network: weights that stay the same bit for bit, and what only looks like it."""

from __future__ import annotations

import numpy as np
import pytest

from tests.detect.pathologies import ONSET, STEP
from tests.detect.runs import STEPS, Synthetic, healthy, since

KIND = "frozen-network"


def still(player: str = "g", **weights: object) -> Synthetic:
    return healthy().with_signals(**{f"update_norm_{player}": since(ONSET, 0.0)}, **weights)


@pytest.mark.parametrize(("player", "form"), [("g", "generator"), ("d", "discriminator")])
def test_it_says_who_and_for_how_long(player: str, form: str) -> None:
    found = still(player).find(KIND)
    assert (found.status, found.form, found.severity) == ("fired", form, "error")
    assert found.value == pytest.approx(0.5, abs=0.02)
    assert found.last == STEPS - 1


def test_a_player_that_moves_now_and_then_is_not_frozen() -> None:
    awake = np.where(STEP % 300 == 299, 1e-6, 0.0)
    assert healthy().with_signals(update_norm_g=awake).find(KIND).status == "clear"


def test_a_player_that_moves_again_has_waited() -> None:
    assert still().with_signals(update_norm_g=since(3000, 0.02, before=0.0)).find(KIND).status == "clear"


def test_weights_at_the_origin_have_arrived_there() -> None:
    """Of a game that ends at weights 0, weights and updates leave the range of the record together."""
    size = np.maximum(np.exp(-STEP / 20.0), 0.0)
    gone = np.where(size > 1e-38, size, 0.0)
    run = healthy().with_signals(update_norm_g=0.1 * gone, weight_norm_g=gone)
    assert run.find(KIND).status == "clear"
    assert run.with_signals(weight_norm_g=None).find(KIND).status == "fired"


@pytest.mark.parametrize(("ratio", "status"), [(1e-16, "fired"), (1e-12, "clear"), (1e-6, "clear")])
def test_an_update_that_float32_loses_is_none(ratio: float, status: str) -> None:
    run = healthy().with_signals(weight_norm_g=7.0, update_norm_g=since(ONSET, 7.0 * ratio))
    assert run.find(KIND).status == status


def test_float32_does_lose_it() -> None:
    weights = np.random.default_rng(0).standard_normal(10_000).astype(np.float32)
    update = np.float32(1e-14 * np.linalg.norm(weights) / 100) * np.ones_like(weights)
    assert (weights + update == weights).all()
