"""Counting runs as they go: the numbers behind any display of progress."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ganbench.records import Outcome, Population, Run

Health = Mapping[str, tuple[int, int]]


@dataclass(slots=True)
class Tally:
    """What is planned, what is on its way, what has ended.

    Runs are counted, not populations, so that a population that ends in several pieces counts once.
    """

    runs: dict[str, Run] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    _steps: dict[str, int] = field(default_factory=dict)
    _health: dict[str, Health] = field(default_factory=dict)

    def start(self, plan: Sequence[Population]) -> None:
        self.runs = {run.id: run for population in plan for run in population.runs}

    def advance(self, population: str, *, done: int, replicas: int, healthy_by_cell: Health) -> None:
        self._steps[population] = done * replicas
        self._health[population] = dict(healthy_by_cell)

    def finish(self, population: str, outcomes: Mapping[str, Outcome]) -> list[Run]:
        """Take the outcomes of a population; its runs."""
        self._steps.pop(population, None)
        self._health.pop(population, None)
        self.outcomes |= outcomes
        return [self.runs[run] for run in outcomes]

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


def replica_steps(runs: Iterable[Run]) -> int:
    """Generator steps of all these runs."""
    return sum(int(run.cell.content["steps"]) for run in runs)


def _add(sums: dict[str, tuple[int, int]], cell: str, healthy: int, n: int) -> None:
    before = sums[cell]
    sums[cell] = before[0] + healthy, before[1] + n
