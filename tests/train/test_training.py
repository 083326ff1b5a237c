"""Training as an executor drives it: evaluation, padding, counters, and when the geometry is looked at."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ganbench import seeding
from ganbench.train.state import game_of
from ganbench.train.training import Training
from tests.train.settings import CPU, MLP, setting, train

BATCH_NORM = {**MLP, "norm": "batch"}


def noise(seed: int, step: int, count: int) -> torch.Tensor:
    rng = seeding.stream(seed, "evaluation", "noise", block=step)
    return torch.from_numpy(rng.standard_normal((count, 2)))


@pytest.mark.parametrize("generator", [BATCH_NORM, {**BATCH_NORM, "dropout": 0.3}])
def test_evaluation_samples_come_from_the_generator_in_evaluation_mode(generator):
    cell = setting(generator=generator)
    training = train(cell, cell, seeds=[3, 7], steps=20)
    found = training.generate(30)
    assert found.shape == (2, 30, 2)
    assert found.dtype == np.float64
    for replica, seed in enumerate([3, 7]):
        module = training.game.generator.stack.module(replica).eval()
        expected = module(noise(seed, 20, 30)).detach()
        np.testing.assert_allclose(found[replica], expected, rtol=1e-12)


def test_evaluation_noise_depends_on_seed_and_step_only():
    """Cells with the same generator have the same samples, whatever else differs."""
    one = train(*[setting()] * 3, seeds=[7, 1, 2], steps=10)
    other = train(*[setting(loss="hinge", batch=4)] * 2, seeds=[5, 7], steps=10)
    other.game.generator.stack.flat[1] = one.game.generator.stack.flat[0]
    found = one.generate(20)[0]
    np.testing.assert_allclose(other.generate(20)[1], found, rtol=1e-12)
    np.testing.assert_array_equal(one.generate(20)[0], found)
    one.advance(11)
    one.game.generator.stack.flat[0] = other.game.generator.stack.flat[1]
    assert not np.allclose(one.generate(20)[0], found)


def test_the_average_is_evaluated_on_its_own_weights_and_buffers():
    cell = setting(generator=BATCH_NORM, ema={"decay": 0.9})
    training = train(cell, cell, steps=20)
    module = training.game.average.stack.module(1).eval()
    expected = module(noise(1, 20, 30)).detach()
    np.testing.assert_allclose(training.generate(30, of="ema")[1], expected, rtol=1e-12)
    assert not np.allclose(training.generate(30, of="ema"), training.generate(30))


def test_generating_changes_nothing():
    cell = setting(generator={**BATCH_NORM, "dropout": 0.3})
    training, blind = train(cell, cell, steps=10), train(cell, cell, steps=10)
    state = torch.get_rng_state()
    training.generate(50)
    assert torch.equal(torch.get_rng_state(), state)
    for each in (training, blind):
        each.advance(20)
    assert torch.equal(training.game.generator.stack.flat, blind.game.generator.stack.flat)


def test_a_run_alone_is_padded_and_the_padding_is_not_seen():
    training = train(setting(probes={"geometry": 10}), seeds=[7], steps=20)
    assert training.replicas == 1
    assert training.game.replicas == 2
    assert training.generate(5).shape == (1, 5, 2)
    assert training.diverged_at() == [None]
    assert set(training.trace.windows(["only"])["run_id"]) == {"only"}
    assert all(values.shape == (1,) for _, found in training.geometry for values in found.values())


def test_a_discriminator_comes_out_as_an_ordinary_module_in_evaluation_mode():
    cell = setting(discriminator=BATCH_NORM)
    training = train(cell, cell, steps=20)
    x = torch.randn(2, 9, 2, dtype=torch.float64)
    out, _ = training.game.discriminator.stack(x, training=False)
    for replica in range(2):
        module = training.discriminator(replica)
        assert not module.training
        torch.testing.assert_close(module(x[replica]), out[replica].detach(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("changes", "samples", "gradients"),
    [
        ({}, 20, 20 + 20),
        ({"schedule": {"d_steps": 5}}, 100, 100 + 20),
        ({"schedule": {"d_steps": 2, "g_steps": 4}}, 10, 10 + 20),
        ({"penalties": [{"name": "r1"}]}, 20, 20 + 20 + 20),
        ({"penalties": [{"name": "r1", "every": 16}, {"name": "r2", "every": 3}]}, 20, 20 + 20 + 2 + 7),
        ({"penalties": [{"name": "weight-clipping"}]}, 20, 20 + 20),
    ],
)
def test_counters_give_the_cost_of_one_replica(changes, samples, gradients):
    training = train(setting(**changes), setting(**changes), steps=20)
    assert training.counters(1) == {"samples_seen": 8 * samples, "gradient_evaluations": gradients}


def test_counters_stop_where_a_replica_left():
    wild = {"name": "sgd", "lr": 1e30}
    cell = setting(optimizers={"generator": wild, "discriminator": wild}, precision="float32")
    training = train(
        cell, setting(precision="float32", optimizers=cell.model_dump()["optimizers"]), steps=100
    )
    left = training.diverged_at()[0]
    assert 0 < left < 100
    assert training.counters(0) == {"samples_seen": 8 * left, "gradient_evaluations": 2 * left}


@pytest.mark.parametrize(
    "changes", [{}, {"ema": {"decay": 0.9}, "generator": BATCH_NORM}, {"schedule": {"g_steps": 2}}]
)
def test_a_stopped_replica_stands_still_and_the_others_do_not_notice(changes):
    cell = setting(**changes, probes={"windows": 10, "bursts": 1, "burst_steps": 200})
    whole, cut = (train(*[cell] * 3, seeds=[1, 2, 3], steps=60) for _ in range(2))
    cut.stop(1)
    held = {name: tensor[1] for name, tensor in game_of(cut).items() if tensor.ndim and len(tensor) == 3}
    for one in (whole, cut):
        one.advance(130)
    after, free = game_of(cut), game_of(whole)
    for name, tensor in held.items():
        if name != "alive":
            torch.testing.assert_close(after[name][1], tensor, rtol=0, atol=0)
            assert torch.equal(after[name][[0, 2]], free[name][[0, 2]])
    assert cut.stopped_at == [None, 60, None]
    assert cut.diverged_at() == [None] * 3
    steps = cut.trace.bursts(list("abc"))
    assert steps["step"][steps["run_id"] == "b"].max() == 60 - cut.loop.schedule.g_steps
    assert (steps["burst"] == 0).all()


def test_counters_stop_where_a_replica_was_stopped():
    training = train(setting(), setting(), steps=20)
    training.stop(0)
    training.advance(50)
    assert training.counters(0) == {"samples_seen": 8 * 20, "gradient_evaluations": 40}
    assert training.counters(1) == {"samples_seen": 8 * 50, "gradient_evaluations": 100}


@pytest.mark.parametrize(
    ("every", "g_steps", "looked"),
    [
        (0, 1, []),
        (7, 1, [7, 14, 21, 28]),
        (2, 1, list(range(2, 31, 2))),
        (1, 1, list(range(1, 31))),
        (31, 1, []),
        (6, 2, [6, 12, 18, 24, 30]),
        (5, 2, [6, 12, 18, 24, 30]),
        (1, 3, list(range(3, 31, 3))),
    ],
)
def test_the_geometry_is_looked_at_every_so_many_steps_rounded_up_to_whole_rounds(every, g_steps, looked):
    cell = setting(probes={"geometry": every}, schedule={"g_steps": g_steps}, steps=30)
    training = train(cell, cell, steps=12)
    training.advance(30)
    assert [step for step, _ in training.geometry] == looked


def test_gradient_cosines_are_those_of_two_successive_steps():
    cell = setting(probes={"geometry": 10})
    training = train(cell, cell, steps=10)
    ((_, found),) = training.geometry
    plain = train(cell, cell, steps=9, probed=False)
    values = []
    for _ in range(2):
        values.append(training.geometer._field(_joint(plain)).detach())
        plain.advance(10)
    split = training.game.generator.stack.flat.shape[1]
    for name, part in (("cosine_g", slice(0, split)), ("cosine_d", slice(split, None))):
        expected = torch.cosine_similarity(values[0][:, part], values[1][:, part])
        np.testing.assert_allclose(found[name], expected, rtol=1e-9)


def _joint(training: Training) -> torch.Tensor:
    return torch.cat([training.game.generator.stack.flat, training.game.discriminator.stack.flat], 1)


def test_advancing_stops_at_the_last_step_and_in_pieces_is_as_at_once():
    pieces, once = train(setting(), setting(), steps=3), train(setting(), setting())
    for until in (3, 64, 65, 150, 10_000):
        pieces.advance(until)
    assert pieces.step == pieces.steps == 200
    assert torch.equal(pieces.game.generator.stack.flat, once.game.generator.stack.flat)
    one, other = (t.trace.windows(["a", "b"]) for t in (pieces, once))
    for name, column in once.trace.windows(["a", "b"]).items():
        np.testing.assert_allclose(one[name], column, rtol=1e-5, atol=1e-6) if column.dtype.kind == "f" else (
            np.testing.assert_array_equal(one[name], column)
        )
    assert list(one) == list(other)


def test_a_run_of_one_step_has_a_trace():
    training = train(setting(steps=1, evaluation={"every": 1, "samples": 10}), seeds=[0])
    windows = training.trace.windows(["a"])
    assert windows["first_step"].tolist() == windows["last_step"].tolist() == [0]
    assert windows["loss_d.count"].tolist() == [1]
    assert training.trace.bursts(["a"])["step"].tolist() == [0]


def test_the_trace_of_a_diverged_run_ends_where_it_left():
    sgd = {"name": "sgd", "lr": 1e30}
    wild = setting(precision="float32", optimizers={"generator": sgd, "discriminator": sgd})
    training = train(wild, wild, seeds=[0, 1])
    left = training.diverged_at()
    assert None not in left
    windows = training.trace.windows(["a", "b"])
    for run, step in zip("ab", left, strict=True):
        assert windows["loss_d.count"][windows["run_id"] == run].sum() <= step + 1
        bursts = training.trace.bursts(["a", "b"])
        flight = (bursts["run_id"] == run) & (bursts["burst"] == -1)
        assert bursts["step"][flight].tolist() == list(range(step + 1))


def test_the_strategy_is_told_once_where_both_networks_share_it():
    assert train(setting(), steps=0, seeds=[0]).strategy == "layers"
    dirac = setting(discriminator="dirac-discriminator")
    assert train(dirac, steps=0, seeds=[0]).strategy == "layers / vmap"


def test_unprobed_training_keeps_no_trace():
    training = train(setting(), setting(), steps=10, probed=False)
    assert training.trace.windows(["a", "b"]) == {}
    assert training.geometry == []


def test_training_needs_no_global_random_state():
    before, numpy_before = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002  # it must not move
    train(setting(generator={**MLP, "dropout": 0.2}), seeds=[0], steps=5)
    assert torch.equal(torch.get_rng_state(), before)
    assert (np.random.get_state()[1] == numpy_before).all()  # noqa: NPY002  # it must not move


def test_the_resolution_is_near_for_a_narrow_law_and_nought_for_a_point_mass():
    narrow, wide = (
        Training([setting(data={"name": "ring", "std": std})] * 2, [0, 1], CPU)._resolution
        for std in (0.01, 0.1)
    )
    assert (wide > 5 * narrow).all()
    point = Training([setting(data="dirac", generator="dirac-generator", latent={"dim": 1})] * 2, [0, 1], CPU)
    assert point._resolution.tolist() == [0, 0]
