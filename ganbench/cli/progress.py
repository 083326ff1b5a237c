"""How far a run of a suite is, on stderr: bars on a terminal, else one line for each finished population."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, TextIO

from ganbench.cli.causes import Counts, root_causes, short
from ganbench.cli.tally import Causes, Health, Tally, failed, replica_steps
from ganbench.records import Outcome, Population, Run

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from ganbench.execute.progress import Progress
    from ganbench.execute.task import Advanced, Finished

Clock = Callable[[], float]

_BAR: Final = 20
_STOPPING: Final = "stopping: writing checkpoints; press Ctrl-C again to stop at once"
_FRAME: Final = 4  # lines of the terminal that are not for cells


class Lines:
    """One line for each finished population."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._tally = Tally()

    def started(self, plan: Sequence[Population]) -> None:
        self._tally.start(plan)
        runs = sum(len(population.runs) for population in plan)
        self._say(f"{_plural(runs, 'run')} in {_plural(len(plan), 'population')}")

    def advanced(self, told: Advanced) -> None:
        """Nothing to show before the population ends."""

    def finished(self, told: Finished) -> None:
        runs = self._tally.finish(told)
        place = f"[{len(self._tally.outcomes)}/{len(self._tally.runs)}]"
        speed = rate(replica_steps(runs), told.seconds)
        ended = f"{_plural(len(runs), 'run')} in {told.seconds:.1f} s"
        self._say(f"{place} {_title(runs)}: {ended}, {_counts(told.outcomes, told.causes)}, {speed}")

    def stopping(self) -> None:
        self._say(_STOPPING)

    def told(self, text: str) -> None:
        self._say(text)

    def closed(self) -> None:
        self._stream.flush()

    def _say(self, text: str) -> None:
        print(text, file=self._stream, flush=True)


class Bars:
    """One bar for all replica-steps, and the health of each cell, redrawn in place."""

    def __init__(self, console: Console, *, clock: Clock = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._tally = Tally()
        self._began = clock()
        self._bar, self._task = _bar(console)
        self._live: Live | None = None

    def started(self, plan: Sequence[Population]) -> None:
        from rich.live import Live

        self._tally.start(plan)
        self._began = self._clock()
        self._bar.update(self._task, total=self._tally.total)
        # Its own thread redraws, so the training loop never waits for the terminal.
        self._live = Live(
            get_renderable=self.draw,
            console=self._console,
            refresh_per_second=4,
            transient=True,
            redirect_stdout=False,
        )
        self._live.start()

    def advanced(self, told: Advanced) -> None:
        self._tally.advance(told)
        self._update()

    def finished(self, told: Finished) -> None:
        self._tally.finish(told)
        self._update()

    def stopping(self) -> None:
        self._console.print(_STOPPING)

    def told(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def closed(self) -> None:
        if self._live is not None:
            self._live.stop()

    def draw(self) -> RenderableType:
        """What the terminal shows now."""
        from rich.console import Group
        from rich.text import Text

        room = max(self._console.height - _FRAME, 1)
        lines = health_lines(self._tally.cells(), self._tally.causes(), room=room)
        return Group(self._bar, *(Text(line, no_wrap=True, overflow="ellipsis") for line in lines))

    def _update(self) -> None:
        tally = self._tally
        speed = rate(tally.done, self._clock() - self._began)
        ended = f"{len(tally.outcomes)} of {_plural(len(tally.runs), 'run')}"
        self._bar.update(self._task, completed=tally.done, speed=speed, ended=ended)


def reporter(stream: TextIO) -> Progress:
    """Bars if `stream` is a terminal that can redraw, else lines."""
    if not stream.isatty():
        return Lines(stream)
    from rich.console import Console

    console = Console(file=stream)
    return Bars(console) if console.is_terminal and not console.is_dumb_terminal else Lines(stream)


def rate(steps: int, seconds: float) -> str:
    """Replica-steps per second in words."""
    return f"{steps / seconds:,.0f} replica-steps/s" if seconds > 0 else "- replica-steps/s"


def health_lines(cells: Health, causes: Mapping[str, Counts], *, room: int) -> list[str]:
    """One line for each cell, with its most frequent root causes.

    Where there are more than `room`, the least healthy and how many are left out.
    """
    shown = list(cells)
    if len(shown) > room:
        shown = sorted(shown, key=lambda cell: _share(*cells[cell]))[: room - 1]
        shown = [cell for cell in cells if cell in shown]
    width = max(map(len, shown), default=0)
    lines = [f"{cell:<{width}}  {_gauge(*cells[cell])}{_why(causes.get(cell, {}))}" for cell in shown]
    left_out = len(cells) - len(shown)
    return [*lines, f"and {_plural(left_out, 'cell')} at least as healthy"] if left_out else lines


def _gauge(healthy: int, n: int) -> str:
    if n == 0:
        return f"{'·' * _BAR}  not evaluated yet"
    full = round(_BAR * healthy / n)
    return f"{'█' * full}{'░' * (_BAR - full)}  {healthy} of {n} healthy"


def _why(counts: Counts) -> str:
    return f"  {short(counts, sum(counts.values()))}" if counts else ""


def _share(healthy: int, n: int) -> float:
    return healthy / n if n else 1.0


def _title(runs: Sequence[Run]) -> str:
    names = list(dict.fromkeys(run.cell.name for run in runs))
    return names[0] if len(names) == 1 else f"{names[0]} and {_plural(len(names) - 1, 'more cell')}"


def _counts(outcomes: Mapping[str, Outcome], causes: Causes) -> str:
    statuses = [outcome.status for outcome in outcomes.values()]
    known = ("healthy", "failed", "crashed")
    counts = {status: f"{statuses.count(status)} {status}" for status in known if status in statuses}
    if explained := root_causes(causes.get(run) for run in failed(outcomes)):
        counts["failed"] += f" ({short(explained, statuses.count('failed'))})"
    return ", ".join(counts.values())


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _bar(console: Console) -> tuple[Bar, TaskID]:
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    bar = Bar(
        BarColumn(bar_width=_BAR),
        TaskProgressColumn(),
        TextColumn("{task.fields[ended]}"),
        TextColumn("{task.fields[speed]}"),
        TextColumn("ETA"),
        TimeRemainingColumn(),
        console=console,
    )
    return bar, bar.add_task("", total=None, speed=rate(0, 0), ended="")
