"""Tricks in a population against the plain loop with each trick written out, replica by replica."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganbench.train.state import restore, state_of
from ganbench.train.training import Training
from tests.train.plain import PlainLoop, distance
from tests.train.settings import CPU, setting, train


class Clipped(PlainLoop):
    def adjust(self, network: nn.Module, letter: str, step: int) -> None:
        (options,) = self.setting.tricks
        if options.of == "both" or options.of[0] == letter:
            # Not clip_grad_norm_, which adds 1e-6 to the norm: a relative 2e-5 at this limit.
            norm = nn.utils.get_total_norm([p.grad for p in network.parameters()])
            for p in network.parameters():
                p.grad *= min(1.0, options.norm / float(norm))


class Smoothed(PlainLoop):
    def d_loss(self, real: Tensor, fake: Tensor, step: int) -> Tensor:
        (options,) = self.setting.tricks
        targets = torch.full_like(real, options.real), torch.full_like(fake, options.fake)
        if self.setting.loss.name == "least-squares":
            return F.mse_loss(real, targets[0]) / 2 + F.mse_loss(fake, targets[1]) / 2
        loss = F.binary_cross_entropy_with_logits
        return loss(real, targets[0]) + loss(fake, targets[1])


class Noisy(PlainLoop):
    def seen(self, x: Tensor, phase: str, step: int, position: int) -> Tensor:
        (options,) = self.setting.tricks
        iteration = step // self.setting.schedule.d_steps if phase == "d" else step
        done = iteration / self.setting.steps
        std = options.std * max(0.0, 1 - done / options.until) if options.until else options.std
        return x + std * self.trick_draw("instance-noise", phase, position, step, *x.shape)


CELLS: dict[str, tuple[type[PlainLoop], dict[str, Any], dict[str, Any]]] = {
    "clipping": (Clipped, {"name": "gradient-clipping", "norm": 0.05}, {}),
    "clipping of D": (Clipped, {"name": "gradient-clipping", "norm": 0.05, "of": "discriminator"}, {}),
    "clipping of G": (Clipped, {"name": "gradient-clipping", "norm": 0.01, "of": "generator"}, {}),
    "smoothing": (Smoothed, {"name": "label-smoothing"}, {}),
    "two-sided": (Smoothed, {"name": "label-smoothing", "fake": 0.1}, {"loss": "minimax"}),
    "smoothed squares": (Smoothed, {"name": "label-smoothing"}, {"loss": "least-squares"}),
    "noise": (Noisy, {"name": "instance-noise", "std": 0.2}, {"penalties": ["r1"]}),
    "decaying noise": (
        Noisy,
        {"name": "instance-noise", "std": 0.2, "until": 0.5},
        {"schedule": {"d_steps": 2}},
    ),
}


@pytest.mark.parametrize("name", CELLS)
def test_a_trick_is_what_the_plain_loop_with_it_written_out_does(name: str) -> None:
    oracle, trick, changes = CELLS[name]
    cell = setting(tricks=[trick], steps=100, **changes)
    training = train(*[cell] * 3, seeds=[3, 1, 2])
    assert distance(training, 1, oracle(cell, 1).train(100)) < 1e-9
    assert distance(training, 1, PlainLoop(cell, 1).train(100)) > 1e-4  # it does change something


def test_neighbours_may_have_other_values_of_an_option() -> None:
    cells = [setting(tricks=[{"name": "gradient-clipping", "norm": norm}], steps=50) for norm in (0.02, 0.1)]
    training = train(*cells, seeds=[1, 1])
    for replica, cell in enumerate(cells):
        assert distance(training, replica, Clipped(cell, 1).train(50)) < 1e-9


def test_clipping_beside_a_replica_that_is_not_finite_changes_nothing_in_its_neighbours() -> None:
    cell = setting(tricks=[{"name": "gradient-clipping", "norm": 0.05}], steps=60)
    sound, struck = (Training([cell] * 3, [0, 1, 2], CPU) for _ in range(2))
    struck.game.discriminator.stack.flat[1, 0] = torch.nan
    for training in (sound, struck):
        training.advance(60)
    assert struck.diverged_at() == [None, 0, None]
    for replica in (0, 2):
        for side in ("generator", "discriminator"):
            flats = [getattr(t.game, side).stack.flat[replica] for t in (sound, struck)]
            assert torch.equal(*flats)


def test_the_norms_on_record_are_those_before_clipping() -> None:
    bursts = train(setting(tricks=[{"name": "gradient-clipping", "norm": 1e-3}], steps=30)).trace.bursts(
        ["a"]
    )
    assert bursts["gradient_norm_d"].min() > 1e-3


def test_several_tricks_apply_together() -> None:
    noise, clipping = {"name": "instance-noise"}, {"name": "gradient-clipping", "norm": 0.02}
    both = setting(tricks=["label-smoothing", noise, clipping], steps=30)
    without = setting(tricks=["label-smoothing", noise], steps=30)
    first, second = (train(cell, seeds=[0]).game.generator.stack.flat for cell in (both, without))
    assert not torch.equal(first, second)


def test_tricks_resume_bit_for_bit() -> None:
    cell = setting(tricks=["label-smoothing", "instance-noise", "gradient-clipping"])
    through, resumed = train(cell, cell), Training([cell] * 2, [0, 1], CPU)
    restore(resumed, state_of(train(cell, cell, steps=100)))
    resumed.advance(resumed.steps)
    assert torch.equal(through.game.generator.stack.flat, resumed.game.generator.stack.flat)


def test_looking_at_the_geometry_changes_nothing_under_tricks() -> None:
    tricks = ["label-smoothing", "instance-noise"]
    looked, blind = (
        train(setting(tricks=tricks, probes={"geometry": every}), seeds=[0], steps=60) for every in (20, 0)
    )
    assert torch.equal(looked.game.discriminator.stack.flat, blind.game.discriminator.stack.flat)
