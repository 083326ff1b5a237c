"""A moment of a loop: gone back to, and compared, bit for bit."""

from __future__ import annotations

import pytest
import torch

from ganbench.train.moment import Moment
from ganbench.train.state import game_of
from ganbench.train.training import Training
from tests.train.settings import CPU, MLP, setting

CELL = {
    "generator": {**MLP, "norm": "batch"},
    "ema": {"decay": 0.9},
    "penalties": ["lecam", {"name": "r1", "every": 4}],
    "tricks": ["replay"],
}


def trained(iterations: int) -> Training:
    training = Training([setting(**CELL)] * 2, [0, 1], CPU)
    training.advance(64)
    training.loop.advance(iterations)
    return training


def test_put_back_a_loop_goes_the_same_way_again():
    training = trained(3)
    loop = training.loop
    before, start = game_of(training), Moment(loop, recorded=False)
    loop.advance(20)
    there = Moment(loop, recorded=True)
    start.put_back(loop)
    assert loop.iteration == 67
    assert loop.recorder.row == 3
    assert all(torch.equal(tensor, before[name]) for name, tensor in game_of(training).items())
    assert there.difference(loop)
    loop.advance(20)
    assert there.difference(loop) == ""


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.game.generator.stack.flat[1, 3].add_(1e-6),
        lambda t: t.game.generator.stack.buffers["1.running_mean"][0, 0].add_(1e-6),
        lambda t: t.game.discriminator.state["square"][0, 0].mul_(2),
        lambda t: t.game.average.updates.add_(1),
        lambda t: t.game.penalties.terms[0].memory["real"].add_(1e-6),
        lambda t: t.game.tricks.applied[0].memory["pool"][0].flatten()[0].add_(1),
        lambda t: t.game.alive[1].fill_(False),
        lambda t: t.game.diverged_at[1].fill_(3),
        lambda t: t.game.clock.add_(1),
        lambda t: t.loop.recorder.tensors()["fake"][1, 0].fill_(0),
        lambda t: t.loop.recorder.tensors()["loss_g"][1].fill_(torch.nan),
    ],
)
def test_another_number_anywhere_is_another_moment(change):
    training = trained(3)
    here = Moment(training.loop, recorded=True)
    assert here.difference(training.loop) == ""
    change(training)
    assert here.difference(training.loop)


def test_nan_is_nan_and_0_is_not_minus_0():
    training = trained(1)
    weights = training.game.generator.stack.flat
    weights[0, :2] = torch.tensor([torch.nan, 0.0])
    here = Moment(training.loop, recorded=True)
    assert here.difference(training.loop) == ""
    weights[0, 1] = -0.0
    assert here.difference(training.loop)


def test_a_loop_without_a_recorder_has_moments_too():
    loop = Training([setting()] * 2, [0, 1], CPU, probed=False).loop
    start = Moment(loop, recorded=False)
    loop.advance(5)
    there = Moment(loop, recorded=True)
    start.put_back(loop)
    loop.advance(5)
    assert there.difference(loop) == ""
