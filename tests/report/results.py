"""Results folders of known outcomes, without any training."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ganbench.report.section import Section, sections
from ganbench.report.source import read_source
from ganbench.suite.schema import Setting
from tests.store.example import finding, opened, plan, run

STEPS = 1000
MODES = 8
WINDOWS = 20
MOMENTS = ("mean", "m2", "min", "max", "last", "d2")
SIGNALS = ("loss_d", "loss_g", "gradient_norm_d", "gradient_norm_g", "real_logit_mean", "fake_logit_mean")
COVERED, QUALITY = "covered_share below 0.9", "high_quality below 0.3"
SUITE = "suite: mog\nquestion: How often?\nexpected: Rarely & <sometimes>.\n"

Outcomes = Mapping[str, Sequence[str | None]]
"""By cell, for each seed the criterion that it broke, or None where it ended healthy."""

MIXED: Outcomes = {
    "ring/plain": [COVERED, COVERED, QUALITY, COVERED, None, COVERED, COVERED, QUALITY, COVERED, COVERED],
    "ring/r1": [None] * 10,
    "ring/half": [None, COVERED] * 5,
}


def content(**changes: Any) -> dict[str, Any]:
    """A resolved setting, every default filled in."""
    adam = {"name": "adam", "lr": 1e-3}
    setting = {
        "data": {"name": "ring", "modes": MODES},
        "generator": "mlp",
        "discriminator": "mlp",
        "loss": "non-saturating",
        "latent": {"dim": 2},
        "optimizers": {"generator": adam, "discriminator": adam},
        "batch": 64,
        "steps": STEPS,
        "evaluation": {"every": 250, "samples": 500},
        "failure": [{"metric": "covered_share", "below": 0.9, "for": 3, "after": 0.25}],
    }
    return Setting.model_validate(setting | changes).content()


def runs_of(cell: str, criteria: Sequence[str | None], **changes: Any) -> list[dict[str, Any]]:
    """Rows of the runs table; a failed run ends with half of its modes, having had all."""
    data, _, method = cell.partition("/")
    text = json.dumps(content())
    return [
        run(
            cell,
            seed,
            steps=STEPS,
            status="failed" if broken else "healthy",
            failed_at=500 + 250 * (seed % 2) if broken else None,
            criterion=broken,
            content=text,
            modes=MODES,
            **{
                "axis.data": data,
                "axis.method": method,
                "final.covered_share": 0.5 if broken else 1.0,
                "best.covered_share": 1.0,
                "final.covered_modes": 4.0 if broken else 8.0,
                "final.high_quality": 0.7 + seed / 100,
                "best.high_quality": 0.9,
                "floor.covered_share": 1.0,
                "floor.high_quality": 0.989,
            },
        )
        | changes
        for seed, broken in enumerate(criteria)
    ]


def evaluations_of(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Four of each run; the last as the run ended."""
    return [
        {
            "run_id": row["run_id"],
            "cell": row["cell"],
            "seed": row["seed"],
            "step": step,
            "of": "raw",
            "samples_seen": 64 * step,
            "gradient_evaluations": 2 * step,
            "covered_share": row["final.covered_share"] if step == STEPS else 1.0,
            "high_quality": 0.7,
            "mode_histogram": [60] * 4 + [0 if step == STEPS and row["status"] == "failed" else 60] * 4,
        }
        for row in rows
        for step in range(250, STEPS + 1, 250)
    ]


def windows_of(
    ids: Sequence[str], *, count: int = WINDOWS, steps: int = STEPS, signals: Sequence[str] = SIGNALS
) -> dict[str, np.ndarray]:
    """The mean of the k-th signal is (run + 1) (k + 1) in the first window, and grows by 1 from window to window."""
    rows = len(ids) * count
    number, at = np.repeat(np.arange(len(ids)), count), np.tile(np.arange(count), len(ids))
    table: dict[str, np.ndarray] = {
        "run_id": np.repeat(np.array(ids), count),
        "window": at,
        "first_step": at * steps // count,
        "last_step": (at + 1) * steps // count - 1,
    }
    for place, signal in enumerate(signals):
        value = ((number + 1) * (place + 1) + at).astype(np.float32)
        table[f"{signal}.count"] = np.full(rows, 50)
        table |= {f"{signal}.{moment}": value for moment in MOMENTS}
    return table


def bursts_of(ids: Sequence[str]) -> dict[str, np.ndarray]:
    """One burst of eight steps each."""
    rows = 8 * len(ids)
    return {
        "run_id": np.repeat(np.array(ids), 8),
        "burst": np.zeros(rows, dtype=np.int64),
        "step": np.tile(np.arange(500, 508), len(ids)),
        **{signal: np.linspace(1, 2, rows).astype(np.float32) for signal in SIGNALS},
    }


def plane_of(ids: Sequence[str], *, steps: Sequence[int] = (250, 500, 750, 1000)) -> dict[str, Any]:
    """Of each run six samples, that move to the right from look to look, higher by 0.01 for each seed; a D that is
    highest at (0, 0.5).
    """
    rows, ticks = len(ids) * len(steps), np.linspace(-1.3125, 1.3125, 33)
    logits = 1 - np.hypot(ticks[None, :], ticks[:, None] - 0.5)
    return {
        "run_id": [run for run in ids for _ in steps],
        "step": [*steps] * len(ids),
        "of": ["raw"] * rows,
        "x": [np.linspace(-1, 1, 6).astype(np.float32) + step / 1000 for _ in ids for step in steps],
        "y": [(np.linspace(-1, 1, 6) + int(run[-1]) / 100).astype(np.float32) for run in ids for _ in steps],
        "left": [-1.3125] * rows,
        "bottom": [-1.3125] * rows,
        "width": [2.625] * rows,
        "logits": [logits.ravel().astype(np.float16)] * rows,
        "decision": [0.0] * rows,
    }


def write(
    root: Path, outcomes: Outcomes = MIXED, *, missing: int = 0, looked: bool = False, **changes: Any
) -> Path:
    """One population for each cell. missing: planned seeds of each cell beyond those that ended. looked: with
    samples in the plane.
    """
    arguments = {name: changes.pop(name) for name in ("suite_identity", "provenance") if name in changes}
    planned = plan(
        *((cell, seed) for cell, found in outcomes.items() for seed in range(len(found) + missing))
    )
    with opened(root, planned=planned, suite_text=SUITE, **arguments) as results:
        for number, (cell, criteria) in enumerate(outcomes.items()):
            rows = runs_of(cell, criteria, **changes)
            ids = [row["run_id"] for row in rows]
            traces: dict[str, Any] = (
                {"windows": [windows_of(ids)], "bursts": [bursts_of(ids)]} if rows else {}
            )
            traces |= {"plane": plane_of(ids)} if looked else {}
            if rows:
                results.commit(f"p{number}", runs=rows, evaluations=evaluations_of(rows), **traces)
    return root


def product(
    root: Path,
    outcomes: Mapping[tuple[str, str], Sequence[str | None]],
    *,
    names: tuple[str, str] = ("lr", "trick"),
    costs: Mapping[str, float] | None = None,
    **changes: Any,
) -> Section:
    """Cells over two axes, `lr` and `trick` unless named. costs: gradient evaluations a step, by the second label."""
    first, second = (f"axis.{name}" for name in names)
    with opened(root, suite_text=SUITE, planned=[]) as results:
        for one, criteria in outcomes.items():
            labels = {"axis.data": None, "axis.method": None, first: one[0], second: one[1]}
            rows = runs_of("-".join(one), criteria, **labels, **changes)
            ids = [row["run_id"] for row in rows]
            results.commit(
                f"p-{'-'.join(one)}",
                runs=rows,
                evaluations=_priced(rows, (costs or {}).get(one[1], 2)),
                windows=[windows_of(ids)],
                bursts=[bursts_of(ids)],
            )
    return section_of(root)


def _priced(rows: Iterable[Mapping[str, Any]], cost: float) -> list[dict[str, Any]]:
    return [look | {"gradient_evaluations": int(cost * look["step"])} for look in evaluations_of(rows)]


def explained(
    root: Path,
    cell: str,
    findings: Sequence[Mapping[str, str]],
    *,
    failed: Sequence[bool],
    population: str = "p",
) -> Path:
    """Runs of one cell with findings that fired: of each run, kinds with what they are a consequence of, or an empty text."""
    rows = runs_of(cell, [COVERED if one else None for one in failed])
    for row, kinds in zip(rows, findings, strict=True):
        row["root_cause"] = next((kind for kind, of in kinds.items() if not of), None)
    told = [
        finding(
            cell,
            seed,
            kind,
            status="fired",
            severity="error",
            onset_step=1,
            last_step=2,
            consequence_of=of or None,
        )
        for seed, kinds in enumerate(findings)
        for kind, of in kinds.items()
    ]
    asked = [finding(cell, seed, "wiring") for seed in range(len(findings))]
    ids = [row["run_id"] for row in rows]
    with opened(root, suite_text=SUITE, planned=[]) as results:
        results.commit(
            population,
            runs=rows,
            evaluations=evaluations_of(rows),
            findings=[*told, *asked],
            windows=[windows_of(ids)],
            bursts=[bursts_of(ids)],
        )
    return root


def section_of(*roots: Path) -> Section:
    """The only section of a report of these folders."""
    (found,) = sections([read_source(root) for root in roots])
    return found
