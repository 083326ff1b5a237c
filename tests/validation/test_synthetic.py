"""Red noise has the law that it says, and a detector that fires on it is counted."""

from __future__ import annotations

import numpy as np
import pytest

from ganbench.detect.cycles import autocorrelation
from ganbench.detect.thresholds import limits
from ganbench.validation.synthetic import STEPS, log, null_alarms, red_noise


@pytest.mark.parametrize("phi", [0.0, 0.9, 0.97])
def test_the_autocorrelation_is_phi(phi: float) -> None:
    x = red_noise(200_000, phi, rng=np.random.default_rng(0))
    np.testing.assert_allclose(autocorrelation(x)[1:4], phi ** np.arange(1, 4), atol=0.02)


def test_it_begins_in_its_stationary_law() -> None:
    starts = [red_noise(2_000, 0.97, rng=np.random.default_rng(seed))[0] for seed in range(400)]
    assert np.std(starts) == pytest.approx(1.0, abs=0.12)


def test_a_random_walk_has_independent_steps() -> None:
    moved = np.diff(red_noise(50_000, 1.0, rng=np.random.default_rng(0)))
    assert abs(autocorrelation(moved)[1]) < 0.02


def test_a_log_names_no_loss_and_no_samples() -> None:
    table = log(0.9, rng=np.random.default_rng(0))
    assert (table.facts.loss, len(table.evaluations), table.end) == (None, 0, STEPS - 1)


def test_logs_are_those_of_their_number_and_phi() -> None:
    assert null_alarms(limits(), logs=3, phis=(0.9,)) == null_alarms(limits(), logs=3, phis=(0.9,))


def test_a_detector_that_takes_noise_for_a_cycle_is_found_out() -> None:
    deaf = limits()
    deaf["limit-cycle"] |= {"score": -1.0, "kept": 0.0}
    (sound,), (broken,) = (null_alarms(given, logs=5, phis=(0.97,)) for given in (limits(), deaf))
    assert broken.kinds["limit-cycle"] == broken.fired.count == 5
    assert sound.fired.count <= 1


def test_shares_count_logs() -> None:
    (found,) = null_alarms(limits(), logs=4, phis=(1.0,))
    assert (found.phi, found.fired.n, found.errors.n) == (1.0, 4, 4)
