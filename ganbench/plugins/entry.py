"""From code to an entry of the registry."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from ganbench import registry
from ganbench.errors import PluginError
from ganbench.plugins.code import Plug, own_code
from ganbench.plugins.signature import Adapted, options_of
from ganbench.registry import Entry, Options

# kind -> (what the user wrote, its name) -> Adapted
_ADAPTERS: Final = {
    "dataset": "ganbench.data.own:adapted",
    "loss": "ganbench.gan.losses.own:adapted",
    "network": "ganbench.gan.networks.own:adapted",
    "optimizer": "ganbench.gan.own_optimizer:adapted",
    "penalty": "ganbench.gan.penalties.own:adapted",
    "trick": "ganbench.gan.tricks.own:adapted",
}


@dataclass(frozen=True, slots=True)
class PluggedEntry(Entry):
    """A plug-in in the registry."""

    adapted: Adapted

    def load(self) -> Any:
        """The component with the options' defaults."""
        return self.made(self.options.model_validate({"name": self.name}))

    def made(self, options: Options) -> Any:
        """Made once for equal options. Raises PluginError with the user's own line."""
        return _made(self, options)

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other


def admit(plug: Plug) -> Entry:
    """Load the code and make it known to the registry. Raises PluginError."""
    if plug.kind not in _ADAPTERS:
        raise PluginError(f"a {plug.kind} cannot be a plug-in", where=plug.code.name)
    name, digest = plug.code.name, plug.code.digest
    if found := registry.plugged(plug.kind, name, digest):
        return found
    target = plug.code.load()
    adapted: Adapted = _adapter(plug.kind)(target, name)
    options = options_of(adapted, name, digest)
    summary = " ".join((getattr(target, "__doc__", None) or "").split("\n\n")[0].split())
    source = f"{Path(plug.code.file).name}, content {digest}"
    entry = PluggedEntry(plug.kind, name, options, name, summary, "", source, "", adapted)
    registry.plug(entry, digest)
    return entry


def kinds() -> list[str]:
    """What can be a plug-in."""
    return sorted(_ADAPTERS)


def _adapter(kind: str) -> Any:
    module, _, function = _ADAPTERS[kind].partition(":")
    return getattr(importlib.import_module(module), function)


@cache
def _made(entry: PluggedEntry, options: Options) -> Any:
    with own_code(entry.name):
        return entry.adapted.make(options)
