"""Frozen records that cross layers. Plain data: they pickle, print and compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Cell:
    """One point of a suite's axes: the unit that is compared.

    `content` is the resolved setting as JSON values, every default filled in.
    `id` is the cell hash, `evaluation_id` the evaluation hash (12 hex digits each).
    """

    name: str
    coordinates: Mapping[str, str]
    content: Content
    id: str
    evaluation_id: str


@dataclass(frozen=True, slots=True)
class Run:
    """One cell with one seed: the unit of replication."""

    cell: Cell
    seed: int

    @property
    def id(self) -> str:
        return f"{self.cell.id}-{self.seed}"


@dataclass(frozen=True, slots=True)
class Population:
    """Runs that execute as one program. `id` is the hash of its runs' ids in order."""

    runs: tuple[Run, ...]
    id: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Metrics of one run's generator after `step` generator steps. `of` is which generator: raw or ema."""

    step: int
    of: Literal["raw", "ema"]
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended. `failed_at` is the first step of the streak that broke `criterion`."""

    status: Literal["healthy", "failed", "crashed"]
    failed_at: int | None = None
    criterion: str | None = None


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a result comes from. `fingerprint` hashes what can change numbers."""

    versions: Mapping[str, str]
    device: str
    threads: int
    commit: str | None
    fingerprint: str
    notes: Mapping[str, Any] = field(default_factory=dict)
