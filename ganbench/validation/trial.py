"""One case of the corpus while it is trained: runs, traces, evaluations, and truth looking on."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ganbench import seeding
from ganbench.suite.schema import Setting
from ganbench.validation.cases import NONE, Case
from ganbench.validation.examples import Part

if TYPE_CHECKING:
    import pyarrow as pa

    from ganbench.metrics.battery import Judge
    from ganbench.train.training import Training
    from ganbench.validation.label import Label

Row = dict[str, Any]

WITNESS: Final = 0
"""Seed of what truth draws: of streams of its own, so that no run's seed meets them."""


class Trial:
    """One case while it is trained."""

    def __init__(self, case: Case) -> None:
        import torch

        from ganbench.train.judging import judges
        from ganbench.train.training import Training
        from ganbench.validation.truth import Witness

        self.case = case
        self.setting = Setting.model_validate(_content(case))
        settings = [self.setting] * len(case.seeds)
        self.training = Training(settings, case.seeds, torch.device("cpu"))
        _scatter(self.training)
        self.names = [f"{case.name}/{seed}" for seed in case.seeds]
        self.judges = judges(settings, self.training)
        self.witness = Witness(self.training, seed=WITNESS)
        self.rows: list[Row] = []

    @property
    def onset(self) -> int | None:
        """The generator step before which the fault is switched on, a whole iteration; None for no fault."""
        if self.case.injection.fault == NONE:
            return None
        one = self.setting.schedule.g_steps
        return int(self.case.injection.onset * self.setting.steps) // one * one

    def run(self) -> None:
        """From the first step to the last."""
        stops, onset = self.setting.evaluated(), self.onset
        self.witness.look()
        for stop in sorted({*stops, *([] if onset is None else [onset])}):
            self.training.advance(stop)
            if stop in stops:
                self._evaluate(stop)
            if stop:
                self.witness.look()
            if stop == onset:
                self._switch_on()

    def _switch_on(self) -> None:
        from ganbench.train.faults import FAULTS, switch_on

        injection = self.case.injection
        if FAULTS[injection.fault].change:
            switch_on(self.training, injection.fault, injection.dose)
            self.witness.look()

    def _evaluate(self, step: int) -> None:
        from ganbench.train.audit import audit

        audited = audit(self.training)
        samples = self.training.generate(self.setting.evaluation.samples)
        for r, judge in enumerate(self.judges):
            row = self._row_of(r) | {"step": step, "of": "raw"} | self.training.counters(r)
            looked = {name: float(values[r]) for name, values in audited.items()}
            self.rows.append(
                row | self._judged(r, judge, samples[r], looked, last=step == self.setting.steps)
            )
        self.training.remember()

    def _row_of(self, r: int) -> Row:
        return {
            "run_id": self.names[r],
            "population": self.case.name,
            "cell": self.case.base.name,
            "seed": self.case.seeds[r],
        }

    def _judged(self, r: int, judge: Judge, samples: np.ndarray, looked: Row, *, last: bool) -> Row:
        """A run that diverged has no generator any more."""
        from ganbench.train.judging import critic

        if self.training.diverged_at()[r] is not None:
            return {"mode_histogram": None} | dict.fromkeys(judge.names, math.nan)
        histogram = judge.histogram(samples)
        listed = None if histogram is None else histogram.tolist()
        return (
            {"mode_histogram": listed}
            | looked
            | judge.evaluate(samples, critic(self.training, r), final=last)
        )

    def tables(self) -> Mapping[Part, pa.Table]:
        """Of all runs; after the last step."""
        import pyarrow as pa

        from ganbench.store.tables import from_columns, from_rows

        trace = self.training.trace
        windows: Mapping[str, Any] = trace.windows(self.names)
        bursts: Mapping[str, Any] = trace.bursts(self.names)
        return {
            "runs": pa.Table.from_pylist(self._runs()),
            "windows": from_columns("windows", windows),
            "bursts": from_columns("bursts", bursts),
            "evaluations": from_rows("evaluations", self.rows),
            "truth": pa.Table.from_pylist(self._truth(), schema=_truth_schema()),
        }

    def _runs(self) -> list[Row]:
        """What a user would declare of each run, and beside it what the corpus knows."""
        base, injection, steps = self.case.base, self.case.injection, self.setting.steps
        floors = {id(judge): judge.floors() for judge in {id(j): j for j in self.judges}.values()}
        known = {
            "base": base.name,
            "healthy": base.healthy,
            "fault": injection.fault,
            "dose": float(injection.dose),
            "onset": steps if self.onset is None else self.onset,
            "meant": injection.meant,
            "loss": base.content["loss"]["name"],
            "steps": steps,
            "content": json.dumps(base.content, sort_keys=True),
        }
        return [
            self._row_of(r)
            | known
            | {
                "modes": None if judge.modes is None else len(judge.modes.weights),
                "diverged_at": self.training.diverged_at()[r],
            }
            | {f"reference.{name}": value for name, value in self.training.references[r].moments.items()}
            | {f"floor.{name}": value for name, value in floors[id(judge)].items()}
            for r, judge in enumerate(self.judges)
        ]

    def _truth(self) -> list[Row]:
        labels = self.witness.labels(onset=self.onset, fault=self.case.injection.fault)
        pairs = zip(self.names, labels, strict=True)
        return [_label_row(name, kind, label) for name, found in pairs for kind, label in found.items()]


def _content(case: Case) -> Row:
    """What is trained: the base, with a fault that has to be there from the first step."""
    from ganbench.train.faults import faulty

    injection = case.injection
    if injection.fault == NONE:
        return dict(case.base.content)
    return faulty(case.base.content, injection.fault, injection.dose)


def _scatter(training: Training) -> None:
    """The Dirac-GAN draws nothing, so all its seeds would be one run: each starts elsewhere, within a half."""
    if training.settings[0].generator.name != "dirac-generator":
        return
    for player in (training.game.generator, training.game.discriminator):
        rng = [
            seeding.stream(seed, seeding.INITIALISATION, "start", player.letter) for seed in training.seeds
        ]
        factors = np.array([one.uniform(0.5, 1.5) for one in rng])
        player.stack.flat.mul_(training.place.tensor(factors)[:, None])


def _label_row(run: str, kind: str, label: Label) -> Row:
    return {
        "run_id": run,
        "kind": kind,
        "state": label.state,
        "onset": label.onset,
        "value": None if label.value is None else float(label.value),
        "measure": label.measure,
    }


def _truth_schema() -> pa.Schema:
    import pyarrow as pa

    text = ("run_id", "kind", "state", "measure")
    types = {"onset": pa.int64(), "value": pa.float64()} | dict.fromkeys(text, pa.string())
    return pa.schema(
        [(name, types[name]) for name in ("run_id", "kind", "state", "onset", "value", "measure")]
    )
