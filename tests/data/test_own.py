"""Data of a user's: arrays, functions that draw, data sets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ganbench.data.dataset import Dataset
from ganbench.errors import PluginError
from tests.plugins.example import entry

HEAD = "import numpy as np\n"


def dataset(folder: Path, text: str, **options: Any) -> Dataset:
    """What the object `data` of this text is as a data set."""
    found = entry(folder, "dataset", "data", HEAD + text)
    given = found.options.model_validate({"name": found.name, **options})
    made: Dataset = found.made(given)(given)
    return made


def sorted_rows(*parts: np.ndarray) -> np.ndarray:
    x = np.concatenate(parts)
    return x[np.lexsort(x.T)]


def test_a_fifth_of_an_array_is_held_out_and_nothing_is_lost(tmp_path: Path) -> None:
    data = dataset(tmp_path, "data = np.arange(40.0).reshape(20, 2)\n")
    rng = np.random.default_rng(0)
    held_out, train = data.held_out(rng, 4).x, np.unique(data.train(rng, 2000).x, axis=0)
    assert len(train) == 16
    assert np.array_equal(sorted_rows(held_out, train), np.arange(40.0).reshape(20, 2))


def test_held_out_samples_come_once_before_any_comes_again(tmp_path: Path) -> None:
    data = dataset(tmp_path, "data = np.arange(40.0).reshape(20, 2)\n")
    x = data.held_out(np.random.default_rng(0), 8).x
    assert len(np.unique(x[:4], axis=0)) == len(np.unique(x[4:], axis=0)) == 4


def test_labels_make_classes_of_which_each_is_held_out_by_its_share(tmp_path: Path) -> None:
    data = dataset(tmp_path, "data = np.arange(120.0).reshape(60, 2), np.repeat([0, 1, 2], 20)\n")
    assert data.label_count == 3
    assert data.labelled is not None
    train, held_out = data.labelled
    assert np.bincount(held_out.label).tolist() == [4, 4, 4]
    assert np.bincount(train.label).tolist() == [16, 16, 16]
    assert "covered_modes" in data.default_metrics


def test_images_are_rows_of_pixels_with_their_shape(tmp_path: Path) -> None:
    data = dataset(tmp_path, "data = np.zeros((10, 3, 5))\n")
    assert data.shape == (15,)
    assert data.image_shape == (3, 5)


def test_a_function_of_generator_and_count_draws_fresh_samples(tmp_path: Path) -> None:
    text = (
        "def data(rng, count, *, shift: float = 0.0):\n    return shift + rng.standard_normal((count, 3))\n"
    )
    data = dataset(tmp_path, text, shift=5.0)
    assert data.shape == (3,)
    found = data.train(np.random.default_rng(7), 4).x
    assert np.array_equal(found, 5.0 + np.random.default_rng(7).standard_normal((4, 3)))
    low, high = data.box
    assert np.all(low < 2.5)
    assert np.all(high > 7.5)


def test_a_function_of_options_gives_an_array(tmp_path: Path) -> None:
    data = dataset(tmp_path, "def data(*, rows=10):\n    return np.ones((rows, 2))\n", rows=30)
    assert np.array_equal(data.box[0], [1.0, 1.0])
    assert data.labelled is None


def test_an_object_that_is_a_data_set_is_taken_as_it_is(tmp_path: Path) -> None:
    text = "from ganbench.data.dirac import Dirac\n\ndata = Dirac(3)\n"
    assert dataset(tmp_path, text).shape == (3,)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("data = np.zeros(5)\n", r"gave an array of shape \[5\]"),
        ("data = np.zeros((1, 2))\n", r"n of at least 2"),
        ("data = np.full((5, 2), np.nan)\n", "not finite"),
        ("data = [['a', 'b'], ['c', 'd']]\n", "no array of numbers"),
        ("data = np.zeros((5, 2)), np.zeros(4, int)\n", "labels as 5 integers"),
        ("data = np.zeros((5, 2)), np.full(5, -1)\n", "labels as 5 integers"),
        ("data = np.zeros((5, 2)), np.full(5, 0.5)\n", "labels as 5 integers"),
        ("def data(rng, count):\n    return np.zeros(count)\n", r"gave an array of shape \[4\]"),
    ],
)
def test_what_is_no_data_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(PluginError, match=said):
        dataset(tmp_path, text)


def test_a_function_that_gives_another_count_is_refused(tmp_path: Path) -> None:
    data = dataset(tmp_path, "def data(rng, count):\n    return rng.standard_normal((4, 2))\n")
    with pytest.raises(PluginError, match="gave 4 samples, expected 6"):
        data.train(np.random.default_rng(0), 6)
