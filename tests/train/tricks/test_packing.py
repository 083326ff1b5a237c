"""Packing against the plain loop with it written out, and what it does to everything that counts samples."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from ganbench import seeding
from ganbench.detect.facts import facts_of_run
from ganbench.gan.tricks.packing import packed
from ganbench.probes.outputs import auc_floor
from ganbench.train.audit import COUNT, audit
from ganbench.train.judging import critic
from ganbench.train.replica import plain_network, replica_network
from ganbench.train.state import game_of
from tests.suite.example import problems
from tests.train.settings import MLP, setting, train
from tests.train.tricks.oracle import Written, distance


class Packed(Written):
    """Neighbours side by side, as one row of D's input."""

    def _network(self, role: str, inputs: int, outputs: int) -> nn.Module:
        times = self.options.samples if role == "discriminator" else 1
        return super()._network(role, times * inputs, outputs)

    def seen(self, x: Tensor, phase: str, step: int, position: int) -> Tensor:
        m = self.options.samples
        return torch.stack([torch.cat(list(x[i : i + m])) for i in range(0, len(x), m)])

    def _draw(self, step: int, *role: str) -> Tensor:
        if role[0] != "interpolation":
            return super()._draw(step, *role)
        rng = seeding.stream(self.seed, *role, block=step // 64)
        drawn = rng.random((64, self.setting.batch // self.options.samples))
        return torch.from_numpy(drawn[step % 64]).to(self.dtype)


def packing(m: int) -> list[dict]:
    return [{"name": "packing", "samples": m}]


# Not Adam: a bias before batch norm has a slope of 0 up to rounding, which Adam makes a step of.
SGD = {role: {"name": "sgd", "lr": 1e-3} for role in ("generator", "discriminator")}

CELLS = {
    "two": (2, {}),
    "three": (3, {"batch": 9}),
    "four": (4, {"loss": "hinge"}),
    "all of a batch": (8, {"loss": "least-squares"}),
    "r1": (2, {"penalties": [{"name": "r1", "gamma": 0.3}]}),
    "r2": (2, {"penalties": [{"name": "r2", "gamma": 0.3, "every": 3}]}),
    "wgan-gp": (2, {"loss": "wasserstein", "penalties": ["wgan-gp"], "schedule": {"d_steps": 2}}),
    "batch norm": (2, {"discriminator": {**MLP, "norm": "batch"}, "optimizers": SGD}),
    "minibatch": (2, {"discriminator": {**MLP, "minibatch": "deviation"}}),
    "range": (2, {"data_range": "tanh", "generator": {**MLP, "output": "tanh"}}),
}


@pytest.mark.parametrize("name", CELLS)
def test_a_population_does_what_the_plain_loop_with_packs_does(name: str) -> None:
    m, changes = CELLS[name]
    cell = setting(tricks=packing(m), steps=100, **changes)
    training = train(*[cell] * 3, seeds=[3, 1, 2])
    assert distance(training, 1, Packed(cell, 1).train(100)) < 1e-9


@given(m=st.integers(1, 4), packs=st.integers(1, 4), features=st.integers(1, 3))
def test_a_pack_is_of_neighbours_one_behind_the_other(m: int, packs: int, features: int) -> None:
    x = torch.arange(2 * m * packs * features).reshape(2, m * packs, features)
    found = packed(x, m)
    assert found.shape == (2, packs, m * features)
    for r in range(2):
        for pack in range(packs):
            expected = [value for sample in range(m) for value in x[r, pack * m + sample].tolist()]
            assert found[r, pack].tolist() == expected


def test_other_tricks_change_samples_before_they_are_packed() -> None:
    noise, pack = {"name": "instance-noise", "std": 0.2}, {"name": "packing"}
    one, other = (
        train(setting(tricks=tricks, steps=20), seeds=[0]).game.generator.stack.flat
        for tricks in ([noise, pack], [pack, noise])
    )
    assert torch.equal(one, other)


@pytest.mark.parametrize("tricks", [["replay"], ["top-k"], ["feature-matching"], ["unrolled-discriminator"]])
def test_packs_go_with_tricks_that_look_at_batches(tricks: list) -> None:
    training = train(setting(tricks=[*packing(2), *tricks], steps=20), seeds=[0])
    assert training.diverged_at() == [None]


def test_what_is_on_record_of_logits_is_of_packs() -> None:
    training = train(setting(tricks=packing(4), steps=10), seeds=[0])
    assert training.game.tapes.real.at(0).shape[1] == 8
    bursts = training.trace.bursts(["a"])
    # Of 2 packs against 2 an AUC is a multiple of 1/4, and its floor is that of 2.
    assert np.all(np.isin(4 * bursts["auc"], range(5)))
    assert np.array_equal(bursts["auc_low"] > 0, bursts["auc"] < auc_floor(2))


@pytest.mark.parametrize("m", [2, 3])
def test_an_audit_compares_whole_packs(m: int) -> None:
    cell = setting(tricks=packing(m), batch=12, steps=5)
    training = train(cell, seeds=[0])
    seen: list[tuple[int, ...]] = []
    stack = training.game.discriminator.stack
    forward = stack._forward
    stack._forward = lambda w, b, x, c: seen.append(tuple(x.shape)) or forward(w, b, x, c)
    found = audit(training)
    assert {shape[1:] for shape in seen} == {(COUNT // m, 2 * m)}
    assert 0 <= found["auc_train"][0] <= 1
    assert 0 <= found["rejected"][0] <= 1


def test_a_pack_has_no_density_of_a_single_sample() -> None:
    assert critic(train(setting(steps=1), seeds=[0]), 0) is not None
    assert critic(train(setting(tricks=packing(2), steps=1), seeds=[0]), 0) is None


def test_detectors_know_the_number_of_packs() -> None:
    cell = setting(tricks=packing(4))
    facts = facts_of_run({"content": json.dumps(cell.content())})
    assert (facts.batch, facts.pack, facts.audit) == (8, 4, COUNT // 4)
    assert facts_of_run({"content": json.dumps(setting().content())}).pack == 1


def test_an_exported_discriminator_takes_packs() -> None:
    cell = setting(tricks=packing(2), steps=10)
    training = train(cell, cell)
    assert plain_network(cell, "discriminator")[0].in_features == 4
    module = replica_network(cell, "discriminator", game_of(training), 1)
    x = torch.randn(5, 4, dtype=torch.float64)
    together, _ = training.game.discriminator.stack(x.expand(2, 5, 4), training=False)
    torch.testing.assert_close(module(x), together[1])


def test_a_collapsed_generator_is_told_by_packs_and_not_by_single_samples() -> None:
    """Where each sample is distributed as the data, only its company gives it away."""
    real = np.sign(np.random.default_rng(0).standard_normal((4000, 1)))
    fake = np.repeat(np.sign(np.random.default_rng(1).standard_normal((2000, 1))), 2, axis=0)
    assert abs(real.mean() - fake.mean()) < 0.05
    packs = [packed(torch.from_numpy(x)[None], 2)[0] for x in (real, fake)]
    alike = [float((p[:, 0] == p[:, 1]).double().mean()) for p in packs]
    assert math.isclose(alike[0], 0.5, abs_tol=0.05)
    assert alike[1] == 1


def test_a_batch_must_be_of_whole_packs(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "tricks: [{name: packing, samples: 3}]")
    assert "trick 'packing' needs a batch that is a multiple of its samples: 8 is none of 3" in found


def test_one_pack_has_no_variance(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "tricks: [{name: packing, samples: 8}]", sets=("discriminator.norm=batch",))
    assert "norm: batch of the discriminator needs a batch of at least 2" in found
