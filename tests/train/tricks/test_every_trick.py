"""What holds for every registered trick: neighbours, checkpoints, measuring, no waiting, state in place."""

from __future__ import annotations

import io
from typing import Any

import pytest
import torch
from torch import Tensor

from ganbench import registry
from ganbench.suite.schema import Setting
from ganbench.train.build import Builder
from ganbench.train.loop import Loop
from ganbench.train.state import _tensors, restore, state_of
from ganbench.train.training import Training
from tests.train.settings import CPU, setting, train

NAMES = [entry.name for entry in registry.entries("trick")]
NEEDED: dict[str, dict[str, Any]] = {"flipped-generator-labels": {"loss": "minimax"}}


def cell(name: str, **changes: Any) -> Setting:
    """The base setting with a trick at its defaults, where it can be used."""
    return setting(tricks=[name], **NEEDED.get(name, {}), steps=80, **changes)


def tensors(training: Training) -> dict[str, Tensor]:
    """All that training moves."""
    return _tensors(training)


def equal(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    """Bit for bit, NaN included."""
    return list(one) == list(other) and all(
        torch.equal(tensor.contiguous().view(torch.uint8), other[name].contiguous().view(torch.uint8))
        for name, tensor in one.items()
        if tensor.dim()
    )


def replica(training: Training, number: int) -> dict[str, Tensor]:
    """What is a replica's own."""
    named = tensors(training).items()
    return {name: t[number] for name, t in named if t.dim() and not name.startswith("old_fakes")}


@pytest.mark.parametrize("side", ["generator", "discriminator"])
@pytest.mark.parametrize("name", NAMES)
def test_a_replica_that_is_not_finite_changes_no_bit_of_its_neighbours(name: str, side: str) -> None:
    sound, struck = (Training([cell(name)] * 3, [0, 1, 2], CPU) for _ in range(2))
    for training in (sound, struck):
        training.advance(10)
    getattr(struck.game, side).stack.flat[1, :4] = torch.nan
    for training in (sound, struck):
        training.advance(30)
    assert [step is None for step in struck.diverged_at()] == [True, False, True]
    for number in (0, 2):
        assert equal(replica(sound, number), replica(struck, number))


RANGES: dict[str, Any] = {"real": ([0.7, 1.2], [0.8, 1.0]), "fake": ([0.0, 0.3], 0.1)}
GIVEN: dict[str, dict[str, Any]] = {"loss-balancing": {"generator": 0.1}}


def others(kind: str, name: str) -> list[dict[str, Any]]:
    """One cell for the defaults, and for each option of a replica's own one with that option changed."""
    options = registry.entry(kind, name).options.model_validate({"name": name, **GIVEN.get(name, {})})
    base = {"name": name, **GIVEN.get(name, {})}
    values = registry.per_replica(options)
    changed = [
        {option: other}
        for option, value in values.items()
        for other in RANGES.get(option, (value * 0.9 + 0.05,))
    ]
    return [base, *(base | change for change in changed)]


VARYING = [
    (kind, entry.name)
    for kind in ("trick", "penalty")
    for entry in registry.entries(kind)
    if registry.per_replica(entry.options())
]


@pytest.mark.parametrize(("kind", "name"), VARYING)
def test_no_option_of_a_neighbour_changes_a_bit_of_a_replica(kind: str, name: str) -> None:
    base = {"optimizers": {side: {"name": "sgd", "lr": 0.1} for side in ("generator", "discriminator")}}
    key = {"trick": "tricks", "penalty": "penalties"}[kind]
    cells = [setting(**{key: [options]}, steps=8, **base) for options in others(kind, name)]
    mixed = train(*cells, seeds=[3] * len(cells))
    for number, one in enumerate(cells):
        alone = train(*[one] * len(cells), seeds=[3] * len(cells))
        assert equal(replica(mixed, number), replica(alone, number))


@pytest.mark.parametrize("name", NAMES)
def test_training_goes_on_from_a_checkpoint_bit_for_bit(name: str) -> None:
    through, stopped, resumed = (Training([cell(name)] * 2, [4, 5], CPU) for _ in range(3))
    stopped.advance(40)
    file = io.BytesIO()
    torch.save(state_of(stopped), file)
    file.seek(0)
    restore(resumed, torch.load(file, weights_only=True))
    for training in (through, resumed):
        training.advance(80)
    assert equal(tensors(through), tensors(resumed))


@pytest.mark.parametrize("name", NAMES)
def test_measuring_changes_nothing(name: str) -> None:
    looked, blind = train(cell(name, probes={"geometry": 20}), seeds=[0]), train(cell(name), seeds=[0])
    unseen = train(cell(name), seeds=[0], probed=False)
    for other in (blind, unseen):
        mine = {name: tensor for name, tensor in tensors(looked).items() if not name.startswith("geometer")}
        assert equal(mine, tensors(other))


@pytest.mark.parametrize("name", NAMES)
def test_the_hot_loop_never_waits_for_the_device(name: str) -> None:
    builder = Builder([cell(name, precision="float32")] * 2, [0, 1], torch.device("meta"))
    Loop(builder.game(), builder.schedule(), None).advance(7)


@pytest.mark.parametrize("name", NAMES)
def test_the_state_stays_where_it_is(name: str) -> None:
    training = Training([cell(name, precision="float32")] * 2, [0, 1], CPU)
    before = {name: tensor.data_ptr() for name, tensor in tensors(training).items()}
    training.advance(70)
    assert {name: tensor.data_ptr() for name, tensor in tensors(training).items()} == before


@pytest.mark.parametrize("name", NAMES)
def test_in_float32_as_in_float64_options_keep_the_precision_of_the_run(name: str) -> None:
    for precision, dtype in (("float32", torch.float32), ("float64", torch.float64)):
        training = train(cell(name, precision=precision), seeds=[0], steps=5)
        for trick in training.game.tricks.applied:
            assert {tensor.dtype for tensor in (*trick.memory.values(), *trick.values.values())} <= {dtype}
        assert training.game.generator.stack.flat.dtype == dtype
