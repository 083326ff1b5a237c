"""The range of the data: where it ends, that shapes stay, and that it is undone."""

from __future__ import annotations

import numpy as np
import pytest

from ganbench import registry
from ganbench.data.dataset import Dataset
from ganbench.data.ranges import ENDS, MARGIN, box_shown, shown

MIXTURE = {"means": [[3.0, 1.0], [5.0, 1.5]], "std": 0.1}
DATA = {
    "ring": {},
    "grid": {},
    "line": {},
    "spiral": {},
    "moons": {},
    "mixture": MIXTURE,
    "digits": {},
    "veegan-1200": {},
}


def dataset(name: str, **options: object) -> Dataset:
    entry = registry.entry("dataset", name)
    built: Dataset = entry.load()(entry.options(**{**DATA.get(name, {}), **options}))
    return built


def test_every_data_set_is_here_but_the_point() -> None:
    assert {entry.name for entry in registry.entries("dataset")} == {*DATA, "dirac"}


@pytest.mark.parametrize("name", DATA)
def test_the_box_holds_the_data_and_is_not_much_larger(name: str) -> None:
    data = dataset(name)
    low, high = data.box
    x = data.held_out(np.random.default_rng(0), 20_000 if name != "veegan-1200" else 500).x
    assert low.shape == high.shape == data.shape
    assert ((low <= x) & (x <= high)).mean() > 1 - 1e-5
    assert (x.max() - x.min()) > 0.5 * (high - low).max()


@pytest.mark.parametrize("to", ["tanh", "sigmoid"])
@pytest.mark.parametrize("name", DATA)
def test_data_lie_within_the_range_with_a_margin_and_around_its_middle(name: str, to) -> None:
    seen = shown(dataset(name), to)
    (start, end), (low, high) = ENDS[to], seen.dataset.box
    corners = np.stack([seen.into(low), seen.into(high)])
    assert corners.max() - corners.min() == pytest.approx(MARGIN * (end - start))
    np.testing.assert_allclose(corners.mean(0), (start + end) / 2, atol=1e-12)
    assert (corners.min(), corners.max()) == pytest.approx(box_shown((low, high), to))
    x = seen.train(np.random.default_rng(0), 200).x
    assert start < x.min() < x.max() < end


@pytest.mark.parametrize("to", ["own", "tanh", "sigmoid"])
@pytest.mark.parametrize("name", DATA)
def test_it_is_undone(name: str, to) -> None:
    seen = shown(dataset(name), to)
    x = seen.dataset.train(np.random.default_rng(3), 50).x
    np.testing.assert_array_equal(seen.into(x), seen.train(np.random.default_rng(3), 50).x)
    np.testing.assert_allclose(seen.back(seen.into(x)), x, atol=1e-12)


def test_data_as_they_are_are_the_same_array() -> None:
    seen, x = shown(dataset("ring"), "own"), np.ones((3, 2))
    assert seen.into(x) is x
    assert seen.back(x) is x


def test_shapes_stay_what_they_are() -> None:
    """One factor for all coordinates: a circle stays a circle, and distances keep their ratios."""
    seen = shown(dataset("mixture"), "sigmoid")
    x = np.random.default_rng(0).normal(size=(6, 2))
    y = seen.into(x)
    before, after = (np.linalg.norm(a[:, None] - a, axis=-1)[np.triu_indices(6, 1)] for a in (x, y))
    np.testing.assert_allclose(after / before, after[0] / before[0])


def test_labels_stay() -> None:
    seen = shown(dataset("ring"), "tanh")
    one, other = (source.held_out(np.random.default_rng(1), 9) for source in (seen, seen.dataset))
    np.testing.assert_array_equal(one.label, other.label)


def test_digits_in_their_own_range_are_what_tanh_asks_for() -> None:
    seen, x = shown(dataset("digits"), "tanh"), dataset("digits").train(np.random.default_rng(0), 5).x
    np.testing.assert_allclose(seen.into(x), x, atol=1e-12)


def test_a_point_has_no_scale() -> None:
    with pytest.raises(ValueError, match="a single point"):
        shown(dataset("dirac"), "tanh")
