"""What a worker is given, and what it reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ganbench.plugins import Plug
from ganbench.records import Outcome, Population, Provenance
from ganbench.store.writer import Results

CHECKPOINT_EVERY = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Task:
    """A population and what its rows say of where they come from; seconds between two checkpoints; the user's code."""

    population: Population
    suite: str
    version: str
    tier: str
    results: Results
    provenance: Provenance
    checkpoint_every: float = CHECKPOINT_EVERY
    plugs: tuple[Plug, ...] = ()


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


@dataclass(frozen=True, slots=True)
class Told:
    """Something else that the user should know, such as the run that raised."""

    text: str


Message = Advanced | Finished | Told
Report = Callable[[Message], None]
Stopping = Callable[[], bool]


class Paused(Exception):  # no error: the user asked for it
    """A population has written its checkpoint and left, because it was asked to stop."""


def never() -> bool:
    """Nobody asks to stop."""
    return False
