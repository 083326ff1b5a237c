"""A training put into the state of another goes on as that one does, bit for bit."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch

from ganbench.probes.spool import InMemory
from ganbench.train.state import restore, state_of
from ganbench.train.training import Training
from tests.train.settings import CPU, MLP, setting

CELLS = {
    "adam": {},
    "sgd": {"optimizers": {"generator": {"name": "sgd", "momentum": 0.5}, "discriminator": {"name": "sgd"}}},
    "batch norm and ema": {"generator": {**MLP, "norm": "batch"}, "ema": {"decay": 0.9, "warmup": True}},
    "dropout and lazy r1": {
        "discriminator": {**MLP, "dropout": 0.3},
        "penalties": [{"name": "r1", "every": 100}],
    },
    "geometry": {"probes": {"geometry": 30}},
    "spectral norm": {
        "discriminator": {**MLP, "norm": "spectral"},
        "generator": {**MLP, "norm": "spectral"},
        "ema": {"decay": 0.9},
    },
    "k and m": {"schedule": {"d_steps": 2, "g_steps": 2}},
    "short bursts": {"probes": {"windows": 7, "bursts": 3, "burst_steps": 5}},
}


def through_a_file(state):
    buffer = io.BytesIO()
    torch.save(state, buffer)
    buffer.seek(0)
    return torch.load(buffer, weights_only=True)


def trained(cell, *, stop: int | None) -> Training:
    """To the end, or to the end of the first chunk at or after `stop` and on in a fresh training."""
    spool = InMemory()
    first = Training([cell] * 3, [4, 5, 6], CPU, spool=spool)
    if stop is None:
        first.advance(first.steps)
        return first
    states = []
    first.between_chunks = lambda step: (
        states.append((state_of(first), list(spool.blocks))) if step >= stop and not states else None
    )
    first.advance(first.steps)
    ((state, blocks),) = states
    second = Training([cell] * 3, [4, 5, 6], CPU, spool=InMemory(blocks))
    restore(second, through_a_file(state))
    assert 0 < second.step < second.steps
    second.advance(second.steps)
    return second


@pytest.mark.parametrize("name", CELLS)
def test_resumed_equals_uninterrupted_bit_for_bit(name):
    cell = setting(precision="float32", **CELLS[name])
    whole, resumed = trained(cell, stop=None), trained(cell, stop=64)
    for one, other in zip(
        state_of(whole)["tensors"].values(), state_of(resumed)["tensors"].values(), strict=True
    ):
        assert torch.equal(one, other)
    assert_equal_columns(whole.trace.windows(list("abc")), resumed.trace.windows(list("abc")))
    assert_equal_columns(whole.trace.bursts(list("abc")), resumed.trace.bursts(list("abc")))
    assert [step for step, _ in whole.geometry] == [step for step, _ in resumed.geometry]
    for (_, one), (_, other) in zip(whole.geometry, resumed.geometry, strict=True):
        assert_equal_columns(one, other)


def test_a_diverged_replica_stays_where_it_was():
    wild = {"name": "sgd", "lr": 1e30}
    cell = setting(precision="float32", optimizers={"generator": wild, "discriminator": wild})
    whole, resumed = trained(cell, stop=None), trained(cell, stop=64)
    assert whole.diverged_at() == resumed.diverged_at() != [None] * 3
    assert_equal_columns(whole.trace.bursts(list("abc")), resumed.trace.bursts(list("abc")))


def test_who_was_stopped_is_of_the_state():
    training, other = (Training([setting()] * 3, [0, 1, 2], CPU) for _ in range(2))
    training.advance(70)
    training.stop(1)
    restore(other, through_a_file(state_of(training)))
    assert other.stopped_at == [None, 70, None]
    assert other.game.alive.tolist() == [True, False, True]
    for one in (training, other):
        one.advance(140)
    # Each trace holds what it saw itself: compared is what came after.
    mine, theirs = (one.trace.windows(list("abc"))["last_step"].max() for one in (training, other))
    assert mine == theirs
    assert torch.equal(training.game.generator.stack.flat, other.game.generator.stack.flat)


def test_the_state_is_a_copy():
    training = Training([setting()] * 2, [0, 1], CPU)
    before = state_of(training)
    flat = before["tensors"]["generator.flat"].clone()
    training.advance(10)
    assert torch.equal(before["tensors"]["generator.flat"], flat)
    assert before["iteration"] == 0


def assert_equal_columns(one, other):
    assert list(one) == list(other)
    for name in one:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)
