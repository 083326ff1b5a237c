"""One registry for everything that a suite names: losses, penalties, tricks, networks, data sets, optimisers.

An entry is known by kind and name, describes itself (formula, source, defaults) without importing
torch, and is loaded on use. The modules that register are listed once, in `_HOMES`. A name with a colon is
code of the user's, `file.py:object` or `module:object`; `ganbench.plugins` makes its entries.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, create_model

from ganbench.errors import PluginError, UnknownName

KINDS: Final = ("dataset", "network", "loss", "penalty", "trick", "optimizer", "metric", "detector")

_HOMES: Final = {
    "dataset": ("ganbench.data",),
    "network": ("ganbench.gan.networks",),
    "loss": ("ganbench.gan.losses",),
    "penalty": ("ganbench.gan.penalties",),
    "trick": ("ganbench.gan.tricks",),
    "optimizer": ("ganbench.gan.optimizers", "ganbench.gan.optimistic"),
    "metric": ("ganbench.metrics",),
    "detector": ("ganbench.detect",),
}


@dataclass(frozen=True, slots=True)
class PerReplica:
    """Marks an option that may differ between the replicas of one population (a vector over them)."""


PER_REPLICA: Final = PerReplica()


class Options(BaseModel):
    """What a suite may say of a component, beside its name. Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    name: str

    @property
    def label(self) -> str:
        """The name; of a plug-in that of the object, without its file: nothing drawn or recorded depends on a path."""
        return label(self.name)


class Unread(Options):
    """Options of a plug-in that has not been loaded yet: anything goes."""

    model_config = ConfigDict(extra="allow")


def is_plugin(name: str) -> bool:
    """Whether a name stands for code of the user's."""
    return ":" in name


def label(name: str) -> str:
    """The object in the name of a plug-in; any other name as it is."""
    return name.rpartition(":")[2]


def per_replica(options: Options) -> dict[str, Any]:
    """The options that may differ between replicas, by name."""
    fields = type(options).model_fields.items()
    names = [name for name, field in fields if any(isinstance(m, PerReplica) for m in field.metadata)]
    return {name: getattr(options, name) for name in names}


@dataclass(frozen=True, slots=True)
class Entry:
    """One registered thing. `target` is `module:object`, imported by `load`; `defaults`: where those of its options
    come from.
    """

    kind: str
    name: str
    options: type[Options]
    target: str
    summary: str
    formula: str
    source: str
    defaults: str

    def load(self) -> Any:
        """The object itself; importing it may import torch."""
        module, _, attribute = self.target.partition(":")
        return getattr(importlib.import_module(module), attribute)

    def made(self, options: Options) -> Any:  # noqa: ARG002  # those of a plug-in are used here
        """What `load` gives for these options."""
        return self.load()


Finder = Callable[[str, str, str], Entry]
"""(kind, name, hash of its content or nothing) -> the entry of a plug-in. Raises PluginError."""

_ENTRIES: dict[tuple[str, str], Entry] = {}
_PLUGGED: dict[tuple[str, str, str], Entry] = {}  # by kind, name and content
_FINDER: ContextVar[Finder | None] = ContextVar("finder", default=None)


def register(
    kind: str,
    name: str,
    *,
    target: str,
    summary: str,
    options: type[Options] = Options,
    formula: str = "",
    source: str = "",
    defaults: str = "",
) -> None:
    """Make `target` known under `name`. The options model gets the name as its tag."""
    if kind not in KINDS:
        raise UnknownName("kind", kind, KINDS)
    if (kind, name) in _ENTRIES:
        raise ValueError(f"{kind} '{name}' is registered twice: {_ENTRIES[kind, name].target} and {target}")
    tag: Any = Literal[name]  # one tag for each entry, made at run time
    tagged = create_model(options.__name__, __base__=options, name=(tag, name))
    _ENTRIES[kind, name] = Entry(kind, name, tagged, target, summary, formula, source, defaults)


def entries(kind: str) -> Iterator[Entry]:
    """All entries of a kind, by name."""
    if kind not in KINDS:
        raise UnknownName("kind", kind, KINDS)
    for home in _HOMES[kind]:
        importlib.import_module(home)
    yield from sorted((e for e in _ENTRIES.values() if e.kind == kind), key=lambda e: e.name)


def entry(kind: str, name: str, *, source: str = "") -> Entry:
    """The entry of that kind and name; raises UnknownName with the nearest one.

    source: of a plug-in, the hash of its content. Raises PluginError for one that is not loaded.
    """
    if is_plugin(name):
        return _plugged(kind, name, source)
    known = {e.name: e for e in entries(kind)}
    if name not in known:
        raise UnknownName(kind, name, known)
    return known[name]


def load(kind: str, options: Options) -> Any:
    """The object that `options.name` names."""
    return entry(kind, options.name, source=getattr(options, "source", "")).made(options)


def plug(entry: Entry, source: str) -> None:
    """Make a plug-in known, by what it is called and by the hash of its content."""
    _PLUGGED[entry.kind, entry.name, source] = entry


def plugged(kind: str, name: str, source: str) -> Entry | None:
    """A plug-in of that content, if it is known."""
    return _PLUGGED.get((kind, name, source))


@contextmanager
def finding(finder: Finder) -> Iterator[None]:
    """Within it, names of plug-ins mean what `finder` says."""
    token = _FINDER.set(finder)
    try:
        yield
    finally:
        _FINDER.reset(token)


def _plugged(kind: str, name: str, source: str) -> Entry:
    if found := plugged(kind, name, source):
        return found
    if finder := _FINDER.get():
        return finder(kind, name, source)
    raise PluginError(
        f"{kind} '{name}' is code that is not loaded{source and f', of content {source}'}",
        hint="name its file with --plugin FILE",
    )
