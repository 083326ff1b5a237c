"""From settings and seeds to a game: what is shared, what is a vector over replicas, what depends on the seed."""

from __future__ import annotations

import pytest
import torch

from ganbench import seeding
from ganbench.train.build import Builder
from tests.train.settings import CPU, MLP, setting


def builder(*settings, seeds=None) -> Builder:
    return Builder(settings, seeds or list(range(len(settings))), CPU)


def adam(lr: float, **more) -> dict:
    one = {"name": "adam", "lr": lr, **more}
    return {"generator": {"name": "adam", "lr": lr / 2, **more}, "discriminator": one}


def test_hyperparameters_are_vectors_over_replicas():
    game = builder(
        *(setting(optimizers=adam(lr, beta1=beta)) for lr, beta in [(0.1, 0.0), (0.2, 0.9)])
    ).game()
    assert game.discriminator.hyper["lr"].tolist() == [[0.1], [0.2]]
    assert game.generator.hyper["lr"].tolist() == [[0.05], [0.1]]
    assert game.generator.hyper["beta1"].tolist() == [[0.0], [0.9]]


def test_penalty_weights_are_vectors_and_intervals_are_shared():
    cells = [
        setting(penalties=[{"name": "r1", "gamma": g, "every": 4}, {"name": "weight-clipping", "limit": g}])
        for g in (1, 2, 3)
    ]
    game = builder(*cells).game()
    (term,) = game.penalties.terms
    assert (term.name, term.every, term.values["gamma"].tolist()) == ("r1", 4, [1, 2, 3])
    ((_, limits),) = game.discriminator.projections
    assert limits["limit"].tolist() == [1, 2, 3]
    assert not game.generator.projections


def test_first_weights_depend_on_seed_and_role_alone():
    one = builder(setting(), setting(), seeds=[7, 1]).game()
    other = builder(setting(loss="hinge", batch=3), setting(), setting(), seeds=[5, 7, 6]).game()
    for player in ("generator", "discriminator"):
        mine, theirs = getattr(one, player).stack.flat, getattr(other, player).stack.flat
        assert torch.equal(mine[0], theirs[1])
        assert not torch.equal(mine[0], mine[1])
    assert not torch.equal(one.generator.stack.flat[0, :32], one.discriminator.stack.flat[0, :32])


def test_building_leaves_torchs_random_state_alone():
    before = torch.get_rng_state()
    builder(setting(), setting()).game()
    assert torch.equal(torch.get_rng_state(), before)


def test_first_weights_are_those_of_the_module_built_under_the_seed():
    from ganbench.gan.networks.mlp import MLP as Network

    stack = builder(setting(precision="float32"), seeds=[3]).game().generator.stack
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seeding.torch_seed(3, "initialisation", "generator"))
        network = Network(setting().generator, 2, 2)
    expected = torch.cat([p.detach().flatten() for p in network.parameters()])
    assert torch.equal(stack.flat[0], expected)


def test_float32_and_float64_start_from_the_same_weights():
    single = builder(setting(precision="float32")).game().generator.stack.flat
    double = builder(setting()).game().generator.stack.flat
    assert (single.dtype, double.dtype) == (torch.float32, torch.float64)
    assert torch.equal(single.double(), double)


@pytest.mark.parametrize("name", ["real", "discriminator_noise", "generator_noise"])
def test_equal_seeds_of_two_cells_see_the_same_data_and_noise(name):
    one = builder(setting(), seeds=[7]).game()
    other = builder(setting(), setting(loss="hinge"), seeds=[1, 7]).game()
    for step in (0, 63, 64):
        assert torch.equal(getattr(one.tapes, name).at(step)[0], getattr(other.tapes, name).at(step)[1])


def test_the_players_have_noise_of_their_own():
    tapes = builder(setting()).game().tapes
    assert not torch.equal(tapes.discriminator_noise.at(0), tapes.generator_noise.at(0))


@pytest.mark.parametrize(
    ("penalties", "drawn"), [([], False), ([{"name": "r1"}], False), ([{"name": "wgan-gp"}], True)]
)
def test_interpolation_is_drawn_where_a_penalty_needs_it(penalties, drawn):
    tape = builder(setting(penalties=penalties)).game().tapes.interpolation
    assert (tape is not None) == drawn


def test_equal_data_options_share_one_data_set():
    built = builder(setting(), setting(data="grid"), setting())
    assert built.datasets[0] is built.datasets[2]
    assert built.datasets[0] is not built.datasets[1]


def test_the_average_has_one_decay_for_each_replica():
    game = builder(setting(ema={"decay": 0.9}), setting(ema={"decay": 0.99})).game()
    assert game.average.decay.tolist() == [[0.9], [0.99]]
    assert builder(setting()).game().average is None


@pytest.mark.parametrize("order", ["discriminator-first", "generator-first", "simultaneous"])
def test_the_schedule_is_that_of_the_setting(order):
    steps = {} if order == "simultaneous" else {"d_steps": 3, "g_steps": 2}
    schedule = builder(setting(schedule={"order": order, **steps})).schedule()
    assert (schedule.order, schedule.reused_noise) == (order, False)
    assert (schedule.d_steps, schedule.g_steps) == ((1, 1) if order == "simultaneous" else (3, 2))


def test_reused_noise_is_passed_on():
    assert builder(setting(schedule={"generator_noise": "reused"})).schedule().reused_noise


def test_batches_are_joint_where_the_setting_says_so():
    assert (
        builder(setting(discriminator={**MLP, "norm": "batch"}, schedule={"batches": "joint"})).game().joint
    )
    assert not builder(setting()).game().joint


@pytest.mark.parametrize("law", ["normal", "uniform", "sphere"])
def test_the_latent_law_is_that_of_the_setting(law):
    z = builder(setting(latent={"law": law, "dim": 3}, batch=64)).game().tapes.generator_noise.at(0)
    assert z.shape == (1, 64, 3)
    assert {
        "normal": bool((z.abs() > 1).any()),
        "uniform": bool((z.abs() <= 1).all() and z.std() > 0.5),
        "sphere": bool(torch.allclose(z.norm(dim=-1), torch.ones(()).double())),
    }[law]


def test_a_user_sees_the_width_that_was_asked_for():
    stack = builder(setting(generator={**MLP, "width": 5})).game().generator.stack
    assert stack.weights["0.weight"].shape == (1, 5, 2)
