"""What holds for every fault: its name, its sentence, whom it reaches, where it is refused."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ganbench.errors import UnknownName, UsageError
from ganbench.train.faults import FAULTS, faulty, switch_on
from tests.train.faulty.scene import sampled, started, weights

DOSES = {
    "momentum": 0.9,
    "discriminator-steps": 5,
    "head-start": 3,
    "pool": 8,
    "modes": 2,
    "codes": 2,
    "saturating": 1,
    "nan-weights": 3,
}

IN_SOME = sorted(name for name, fault in FAULTS.items() if fault.change and not fault.whole)


@pytest.mark.parametrize("name", IN_SOME)
def test_other_replicas_stay_what_they_are_bit_for_bit(name):
    plain, faulted = started(), started()
    switch_on(faulted, name, DOSES.get(name, 7.0), replicas=[1])
    for training in (plain, faulted):
        training.advance(12)
    others = [0, 2]
    assert torch.equal(weights(plain)[others], weights(faulted)[others])
    assert not torch.equal(weights(plain)[1], weights(faulted)[1])
    made = [training.generate(50)[others] for training in (plain, faulted)]
    assert np.array_equal(*made)
    assert [faulted.diverged_at()[r] for r in others] == [None, None]


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_fault_says_what_it_does_and_what_it_can_provoke(name):
    fault = FAULTS[name]
    assert fault.does.endswith(".")
    assert fault.meant
    assert (fault.change is None) == (fault.content is not None)


def test_a_name_that_nobody_knows_is_refused():
    with pytest.raises(UnknownName, match="did you mean 'spike'"):
        switch_on(started(0), "spik", 1.0)
    with pytest.raises(UnknownName):
        faulty({}, "nothing", 1.0)


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        ("penalty-weight", {"penalties": []}, "no penalty"),
        ("clip-bound", {"penalties": []}, "clips no weights"),
        ("momentum", {"optimizers": {"generator": "rmsprop", "discriminator": "rmsprop"}}, "no momentum"),
        ("discriminator-steps", {"schedule": {"d_steps": 5}}, "from 5 on"),
        ("spike", {"tricks": ["label-smoothing"]}, "targets of D"),
        ("generator-steps", {}, "from the first step"),
        ("modes", {"conditional": {}}, "labels of the data"),
    ],
)
def test_a_fault_that_a_game_cannot_have_is_refused(name, changes, said):
    with pytest.raises(UsageError, match=said) as caught:
        switch_on(started(0, **changes), name, 2.0)
    assert caught.value.where == f"fault '{name}'"
    assert caught.value.hint


def test_a_fault_of_the_schedule_is_one_of_all_replicas():
    training = started(0)
    with pytest.raises(UsageError, match="whole population"):
        switch_on(training, "discriminator-steps", 5, replicas=[0])
    switch_on(training, "discriminator-steps", 5, replicas=[0, 1, 2])
    assert training.loop.schedule.d_steps == 5


def test_the_draws_of_a_fault_are_of_the_seed_alone():
    alone, beside = started(0, replicas=2), started(0, replicas=3)
    for training in (alone, beside):
        switch_on(training, "pool", 4)
        switch_on(training, "codes", 3)
    assert torch.equal(sampled(alone, 3), sampled(beside, 3)[:2])
    made = [training.generate(30)[:2] for training in (alone, beside)]
    np.testing.assert_allclose(*made, rtol=1e-12)
