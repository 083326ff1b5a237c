"""Paths of fakes: units, noise, and what moves in games that have neither."""

from __future__ import annotations

import numpy as np
import pytest

from ganbench.detect.movement import burst_motion, excursion, is_point, last_half, path, path_motion
from tests.detect.runs import STEPS, Synthetic, healthy

STEP = np.arange(STEPS)
WAVE = np.sin(2 * np.pi * STEP / 400)


def scaled(size: float) -> Synthetic:
    """Data of another width, and as wide fakes that circle by half of it."""
    run = healthy()
    for k in range(2):
        circle = 0.5 * np.sin(2 * np.pi * STEP / 400 + k * np.pi / 2)
        changed = {f"fake_mean_{k}": size * (run.signals[f"fake_mean_{k}"] + circle), f"fake_std_{k}": size}
        run = run.with_signals(**changed)
    return run.with_facts(real_std=(size, size), real_mean=(0.0, 0.0))


def test_a_path_is_told_in_standard_deviations_from_the_mean_of_the_data() -> None:
    run = healthy().with_signals(fake_mean_0=7.0, fake_mean_1=-1.0)
    table = run.with_facts(real_std=(2.0, 0.5), real_mean=(3.0, -2.0)).table()
    found = path(table, last_half(table, after=0.0))
    np.testing.assert_allclose(found, np.broadcast_to([[2.0], [2.0]], found.shape))


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e3])
def test_the_amplitude_of_a_circle_is_that_of_each_of_its_axes_in_the_unit_of_the_data(size: float) -> None:
    table = scaled(size).table()
    found = path_motion(table, last_half(table, after=0.1))
    assert found.amplitude == pytest.approx(0.5 / np.sqrt(2), rel=0.05)
    assert found.period * 16 == pytest.approx(400, abs=16)
    assert found.score > 0.7


def test_narrow_fakes_are_measured_in_the_width_of_the_data_and_wide_ones_in_their_own() -> None:
    circling = scaled(1.0)
    rows = last_half(circling.table(), after=0.1)
    usual, narrow, wide = (
        path_motion(circling.with_signals(fake_std_0=std, fake_std_1=std).table(), rows).amplitude
        for std in (1.0, 0.1, 10.0)
    )
    assert narrow == usual
    assert wide < usual / 5


def test_a_burst_moves_as_its_windows_do() -> None:
    run = scaled(1.0)
    table = run.table()
    (burst,) = table.bursts
    found = burst_motion(table, burst, bins=16)
    assert found.amplitude == pytest.approx(0.5 / np.sqrt(2), rel=0.05)
    assert found.period * 16 == pytest.approx(400, abs=16)


def test_a_game_of_points_moves_in_the_unit_of_its_farthest_excursion_and_without_noise() -> None:
    run = healthy().with_signals(fake_mean_0=3 + 5 * WAVE, fake_std_0=0.0, fake_mean_1=None, fake_std_1=None)
    table = run.with_facts(real_std=(0.0,), real_mean=(3.0,)).table()
    found = path_motion(table, last_half(table, after=0.1))
    assert is_point(table)
    assert excursion(table, 0) == pytest.approx(5, rel=0.01)
    assert found.drift == np.inf
    assert found.amplitude == pytest.approx(1 / np.sqrt(2), rel=0.02)


def test_one_that_never_moved_has_no_amplitude() -> None:
    run = healthy().with_signals(fake_mean_0=3.0, fake_std_0=0.0, fake_mean_1=None, fake_std_1=None)
    table = run.with_facts(real_std=(0.0,), real_mean=(3.0,)).table()
    found = path_motion(table, last_half(table, after=0.1))
    assert (found.drift, found.amplitude, found.score) == (1.0, 0.0, 0.0)


def test_nothing_known_of_the_data_is_no_point() -> None:
    assert not is_point(healthy().with_facts(real_std=()).table())
    assert not is_point(healthy().with_facts(real_std=(0.0, 1.0)).table())
