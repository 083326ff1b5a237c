"""Sample grids: one picture for each cell, one row for each seed."""

from __future__ import annotations

import io

import numpy as np
import pytest
from matplotlib.image import imread

from ganbench.execute.grids import COLUMNS, ROWS, ZOOM, cell_grids, grid, grid_names, png

LINE = 96


def images(rows: int, columns: int, value: float = 0.0) -> np.ndarray:
    return np.full((rows, columns, 2, 3), value)


def test_a_picture_is_as_large_as_its_images_and_the_lines_between() -> None:
    assert grid(images(2, 5)).shape == (2 * (2 * ZOOM + 1), 5 * (3 * ZOOM + 1))


@pytest.mark.parametrize(("value", "shade"), [(-1.0, 0), (0.0, 128), (1.0, 255), (7.0, 255), (-9.0, 0)])
def test_minus_one_is_black_and_one_is_white_and_beyond_is_clipped(value: float, shade: int) -> None:
    assert grid(images(1, 1, value))[0, 0] == shade


def test_what_is_no_number_is_black() -> None:
    assert grid(images(1, 1, float("nan")))[0, 0] == 0


def test_images_stand_in_their_rows_and_columns() -> None:
    one = images(2, 3, -1.0)
    one[1, 2] = 1.0
    picture = grid(one)
    white = np.argwhere(picture == 255)
    assert white.min(0).tolist() == [2 * ZOOM + 1, 2 * (3 * ZOOM + 1)]
    assert len(white) == 2 * 3 * ZOOM**2


def test_each_pixel_is_a_square() -> None:
    one = images(1, 1, -1.0)
    one[0, 0, 1, 2] = 1.0
    assert (grid(one)[ZOOM : 2 * ZOOM, 2 * ZOOM : 3 * ZOOM] == 255).all()


def test_lines_lie_between_images() -> None:
    picture = grid(images(2, 2, -1.0))
    assert (picture[2 * ZOOM] == LINE).all()
    assert (picture[:, 3 * ZOOM] == LINE).all()


def test_a_png_gives_its_shades_back() -> None:
    picture = grid(np.linspace(-1, 1, 6).reshape(1, 1, 2, 3))
    back = imread(io.BytesIO(png(picture)))
    assert np.array_equal((back[..., 0] * 255).round().astype(np.uint8), picture)


def test_equal_pictures_are_equal_files() -> None:
    picture = grid(images(1, 2, 0.3))
    assert png(picture) == png(picture.copy())
    assert b"matplotlib" not in png(picture).lower()


def test_every_cell_has_its_own_file_named_by_its_seeds() -> None:
    assert grid_names(["a", "b", "a", "b"], [0, 0, 3, 3]) == [
        "a/seeds-0-3.png",
        "b/seeds-0-3.png",
        "a/seeds-0-3.png",
        "b/seeds-0-3.png",
    ]


def test_of_many_seeds_the_first_have_a_row() -> None:
    names = grid_names(["a"] * (ROWS + 5), range(ROWS + 5))
    assert names == [f"a/seeds-0-{ROWS - 1}.png"] * ROWS + [None] * 5


def test_every_file_that_is_named_is_made_and_no_other() -> None:
    names = ["a/x.png", None, "b/y.png", "a/x.png"]
    assert sorted(cell_grids(names, np.zeros((4, COLUMNS, 6)), (2, 3))) == ["a/x.png", "b/y.png"]


def test_a_file_shows_its_own_samples_one_row_a_run() -> None:
    samples = np.full((3, COLUMNS, 6), -1.0)
    samples[1] = 1.0
    files = cell_grids(["a", "b", "a"], samples, (2, 3))
    assert files["a"] == png(grid(images(2, COLUMNS, -1.0)))
    assert files["b"] == png(grid(images(1, COLUMNS, 1.0)))


def test_of_many_samples_the_first_are_shown() -> None:
    files = cell_grids(["a"] * 2, np.zeros((2, COLUMNS + 3, 6)), (2, 3))
    assert imread(io.BytesIO(files["a"])).shape[:2] == (2 * (2 * ZOOM + 1), COLUMNS * (3 * ZOOM + 1))
