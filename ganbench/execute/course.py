"""One population from its first step, or its last checkpoint, to the store."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ganbench.execute.allowance import Allowance
from ganbench.execute.diagnosis import Tell, alarm, explained, records, root_cause
from ganbench.execute.keeper import Keeper, Log, quarters
from ganbench.execute.plane import columns, lies_in_plane, look
from ganbench.execute.rows import Row, common_row, metric_columns
from ganbench.execute.task import Advanced, Finished, Paused, Report, Stopping, Task, Told
from ganbench.plugins import admit
from ganbench.records import Evaluation, Outcome
from ganbench.suite.failure import is_final, outcome
from ganbench.suite.schema import Setting
from ganbench.train.judging import critic, generators, judges

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
        self.kept = quarters(self.stops)
        self.keeper = Keeper(task, self.stops)
        device = torch.device(task.provenance.device)
        self.training = Training(self.settings, seeds, device, spool=self.keeper.journal, graphs=task.graphs)
        self.judges = judges(self.settings, self.training)
        self.log = self.keeper.resume(self.training, self._remark) or Log([[] for _ in self.runs])
        self.allowance = Allowance(len(self.runs))
        self._recorded = self._failed()

    def run(self) -> None:
        """To the end. Raises Paused where `stopping` says so, after a checkpoint."""
        self.training.between_chunks = self._between_chunks
        for stop in self.stops:
            if stop > self.log.evaluated and not self._ended:
                self.training.advance(stop)
                self._evaluate(stop)
                self.keeper.keep(self.training, last=self._ended)
        self._tell_of_diverged()
        self._commit()

    @property
    def _ended(self) -> bool:
        """Whether the plan is done, or, with --stop-failed, no run goes on."""
        if self.log.evaluated == self.shared.steps:
            return True
        # One that has diverged since is not known to have: a checkpoint may lie between two evaluations.
        lost = {r for r, at in self._diverged().items() if self.task.stop_failed and at < self.log.evaluated}
        return lost.issuperset(self._going())

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

    def _tell_once(self, text: str) -> None:
        self.report(Told(text, once=True))

    def _seconds(self) -> float:
        """Of this process on this population."""
        return time.perf_counter() - self.began

    def _tell(self, step: int) -> None:
        replicas, total = len(self.runs), self.shared.steps
        told = (self._health(), self.log.causes)
        self.report(Advanced(self.task.population.id, step, total, replicas, *told))

    def _evaluate(self, step: int) -> None:
        from ganbench.train.audit import audit

        audited, going, diverged, made = audit(self.training), self._going(), self._diverged(), {}
        for of in generators(self.shared):
            samples = made[of] = self.training.generate(self.shared.evaluation.samples, of=of)
            asked = self.training.asked(self.shared.evaluation.samples)
            for r in going:
                if r in diverged:
                    self._judge_diverged(r, step=step, of=of)
                    continue
                looked = {name: float(values[r]) for name, values in audited.items()}
                self._judge(r, samples[r], looked, asked=asked[r], step=step, of=of)
        self.training.remember()
        self.log.evaluated = step
        self._record_failures()
        if step < self.shared.steps:
            self._stop_failed()
            self._look()
        self._keep_samples(made[self.shared.evaluation.judged], going, step=step)
        self._tell(step)

    def _going(self) -> list[int]:
        """The replicas that were not stopped."""
        return [r for r, step in enumerate(self.training.stopped_at) if step is None]

    def _diverged(self) -> dict[int, int]:
        """The steps at which replicas diverged."""
        return {r: step for r, step in enumerate(self.training.diverged_at()) if step is not None}

    def _failed(self) -> set[int]:
        return {r for r, found in enumerate(self.outcomes()) if found.status == "failed"}

    def _record_failures(self) -> None:
        """Keep the last steps of the runs that have failed by this evaluation; those of divergences are kept already."""
        failed = self._failed()
        for r in sorted(failed - self._recorded - self._diverged().keys()):
            self.training.trace.keep_last(r)
        self._recorded = failed

    def _stop_failed(self) -> None:
        """If asked to, have the runs stand still whose failure nothing can change any more; those that diverged do."""
        diverged = self._diverged()
        for r in self._going() if self.task.stop_failed else ():
            s, seen = self.settings[r], self.log.evaluations[r]
            if r not in diverged and is_final(
                s.failure, seen, ahead=self._ahead(), steps=s.steps, of=s.evaluation.judged
            ):
                self.training.stop(r)

    def _ahead(self) -> list[int]:
        """The evaluations to come."""
        return [stop for stop in self.stops if stop > self.log.evaluated]

    def _tell_of_diverged(self) -> None:
        """At the evaluations that a population which ended early did not come to: the same as if others had gone on."""
        lost = sorted(self._diverged().keys() & set(self._going()))
        for step, of, r in itertools.product(self._ahead(), generators(self.shared), lost):
            self._judge_diverged(r, step=step, of=of)

    def _look(self) -> None:
        """If there is time, ask the detectors about the rows so far. Nothing that is stored depends on the answer."""
        if not self.allowance.affords:
            return
        rows = self._rows(self.outcomes(), self._seconds())
        raised: list[str] = []  # told at the end, when it costs the run its findings
        with self.allowance.spending():
            found = self._findings(rows, raised.append, whole=True)
        self.log.causes = {run: cause for run, of_run in found.items() if (cause := alarm(of_run))}

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
        judge, last = self.judges[r], step == self.shared.steps
        values = judge.evaluate(samples, critic(self.training, r), asked=asked, final=last)
        histogram = judge.histogram(samples)
        told = {"mode_histogram": None if histogram is None else histogram.tolist()} | looked
        self._note(r, Evaluation(step, of, values), told)

    def _judge_diverged(self, r: int, *, step: int, of: Which) -> None:
        """There is nothing to evaluate: a run that diverged has no generator any more."""
        values = dict.fromkeys(self.judges[r].names, math.nan)
        self._note(r, Evaluation(step, of, values), {"mode_histogram": None})

    def _note(self, r: int, found: Evaluation, told: Row) -> None:
        """An evaluation, and the row of it; told: what the row has beside the metrics."""
        run = self.runs[r]
        row = {"run_id": run.id, "cell": run.cell.name, "seed": run.seed, "step": found.step, "of": found.of}
        self.log.rows.append(row | self.training.counters(r) | told | dict(found.values))
        self.log.evaluations[r].append(found)

    def _keep_samples(self, samples: np.ndarray, going: Sequence[int], *, step: int) -> None:
        """Of data in the plane: where the checkpoints stay, and at the end of a run that was stopped."""
        diverged, stopped = self._diverged(), self.training.stopped_at
        for r in going if lies_in_plane(self.training) else ():
            if r not in diverged and (step in self.kept or stopped[r] == step):
                named = {"run_id": self.names[r], "step": step, "of": self.shared.evaluation.judged}
                self.log.plane.append(named | look(self.training, r, samples[r], tell=self._tell_once))

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
        trace.fill()
        rows = self._rows(outcomes, seconds)
        findings = self._findings(rows, self._remark)
        causes = {run: cause for run, of_run in findings.items() if (cause := root_cause(of_run))}
        self.task.results.commit(
            self.task.population.id,
            runs=[row | {"root_cause": causes.get(row["run_id"])} for row in rows],
            evaluations=self.log.rows,
            findings=itertools.chain(*findings.values()),
            windows=(trace.windows(self.names, some) for some in trace.portions()),
            bursts=(trace.bursts(self.names, some) for some in trace.portions()),
            geometry=[self._geometry()],
            plane=columns(self.log.plane, self.names),
            samples=self._grids(),
        )
        named = dict(zip(self.names, outcomes, strict=True))
        self.report(Finished(self.task.population.id, seconds, named, causes))

    def _findings(self, rows: Sequence[Row], tell: Tell, *, whole: bool = False) -> dict[str, list[Row]]:
        """Rows of the findings table by run id. whole: of whole windows alone, as more steps are to come."""
        trace, found = self.training.trace, dict[str, list[Row]]()
        for some in trace.portions():
            windows, bursts = trace.windows(self.names, some, whole=whole), trace.bursts(self.names, some)
            these = [rows[r] for r in some]
            ended = records(these, windows=windows, bursts=bursts, evaluations=self.log.rows)
            found |= explained(ended, tell)
        return found

    def _rows(self, outcomes: Sequence[Outcome], seconds: float) -> list[Row]:
        """Of the runs table, less what findings say."""
        return [self._row(r, found, seconds) for r, found in enumerate(outcomes)]

    def _row(self, r: int, found: Outcome, seconds: float) -> Row:
        judged = [e for e in self.log.evaluations[r] if e.of == self.settings[r].evaluation.judged]
        modes = self.judges[r].modes
        row = common_row(self.task, self.runs[r], found, seconds=seconds)
        row |= self.training.counters(r)
        row |= {f"reference.{name}": value for name, value in self.training.references[r].moments.items()}
        row |= {
            "diverged_at": self.training.diverged_at()[r],
            "stopped_at": self.training.stopped_at[r],
            "strategy": self.training.strategy,
            "modes": None if modes is None else len(modes.weights),
            "classifier_accuracy": self.judges[r].held_out_accuracy,
            "checkpoints": sorted(
                {step for step in self.kept if step < self.log.evaluated} | {self.log.evaluated}
            ),
            "sample_grid": self._grid_names[r],
            "plane_steps": self._plane_steps(r),
        }
        ended = self.training.stopped_at[r] is None
        return row | metric_columns(judged, self._floors[id(self.judges[r])], ended=ended)

    def _plane_steps(self, r: int) -> list[int] | None:
        if not lies_in_plane(self.training):
            return None
        return [one["step"] for one in self.log.plane if one["run_id"] == self.names[r]]

    @cached_property
    def _floors(self) -> dict[int, dict[str, float]]:
        return {id(judge): judge.floors() for judge in {id(j): j for j in self.judges}.values()}

    def _geometry(self) -> dict[str, Any]:
        looks = self.training.geometry
        if not looks:
            return {}
        seen = [
            (r, step, found)
            for r in range(len(self.runs))
            for step, found in looks
            if step <= self._looked_at_until(r)
        ]
        columns: dict[str, Any] = {
            "run_id": [self.names[r] for r, _, _ in seen],
            "step": [step for _, step, _ in seen],
        }
        for signal in looks[0][1]:
            columns[signal] = [found[signal][r] for r, _, found in seen]
        return columns

    def _looked_at_until(self, r: int) -> int:
        """Whoever else of the population went on."""
        ended = self._diverged().get(r) if self.task.stop_failed else None
        ends = ended, self.training.stopped_at[r], self.shared.steps
        return next(step for step in ends if step is not None)

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
