"""What a round of extragradient draws, records, counts and leaves behind."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from ganbench.suite.schema import Setting
from ganbench.train.field import joint_weights
from ganbench.train.loop import Schedule
from ganbench.train.training import Training
from tests.train.settings import CPU, MLP, dirac, setting, train

ORDER = {"order": "extragradient"}
REUSED = {**ORDER, "extrapolation_samples": "reused"}
H = 0.2


def bilinear(**changes: Any) -> Setting:
    return dirac(**{"loss": "wasserstein", "schedule": ORDER, "steps": 3, **changes})


def test_a_step_is_two_passes_and_as_many_batches_as_are_fresh() -> None:
    fresh, reused = Schedule(order="extragradient"), Schedule(order="extragradient", reused_samples=True)
    assert (fresh.passes, fresh.draws) == (2, 2)
    assert (reused.passes, reused.draws) == (2, 1)
    assert (Schedule().passes, Schedule().draws) == (1, 1)


@pytest.mark.parametrize(("schedule", "samples"), [(ORDER, 40), (REUSED, 20)])
def test_its_cost_is_two_gradients_of_each_player_a_round(schedule: dict[str, str], samples: int) -> None:
    training = train(*[setting(schedule=schedule, steps=20)] * 2)
    assert training.counters(0) == {"samples_seen": 8 * samples, "gradient_evaluations": 20 * 4}
    penalised = train(*[setting(schedule=schedule, penalties=["r1"], steps=20)] * 2)
    assert penalised.counters(0)["gradient_evaluations"] == 20 * 6


@pytest.mark.parametrize("schedule", [ORDER, REUSED])
def test_a_round_is_one_generator_step(schedule: dict[str, str]) -> None:
    training = train(*[setting(schedule=schedule, steps=20, ema={"decay": 0.5})] * 2)
    assert training.step == 20
    assert training.game.clock.item() == 20
    assert training.game.average is not None
    assert training.game.average.updates[:, 0].tolist() == [20, 20]


def test_the_moments_advance_in_both_halves_of_a_round() -> None:
    """As in ExtraAdam, whose bias correction counts both."""
    game = train(*[setting(schedule=ORDER, steps=20)] * 2).game
    for player in (game.generator, game.discriminator):
        assert player.state["steps"][:, 0].tolist() == [40, 40]


def test_reused_samples_give_another_run_than_fresh_ones() -> None:
    fresh, reused = (train(setting(schedule=s, steps=10), seeds=[0]) for s in (ORDER, REUSED))
    assert not torch.equal(joint_weights(fresh.game), joint_weights(reused.game))


def test_the_trace_has_the_gradient_ahead_and_the_step_from_where_the_round_began() -> None:
    """v = (-psi, theta): the extrapolated point of (1, 1) is (1 - h, 1 + h)."""
    found = {name: values[0] for name, values in train(bilinear()).trace.bursts(["a"]).items()}
    assert found["gradient_norm_g"] == pytest.approx(1 + H)
    assert found["gradient_norm_d"] == pytest.approx(1 - H)
    assert found["update_norm_g"] == pytest.approx(H * (1 + H))
    assert found["weight_norm_g"] == pytest.approx(1 - H * (1 + H))
    assert found["weight_norm_d"] == pytest.approx(1 + H * (1 - H))
    assert found["loss_g"] == pytest.approx((1 - H) * (1 + H))


def test_batch_norm_buffers_move_in_both_halves() -> None:
    batch_norm = {**MLP, "norm": "batch"}
    games = [
        train(*[setting(generator=batch_norm, schedule={"order": order}, steps=5)] * 2).game
        for order in ("simultaneous", "extragradient")
    ]
    calls = [game.generator.stack.buffers["1.num_batches_tracked"].tolist() for game in games]
    assert calls == [[10, 10], [20, 20]]


def test_who_diverges_on_the_way_to_the_extrapolated_point_stays_where_the_round_began() -> None:
    rates = (H, 1e200)
    cells = [
        bilinear(optimizers={side: {"name": "sgd", "lr": h} for side in ("generator", "discriminator")})
        for h in rates
    ]
    training = train(*cells)
    assert training.diverged_at() == [None, 0]
    sound, frozen = joint_weights(training.game)
    assert frozen.tolist() == [1, 1]
    assert sound.norm().item() == pytest.approx(math.sqrt(2) * (1 - H**2 + H**4) ** 1.5)


def test_a_gradient_that_is_lost_at_the_extrapolated_point_changes_nothing_of_that_replica() -> None:
    """The second half is made to fail for one replica: it keeps the weights that the round began with."""
    training = Training([bilinear(loss="minimax")] * 3, [0, 1, 2], CPU, probed=False)
    training.advance(1)
    before = joint_weights(training.game)
    passes = training.loop._both

    def failing(step: int) -> Any:
        d_pass, g_pass = passes(step)
        if step % 2:
            d_pass.gradient[1] = torch.nan
        return d_pass, g_pass

    training.loop._both = failing  # type: ignore[method-assign]  # the fault
    training.advance(2)
    assert training.diverged_at() == [None, 1, None]
    after = joint_weights(training.game)
    assert torch.equal(after[1], before[1])
    assert torch.equal(after[0], after[2])
    assert not torch.equal(after[0], before[0])


def test_noise_may_be_reused_within_each_half() -> None:
    """G's z is D's of the same half: one joint sample for the field."""
    cells = [setting(schedule={**ORDER, "generator_noise": noise}, steps=10) for noise in ("fresh", "reused")]
    fresh, reused = (joint_weights(train(cell, seeds=[0]).game) for cell in cells)
    assert not torch.equal(fresh, reused)
