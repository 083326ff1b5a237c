"""Rows and columns of a small results folder, shared by the tests of the store and the command line."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ganbench.records import Provenance
from ganbench.store.writer import open_results

PROVENANCE = Provenance({"torch": "2.0"}, device="cpu", threads=1, commit=None, fingerprint="f" * 12)


def run(cell: str, seed: int, **changes: Any) -> dict[str, Any]:
    """One row of the runs table, less its population."""
    return {
        "suite": "mog",
        "version": "mog-v1",
        "cell": cell,
        "cell_id": f"id-{cell}",
        "evaluation_id": "e" * 12,
        "run_id": f"id-{cell}-{seed}",
        "seed": seed,
        "axis.data": cell.partition("/")[0],
        "tier": "smoke",
        "steps": 300,
        "status": "healthy",
        "seconds": 1.5,
        "replicas": 2,
        "threads": 1,
        "device": "cpu",
        "precision": "float32",
        "strategy": "stacked",
        "fingerprint": "f" * 12,
        "samples_seen": 19200,
        "gradient_evaluations": 600,
        "modes": 8,
        "final.covered_share": 1.0,
        "content": '{"steps": 300}',
    } | changes


def evaluation(cell: str, seed: int, step: int, **changes: Any) -> dict[str, Any]:
    """One row of the evaluations table, less its population."""
    return {
        "run_id": f"id-{cell}-{seed}",
        "cell": cell,
        "seed": seed,
        "step": step,
        "of": "raw",
        "samples_seen": 64 * step,
        "gradient_evaluations": 2 * step,
        "covered_share": 0.5,
        "mode_histogram": [1, 2],
    } | changes


def finding(cell: str, seed: int, kind: str = "mode-collapse", **changes: Any) -> dict[str, Any]:
    """One row of the findings table, less its population."""
    return {
        "run_id": f"id-{cell}-{seed}",
        "cell": cell,
        "seed": seed,
        "kind": kind,
        "status": "clear",
        "blocks_true": 0,
        "blocks_seen": 20,
        "evidence": "[]",
        "reason": "all modes are there",
        "thresholds_hash": "t" * 12,
    } | changes


def windows(*run_ids: str) -> dict[str, np.ndarray]:
    """Two windows of one signal for each run."""
    count = len(run_ids)
    moments = ("mean", "m2", "min", "max", "last", "d2")
    return {
        "run_id": np.repeat(np.array(run_ids), 2),
        "window": np.tile([0, 1], count),
        "first_step": np.tile([0, 50], count),
        "last_step": np.tile([49, 99], count),
        "loss_d.count": np.full(2 * count, 50),
        **{f"loss_d.{stat}": np.arange(2 * count, dtype=np.float32) for stat in moments},
    }


def bursts(*run_ids: str) -> dict[str, np.ndarray]:
    """One burst of three steps for each run."""
    count = len(run_ids)
    return {
        "run_id": np.repeat(np.array(run_ids), 3),
        "burst": np.zeros(3 * count, dtype=np.int64),
        "step": np.tile([0, 1, 2], count),
        "loss_d": np.arange(3 * count, dtype=np.float32),
    }


def plane(*run_ids: str) -> dict[str, Any]:
    """Two looks at the plane for each run: three samples, and D on a grid of 33 x 33."""
    count = 2 * len(run_ids)
    return {
        "run_id": np.repeat(np.array(run_ids), 2).tolist(),
        "step": [150, 300] * len(run_ids),
        "of": ["raw"] * count,
        "x": [np.array([0, 1, -1], np.float32)] * count,
        "y": [np.array([0, 2, -2], np.float32)] * count,
        "left": [-2.5] * count,
        "bottom": [-2.5] * count,
        "width": [5.0] * count,
        "logits": [np.linspace(-3, 3, 33 * 33).astype(np.float16)] * count,
        "decision": [0.0] * count,
    }


def plan(*pairs: tuple[str, int]) -> list[dict[str, Any]]:
    return [
        {"run_id": f"id-{cell}-{seed}", "cell": cell, "seed": seed, "sequential": False}
        for cell, seed in pairs
    ]


def opened(root: Path, **changes: Any) -> contextlib.AbstractContextManager[Any]:
    """`open_results` with everything filled in."""
    arguments = {
        "suite_text": "suite: mog\n",
        "suite_identity": "mog mog-v1",
        "provenance": PROVENANCE,
        "planned": plan(("ring/hinge", 0), ("ring/hinge", 1)),
    }
    return open_results(root, **(arguments | changes))


def commit(
    results: Any,
    population: str,
    *pairs: tuple[str, int],
    samples: Mapping[str, bytes] | None = None,
    plane: Mapping[str, Any] | None = None,
    **changes: Any,
) -> None:
    """Commit one healthy run for each pair of cell and seed, with two evaluations, a finding and its traces."""
    ids = [f"id-{cell}-{seed}" for cell, seed in pairs]
    results.commit(
        population,
        runs=[run(cell, seed, **changes) for cell, seed in pairs],
        evaluations=[evaluation(cell, seed, step) for cell, seed in pairs for step in (150, 300)],
        findings=[finding(cell, seed) for cell, seed in pairs],
        windows=[windows(*ids)],
        bursts=[bursts(*ids)],
        samples=samples,
        plane=plane,
    )
