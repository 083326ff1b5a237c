"""The judge of a run: the metrics that a suite asks for, on samples of its generator."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from ganbench import registry, seeding
from ganbench.errors import UsageError
from ganbench.metrics import measures, modes, transport
from ganbench.metrics.classes import NearestNeighbour, nearest_neighbour
from ganbench.metrics.protocols import Data, Floats, Ints, Modes
from ganbench.metrics.view import Discriminator, Reference, View

FLOOR_DRAWS = 4


class Judge:
    """Holds the held-out reference of one run and measures samples against it.

    samples: how many each evaluation brings, at least 2; the reference has as many. metrics: names, those of the
    data set if None. projections: directions of the sliced distances. exact_samples: size of the samples for the
    exact Wasserstein distance; 0 leaves it out. seed: of the evaluation stream; equal seeds give equal references
    and directions. Raises UnknownName for a metric that is not registered, UsageError for one that the data
    cannot give.
    """

    def __init__(
        self,
        data: Data,
        samples: int,
        *,
        metrics: Sequence[str] | None = None,
        projections: int = 64,
        exact_samples: int = 256,
        seed: int = 0,
    ) -> None:
        if samples < 2:
            raise UsageError(f"evaluation.samples is {samples}, expected at least 2")
        names = data.default_metrics if metrics is None else metrics
        self.names = tuple(name for name in names if exact_samples or name != "exact_wasserstein")
        self._measures = {name: registry.entry("metric", name).load() for name in self.names}
        self._data = data
        self._seed = seed
        self.modes: Modes | None = nearest_neighbour(*data.labelled) if data.labelled else data.law
        self._require_modes()
        dim = int(np.prod(data.shape))
        self.reference = Reference(
            shape=data.shape,
            real=data.held_out(self._stream("held-out"), samples).x.reshape(samples, dim),
            draw_known=lambda: self._known(min(samples // 2, measures.KNOWN), dim),
            directions=transport.random_directions(self._stream("projections"), projections, dim=dim),
            exact_samples=min(exact_samples, samples),
            modes=self.modes,
            law=data.law,
        )

    @property
    def held_out_accuracy(self) -> float | None:
        """Of the classifier that names classes, 0 to 1; None where modes are known exactly or not at all."""
        return self.modes.held_out_accuracy if isinstance(self.modes, NearestNeighbour) else None

    def evaluate(
        self,
        samples: np.ndarray,
        discriminator: Discriminator | None = None,
        *,
        asked: Ints | None = None,
        final: bool = False,
    ) -> dict[str, float]:
        """Every metric of samples [n, *shape], n as many as announced; those of the last evaluation if `final`.

        discriminator: [n, *shape] -> logits [n]; None where its level has no reading as a density ratio: what needs
        it is then NaN. asked: the labels that a conditional generator was given, [n]. Non-finite samples are never
        of high quality and make distances NaN or infinite.
        """
        return self._measure(self._view(samples, discriminator, asked), final=final)

    def histogram(self, samples: np.ndarray) -> Ints | None:
        """High-quality samples of each mode or class, [K]; None where the data have no known modes."""
        if self.modes is None:
            return None
        with quiet():
            return self._view(samples).high_quality_counts

    def floors(self) -> dict[str, float]:
        """What a perfect sampler gets at the same n, for every metric: floors of distances, ceilings of shares.

        Exact where a closed form is known; else the mean over a few real samples (of the training set where data
        are finite). The discriminator is then the blind one, D = 1/2.
        """
        measured = [self._measure(self._real_view(i), final=True) for i in range(FLOOR_DRAWS)]
        means = {name: float(np.mean([values[name] for values in measured])) for name in self.names}
        return means | {name: value for name, value in self._closed_forms.items() if name in means}

    def _known(self, count: int, dim: int) -> Floats:
        """Training samples, [count, d]."""
        return self._data.train(self._stream("known"), count).x.reshape(count, dim)

    @cached_property
    def _closed_forms(self) -> dict[str, float]:
        told = {"neighbour_auc": 0.5}
        if self.modes is None:
            return told
        floor = modes.reverse_kl_floor(len(self.modes.weights), len(self.reference.real))
        accuracy = self.held_out_accuracy
        named = {} if accuracy is None else {"conditional_accuracy": accuracy}
        return {"high_quality": self.modes.ceiling, "reverse_kl": floor} | named | told

    def _measure(self, view: View, *, final: bool) -> dict[str, float]:
        with quiet():
            return {
                name: float(measure(view))
                for name, measure in self._measures.items()
                if final or name not in measures.LAST_ONLY
            }

    def _view(
        self, samples: np.ndarray, discriminator: Discriminator | None = None, asked: Ints | None = None
    ) -> View:
        flat = np.asarray(samples, dtype=np.float64).reshape(len(samples), -1)
        if flat.shape != self.reference.real.shape:
            raise ValueError(f"samples are {flat.shape}, expected {self.reference.real.shape}")
        return View(flat, self.reference, discriminator, asked)

    def _real_view(self, draw: int) -> View:
        source = self._data.train if self._data.labelled else self._data.held_out
        real = source(self._stream("floor", draw), len(self.reference.real))
        return self._view(real.x, blind, real.label)

    def _stream(self, *parts: str | int) -> np.random.Generator:
        return seeding.stream(self._seed, seeding.EVALUATION, *parts)

    def _require_modes(self) -> None:
        lacking = [name for name in self.names if name in measures.NEED_MODES]
        if self.modes is None and lacking:
            raise UsageError(
                f"metric '{lacking[0]}' needs data with known modes or classes, these have none",
                where="evaluation.metrics",
                hint=f"leave it out, or measure one of: {', '.join(self._data.default_metrics)}",
            )


def quiet() -> np.errstate:
    """A diverged generator overflows squares; the infinities and NaN that follow are the answer."""
    return np.errstate(over="ignore", invalid="ignore")


def blind(samples: Floats) -> Floats:
    """The discriminator that answers D = 1/2 to everything: logits 0, [n]."""
    return np.zeros(len(samples))
