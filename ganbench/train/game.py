"""The state of R games: two players, who is alive, and the random tape."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from ganbench.gan.losses import Loss
from ganbench.gan.optimizers import Optimizer
from ganbench.gan.penalties import Projection
from ganbench.gan.tricks.trick import Phase
from ganbench.train.conditioning import UNCONDITIONAL, Conditioning
from ganbench.train.noise import Joined, Masks, Reader, Tape
from ganbench.train.penalties import Penalties
from ganbench.train.population import Stack
from ganbench.train.reading import Reading
from ganbench.train.tricks import Tricks

Vectors = Mapping[str, Tensor]


class Player:
    """One side of the game. letter: d or g, the suffix of its signals; hyper: [R, 1] each."""

    def __init__(
        self,
        letter: str,
        stack: Stack,
        *,
        optimizer: Optimizer,
        hyper: Vectors,
        masks: Masks,
        projections: Sequence[tuple[Projection, Vectors]] = (),
    ) -> None:
        self.letter = letter
        self.stack = stack
        self.optimizer = optimizer
        self.hyper = hyper
        self.masks = masks
        self.projections = projections
        self.state = {name: torch.zeros_like(stack.flat) for name in optimizer.moments}
        self.state["steps"] = torch.zeros_like(stack.flat[:, :1])

    def move(self, gradient: Tensor, moves: Tensor, *, rate: Tensor | None = None) -> Tensor:
        """One optimiser step for the replicas in `moves` [R]; the change of the weights, [R, P].

        `gradient` [R, P] is overwritten with 0 where a replica does not move, whatever it held. rate: a
        factor of the learning rate, [R].
        """
        chosen = moves[:, None]
        gradient.masked_fill_(~chosen, 0)
        hyper = self.hyper if rate is None else {**self.hyper, "lr": self.hyper["lr"] * rate[:, None]}
        delta = self.optimizer.delta(gradient, chosen.to(gradient.dtype), self.state, hyper)
        for projection, values in self.projections:
            if projection.before:
                self._project(partial(projection.before, lr=hyper["lr"], values=values), chosen)
        self.stack.flat.add_(delta)
        for projection, values in self.projections:
            if projection.after:
                self._project(partial(projection.after, values=values), chosen)
        return delta

    def _project(self, change: Callable[[Tensor], None], chosen: Tensor) -> None:
        """Change the weights in place, but only of the replicas in `chosen` [R, 1]."""
        projected = self.stack.flat.clone()
        change(projected)
        self.stack.flat.copy_(torch.where(chosen, projected, self.stack.flat))


class Average:
    """Exponential moving average of the generator's weights; its buffers are copied.

    With `warmup` the decay of a replica's n-th update is min(decay, (1 + n) / (10 + n)).
    """

    def __init__(self, stack: Stack, *, decay: Tensor, warmup: bool) -> None:
        self.stack = stack.copy()
        self.decay = decay[:, None]
        self.warmup = warmup
        self.updates = torch.zeros_like(self.decay)

    def update(self, generator: Stack, moves: Tensor) -> None:
        decay = self.decay
        if self.warmup:
            decay = torch.minimum(decay, (1 + self.updates) / (10 + self.updates))
        mean = self.stack.flat.lerp(generator.flat, 1 - decay)
        # Not by a weight of 0 for who does not move: 0 times infinity is NaN.
        self.stack.flat.copy_(torch.where(moves[:, None], mean, self.stack.flat))
        self.stack.keep(generator.buffers, moves)
        self.updates.add_(moves[:, None])


@dataclass(frozen=True, slots=True)
class Tapes:
    """What a run draws while it trains, each [R, B, ...] at a step of the player who uses it.

    Labels stand as one-hot columns behind real samples and behind z.
    """

    real: Tape
    discriminator_noise: Tape | Joined
    generator_noise: Tape | Joined
    interpolation: Tape | None


class Game:
    """R games of one shape.

    alive: [R] bool; a replica whose loss or gradient is not finite leaves for good.
    diverged_at: [R], the generator step at which it left, -1 while alive.
    """

    def __init__(
        self,
        generator: Player,
        discriminator: Player,
        *,
        loss: Loss,
        reading: Reading,
        tapes: Tapes,
        joint: bool,
        average: Average | None,
        penalties: Penalties | None = None,
        tricks: Tricks | None = None,
        conditioning: Conditioning = UNCONDITIONAL,
    ) -> None:
        self.generator = generator
        self.discriminator = discriminator
        self.loss = loss
        self.reading = reading
        self.tapes = tapes
        self.joint = joint
        self.average = average
        self.penalties = penalties or Penalties()
        self.tricks = tricks or Tricks()
        self.conditioning = conditioning
        flat = generator.stack.flat
        self.alive = torch.ones(len(flat), dtype=torch.bool, device=flat.device)
        self.diverged_at = torch.full((len(flat),), -1, dtype=torch.long, device=flat.device)
        self.clock = torch.zeros((), dtype=torch.long, device=flat.device)

    @property
    def replicas(self) -> int:
        return self.generator.stack.replicas

    def open(self, phase: Phase, step: int) -> None:
        """Rewind the draws of both networks, of penalties and of tricks to the start of this step of a player."""
        self.generator.masks.open(phase, step)
        self.discriminator.masks.open(phase, step)
        self.penalties.open(phase, step, clock=self.clock)
        self.tricks.open(phase, step, clock=self.clock)

    def read_by(self, reader: Reader | None) -> None:
        """Have every draw that a step makes go through `reader`; None: straight from the tapes."""
        for source in self._sources():
            source.read_by(reader)

    def _sources(self) -> Iterator[Tape | Joined | Masks]:
        tapes = self.tapes
        yield from (tapes.real, tapes.discriminator_noise, tapes.generator_noise)
        if tapes.interpolation:
            yield tapes.interpolation
        yield from (self.generator.masks, self.discriminator.masks)
        yield from (term.draws for term in self.penalties.terms)
        yield from (one.draws for one in self.tricks.applied)

    def between(self, rounds: int) -> None:
        """What tricks make of the weights between two rounds; 0 before the first."""
        for player in (self.generator, self.discriminator):
            held = player.stack.flat
            changed = self.tricks.between(held, self.alive, player.letter, rounds)
            if changed is not held:
                held.copy_(torch.where(self.alive[:, None], changed, held))

    def survivors(self, *checked: Tensor) -> Tensor:
        """Retire the replicas of which a number in `checked` ([R] each) is not finite; who is left, [R]."""
        finite = torch.stack(checked).isfinite().all(0)
        self.diverged_at.copy_(torch.where(self.alive & ~finite, self.clock, self.diverged_at))
        return self.alive.logical_and_(finite)


Record = Callable[[str, Tensor], None]


def unrecorded(name: str, values: Tensor) -> None:  # the shared signature
    """A recorder that keeps nothing."""
