"""Training on data in another range: the plain loop's numbers, and metrics in the units of the data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ganbench.train.audit import audit
from ganbench.train.judging import critic
from ganbench.train.reference import reference
from tests.train.plain import PlainLoop, distance
from tests.train.settings import MLP, setting, train

CELLS: dict[str, dict[str, Any]] = {
    "tanh": {"data_range": "tanh", "generator": {**MLP, "output": "tanh"}},
    "sigmoid, hinge": {"data_range": "sigmoid", "generator": {**MLP, "output": "sigmoid"}, "loss": "hinge"},
    "linear, r1": {"data_range": "tanh", "penalties": [{"name": "r1", "gamma": 0.3}]},
    "moons": {"data_range": "sigmoid", "data": "moons"},
}


@pytest.mark.parametrize("name", CELLS)
def test_a_population_does_what_the_plain_loop_on_scaled_data_does(name: str) -> None:
    cell = setting(steps=100, **CELLS[name])
    training = train(*[cell] * 3, seeds=[3, 1, 2])
    assert distance(training, 1, PlainLoop(cell, 1).train(100)) < 1e-9


def test_samples_are_in_the_units_of_the_data() -> None:
    training = train(setting(**CELLS["tanh"], steps=5), seeds=[0])
    made, seen = training.generate(50), training.fakes(50)
    half = 1 + 5 * 0.05  # of the ring's box
    np.testing.assert_allclose(made, seen * half / 0.95, rtol=1e-12)
    assert np.abs(seen).max() < 1
    training.remember()
    np.testing.assert_allclose(training.old_fakes.tensors()["ring"][0, 0].numpy(), training.fakes(64)[0])


def test_a_population_may_mix_data_of_several_boxes() -> None:
    cells = [setting(**{**CELLS["tanh"], "data": data}, steps=30) for data in ("ring", "grid")]
    training = train(*cells, seeds=[1, 1])
    for replica, cell in enumerate(cells):
        assert distance(training, replica, PlainLoop(cell, 1).train(30)) < 1e-9
    made, seen = training.generate(20), training.fakes(20)
    halves = (1.05, 4.25)
    for replica, half in enumerate(halves):
        np.testing.assert_allclose(made[replica], seen[replica] * half / 0.95, rtol=1e-9)


def test_d_is_asked_about_data_in_its_range() -> None:
    training = train(setting(**CELLS["tanh"], steps=20), seeds=[0])
    x = training.datasets[0].held_out(np.random.default_rng(0), 9).x
    asked = critic(training, 0)
    assert asked is not None
    module = training.discriminator(0)
    expected = module(training.place.tensor(x * 0.95 / 1.25))[:, 0].detach().numpy()
    np.testing.assert_allclose(asked(x), expected, rtol=1e-12)


def test_an_audit_compares_samples_and_data_of_one_range() -> None:
    """A generator that gives the data themselves cannot be told from them, whatever the range."""
    training = train(setting(**CELLS["tanh"], steps=60), seeds=[0])
    stack = training.game.generator.stack
    real = training.shown[0].held_out(np.random.default_rng(5), 4096).x
    stack._forward = lambda w, b, z, c: training.place.tensor(np.stack([real[: z.shape[1]]] * 2))
    found = audit(training)
    assert found["auc_held_out"][0] == pytest.approx(0.5, abs=0.06)
    assert found["auc_train"][0] == pytest.approx(0.5, abs=0.06)


def test_moments_on_record_are_those_that_d_sees() -> None:
    training = train(setting(**CELLS["tanh"], steps=1), seeds=[0])
    found, own = training.references[0], reference(training.datasets[0], 8)
    scale = 0.95 / 1.25
    assert found.resolution == pytest.approx(scale * own.resolution)
    for name, value in own.moments.items():
        assert found.moments[name] == pytest.approx(scale * value)
