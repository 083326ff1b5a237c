"""Rows of the runs table."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ganbench.execute.task import Task
from ganbench.metrics.direction import best
from ganbench.records import Evaluation, Outcome, Run

Row = dict[str, Any]


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


def metric_columns(judged: Sequence[Evaluation], floors: dict[str, float], *, ended: bool = True) -> Row:
    """Metrics at the last evaluation, at their best, and of real samples.

    ended: whether the run has come to its end; else it has neither a final nor a best value.
    """
    if not ended:
        judged = [replace(judged[-1], values=dict.fromkeys(judged[-1].values, math.nan))]
    final = judged[-1].values
    series = {name: [one.values.get(name, math.nan) for one in judged] for name in final}
    row = {f"final.{name}": value for name, value in final.items()}
    # A share above its ceiling is no better: the samples have collapsed inside the modes.
    ideals = {"high_quality": floors.get("high_quality")}
    row |= {f"best.{name}": best(name, values, ideal=ideals.get(name)) for name, values in series.items()}
    return row | {f"floor.{name}": value for name, value in floors.items()}
