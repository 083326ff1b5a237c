"""A population does what the plain loop does, replica by replica."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ganbench.train.training import Training
from tests.train.plain import PlainLoop, distance, flat
from tests.train.settings import CPU, MLP, setting, train

GP = {"name": "wgan-gp", "weight": 0.1}
RMSPROP = {"name": "rmsprop", "lr": 1e-4}
SGD = {"name": "sgd", "lr": 1e-3, "momentum": 0.5}
BATCH_NORM = {**MLP, "norm": "batch"}

# A bias before batch norm has the gradient 0; Adam would blow its rounding errors up to steps of full size.
WITHOUT_ADAM = {"optimizers": {"generator": SGD, "discriminator": SGD}}

CELLS = {
    "non-saturating": {},
    "minimax": {"loss": "minimax"},
    "least-squares": {"loss": "least-squares"},
    "hinge": {"loss": "hinge"},
    "relativistic": {"loss": "relativistic-pairing"},
    "r1": {"penalties": [{"name": "r1", "gamma": 0.3}]},
    "lazy r1": {"penalties": [{"name": "r1", "gamma": 0.3, "every": 4}]},
    "r1 and r2": {"penalties": [{"name": "r1"}, {"name": "r2"}], "loss": "relativistic-pairing"},
    "wgan-gp": {"loss": "wasserstein", "penalties": [GP], "schedule": {"d_steps": 3}},
    "clipping": {
        "loss": "wasserstein",
        "penalties": [{"name": "weight-clipping", "limit": 0.05}],
        "optimizers": {"generator": RMSPROP, "discriminator": RMSPROP},
        "schedule": {"d_steps": 2},
    },
    "sgd": WITHOUT_ADAM,
    "batch norm in G": {"generator": BATCH_NORM, **WITHOUT_ADAM},
    "batch norm in D": {"discriminator": BATCH_NORM, **WITHOUT_ADAM},
    "joint batches": {"discriminator": BATCH_NORM, "schedule": {"batches": "joint"}, **WITHOUT_ADAM},
    "layer norm, leaky": {"discriminator": {**MLP, "norm": "layer", "activation": "leaky-relu"}},
    "maxout, tanh": {"discriminator": {**MLP, "maxout": 3}, "generator": {**MLP, "activation": "tanh"}},
    "silu, sigmoid": {
        "generator": {**MLP, "activation": "silu", "output": "sigmoid"},
        "data_range": "sigmoid",
    },
}


@pytest.mark.parametrize("name", CELLS)
def test_float64_weights_are_those_of_the_plain_loop_after_200_steps(name):
    cell = setting(**CELLS[name])
    training = train(*[cell] * 3, seeds=[3, 1, 2])
    assert distance(training, 1, PlainLoop(cell, 1).train(200)) < 1e-9


def test_float32_weights_are_those_of_the_plain_loop_after_20_steps():
    cell = setting(precision="float32")
    training = train(*[cell] * 3, seeds=[3, 1, 2], steps=20)
    assert distance(training, 1, PlainLoop(cell, 1).train(20)) < 1e-4


@pytest.mark.parametrize("name", ["batch norm in G", "batch norm in D", "joint batches"])
def test_buffers_are_those_of_the_plain_loop(name):
    cell = setting(**CELLS[name])
    training, loop = train(cell, cell, steps=50), PlainLoop(cell, 1).train(50)
    for stack, network in (
        (training.game.generator.stack, loop.g),
        (training.game.discriminator.stack, loop.d),
    ):
        for buffer, expected in network.named_buffers():
            torch.testing.assert_close(stack.buffers[buffer][1], expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("replicas", [2, 3, 64])
def test_a_run_does_not_depend_on_its_neighbours(replicas):
    cell = setting(penalties=[{"name": "r1"}])
    beside = train(*[cell] * replicas, seeds=[7, *range(100, 99 + replicas)])
    elsewhere = train(*[cell] * 4, seeds=[5, 4, 7, 9])
    alone = train(cell, seeds=[7])
    expected = PlainLoop(cell, 7).train(200)
    for training, replica in ((beside, 0), (elsewhere, 2), (alone, 0)):
        assert distance(training, replica, expected) < 1e-9


def test_a_run_alone_and_one_of_two_are_equal_bit_for_bit():
    cell = setting(precision="float32")
    alone, beside = train(cell, seeds=[7]), train(cell, cell, seeds=[3, 7])
    assert torch.equal(alone.game.generator.stack.flat[0], beside.game.generator.stack.flat[1])


def test_neighbours_may_have_another_learning_rate_and_penalty_weight():
    def cell(lr: float, gamma: float):
        adam = {"name": "adam", "lr": lr}
        optimizers = {"generator": adam, "discriminator": adam}
        return setting(optimizers=optimizers, penalties=[{"name": "r1", "gamma": gamma}])

    cells = [cell(1e-3, 0.1), cell(5e-4, 2.0)]
    training = train(*cells, seeds=[1, 1], steps=60)
    for replica, mine in enumerate(cells):
        assert distance(training, replica, PlainLoop(mine, 1).train(60)) < 1e-9


def test_neighbours_may_have_another_data_set_of_the_same_shape():
    cells = [setting(), setting(data={"name": "grid"})]
    training = train(*cells, seeds=[1, 1], steps=60)
    for replica, mine in enumerate(cells):
        assert distance(training, replica, PlainLoop(mine, 1).train(60)) < 1e-9


def test_gradient_norms_are_those_of_naive_autograd():
    cell = setting(penalties=[{"name": "r1"}])
    training, loop = train(cell, cell, steps=30), PlainLoop(cell, 1).train(30)
    bursts = training.trace.bursts(["a", "b"])
    mine = bursts["run_id"] == "b"
    measured = np.stack([bursts["gradient_norm_d"][mine], bursts["gradient_norm_g"][mine]], axis=1)
    np.testing.assert_allclose(measured, np.array(loop.norms), rtol=1e-6)


@pytest.mark.parametrize("geometry", [0, 7])
def test_measuring_changes_no_bit_of_the_weights(geometry):
    cell = setting(
        precision="float32",
        penalties=[{"name": "r1", "every": 3}],
        generator=BATCH_NORM,
        probes={"geometry": geometry},
    )
    measured, blind = train(cell, cell, steps=100), train(cell, cell, steps=100, probed=False)
    measured.generate(50)
    for one, other in ((measured, blind),):
        assert torch.equal(one.game.generator.stack.flat, other.game.generator.stack.flat)
        assert torch.equal(one.game.discriminator.stack.flat, other.game.discriminator.stack.flat)
        for name, buffer in one.game.generator.stack.buffers.items():
            assert torch.equal(buffer, other.game.generator.stack.buffers[name])


def test_a_player_stands_still_while_the_other_steps():
    training = Training([setting()] * 2, [0, 1], CPU)
    loop, game = training.loop, training.game
    for step, moving, still in (
        (loop._d_step, game.discriminator, game.generator),
        (lambda s: loop._g_step(s, partner=s), game.generator, game.discriminator),
    ):
        before, other = moving.stack.flat.clone(), still.stack.flat.clone()
        step(0)
        assert not torch.equal(moving.stack.flat, before)
        assert torch.equal(still.stack.flat, other)


def test_the_first_move_goes_downhill_for_both_players():
    sgd = {"name": "sgd", "lr": 1e-3}
    cell = setting(optimizers={"generator": sgd, "discriminator": sgd})
    loop = PlainLoop(cell, 0)
    before = flat(loop.d).clone(), flat(loop.g).clone()
    loop.train(1)
    training = train(cell, seeds=[0], steps=1)
    for stack, network, old in (
        (training.game.discriminator.stack, loop.d, before[0]),
        (training.game.generator.stack, loop.g, before[1]),
    ):
        torch.testing.assert_close(stack.flat[0] - old, flat(network) - old, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize(("every", "shown"), [(1, 50), (2, 50), (4, 25), (3, 34)])
def test_a_lazy_penalty_is_on_record_whichever_step_of_an_iteration_applies_it(every, shown):
    cell = setting(penalties=[{"name": "r1", "every": every}], schedule={"d_steps": 2})
    bursts = train(cell, seeds=[0], steps=50).trace.bursts(["run"])
    assert int(np.isfinite(bursts["penalty_r1"]).sum()) == shown
    recorded = np.arange(50) * 2 + 1  # the step of D whose norms are kept
    np.testing.assert_array_equal(bursts["penalised"], recorded % every == 0)
