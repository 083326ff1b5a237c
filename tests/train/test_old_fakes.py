"""The pool of a run's own past: what is in it at each evaluation, and what D is asked about it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ganbench.execute.estimate import OLD_FAKES
from ganbench.train.audit import audit, share_below
from ganbench.train.noise import Place
from ganbench.train.old_fakes import COUNT, KEPT, OldFakes
from ganbench.train.state import game_of, restore, state_of
from ganbench.train.training import Training
from tests.train.settings import CPU, MLP, setting, train

PLACE = Place(CPU, torch.float64)


def numbered(evaluation: int, replicas: int = 2) -> np.ndarray:
    """Samples that say their evaluation and their replica."""
    found = np.empty((replicas, COUNT, 2))
    found[..., 0], found[..., 1] = evaluation, np.arange(replicas)[:, None]
    return found


@settings(deadline=None)
@given(evaluations=st.integers(0, 30))
def test_old_samples_are_those_of_the_last_eight_evaluations_but_the_latest(evaluations):
    pool = OldFakes(2, (2,), place=PLACE)
    for index in range(evaluations):
        pool.add(numbered(index))
    found = pool.old()
    expected = list(range(evaluations))[-KEPT:][:-1]
    assert found.shape == (2, COUNT * len(expected), 2)
    for replica in range(2):
        assert found[replica, ::COUNT, 0].tolist() == expected
        assert (found[replica, :, 1] == replica).all()


def test_its_memory_is_fixed_and_counted_in_the_estimate():
    pool = OldFakes(3, (5,), place=PLACE)
    tensors = pool.tensors()
    addresses = {name: tensor.data_ptr() for name, tensor in tensors.items()}
    for _ in range(3 * KEPT):
        pool.add(np.zeros((3, COUNT, 5)))
    assert {name: tensor.data_ptr() for name, tensor in pool.tensors().items()} == addresses
    assert tensors["ring"].numel() == 3 * OLD_FAKES * 5


def evaluated(cell, *, evaluations: int, every: int = 3, seeds=(4, 5)) -> tuple[Training, list[dict]]:
    training = Training([cell] * len(seeds), list(seeds), CPU)
    audits = []
    for index in range(evaluations):
        training.advance((index + 1) * every)
        audits.append(audit(training))
        training.remember()
    return training, audits


def test_what_is_asked_of_old_samples_is_nan_until_the_third_evaluation():
    _, audits = evaluated(setting(), evaluations=4)
    for name in ("auc_replay", "rejected_replay"):
        known = [np.isfinite(found[name]).tolist() for found in audits]
        assert known == [[False] * 2, [False] * 2, [True] * 2, [True] * 2]
    assert all(np.isfinite(found["rejected"]).all() for found in audits)


def test_shares_are_those_of_the_discriminator_module_on_the_samples_of_then():
    """Naive: keep every evaluation's samples in a list, and ask the exported discriminator."""
    training = Training([setting(discriminator={**MLP, "norm": "batch"})] * 2, [4, 5], CPU)
    past = []
    for step in range(5, 55, 5):
        training.advance(step)
        found = audit(training)
        for replica in range(2):
            module = training.discriminator(replica)
            current = module(torch.from_numpy(training.generate(1024)[replica]))
            assert found["rejected"][replica] == (current < 0).double().mean()
            if old := [samples[replica] for samples in past[-8:-1]]:
                share = (module(torch.from_numpy(np.concatenate(old))) < 0).double().mean()
                assert found["rejected_replay"][replica] == share
        past.append(training.generate(64))
        training.remember()
    assert len(past) == 10


def test_a_discriminator_that_has_forgotten_old_samples_is_told():
    training = train(setting(), setting(), steps=1)
    for place in (-5.0, -5.0, 5.0):
        training.old_fakes.add(np.full((2, COUNT, 2), place))
    training.fakes = lambda count, of="raw": np.full((2, count, 2), 5.0)
    stack = training.game.discriminator.stack

    def remembers(weights, buffers, x, context):
        return 4 - x.norm(dim=-1, keepdim=True)

    def forgets(weights, buffers, x, context):
        return 4 - x.sum(-1, keepdim=True)

    found = {}
    for name, forward in (("remembers", remembers), ("forgets", forgets)):
        stack._forward = forward
        found[name] = audit(training)
        assert found[name]["rejected"].tolist() == [1, 1]
        assert (found[name]["auc_held_out"] == 1).all()
    assert (
        found["remembers"]["rejected_replay"].tolist() == found["remembers"]["auc_replay"].tolist() == [1, 1]
    )
    assert found["forgets"]["rejected_replay"].tolist() == found["forgets"]["auc_replay"].tolist() == [0, 0]


def test_the_share_is_that_below_the_decision_value():
    logits = torch.tensor([[0.0, 0.4, 0.6, 1.0], [0.6, 0.7, 0.8, torch.nan]])
    assert share_below(logits, 0.5)[0] == 0.5
    assert share_below(logits, 0.5)[1].isnan()
    assert share_below(logits[:1], 0.0)[0] == 0
    assert share_below(logits, None).isnan().all()
    assert share_below(logits[:, :0], 0.5).isnan().all()


@pytest.mark.parametrize(("loss", "has"), [("least-squares", True), ("wasserstein", False), ("hinge", True)])
def test_shares_are_nan_where_the_loss_has_no_decision_value_and_the_auc_is_not(loss, has):
    _, audits = evaluated(setting(loss=loss), evaluations=3)
    assert np.isfinite(audits[-1]["auc_replay"]).all()
    for name in ("rejected", "rejected_replay"):
        assert np.isfinite(audits[-1][name]).all() == has


def test_remembering_changes_no_weight_buffer_or_random_state():
    cell = setting(generator={**MLP, "norm": "batch", "dropout": 0.3}, precision="float32")
    state = torch.get_rng_state()
    looked, _ = evaluated(cell, evaluations=4, every=10)
    assert torch.equal(torch.get_rng_state(), state)
    blind = train(cell, cell, seeds=[4, 5], steps=40)
    for name, tensor in game_of(looked).items():
        assert torch.equal(tensor, game_of(blind)[name]), name


@pytest.mark.parametrize("evaluations", [1, 3, 11])
def test_the_past_goes_through_a_checkpoint_bit_for_bit(evaluations):
    first, _ = evaluated(setting(precision="float32"), evaluations=evaluations)
    second = Training(first.settings, first.seeds, CPU)
    restore(second, state_of(first))
    for training in (first, second):
        training.advance(training.step + 3)
    found, expected = audit(second), audit(first)
    for name in expected:
        np.testing.assert_array_equal(found[name], expected[name], err_msg=name)
    assert torch.equal(second.old_fakes.old(), first.old_fakes.old())


def test_a_replay_starts_without_a_past_and_needs_none():
    """The checkpoints that stay hold the game alone."""
    training, _ = evaluated(setting(), evaluations=3)
    assert not any(name.startswith("old_fakes") for name in game_of(training))


def test_a_runs_past_does_not_depend_on_its_neighbours():
    _, beside = evaluated(setting(), evaluations=4, seeds=(4, 5, 6))
    _, alone = evaluated(setting(), evaluations=4, seeds=(5,))
    for name in ("auc_replay", "rejected", "rejected_replay"):
        assert beside[-1][name][1] == pytest.approx(alone[-1][name][0], rel=1e-9)


def test_a_replica_that_is_not_finite_reads_nan_alone():
    training, _ = evaluated(setting(), evaluations=3)
    training.game.discriminator.stack.flat[0] = torch.nan
    found = audit(training)
    for name in ("auc_replay", "rejected", "rejected_replay"):
        assert np.isnan(found[name][0])
        assert np.isfinite(found[name][1])
