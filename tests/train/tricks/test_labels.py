"""Changed labels in a population against the plain loop with them written out."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from ganbench.suite.populations import program
from tests.train.plain import PlainLoop, distance
from tests.train.settings import setting, train
from tests.train.tricks.oracle import Written, agree, agrees


class Smoothed(Written):
    """One draw for each sample, of both kinds, says how far into its range the target is."""

    def d_loss(self, real: Tensor, fake: Tensor, step: int) -> Tensor:
        total = torch.zeros(())
        for position, (kind, logits) in enumerate((("real", real), ("fake", fake))):
            target = getattr(self.options, kind)
            if isinstance(target, tuple):
                u = self.uniform("d", position, step, len(logits))
                target = target[0] + (target[1] - target[0]) * u
            wanted = torch.as_tensor(target).expand(len(logits))
            if self.setting.loss.name == "least-squares":
                total = total + F.mse_loss(logits[:, 0], wanted) / 2
            else:
                total = total + (-wanted * F.logsigmoid(logits[:, 0])).mean()
                total = total + (-(1 - wanted) * F.logsigmoid(-logits[:, 0])).mean()
        return total


class Flipped(Written):
    def d_loss(self, real: Tensor, fake: Tensor, step: int) -> Tensor:
        total = torch.zeros(())
        for position, (truth, logits) in enumerate(((1.0, real), (0.0, fake))):
            flipped = self.uniform("d", position, step, len(logits)) < self.options.probability
            targets = torch.where(flipped, 1 - truth, truth).to(self.dtype)
            total = total + F.binary_cross_entropy_with_logits(logits[:, 0], targets)
        return total


RANGES = {
    "of the list": {"real": [0.7, 1.2], "fake": [0.0, 0.3]},
    "of lecture notes": {"real": [0.7, 1.3], "fake": [0.0, 0.3]},
    "of reals alone": {"real": [0.7, 1.2]},
    "of fakes alone": {"real": 1.0, "fake": [0.0, 0.3]},
}


@pytest.mark.parametrize("name", RANGES)
def test_drawn_labels_are_those_of_the_plain_loop(name: str) -> None:
    agrees(Smoothed, {"name": "label-smoothing", **RANGES[name]})


def test_drawn_labels_of_least_squares_are_those_of_the_plain_loop() -> None:
    agrees(Smoothed, {"name": "label-smoothing", "real": [0.7, 1.2]}, loss="least-squares")


def test_numbers_and_ranges_may_be_neighbours() -> None:
    agree(Smoothed, [{"name": "label-smoothing", "real": real} for real in ([0.7, 1.2], [0.8, 1.0])])
    fixed = setting(tricks=[{"name": "label-smoothing", "real": 0.8}], steps=50)
    drawn = setting(tricks=[{"name": "label-smoothing", "real": [0.7, 1.2]}], steps=50)
    beside, alone = train(fixed, drawn, seeds=[1, 1]), train(fixed, fixed, seeds=[1, 1])
    assert torch.equal(beside.game.generator.stack.flat[0], alone.game.generator.stack.flat[0])
    assert program(fixed) == program(drawn)


@pytest.mark.parametrize("schedule", [{}, {"d_steps": 2}])
def test_flipped_labels_are_those_of_the_plain_loop(schedule: dict[str, int]) -> None:
    agrees(Flipped, {"name": "label-flips", "probability": 0.2}, schedule=schedule)


def test_neighbours_may_flip_with_other_probabilities() -> None:
    agree(Flipped, [{"name": "label-flips", "probability": p} for p in (0.05, 0.4)])


def test_minimax_with_flipped_labels_for_the_generator_is_the_non_saturating_game() -> None:
    flipped = setting(loss="minimax", tricks=["flipped-generator-labels"], steps=100)
    training = train(*[flipped] * 3, seeds=[3, 1, 2])
    assert distance(training, 1, PlainLoop(setting(steps=100), 1).train(100)) < 1e-9
