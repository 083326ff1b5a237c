"""Replay in a population against the plain loop with a pool of lists."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from ganbench import seeding
from ganbench.train.training import Training
from tests.train.plain import distance
from tests.train.settings import CPU, setting, train
from tests.train.tricks.oracle import Written, agrees
from tests.train.tricks.test_packing import Packed


class Replayed(Written):
    """One drawer for each replayed sample: a list that grows to `size` and then loses a random place a step."""

    def fakes(self, fake: Tensor, step: int) -> Tensor:
        count, size = round(self.options.share * len(fake)), self.options.size
        if step == 0:
            self.drawers: list[list[Tensor]] = [[] for _ in range(count)]
        read = self.uniform("d", 0, step, count)
        written = self.uniform("d", 1, step, count)
        rows = list(fake)
        for index, drawer in enumerate(self.drawers):
            place = len(rows) - count + index
            fresh = rows[place]
            if drawer:
                rows[place] = drawer[int(read[index] * len(drawer))]
            if len(drawer) < size:
                drawer.append(fresh)
            else:
                drawer[int(written[index] * size)] = fresh
        return torch.stack(rows)


@pytest.mark.parametrize(
    "options", [{}, {"size": 7}, {"size": 1}, {"share": 0.25, "size": 7}, {"share": 0.8}]
)
def test_replay_is_that_of_the_plain_loop(options: dict[str, float]) -> None:
    agrees(Replayed, {"name": "replay", **options})


def test_replay_goes_with_several_steps_of_the_discriminator() -> None:
    agrees(Replayed, {"name": "replay", "size": 7}, schedule={"d_steps": 2})


class ReplayedPacks(Packed):
    """The same, a drawer for each pack."""

    def fakes(self, fake: Tensor, step: int) -> Tensor:
        packing, replay = self.setting.tricks
        count, m = round(replay.share * len(fake)), packing.samples
        if step == 0:
            self.drawers: list[list[Tensor]] = [[] for _ in range(count // m)]
        read, written = (self.trick_draws(position, step, count // m) for position in (0, 1))
        rows = fake.clone()
        for index, drawer in enumerate(self.drawers):
            at = slice(len(fake) - count + index * m, len(fake) - count + (index + 1) * m)
            if drawer:
                rows[at] = drawer[int(read[index] * len(drawer))]
            place = len(drawer) if len(drawer) < replay.size else int(written[index] * replay.size)
            drawer[place : place + 1] = [fake[at]]
        return rows

    def trick_draws(self, position: int, step: int, count: int) -> Tensor:
        rng = seeding.stream(self.seed, "trick", "replay", "d", position, block=step // 64)
        return torch.from_numpy(rng.random((64, count))[step % 64])


@pytest.mark.parametrize(("m", "share"), [(2, 0.5), (4, 0.5), (2, 0.25)])
def test_a_replayed_pack_is_of_one_step(m: int, share: float) -> None:
    tricks = [{"name": "packing", "samples": m}, {"name": "replay", "size": 7, "share": share}]
    cell = setting(tricks=tricks, steps=100)
    training = train(*[cell] * 3, seeds=[3, 1, 2])
    assert distance(training, 1, ReplayedPacks(cell, 1).train(100)) < 1e-9


def pool(training: Training) -> dict[str, Tensor]:
    (applied,) = training.game.tricks.applied
    return dict(applied.memory)


def test_the_pool_is_written_in_place() -> None:
    training = Training([setting(tricks=["replay"])] * 2, [0, 1], CPU)
    pointers = {name: tensor.data_ptr() for name, tensor in pool(training).items()}
    training.advance(100)
    assert {name: tensor.data_ptr() for name, tensor in pool(training).items()} == pointers
    assert pool(training)["filled"].unique().tolist() == [50]
    assert pool(training)["pool"].abs().sum(-1).min() > 0


def test_a_replica_with_samples_that_are_not_finite_leaves_the_pools_of_others_alone() -> None:
    cell = setting(tricks=["replay"], steps=60)
    sound, struck = (Training([cell] * 3, [0, 1, 2], CPU) for _ in range(2))
    struck.game.generator.stack.flat[1] = torch.nan
    for training in (sound, struck):
        training.advance(60)
    assert struck.diverged_at() == [None, 0, None]
    for name, tensor in pool(sound).items():
        assert torch.equal(tensor[[0, 2]], pool(struck)[name][[0, 2]])
    assert pool(struck)["pool"][[0, 2]].isfinite().all()


def test_looking_at_the_geometry_leaves_the_pool_alone() -> None:
    looked, blind = (
        train(setting(tricks=["replay"], probes={"geometry": every}), seeds=[0], steps=60)
        for every in (20, 0)
    )
    assert torch.equal(pool(looked)["pool"], pool(blind)["pool"])
