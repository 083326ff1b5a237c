"""The step of the Dirac-GAN and of the bilinear game: closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from ganbench.train.state import game_of
from ganbench.validation.eigenvalues import step_eigenvalues
from tests.train.settings import dirac, setting, train

H = 0.2  # rate of `dirac`


def values(steps=30, **changes):
    """Eigenvalues of one replica after some steps, where they are taken does not depend on them."""
    return step_eigenvalues(train(dirac(**changes), dirac(**changes), steps=steps))[0]


def order(name):
    return {"schedule": {"order": name}}


@pytest.mark.parametrize(("loss", "a"), [("minimax", 0.5), ("non-saturating", 0.5), ("wasserstein", 1.0)])
def test_simultaneous_steps_expand(loss, a):
    found = values(loss=loss, **order("simultaneous"))
    assert np.sort_complex(found) == pytest.approx([1 - 1j * H * a, 1 + 1j * H * a], abs=1e-5)


@pytest.mark.parametrize("first", ["discriminator-first", "generator-first"])
@pytest.mark.parametrize("loss", ["minimax", "non-saturating", "wasserstein", "relativistic-pairing"])
def test_alternating_steps_keep_the_radius(loss, first):
    assert np.abs(values(loss=loss, **order(first))) == pytest.approx([1, 1], abs=1e-5)


@pytest.mark.parametrize(("loss", "a"), [("minimax", 0.5), ("wasserstein", 1.0)])
def test_extragradient_contracts(loss, a):
    squared = np.abs(values(loss=loss, **order("extragradient"))) ** 2
    assert squared == pytest.approx(1 - (H * a) ** 2 + (H * a) ** 4, abs=1e-5)


@pytest.mark.parametrize("gamma", [0.3, 1.0, 2.0])
def test_r1_has_the_eigenvalues_of_its_field(gamma):
    found = values(penalties=[{"name": "r1", "gamma": gamma}], **order("simultaneous"))
    root = np.emath.sqrt(gamma**2 / 4 - 1 / 4)
    # At gamma 1 the two fall together, where the root of an error of 1e-8 is 1e-4.
    assert np.sort_complex(found) == pytest.approx(
        np.sort_complex(1 + H * (-gamma / 2 + np.array([-root, root]))), abs=1e-3
    )
    assert np.abs(found).max() < 1


def test_a_penalty_with_an_edge_at_the_equilibrium_has_none():
    assert np.isnan(values(loss="wasserstein", penalties=["wgan-gp"])).all()


def test_a_step_that_remembers_has_none():
    sgd = {"name": "sgd", "lr": H, "momentum": 0.5}
    assert np.isnan(values(optimizers={"generator": sgd, "discriminator": sgd})).all()


def test_a_large_game_has_none_and_is_left_alone():
    training = train(setting(), setting(), steps=3)
    before = game_of(training)
    assert np.isnan(step_eigenvalues(training)).all()
    assert all(bool((before[name] == tensor).all()) for name, tensor in game_of(training).items())


def test_the_game_is_where_it_was():
    training = train(dirac(), dirac(), steps=7)
    before = game_of(training)
    step_eigenvalues(training)
    assert all(bool((before[name] == tensor).all()) for name, tensor in game_of(training).items())
