"""Train one population from its resolved cells, and leave what it found in the results folder."""

from __future__ import annotations

import json
import math
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ganbench.errors import GanbenchError
from ganbench.metrics.battery import Judge
from ganbench.metrics.direction import best
from ganbench.records import Evaluation, Outcome, Population, Provenance, Run
from ganbench.store.writer import Results
from ganbench.suite.failure import outcome
from ganbench.suite.schema import Setting

if TYPE_CHECKING:
    from ganbench.train.training import Training, Which

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Task:
    """A population and what its rows say of where they come from."""

    population: Population
    suite: str
    version: str
    tier: str
    results: Results
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Advanced:
    """A population has done `done` of `total` generator steps; cells: (healthy so far, evaluated)."""

    population: str
    done: int
    total: int
    replicas: int
    health: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Finished:
    """A population is in the store, or raised: then its outcomes are `crashed`."""

    population: str
    seconds: float
    outcomes: Mapping[str, Outcome]


Report = Callable[[Advanced | Finished], None]


def execute(task: Task, report: Report) -> None:
    """Train, measure, commit. What training raises is recorded as the result of these runs.

    Out of memory halves the population and goes on. Raises GanbenchError: a full disk, or data that are
    not there, is not the fault of the runs.
    """
    if not _attempt(task, report):
        # Only now is the traceback gone, and with it the memory of the attempt.
        for half in _halves(task.population):
            execute(replace(task, population=half), report)


def _attempt(task: Task, report: Report) -> bool:
    """False where memory did not suffice for so many replicas; then nothing is recorded."""
    import torch

    try:
        Course(task, report).run()
    except GanbenchError:
        raise
    except (torch.OutOfMemoryError, MemoryError):
        if len(task.population.runs) > 1:
            return False
        _record_crash(task, report)
    except Exception:
        _record_crash(task, report)
    return True


def _halves(population: Population) -> tuple[Population, Population]:
    middle = len(population.runs) // 2
    first, second = population.runs[:middle], population.runs[middle:]
    return Population(first, f"{population.id}a"), Population(second, f"{population.id}b")


class Course:
    """One population from its first step to the store."""

    def __init__(self, task: Task, report: Report) -> None:
        import torch

        from ganbench.train.training import Training

        self.task = task
        self.report = report
        self.runs = task.population.runs
        self.settings = [Setting.model_validate(run.cell.content) for run in self.runs]
        self.shared = self.settings[0]
        self.began = time.perf_counter()
        self.training = Training(
            self.settings, [run.seed for run in self.runs], torch.device(task.provenance.device)
        )
        self.judges = judges(self.settings, self.training)
        self.evaluations: list[list[Evaluation]] = [[] for _ in self.runs]
        self.rows: list[Row] = []
        self._known_floors: dict[int, dict[str, float]] = {}

    def run(self) -> None:
        for stop in self.shared.evaluated():
            self.training.advance(stop)
            self._evaluate(stop)
        self._commit()

    def _evaluate(self, step: int) -> None:
        for of in _generators(self.shared):
            samples = self.training.generate(self.shared.evaluation.samples, of=of)
            for r, judge in enumerate(self.judges):
                self._judge(r, judge, samples[r], step=step, of=of)
        health = self._health()
        done = Advanced(self.task.population.id, step, self.shared.steps, len(self.runs), health)
        self.report(done)

    def _judge(self, r: int, judge: Judge, samples: np.ndarray, *, step: int, of: Which) -> None:
        critic = _critic(self.training, r) if self.training.game.loss.density_ratio else None
        values = judge.evaluate(samples, critic, final=step == self.shared.steps)
        self.evaluations[r].append(Evaluation(step, of, values))
        histogram = judge.histogram(samples)
        row = {"run_id": self.runs[r].id, "cell": self.runs[r].cell.name, "seed": self.runs[r].seed}
        row |= {"step": step, "of": of, **self.training.counters()}
        row["mode_histogram"] = None if histogram is None else histogram.tolist()
        self.rows.append(row | values)

    def outcomes(self) -> list[Outcome]:
        diverged = self.training.diverged_at()
        return [
            outcome(s.failure, e, steps=s.steps, diverged_at=d, of=s.evaluation.judged)
            for s, e, d in zip(self.settings, self.evaluations, diverged, strict=True)
        ]

    def _health(self) -> dict[str, tuple[int, int]]:
        cells: dict[str, tuple[int, int]] = {}
        for run, found in zip(self.runs, self.outcomes(), strict=True):
            healthy, n = cells.get(run.cell.name, (0, 0))
            cells[run.cell.name] = (healthy + (found.status == "healthy"), n + 1)
        return cells

    def _commit(self) -> None:
        seconds = time.perf_counter() - self.began
        outcomes = self.outcomes()
        names = [run.id for run in self.runs]
        windows: Mapping[str, Any] = self.training.trace.windows(names)
        bursts: Mapping[str, Any] = self.training.trace.bursts(names)
        self.task.results.commit(
            self.task.population.id,
            runs=[self._row(r, found, seconds) for r, found in enumerate(outcomes)],
            evaluations=self.rows,
            windows=windows,
            bursts=bursts,
            geometry=self._geometry(names),
            samples=self._grids(),
        )
        self.report(Finished(self.task.population.id, seconds, dict(zip(names, outcomes, strict=True))))

    def _row(self, r: int, found: Outcome, seconds: float) -> Row:
        setting, judge = self.settings[r], self.judges[r]
        judged = [e.values for e in self.evaluations[r] if e.of == setting.evaluation.judged]
        final = judged[-1]
        series = {name: [values.get(name, math.nan) for values in judged] for name in final}
        row = common_row(self.task, self.runs[r], found, seconds=seconds)
        row |= self.training.counters()
        row |= {
            "diverged_at": self.training.diverged_at()[r],
            "strategy": self.training.strategy,
            "modes": None if judge.modes is None else len(judge.modes.weights),
        }
        row |= {f"final.{name}": value for name, value in final.items()}
        row |= {f"best.{name}": best(name, values) for name, values in series.items()}
        return row | {f"floor.{name}": value for name, value in self._floors(judge).items()}

    def _floors(self, judge: Judge) -> dict[str, float]:
        if id(judge) not in self._known_floors:
            self._known_floors[id(judge)] = judge.floors()
        return self._known_floors[id(judge)]

    def _geometry(self, names: Sequence[str]) -> dict[str, Any]:
        looks = self.training.geometry
        if not looks:
            return {}
        columns: dict[str, Any] = {
            "run_id": [name for name in names for _ in looks],
            "step": [step for _ in names for step, _ in looks],
        }
        for signal in looks[0][1]:
            columns[signal] = [found[signal][r] for r in range(len(names)) for _, found in looks]
        return columns

    def _grids(self) -> Mapping[str, bytes]:
        from ganbench.execute.grids import COLUMNS, cell_grids

        shape = self.training.datasets[0].image_shape
        if shape is None:
            return {}
        samples = self.training.generate(COLUMNS, of=self.shared.evaluation.judged)
        cells, seeds = [run.cell.name for run in self.runs], [run.seed for run in self.runs]
        return cell_grids(cells, seeds, samples, shape)


def judges(settings: Sequence[Setting], training: Training) -> list[Judge]:
    """One judge for each replica; replicas with equal data and evaluation share one, and its reference."""
    made: dict[Any, Judge] = {}
    found = []
    for setting, dataset in zip(settings, training.datasets, strict=False):
        plan = setting.evaluation
        name = (setting.data, plan)
        if name not in made:
            made[name] = Judge(
                dataset,
                plan.samples,
                metrics=plan.metrics,
                projections=plan.projections,
                exact_samples=plan.exact_samples,
            )
        found.append(made[name])
    return found


def _generators(setting: Setting) -> Sequence[Which]:
    return ("raw", "ema") if setting.evaluation.of == "both" else (setting.evaluation.of,)


def _critic(training: Training, replica: int) -> Callable[[np.ndarray], np.ndarray]:
    """One discriminator as a function of samples [n, *shape] to logits [n], in evaluation mode."""
    import torch

    module = training.discriminator(replica)

    def logits(samples: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            out: torch.Tensor = module(training.place.tensor(samples))[..., 0]
        values: np.ndarray = out.double().cpu().numpy()
        return values

    return logits


def common_row(task: Task, run: Run, found: Outcome, *, seconds: float) -> Row:
    """What is known of a run however it ended."""
    replicas = len(task.population.runs)
    return {
        "suite": task.suite,
        "version": task.version,
        "cell": run.cell.name,
        "cell_id": run.cell.id,
        "evaluation_id": run.cell.evaluation_id,
        "run_id": run.id,
        "seed": run.seed,
        **{f"axis.{axis}": label for axis, label in run.cell.coordinates.items()},
        "tier": task.tier,
        "steps": run.cell.content["steps"],
        "status": found.status,
        "failed_at": found.failed_at,
        "criterion": found.criterion,
        "seconds": seconds / replicas,
        "replicas": replicas,
        "threads": task.provenance.threads,
        "device": task.provenance.device,
        "precision": run.cell.content["precision"],
        "fingerprint": task.provenance.fingerprint,
        "content": json.dumps(run.cell.content, sort_keys=True),
    }


def _record_crash(task: Task, report: Report) -> None:
    message = traceback.format_exc()
    crashed = Outcome("crashed")
    unknown = {"strategy": "", "samples_seen": 0, "gradient_evaluations": 0, "message": message}
    rows = [common_row(task, run, crashed, seconds=0.0) | unknown for run in task.population.runs]
    task.results.commit(task.population.id, runs=rows)
    outcomes = {run.id: crashed for run in task.population.runs}
    report(Finished(task.population.id, 0.0, outcomes))
