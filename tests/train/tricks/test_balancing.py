"""Balancing by loss statistics in a population against the plain loop that skips steps."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from tests.train.settings import setting, train
from tests.train.tricks.oracle import Written, agree, agrees

# So fast that G is ahead now and then: its loss is below that of a blind D.
FAST_G = {"generator": {"name": "adam", "lr": 3e-2}, "discriminator": {"name": "adam", "lr": 1e-3}}


class Balanced(Written):
    """Who is ahead gets no gradients, so that torch's optimisers pass its weights over."""

    def d_loss(self, real: Tensor, fake: Tensor, step: int) -> Tensor:
        self.loss = super().d_loss(real, fake, step)
        return self.loss

    def g_loss(self, fake: Tensor, real: Tensor | None, step: int) -> Tensor:
        self.loss = super().g_loss(fake, real, step)
        return self.loss

    def adjust(self, network: torch.nn.Module, letter: str, step: int) -> None:
        bound = self.options.discriminator if letter == "d" else self.options.generator
        if bound is not None and float(self.loss.detach()) < bound:
            for p in network.parameters():
                p.grad = None


@pytest.mark.parametrize(
    "options",
    [
        {"discriminator": 1.38},
        {"discriminator": None, "generator": 0.69},
        {"discriminator": 1.38, "generator": 0.6},
    ],
)
def test_who_is_ahead_waits_as_in_the_plain_loop(options: dict[str, float]) -> None:
    agrees(Balanced, {"name": "loss-balancing", **options}, optimizers=FAST_G)


def test_neighbours_may_have_other_bounds_or_none() -> None:
    bounds = ((1.38, None), (1.3, 0.69), (None, 0.65))
    agree(Balanced, [{"name": "loss-balancing", "discriminator": d, "generator": g} for d, g in bounds])


def test_a_player_that_waits_is_on_record_with_steps_of_length_zero() -> None:
    cell = setting(tricks=[{"name": "loss-balancing", "discriminator": 1.38}], steps=100)
    bursts = train(cell, seeds=[0]).trace.bursts(["a"])
    waits = bursts["loss_d"] < 1.38
    assert 0 < waits.sum() < 100
    np.testing.assert_array_equal(bursts["update_norm_d"] == 0, waits)
    assert (bursts["update_norm_g"] > 0).all()
