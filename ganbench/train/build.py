"""From runs and their settings to a game: networks, tapes, optimisers, penalties as vectors over replicas."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

import numpy as np
import torch
from torch import nn

from ganbench import registry, seeding
from ganbench.data.dataset import Dataset
from ganbench.gan.penalties import Penalty, Projection
from ganbench.registry import Options, PerReplica
from ganbench.suite.schema import Setting
from ganbench.train.field import Batch, Geometer
from ganbench.train.game import Average, Game, Player, Tapes, Term, Vectors
from ganbench.train.loop import Schedule
from ganbench.train.noise import LAWS, Array, Draw, Masks, Place, Tape, uniform
from ganbench.train.population import Stack

PRECISIONS = {"float32": torch.float32, "float64": torch.float64}


class Builder:
    """Everything that R runs of one program need. Settings and seeds: one for each replica."""

    def __init__(self, settings: Sequence[Setting], seeds: Sequence[int], device: torch.device) -> None:
        self.settings = settings
        self.seeds = seeds
        self.shared = settings[0]
        self.place = Place(device, PRECISIONS[self.shared.precision])
        self.datasets = _datasets(settings)
        self.sample_shape = self.datasets[0].shape

    def game(self) -> Game:
        """The game at its first step."""
        generator = self._player("g", "generator", self.shared.latent.dim, math.prod(self.sample_shape))
        return Game(
            generator,
            self._player("d", "discriminator", math.prod(self.sample_shape), 1),
            loss=registry.load("loss", self.shared.loss),
            terms=self._terms,
            tapes=self._tapes(),
            joint=self.shared.schedule.batches == "joint",
            average=self._average(generator.stack),
        )

    def schedule(self) -> Schedule:
        shared = self.shared.schedule
        reused = shared.generator_noise == "reused"
        return Schedule(shared.d_steps, shared.g_steps, shared.order, reused_noise=reused)

    def geometer(self, game: Game) -> Geometer:
        """Looks at the game on one batch of its own, the same for every look."""
        batch, latent = self.shared.batch, self.shared.latent
        real = [_training(dataset) for dataset in self.datasets]
        looked = Batch(
            self._tape(real, (batch, *self.sample_shape), seeding.GEOMETRY, "real").at(0),
            self._tape(itertools.repeat(LAWS[latent.law]), (batch, latent.dim), seeding.GEOMETRY, "noise").at(
                0
            ),
            self._tape(itertools.repeat(uniform), (batch,), seeding.GEOMETRY, "between").at(0),
        )
        masks = Masks(self.seeds, role=(seeding.GEOMETRY, "masks"), place=self.place)
        return Geometer(game, looked, masks, self.seeds)

    def _player(self, letter: str, role: str, inputs: int, outputs: int) -> Player:
        options = [getattr(setting.optimizers, role) for setting in self.settings]
        return Player(
            letter,
            self._stack(role, inputs, outputs),
            optimizer=registry.load("optimizer", options[0]),
            hyper={name: vector[:, None] for name, vector in self._vectors(options).items()},
            masks=Masks(self.seeds, role=(seeding.DROPOUT, role), place=self.place),
            projections=self._projections if letter == "d" else (),
        )

    def _stack(self, role: str, inputs: int, outputs: int) -> Stack:
        options = getattr(self.shared, role)
        network = registry.load("network", options)
        modules = [_initialised(lambda: network(options, inputs, outputs), seed, role) for seed in self.seeds]
        example = self.place.tensor(seeding.stream(0, "example").standard_normal((4, inputs)))
        return Stack(modules, example, place=self.place)

    def _average(self, generator: Stack) -> Average | None:
        averages = [setting.ema for setting in self.settings if setting.ema]
        if not averages:
            return None
        decay = self.place.tensor([average.decay for average in averages])
        return Average(generator, decay=decay, warmup=averages[0].warmup)

    @cached_property
    def _penalties(self) -> list[tuple[Penalty | Projection, Sequence[Options]]]:
        """Each penalty of the program, with its options for every replica."""
        columns = zip(*(setting.penalties for setting in self.settings), strict=True)
        return [(registry.load("penalty", column[0]), column) for column in columns]

    @cached_property
    def _terms(self) -> list[Term]:
        return [
            Term(options[0].name, penalty, self._vectors(options), options[0].model_dump()["every"])
            for penalty, options in self._penalties
            if isinstance(penalty, Penalty)
        ]

    @cached_property
    def _projections(self) -> list[tuple[Projection, Vectors]]:
        return [
            (penalty, self._vectors(options))
            for penalty, options in self._penalties
            if isinstance(penalty, Projection)
        ]

    def _vectors(self, options: Sequence[Options]) -> Vectors:
        """The options that may differ between replicas, [R] each."""
        fields = type(options[0]).model_fields.items()
        names = [name for name, field in fields if any(isinstance(m, PerReplica) for m in field.metadata)]
        return {name: self.place.tensor([float(getattr(o, name)) for o in options]) for name in names}

    def _tapes(self) -> Tapes:
        batch, latent = self.shared.batch, self.shared.latent
        between = any("between" in term.penalty.differentiates for term in self._terms)
        same = itertools.repeat
        real = {id(dataset): _training(dataset) for dataset in self.datasets}
        return Tapes(
            self._tape([real[id(d)] for d in self.datasets], (batch, *self.sample_shape), seeding.DATA),
            self._tape(same(LAWS[latent.law]), (batch, latent.dim), seeding.NOISE, "discriminator"),
            self._tape(same(LAWS[latent.law]), (batch, latent.dim), seeding.NOISE, "generator"),
            self._tape(same(uniform), (batch,), seeding.INTERPOLATION) if between else None,
        )

    def _tape(self, draws: Iterable[Draw], shape: tuple[int, ...], *role: str) -> Tape:
        mine = list(itertools.islice(draws, len(self.seeds)))
        return Tape(self.seeds, mine, role=role, shape=shape, place=self.place)


def _datasets(settings: Sequence[Setting]) -> list[Dataset]:
    """One data set for each replica; replicas with equal options share one."""
    built: dict[Options, Dataset] = {}
    for setting in settings:
        if setting.data not in built:
            built[setting.data] = registry.load("dataset", setting.data)(setting.data)
    return [built[setting.data] for setting in settings]


def _training(dataset: Dataset) -> Draw:
    def draw(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        steps, batch = shape[:2]
        return dataset.train(rng, steps * batch).x.reshape(shape)

    return draw


def _initialised(build: Callable[[], nn.Module], seed: int, role: str) -> nn.Module:
    """Modules take their first weights from torch's generator: seed it for this one, then put it back."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seeding.torch_seed(seed, seeding.INITIALISATION, role))
        return build()
