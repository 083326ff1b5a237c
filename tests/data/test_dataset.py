"""What every data set keeps, whatever its name."""

from __future__ import annotations

import numpy as np
import pytest

from ganbench import registry
from ganbench.data.dataset import Samples, rows

EXAMPLES = {
    "ring": {},
    "grid": {"points": 500},
    "line": {"weights": [1, 2, 3, 4, 5, 6, 7, 8]},
    "spiral": {},
    "mixture": {"means": [[0, 0, 0], [5, 5, 5]], "std": [0.1, 0.2]},
    "veegan-1200": {},
    "moons": {},
    "dirac": {"dim": 2},
    "digits": {},
}


@pytest.fixture(params=EXAMPLES, scope="module")
def dataset(request, build):
    return build(request.param, **EXAMPLES[request.param])


def test_every_registered_data_set_is_tried_here():
    assert {entry.name for entry in registry.entries("dataset")} == set(EXAMPLES)


@pytest.mark.parametrize("side", ["train", "held_out"])
def test_samples_are_finite_float64_of_the_announced_shape(dataset, side):
    x, label = getattr(dataset, side)(np.random.default_rng(0), 7)
    assert x.shape == (7, *dataset.shape)
    assert x.dtype == np.float64
    assert np.isfinite(x).all()
    assert (label is None) == (dataset.label_count is None)


@pytest.mark.parametrize("side", ["train", "held_out"])
def test_labels_are_whole_numbers_below_the_label_count(dataset, side):
    _, label = getattr(dataset, side)(np.random.default_rng(1), 200)
    if dataset.label_count is not None:
        assert label.shape == (200,)
        assert label.min() >= 0
        assert label.max() < dataset.label_count


@pytest.mark.parametrize("side", ["train", "held_out"])
def test_equal_streams_give_equal_samples(dataset, side):
    draw = getattr(dataset, side)
    first, again = (draw(np.random.default_rng(3), 50) for _ in range(2))
    np.testing.assert_array_equal(first.x, again.x)
    if dataset.label_count is not None:
        assert not np.array_equal(first.x, draw(np.random.default_rng(4), 50).x)


def test_drawing_leaves_the_global_random_state_alone(dataset):
    before = np.random.get_state()[1].copy()  # noqa: NPY002  # the global one is what is looked at
    dataset.train(np.random.default_rng(0), 5)
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002  # the global one is what is looked at


def test_an_image_has_as_many_pixels_as_a_sample_has_numbers(dataset):
    if dataset.image_shape is not None:
        assert np.prod(dataset.image_shape) == np.prod(dataset.shape)


def test_every_default_metric_is_registered(dataset):
    assert set(dataset.default_metrics) <= {entry.name for entry in registry.entries("metric")}


def test_a_known_law_has_weights_of_sum_1_and_a_finite_density_where_its_samples_are(dataset):
    if dataset.law is not None:
        x = dataset.held_out(np.random.default_rng(0), 20).x
        assert dataset.law.weights.sum() == pytest.approx(1)
        assert np.isfinite(dataset.law.log_density(x)).all()


def test_points_that_are_not_finite_are_at_no_distance_from_any_mode(dataset):
    if dataset.law is not None:
        x = dataset.held_out(np.random.default_rng(0), 3).x
        x[0, 0], x[1, -1] = np.nan, np.inf
        with np.errstate(invalid="ignore"):
            _, distance = dataset.law.assign(x)
        assert not (distance[:2] < np.inf).any()
        assert np.isfinite(distance[2])


def test_rows_take_samples_and_labels_together():
    samples = Samples(np.arange(6.0).reshape(3, 2), np.array([7, 8, 9]))
    x, label = rows(samples, np.array([2, 0, 2]))
    np.testing.assert_array_equal(x, [[4, 5], [0, 1], [4, 5]])
    np.testing.assert_array_equal(label, [9, 7, 9])
    assert rows(Samples(samples.x), np.array([1])).label is None
