"""Top-k training in a population against the plain loop that sorts each batch."""

from __future__ import annotations

import pytest
from torch import Tensor

from tests.train.plain import G_LOSSES
from tests.train.settings import MLP, setting, train
from tests.train.tricks.oracle import Written, agree, agrees


class Best(Written):
    def g_loss(self, fake: Tensor, real: Tensor | None, step: int) -> Tensor:
        done = min(1.0, self.progress("g", step) / self.options.until)
        k = max(1, round(self.options.share**done * len(fake)))
        return G_LOSSES[self.setting.loss.name](fake.sort(dim=0, descending=True).values[:k], real)


@pytest.mark.parametrize("loss", ["non-saturating", "minimax", "least-squares", "hinge"])
def test_only_the_best_samples_teach_as_in_the_plain_loop(loss: str) -> None:
    agrees(Best, {"name": "top-k"}, loss=loss)


def test_neighbours_may_keep_other_shares_from_other_times_on() -> None:
    agree(Best, [{"name": "top-k", "share": s, "until": u} for s, u in ((0.1, 0.2), (0.9, 1.0), (0.5, 0.01))])


def test_losses_with_options_of_each_replica_are_computed_sample_by_sample() -> None:
    losses = [{"name": "alpha-gan", "alpha_g": alpha} for alpha in (0.5, 3.0)]
    cells = [setting(loss=loss, tricks=["top-k"], steps=20, discriminator=MLP) for loss in losses]
    beside = train(*cells, seeds=[1, 1])
    for replica, cell in enumerate(cells):
        alone = train(cell, cell, seeds=[1, 1])
        found = beside.game.generator.stack.flat[replica] - alone.game.generator.stack.flat[0]
        assert float(found.norm()) < 1e-12
