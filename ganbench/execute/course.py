"""One population from its first step, or its last checkpoint, to the store."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ganbench.execute.diagnosis import explained, records, root_cause
from ganbench.execute.judging import critic, generators, judges
from ganbench.execute.keeper import Keeper, Log, quarters
from ganbench.execute.rows import Row, common_row, metric_columns
from ganbench.execute.task import Advanced, Finished, Paused, Report, Stopping, Task, Told
from ganbench.plugins import admit
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

        for plug in task.plugs:
            admit(plug)
        self.task = task
        self.report = report
        self.stopping = stopping
        self.runs = task.population.runs
        self.names = [run.id for run in self.runs]
        self.settings = [Setting.model_validate(run.cell.content) for run in self.runs]
        self.shared = self.settings[0]
        self.began = time.perf_counter()
        seeds = [run.seed for run in self.runs]
        self.stops = self.shared.evaluated()
        self.keeper = Keeper(task, self.stops)
        device = torch.device(task.provenance.device)
        self.training = Training(self.settings, seeds, device, spool=self.keeper.journal)
        self.judges = judges(self.settings, self.training)
        self.log = self.keeper.resume(self.training, self._remark) or Log([[] for _ in self.runs])

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

    def _remark(self, text: str) -> None:
        self.report(Told(text))

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
            asked = self.training.asked(self.shared.evaluation.samples)
            for r in range(len(self.runs)):
                looked = {name: float(values[r]) for name, values in audited.items()}
                self._judge(r, samples[r], looked, asked=asked[r], step=step, of=of)
        self.training.remember()
        self.log.evaluated = step
        self._tell(step)

    def _judge(
        self,
        r: int,
        samples: np.ndarray,
        looked: dict[str, float],
        *,
        asked: np.ndarray | None,
        step: int,
        of: Which,
    ) -> None:
        """Evaluate a run, or say that there is nothing to evaluate: a run that diverged has no generator any more."""
        run, judge = self.runs[r], self.judges[r]
        row = {"run_id": run.id, "cell": run.cell.name, "seed": run.seed, "step": step, "of": of}
        row |= self.training.counters(r)
        if self.training.diverged_at()[r] is not None:
            values = dict.fromkeys(judge.names, math.nan)
            self.log.rows.append(row | {"mode_histogram": None} | values)
        else:
            last = step == self.shared.steps
            values = judge.evaluate(samples, critic(self.training, r), asked=asked, final=last)
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
        trace = self.training.trace
        rows = [self._row(r, found, seconds) for r, found in enumerate(outcomes)]
        findings = self._findings(rows)
        self.task.results.commit(
            self.task.population.id,
            runs=[row | {"root_cause": root_cause(findings.get(row["run_id"], ()))} for row in rows],
            evaluations=self.log.rows,
            findings=itertools.chain(*findings.values()),
            windows=(trace.windows(self.names, some) for some in trace.portions()),
            bursts=(trace.bursts(self.names, some) for some in trace.portions()),
            geometry=[self._geometry()],
            samples=self._grids(),
        )
        named = dict(zip(self.names, outcomes, strict=True))
        self.report(Finished(self.task.population.id, seconds, named))

    def _findings(self, rows: Sequence[Row]) -> dict[str, list[Row]]:
        """Rows of the findings table by run id, from what is about to be stored."""
        trace, found = self.training.trace, dict[str, list[Row]]()
        for some in trace.portions():
            windows, bursts = trace.windows(self.names, some), trace.bursts(self.names, some)
            these = [rows[r] for r in some]
            ended = records(these, windows=windows, bursts=bursts, evaluations=self.log.rows)
            found |= explained(ended, self._remark)
        return found

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
            "checkpoints": sorted(quarters(self.stops)),
            "sample_grid": self._grid_names[r],
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

    @cached_property
    def _grid_names(self) -> list[str | None]:
        from ganbench.execute.grids import grid_names

        if self.training.datasets[0].image_shape is None:
            return [None] * len(self.runs)
        return grid_names([run.cell.name for run in self.runs], [run.seed for run in self.runs])

    def _grids(self) -> Mapping[str, bytes]:
        from ganbench.execute.grids import COLUMNS, cell_grids

        shape = self.training.datasets[0].image_shape
        if shape is None:
            return {}
        samples = self.training.generate(COLUMNS, of=self.shared.evaluation.judged)
        return cell_grids(self._grid_names, samples, shape)
