"""What a suite must know of a data set: what a sample is, and the metrics that judge it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Protocol, cast

from ganbench import registry
from ganbench.data.dataset import Box
from ganbench.registry import Options

if TYPE_CHECKING:
    from ganbench.suite.schema import Setting


class Described(Protocol):
    """The part of a data set that is asked here. Data sets import no torch."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    @property
    def box(self) -> Box: ...

    @property
    def image_shape(self) -> tuple[int, int] | None: ...

    @property
    def label_count(self) -> int | None: ...

    @property
    def default_metrics(self) -> tuple[str, ...]: ...

    @property
    def law(self) -> object | None: ...

    @property
    def labelled(self) -> object | None: ...


@lru_cache(maxsize=256)
def dataset(options: Options) -> Described:
    """The data set that the options name, built once."""
    return cast(Described, registry.load("dataset", options)(options))


def measured(setting: Setting) -> tuple[str, ...]:
    """The metrics of a setting: those that it names, or those of its data set and of its labels."""
    if setting.evaluation.metrics is not None:
        return setting.evaluation.metrics
    data = dataset(setting.data)
    named = setting.conditional and (data.law or data.labelled)
    return (*data.default_metrics, "conditional_accuracy") if named else tuple(data.default_metrics)
