"""Of each cell one run is shown, with its samples where these were stored, by mode where they were not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ganbench.report import maps
from ganbench.report.canvas import Drawing, style
from tests.report.results import COVERED, MODES, Outcomes, content, plane_of, section_of, write

TWO: Outcomes = {"ring/a": [None, COVERED, COVERED], "ring/b": [None, None]}


def drawn(*roots: Path) -> Drawing | None:
    section = section_of(*roots)
    with style():
        return maps.typical(section, section.cells, columns=2)


def dots(axes: Any) -> np.ndarray:
    """The places of the samples."""
    return np.concatenate([patch.get_path().vertices[::2] for patch in axes.patches])


def test_samples_are_those_of_the_run_at_the_median_of_covered_modes_at_its_end(tmp_path: Path) -> None:
    root = write(tmp_path, TWO, looked=True)
    drawing = drawn(root)
    assert drawing is not None
    stored = plane_of(["id-ring/a-2"])
    first, second = drawing.figure.axes
    # Half of the samples have moved out of the square by the end.
    last = np.column_stack([stored["x"][-1], stored["y"][-1]])
    inside = last[last[:, 0] <= 1.3125]
    np.testing.assert_allclose(dots(first), inside)
    assert first.get_xlabel() == f"{len(last) - len(inside)} outside"
    assert [axes.get_title() for axes in (first, second)] == ["ring/a: 4 of 8", "ring/b: 8 of 8"]


def test_the_caption_says_what_is_to_be_seen(tmp_path: Path) -> None:
    drawing = drawn(write(tmp_path, TWO, looked=True))
    assert drawing is not None
    assert "n = 1 run a panel" in drawing.caption
    assert "6 samples of it" in drawing.caption
    assert "Rings: the true modes" in drawing.caption
    assert "D was asked at 33 x 33 points, 0.082 apart" in drawing.caption
    assert "critic" not in drawing.caption
    assert "Pale dots" not in drawing.caption
    assert maps.NOT_STORED not in drawing.caption
    assert "without colours" not in drawing.caption


def test_where_samples_were_not_stored_there_are_the_true_modes_and_the_share_near_each(
    tmp_path: Path,
) -> None:
    drawing = drawn(write(tmp_path, TWO))
    assert drawing is not None
    first = drawing.figure.axes[0]
    (crosses,) = first.lines
    assert len(crosses.get_xdata()) == MODES
    assert list(first.collections[0].get_sizes()) == [900 / 4] * 4 + [0] * 4
    assert first.get_title() == "ring/a: 4 of 8"
    assert f"Where {maps.NOT_STORED}: {maps.BUBBLES}." in drawing.caption
    assert "D was asked" not in drawing.caption


def test_of_two_folders_each_cell_has_what_there_is(tmp_path: Path) -> None:
    old, new = (
        write(tmp_path / "old", {"ring/a": [None]}),
        write(tmp_path / "new", {"ring/b": [None]}, looked=True),
    )
    drawing = drawn(old, new)
    assert drawing is not None
    first, second = drawing.figure.axes
    assert len(first.lines) == 1
    assert len(dots(second))
    assert "Dots: samples." in drawing.caption
    assert maps.NOT_STORED in drawing.caption


@pytest.mark.parametrize("data", [{"name": "veegan-1200"}, {"name": "mine:data"}])
def test_data_elsewhere_or_unknown_have_no_map(tmp_path: Path, data: dict[str, Any]) -> None:
    text = json.dumps(content() | {"data": data})
    assert drawn(write(tmp_path, {"ring/a": [None]}, content=text)) is None


def test_unknown_data_show_their_samples_without_the_true_modes(tmp_path: Path) -> None:
    text = json.dumps(content() | {"data": {"name": "mine:data"}})
    drawing = drawn(write(tmp_path, {"ring/a": [None]}, looked=True, content=text))
    assert drawing is not None
    (axes,) = drawing.figure.axes[:1]
    assert len(dots(axes))


def test_data_without_modes_show_the_run_at_the_median_of_their_metric(tmp_path: Path) -> None:
    text = json.dumps(content() | {"data": {"name": "moons"}})
    changes = {"final.covered_modes": np.nan, "final.covered_share": np.nan, "content": text}
    drawing = drawn(write(tmp_path, {"moons/a": [None] * 3}, looked=True, **changes))
    assert drawing is not None
    assert "the run at the median of its high quality" in drawing.caption
    assert "Pale dots: real samples" in drawing.caption
    assert "Rings" not in drawing.caption


def test_a_cell_whose_runs_all_diverged_has_no_panel(tmp_path: Path) -> None:
    changes = {f"final.{name}": np.nan for name in ("covered_modes", "covered_share", "high_quality")}
    assert drawn(write(tmp_path, {"ring/a": [COVERED] * 2}, looked=True, **changes)) is None
