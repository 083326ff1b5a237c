"""Conditional games in a population against the plain loop with labels written out."""

from __future__ import annotations

from typing import Any

import pytest

from tests.train.conditional.oracle import Auxiliary, Concatenated, Projected
from tests.train.plain import distance
from tests.train.settings import setting, train

CELLS: dict[str, tuple[type[Concatenated], dict[str, Any]]] = {
    "concatenation": (Concatenated, {"conditional": {}, "penalties": ["r1"]}),
    "concatenation, interpolated labels": (Concatenated, {"conditional": {}, "penalties": ["wgan-gp"]}),
    "concatenation, pairs": (Concatenated, {"conditional": {}, "loss": "relativistic-pairing"}),
    "concatenation, two steps of D": (Concatenated, {"conditional": {}, "schedule": {"d_steps": 2}}),
    "projection": (Projected, {"conditional": {"discriminator": "projection"}, "loss": "hinge"}),
    "projection, penalties": (
        Projected,
        {"conditional": {"discriminator": "projection"}, "penalties": ["wgan-gp", "r2"]},
    ),
    "auxiliary": (
        Auxiliary,
        {"conditional": {"discriminator": "auxiliary", "weight": 0.5}, "penalties": ["r1"]},
    ),
    "auxiliary, critic": (
        Auxiliary,
        {
            "conditional": {"discriminator": "auxiliary"},
            "loss": "wasserstein",
            "penalties": [{"name": "wgan-gp", "target": 0.0}],
        },
    ),
}


@pytest.mark.parametrize("name", CELLS)
def test_a_conditional_game_is_the_plain_loop_with_labels_written_out(name: str) -> None:
    oracle, changes = CELLS[name]
    cell = setting(steps=100, data={"name": "ring", "modes": 5, "std": 0.05}, **changes)
    training = train(*[cell] * 3, seeds=[3, 1, 2])
    assert distance(training, 1, oracle(cell, 1).train(100)) < 1e-9


def test_data_of_unequal_labels_in_a_range_of_their_own() -> None:
    weights = [0.6, 0.3, 0.1]
    cell = setting(
        steps=60,
        conditional={},
        data={"name": "ring", "modes": 3, "std": 0.05, "weights": weights, "points": 50},
        data_range="tanh",
    )
    assert distance(train(cell, cell), 0, Concatenated(cell, 0).train(60)) < 1e-9


def test_neighbours_may_weigh_their_classes_otherwise() -> None:
    cells = [
        setting(steps=50, conditional={"discriminator": "auxiliary", "weight": weight})
        for weight in (0.3, 2.0)
    ]
    training = train(*cells, seeds=[1, 1])
    for replica, cell in enumerate(cells):
        assert distance(training, replica, Auxiliary(cell, 1).train(50)) < 1e-9
