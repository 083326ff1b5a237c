"""Occupancy of oracle samples: over m of K modes with known shares, junk, narrow modes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.data import DigitsOptions, GridOptions, MoonsOptions, RingOptions
from ganbench.data.dataset import rows
from ganbench.data.images import digits
from ganbench.data.mixtures import gaussian_mixture, grid, ring
from ganbench.data.moons import moons
from ganbench.validation.modes import ClassModes, MixtureModes
from ganbench.validation.target import Target

RING = ring(RingOptions(name="ring", radius=2.0, std=0.05))


def oracle(law, modes, *, count, rng, width=1.0):
    """Samples of these modes of a mixture, `count` of each."""
    mode = np.repeat(modes, count)
    return law.means[mode] + width * law.std[mode] * rng.standard_normal((len(mode), law.means.shape[1]))


@given(st.sets(st.integers(0, 7), min_size=1), st.integers(20, 60))
def test_an_oracle_over_m_of_k_modes_is_seen_in_those(chosen, count):
    found = MixtureModes(RING).places(oracle(RING, sorted(chosen), count=count, rng=np.random.default_rng(0)))
    np.testing.assert_array_equal(found.counts, [count * (mode in chosen) for mode in range(8)])


def test_known_shares_come_back():
    law = gaussian_mixture([[0, 0], [5, 0], [0, 5]], 0.1, weights=[0.7, 0.2, 0.1])
    found = MixtureModes(law).places(law.held_out(np.random.default_rng(1), 20_000).x)
    assert found.counts / 20_000 == pytest.approx(law.weights, abs=0.01)
    np.testing.assert_array_equal(MixtureModes(law).weights, law.weights)


def test_between_modes_of_other_widths_the_responsibility_decides():
    law = gaussian_mixture([[0, 0], [1, 0]], [[0.1], [1.0]])
    # Nearer to the first mode, and seven of its deviations away: the wide one is responsible.
    assert MixtureModes(law).places(np.array([[0.4, 0.57]])).counts.tolist() == [0, 1]


@pytest.mark.parametrize(("deviations", "inside"), [(4.9, 1), (5.1, 0)])
def test_a_sample_lies_in_a_mode_within_five_deviations_in_the_plane(deviations, inside):
    x = RING.means[:1] + deviations * RING.std[:1] * [[0.6, 0.8]]
    assert MixtureModes(RING).places(x).counts.sum() == inside


def test_samples_that_are_not_finite_lie_nowhere():
    x = np.array([[np.nan, 0.0], [np.inf, 0.0], [2.0, 0.0]])
    assert MixtureModes(RING).places(x).counts.sum() == 1


@pytest.mark.parametrize("width", [0.25, 0.5, 1.0, 1.5])
def test_the_spread_is_the_deviation_over_the_true_one(width):
    rng = np.random.default_rng(2)
    samples = oracle(RING, range(8), count=1000, rng=rng, width=width)
    assert MixtureModes(RING).places(samples).spread == pytest.approx(width, rel=0.05)


def test_the_spread_does_not_see_that_means_are_off():
    samples = oracle(RING, range(8), count=1000, rng=np.random.default_rng(2), width=0.5) + 0.05
    assert MixtureModes(RING).places(samples).spread == pytest.approx(0.5, rel=0.05)


def test_of_a_handful_of_samples_no_spread_is_taken():
    assert np.isnan(MixtureModes(RING).places(RING.means).spread)


def test_all_modes_of_a_large_grid_are_told_apart():
    law = grid(GridOptions(name="grid"))
    found = MixtureModes(law).places(oracle(law, range(25), count=7, rng=np.random.default_rng(0)))
    assert found.counts.tolist() == [7] * 25


def test_digits_of_some_classes_lie_in_those():
    train, held_out = digits(DigitsOptions(name="digits")).labelled
    modes = ClassModes(held_out, train)
    found = modes.places(rows(train, np.flatnonzero(train.label < 3)).x)
    share = found.counts / found.counts.sum()
    assert share[:3].sum() > 0.95
    assert found.counts.sum() > 0.9 * (train.label < 3).sum()
    assert modes.weights == pytest.approx(np.full(10, 0.1), abs=0.03)


def test_noise_is_no_digit():
    train, held_out = digits(DigitsOptions(name="digits")).labelled
    noise = np.random.default_rng(0).uniform(-1, 1, (500, 64))
    assert ClassModes(held_out, train).places(noise).counts.sum() == 0


def test_a_generator_of_digits_that_has_diverged_has_samples_nowhere():
    train, held_out = digits(DigitsOptions(name="digits")).labelled
    broken = np.full((20, 64), np.nan)
    assert ClassModes(held_out, train).places(broken).counts.tolist() == [0] * 10


def test_the_spread_of_digits_is_that_of_their_classes():
    train, held_out = digits(DigitsOptions(name="digits")).labelled
    modes = ClassModes(held_out, train)
    middle = np.stack([train.x[train.label == one].mean(axis=0) for one in range(10)])[train.label]
    assert modes.places(train.x).spread == pytest.approx(1, abs=0.05)
    assert modes.places(middle + 0.3 * (train.x - middle)).spread < 0.4


def test_one_moon_is_half_of_two():
    data = moons(MoonsOptions(name="moons"))
    drawn = data.held_out(np.random.default_rng(5), 2000)
    one = rows(drawn, np.flatnonzero(drawn.label == 0)).x
    found = Target(data, 0).modes.places(one)
    assert found.counts[1] == 0
    assert found.counts[0] > 0.9 * len(one)
