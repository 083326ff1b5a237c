"""A panel shows every sample in its square, a ring for each true mode, and D to both sides of its decision."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection
from matplotlib.colors import to_rgb
from matplotlib.contour import QuadContourSet
from matplotlib.figure import Figure
from matplotlib.image import imread

from ganbench.report.canvas import BLUE, INK, ORANGE, RED, Drawing, blank, style
from ganbench.report.plane import Look
from ganbench.report.scatter import BANDS, SMALLEST, landscape, scatter
from ganbench.report.truth import Truth

SQUARE = (-2.0, -2.0, 4.0)
TICKS = np.linspace(-2, 2, 33)
SLOPE = np.tile(TICKS, (33, 1))  # real on the right
LOOK = Look(7, np.array([[0.5, 1.0], [-1.0, 0.0], [9.0, 0.0]]), SQUARE, SLOPE, 0.0)
NONE = np.zeros((0, 2))
TRUTH = Truth(np.array([[1.0, 0.0], [-1.0, 0.0]]), np.array([[0.5, 0.25], [0.001, 0.001]]), NONE)


@pytest.fixture
def figure() -> Iterator[Figure]:
    with style():
        yield blank(1, 3.35)


@pytest.fixture
def axes(figure: Figure) -> Axes:
    return figure.subplots()


def contours(axes: Axes, *, filled: bool) -> list[QuadContourSet]:
    found = [one for one in axes.collections if isinstance(one, QuadContourSet)]
    return [one for one in found if one.filled == filled]


def drawn(axes: Axes) -> np.ndarray:
    """The places of the dots."""
    (patch,) = axes.patches
    return patch.get_path().vertices[::2]


def test_every_sample_inside_is_a_dot_and_the_others_are_counted(axes: Axes) -> None:
    scatter(axes, LOOK, TRUTH)
    np.testing.assert_array_equal(drawn(axes), LOOK.samples[:2])
    assert axes.get_xlabel() == "1 outside"
    assert axes.get_xlim() == axes.get_ylim() == (-2, 2)


def test_with_all_inside_nothing_is_said(axes: Axes) -> None:
    scatter(axes, replace(LOOK, samples=LOOK.samples[:2]), TRUTH)
    assert axes.get_xlabel() == ""


def test_rings_are_as_large_as_the_modes_but_never_too_small_to_be_seen(axes: Axes) -> None:
    scatter(axes, LOOK, TRUTH)
    (rings,) = (one for one in axes.collections if isinstance(one, EllipseCollection))
    np.testing.assert_array_equal(rings.get_offsets(), TRUTH.means)
    np.testing.assert_allclose(rings.get_widths(), [1.0, 2 * SMALLEST * 4])
    np.testing.assert_allclose(rings.get_heights(), [0.5, 2 * SMALLEST * 4])


def test_real_samples_are_dots_where_modes_have_no_centre(axes: Axes) -> None:
    scatter(axes, LOOK, Truth(NONE, NONE, np.array([[0.0, 1.0]])))
    real, fake = axes.patches
    assert to_rgb(real.get_edgecolor()) == to_rgb(RED)
    assert to_rgb(fake.get_edgecolor()) == to_rgb(INK)
    assert real.get_path().vertices[::2].tolist() == [[0.0, 1.0]]


def test_the_line_is_where_d_decides_and_the_colours_are_on_its_right_sides(axes: Axes) -> None:
    landscape(axes, SLOPE, 0.5, square=SQUARE)
    (line,), (bands,) = contours(axes, filled=False), contours(axes, filled=True)
    (path,) = line.get_paths()
    np.testing.assert_allclose(path.vertices[:, 0], 0.5)
    for band, colour in zip(bands.get_paths(), bands.get_facecolors(), strict=True):
        if len(band.vertices):
            right = band.vertices[:, 0].mean() > 0.5
            assert tuple(colour[:3]) == to_rgb(BLUE if right else ORANGE)
    opacity = bands.get_facecolors()[:, 3]
    np.testing.assert_allclose(opacity, opacity[::-1])
    assert (np.diff(opacity[BANDS + 1 :]) > 0).all()


def test_a_critic_has_bands_about_its_median_and_no_line(axes: Axes) -> None:
    landscape(axes, SLOPE + 100, None, square=SQUARE)
    (bands,) = contours(axes, filled=True)
    assert contours(axes, filled=False) == []
    reach = np.quantile(np.abs(SLOPE), 0.95)
    np.testing.assert_allclose(bands.levels, reach * np.arange(-BANDS, BANDS + 1) / BANDS)


def test_where_d_calls_everything_fake_there_is_no_line(axes: Axes) -> None:
    landscape(axes, SLOPE - 3, 0.0, square=SQUARE)
    assert contours(axes, filled=False) == []
    (bands,) = contours(axes, filled=True)
    filled = [path for path in bands.get_paths() if len(path.vertices)]
    assert 0 < len(filled) <= BANDS + 1


@pytest.mark.parametrize("logits", [np.zeros((33, 33)), np.full((33, 33), np.nan)])
def test_a_d_that_says_the_same_everywhere_or_nothing_has_no_colours(axes: Axes, logits: np.ndarray) -> None:
    landscape(axes, logits, 0.0, square=SQUARE)
    assert not axes.collections


def test_logits_that_are_not_finite_leave_a_hole(axes: Axes) -> None:
    broken = SLOPE.copy()
    broken[:, :5] = np.nan
    landscape(axes, broken, 0.0, square=SQUARE)
    (bands,) = contours(axes, filled=True)
    assert min(path.vertices[:, 0].min() for path in bands.get_paths() if len(path.vertices)) == TICKS[5]


def test_without_logits_truth_or_samples_a_panel_is_empty_and_square(axes: Axes) -> None:
    scatter(axes, replace(LOOK, samples=NONE, logits=None), None)
    assert not axes.collections
    assert len(drawn(axes)) == 0
    assert axes.get_aspect() == 1


def test_the_lines_of_hardly_any_length_are_dots_in_a_picture(figure: Figure, axes: Axes) -> None:
    scatter(axes, replace(LOOK, logits=None), None)
    picture = imread(io.BytesIO(Drawing("a", "A", "", figure, 1).file("png")))[..., :3].mean(-1)
    high, wide = picture.shape
    inside = picture[high // 5 : -high // 5, wide // 5 : -wide // 5]
    assert 2 * 4 < (inside < 0.5).sum() < 2 * 40
