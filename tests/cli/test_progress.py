"""Lines for files, bars for terminals; data never mixes in, and the display never stops the training."""

import io
import sys

import pytest
from rich.console import Console

from ganbench.cli.progress import Bars, Lines, health_lines, rate, reporter
from ganbench.execute.task import Advanced, Finished
from tests.cli.test_tally import A0, A1, B0, CRASHED, FAILED, FIRST, HEALTHY, SECOND

CAUSES = {A0.id: "gradient-spike", B0.id: "mode-collapse"}
HALF = Advanced(
    FIRST.id,
    done=50,
    total=100,
    replicas=2,
    health={"a": (1, 1), "b": (0, 1)},
    causes={B0.id: "mode-hopping"},
)


def tell(progress) -> None:
    progress.started([FIRST, SECOND])
    progress.advanced(HALF)
    progress.finished(Finished(FIRST.id, 2.0, {A0.id: HEALTHY, B0.id: FAILED}, CAUSES))
    progress.finished(Finished(SECOND.id, 0.5, {A1.id: CRASHED}, {}))
    progress.closed()


def test_lines_are_one_for_each_finished_population() -> None:
    stream = io.StringIO()
    tell(Lines(stream))
    assert stream.getvalue() == (
        "3 runs in 2 populations\n"
        "[2/3] a and 1 more cell: 2 runs in 2.0 s, 1 healthy, 1 failed (mode-collapse 1), 200 replica-steps/s\n"
        "[3/3] a: 1 run in 0.5 s, 1 crashed, 200 replica-steps/s\n"
    )


def test_lines_have_no_control_characters() -> None:
    stream = io.StringIO()
    tell(Lines(stream))
    assert stream.getvalue().replace("\n", "").isprintable()


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=100, height=20)


def picture(bars: Bars, *, height: int = 20) -> str:
    plain = Console(file=io.StringIO(), width=100, height=height, color_system=None)
    plain.print(bars.draw())
    return plain.file.getvalue()


def test_bars_show_share_runs_speed_and_the_health_of_each_cell(console: Console) -> None:
    times = iter([0.0, 10.0, 12.0, 14.0])
    bars = Bars(console, clock=lambda: next(times))
    bars.started([FIRST, SECOND])
    bars.advanced(HALF)
    text = picture(bars)
    assert "20%" in text
    assert "0 of 3 runs" in text
    assert "50 replica-steps/s" in text
    assert "ETA" in text
    assert "a  ████████████████████  1 of 1 healthy" in text
    assert "b  ░░░░░░░░░░░░░░░░░░░░  0 of 1 healthy  mode-hopping 1" in text
    bars.finished(Finished(FIRST.id, 2.0, {A0.id: FAILED, B0.id: FAILED}, CAUSES))
    assert "2 of 3 runs" in picture(bars)
    assert "a  ░░░░░░░░░░░░░░░░░░░░  0 of 1 healthy  gradient-spike 1" in picture(bars)
    assert "b  ░░░░░░░░░░░░░░░░░░░░  0 of 1 healthy  mode-collapse 1" in picture(bars)
    bars.closed()


def test_bars_leave_the_terminal_empty(console: Console) -> None:
    tell(Bars(console))
    text = console.file.getvalue()
    assert text.endswith("\x1b[2K")
    assert text.count("\x1b[?25l") == text.count("\x1b[?25h") == 1


def test_what_is_printed_meanwhile_stays_on_stdout(console: Console, capsys) -> None:
    bars = Bars(console)
    bars.started([FIRST])
    print("data")
    bars.closed()
    assert capsys.readouterr().out == "data\n"
    assert "data" not in console.file.getvalue()


def test_closing_before_the_start_and_twice_is_fine(console: Console) -> None:
    bars = Bars(console)
    bars.closed()
    bars.started([FIRST])
    bars.closed()
    bars.closed()


def test_before_the_first_evaluation_nothing_is_said_of_health() -> None:
    assert health_lines({"a": (0, 0)}, {}, room=5) == ["a  ····················  not evaluated yet"]


def test_names_line_up() -> None:
    lines = health_lines({"a": (1, 2), "longer": (2, 2)}, {}, room=5)
    assert lines == [
        "a       ██████████░░░░░░░░░░  1 of 2 healthy",
        "longer  ████████████████████  2 of 2 healthy",
    ]


def test_the_most_frequent_root_causes_stand_behind_the_health() -> None:
    counts = {"mode-collapse": 5, "mode-hopping": 2, "wiring": 1, "stagnation": 1}
    (line,) = health_lines({"a": (5, 10)}, {"a": counts}, room=5)
    assert line.endswith("  5 of 10 healthy  mode-collapse 5, mode-hopping 2, wiring 1, others 1")


def test_failed_runs_without_a_root_cause_are_told_apart() -> None:
    stream = io.StringIO()
    progress = Lines(stream)
    progress.started([FIRST])
    progress.finished(Finished(FIRST.id, 2.0, {A0.id: FAILED, B0.id: FAILED}, {A0.id: "wiring"}))
    assert "2 failed (wiring 1, unexplained 1), 200" in stream.getvalue()


def test_where_there_is_no_room_the_least_healthy_are_shown() -> None:
    cells = {"a": (9, 10), "b": (1, 10), "c": (10, 10), "d": (5, 10), "e": (0, 0)}
    lines = health_lines(cells, {}, room=3)
    assert [line.split()[0] for line in lines] == ["b", "d", "and"]
    assert lines[-1] == "and 3 cells at least as healthy"


@pytest.mark.parametrize("room", range(1, 8))
def test_the_lines_fit_into_the_room(room: int) -> None:
    cells = {str(index): (index, 10) for index in range(6)}
    assert len(health_lines(cells, {}, room=room)) <= room


def test_a_rate_has_its_unit_and_no_division_by_zero() -> None:
    assert rate(48120, 10) == "4,812 replica-steps/s"
    assert rate(5, 0) == "- replica-steps/s"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_bars_and_anything_else_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    assert isinstance(reporter(Terminal()), Bars)
    assert isinstance(reporter(io.StringIO()), Lines)
    assert isinstance(reporter(sys.__stderr__), Lines | Bars)
    monkeypatch.setenv("TERM", "dumb")
    assert isinstance(reporter(Terminal()), Lines)
