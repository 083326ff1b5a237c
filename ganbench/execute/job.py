"""What is asked for, and what of it is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganbench.execute.keeper import in_progress
from ganbench.execute.plan import Plan, device_of, plan
from ganbench.execute.task import CHECKPOINT_EVERY
from ganbench.records import Population, Run
from ganbench.store.layout import Layout
from ganbench.store.snapshot import SEQUENTIAL
from ganbench.store.snapshot import plan as planned_runs
from ganbench.store.writer import Results
from ganbench.suite.expand import expand
from ganbench.suite.suite import Suite


@dataclass(frozen=True, slots=True)
class Job:
    """What is asked for. workers and replicas: None lets the machine decide.

    stop_failed: train runs whose failure is final no further. sequential: a test asks that looks after each seed.
    graphs: on a CUDA device, iterations become graphs where they can. checkpoint_every: seconds. command: what a user
    types to go on after an interruption.
    """

    suite: Suite
    out: Path
    tier: str = "standard"
    seeds: Sequence[int] | None = None
    only: Sequence[str] = ()
    device: str = "auto"
    workers: int | None = None
    replicas: int | None = None
    fresh: bool = False
    stop_failed: bool = False
    sequential: bool = False
    graphs: bool = True
    checkpoint_every: float = CHECKPOINT_EVERY
    command: str = ""

    @property
    def identity(self) -> str:
        """What a results folder holds: suite, tier and overrides, in words."""
        parts = [self.suite.version, f"tier {self.tier}", *(f"--set {a}" for a in self.suite.assignments)]
        return ", ".join(parts)

    def runs(self) -> list[Run]:
        return expand(self.suite, tier=self.tier, seeds=self.seeds, only=self.only)

    def planned(self, run: Run) -> dict[str, Any]:
        """An entry of the plan."""
        return {"run_id": run.id, "cell": run.cell.name, "seed": run.seed, SEQUENTIAL: self.sequential}

    def missing(self, runs: Sequence[Run]) -> list[Run]:
        """Of these runs, those that the results folder does not hold yet."""
        layout = Layout(self.out)
        if self.fresh or not layout.is_results():
            return list(runs)
        finished = Results(layout).finished()
        return [run for run in runs if run.id not in finished]

    def begun(self, runs: Sequence[Run], missing: Sequence[Run]) -> list[Population]:
        """Populations in progress with some of the `missing` of these runs, whole.

        Their other runs were asked for by an earlier call. Raises Damaged.
        """
        layout = Layout(self.out)
        if self.fresh or not layout.work.is_dir():
            return []
        return in_progress(layout, missing, self.missing(self._unasked(layout, runs)))

    def _unasked(self, layout: Layout, runs: Sequence[Run]) -> list[Run]:
        """What earlier calls have planned beside these runs."""
        planned, asked = planned_runs(layout), {run.id for run in runs}
        ids = {entry["run_id"] for entry in planned} - asked
        if not ids:
            return []
        seeds = sorted({entry["seed"] for entry in planned})
        return [run for run in expand(self.suite, tier=self.tier, seeds=seeds) if run.id in ids]

    def plan(self, runs: Sequence[Run], begun: Sequence[Population] = ()) -> Plan:
        """How `runs` are trained; populations that were `begun` go on as they are."""
        return plan(runs, begun, device=device_of(self.device), workers=self.workers, replicas=self.replicas)
