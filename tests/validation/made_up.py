"""Examples and answers made by hand: what truth says and what was found is given, not measured."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ganbench.detect import KINDS, Table, diagnose_table, facts_of_run
from ganbench.detect.diagnose import CERTIFICATE
from ganbench.records import Finding
from ganbench.validation.answers import FAILED, Answer
from ganbench.validation.examples import Example
from ganbench.validation.label import Label
from tests.detect.pathologies import ONSET, RUNS
from tests.detect.runs import STEPS, Synthetic, critic, healthy

EMPTY = Table(np.zeros(0, np.int64), np.zeros(0, np.int64), {})
SOUND = ("gradient-spike", CERTIFICATE)  # kinds of runs that have not failed

Truth = Mapping[str, str]


def run_of(**changed: Any) -> dict[str, Any]:
    row = {
        "run_id": "case/0",
        "base": "ring/ns",
        "seed": 0,
        "fault": "none",
        "dose": 1.0,
        "onset": STEPS,
        "meant": "",
        "loss": "non-saturating",
    }
    return row | changed


def labels(states: Truth, *, since: int | None = None) -> dict[str, Label]:
    """Of every kind and of the outcome: absent unless given."""
    return {
        kind: Label(states.get(kind, "absent"), since if states.get(kind) == "present" else None)
        for kind in (*KINDS, FAILED)
    }


def example(
    states: Truth | None = None, *, table: Table = EMPTY, since: int | None = None, **run: Any
) -> Example:
    return Example(run_of(**run), table, labels(states or {}, since=since))


def answer(
    states: Truth | None = None,
    *,
    warns: Iterable[str] = (),
    errors: Iterable[str] = (),
    roots: Iterable[str] | None = None,
    abstained: Iterable[str] = (),
    **run: Any,
) -> Answer:
    """What was found, by severity; the roots are what was found unless given."""
    severities = dict.fromkeys(warns, "warn") | dict.fromkeys(errors, "error")
    findings = {kind: Finding(kind, "clear", "") for kind in KINDS}
    findings |= {kind: Finding(kind, "not applicable", "") for kind in abstained}
    findings |= {kind: Finding(kind, "fired", "", severity=severity) for kind, severity in severities.items()}
    return Answer(example(states, **run), findings, tuple(severities if roots is None else roots))


def row_of(made: Synthetic, **run: Any) -> dict[str, Any]:
    """A row of the runs table from which `facts_of_run` reads the facts of a synthetic run."""
    facts = made.facts
    content = {
        "loss": {"name": facts.loss},
        "batch": facts.batch,
        "steps": facts.steps,
        "penalties": [{"name": name} for name in facts.penalties],
        "tricks": [],
        "schedule": {"d_steps": 1, "g_steps": 1},
        "evaluation": {"samples": facts.samples},
    }
    row = run_of(
        content=json.dumps(content),
        modes=facts.modes,
        diverged_at=facts.diverged_at,
        loss=facts.loss,
        **{"reference.pairwise_distance": facts.real_pairwise},
        **{f"reference.std_{k}": value for k, value in enumerate(facts.real_std)},
        **{f"reference.mean_{k}": value for k, value in enumerate(facts.real_mean)},
        **{f"floor.{name}": value for name, value in facts.floors.items()},
    )
    assert facts_of_run(row) == facts
    return row | run


def trouble(kind: str, seed: int) -> Example:
    """The run of a kind from the detectors' own tests. What else fires in it is left open by truth."""
    made = RUNS[kind]()
    table = made.table()
    beside = {one.kind: "unknown" for one in diagnose_table(table) if one.status == "fired"}
    states = beside | {kind: "present", FAILED: "absent" if kind in SOUND else "present"}
    fault = "none" if kind in SOUND else f"provoke {kind}"
    row = row_of(
        made,
        run_id=f"{kind}/{seed}",
        base="ring/ns",
        seed=seed,
        fault=fault,
        onset=ONSET,
        meant=kind,
        dose=2.0,
    )
    return Example(row, table, labels(states, since=ONSET))


def sound(seed: int, loss: str = "non-saturating") -> Example:
    """A healthy run of its own noise; whether it has converged is left open."""
    made = (healthy if loss in ("non-saturating", "minimax") else critic)(seed, loss)
    row = row_of(made, run_id=f"{loss}/{seed}", base=f"ring/{loss}", seed=seed)
    return Example(row, made.table(), labels({CERTIFICATE: "unknown"}))


LOSSES = ("non-saturating", "minimax", "hinge", "wasserstein")


def corpus(kinds: Iterable[str] = KINDS, *, seeds: Iterable[int] = range(8)) -> list[Example]:
    """One run of each kind and one healthy run of each loss, for every seed."""
    listed = [*kinds]
    return [
        made
        for seed in seeds
        for made in (*(trouble(kind, seed) for kind in listed), *(sound(seed, loss) for loss in LOSSES))
    ]
