"""Profiles show the share of runs beyond every value, from all of them to none."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from ganbench.report.canvas import style
from ganbench.report.metric import Metric
from ganbench.report.profiles import profiles
from tests.report.results import MIXED, section_of, write

SHARE = Metric("covered_share", math.inf)


def test_each_panel_has_the_profile_of_its_cell_and_that_of_the_first(tmp_path: Path) -> None:
    cells = section_of(write(tmp_path)).cells
    with style():
        drawing = profiles("ring", cells, SHARE, columns=2)
    assert drawing is not None
    panels = [axes for axes in drawing.figure.axes if axes.get_title()]
    assert [axes.get_title() for axes in panels] == [*MIXED]
    for axes, cell in zip(panels, cells, strict=True):
        line = axes.lines[-1]
        values, healthy = SHARE.scores(cell), (cell.runs["status"] == "healthy").to_numpy()
        expected = [np.mean(healthy & (values >= limit)) for limit in line.get_xdata()]
        np.testing.assert_allclose(line.get_ydata(), 100 * np.array(expected))
    assert [len(axes.lines) for axes in panels] == [1, 2, 2]
    np.testing.assert_array_equal(panels[1].lines[0].get_ydata(), panels[0].lines[0].get_ydata())


def test_curves_end_at_the_best_value_and_diverged_runs_are_as_good_as_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"a": [None] * 3})
    cells = section_of(write(tmp_path, {"b": [None] * 3}, **{"final.covered_share": math.nan})).cells
    with style():
        drawing = profiles("ring", cells, SHARE, columns=2)
    assert drawing is not None
    ends = [tuple(axes.lines[-1].get_ydata()[[0, -1]]) for axes in drawing.figure.axes[:2]]
    assert ends == [(100, 100), (0, 0)]
    assert drawing.figure.axes[0].get_xlim()[1] == 1.0


def test_values_that_are_far_apart_have_a_logarithmic_axis(tmp_path: Path) -> None:
    write(tmp_path, {"a": [None]}, **{"final.distance": 0.01})
    cells = section_of(write(tmp_path, {"b": [None]}, **{"final.distance": 10.0})).cells
    metric = Metric("distance", -math.inf)
    with style():
        drawing = profiles("ring", cells, metric, columns=1)
    assert drawing is not None
    assert drawing.figure.axes[0].get_xscale() == "log"
    with style():
        drawing = profiles("ring", cells[:1], metric, columns=1)
    assert drawing is not None
    assert drawing.figure.axes[0].get_xscale() == "linear"


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_without_a_finite_value_there_is_no_figure(tmp_path: Path, value: float) -> None:
    cells = section_of(write(tmp_path, {"a": [None]}, **{"final.covered_share": value})).cells
    assert profiles("ring", cells, SHARE, columns=2) is None
