"""Consensus optimisation: what it differentiates, leaves alone, records and costs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from ganbench.errors import UsageError
from ganbench.gan.tricks.consensus import half_squared_norm
from ganbench.gan.tricks.trick import Scene, Trick
from ganbench.train.build import Builder
from ganbench.train.field import Batch, bend, field, joint_weights
from ganbench.train.game import Game
from ganbench.train.noise import Masks
from tests.train.settings import CPU, MLP, dirac, setting, train

SMOOTH = {**MLP, "activation": "tanh"}
WEIGHT = 0.7
TRICKS = [{"name": "consensus", "gamma": WEIGHT}]


def game_of(**changes: Any) -> Game:
    smooth = {"generator": SMOOTH, "discriminator": SMOOTH}
    return Builder([setting(**{**smooth, **changes})] * 2, [0, 1], CPU).game()


def batch(game: Game) -> Batch:
    tapes = game.tapes
    return Batch(tapes.real.at(0), tapes.discriminator_noise.at(0), torch.empty(0))


def masks(game: Game) -> Masks:
    return Masks([0, 1], role=("geometry", "masks"), place=game.generator.stack.place)


def test_the_value_is_half_the_squared_norm_of_each_replica_times_its_gamma() -> None:
    v = torch.tensor([[3.0, 4.0], [1.0, 0.0]])
    scene = Scene(None, {"gamma": torch.tensor([2.0, 10.0])}, "d", None, None, {})  # type: ignore[arg-type]  # what this trick does not ask for
    assert half_squared_norm(v, scene).tolist() == [25.0, 5.0]


@pytest.mark.parametrize("penalties", [[], ["r1"], ["r1", "r2"]])
def test_the_bend_is_the_gradient_of_half_the_squared_norm_by_finite_differences(penalties: list) -> None:
    bent, bare = (game_of(tricks=tricks, penalties=penalties) for tricks in (TRICKS, []))
    v = field(bare, batch(bare), masks(bare))
    here = joint_weights(bare)
    rng = torch.Generator().manual_seed(0)
    way = torch.randn(here.shape, generator=rng, dtype=here.dtype)
    way /= way.norm(dim=1, keepdim=True)

    def value(weights: Tensor) -> Tensor:
        return WEIGHT / 2 * v(weights).detach().square().sum(1)

    step = 1e-5
    expected = (value(here + step * way) - value(here - step * way)) / (2 * step)
    of_g, of_d = (bend(bent, p, batch(bent), step=0) for p in (bent.generator, bent.discriminator))
    found = (torch.cat([of_g, of_d], dim=1) * way).sum(1)
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-9)


def test_the_field_of_the_geometry_is_where_the_players_move() -> None:
    bent, bare = game_of(tricks=TRICKS), game_of()
    here = joint_weights(bare)
    pulled = field(bare, batch(bare), masks(bare))(here) - torch.cat(
        [bend(bent, p, batch(bent), step=0) for p in (bent.generator, bent.discriminator)], dim=1
    )
    torch.testing.assert_close(field(bent, batch(bent), masks(bent))(here), pulled, rtol=1e-12, atol=1e-14)


def test_buffers_weights_and_alive_stand_still_in_the_joint_field() -> None:
    normed = {**MLP, "norm": "batch"}
    game = game_of(tricks=TRICKS, generator=normed, discriminator={**normed, "dropout": 0.2})
    held = [*game.generator.stack.buffers.values(), *game.discriminator.stack.buffers.values()]
    held += [game.generator.stack.flat, game.discriminator.stack.flat, game.alive]
    before = [tensor.clone() for tensor in held]
    bend(game, game.generator, batch(game), step=0)
    bend(game, game.discriminator, batch(game), step=0)
    for old, new in zip(before, held, strict=True):
        assert torch.equal(old, new)


def test_batch_norm_buffers_move_as_without_it() -> None:
    counted = [
        train(*[setting(generator={**MLP, "norm": "batch"}, tricks=tricks, steps=5)] * 2)
        .game.generator.stack.buffers["1.num_batches_tracked"]
        .tolist()
        for tricks in ([], TRICKS)
    ]
    assert counted[0] == counted[1] == [10, 10]


def test_a_penalty_with_a_memory_remembers_what_it_does_without_it() -> None:
    """The means of logits of LeCam move once in a step of D, whoever looks at the field meanwhile."""
    games = [train(*[setting(tricks=t, penalties=["lecam"], steps=1)] * 2).game for t in ([], TRICKS)]
    without, with_ = (game.penalties.terms[0].memory for game in games)
    assert with_
    for name, tensor in with_.items():
        assert torch.equal(tensor, without[name]), name


def test_other_tricks_are_told_that_the_look_must_leave_no_trace() -> None:
    """And have draws of their own there."""
    game = game_of(tricks=[*TRICKS, "instance-noise"])
    noise = game.tricks.applied[1]
    told: list[tuple[str, Tensor]] = []

    def spy(samples: Tensor, scene: Scene) -> Tensor:
        told.append((scene.phase, scene.draws.normal((3,))))
        return samples

    game.tricks.applied = [game.tricks.applied[0], replace(noise, trick=Trick(seen=spy))]
    bend(game, game.discriminator, batch(game), step=5)
    game.open("d", 5)
    game.tricks.seen(game.tapes.real.at(0))
    assert [phase for phase, _ in told[:-1]] == ["geometry"] * (len(told) - 1)
    assert told[-1][0] == "d"
    assert not torch.equal(told[0][1], told[-1][1])


def test_the_norm_on_record_is_that_of_the_whole_gradient() -> None:
    """WGAN at (1, 1), gamma 1: grad_d = -theta + psi = 0, then grad_g at (1, 1) is psi + theta = 2."""
    cell = dirac(loss="wasserstein", tricks=[{"name": "consensus", "gamma": 1.0}], steps=1)
    found = train(cell).trace.bursts(["a"])
    assert found["gradient_norm_d"][0] == pytest.approx(0, abs=1e-12)
    assert found["gradient_norm_g"][0] == pytest.approx(2)
    assert found["loss_g"][0] == pytest.approx(1)


@pytest.mark.parametrize(
    ("changes", "gradients"),
    [
        ({}, 8),
        ({"schedule": {"d_steps": 2}}, 12),
        ({"penalties": ["r1"]}, 11),
        ({"schedule": {"order": "extragradient"}}, 16),
    ],
)
def test_a_pass_takes_three_gradients_more_and_one_for_each_penalty(changes: dict, gradients: int) -> None:
    """Those of both losses, and that of their norm."""
    training = train(*[setting(tricks=TRICKS, steps=10, **changes)] * 2)
    assert training.counters(0)["gradient_evaluations"] == 10 * gradients


class Rounded(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x.clone()

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, slope: Tensor) -> Tensor:
        return slope


class Once(nn.Linear):
    """A network whose gradient cannot be differentiated."""

    def forward(self, x: Tensor) -> Tensor:
        return Rounded.apply(super().forward(x))


def test_a_network_that_torch_cannot_differentiate_twice_is_refused_before_training(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ganbench.gan.networks.mlp.MLP", lambda o, inputs, outputs: Once(inputs, outputs))
    train(*[setting(steps=1)] * 2, probed=False)
    with pytest.raises(UsageError, match="its gradient cannot be differentiated again"):
        Builder([setting(tricks=TRICKS)] * 2, [0, 1], CPU).game()
