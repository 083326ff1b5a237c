"""What one evaluation has at hand; computed on use, once, and shared by the measures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ganbench.metrics import modes, transport
from ganbench.metrics.protocols import Floats, Ints, Law, Modes

Discriminator = Callable[[Floats], Floats]
"""Samples [n, *shape] -> logits [n]."""


@dataclass(frozen=True, eq=False)
class Reference:
    """What samples are compared with: fixed for a run, computed once.

    shape: of one sample. real: held-out samples, [n, d]. draw_known: gives `known`. directions: [P, d].
    exact_samples: size of the samples for the exact transport distance. modes, law: None where not known.
    """

    shape: tuple[int, ...]
    real: Floats
    draw_known: Callable[[], Floats]
    directions: Floats
    exact_samples: int
    modes: Modes | None
    law: Law | None

    @cached_property
    def known(self) -> Floats:
        """Training samples, [m, d]; drawn only where a measure asks for them."""
        return self.draw_known()

    @cached_property
    def projections(self) -> Floats:
        """Sorted, [P, n]."""
        return transport.sorted_projections(self.real, self.directions)


@dataclass(frozen=True, eq=False)
class View:
    """Samples of a generator, [n, d], beside the reference, and the logits of a discriminator if there is one.

    asked: the labels that the samples were asked for, [n]; None where nobody asked.
    """

    fake: Floats
    reference: Reference
    discriminator: Discriminator | None = None
    asked: Ints | None = None

    @property
    def modes(self) -> Modes:
        """The modes of the data; a measure that asks for them is only used where they are known."""
        assert self.reference.modes is not None
        return self.reference.modes

    @cached_property
    def assignment(self) -> tuple[Ints, Floats]:
        """Nearest mode [n] and distance to it [n]."""
        return self.modes.assign(self.fake)

    @cached_property
    def high_quality_counts(self) -> Ints:
        """High-quality samples of each mode, [K]."""
        mode, distance = self.assignment
        return modes.mode_counts(mode, distance < self.modes.radius, modes=len(self.modes.weights))

    @cached_property
    def projections(self) -> Floats:
        """Sorted, [P, n]."""
        return transport.sorted_projections(self.fake, self.reference.directions)

    @cached_property
    def logits(self) -> tuple[Floats, Floats] | None:
        """Logits of the real and of the generated samples, [n] each, in two separate batches."""
        if self.discriminator is None:
            return None
        shape = (-1, *self.reference.shape)
        batches = (self.reference.real, self.fake)
        real, fake = (np.asarray(self.discriminator(x.reshape(shape)), float).ravel() for x in batches)
        return real, fake
