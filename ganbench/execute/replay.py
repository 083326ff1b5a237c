"""Train a finished run again from a checkpoint, in the same population, with every step on record."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganbench.errors import UsageError
from ganbench.execute.archive import Archive
from ganbench.execute.host import prepared
from ganbench.store.atomic import write_table
from ganbench.store.reader import load_evaluations
from ganbench.store.tables import from_columns
from ganbench.suite.schema import Probes, Setting
from ganbench.train.judging import critic, generators, judges

if TYPE_CHECKING:
    from ganbench.metrics.battery import Judge
    from ganbench.train.training import Training, Which


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay did. equal: evaluations met on the way that are those of the run, bit for bit; of all met."""

    first: int
    last: int
    equal: int
    met: int
    diverged_at: int | None
    trace: Path


def replay(archive: Archive, *, from_step: int | None = None, until: int | None = None) -> Replay:
    """Go on from the last kept checkpoint at or before `from_step`, to `until` (generator steps).

    from_step: None starts from the checkpoint before the failure, or the last before the end. until: None
    goes on for a tenth of the run after the failure, or to the end. Raises UsageError for steps outside
    the run or after its divergence, InputError, StorageError.
    """
    setting = archive.setting(archive.run_id)
    onset = _onset(archive.row)
    start = _start(archive, setting.steps if onset is None else onset, from_step, setting.steps)
    last = _end(setting.steps, onset, until, start=start)
    members = archive.checkpoint(start).runs if start else archive.members()
    replica = members.index(archive.run_id)
    with prepared(int(archive.row["threads"])):
        training = _training(archive, members)
        if start:
            _restore(training, archive, start)
            _require_alive(archive, training, replica, start=start)
        equal, met = _train(training, archive, setting, replica=replica, last=last)
    path = archive.layout.replay(archive.run_id, start)
    _write(training, path, members, archive.run_id)
    return Replay(start, last, equal, met, training.diverged_at()[replica], path)


def _onset(row: Mapping[str, Any]) -> int | None:
    """The step of the failure, None for a healthy run."""
    import pandas as pd

    return None if pd.isna(row["failed_at"]) else int(row["failed_at"])


def _start(archive: Archive, onset: int, from_step: int | None, steps: int) -> int:
    if from_step is not None and not 0 <= from_step < steps:
        raise UsageError(f"{from_step} is outside the run, which has {steps} steps", where="--from-step")
    before = [step for step in archive.steps() if (step < onset if from_step is None else step <= from_step)]
    return before[-1] if before else 0


def _end(steps: int, onset: int | None, until: int | None, *, start: int) -> int:
    if until is None:
        return steps if onset is None else min(steps, onset + -(-steps // 10))
    if not start < until <= steps:
        raise UsageError(f"{until} is not after step {start} and within {steps} steps", where="--until")
    return until


def _training(archive: Archive, members: Sequence[str]) -> Training:
    """The same population, so that its numbers are the same; every step is one of a single burst."""
    import torch

    from ganbench.train.training import Training

    settings = [_step_by_step(archive.setting(run)) for run in members]
    return Training(settings, [archive.seed(run) for run in members], torch.device(archive.row["device"]))


def _step_by_step(setting: Setting) -> Setting:
    return setting.model_copy(update={"probes": Probes(windows=1, bursts=1, burst_steps=setting.steps)})


def _restore(training: Training, archive: Archive, step: int) -> None:
    from ganbench.train.state import restore_game

    restore_game(training, archive.checkpoint(step).tensors, step=step)


def _require_alive(archive: Archive, training: Training, replica: int, *, start: int) -> None:
    """A replica that has left stands still: none of its steps would be on record."""
    if training.game.alive[replica]:
        return
    at = training.diverged_at()[replica]
    how, until = (
        (f"was stopped at step {archive.row['stopped_at']}", f"before step {archive.row['stopped_at']}")
        if at is None
        else (f"had diverged at step {at}", f"at step {at} or before")
    )
    raise UsageError(
        f"run {archive.label} {how}: at the checkpoint of step {start} there is nothing left to train",
        where="--from-step",
        hint=f"start {until}",
    )


def _train(
    training: Training, archive: Archive, setting: Setting, *, replica: int, last: int
) -> tuple[int, int]:
    judge = judges(training.settings, training)[replica]
    stored = _evaluations(archive)
    equal = met = 0
    stops = [step for step in setting.evaluated() if training.step < step < last]
    for stop in [*stops, last]:
        training.advance(stop)
        for of in generators(setting):
            if was := stored.get((stop, of)):
                met += 1
                equal += _same(_metrics(training, judge, replica, of), was)
    return equal, met


def _metrics(training: Training, judge: Judge, replica: int, of: Which) -> dict[str, float]:
    """As the run has them: NaN once it has diverged."""
    if training.diverged_at()[replica] is not None:
        return dict.fromkeys(judge.names, math.nan)
    count = training.settings[replica].evaluation.samples
    samples, asked = training.generate(count, of=of)[replica], training.asked(count)[replica]
    return judge.evaluate(samples, critic(training, replica), asked=asked)


def _evaluations(archive: Archive) -> dict[tuple[int, str], dict[str, Any]]:
    """Those of the run, by step and generator; without columns that only other runs of the folder have."""
    frame = load_evaluations(archive.layout.root)
    rows = frame[frame["run_id"] == archive.run_id].dropna(axis="columns", how="all").to_dict("records")
    return {(row["step"], row["of"]): {str(name): value for name, value in row.items()} for row in rows}


def _same(values: Mapping[str, float], was: Mapping[str, Any]) -> bool:
    """Whether metrics are those of the run, bit for bit; NaN is NaN, and one that the run has not is not compared."""
    pairs = ((value, float(was[name])) for name, value in values.items() if name in was)
    return all(value == before or (math.isnan(value) and math.isnan(before)) for value, before in pairs)


def _write(training: Training, path: Path, members: Sequence[str], run_id: str) -> None:
    columns = training.trace.bursts(list(members))
    mine = columns["run_id"] == run_id
    write_table(path, from_columns("bursts", {name: values[mine] for name, values in columns.items()}))
