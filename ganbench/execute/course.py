"""One population from its first step, or its last checkpoint, to the store."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ganbench.execute.judging import critic, generators, judges
from ganbench.execute.keeper import Keeper, Log
from ganbench.execute.rows import Row, common_row, metric_columns
from ganbench.execute.task import Advanced, Finished, Paused, Report, Stopping, Task
from ganbench.records import Evaluation, Outcome
from ganbench.suite.failure import outcome
from ganbench.suite.schema import Setting

if TYPE_CHECKING:
    import numpy as np

    from ganbench.train.training import Which


class Course:
    """Training, evaluation, checkpoints of one population, and the commit of what it left."""

    def __init__(self, task: Task, report: Report, stopping: Stopping) -> None:
        import torch

        from ganbench.train.training import Training

        self.task = task
        self.report = report
        self.stopping = stopping
        self.runs = task.population.runs
        self.names = [run.id for run in self.runs]
        self.settings = [Setting.model_validate(run.cell.content) for run in self.runs]
        self.shared = self.settings[0]
        self.began = time.perf_counter()
        seeds = [run.seed for run in self.runs]
        self.training = Training(self.settings, seeds, torch.device(task.provenance.device))
        self.judges = judges(self.settings, self.training)
        self.stops = self.shared.evaluated()
        self.keeper = Keeper(task, self.stops)
        self.log = self.keeper.resume(self.training) or Log([[] for _ in self.runs])

    def run(self) -> None:
        """To the end. Raises Paused where `stopping` says so, after a checkpoint."""
        self.training.between_chunks = self._between_chunks
        for stop in self.stops:
            if stop > self.log.evaluated:
                self.training.advance(stop)
                self._evaluate(stop)
                self.keeper.keep(self.training)
        self._commit()

    def _between_chunks(self, step: int) -> None:
        asked = self.stopping()
        if asked or self.keeper.due:
            self.keeper.save(self.training, self.log.after(self._seconds()))
        if asked:
            raise Paused
        if step not in self.stops:  # those are told with their evaluation
            self._tell(step)

    def _seconds(self) -> float:
        """Of this process on this population."""
        return time.perf_counter() - self.began

    def _tell(self, step: int) -> None:
        replicas, total = len(self.runs), self.shared.steps
        self.report(Advanced(self.task.population.id, step, total, replicas, self._health()))

    def _evaluate(self, step: int) -> None:
        from ganbench.train.audit import audit

        audited = audit(self.training)
        for of in generators(self.shared):
            samples = self.training.generate(self.shared.evaluation.samples, of=of)
            for r in range(len(self.runs)):
                looked = {name: float(values[r]) for name, values in audited.items()}
                self._judge(r, samples[r], looked, step=step, of=of)
        self.log.evaluated = step
        self._tell(step)

    def _judge(self, r: int, samples: np.ndarray, looked: dict[str, float], *, step: int, of: Which) -> None:
        """Evaluate a run, or say that there is nothing to evaluate: a run that diverged has no generator any more."""
        run, judge = self.runs[r], self.judges[r]
        row = {"run_id": run.id, "cell": run.cell.name, "seed": run.seed, "step": step, "of": of}
        row |= self.training.counters(r)
        if self.training.diverged_at()[r] is not None:
            values = dict.fromkeys(judge.names, math.nan)
            self.log.rows.append(row | {"mode_histogram": None} | values)
        else:
            discriminator = critic(self.training, r) if self.training.game.loss.density_ratio else None
            values = judge.evaluate(samples, discriminator, final=step == self.shared.steps)
            histogram = judge.histogram(samples)
            row["mode_histogram"] = None if histogram is None else histogram.tolist()
            self.log.rows.append(row | looked | values)
        self.log.evaluations[r].append(Evaluation(step, of, values))

    def outcomes(self) -> list[Outcome]:
        """By the evaluations so far, one for each run."""
        diverged = self.training.diverged_at()
        return [
            outcome(s.failure, e, steps=s.steps, diverged_at=d, of=s.evaluation.judged)
            for s, e, d in zip(self.settings, self.log.evaluations, diverged, strict=True)
        ]

    def _health(self) -> dict[str, tuple[int, int]]:
        cells: dict[str, tuple[int, int]] = {}
        if not self.log.evaluated:
            return cells
        for run, found in zip(self.runs, self.outcomes(), strict=True):
            healthy, n = cells.get(run.cell.name, (0, 0))
            cells[run.cell.name] = (healthy + (found.status == "healthy"), n + 1)
        return cells

    def _commit(self) -> None:
        seconds = self.log.seconds + self._seconds()
        outcomes = self.outcomes()
        windows: Mapping[str, Any] = self.training.trace.windows(self.names)
        bursts: Mapping[str, Any] = self.training.trace.bursts(self.names)
        self.task.results.commit(
            self.task.population.id,
            runs=[self._row(r, found, seconds) for r, found in enumerate(outcomes)],
            evaluations=self.log.rows,
            windows=windows,
            bursts=bursts,
            geometry=self._geometry(),
            samples=self._grids(),
        )
        named = dict(zip(self.names, outcomes, strict=True))
        self.report(Finished(self.task.population.id, seconds, named))

    def _row(self, r: int, found: Outcome, seconds: float) -> Row:
        judged = [e for e in self.log.evaluations[r] if e.of == self.settings[r].evaluation.judged]
        modes = self.judges[r].modes
        row = common_row(self.task, self.runs[r], found, seconds=seconds)
        row |= self.training.counters(r)
        row |= {f"reference.{name}": value for name, value in self.training.references[r].moments.items()}
        row |= {
            "diverged_at": self.training.diverged_at()[r],
            "strategy": self.training.strategy,
            "modes": None if modes is None else len(modes.weights),
            "classifier_accuracy": self.judges[r].held_out_accuracy,
        }
        return row | metric_columns(judged, self._floors[id(self.judges[r])])

    @cached_property
    def _floors(self) -> dict[int, dict[str, float]]:
        return {id(judge): judge.floors() for judge in {id(j): j for j in self.judges}.values()}

    def _geometry(self) -> dict[str, Any]:
        looks = self.training.geometry
        if not looks:
            return {}
        columns: dict[str, Any] = {
            "run_id": [name for name in self.names for _ in looks],
            "step": [step for _ in self.names for step, _ in looks],
        }
        for signal in looks[0][1]:
            columns[signal] = [found[signal][r] for r in range(len(self.names)) for _, found in looks]
        return columns

    def _grids(self) -> Mapping[str, bytes]:
        from ganbench.execute.grids import COLUMNS, cell_grids

        shape = self.training.datasets[0].image_shape
        if shape is None:
            return {}
        samples = self.training.generate(COLUMNS, of=self.shared.evaluation.judged)
        cells: Sequence[str] = [run.cell.name for run in self.runs]
        return cell_grids(cells, [run.seed for run in self.runs], samples, shape)
