"""A data set of the user's: an array, a function that draws, or an object that is a data set already."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from ganbench import seeding
from ganbench.data.dataset import Box, Dataset, Samples, read_only, rows
from ganbench.data.finite import Finite
from ganbench.data.images import stratified
from ganbench.errors import PluginError
from ganbench.plugins import Adapted, given, positional
from ganbench.registry import Options

DRAWN: Final = 2  # a function of a generator and a count
HELD_OUT: Final = 0.2  # share of an array
BOXED: Final = 4096  # draws that say where the data lie
METRICS: Final = ("sliced_wasserstein", "energy_distance", "neighbour_auc")
OF_CLASSES: Final = ("covered_modes", "covered_share", "high_quality", "reverse_kl")
_PARTS: Final = ("train", "held_out", "shape", "image_shape", "label_count", "default_metrics", "law", "box")
_GREY: Final = 3  # axes of an array of grey images


@dataclass(frozen=True, eq=False)
class Drawn(Dataset):
    """Fresh draws by a function of the user's; `sampler(rng, count)` gives [count, ...]."""

    sampler: Callable[[np.random.Generator, int], Any]
    name: str
    size: int  # numbers of a sample

    @property
    def shape(self) -> tuple[int, ...]:
        return (self.size,)

    @property
    def default_metrics(self) -> tuple[str, ...]:
        return METRICS

    @cached_property
    def box(self) -> Box:
        """Of 4,096 draws, a tenth wider: nothing is known of the law."""
        x = self.train(seeding.stream(0, "box"), BOXED).x
        margin = 0.1 * np.ptp(x, axis=0)
        return x.min(0) - margin, x.max(0) + margin

    def train(self, rng: np.random.Generator, count: int) -> Samples:
        """`count` fresh draws."""
        x = _array(self.sampler(rng, count), self.name)
        if len(x) != count:
            raise PluginError(f"gave {len(x)} samples, expected {count}", where=self.name)
        return Samples(x.reshape(count, -1))

    held_out = train


@dataclass(frozen=True, eq=False)
class Points(Finite):
    """An array of the user's, x [n, ...] as [n, D]."""

    @property
    def default_metrics(self) -> tuple[str, ...]:
        return METRICS if self.labelled is None else (*OF_CLASSES, *METRICS)

    @cached_property
    def box(self) -> Box:
        every = np.concatenate([self.training_set.x, self.held_out_set.x])
        return every.min(0), every.max(0)


def adapted(target: Any, name: str) -> Adapted:
    """An array [n, ...] or a pair (array, labels [n]); `(rng, count, **options) -> [count, ...]`; a data set; or
    `(**options)` -> array, pair or data set. Raises PluginError for anything else.
    """
    if not callable(target):
        return Adapted(lambda _: _constant(_as_dataset(target, name)))
    draws = positional(target, name)
    if len(draws) == DRAWN:
        return Adapted(
            lambda options: _constant(_drawn(target, options)),
            of=target,
            taken=draws,
            shared="a run's data belong to its evaluation, which runs of a population share",
        )
    return Adapted(
        lambda options: _constant(_as_dataset(target(**given(options)), name)),
        of=target,
        shared="the function makes one data set",
    )


def _constant(dataset: Any) -> Callable[[Options], Any]:
    """Data sets are built as `target(options)`."""
    return lambda _: dataset


def _drawn(target: Callable[..., Any], options: Options) -> Drawn:
    own = given(options)

    def sampler(rng: np.random.Generator, count: int) -> Any:
        return target(rng, count, **own)

    example = _array(sampler(seeding.stream(0, "example"), 4), options.name)
    return Drawn(sampler, options.name, math.prod(example.shape[1:]))


def _as_dataset(found: Any, name: str) -> Any:
    if all(hasattr(found, part) for part in _PARTS):
        return found
    x, label = found if isinstance(found, tuple) and len(found) == 2 else (found, None)
    return _split(_array(x, name, least=2), label, name)


def _split(x: np.ndarray, label: Any, name: str) -> Points:
    """A fifth is held out, of each class where there are labels; the same samples always."""
    grey = x.ndim == _GREY
    image_shape = (x.shape[1], x.shape[2]) if grey else None
    classes = np.zeros(len(x), np.int64) if label is None else _labels(label, len(x), name)
    held_out = stratified(classes, max(1, round(HELD_OUT * len(x))))
    samples = Samples(x.reshape(len(x), -1), None if label is None else classes)
    training_set, held_out_set = (rows(samples, np.flatnonzero(which)) for which in (~held_out, held_out))
    for part in (training_set, held_out_set):
        read_only(part.x)
    return Points(training_set, held_out_set, image_shape)


def _array(x: Any, name: str, *, least: int = 1) -> np.ndarray:
    """float64 [n, ...], finite; n of at least `least`."""
    try:
        found = np.asarray(x, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise PluginError(f"gave no array of numbers: {error}", where=name) from error
    if found.ndim < 2 or len(found) < least:
        raise PluginError(
            f"gave an array of shape {list(found.shape)}, expected [n, ...] with n of at least {least}: a sample is a "
            "row",
            where=name,
        )
    if not np.isfinite(found).all():
        raise PluginError("gave numbers that are not finite", where=name)
    return found


def _labels(label: Any, count: int, name: str) -> np.ndarray:
    found = np.asarray(label)
    if found.shape != (count,) or found.dtype.kind not in "iu" or found.min() < 0:
        raise PluginError(f"expected labels as {count} integers from 0", where=name)
    return found.astype(np.int64)
