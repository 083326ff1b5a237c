"""Minibatch layers in a population: the numbers of the plain loop, batches apart, audits on batches of one size."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from ganbench.gan.networks.minibatch import MinibatchDeviation, MinibatchDiscrimination
from ganbench.train.audit import COUNT, audit
from ganbench.train.judging import critic
from ganbench.train.noise import Place
from ganbench.train.population import Stack
from ganbench.train.training import Training
from ganbench.train.vectorise import FORWARDS
from tests.train.plain import PlainLoop, distance
from tests.train.settings import CPU, MLP, setting, train

DEVIATION = {**MLP, "minibatch": "deviation"}
DISCRIMINATION = {**MLP, "minibatch": "discrimination", "minibatch_kernels": 6, "minibatch_dim": 3}
R1: dict[str, Any] = {"penalties": [{"name": "r1", "gamma": 0.3}]}

CELLS: dict[str, dict[str, Any]] = {
    "deviation": {"discriminator": DEVIATION},
    "deviation of groups": {"discriminator": {**DEVIATION, "minibatch_group": 4}},
    "deviation, joint": {"discriminator": DEVIATION, "schedule": {"batches": "joint"}},
    "deviation, r1": {"discriminator": DEVIATION, **R1},
    "discrimination": {"discriminator": DISCRIMINATION},
    "discrimination, joint": {"discriminator": DISCRIMINATION, "schedule": {"batches": "joint"}},
    "discrimination, r1": {"discriminator": DISCRIMINATION, **R1},
    "discrimination, maxout": {"discriminator": {**DISCRIMINATION, "maxout": 2}, "loss": "hinge"},
    "wgan-gp": {"discriminator": DEVIATION, "loss": "wasserstein", "penalties": ["wgan-gp"]},
}


@pytest.mark.parametrize("name", CELLS)
def test_a_population_does_what_the_plain_loop_with_the_plain_module_does(name: str) -> None:
    cell = setting(steps=100, **CELLS[name])
    training = train(*[cell] * 3, seeds=[3, 1, 2])
    assert training.strategy == "layers"
    assert distance(training, 1, PlainLoop(cell, 1).train(100)) < 1e-9


def test_joint_batches_are_other_batches() -> None:
    one, other = (
        train(setting(discriminator=DEVIATION, schedule={"batches": batches}, steps=20), seeds=[0])
        for batches in ("separate", "joint")
    )
    assert not torch.equal(one.game.discriminator.stack.flat, other.game.discriminator.stack.flat)


@pytest.mark.parametrize("side", ["generator", "discriminator"])
@pytest.mark.parametrize("discriminator", [DEVIATION, DISCRIMINATION])
def test_a_replica_that_is_not_finite_changes_no_bit_of_its_neighbours(discriminator, side) -> None:
    cell = setting(discriminator=discriminator, steps=30)
    sound, struck = (Training([cell] * 3, [0, 1, 2], CPU) for _ in range(2))
    getattr(struck.game, side).stack.flat[1, :4] = torch.nan
    for training in (sound, struck):
        training.advance(30)
    assert struck.diverged_at() == [None, 0, None]
    for replica in (0, 2):
        assert torch.equal(*(t.game.generator.stack.flat[replica] for t in (sound, struck)))


class Mean(nn.Module):
    """Compares each sample with the mean of its batch, whatever the mode: one that a user wrote."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = nn.Linear(2, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.inside(x - x.mean(0))


NETWORKS = {
    "minibatch": (lambda: nn.Sequential(nn.Linear(2, 4), MinibatchDeviation(), nn.Linear(5, 1)), True, True),
    "of a user": (Mean, True, True),
    "batch norm": (lambda: nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Linear(4, 1)), True, False),
    "batch norm without statistics": (
        lambda: nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4, track_running_stats=False)),
        True,
        True,
    ),
    "each sample alone": (lambda: nn.Sequential(nn.Linear(2, 4), nn.LayerNorm(4)), False, False),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_the_engine_knows_which_networks_look_at_the_batch(name: str) -> None:
    make, coupled, compares = NETWORKS[name]
    example = torch.randn(4, 2, dtype=torch.float64)
    stack = Stack([make() for _ in range(2)], example, place=Place(CPU, torch.float64))
    assert (stack.coupled, stack.compares_samples) == (coupled, compares)


@pytest.mark.parametrize("make", [lambda: MinibatchDeviation(3), lambda: MinibatchDiscrimination(4, 5, 2)])
def test_three_ways_to_call_them_give_the_same_numbers(make) -> None:
    torch.manual_seed(0)
    layers = [make().double() for _ in range(3)]
    weights = {
        n: torch.stack([dict(m.named_parameters())[n] for m in layers])
        for n, _ in layers[0].named_parameters()
    }
    x = torch.randn(3, 6, 4, dtype=torch.float64)
    from ganbench.train.layers import Context

    out = [
        FORWARDS[way](layers[0])(weights, {}, x, Context(training=True, masks=None, moved={}))
        for way in ("layers", "vmap", "sequential")
    ]
    torch.testing.assert_close(out[1], out[0])
    torch.testing.assert_close(out[2], out[0])


@pytest.mark.parametrize(("batch", "size"), [(8, 8), (12, 12), (2 * COUNT, COUNT)])
def test_an_audit_shows_d_batches_of_the_size_it_trains_on(batch: int, size: int) -> None:
    training = Training([setting(discriminator=DEVIATION, batch=batch, steps=5)], [0], CPU)
    stack, seen = training.game.discriminator.stack, []
    forward = stack._forward
    stack._forward = lambda w, b, x, c: seen.append(x.shape[1]) or forward(w, b, x, c)
    audit(training)
    assert set(seen) == {size}
    assert len(seen) == 3 * (COUNT // size)


def test_a_logit_that_depends_on_the_batch_is_no_density_of_a_sample() -> None:
    assert critic(train(setting(discriminator=DEVIATION, steps=1), seeds=[0]), 0) is None


def test_a_collapsed_batch_is_told_from_real_ones_at_once() -> None:
    """G that gives one point of the ring: D with the deviation separates within steps in which D without cannot."""
    auc = []
    for discriminator in (MLP, DISCRIMINATION):
        cell = setting(
            data={"name": "mixture", "means": [[-1.0], [1.0]], "std": 0.01},
            discriminator=discriminator,
            steps=60,
        )
        training = Training([cell] * 2, [0, 1], CPU)
        stack = training.game.generator.stack
        stack._forward = lambda w, b, x, c: (
            0 * x[..., :1] + torch.ones(()).double() * sum(v.sum() for v in w.values()) * 0 + 1.0
        )
        training.advance(60)
        auc.append(audit(training)["auc_train"].min())
    assert auc[1] > 0.95 > auc[0]
