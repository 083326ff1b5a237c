"""Classes of labelled images as modes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from ganbench.metrics.classes import nearest_neighbour, nearest_rows

RNG = np.random.default_rng


@dataclass(frozen=True)
class Labelled:
    x: np.ndarray
    label: np.ndarray | None


@pytest.fixture(scope="module")
def digits(build):
    return build("digits")


@pytest.fixture(scope="module")
def classifier(digits):
    return nearest_neighbour(*digits.labelled)


def test_the_classifier_agrees_with_the_one_of_scikit_learn(digits, classifier):
    train, held_out = digits.labelled
    theirs = KNeighborsClassifier(1, algorithm="brute").fit(train.x, train.label)
    mode, distance = classifier.assign(held_out.x)
    np.testing.assert_array_equal(mode, theirs.predict(held_out.x))
    np.testing.assert_allclose(distance, theirs.kneighbors(held_out.x)[0][:, 0])
    assert classifier.held_out_accuracy == pytest.approx(theirs.score(held_out.x, held_out.label))


def test_it_names_at_least_97_of_100_held_out_digits(classifier):
    assert 0.97 <= classifier.held_out_accuracy <= 1


def test_99_of_100_held_out_images_are_of_high_quality(digits, classifier):
    _, distance = classifier.assign(digits.labelled[1].x)
    assert (distance < classifier.radius).mean() == pytest.approx(classifier.ceiling, abs=1 / 297)


def test_training_images_are_at_distance_0_from_their_own_class(digits, classifier):
    x, label = digits.train(RNG(0), 100)
    mode, distance = classifier.assign(x)
    np.testing.assert_array_equal(mode, label)
    np.testing.assert_allclose(distance, 0, atol=1e-12)


@pytest.mark.parametrize("garbage", ["noise", "grey", "black and white"])
def test_garbage_has_a_class_but_no_high_quality(classifier, garbage):
    images = {
        "noise": RNG(0).uniform(-0.95, 0.95, (200, 64)),
        "grey": np.zeros((200, 64)),
        "black and white": RNG(0).choice([-0.95, 0.95], (200, 64)),
    }[garbage]
    mode, distance = classifier.assign(images)
    assert set(mode) <= set(range(10))
    assert not (distance < classifier.radius).any()


def test_the_weights_are_the_shares_of_the_held_out_set(digits, classifier):
    np.testing.assert_allclose(classifier.weights, np.bincount(digits.labelled[1].label) / 297)


@pytest.mark.parametrize(("samples", "least"), [(2500, 25), (1000, 10), (150, 2), (50, 1), (2, 1)])
def test_a_class_is_covered_by_one_sample_in_a_hundred(classifier, samples, least):
    assert classifier.least_count(samples) == least


def test_a_class_that_is_never_held_out_keeps_its_place():
    train = Labelled(np.eye(3), np.array([0, 1, 2]))
    held_out = Labelled(np.eye(3)[:2], np.array([0, 1]))
    np.testing.assert_array_equal(nearest_neighbour(train, held_out).weights, [0.5, 0.5, 0])


def test_the_nearest_row_is_that_of_the_naive_distances():
    x, table = RNG(0).normal(size=(30, 5)), RNG(1).normal(size=(40, 5))
    naive = np.linalg.norm(x[:, None] - table, axis=-1)
    nearest, distance = nearest_rows(x, table)
    np.testing.assert_array_equal(nearest, naive.argmin(axis=1))
    np.testing.assert_allclose(distance, naive.min(axis=1))
