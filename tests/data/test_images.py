"""The digits of scikit-learn: scale, split and draws."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits

from ganbench.data.images import stratified

RNG = np.random.default_rng


def test_the_digits_are_1500_to_train_on_and_297_held_out(build):
    digits = build("digits")
    train, held_out = digits.labelled
    assert (len(train.x), len(held_out.x)) == (1500, 297)
    assert (digits.shape, digits.image_shape, digits.label_count) == ((64,), (8, 8), 10)


def test_both_sets_together_are_the_whole_set_once(build):
    train, held_out = build("digits", margin=1).labelled
    pixels, label = load_digits(return_X_y=True)
    ours = np.concatenate([np.column_stack([(s.x + 1) * 8, s.label]) for s in (train, held_out)])
    theirs = np.column_stack([pixels, label])
    np.testing.assert_array_equal(ours[np.lexsort(ours.T)], theirs[np.lexsort(theirs.T)])


def test_no_held_out_image_is_also_a_training_image(build):
    train, held_out = (set(map(tuple, s.x.tolist())) for s in build("digits").labelled)
    assert not train & held_out


def test_every_class_is_held_out_by_its_share(build):
    train, held_out = (np.bincount(s.label, minlength=10) for s in build("digits").labelled)
    np.testing.assert_allclose(held_out, (train + held_out) * 297 / 1797, atol=1)


def test_the_split_is_always_the_same_and_not_the_first_images():
    label = np.repeat(np.arange(3), 40)
    marked = stratified(label, 30)
    np.testing.assert_array_equal(marked, stratified(label, 30))
    np.testing.assert_array_equal(np.bincount(label[marked]), [10, 10, 10])
    assert not marked[:10].all()


@pytest.mark.parametrize("margin", [0.95, 0.5, 1.0])
def test_grey_values_reach_from_minus_margin_to_margin(build, margin):
    x = build("digits", margin=margin).labelled[0].x
    assert (x.min(), x.max()) == (-margin, margin)


def test_tanh_can_reach_the_default_scale(build):
    assert np.abs(build("digits").labelled[0].x).max() < 1


def test_training_draws_repeat_images_of_the_training_set(build):
    digits = build("digits")
    x, label = digits.train(RNG(0), 3_000)
    known = np.column_stack(digits.labelled[0]).tolist()
    assert set(map(tuple, np.column_stack([x, label]).tolist())) <= set(map(tuple, known))
    assert len(np.unique(x, axis=0)) == pytest.approx(1500 * (1 - np.exp(-2)), abs=60)


def test_held_out_draws_show_every_image_before_one_comes_again(build):
    digits = build("digits")
    assert len(np.unique(digits.held_out(RNG(0), 297).x, axis=0)) == 297
    _, times = np.unique(digits.held_out(RNG(0), 700).x, axis=0, return_counts=True)
    assert set(times) == {2, 3}
    assert len(digits.held_out(RNG(0), 10).x) == 10
