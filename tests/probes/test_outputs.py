"""Signals from logits: ranks against scipy, densities against the optimal discriminator."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import mannwhitneyu
from torch import Tensor

from ganbench import registry
from ganbench.gan.losses import loss_of
from ganbench.probes.outputs import (
    CLIP,
    auc_floor,
    implied_coverage,
    implied_precision,
    moments,
    output_signals,
    rank_auc,
    saturation,
)

LOSSES = {entry.name: loss_of(entry.options()) for entry in registry.entries("loss")}
TIED = arrays(np.float64, (2, 12), elements=st.integers(-3, 3).map(float))


def logits(seed: int, *shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def one(values) -> Tensor:
    return torch.as_tensor(values, dtype=torch.float64).reshape(1, 1, -1)


@settings(deadline=None)
@given(both=TIED)
def test_the_auc_is_mann_whitneys_u_with_ties_counted_half(both):
    real, fake = both
    u = mannwhitneyu(real, fake, method="asymptotic").statistic
    assert rank_auc(one(real), one(fake)).item() == pytest.approx(u / (12 * 12), abs=1e-12)


@settings(deadline=None)
@given(both=TIED)
def test_the_auc_sees_only_the_order(both):
    real, fake = (one(values) for values in both)
    expected = rank_auc(real, fake)
    for monotone in (lambda t: 3 * t - 100, torch.exp, lambda t: t**3, torch.atan):
        assert torch.equal(rank_auc(monotone(real), monotone(fake)), expected)
    torch.testing.assert_close(rank_auc(fake, real), 1 - expected)
    torch.testing.assert_close(rank_auc(-real, -fake), 1 - expected)


@pytest.mark.parametrize(
    ("real", "fake", "expected"),
    [([1, 2], [-1, 0], 1), ([-1, 0], [1, 2], 0), ([0, 0], [0, 0], 0.5), ([1, 2, 3], [2], 0.5)],
)
def test_the_auc_of_sure_wrong_and_blind_discriminators(real, fake, expected):
    assert rank_auc(one(real), one(fake)).item() == expected


@pytest.mark.parametrize("broken", [math.nan, math.inf])
def test_the_auc_of_logits_that_are_not_finite_is_nan(broken):
    assert rank_auc(one([1, broken]), one([0, 0])).isnan()
    assert rank_auc(one([0, 0]), one([1, -broken])).isnan()


@pytest.mark.parametrize("batch", [16, 64])
def test_the_floor_lies_four_standard_deviations_below_one_half_under_the_null(batch):
    auc = rank_auc(logits(0, 4000, 1, batch), logits(1, 4000, 1, batch))
    assert auc.mean().item() == pytest.approx(0.5, abs=0.005)
    assert (0.5 - auc_floor(batch)) / 4 == pytest.approx(auc.std().item(), rel=0.05)
    assert (auc < auc_floor(batch)).double().mean() < 1e-3


@pytest.mark.parametrize(("m", "modes"), [(1, 8), (2, 8), (6, 8), (8, 8), (20, 25)])
def test_the_optimal_discriminator_tells_how_many_modes_are_covered(m, modes):
    """The model covers m of K equal modes: D* = m / (m + K) there and 1 elsewhere, AUC = 1 - c/2."""
    share = m / modes
    covered = math.log(share)
    real = one([covered] * m + [math.inf] * (modes - m)).nan_to_num(posinf=50.0)
    fake = one([covered] * modes)
    assert 1 / (1 + math.exp(-covered)) == pytest.approx(m / (m + modes))
    assert implied_coverage(fake).item() == pytest.approx(share)
    assert implied_precision(real).item() == pytest.approx(1 + (1 - share) * math.exp(-CLIP))
    assert rank_auc(real, fake).item() == pytest.approx(1 - share / 2)


@pytest.mark.parametrize("junk", [0.0, 0.25, 0.9])
def test_implied_precision_is_the_share_of_the_model_that_lies_on_the_data(junk):
    """All real samples lie where the model puts 1 - junk of its mass: l = -ln(1 - junk)."""
    real = one([-math.log(1 - junk)] * 5)
    assert implied_precision(real).item() == pytest.approx(1 - junk)


def test_one_extreme_logit_does_not_blow_the_ratios_up():
    assert implied_coverage(one([0.0] * 99 + [1e4])).item() < 1.2
    assert implied_precision(one([0.0] * 99 + [-1e4])).item() < 1.2


def test_saturation_is_the_share_beyond_99_percent():
    real, fake = one([4.7, 4.5, 0, -9]), one([-4.7, -9, 5, 0])
    assert saturation(real, fake).item() == pytest.approx((1 / 4 + 2 / 4) / 2)
    assert saturation(one([100.0]), one([-100.0])).item() == 1


def test_moments_are_those_of_numpy_row_by_row():
    values = logits(2, 3, 2, 10)
    found = {name: signal.numpy() for name, signal in moments(values, "l", decision=0.5).items()}
    v = values.numpy()
    np.testing.assert_allclose(found["l_mean"], v.mean(-1))
    np.testing.assert_allclose(found["l_std"], v.std(-1))
    np.testing.assert_array_equal(found["l_min"], v.min(-1))
    np.testing.assert_array_equal(found["l_max"], v.max(-1))
    np.testing.assert_allclose(found["l_positive"], (v > 0.5).mean(-1))
    assert "l_positive" not in moments(values, "l", decision=None)


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_has_the_signals_that_mean_something_under_it(name):
    loss = LOSSES[name]
    found = output_signals(*(logits(k, 4, 2, 6) for k in range(3)), loss=loss)
    assert all(values.shape == (4, 2) for values in found.values())
    assert ("implied_coverage" in found) == ("saturation" in found) == loss.density_ratio
    assert ("real_logit_positive" in found) == (loss.decision is not None)
    assert ("attenuation" in found) == (loss.attenuation is not None)


def test_attenuation_is_that_of_the_generators_own_step():
    real, fake, generator = one([9.0]), one([-9.0]), one([0.0, 2.0])
    found = output_signals(real, fake, generator, loss=LOSSES["minimax"])
    expected = (0.5 + 1 / (1 + math.exp(-2))) / 2
    assert found["attenuation"].item() == pytest.approx(expected)


def test_low_ranks_are_flagged_and_unknown_ones_are_nan():
    real, fake = logits(3, 1, 1, 64), logits(3, 1, 1, 64) + 5
    loss = LOSSES["wasserstein"]
    assert output_signals(real, fake, fake, loss=loss)["auc_low"].item() == 1
    assert output_signals(fake, real, fake, loss=loss)["auc_low"].item() == 0
    assert output_signals(real * math.nan, fake, fake, loss=loss)["auc_low"].isnan()


@pytest.mark.parametrize("name", LOSSES)
def test_a_lost_replica_reads_nan_and_its_neighbour_does_not_notice(name):
    sound = [logits(k, 3, 2, 6) for k in range(3)]
    broken = [t.clone() for t in sound]
    for t in broken:
        t[:, 1] = torch.nan
    before, after = (output_signals(*t, loss=LOSSES[name]) for t in (sound, broken))
    for signal in before:
        assert torch.equal(before[signal][:, 0], after[signal][:, 0]), signal
        assert after[signal][:, 1].isnan().all(), signal
