"""The plain loops train what the engine trains."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from benchmarks.contenders import SIZES, setting
from benchmarks.plain import Draws, PlainLoop, TunedLoop

MADE = setting(SIZES[0])


def flat(network: nn.Module) -> Tensor:
    return torch.cat([p.detach().flatten() for p in network.parameters()])


def test_plain_and_tuned_take_the_same_steps() -> None:
    plain, tuned = PlainLoop(MADE, seed=1), TunedLoop(MADE, seed=1)
    for loop in (plain, tuned):
        loop.advance(5)
    for player in ("g", "d"):
        ours, theirs = (flat(getattr(loop, player)) for loop in (plain, tuned))
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("loop", [PlainLoop, TunedLoop])
def test_both_players_move(loop: type[PlainLoop]) -> None:
    made = loop(MADE)
    before = flat(made.g), flat(made.d)
    made.advance(1)
    assert not torch.equal(flat(made.g), before[0])
    assert not torch.equal(flat(made.d), before[1])


def test_the_tuned_loop_leaves_the_discriminator_trainable() -> None:
    loop = TunedLoop(MADE)
    loop.advance(1)
    assert all(p.requires_grad for p in loop.d.parameters())


def test_draws_lie_on_the_ring_of_the_engine() -> None:
    radius = Draws(MADE, 0).real().norm(dim=1)
    torch.testing.assert_close(radius, torch.ones_like(radius), rtol=0, atol=0.3)


def test_making_a_loop_leaves_torchs_generator_alone() -> None:
    before = torch.random.get_rng_state()
    PlainLoop(MADE, seed=3).advance(1)
    assert torch.equal(torch.random.get_rng_state(), before)
