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
    """Where a result comes from. `source` hashes the modules that make numbers, `fingerprint` all that keeps
    results apart (`ganbench.environment.facts`); 12 hex digits each.
    """

    versions: Mapping[str, str]
    device: str
    threads: int
    commit: str | None
    fingerprint: str
    source: str = ""
    notes: Mapping[str, Any] = field(default_factory=dict)


Status = Literal["fired", "clear", "not applicable", "insufficient data"]
Severity = Literal["info", "warn", "error", "fatal"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The value of a series over the generator steps `first` to `last`."""

    series: str
    first: int
    last: int
    value: float


@dataclass(frozen=True, slots=True)
class Finding:
    """What one detector says of one run, up to the last row that it saw.

    kind, form: what was found; a form is a variant of the kind, such as total or partial. statistic: the
    number that was judged, in words; value, null, threshold: what it is, what a sound run has, and from
    where on it counts. onset, last: generator steps at which the condition began and was last seen; a
    condition that holds still ends with the table. blocks_true of blocks_seen: blocks of steps (or evaluations) that
    met the condition. severity is None unless fired.
    """

    kind: str
    status: Status
    reason: str
    form: str = ""
    severity: Severity | None = None
    statistic: str = ""
    value: float | None = None
    null: float | None = None
    threshold: float | None = None
    onset: int | None = None
    last: int | None = None
    blocks_true: int = 0
    blocks_seen: int = 0
    evidence: tuple[Evidence, ...] = ()
