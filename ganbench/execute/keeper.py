"""Checkpoints of a population in training: taken now and then, taken up again, kept for replays.

One that moves on with the training holds everything and goes when the population is done. Four stay:
weights, moments and clock at each quarter of the run, from which a replay or an export starts.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ganbench.errors import InputError
from ganbench.records import Evaluation
from ganbench.store.layout import Layout

if TYPE_CHECKING:
    from ganbench.train.training import Training

QUARTERS: Final = 4


@dataclass
class Course:
    """What a population has found so far, beside the state of its training."""

    evaluations: list[list[Evaluation]]
    rows: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0

    def dumps(self) -> str:
        judged = [[asdict(one) for one in run] for run in self.evaluations]
        return json.dumps({"evaluations": judged, "rows": self.rows, "seconds": self.seconds})

    @classmethod
    def loads(cls, text: str) -> Course:
        held = json.loads(text)
        judged = [[Evaluation(**one) for one in run] for run in held["evaluations"]]
        return cls(judged, held["rows"], held["seconds"])


class Keeper:
    """The checkpoints of one population. interval: seconds between two; clock: for tests."""

    def __init__(
        self,
        layout: Layout,
        population: str,
        *,
        runs: Sequence[str],
        fingerprint: str,
        interval: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._layout = layout
        self._population = population
        self._identity = {"runs": list(runs), "fingerprint": fingerprint}
        self._interval = interval
        self._clock = clock
        self._last = clock()

    @property
    def due(self) -> bool:
        return self._clock() - self._last >= self._interval

    def save(self, training: Training, course: Course) -> None:
        """Write where the population stands. Raises StorageError; what was written before still stands."""
        from ganbench.train.checkpoint import save
        from ganbench.train.state import state_of

        content = {**self._identity, "state": state_of(training), "course": course.dumps()}
        save(self._layout.checkpoint(self._population), content)
        self._last = self._clock()

    def resume(self, training: Training) -> Course | None:
        """Put the training where the last checkpoint stands; None where there is none that fits.

        One that is damaged or of another environment is set aside: starting again is always right.
        """
        from ganbench.train.checkpoint import load
        from ganbench.train.state import restore

        path = self._layout.checkpoint(self._population)
        if not path.exists():
            return None
        try:
            held = load(path)
        except InputError:
            path.unlink()
            return None
        if any(held[name] != value for name, value in self._identity.items()):
            return None
        restore(training, held["state"])
        return Course.loads(held["course"])

    def keep(self, training: Training) -> None:
        """At each quarter of the run: what a replay or an export starts from."""
        from ganbench.train.checkpoint import save
        from ganbench.train.state import weights_of

        if training.step in quarters(training.steps):
            path = self._layout.kept_checkpoint(self._population, training.step)
            save(path, {**self._identity, "step": training.step, **weights_of(training)})


def quarters(steps: int) -> Mapping[int, int]:
    """Steps at which checkpoints are kept, with their number."""
    return {round(steps * number / QUARTERS): number for number in range(1, QUARTERS + 1)}
