"""From runs and their settings to a game: networks, tapes, optimisers, penalties as vectors over replicas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np
import torch
from torch import nn

from ganbench import registry, seeding
from ganbench.data.dataset import Dataset
from ganbench.data.ranges import Range, Shown, shown
from ganbench.errors import UsageError
from ganbench.gan import losses
from ganbench.gan.losses import Loss
from ganbench.gan.penalties import Penalty, Projection, WeightPenalty
from ganbench.gan.tricks.trick import Extent, Trick
from ganbench.registry import Options
from ganbench.suite.schema import Setting
from ganbench.suite.sizes import Role, joined_shape, label_count, pack, sizes
from ganbench.train.conditioning import Conditioning
from ganbench.train.field import Batch, Geometer
from ganbench.train.game import Average, Game, Player, Tapes, Vectors
from ganbench.train.loop import Schedule
from ganbench.train.networks import network
from ganbench.train.noise import Masks
from ganbench.train.penalties import Penalties, Term, is_of
from ganbench.train.population import Stack
from ganbench.train.precision import place_of
from ganbench.train.reading import population_reading
from ganbench.train.source import Source
from ganbench.train.tricks import Applied, Tricks


class Builder:
    """Everything that R runs of one program need. Settings and seeds: one for each replica."""

    def __init__(self, settings: Sequence[Setting], seeds: Sequence[int], device: torch.device) -> None:
        self.settings = settings
        self.seeds = seeds
        self.shared = settings[0]
        self.place = place_of(self.shared.precision, device)
        self.datasets = _datasets(settings)
        self.shown = _shown(self.datasets, self.shared.data_range)
        self.source = Source(seeds, self.shown, self.shared, self.place)

    def game(self) -> Game:
        """The game at its first step."""
        generator, discriminator = self._player("g", "generator"), self._player("d", "discriminator")
        loss = self._loss()
        game = Game(
            generator,
            discriminator,
            loss=loss,
            reading=population_reading(loss, self.settings, self.place),
            tapes=self._tapes(),
            joint=self.shared.schedule.batches == "joint",
            average=self._average(generator.stack),
            penalties=Penalties(
                self._terms,
                steps=self.shared.steps,
                units={"g": generator.stack.units, "d": discriminator.stack.units},
            ),
            tricks=self._tricks(generator.stack, discriminator.stack),
            conditioning=self._conditioning(),
        )
        game.between(0)
        return game

    def schedule(self) -> Schedule:
        shared = self.shared.schedule
        return Schedule(
            shared.d_steps,
            shared.g_steps,
            shared.order,
            reused_noise=shared.generator_noise == "reused",
            reused_samples=shared.extrapolation_samples == "reused",
        )

    def geometer(self, game: Game) -> Geometer:
        """Looks at the game on one batch of its own, the same for every look."""
        looked = Batch(
            self.source.real(seeding.GEOMETRY, "real").at(0),
            self.source.noise(seeding.GEOMETRY, "noise").at(0),
            self.source.uniform(seeding.GEOMETRY, "between").at(0),
        )
        masks = Masks(self.seeds, role=(seeding.GEOMETRY, "masks"), place=self.place)
        return Geometer(game, looked, masks, self.seeds)

    def _player(self, letter: str, role: Role) -> Player:
        options = [getattr(setting.optimizers, role) for setting in self.settings]
        return Player(
            letter,
            self._stack(role),
            optimizer=registry.load("optimizer", options[0]),
            hyper={name: vector[:, None] for name, vector in self._vectors(options).items()},
            masks=Masks(self.seeds, role=(seeding.DROPOUT, role), place=self.place),
            projections=self._projections(letter),
        )

    def _stack(self, role: Role) -> Stack:
        modules = [_initialised(lambda: network(self.shared, role), seed, role) for seed in self.seeds]
        inputs, _ = sizes(self.shared, role)
        example = self.place.tensor(seeding.stream(0, "example").standard_normal((4, inputs)))
        stack = Stack(modules, example, place=self.place, derivatives=self._derivatives(role))
        if role == "discriminator" and self._gradients and stack.normalises_batches:
            raise _no_gradient_of_its_own(self._gradients[0].name, stack.template)
        return stack

    def _derivatives(self, role: str) -> int:
        """Gradient penalties and unrolling differentiate D twice, looks at the field of the game both networks."""
        tricks = [registry.load("trick", trick) for trick in self.shared.tricks]
        if self.shared.probes.geometry or any(trick.field for trick in tricks):
            return 2
        twice = bool(self._gradients) or any(trick.unrolled for trick in tricks)
        return 2 if role == "discriminator" and twice else 1

    def _average(self, generator: Stack) -> Average | None:
        averages = [setting.ema for setting in self.settings if setting.ema]
        if not averages:
            return None
        decay = self.place.tensor([average.decay for average in averages])
        return Average(generator, decay=decay, warmup=averages[0].warmup)

    def _loss(self) -> Loss:
        of_d, of_g = (self._loss_of(role) for role in ("discriminator", "generator"))
        return losses.joined(of_d, of_g)

    def _loss_of(self, role: losses.Role) -> Loss:
        options = [losses.of_role(setting.loss, role) for setting in self.settings]
        return losses.realised(options[0], self._vectors(options))

    @cached_property
    def _penalties(self) -> list[tuple[Penalty | WeightPenalty | Projection, Sequence[Options]]]:
        """Each penalty of the program, with its options for every replica."""
        columns = zip(*(setting.penalties for setting in self.settings), strict=True)
        return [(registry.load("penalty", column[0]), column) for column in columns]

    @cached_property
    def _terms(self) -> list[Term]:
        return [
            self._term(penalty, options)
            for penalty, options in self._penalties
            if not isinstance(penalty, Projection)
        ]

    @property
    def _gradients(self) -> list[Term]:
        """The penalties that take a gradient by the samples."""
        terms = self._terms
        return [t for t in terms if isinstance(t.penalty, Penalty) and t.penalty.differentiates]

    def _term(self, penalty: Penalty | WeightPenalty, options: Sequence[Options]) -> Term:
        shapes = (penalty.memory if isinstance(penalty, Penalty) else None) or {}
        return Term(
            penalty,
            options[0],
            self._vectors(options),
            Masks(self.seeds, role=(seeding.PENALTY, options[0].label), place=self.place),
            {name: self.place.zeros((len(self.seeds), *shape)) for name, shape in shapes.items()},
        )

    def _projections(self, letter: str) -> list[tuple[Projection, Vectors]]:
        return [
            (penalty, self._vectors(options))
            for penalty, options in self._penalties
            if isinstance(penalty, Projection) and is_of(options[0], letter)
        ]

    def _tricks(self, generator: Stack, discriminator: Stack) -> Tricks:
        sizes = {"g": generator.flat.shape[1], "d": discriminator.flat.shape[1]}
        extent = Extent(joined_shape(self.shared), self.shared.batch, sizes, pack(self.shared))
        columns = zip(*(setting.tricks for setting in self.settings), strict=True)
        tricks = Tricks([self._applied(column, extent) for column in columns], steps=self.shared.steps)
        for one in tricks.applied:
            if one.trick.features and discriminator.body is None:
                raise _no_features(one.options.name, discriminator.template)
        return tricks

    def _applied(self, options: Sequence[Options], extent: Extent) -> Applied:
        """One trick, with its options for every replica."""
        trick: Trick = registry.load("trick", options[0])
        shapes = trick.memory(options[0], extent) if trick.memory else {}
        return Applied(
            trick,
            options[0],
            self._vectors(options),
            Masks(self.seeds, role=(seeding.TRICK, options[0].label), place=self.place),
            {name: self.place.zeros((len(self.seeds), *shape)) for name, shape in shapes.items()},
        )

    def _vectors(self, options: Sequence[Options]) -> Vectors:
        """The options that may differ between replicas, [R] each; where one is a range, [R, 2]. null is NaN."""
        columns = [registry.per_replica(one) for one in options]
        rows = {name: [np.asarray(c[name], dtype=float) for c in columns] for name in columns[0]}
        return {
            name: self.place.tensor(np.stack(np.broadcast_arrays(*values))) for name, values in rows.items()
        }

    def _tapes(self) -> Tapes:
        between = any(term.differentiates("between") for term in self._terms)
        return Tapes(
            self.source.real(seeding.DATA),
            self.source.noise(seeding.NOISE, "discriminator"),
            self.source.noise(seeding.NOISE, "generator"),
            self.source.uniform(seeding.INTERPOLATION) if between else None,
        )

    def _conditioning(self) -> Conditioning:
        said = [setting.conditional for setting in self.settings if setting.conditional]
        if not said:
            return Conditioning()
        labels = label_count(self.shared)
        if said[0].discriminator == "auxiliary":
            return Conditioning(labels, weight=self.place.tensor([one.weight for one in said]))
        return Conditioning(labels, shown=True)


def _no_gradient_of_its_own(penalty: str, network: nn.Module) -> UsageError:
    return UsageError(
        "needs a discriminator without batch norm, which couples the samples of a batch: no sample has a gradient "
        f"of its own; {type(network).__name__} has batch norm",
        where=f"penalty '{penalty}'",
        hint="normalise each sample alone, as layer norm does, or leave the penalty out",
    )


def _no_features(trick: str, network: nn.Module) -> UsageError:
    return UsageError(
        "needs a discriminator that offers the features of its last hidden layer: a chain of layers (nn.Sequential) "
        f"with at least two linear ones; {type(network).__name__} is none",
        where=f"trick '{trick}'",
        hint="use the network mlp, or leave the trick out",
    )


def _datasets(settings: Sequence[Setting]) -> list[Dataset]:
    """One data set for each replica; replicas with equal options share one."""
    built: dict[Options, Dataset] = {}
    for setting in settings:
        if setting.data not in built:
            built[setting.data] = registry.load("dataset", setting.data)(setting.data)
    return [built[setting.data] for setting in settings]


def _shown(datasets: Sequence[Dataset], to: Range) -> list[Shown]:
    """Each data set in the range that networks see; replicas with the same data share theirs."""
    made = {id(dataset): shown(dataset, to) for dataset in datasets}
    return [made[id(dataset)] for dataset in datasets]


def _initialised(build: Callable[[], nn.Module], seed: int, role: str) -> nn.Module:
    """Modules take their first weights from torch's generator: seed it for this one, then put it back."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seeding.torch_seed(seed, seeding.INITIALISATION, role))
        return build()
