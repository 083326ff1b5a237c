"""One registry for everything that a suite names: losses, penalties, networks, data sets, optimisers.

An entry is known by kind and name, describes itself (formula, source, defaults) without importing
torch, and is loaded on use. The modules that register are listed once, in `_HOMES`.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, create_model

from ganbench.errors import UnknownName

KINDS: Final = ("dataset", "network", "loss", "penalty", "optimizer", "metric")

_HOMES: Final = {
    "dataset": ("ganbench.data",),
    "network": ("ganbench.gan.networks",),
    "loss": ("ganbench.gan.losses",),
    "penalty": ("ganbench.gan.penalties",),
    "optimizer": ("ganbench.gan.optimizers",),
    "metric": ("ganbench.metrics",),
}


@dataclass(frozen=True, slots=True)
class PerReplica:
    """Marks an option that may differ between the replicas of one population (a vector over them)."""


PER_REPLICA: Final = PerReplica()


class Options(BaseModel):
    """What a suite may say of a component, beside its name. Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    name: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One registered thing. `target` is `module:object`, imported by `load`."""

    kind: str
    name: str
    options: type[Options]
    target: str
    summary: str
    formula: str
    source: str

    def load(self) -> Any:
        """The object itself; importing it may import torch."""
        module, _, attribute = self.target.partition(":")
        return getattr(importlib.import_module(module), attribute)


_ENTRIES: dict[tuple[str, str], Entry] = {}


def register(
    kind: str,
    name: str,
    *,
    target: str,
    summary: str,
    options: type[Options] = Options,
    formula: str = "",
    source: str = "",
) -> None:
    """Make `target` known under `name`. The options model gets the name as its tag."""
    if kind not in KINDS:
        raise UnknownName("kind", kind, KINDS)
    if (kind, name) in _ENTRIES:
        raise ValueError(f"{kind} '{name}' is registered twice: {_ENTRIES[kind, name].target} and {target}")
    tag: Any = Literal[name]  # one tag for each entry, made at run time
    tagged = create_model(options.__name__, __base__=options, name=(tag, name))
    _ENTRIES[kind, name] = Entry(kind, name, tagged, target, summary, formula, source)


def entries(kind: str) -> Iterator[Entry]:
    """All entries of a kind, by name."""
    if kind not in KINDS:
        raise UnknownName("kind", kind, KINDS)
    for home in _HOMES[kind]:
        importlib.import_module(home)
    yield from sorted((e for e in _ENTRIES.values() if e.kind == kind), key=lambda e: e.name)


def entry(kind: str, name: str) -> Entry:
    """The entry of that kind and name; raises UnknownName with the nearest one."""
    known = {e.name: e for e in entries(kind)}
    if name not in known:
        raise UnknownName(kind, name, known)
    return known[name]


def load(kind: str, options: Options) -> Any:
    """The object that `options.name` names."""
    return entry(kind, options.name).load()
