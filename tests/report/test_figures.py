"""Each figure shows the numbers it is about, and its caption states n."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from ganbench.report import contrasts, dynamics, histories, maps, outcomes
from ganbench.report.axes import Grid
from ganbench.report.canvas import style
from ganbench.report.content import content
from ganbench.report.section import Section
from ganbench.report.suspects import suspects
from ganbench.report.traces import courses
from ganbench.report.verdicts import pairs
from ganbench.stats.rates import Count
from tests.report.results import COVERED, MIXED, section_of, write


@pytest.fixture(scope="module")
def section(tmp_path_factory: pytest.TempPathFactory) -> Section:
    return section_of(write(tmp_path_factory.mktemp("results")))


def test_strips_are_darkest_where_all_runs_are(section: Section) -> None:
    with style():
        (axes,) = outcomes.modes(section.cells, columns=2).figure.axes
    filled = [bar for bar in axes.patches if bar.get_width() < 1]
    # Four of eight modes is the fifth of nine bins; all runs of the second cell cover all.
    assert sorted((round(bar.get_x() * 9), round(bar.get_y() + 0.36)) for bar in filled) == [
        (4, 0),
        (4, 2),
        (8, 0),
        (8, 1),
        (8, 2),
    ]
    alpha = {(round(bar.get_x() * 9), round(bar.get_y() + 0.36)): bar.get_alpha() for bar in filled}
    assert alpha[8, 1] == 1.0
    assert alpha[8, 0] < alpha[8, 2] < 1


def test_survival_ends_at_the_share_of_healthy_runs_and_at_the_last_step(section: Section) -> None:
    with style():
        figure = outcomes.survival(section.cells, columns=2).figure
    for axes, cell in zip(figure.axes, section.cells, strict=False):
        (line,) = axes.lines
        assert line.get_ydata()[-1] == pytest.approx(100 * cell.share)
        assert line.get_xdata()[-1] == cell.steps


def test_best_and_final_of_every_run_are_drawn(section: Section) -> None:
    metric = section.arenas[0].metric
    assert metric is not None
    with style():
        (axes,) = outcomes.best_final(section.cells, metric, columns=2).figure.axes
    dots = np.concatenate([line.get_xdata() for line in axes.lines if line.get_marker() == "o"])
    assert sorted(dots) == sorted(
        value for cell in section.cells for value in cell.column("final.covered_share")
    )


def test_real_samples_and_one_mode_are_dotted(section: Section) -> None:
    metric = section.arenas[0].metric
    assert metric is not None
    with style():
        drawing = outcomes.best_final(section.cells, metric, columns=2)
    dotted = [line.get_xdata()[0] for line in drawing.figure.axes[0].lines if line.get_linestyle() == ":"]
    assert dotted == [1.0, 1 / 8]
    assert drawing.caption.endswith(" Dotted: real samples (1) and one mode alone (0.125).")


def test_only_what_is_dotted_is_said_to_be(tmp_path: Path) -> None:
    eight, more = (write(tmp_path / str(n), {f"ring/{n}": [None]}, modes=n) for n in (8, 25))
    section = section_of(eight, more)
    metric = section.arenas[0].metric
    assert metric is not None
    with style():
        drawing = outcomes.best_final(section.cells, metric, columns=2)
    assert drawing.caption.endswith(" Dotted: real samples (1).")


def test_captions_tell_diverged_runs_from_stopped_ones(section: Section, tmp_path: Path) -> None:
    stopped = section_of(
        write(tmp_path, {"ring/a": [None, COVERED], "ring/b": [COVERED] * 2}, stopped_at=500)
    )
    metric = section.arenas[0].metric
    assert metric is not None
    diverged = section_of(write(tmp_path / "diverged", {"ring/a": [None, COVERED]}, diverged_at=500))
    for found, lacking, neither in (
        (section, "A run that diverged has no value there.", ""),
        (diverged, "A run that diverged has no value there.", " A bar without a dot is a run that diverged."),
        (stopped, "A run that diverged or was stopped has no value there.", " 4 stopped runs have neither."),
    ):
        with style():
            modes = outcomes.modes(found.cells, columns=2).caption
            best = outcomes.best_final(found.cells, metric, columns=2).caption
        assert modes.endswith(lacking)
        assert f"reports the bars.{neither} Covered share alone" in best


def test_failed_runs_are_marked_on_the_curves(section: Section) -> None:
    curves = courses(section, section.cells, dynamics.SIGNALS)
    with style():
        drawing = dynamics.over_time(dynamics.PLOTS[0], section.cells, curves, columns=2)
    assert drawing is not None
    for axes, cell in zip(drawing.figure.axes, section.cells, strict=False):
        marks = [line for line in axes.lines if line.get_marker() == "x"]
        assert sum(len(line.get_xdata()) for line in marks) == 2 * cell.failed


def test_a_norm_of_0_at_the_failure_takes_no_room_on_a_logarithmic_axis(section: Section) -> None:
    """Laid out with such a mark, panels would collapse, which matplotlib warns of."""
    curves = courses(section, section.cells, dynamics.SIGNALS)
    still = {key: replace(found, values=np.zeros_like(found.values)) for key, found in curves.items()}
    mixed = {key: still[key] if key[1] == "gradient_norm_g" else found for key, found in curves.items()}
    with style():
        drawing = dynamics.over_time(dynamics.PLOTS[0], section.cells, mixed, columns=2)
    assert drawing is not None
    assert min(axes.get_position().height for axes in drawing.figure.axes if axes.lines) > 0.1


def test_without_the_signals_there_is_no_figure(section: Section) -> None:
    assert dynamics.over_time(dynamics.PLOTS[0], section.cells, {}, columns=2) is None


def test_the_matrix_of_pairs_adds_up_to_100(section: Section) -> None:
    (arena,) = section.arenas
    assert arena.metric is not None
    found = pairs(arena.cells, arena.metric)
    with style():
        drawing = contrasts.improvement("ring", [*MIXED], found, arena.metric, n="n = 10", columns=2)
    texts = {text.get_position(): int(text.get_text().rstrip("*")) for text in drawing.figure.axes[0].texts}
    assert len(texts) == 6
    assert all(value + texts[y, x] == 100 for (x, y), value in texts.items())
    assert drawing.figure.axes[0].texts[0].get_text().endswith("*") == found[0].told


def test_a_cliff_shows_the_share_of_each_square() -> None:
    grid = Grid("lr", "gamma", {(1, 0.1): Count(0, 4), (2, 0.1): Count(4, 4), (2, 1.0): Count(1, 4)})
    with style():
        drawing = contrasts.heat_map("ring", grid, columns=1)
    texts = {text.get_position(): text.get_text() for text in drawing.figure.axes[0].texts}
    assert texts == {(0, 0): "100", (1, 0): "0", (1, 1): "75"}
    assert "n = 4 runs a square" in drawing.caption


def test_every_caption_says_n_and_every_figure_has_a_name_of_its_own(section: Section) -> None:
    drawings = content(section).drawings
    assert all("n = 10 runs" in one.caption for one in drawings if one.name != "samples")
    assert len({one.name for one in drawings}) == len(drawings) == 9


def test_a_failed_runs_figures_mark_the_failure(tmp_path: Path) -> None:
    (one,) = suspects(section_of(write(tmp_path, {"ring/a": [COVERED]})))
    with style():
        drawings = {drawing.name: drawing for drawing in histories.all_of(one, columns=2)}
    assert [*drawings] == ["metrics", "modes", "signals", "recorder"]
    for name in ("metrics", "signals"):
        lines = [line for line in drawings[name].figure.axes[0].lines if line.get_linestyle() == "--"]
        assert [list(line.get_xdata()) for line in lines] == [[500, 500]]
    best, last = drawings["modes"].figure.axes
    assert best.get_title().endswith("8 of 8 modes")
    assert last.get_title().endswith("4 of 8 modes")
    assert maps.NOT_STORED in drawings["modes"].caption
    assert drawings["recorder"].title == "Burst nearest to the failure"


@pytest.mark.parametrize(
    ("failed_at", "titles", "said"),
    [
        (500, ["before, step 250", "after, step 500"], "samples are kept;"),
        (200, ["", "after, step 250"], "it failed before the first of them"),
        (2000, ["before, step 1000", ""], "there was none any more"),
    ],
)
def test_a_failed_runs_samples_are_those_before_and_after(
    tmp_path: Path, failed_at: int, titles: list[str], said: str
) -> None:
    root = write(tmp_path, {"ring/a": [COVERED]}, looked=True, failed_at=failed_at)
    (one,) = suspects(section_of(root))
    with style():
        drawings = {drawing.name: drawing for drawing in histories.all_of(one, columns=2)}
    assert [*drawings] == ["metrics", "samples", "modes", "signals", "recorder"]
    assert [axes.get_title() for axes in drawings["samples"].figure.axes] == titles
    caption = drawings["samples"].caption
    assert caption.startswith("6 samples of ring/a:0")
    assert f"step {failed_at}, " in caption
    assert said in caption
    assert maps.NOT_STORED not in drawings["modes"].caption


def test_the_flight_recorder_goes_before_bursts(tmp_path: Path) -> None:
    (one,) = suspects(section_of(write(tmp_path, {"ring/a": [COVERED]})))
    one.bursts["burst"] = -1
    with style():
        drawing = histories.recorder(one, columns=2)
    assert drawing is not None
    assert drawing.title == "Flight recorder"


@pytest.mark.parametrize("share", np.linspace(0, 1, 21))
def test_numbers_stand_out_from_their_squares(share: float) -> None:
    grid = Grid("lr", "gamma", {(1, 1): Count(round(1000 * (1 - share)), 1000)})
    with style():
        (axes,) = contrasts.heat_map("ring", grid, columns=1).figure.axes
    square = axes.collections[0].to_rgba([100 * share])[0, :3]
    ink = np.array(to_rgb(axes.texts[0].get_color()))
    low, high = sorted(contrasts.luminance(colour) for colour in (square, ink))
    assert (high + 0.05) / (low + 0.05) >= 4.5


def test_luminance_is_that_of_known_colours() -> None:
    for colour, expected in {"#000": 0.0, "#fff": 1.0, "#f00": 0.2126, "#777777": 0.1845}.items():
        assert contrasts.luminance(np.array(to_rgb(colour))) == pytest.approx(expected, abs=1e-4)
