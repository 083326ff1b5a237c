"""What a worker is given, and what it reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ganbench.plugins import Plug
from ganbench.records import Outcome, Population, Provenance
from ganbench.store.writer import Results

CHECKPOINT_EVERY = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Task:
    """A population and what its rows say of where they come from; seconds between two checkpoints; the user's code.

    stop_failed: a run whose failure is final is trained no further. graphs: of a CUDA device may be used.
    """

    population: Population
    suite: str
    version: str
    tier: str
    results: Results
    provenance: Provenance
    checkpoint_every: float = CHECKPOINT_EVERY
    plugs: tuple[Plug, ...] = ()
    stop_failed: bool = False
    graphs: bool = True


@dataclass(frozen=True, slots=True)
class Advanced:
    """A population has done `done` of `total` generator steps.

    health: (healthy so far, evaluated) by cell. causes: of runs in which detectors see an error, the root cause by run
    id, as far as they have looked.
    """

    population: str
    done: int
    total: int
    replicas: int
    health: Mapping[str, tuple[int, int]]
    causes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finished:
    """A population is in the store, or raised: then its outcomes are `crashed`. causes: root causes by run id."""

    population: str
    seconds: float
    outcomes: Mapping[str, Outcome]
    causes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """Something else that the user should know, such as the run that raised. once: whichever populations say it."""

    text: str
    once: bool = False


Message = Advanced | Finished | Told
Report = Callable[[Message], None]
Stopping = Callable[[], bool]


class Paused(Exception):  # no error: the user asked for it
    """A population has written its checkpoint and left, because it was asked to stop."""


def never() -> bool:
    """Nobody asks to stop."""
    return False
