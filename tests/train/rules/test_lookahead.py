"""Lookahead-minimax: slow weights of both players, in memory."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from ganbench.suite.schema import Setting
from ganbench.train.build import Builder
from ganbench.train.field import joint_weights
from tests.train.settings import CPU, dirac, setting, train


def lookahead(k: int, alpha: float = 0.5, **changes: Any) -> Setting:
    return setting(tricks=[{"name": "lookahead", "k": k, "alpha": alpha}], **changes)


def slow(training: Any) -> torch.Tensor:
    memory = training.game.tricks.applied[0].memory
    return torch.cat([memory["g"], memory["d"]], dim=1)


def test_the_slow_weights_start_as_the_first_weights() -> None:
    game = Builder([lookahead(5)] * 2, [0, 1], CPU).game()
    memory = game.tricks.applied[0].memory
    assert torch.equal(memory["g"], game.generator.stack.flat)
    assert torch.equal(memory["d"], game.discriminator.stack.flat)


def test_both_players_go_back_together_and_only_every_k_rounds() -> None:
    training = train(lookahead(5), lookahead(5), steps=4, probed=False)
    start = slow(training)
    assert not torch.equal(joint_weights(training.game), start)
    fast = train(setting(), setting(), steps=5, probed=False)
    training.advance(5)
    torch.testing.assert_close(
        joint_weights(training.game), (start + joint_weights(fast.game)) / 2, rtol=1e-12, atol=1e-14
    )
    assert torch.equal(joint_weights(training.game), slow(training))
    training.advance(6)
    assert not torch.equal(joint_weights(training.game), slow(training))


def test_until_the_first_return_it_is_the_plain_run_bit_for_bit() -> None:
    looked, plain = (train(cell, cell, steps=9, probed=False) for cell in (lookahead(10), setting()))
    assert torch.equal(joint_weights(looked.game), joint_weights(plain.game))


def test_a_round_may_have_several_steps() -> None:
    """k counts rounds: 2 rounds of 3 generator steps."""
    training = train(*[lookahead(2, schedule={"g_steps": 3}, steps=12)] * 2, steps=6, probed=False)
    assert torch.equal(joint_weights(training.game), slow(training))
    training.advance(9)
    assert not torch.equal(joint_weights(training.game), slow(training))


def test_moments_and_their_clock_go_on() -> None:
    game = train(*[lookahead(5)] * 2, steps=20, probed=False).game
    assert game.generator.state["steps"][:, 0].tolist() == [20, 20]


def test_the_cost_is_that_of_the_run_without_it() -> None:
    looked, plain = (train(cell, cell, steps=20) for cell in (lookahead(5), setting()))
    assert looked.counters(0) == plain.counters(0)


def test_the_average_takes_the_fast_weights_of_every_generator_step() -> None:
    looked, plain = (
        train(cell, cell, steps=5, probed=False)
        for cell in (lookahead(5, ema={"decay": 0.9}), setting(ema={"decay": 0.9}))
    )
    assert looked.game.average is not None
    assert plain.game.average is not None
    assert torch.equal(looked.game.average.stack.flat, plain.game.average.stack.flat)


def test_the_trace_has_the_optimisers_step_and_not_the_way_back() -> None:
    """Bilinear game, simultaneous, k = 1: (1, 1) -> (1 - h, 1 + h) -> half way back."""
    cell = dirac(
        loss="wasserstein",
        tricks=[{"name": "lookahead", "k": 1}],
        schedule={"order": "simultaneous"},
        steps=2,
    )
    training = train(cell)
    found = training.trace.bursts(["a"])
    assert found["update_norm_g"][0] == pytest.approx(0.2)
    assert found["weight_norm_g"][0] == pytest.approx(0.8)
    assert found["update_norm_g"][1] == pytest.approx(0.2 * 1.1)
