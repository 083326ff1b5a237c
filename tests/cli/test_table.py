"""The closing table, by its golden text, by its arithmetic, and at every width."""

import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from ganbench.cli.table import closing_table, closing_text, histogram
from ganbench.stats.intervals import wilson


def row(cell: str, covered: float | None, *, modes: int | None = 8, **changes: object) -> dict:
    return {
        "cell": cell,
        "status": "healthy" if covered is not None and covered == modes else "failed",
        "seconds": 1.25,
        "modes": modes,
        "final.covered_modes": covered,
        "final.covered_share": None if covered is None or modes is None else covered / modes,
        "best.covered_share": 1.0,
        "final.high_quality": 0.97,
        "floor.high_quality": 0.98889,
        "final.sliced_wasserstein": 0.01234,
        "floor.sliced_wasserstein": 0.004,
    } | changes


def duel(status: str, distance: float | None, **changes: object) -> dict:
    """A run of a game without modes."""
    metrics = {"final.distance": distance, "best.distance": 0.125, "floor.distance": 0.0}
    return {"cell": "minimax/r1", "status": status, "seconds": 0.5, "modes": None} | metrics | changes


@pytest.fixture
def frame() -> pd.DataFrame:
    ring = [row("ring/hinge", covered) for covered in (8, 2, 2, 8)]
    grid = [row("grid/hinge+r1", covered, modes=25) for covered in (25, 25, 24, 25, 5)]
    return pd.DataFrame(ring + grid)


def body(text: str) -> list[str]:
    """The lines of the table, without the note."""
    return text.split("\n\n")[0].splitlines()


def test_the_table_is_the_golden_one(frame: pd.DataFrame) -> None:
    assert closing_text(frame) == (
        "cell           runs        healthy  modes            quality             SW  best -> final    s\n"
        "ring/hinge        4  50 % [15, 85]  |  █     █| 8       0.97  0.012 (0.004)   1.00 -> 0.62  5.0\n"
        "grid/hinge+r1     5  60 % [23, 88]  | ▂       █| 25     0.97  0.012 (0.004)   1.00 -> 1.00  6.2\n"
        "\n"
        "n = 4 to 5 runs per cell, 9 in all. healthy: share of runs that did not fail, Wilson 95 % interval.\n"
        "modes: runs by covered modes, from 0 to the number given. quality: share of high-quality samples,\n"
        "median, ceiling 0.989. SW: sliced Wasserstein distance, median, and that of real samples at the same\n"
        "n. best -> final: covered share, medians. s: seconds of all its runs."
    )


NAMED = {"f": "torch 2.14.0", "g": "torch 2.15.0"}


def apart() -> pd.DataFrame:
    """Two cells in one environment, one of them in a second as well."""
    first = [row(cell, 8, fingerprint="f") for cell in ("ring/a", "ring/a", "ring/b")]
    return pd.DataFrame([*first, *(row("ring/a", 2, fingerprint="g") for _ in range(3))])


def test_runs_of_two_environments_share_no_line_and_no_rate() -> None:
    assert closing_text(apart(), environments=NAMED, width=60) == (
        "cell           runs          healthy  modes\n"
        "torch 2.14.0:\n"
        "  ring/a          2  100 % [34, 100]  |        █| 8\n"
        "  ring/b          1  100 % [21, 100]  |        █| 8\n"
        "torch 2.15.0:\n"
        "  ring/a          3      0 % [0, 56]  |  █      | 8\n"
        "\n"
        "n = 1 to 3 runs per cell and environment, 6 in all;\n"
        "environments share no line. healthy: share of runs that did\n"
        "not fail, Wilson 95 % interval. modes: runs by covered\n"
        "modes, from 0 to the number given."
    )


def test_blocks_come_in_the_order_of_the_names() -> None:
    text = closing_text(apart(), environments=dict(reversed(NAMED.items())))
    assert text.index("torch 2.15.0:") < text.index("torch 2.14.0:")


def test_one_environment_needs_no_name() -> None:
    frame = apart()[:3]
    assert closing_text(frame, environments={"f": "environment f"}) == closing_text(frame)


def test_a_game_without_modes_shows_its_own_metric() -> None:
    frame = pd.DataFrame([duel("healthy", 0.25), duel("healthy", 0.5), duel("failed", 12.0)])
    assert closing_text(frame) == (
        "cell        runs        healthy  distance  best -> final    s\n"
        "minimax/r1     3  67 % [21, 94]       0.5   0.125 -> 0.5  1.5\n"
        "\n"
        "n = 3 runs per cell, 3 in all. healthy: share of runs that did not fail, Wilson 95 % interval.\n"
        "distance: median at the end. best -> final: distance, medians. s: seconds of all its runs."
    )


def test_a_metric_nobody_thought_of_is_shown_too() -> None:
    frame = pd.DataFrame([{"cell": "a", "status": "healthy", "seconds": 1.0, "final.charm": 3.0}])
    assert "charm" in body(closing_text(frame))[0]
    assert "- -> 3" in body(closing_text(frame))[1]


def test_without_any_metric_rates_are_left() -> None:
    frame = pd.DataFrame([{"cell": "a", "status": "failed", "seconds": 1.0}])
    assert body(closing_text(frame)) == ["cell  runs      healthy    s", "a        1  0 % [0, 79]  1.0"]


def test_one_seed_has_a_wide_interval() -> None:
    assert "100 % [21, 100]" in closing_text(pd.DataFrame([row("a", 8)]))
    assert "n = 1 run per cell, 1 in all." in closing_text(pd.DataFrame([row("a", 8)]))


def test_a_cell_in_which_all_fail_is_zero_per_cent() -> None:
    assert "0 % [0, 28]" in closing_text(pd.DataFrame([row("a", 0)] * 10))


def test_crashed_runs_are_counted_apart_and_in_no_share() -> None:
    crashed = row("a", None, status="crashed", **{"final.high_quality": None})
    text = closing_text(pd.DataFrame([row("a", 8), row("a", 3), crashed, row("b", 8)]))
    head, first, second = body(text)
    assert head.split()[:4] == ["cell", "runs", "crashed", "healthy"]
    assert first.split()[:6] == ["a", "2", "1", "50", "%", "[9,"]
    assert second.split()[:3] == ["b", "1", "0"]
    assert "Crashed runs are in no share." in text.replace("\n", " ")


def test_a_cell_in_which_all_crashed_shows_nothing_it_does_not_know() -> None:
    crashed = {"cell": "b", "status": "crashed", "seconds": 0.0}
    line = body(closing_text(pd.DataFrame([row("a", 8), crashed])))[2]
    assert line.split() == ["b", "0", "1", "-", "-", "-", "-", "-", "0.0"]
    alone = body(closing_text(pd.DataFrame([crashed])))
    assert alone[1].split() == ["b", "0", "1", "-", "0.0"]


def test_diverged_runs_count_in_rates_and_not_in_medians() -> None:
    diverged = row(
        "a", None, **{"final.high_quality": float("nan"), "final.sliced_wasserstein": float("nan")}
    )
    line = body(closing_text(pd.DataFrame([row("a", 8), diverged])))[1]
    assert line.split()[:4] == ["a", "2", "50", "%"]
    assert "0.97" in line


def test_an_unknown_number_of_modes_leaves_the_median() -> None:
    frame = pd.DataFrame([row("a", covered, modes=None) for covered in (3, 5, 9)])
    head, line = body(closing_text(frame))
    assert line[head.index("modes") :].split()[0] == "5"


def test_no_runs_are_said_to_be_none() -> None:
    assert "No runs." in closing_text(pd.DataFrame([row("a", 8)]).iloc[:0])


def test_cells_keep_the_order_of_the_frame() -> None:
    frame = pd.DataFrame([row(cell, 8) for cell in ("z", "a", "z", "m")])
    assert [line.split()[0] for line in body(closing_text(frame))[1:]] == ["z", "a", "m"]


@given(st.integers(0, 30), st.integers(0, 30))
def test_the_share_is_the_counts_and_wilsons(healthy: int, failed: int) -> None:
    runs = [row("a", 8)] * healthy + [row("a", 1)] * failed
    if runs:
        low, high = wilson(healthy, healthy + failed)
        share = f"{healthy / (healthy + failed):.0%}".replace("%", " %")
        assert f"{share} [{100 * low:.0f}, {100 * high:.0f}]" in closing_text(pd.DataFrame(runs))


@pytest.mark.parametrize("width", range(40, 141, 10))
def test_every_width_is_kept_or_only_the_essentials_are_left(frame: pd.DataFrame, width: int) -> None:
    text = closing_text(frame, width=width)
    assert all(len(line) <= width for line in text.splitlines())
    assert body(text)[0].split()[:3] == ["cell", "runs", "healthy"]


def test_columns_go_in_the_order_of_their_weight(frame: pd.DataFrame) -> None:
    heads = {width: body(closing_text(frame, width=width))[0] for width in (100, 84, 80, 70, 55, 10)}
    assert heads[100].endswith(" s")
    assert heads[84].endswith("best -> final")
    assert "SW" not in heads[80]
    assert "quality" not in heads[70]
    assert heads[55].endswith("modes")
    assert heads[10].endswith("healthy")


def test_a_note_explains_the_columns_that_are_shown_and_no_others(frame: pd.DataFrame) -> None:
    assert "SW:" in closing_text(frame, width=100)
    assert "SW:" not in closing_text(frame, width=70)


def rendered(frame: pd.DataFrame, *, colour: bool = False, environments: dict[str, str] | None = None) -> str:
    stream = io.StringIO()
    console = Console(
        file=stream, width=100, force_terminal=colour, color_system="standard" if colour else None
    )
    console.print(closing_table(frame, environments=environments))
    return stream.getvalue()


def test_the_terminals_table_says_the_same(frame: pd.DataFrame) -> None:
    words = rendered(frame, colour=False).split()
    assert words == closing_text(frame).split()
    text = closing_text(apart(), environments=NAMED)
    assert rendered(apart(), environments=NAMED).split() == text.split()


def test_the_terminals_table_colours_health(frame: pd.DataFrame) -> None:
    good = pd.DataFrame([row("good", 8)] * 9 + [row("good", 1)])
    text = rendered(pd.concat([frame, good]), colour=True)
    for colour, share in (("31", "50 %"), ("33", "60 %"), ("32", "90 %")):
        assert any(f"\x1b[{colour}m" in line and share in line for line in text.splitlines())


def test_names_that_look_like_markup_are_names() -> None:
    assert "[red]lr[/red]" in rendered(pd.DataFrame([row("[red]lr[/red]", 8)]), colour=True)


@given(st.integers(1, 2000).flatmap(lambda modes: st.tuples(st.lists(st.integers(0, modes)), st.just(modes))))
def test_a_histogram_has_a_full_block_where_most_runs_are(pair: tuple[list[int], int]) -> None:
    values, modes = pair
    text = histogram(values, modes)
    assert len(text) == min(10, modes + 1)
    assert ("█" in text) == bool(values)
    assert (text[0] != " ") >= (0 in values)
    assert (text[-1] != " ") >= (modes in values)
    assert sum(block != " " for block in text) <= len(set(values))


def test_a_histogram_shows_a_single_run_among_many() -> None:
    assert histogram([8] * 99 + [0], 8) == "▁       █"


def test_one_bin_for_each_count_where_there_are_at_most_ten() -> None:
    assert histogram([0, 3, 3, 9], 9) == "▄  █     ▄"


def test_ceilings_that_differ_are_given_as_a_range(frame: pd.DataFrame) -> None:
    frame.loc[0, "floor.high_quality"] = 0.95
    assert "ceiling 0.950 to 0.989" in closing_text(frame).replace("\n", " ")


def test_images_show_the_energy_distance_and_how_far_classes_can_be_trusted(frame: pd.DataFrame) -> None:
    images = frame.assign(
        **{"final.energy_distance": 0.5, "floor.energy_distance": 0.25}, classifier_accuracy=0.993
    )
    text = closing_text(images, width=130)
    assert "0.5 (0.25)" in text
    assert "nearest-neighbour classifier, 99.3 % right on held-out data" in text.replace("\n", " ")


def test_runs_that_were_stopped_have_a_column_and_a_note(frame: pd.DataFrame) -> None:
    cut = row("ring/hinge", None, status="failed", stopped_at=500)
    text = closing_text(pd.concat([frame.assign(stopped_at=None), pd.DataFrame([cut])]), width=110)
    head, ring, grid = body(text)
    assert head.split()[:4] == ["cell", "runs", "stopped", "healthy"]
    assert ring.split()[:3] == ["ring/hinge", "5", "1"]
    assert grid.split()[:3] == ["grid/hinge+r1", "5", "0"]
    note = " ".join(text.split("\n\n")[1].split())
    assert (
        "stopped: failed runs that were trained no further (--stop-failed); they are in no column of a metric."
        in note
    )
    assert "stopped" not in closing_text(frame.assign(stopped_at=None))
