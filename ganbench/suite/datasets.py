"""What a suite must know of a data set: what a sample is, and the metrics that judge it."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol, cast

from ganbench import registry
from ganbench.registry import Options


class Described(Protocol):
    """The part of a data set that is asked here. Data sets import no torch."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    @property
    def image_shape(self) -> tuple[int, int] | None: ...

    @property
    def default_metrics(self) -> tuple[str, ...]: ...


@lru_cache(maxsize=256)
def dataset(options: Options) -> Described:
    """The data set that the options name, built once."""
    return cast(Described, registry.load("dataset", options)(options))
