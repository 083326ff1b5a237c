"""The figure of health shows every share, and every failed run by its root cause."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganbench.report import health as module
from ganbench.report.canvas import style
from ganbench.report.health import health
from tests.report.results import MIXED, explained, section_of, write


def bars(axes: object, row: int) -> list[float]:
    return [round(bar.get_width()) for bar in axes.patches if round(bar.get_y() + 0.31) == row]


@pytest.fixture
def explained_figure(tmp_path: Path):
    kinds = [{"mode-collapse": ""}, {"mode-collapse": ""}, {"limit-cycle": ""}, {}, {"stagnation": ""}]
    explained(tmp_path, "a", kinds, failed=[True, True, True, True, False])
    explained(tmp_path, "b", [{}] * 4, failed=[False] * 4, population="q")
    with style():
        return health(section_of(tmp_path).cells, explained=True, columns=2)


def test_there_is_a_dot_at_every_share(tmp_path: Path) -> None:
    with style():
        (axes,) = health(section_of(write(tmp_path)).cells, explained=False, columns=2).figure.axes
    (dots,) = axes.lines
    assert list(dots.get_xdata()) == [10, 100, 50]
    assert [label.get_text() for label in axes.get_yticklabels()] == [*MIXED]


def test_bars_are_the_shares_of_root_causes_and_end_with_the_unexplained(explained_figure) -> None:
    _, beside = explained_figure.figure.axes
    assert bars(beside, 0) == [40, 20, 20]
    assert bars(beside, 1) == []
    assert not beside.patches[-1].get_fill()
    (legend,) = explained_figure.figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["mode-collapse", "limit-cycle", "unexplained"]
    assert "first root cause" in explained_figure.caption


def test_kinds_beyond_the_colours_are_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COLOURS", ("#000000",))
    explained(
        tmp_path,
        "a",
        [{"wiring": ""}, {"wiring": ""}, {"stagnation": ""}, {"limit-cycle": ""}],
        failed=[True] * 4,
    )
    with style():
        drawing = health(section_of(tmp_path).cells, explained=True, columns=1)
    assert bars(drawing.figure.axes[1], 0) == [50, 50]
    (legend,) = drawing.figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["wiring", "others"]


def test_without_failures_there_is_nothing_beside(tmp_path: Path) -> None:
    explained(tmp_path, "a", [{}, {}], failed=[False, False])
    with style():
        assert len(health(section_of(tmp_path).cells, explained=True, columns=2).figure.axes) == 1
