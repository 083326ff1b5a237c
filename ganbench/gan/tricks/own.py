"""A trick of the user's: a `Trick`, or a function of options that makes one."""

from __future__ import annotations

from typing import Any

from ganbench.errors import PluginError
from ganbench.gan.tricks.trick import Trick
from ganbench.plugins import Adapted, given
from ganbench.registry import Options


def adapted(target: Any, name: str) -> Adapted:
    """A `Trick`, or `(**options) -> Trick`. Raises PluginError for anything else."""
    if isinstance(target, Trick):
        return Adapted(lambda _: target)
    if not callable(target):
        raise PluginError(f"is a {type(target).__name__}, expected a Trick", where=name)

    def make(options: Options) -> Trick:
        found = target(**given(options))
        if not isinstance(found, Trick):
            raise PluginError(f"gave a {type(found).__name__}, expected a Trick", where=name)
        return found

    return Adapted(make, of=target, shared="the function makes one Trick for all replicas")
