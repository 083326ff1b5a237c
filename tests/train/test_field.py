"""The joint gradient field: the closed forms of the Dirac-GAN, the passes of a step, naive Jacobians."""

from __future__ import annotations

import cmath

import numpy as np
import pytest
import torch

from ganbench.train.build import Builder
from ganbench.train.field import EIGENVALUES, Batch, Geometer, field, joint_weights
from ganbench.train.game import Game
from ganbench.train.loop import Loop
from ganbench.train.noise import Masks
from ganbench.train.step import discriminator_pass, generator_pass
from tests.train.settings import CPU, MLP, dirac, setting

SEEDS = [0, 1]


def built(cell) -> tuple[Game, Geometer]:
    builder = Builder([cell] * 2, SEEDS, CPU)
    game = builder.game()
    return game, builder.geometer(game)


def masks(game: Game) -> Masks:
    return Masks(SEEDS, role=("geometry", "masks"), place=game.generator.stack.place)


def batch(game: Game) -> Batch:
    tapes = game.tapes
    uniform = tapes.interpolation.at(0) if tapes.interpolation else torch.empty(0)
    return Batch(tapes.real.at(0), tapes.discriminator_noise.at(0), uniform)


def eigenvalues(found: dict, replica: int = 0) -> np.ndarray:
    values = [
        complex(found[f"eigenvalue_{k}_real"][replica], found[f"eigenvalue_{k}_imag"][replica])
        for k in range(EIGENVALUES)
    ]
    return np.array(values)


def assert_same_set(found, expected, tolerance: float) -> None:
    """As sets: conjugate pairs come in either order."""
    left = list(found)
    for value in expected:
        nearest = min(left, key=lambda other: abs(other - value))
        assert nearest == pytest.approx(value, abs=tolerance)
        left.remove(nearest)


def r1_eigenvalues(gamma: float) -> list[complex]:
    root = cmath.sqrt(gamma**2 / 4 - 1 / 4)
    return [-gamma / 2 + root, -gamma / 2 - root]


def alpha_eigenvalues(order: float) -> list[complex]:
    """L = loss(D(G)) + loss(D(0)), whose slope by the logit at 0 is 2^-(2 - 1/a): +- i times it."""
    slope = 0.5 ** (2 - 1 / order)
    return [slope * 1j, -slope * 1j]


DIRAC = {
    "minimax": (dirac(), [0.5j, -0.5j]),
    "non-saturating": (dirac(loss="non-saturating"), [0.5j, -0.5j]),
    "wasserstein": (dirac(loss="wasserstein"), [1j, -1j]),
    "relativistic": (dirac(loss="relativistic-pairing"), [0.5j, -0.5j]),
    "r1 0.3": (dirac(penalties=[{"name": "r1", "gamma": 0.3}]), r1_eigenvalues(0.3)),
    "r1 1": (dirac(penalties=[{"name": "r1", "gamma": 1.0}]), [-0.5, -0.5]),
    "r2 0.3": (dirac(penalties=[{"name": "r2", "gamma": 0.3}]), r1_eigenvalues(0.3)),
    "r1 2": (dirac(penalties=[{"name": "r1", "gamma": 2.0}]), r1_eigenvalues(2.0)),
    "0-gp 0.15": (dirac(penalties=[{"name": "wgan-gp", "weight": 0.15, "target": 0.0}]), r1_eigenvalues(0.3)),
    "l2 of D 0.3": (
        dirac(penalties=[{"name": "l2", "weight": 0.3, "of": "discriminator"}]),
        r1_eigenvalues(0.3),
    ),
    "jensen-shannon": (dirac(loss="jensen-shannon"), [0.5j, -0.5j]),
    "alpha": (dirac(loss={"name": "alpha-gan", "alpha_d": 4.0, "alpha_g": 4.0}), alpha_eigenvalues(4.0)),
    "r1 lazy": (dirac(penalties=[{"name": "r1", "gamma": 0.3, "every": 16}]), r1_eigenvalues(0.3)),
    "non-saturating r1 0.3": (
        dirac(loss="non-saturating", penalties=[{"name": "r1", "gamma": 0.3}]),
        r1_eigenvalues(0.3),
    ),
}


@pytest.mark.parametrize("name", DIRAC)
def test_eigenvalues_at_the_equilibrium_are_those_of_the_closed_forms(name):
    """Mescheder et al. 2018, lemmas 2.3 to 4.1. The double eigenvalue of gamma = 1 is only known to sqrt(eps)."""
    cell, expected = DIRAC[name]
    game, geometer = built(cell)
    game.generator.stack.flat.zero_()
    game.discriminator.stack.flat.zero_()
    found = eigenvalues(geometer.look())
    assert_same_set(found[:2], expected, 1e-6 if name == "r1 1" else 1e-12)
    assert np.isnan(found[2:]).all()


@pytest.mark.parametrize(("theta", "psi"), [(1.0, 1.0), (0.3, -2.0)])
def test_the_field_of_the_dirac_gan_is_that_of_the_paper(theta, psi):
    game, _ = built(dirac(penalties=[{"name": "r1", "gamma": 0.3}]))
    game.generator.stack.flat.fill_(theta)
    game.discriminator.stack.flat.fill_(psi)
    slope = 1 / (1 + np.exp(psi * theta))
    value = field(game, batch(game), masks(game))(joint_weights(game))
    assert value[0].tolist() == pytest.approx([-psi * slope, theta * slope - 0.3 * psi])


CELLS = {
    "non-saturating": {},
    "relativistic": {"loss": "relativistic-pairing"},
    "r1 and r2": {"penalties": [{"name": "r1"}, {"name": "r2", "gamma": 0.2}]},
    "wgan-gp": {"loss": "wasserstein", "penalties": [{"name": "wgan-gp"}]},
    "lecam and weights": {"penalties": ["lecam", "l2", {"name": "orthogonal", "of": "both"}]},
    "a loss each": {"loss": {"discriminator": "hinge", "generator": {"name": "alpha-gan", "alpha_g": 0.5}}},
    "joint batches": {"discriminator": {**MLP, "norm": "batch"}, "schedule": {"batches": "joint"}},
    "batch norm": {"generator": {**MLP, "norm": "batch"}, "discriminator": {**MLP, "norm": "batch"}},
}


@pytest.mark.parametrize("name", CELLS)
def test_the_field_is_where_plain_gradient_steps_would_go(name):
    game, _ = built(setting(**CELLS[name]))
    look = batch(game)
    value = field(game, look, masks(game))(joint_weights(game)).detach()

    def record(name, values):
        return None

    of_d = discriminator_pass(game, look.real, look.noise, step=0, record=record)
    of_g = generator_pass(game, look.noise, look.real, step=0, record=record)
    torch.testing.assert_close(value, -torch.cat([of_g.gradient, of_d.gradient], 1), rtol=1e-9, atol=1e-12)


def test_eigenvalues_are_those_of_the_whole_jacobian():
    small = {"name": "mlp", "width": 2, "depth": 1, "activation": "tanh"}
    game, geometer = built(setting(generator=small, discriminator=small, penalties=[{"name": "r1"}]))
    flow = geometer._field
    at = joint_weights(game)
    jacobian = torch.autograd.functional.jacobian(lambda w: flow(w).sum(0), at).movedim(1, 0)
    found = geometer.look()
    for replica in range(2):
        values = np.linalg.eigvals(jacobian[replica].numpy())
        leading = values[np.argsort(-abs(values))][:EIGENVALUES]
        assert_same_set(eigenvalues(found, replica), leading, 1e-8)


def test_residuals_are_small_for_few_weights_and_tell_that_many_have_not_converged():
    small = {"name": "mlp", "width": 1, "depth": 1, "activation": "tanh"}
    for network, converged in ((small, True), ({**MLP, "width": 32}, False)):
        _, geometer = built(setting(generator=network, discriminator=network))
        found = geometer.look()
        largest = max(float(found[f"eigenvalue_{k}_residual"].max()) for k in range(EIGENVALUES))
        assert (largest < 1e-6) == converged


def test_a_replicas_geometry_does_not_depend_on_its_neighbours():
    cell = setting(penalties=[{"name": "r1"}])
    looks = []
    for seeds in ([3, 7], [7, 5]):
        builder = Builder([cell] * 2, seeds, CPU)
        geometer = builder.geometer(builder.game())
        geometer.before()
        looks.append(geometer.look())
    for name, values in looks[0].items():
        assert values[1].item() == pytest.approx(looks[1][name][0].item(), rel=1e-7, nan_ok=True), name


def test_looking_changes_neither_weights_nor_buffers_nor_the_random_state():
    drops = {**MLP, "norm": "batch", "dropout": 0.3}
    game, geometer = built(setting(generator=drops, discriminator=drops))
    stacks = (game.generator.stack, game.discriminator.stack)

    def held():
        return [t for s in stacks for t in (s.flat, *s.buffers.values())]

    before, state = [t.clone() for t in held()], torch.get_rng_state()
    geometer.before()
    geometer.look()
    assert all(torch.equal(one, other) for one, other in zip(before, held(), strict=True))
    assert torch.equal(torch.get_rng_state(), state)
    assert all(leaf.grad is None for s in stacks for leaf in s.leaves.values())


def test_two_looks_at_one_point_see_the_same():
    drops = {**MLP, "dropout": 0.3}
    _, geometer = built(setting(generator=drops, discriminator=drops))
    first, second = geometer.look(), geometer.look()
    for k in range(EIGENVALUES):
        assert torch.equal(first[f"eigenvalue_{k}_real"], second[f"eigenvalue_{k}_real"])


def test_cosines_compare_the_field_before_with_the_field_now():
    game, geometer = built(dirac(loss="wasserstein"))
    geometer.before()
    game.generator.stack.flat.neg_()  # D's part of the field is theta, G's is -psi
    found = geometer.look()
    assert found["cosine_d"].tolist() == pytest.approx([-1, -1])
    assert found["cosine_g"].tolist() == pytest.approx([1, 1])


def test_the_path_runs_from_the_last_look_to_this_one():
    builder = Builder([dirac(loss="wasserstein")] * 2, SEEDS, CPU)
    game = builder.game()
    geometer = builder.geometer(game)
    assert geometer.look()["path_cosine_0"].isnan().all()  # nothing has moved
    start = joint_weights(game)
    Loop(game, builder.schedule(), None).advance(3)
    found = geometer.look()
    for share in (0, 25, 50, 75, 100):
        way = joint_weights(game) - start
        theta, psi = (start + share / 100 * way)[0].tolist()
        expected = torch.cosine_similarity(torch.tensor([-psi, theta]).double(), way[0], dim=0)
        assert found[f"path_cosine_{share}"][0].item() == pytest.approx(expected.item())
