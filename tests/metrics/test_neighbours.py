"""The classifier by neighbours against closed forms, brute force and invariances."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from ganbench.metrics.neighbours import neighbour_auc

RNG = np.random.default_rng


def drawn(shift: float, *, n: int = 400, dim: int = 2, seed: int = 0) -> tuple[tuple[np.ndarray, ...], ...]:
    """Known and asked samples of N(0, I) and of N(shift, I), the mean moved along the first axis."""
    rng = RNG(seed)
    along = np.eye(dim)[0] * shift
    known, asked = ((rng.standard_normal((n, dim)), along + rng.standard_normal((n, dim))) for _ in range(2))
    return known, asked


def test_it_is_the_area_under_the_curve_of_the_log_ratio_of_radii():
    known, asked = drawn(1.0, n=60)
    points = np.concatenate(asked)
    real, fake = (np.sort(cdist(points, sample))[:, 2] for sample in known)
    label = np.repeat([1, 0], 60)
    found = neighbour_auc(known, asked, neighbours=3)
    assert found == pytest.approx(roc_auc_score(label, np.log(fake / real)))


@pytest.mark.parametrize(("shift", "dim"), [(1.0, 1), (2.0, 1), (2.0, 2), (3.0, 2)])
def test_it_stays_below_the_best_classifier_and_comes_near_it(shift, dim):
    """Of two normal laws a distance apart the best area is Phi(distance / sqrt 2)."""
    best = norm.cdf(shift / math.sqrt(2))
    found = [neighbour_auc(*drawn(shift, dim=dim, seed=seed), neighbours=20) for seed in range(8)]
    assert best - 0.08 < np.mean(found) < best + 0.01


@pytest.mark.parametrize("neighbours", [1, 3, 20])
@pytest.mark.parametrize("dim", [1, 2, 64])
def test_equal_laws_are_not_told_apart_however_many_are_known_of_each(neighbours, dim):
    found = []
    for seed in range(12):
        (real, fake), asked = drawn(0.0, dim=dim, n=200, seed=seed)
        found.append(neighbour_auc((real[:120], fake), asked, neighbours=neighbours))
    assert np.mean(found) == pytest.approx(0.5, abs=4 * np.std(found, ddof=1) / math.sqrt(12))
    assert np.std(found) < 0.06


def test_samples_of_other_places_are_always_told():
    assert neighbour_auc(*drawn(40.0), neighbours=3) == 1.0


@given(
    st.floats(0.01, 100),
    st.floats(0, 2 * math.pi),
    st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)),
)
def test_it_does_not_change_when_both_are_scaled_turned_and_moved(scale, angle, by):
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    known, asked = drawn(1.0, n=30)
    moved = [[scale * (x @ turn + by) for x in part] for part in (known, asked)]
    found = neighbour_auc(tuple(moved[0]), tuple(moved[1]), neighbours=3)
    assert found == pytest.approx(neighbour_auc(known, asked, neighbours=3), abs=4 / 30**2)


def test_exchanging_real_and_generated_gives_the_same():
    known, asked = drawn(1.0)
    assert neighbour_auc(known[::-1], asked[::-1], neighbours=3) == pytest.approx(
        neighbour_auc(known, asked, neighbours=3)
    )


def test_one_point_is_told_from_a_law_and_not_from_itself():
    (real, _), (held_out, _) = drawn(0.0)
    point = np.zeros_like(real)
    assert neighbour_auc((real, point), (held_out, point), neighbours=3) > 0.99
    assert neighbour_auc((point, point), (point, point), neighbours=3) == 0.5


def test_atoms_that_are_hit_beside_are_told_and_atoms_that_are_hit_are_not():
    """Counts, bits, classes: many real samples lie at distance 0 of each other."""
    rng = RNG(0)

    def real() -> np.ndarray:
        return rng.poisson(3, size=(300, 1)).astype(float)

    beside = [(real(), real() + 0.05 * rng.standard_normal((300, 1))) for _ in range(2)]
    assert neighbour_auc(*beside, neighbours=3) > 0.99
    assert neighbour_auc((real(), real()), (real(), real()), neighbours=3) == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize("size", [10, 80, 500])
def test_copies_of_training_samples_are_not_told_however_few_there_are(size):
    found = []
    for seed in range(8):
        rng = RNG(seed)
        training = rng.standard_normal((size, 16))
        known = tuple(training[rng.integers(size, size=300)] for _ in range(2))
        asked = rng.standard_normal((300, 16)), training[rng.integers(size, size=300)]
        found.append(neighbour_auc(known, asked, neighbours=3))
    assert np.mean(found) == pytest.approx(0.5, abs=0.04)


@pytest.mark.parametrize("far", [1e6, 1e12, 1e160])
def test_one_known_sample_far_away_changes_next_to_nothing(far):
    known, asked = drawn(1.0)
    plain = neighbour_auc(known, asked, neighbours=3)
    known[1][0] = far
    with np.errstate(over="ignore"):
        assert neighbour_auc(known, asked, neighbours=3) == pytest.approx(plain, abs=0.01)


def test_fewer_samples_than_neighbours_are_all_asked():
    known, asked = drawn(3.0, n=2)
    assert neighbour_auc(known, asked, neighbours=20) == neighbour_auc(known, asked, neighbours=2)


@pytest.mark.parametrize("value", [math.nan, math.inf, 1e200])
def test_a_sample_that_is_not_finite_or_has_no_square_leaves_it_undefined(value):
    known, (real, fake) = drawn(1.0)
    fake[3, 1] = value
    with np.errstate(over="ignore", invalid="ignore"):
        assert math.isnan(neighbour_auc(known, (real, fake), neighbours=3))
