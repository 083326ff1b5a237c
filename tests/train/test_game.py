"""Who diverges is frozen and changes nothing in others; the EMA; lazy penalties; no waiting for the device."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from ganbench.gan.optimizers import ADAM
from ganbench.probes.recorder import Recorder
from ganbench.train.build import Builder
from ganbench.train.game import Average, Game
from ganbench.train.loop import Loop
from ganbench.train.noise import Place
from ganbench.train.population import Stack
from ganbench.train.step import discriminator_pass
from ganbench.train.training import Training
from tests.train.settings import CPU, MLP, setting, train

BATCH_NORM = {**MLP, "norm": "batch"}
EMA = {"decay": 0.9, "warmup": True}
HEAVY = {"name": "sgd", "lr": 1e-2, "momentum": 0.9}
OPTIMIZERS = {
    "momentum": HEAVY,
    "adam": {"name": "adam", "lr": 1e-3},
    "rmsprop": {"name": "rmsprop", "lr": 1e-3},
}


def cell(optimizer: dict, **changes):
    optimizers = {"generator": optimizer, "discriminator": optimizer}
    base = {"generator": BATCH_NORM, "precision": "float32", "ema": EMA, "optimizers": optimizers}
    return setting(**base | changes)


def held(game: Game) -> dict[str, Tensor]:
    """All that a replica owns, [R, ...] by name."""
    found = {}
    for player in (game.generator, game.discriminator):
        found[f"{player.letter} weights"] = player.stack.flat
        found |= {f"{player.letter} {name}": moment for name, moment in player.state.items()}
        found |= {f"{player.letter} {name}": buffer for name, buffer in player.stack.buffers.items()}
    if game.average:
        found |= {"ema weights": game.average.stack.flat, "ema updates": game.average.updates}
        found |= {f"ema {name}": buffer for name, buffer in game.average.stack.buffers.items()}
    return found


def snapshot(game: Game) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in held(game).items()}


def bits(tensor: Tensor) -> Tensor:
    """So that a NaN equals itself."""
    return tensor.contiguous().view(torch.uint8) if tensor.dim() else tensor


def changed(before: dict[str, Tensor], after: dict[str, Tensor], replica: int) -> list[str]:
    return [n for n in before if not torch.equal(bits(before[n][replica]), bits(after[n][replica]))]


def advance_until_it_leaves(training: Training, replica: int) -> int:
    while training.diverged_at()[replica] is None:
        training.advance(training.step + 1)
    return training.step - 1


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_replica_that_diverges_is_frozen_bit_for_bit_at_the_step_where_it_left(name):
    wild = cell({**OPTIMIZERS[name], "lr": 1e30})
    training = train(cell(OPTIMIZERS[name]), wild, seeds=[0, 1], steps=0)
    left = advance_until_it_leaves(training, 1)
    before = snapshot(training.game)
    training.advance(left + 30)
    assert training.diverged_at() == [None, left]
    assert changed(before, held(training.game), 1) == []
    everything = {n for n in before if "num_batches" not in n and "steps" not in n}
    assert everything <= set(changed(before, held(training.game), 0))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_neighbours_of_a_diverging_replica_are_as_they_would_be_without_it(name):
    healthy, wild = cell(OPTIMIZERS[name]), cell({**OPTIMIZERS[name], "lr": 1e30})
    beside = train(healthy, wild, healthy, seeds=[0, 1, 2], steps=40)
    without = train(healthy, healthy, healthy, seeds=[0, 1, 2], steps=40)
    assert beside.diverged_at()[1] is not None
    for replica in (0, 2):
        assert changed(held(beside.game), held(without.game), replica) == []


@pytest.mark.parametrize("broken", ["generator", "discriminator"])
@pytest.mark.parametrize("value", [torch.nan, torch.inf])
@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("at", [0, 10])
def test_a_replica_with_broken_weights_leaves_at_once_and_moves_nothing(name, value, broken, at):
    training = train(*[cell(OPTIMIZERS[name])] * 3, steps=at)
    getattr(training.game, broken).stack.flat[1, :4] = value
    before = snapshot(training.game)
    training.advance(at + 1)
    after = snapshot(training.game)
    assert training.diverged_at() == [None, at, None]
    buffers = {n for n in before if "running" in n or "num_batches" in n}
    assert set(changed(before, after, 1)) <= buffers  # the call that shows it still counts its batch
    training.advance(at + 20)
    assert changed(after, held(training.game), 1) == []


def test_clipping_leaves_a_frozen_replica_alone():
    clip = [{"name": "weight-clipping", "limit": 0.01}]
    training = train(*[cell(HEAVY, penalties=clip, loss="wasserstein")] * 2, steps=0)
    training.game.generator.stack.flat[1] = torch.nan
    before = snapshot(training.game)
    training.advance(3)
    weights = training.game.discriminator.stack.flat
    assert torch.equal(weights[1], before["d weights"][1])
    assert weights[0].abs().max() <= 0.01


def test_who_left_does_not_come_back_and_keeps_its_step():
    training = train(*[cell(HEAVY)] * 2, steps=5)
    training.game.generator.stack.flat[0] = torch.nan
    training.advance(6)
    training.game.generator.stack.flat[0] = 0.1
    training.advance(20)
    assert training.diverged_at() == [5, None]
    assert training.game.alive.tolist() == [False, True]


def test_the_step_of_a_divergence_counts_generator_steps():
    training = train(*[cell(HEAVY, schedule={"d_steps": 2, "g_steps": 3}, steps=30)] * 2, steps=6)
    training.game.discriminator.stack.flat[1] = torch.nan
    training.advance(12)
    assert training.diverged_at() == [None, 6]


def averaged(warmup: bool, decays: tuple[float, ...] = (0.9, 0.5)) -> tuple[Stack, Average]:
    place = Place(CPU, torch.float64)
    modules = [torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.BatchNorm1d(2)) for _ in decays]
    stack = Stack(modules, torch.zeros(4, 2, dtype=torch.float64), place=place)
    return stack, Average(stack, decay=place.tensor(decays), warmup=warmup)


@pytest.mark.parametrize("warmup", [False, True])
def test_the_average_is_its_recursion(warmup):
    stack, average = averaged(warmup)
    expected = stack.flat.clone()
    for n in range(30):
        stack.flat.copy_(torch.randn(stack.flat.shape, dtype=torch.float64))
        stack.buffers["1.running_mean"].fill_(n)
        average.update(stack, torch.tensor([True, True]))
        for replica, decay in enumerate((0.9, 0.5)):
            beta = min(decay, (1 + n) / (10 + n)) if warmup else decay
            expected[replica] = beta * expected[replica] + (1 - beta) * stack.flat[replica]
        torch.testing.assert_close(average.stack.flat, expected, rtol=1e-12, atol=1e-12)
        assert torch.equal(average.stack.buffers["1.running_mean"], stack.buffers["1.running_mean"])


@pytest.mark.parametrize("value", [torch.nan, torch.inf])
def test_the_average_of_who_does_not_move_stands_still_and_its_warm_up_waits(value):
    stack, average = averaged(warmup=True)
    average.stack.flat[1] = value
    before = average.stack.flat.clone()
    stack.flat.fill_(value)
    stack.buffers["1.running_var"].fill_(7)
    average.update(stack, torch.tensor([True, False]))
    assert torch.equal(bits(average.stack.flat[1]), bits(before[1]))
    assert average.stack.buffers["1.running_var"][:, 0].tolist() == [7, 1]
    assert average.updates[:, 0].tolist() == [1, 0]


def test_the_average_starts_at_the_generators_first_weights_and_follows_it_in_training():
    game = train(*[cell(HEAVY)] * 2, steps=0).game
    assert torch.equal(game.average.stack.flat, game.generator.stack.flat)
    game = train(*[cell(HEAVY, ema={"decay": 0.0})] * 2, steps=7).game
    assert torch.equal(game.average.stack.flat, game.generator.stack.flat)


def lazy(every: int) -> Game:
    return Builder(
        [setting(penalties=[{"name": "r1", "gamma": 3.0, "every": every}])] * 2, [0, 1], CPU
    ).game()


def recorded(game: Game, step: int) -> tuple[dict[str, Tensor], Tensor]:
    found: dict[str, Tensor] = {}
    real, noise = game.tapes.real.at(0), game.tapes.discriminator_noise.at(0)
    total = discriminator_pass(game, real, noise, step=step, record=found.__setitem__).total
    return found, total


@pytest.mark.parametrize("step", range(9))
def test_a_lazy_penalty_counts_on_its_steps_only_and_there_times_its_interval(step):
    found, total = recorded(lazy(4), step)
    always, _ = recorded(lazy(1), step)
    if step % 4:
        assert "penalty_r1" not in found
        assert torch.equal(total, found["loss_d"])
    else:
        assert torch.equal(found["penalty_r1"], always["penalty_r1"])
        torch.testing.assert_close(total, found["loss_d"] + 4 * found["penalty_r1"])


def test_the_trace_has_the_penalty_on_its_steps_only():
    penalised = setting(penalties=[{"name": "r1", "every": 4}], steps=20)
    column = train(penalised, penalised).trace.bursts(["a", "b"])["penalty_r1"]
    assert [bool(row == row) for row in column[:20]] == [step % 4 == 0 for step in range(20)]


EVERYTHING = {
    "what remembers and what draws": {"penalties": ["lecam", "consistency", {"name": "dragan", "every": 2}]},
    "penalties on weights": {"penalties": ["l2", "weight-decay", {"name": "orthogonal", "of": "both"}]},
    "a loss each": {"loss": {"discriminator": {"name": "alpha-gan", "alpha_d": 0.5}, "generator": "kl"}},
    "r1 r2 lazy": {"penalties": [{"name": "r1"}, {"name": "r2", "every": 3}]},
    "wgan-gp": {"loss": "wasserstein", "penalties": [{"name": "wgan-gp"}], "schedule": {"d_steps": 2}},
    "clipping": {"loss": "wasserstein", "penalties": [{"name": "weight-clipping"}]},
    "joint dropout": {"discriminator": {**BATCH_NORM, "dropout": 0.3}, "schedule": {"batches": "joint"}},
    "batch norm in D": {"discriminator": BATCH_NORM},
    "relativistic simultaneous": {"loss": "relativistic-pairing", "schedule": {"order": "simultaneous"}},
    "momentum": {"optimizers": {"generator": HEAVY, "discriminator": HEAVY}},
}


def loop(changes: dict, device: torch.device) -> Loop:
    builder = Builder(
        [setting(generator=BATCH_NORM, precision="float32", ema=EMA, **changes)] * 2, [0, 1], device
    )
    return Loop(builder.game(), builder.schedule(), Recorder(200, 2))


@pytest.mark.parametrize("read", [Tensor.item, Tensor.tolist, Tensor.cpu, bool, Tensor.nonzero])
def test_the_meta_device_fails_on_whatever_waits_for_a_value(read: Callable):
    with pytest.raises((RuntimeError, NotImplementedError)):
        read(torch.ones((), device="meta"))


@pytest.mark.parametrize("name", EVERYTHING)
def test_the_hot_loop_never_waits_for_the_device(name):
    """Tensors of the meta device have no values: whoever asks for one raises."""
    loop(EVERYTHING[name], torch.device("meta")).advance(7)


@pytest.mark.parametrize("name", EVERYTHING)
def test_the_state_stays_where_it_is_over_100_steps(name):
    """CUDA graphs replay addresses."""
    running = loop(EVERYTHING[name], CPU)

    def addresses() -> dict[str, int]:
        game = running.game
        state = held(game) | {"alive": game.alive, "clock": game.clock, "diverged_at": game.diverged_at}
        return {name: tensor.data_ptr() for name, tensor in state.items()}

    before = addresses()
    running.advance(100)
    assert addresses() == before
    assert running.game.clock.item() == 100


def test_a_player_overwrites_the_gradient_of_who_does_not_move():
    player = train(setting(), setting(), steps=0).game.discriminator
    assert player.optimizer is ADAM
    gradient = torch.full_like(player.stack.flat, torch.nan)
    delta = player.move(gradient, torch.tensor([False, False]))
    assert not gradient.any()
    assert not delta.any()
