"""Losses with options and losses of each player in a population, against the plain loop with them written out."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from ganbench.gan.losses import of_role
from ganbench.suite.populations import program
from ganbench.train.training import Training
from tests.gan.losses.table import TABLE
from tests.train.plain import D_LOSSES, G_LOSSES, PlainLoop, distance
from tests.train.settings import CPU, setting, train

Formula = Callable[[Any, Tensor, Tensor], Tensor]


def alpha(logits: Tensor, order: float | str) -> Tensor:
    """The alpha-loss of P(truth) = sigmoid(l), naive."""
    order, p = float(order), logits.sigmoid()
    if order == 1:
        return -p.log().mean()
    if math.isinf(order):
        return (1 - p).mean()
    return (order / (order - 1) * (1 - p ** ((order - 1) / order))).mean()


def average(r: Tensor, f: Tensor) -> Tensor:
    return -((r - f.mean()).sigmoid().log().mean() + (1 - (f - r.mean()).sigmoid()).log().mean())


def average_squares(r: Tensor, f: Tensor) -> Tensor:
    return (((r - f.mean() - 1) ** 2).mean() + ((f - r.mean() + 1) ** 2).mean()) / 2


def of_d(options: Any, r: Tensor, f: Tensor) -> Tensor:
    if options.name in TABLE:
        return TABLE[options.name].bound(r, f)
    written = {
        "alpha-gan": lambda: alpha(r, options.alpha_d) + alpha(-f, options.alpha_d),
        "relativistic-average": lambda: average(r, f),
        "relativistic-average-least-squares": lambda: average_squares(r, f),
    }
    return written[options.name]() if options.name in written else D_LOSSES[options.name](r, f)


def of_g(options: Any, f: Tensor, r: Tensor | None) -> Tensor:
    saturating = getattr(options, "form", None) == "saturating"
    if options.name in TABLE:
        row = TABLE[options.name]
        return -(row.conjugate(row.activation(f)) if saturating else row.activation(f)).mean()
    written = {
        "alpha-gan": lambda: -alpha(-f, options.alpha_g) if saturating else alpha(f, options.alpha_g),
        "relativistic-average": lambda: average(f, r),
        "relativistic-average-least-squares": lambda: average_squares(f, r),
    }
    return written[options.name]() if options.name in written else G_LOSSES[options.name](f, r)


class Written(PlainLoop):
    def d_loss(self, real: Tensor, fake: Tensor, step: int) -> Tensor:
        return of_d(of_role(self.setting.loss, "discriminator"), real, fake)

    def g_loss(self, fake: Tensor, real: Tensor | None, step: int) -> Tensor:
        return of_g(of_role(self.setting.loss, "generator"), fake, real)


FREE = {"form": "non-saturating"}
CELLS: dict[str, Any] = {
    "ragan": "relativistic-average",
    "ralsgan": "relativistic-average-least-squares",
    **{name: name for name in TABLE},
    **{f"{name}, other": {"name": name, **FREE} for name in TABLE},
    "alpha": {"name": "alpha-gan", "alpha_d": 0.5, "alpha_g": 3.0},
    "alpha, other": {"name": "alpha-gan", "alpha_d": 0.7, "alpha_g": "infinity", **FREE},
    "hinge and non-saturating": {"discriminator": "hinge", "generator": "non-saturating"},
    "hinge and paired": {"discriminator": "hinge", "generator": "relativistic-pairing"},
    "critic and average": {"discriminator": "wasserstein", "generator": "relativistic-average"},
    "options on both sides": {
        "discriminator": {"name": "alpha-gan", "alpha_d": 2.0, "alpha_g": 9.0},
        "generator": {"name": "alpha-gan", "alpha_d": 9.0, "alpha_g": 0.5},
    },
    "divergence and squares": {"discriminator": "kl", "generator": "least-squares"},
}


@pytest.mark.parametrize("name", CELLS)
def test_a_loss_is_what_the_plain_loop_with_it_written_out_does(name: str) -> None:
    cell = setting(loss=CELLS[name], steps=100)
    training = train(*[cell] * 3, seeds=[3, 1, 2])
    assert distance(training, 1, Written(cell, 1).train(100)) < 1e-9


def test_neighbours_may_have_other_alphas_and_share_a_program() -> None:
    def cell(alpha_d: float | str, alpha_g: float | str):
        return setting(loss={"name": "alpha-gan", "alpha_d": alpha_d, "alpha_g": alpha_g}, steps=60)

    cells = [cell(0.5, 1.0), cell(1.0, "infinity"), cell("infinity", 2.0)]
    assert len({program(one) for one in cells}) == 1
    training = train(*cells, seeds=[1, 1, 1])
    for replica, mine in enumerate(cells):
        assert distance(training, replica, Written(mine, 1).train(60)) < 1e-9


def test_alphas_of_a_pair_are_those_of_each_player_and_may_differ_too() -> None:
    def cell(alpha_d: float, alpha_g: float):
        sides = {"discriminator": {"name": "alpha-gan", "alpha_d": alpha_d}}
        return setting(loss=sides | {"generator": {"name": "alpha-gan", "alpha_g": alpha_g}}, steps=60)

    cells = [cell(0.5, 2.0), cell(3.0, 0.7)]
    assert program(cells[0]) == program(cells[1])
    training = train(*cells, seeds=[1, 1])
    for replica, mine in enumerate(cells):
        assert distance(training, replica, Written(mine, 1).train(60)) < 1e-9


@pytest.mark.parametrize("change", [{"form": "non-saturating"}, {"name": "kl"}])
def test_another_form_or_another_name_is_another_program(change: dict[str, str]) -> None:
    assert program(setting(loss={"name": "pearson"})) != program(setting(loss={"name": "pearson", **change}))


def test_a_pair_splits_from_a_loss_of_one_name() -> None:
    mixed = setting(loss={"discriminator": "hinge", "generator": "minimax"})
    assert program(mixed) != program(setting(loss="hinge"))
    assert program(setting(loss={"discriminator": "hinge", "generator": "hinge"})) == program(
        setting(loss="hinge")
    )


def test_a_replica_that_overflows_leaves_alone() -> None:
    """The alpha-loss grows like 1/P for alpha = 1/2; a D far off makes it infinite."""
    losses = [{"name": "alpha-gan", "alpha_d": order} for order in (1.0, 0.2, 1.0)]
    cells = [setting(loss=loss, steps=40) for loss in losses]
    sound, struck = (Training(cells, [0, 1, 2], CPU) for _ in range(2))
    struck.game.discriminator.stack.flat[1] *= 1e6
    for training in (sound, struck):
        training.advance(40)
    assert struck.diverged_at() == [None, 0, None]
    for side in ("generator", "discriminator"):
        flats = [getattr(t.game, side).stack.flat[[0, 2]] for t in (sound, struck)]
        assert torch.equal(*flats)


def test_a_pair_is_read_as_its_discriminator_says_and_attenuated_as_its_generator_does() -> None:
    bursts = train(
        setting(loss={"discriminator": "non-saturating", "generator": "hinge"}, steps=20)
    ).trace.bursts(["a"])
    assert "implied_coverage" in bursts
    assert "attenuation" not in bursts
    other = train(setting(loss={"discriminator": "hinge", "generator": "minimax"}, steps=20)).trace.bursts(
        ["a"]
    )
    assert "implied_coverage" not in other
    assert "attenuation" in other
