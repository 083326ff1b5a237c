"""The plain loop with one trick written out, and how a population is compared with it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ganbench import seeding
from ganbench.registry import Options
from tests.train.plain import PlainLoop, distance
from tests.train.settings import setting, train


class Written(PlainLoop):
    """A loop whose first trick a subclass writes out."""

    @property
    def options(self) -> Any:
        options: Options = self.setting.tricks[0]
        return options

    def uniform(self, phase: str, position: int, step: int, *shape: int) -> Tensor:
        """What the trick draws from U(0, 1) in its `position`-th draw of a pass."""
        rng = seeding.stream(self.seed, "trick", self.options.name, phase, position, block=step // 64)
        return torch.from_numpy(rng.random((64, *shape))[step % 64]).to(self.dtype)

    def progress(self, phase: str, step: int) -> float:
        """Share of the generator steps that is done."""
        done = step // self.setting.schedule.d_steps if phase == "d" else step
        return done / self.setting.steps


def agrees(oracle: type[PlainLoop], trick: dict[str, Any], **changes: Any) -> None:
    """A population of three does what the loop does over 100 steps in float64, and the trick does something."""
    cell = setting(tricks=[trick], steps=100, **changes)
    training = train(*[cell] * 3, seeds=[3, 1, 2])
    assert distance(training, 1, oracle(cell, 1).train(100)) < 1e-9
    assert distance(training, 1, PlainLoop(cell, 1).train(100)) > 1e-5


def agree(oracle: type[PlainLoop], tricks: list[dict[str, Any]], **changes: Any) -> None:
    """So do neighbours with other options than each other, of one seed."""
    cells = [setting(tricks=[trick], steps=50, **changes) for trick in tricks]
    training = train(*cells, seeds=[1] * len(cells))
    for replica, cell in enumerate(cells):
        assert distance(training, replica, oracle(cell, 1).train(50)) < 1e-9
