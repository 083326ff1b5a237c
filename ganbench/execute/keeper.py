"""Checkpoints of a population in training: taken now and then, taken up again, kept for replays.

One that moves on with the training holds everything, and goes when the population is done. Up to four
stay: the state of the game near each quarter of the run, from which a replay or an export starts.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from ganbench.errors import InputError
from ganbench.execute.task import Task
from ganbench.records import Evaluation, Population, Run
from ganbench.store.atomic import write_bytes
from ganbench.store.journal import Journal
from ganbench.store.layout import Layout
from ganbench.store.mark import Mark
from ganbench.store.progress import members

if TYPE_CHECKING:
    from ganbench.train.training import Training

QUARTERS: Final = 4
Tell = Callable[[str], None]


@dataclass
class Log:
    """What a population has found so far, beside the state of its training.

    evaluations: those of each run. rows: of the evaluations table. evaluated: the step of the last evaluation.
    seconds: of earlier processes. causes: what the detectors saw when they last looked, as in `Advanced`. plane:
    rows of the table of that name, packed.
    """

    evaluations: list[list[Evaluation]]
    rows: list[dict[str, Any]] = field(default_factory=list)
    evaluated: int = 0
    seconds: float = 0.0
    causes: dict[str, str] = field(default_factory=dict)
    plane: list[dict[str, Any]] = field(default_factory=list)

    def after(self, seconds: float) -> Log:
        """As the next process should find it."""
        return replace(self, seconds=self.seconds + seconds)

    def dumps(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def loads(cls, text: str) -> Log:
        held = json.loads(text)
        held["evaluations"] = [[Evaluation(**one) for one in run] for run in held["evaluations"]]
        return cls(**held)


class Keeper:
    """The checkpoints of one population, which is evaluated at the steps `evaluated`."""

    def __init__(self, task: Task, evaluated: Sequence[int]) -> None:
        self._layout = task.results.layout
        self._population = task.population.id
        self.journal = Journal(self._layout, self._population)
        self._identity = {
            "runs": [run.id for run in task.population.runs],
            "environment": task.provenance.fingerprint,
            "probes": [json.dumps(run.cell.content["probes"]) for run in task.population.runs],
        }
        self._interval = task.checkpoint_every
        self._kept = quarters(evaluated)
        self._last = time.monotonic()

    @property
    def due(self) -> bool:
        return time.monotonic() - self._last >= self._interval

    def save(self, training: Training, log: Log) -> None:
        """Write where the population stands. Raises StorageError; what was written before still stands."""
        from ganbench.train.checkpoint import save
        from ganbench.train.state import state_of

        mark = asdict(self.journal.sync())
        content = {**self._identity, "journal": mark, "state": state_of(training), "log": log.dumps()}
        save(self._layout.checkpoint(self._population), content)
        self._last = time.monotonic()

    def resume(self, training: Training, tell: Tell) -> Log | None:
        """Put the training and the journal where the last checkpoint stands; None, at the start, without one that fits.

        One that is damaged, of another environment, or that the journal does not match, does not count: to
        start again is always right; of another environment, that is told. Raises StorageError.
        """
        from ganbench.train.state import restore

        held = self._held(tell)
        write_bytes(self._layout.members(self._population), json.dumps(self._identity["runs"]).encode())
        self.journal.rewind(Mark(**held["journal"]) if held else Mark())
        if held is None:
            return None
        restore(training, held["state"])
        return Log.loads(held["log"])

    def _held(self, tell: Tell) -> dict[str, Any] | None:
        """The last checkpoint, if it fits."""
        from ganbench.train.checkpoint import load

        try:
            held = load(self._layout.checkpoint(self._population))
            if held.get("environment") != self._identity["environment"]:
                tell(_starts_again(len(self._identity["runs"])))
            fits = all(held.get(name) == value for name, value in self._identity.items())
            return held if fits and self.journal.holds(Mark(**held["journal"])) else None
        except InputError:
            return None

    def keep(self, training: Training, *, last: bool = False) -> None:
        """Near each quarter of the run, and where it ends (`last`): what a replay or an export starts from."""
        from ganbench.train.checkpoint import save
        from ganbench.train.state import game_of

        if last or training.step in self._kept:
            path = self._layout.kept(self._population, training.step)
            save(path, {**self._identity, "step": training.step, "tensors": game_of(training)})


def _starts_again(runs: int) -> str:
    whose = "1 run in progress starts again" if runs == 1 else f"{runs} runs in progress start again"
    return f"{whose} from the first step: the checkpoint is of another environment"


def in_progress(layout: Layout, missing: Sequence[Run], unasked: Sequence[Run] = ()) -> list[Population]:
    """Populations that an earlier process has left with a checkpoint, if some of their runs are `missing`.

    unasked: runs that are missing too, and not asked for now. A population is taken up whole: one with a run of
    neither is not. Raises Damaged for a list of runs that cannot be read.
    """
    wanted = {run.id for run in missing}
    by_id = {run.id: run for run in (*unasked, *missing)}
    found = []
    for path in sorted(layout.work.glob("*")):
        there = layout.checkpoint(path.name).is_file()
        ids = members(layout, path.name) if there else []
        if not wanted.isdisjoint(ids) and all(run in by_id for run in ids):
            found.append(Population(tuple(by_id.pop(run) for run in ids), path.name))
    return found


def quarters(evaluated: Sequence[int]) -> set[int]:
    """The evaluations nearest to each quarter of a run; the last is one of them."""
    end = evaluated[-1]
    return {min(evaluated, key=lambda step: abs(step - end * n / QUARTERS)) for n in range(1, QUARTERS + 1)}
