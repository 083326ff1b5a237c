"""Counting runs as they go: the numbers behind any display of progress."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ganbench.cli.causes import root_causes
from ganbench.records import Outcome, Population, Run

if TYPE_CHECKING:
    from ganbench.execute.task import Advanced, Finished

Health = Mapping[str, tuple[int, int]]
Causes = Mapping[str, str]  # root causes by run id


@dataclass(slots=True)
class Tally:
    """What is planned, what is on its way, what has ended.

    Runs are counted, not populations, so that a population that ends in several pieces counts once.
    """

    runs: dict[str, Run] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    _steps: dict[str, int] = field(default_factory=dict)
    _health: dict[str, Health] = field(default_factory=dict)
    _causes: dict[str, Causes] = field(default_factory=dict)
    _explained: dict[str, str] = field(default_factory=dict)

    def start(self, plan: Sequence[Population]) -> None:
        self.runs = {run.id: run for population in plan for run in population.runs}

    def advance(self, told: Advanced) -> None:
        self._steps[told.population] = told.done * told.replicas
        self._health[told.population] = dict(told.health)
        self._causes[told.population] = dict(told.causes)

    def finish(self, told: Finished) -> list[Run]:
        """Take the outcomes of a population, and what explains those that failed; its runs."""
        for on_its_way in (self._steps, self._health, self._causes):
            on_its_way.pop(told.population, None)
        self.outcomes |= told.outcomes
        self._explained |= {run: told.causes[run] for run in failed(told.outcomes) if run in told.causes}
        return [self.runs[run] for run in told.outcomes]

    @property
    def done(self) -> int:
        """Replica-steps behind us."""
        return replica_steps(self.runs[run] for run in self.outcomes) + sum(self._steps.values())

    @property
    def total(self) -> int:
        """Replica-steps of the plan."""
        return replica_steps(self.runs.values())

    def cells(self) -> dict[str, tuple[int, int]]:
        """(healthy so far, evaluated) of each cell in the order of the plan; crashed runs are not evaluated."""
        sums = {run.cell.name: (0, 0) for run in self.runs.values()}
        # Copies: a display reads from its own thread.
        for run, outcome in list(self.outcomes.items()):
            _add(sums, self.runs[run].cell.name, outcome.status == "healthy", outcome.status != "crashed")
        for health in list(self._health.values()):
            for cell, (healthy, n) in health.items():
                _add(sums, cell, healthy, n)
        return sums

    def causes(self) -> dict[str, dict[str, int]]:
        """Of each cell that has some: root causes of its runs, the most frequent first.

        Of runs that have ended those that failed count, of the others those in which detectors see an error.
        """
        kinds: dict[str, list[str]] = {}
        for causes in (self._explained.copy(), *list(self._causes.values())):
            for run, kind in causes.items():
                kinds.setdefault(self.runs[run].cell.name, []).append(kind)
        return {cell: root_causes(found) for cell, found in kinds.items()}


def failed(outcomes: Mapping[str, Outcome]) -> list[str]:
    """Ids of the runs that failed."""
    return [run for run, outcome in outcomes.items() if outcome.status == "failed"]


def replica_steps(runs: Iterable[Run]) -> int:
    """Generator steps of all these runs."""
    return sum(int(run.cell.content["steps"]) for run in runs)


def _add(sums: dict[str, tuple[int, int]], cell: str, healthy: int, n: int) -> None:
    before = sums[cell]
    sums[cell] = before[0] + healthy, before[1] + n
