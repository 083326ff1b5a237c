"""What a trick is: functions at fixed places of a training step. Imports no torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from ganbench.registry import Options

if TYPE_CHECKING:
    from torch import Tensor

    from ganbench.gan.losses import Loss

Phase = Literal["d", "g", "geometry"]


class Draws(Protocol):
    """The random tape at this step: every call gives other draws, [R, *shape], each replica its own."""

    def uniform(self, shape: tuple[int, ...]) -> Tensor: ...

    def normal(self, shape: tuple[int, ...]) -> Tensor: ...


@dataclass(frozen=True, slots=True)
class Scene:
    """What a trick knows of the step that it changes.

    options: as the suite wrote them; values: those that may differ between replicas, [R] each, or [R, 2] where
        one of them is a range; null is NaN.
    phase: whose step it is; `geometry` for a look at the game that must not leave a trace.
    progress: share of the planned generator steps that is done, a tensor of no dimension in [0, 1).
    memory: the trick's own state by name, [R, ...], zero at first; to be written in place.
    """

    options: Options
    values: Mapping[str, Tensor]
    phase: Phase
    draws: Draws
    progress: Tensor
    memory: Mapping[str, Tensor]

    def value(self, name: str, like: Tensor) -> Tensor:
        """An option as [R, 1, ...], to be broadcast against `like` [R, ...]."""
        return self.values[name].reshape(-1, *[1] * (like.dim() - 1))


@dataclass(frozen=True, slots=True)
class Answers:
    """What D says in a generator step.

    fake, real: logits [R, B] of the generated and the real samples; `real` repeats `fake` where the loss is not
        paired. features: D's last hidden layer for both, [R, B, F] each, of which G's can be differentiated.
    """

    fake: Tensor
    real: Tensor
    features: Callable[[], tuple[Tensor, Tensor]]


@dataclass(frozen=True, slots=True)
class Extent:
    """What the state of a trick may be as large as: one sample, a batch, the weights of a player by letter.

    pack: samples that D takes as one.
    """

    sample: tuple[int, ...]
    batch: int
    weights: Mapping[str, int]
    pack: int = 1


class Optimizers(Protocol):
    """The optimisers of a cell."""

    @property
    def generator(self) -> Options: ...
    @property
    def discriminator(self) -> Options: ...


class Schedule(Protocol):
    """How many steps make a round, in which order, on which batches."""

    @property
    def d_steps(self) -> int: ...
    @property
    def g_steps(self) -> int: ...
    @property
    def order(self) -> str: ...
    @property
    def extrapolation_samples(self) -> str: ...


class Setting(Protocol):
    """What a trick may ask of the cell that it is used in."""

    @property
    def loss(self) -> Options: ...
    @property
    def penalties(self) -> tuple[Options, ...]: ...
    @property
    def tricks(self) -> tuple[Options, ...]: ...
    @property
    def generator(self) -> Options: ...
    @property
    def discriminator(self) -> Options: ...
    @property
    def data(self) -> Options: ...
    @property
    def optimizers(self) -> Optimizers: ...
    @property
    def schedule(self) -> Schedule: ...
    @property
    def batch(self) -> int: ...
    @property
    def steps(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Trick:
    """The places of a step that a trick changes; None is left as it is. Tensors have a leading replica axis.

    fakes: the generated samples of a D step -> those that D is trained on, [R, B, ...]; in a conditional game with
        their labels one-hot behind them, [R, B, F + K].
    seen: samples -> what D sees of them, in steps of both players, [R, B, ...].
    packs: options -> how many neighbouring samples D takes as one, after `seen` of all tricks.
    targets: D's targets for (real, fake), 1 and 0 at first -> its targets, [R, B] each; for losses with a
        `targeted` form alone.
    mean_target: (options, mean target of all samples of a D step) -> what `targets` makes of it, in the mean; None:
        not known, and with it what a level of the logits means.
    unrolled: options -> how many steps D is ahead, by its own optimiser on the batch at hand, where G looks at it.
    features: D must offer the features of `Answers`.
    generator_loss: (what D answers, loss) -> G's loss, [R]; at most one trick of a cell.
    reading: (loss, mean target of D or None) -> the loss with the attenuation and the equilibrium of that loss of G;
        None: not known.
    field: the game's field v = (-grad_G L_G, -grad_D L_D) on the batch at hand, penalties included, [R, Q] ->
        a value [R] whose gradient each player adds to its own.
    gradient: (gradient [R, P], weights [R, P], letter of the player) -> the gradient that the optimiser gets. A
        row that is not finite belongs to a replica that leaves; it must not reach other rows.
    moves: (who moves [R] bool, letter of the player, its loss [R]) -> who moves.
    rate: letter of the player -> factor of its learning rate, [R].
    between: (weights [R, P], who is alive [R], letter of the player, rounds done) -> its weights where the next
        round begins; called for both players before the first round and after every one.
    every: options -> rounds between two in which `between` does anything, and then the same; None: it looks at the
        number of rounds in another way, and no CUDA graph is made of a game with it.
    obstacle: (options, setting) -> why the trick means nothing there, as the end of a sentence that begins with
        its name; None where it does.
    memory: (options, extent) -> shapes of the state of one replica, by name.
    """

    fakes: Callable[[Tensor, Scene], Tensor] | None = None
    seen: Callable[[Tensor, Scene], Tensor] | None = None
    packs: Callable[[Options], int] | None = None
    targets: Callable[[tuple[Tensor, Tensor], Scene], tuple[Tensor, Tensor]] | None = None
    mean_target: Callable[[Options, float], float] | None = None
    unrolled: Callable[[Options], int] | None = None
    features: bool = False
    generator_loss: Callable[[Answers, Loss, Scene], Tensor] | None = None
    reading: Callable[[Loss, float | None], Loss] | None = None
    field: Callable[[Tensor, Scene], Tensor] | None = None
    gradient: Callable[[Tensor, Tensor, str, Scene], Tensor] | None = None
    moves: Callable[[Tensor, str, Tensor, Scene], Tensor] | None = None
    rate: Callable[[str, Scene], Tensor] | None = None
    between: Callable[[Tensor, Tensor, str, int, Scene], Tensor] | None = None
    every: Callable[[Options], int] | None = None
    obstacle: Callable[[Options, Setting], str | None] | None = None
    memory: Callable[[Options, Extent], Mapping[str, tuple[int, ...]]] | None = None
