"""Signals from samples: moments, distances of pairs, twins."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.spatial.distance import pdist, squareform
from torch import Tensor

from ganbench.probes.samples import EVERY, feature_moments, pair_signals


def features(steps: int = 20, replicas: int = 2, batch: int = 9, count: int = 3) -> Tensor:
    rng = torch.Generator().manual_seed(0)
    return torch.randn(steps, replicas, batch, count, dtype=torch.float64, generator=rng)


def resolution(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def test_moments_are_those_of_numpy_for_every_feature():
    f = features()
    found = feature_moments(f)
    assert list(found) == [f"fake_{what}_{k}" for what in ("mean", "std") for k in range(3)]
    for k in range(3):
        np.testing.assert_allclose(found[f"fake_mean_{k}"], f[..., k].numpy().mean(2))
        np.testing.assert_allclose(found[f"fake_std_{k}"], f[..., k].numpy().std(2))


def test_pairs_are_those_of_scipy_on_every_16th_step():
    f, near = features(40), resolution(0.5, 1.5)
    found = pair_signals(f, resolution=near)
    for step in range(40):
        for replica in range(2):
            distance = found["pairwise_distance"][step, replica].item()
            rate = found["duplicate_rate"][step, replica].item()
            if step % EVERY:
                assert np.isnan([distance, rate]).all()
                continue
            pairs = pdist(f[step, replica].numpy())
            table = squareform(pairs) + np.diag([np.inf] * 9)
            assert distance == pytest.approx(pairs.mean())
            assert rate == pytest.approx((table.min(1) < near[replica].item()).mean())


@pytest.mark.parametrize("cut", [1, 5, 16, 17, 31])
def test_the_steps_looked_at_do_not_depend_on_the_cut_into_chunks(cut):
    f, near = features(40), resolution(1, 1)
    whole = pair_signals(f, resolution=near)
    first, second = pair_signals(f[:cut], resolution=near), pair_signals(f[cut:], resolution=near, first=cut)
    for name, values in whole.items():
        pieces = torch.cat([first[name], second[name]])
        torch.testing.assert_close(pieces, values, equal_nan=True)


@pytest.mark.parametrize(("copies", "rate"), [(1, 0.0), (2, 2 / 9), (5, 5 / 9), (9, 1.0)])
def test_copies_in_a_batch_are_twins(copies, rate):
    f = 100 * features(1)
    f[:, 1, :copies] = f[:, 1, :1]
    found = pair_signals(f, resolution=resolution(0.1, 0.1))
    assert found["duplicate_rate"][0].tolist() == pytest.approx([0, rate])


def test_samples_that_collapsed_to_a_point_are_all_twins_at_distance_nought():
    found = pair_signals(torch.ones(1, 1, 6, 2), resolution=torch.tensor([0.01]))
    assert found["duplicate_rate"].item() == 1
    assert found["pairwise_distance"].item() == 0


def test_without_a_resolution_nothing_is_a_twin():
    found = pair_signals(torch.ones(1, 1, 6, 2), resolution=torch.tensor([0.0]))
    assert found["duplicate_rate"].item() == 0


def test_the_resolution_is_that_of_each_replica():
    f = features(1, replicas=1).expand(1, 2, 9, 3)
    found = pair_signals(f, resolution=resolution(1e-9, 1e9))
    assert found["duplicate_rate"][0].tolist() == [0, 1]


def test_distances_scale_with_the_samples_and_ignore_shifts():
    f, near = features(1), resolution(1, 1)
    plain = pair_signals(f, resolution=near)["pairwise_distance"][0]
    moved = pair_signals(3 * f + 100, resolution=near)["pairwise_distance"][0]
    torch.testing.assert_close(moved, 3 * plain)


def test_a_lost_replica_reads_nan_and_its_neighbour_does_not_notice():
    sound = features(1)
    broken = sound.clone()
    broken[:, 1, 0, 0] = torch.nan
    before, after = (pair_signals(f, resolution=resolution(1, 1)) for f in (sound, broken))
    for name in before:
        assert after[name][0, 0] == before[name][0, 0]
        assert after[name][0, 1].isnan()


def test_a_batch_of_one_has_no_pairs():
    found = pair_signals(features(1, batch=1), resolution=resolution(1, 1))
    assert found["pairwise_distance"][0].tolist() == [0, 0]
    assert found["duplicate_rate"][0].tolist() == [0, 0]
