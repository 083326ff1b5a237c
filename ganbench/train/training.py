"""Train a population and keep its trace: what an executor drives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ganbench import seeding
from ganbench.data.dataset import one_hot
from ganbench.gan.penalties import Penalty
from ganbench.probes.recorder import Recorder
from ganbench.probes.signals import signals
from ganbench.probes.spool import Spool
from ganbench.probes.trace import Plan, Trace
from ganbench.suite.schema import Setting
from ganbench.suite.sizes import joined_shape
from ganbench.train.build import Builder
from ganbench.train.capture import Cuda
from ganbench.train.graph import Graphs
from ganbench.train.loop import Loop
from ganbench.train.noise import LAWS, Masks
from ganbench.train.old_fakes import COUNT, OldFakes
from ganbench.train.population import Stack
from ganbench.train.precision import products
from ganbench.train.reference import Reference, reference

CHUNK = 64  # iterations between two looks at the device

Which = Literal["raw", "ema"]


class Training:
    """R runs of one program. `probed=False` keeps no trace; the weights are the same bit for bit.

    settings, seeds: one for each replica. replicas: R. spool: takes what the trace has finished; None keeps it
    in memory. between_chunks: called with the generator step whenever the recorder has been read; the places
    depend on the stops of `advance` alone. graphs: on a CUDA device, iterations become graphs where they can; the
    numbers are the same.
    """

    def __init__(
        self,
        settings: Sequence[Setting],
        seeds: Sequence[int],
        device: torch.device,
        *,
        probed: bool = True,
        spool: Spool | None = None,
        graphs: bool = True,
    ) -> None:
        self.replicas = len(seeds)
        if self.replicas == 1:
            # One replica alone would go through other kernels, and differ in the last bits.
            settings, seeds = [*settings] * 2, [*seeds] * 2
        builder = Builder(settings, seeds, device)
        self.settings = settings
        self.seeds = seeds
        self.place = builder.place
        self.datasets, self.shown = builder.datasets, builder.shown
        self.game = builder.game()
        dimensions = int(np.prod(self.datasets[0].shape))
        recorder = Recorder(CHUNK, dimensions) if probed else None
        self.loop = Loop(self.game, builder.schedule(), recorder)
        self.graphs = Graphs(self.loop, Cuda(device)) if graphs and device.type == "cuda" else None
        probes = settings[0].probes
        one = self.loop.schedule.g_steps
        plan = Plan(settings[0].steps // one, probes.windows, probes.bursts, probes.burst_steps, one)
        self.trace = Trace(plan, self.replicas, spool)
        self.between_chunks: Callable[[int], None] = lambda _: None
        self.geometry: list[tuple[int, dict[str, NDArray[np.float64]]]] = []
        self.geometer = builder.geometer(self.game) if probed and probes.geometry else None
        self.old_fakes = OldFakes(self.replicas, joined_shape(settings[0]), place=self.place)
        self.references = self._references()
        self._resolution = self.place.tensor([known.resolution for known in self.references])
        self.stopped_at: list[int | None] = [None] * self.replicas
        self.evaluation_masks = Masks(seeds, role=(seeding.EVALUATION, "masks"), place=self.place, block=1)

    @property
    def step(self) -> int:
        """Generator steps done."""
        return self.loop.steps

    @property
    def steps(self) -> int:
        """Generator steps in all."""
        return self.settings[0].steps

    @property
    def strategy(self) -> str:
        """How generator and discriminator are called, with the reason where it is one at a time; and losses and
        penalties of the user's where these are; and iterations where they may be graphs.
        """
        choices = (self.game.generator.stack.choice, self.game.discriminator.stack.choice)
        texts = [f"{c.strategy} ({c.reason})" if c.reason else c.strategy for c in choices]
        terms = [(f"penalty {t.options.label}", t.penalty) for t in self.game.penalties.terms]
        apart = [("loss", self.game.loss.apart)]
        apart += [(name, penalty.apart()) for name, penalty in terms if isinstance(penalty, Penalty)]
        texts += [f"{name}: sequential ({reason})" for name, reason in apart if reason]
        texts += [self.graphs.strategy] if self.graphs else []
        return " / ".join(dict.fromkeys(texts))

    def diverged_at(self) -> list[int | None]:
        """The generator step at which each replica left, None while alive."""
        return [None if step < 0 else step for step in self.game.diverged_at[: self.replicas].tolist()]

    def stop(self, replica: int) -> None:
        """Have a replica stand still from here on, as those that diverged; the others go on as if it did not."""
        self.game.alive[replica] = False
        self.stopped_at[replica] = self.step

    def advance(self, until: int) -> None:
        """Train up to generator step `until`, reading the recorder and looking at the geometry on the way."""
        with self.arithmetic():
            self._advance(until)

    def arithmetic(self) -> AbstractContextManager[None]:
        """How products on the device are rounded, for whoever calls a network of the population."""
        return products(self.settings[0].precision)

    def _advance(self, until: int) -> None:
        for stop in self._stops(min(until, self.steps)):
            while self.step < stop:
                self._run_chunk(stop)
                if self.step >= stop:
                    self._look()
                self.between_chunks(self.step)

    @property
    def _every(self) -> int:
        """Generator steps between two looks at the geometry: those of the setting, in whole iterations."""
        one = self.loop.schedule.g_steps
        return -(-self.settings[0].probes.geometry // one) * one

    def _stops(self, until: int) -> list[int]:
        """Where to look on the way: one iteration before each look, at the look, and at the end."""
        every, one = self._every, self.loop.schedule.g_steps
        if self.geometer is None:
            return [until]
        looks = range(every, until + 1, every)
        stops = {stop for look in looks for stop in (look - one, look)} | {until}
        return sorted(stop for stop in stops if stop > self.step)

    def _look(self) -> None:
        if self.geometer is None:
            return
        if self.step % self._every == 0:
            found = self.geometer.look().items()
            self.geometry.append(
                (self.step, {n: v[: self.replicas].double().cpu().numpy() for n, v in found})
            )
        if (self.step + self.loop.schedule.g_steps) % self._every == 0:
            self.geometer.before()

    def _run_chunk(self, stop: int) -> None:
        first = self.loop.iteration
        driver = self.graphs or self.loop
        driver.advance(min(CHUNK, -(-(stop - self.step) // self.loop.schedule.g_steps)))
        self._read(first)

    def _read(self, first: int) -> None:
        if self.loop.recorder is None:
            return
        rows = self.loop.recorder.read()
        found = signals(rows, loss=self.game.reading, resolution=self._resolution, first=first)
        mine = {name: values[:, : self.replicas] for name, values in found.items()}
        self.trace.add(first, mine, self._left())

    def _left(self) -> list[int]:
        """The last iteration of each replica that counts, -1 while it is in the game."""
        one = self.loop.schedule.g_steps
        stopped = (-1 if step is None else step // one - 1 for step in self.stopped_at)
        return [
            last if at is None else at // one for at, last in zip(self.diverged_at(), stopped, strict=True)
        ]

    def generate(self, count: int, *, of: Which = "raw") -> NDArray[np.float64]:
        """Samples of every replica's generator in evaluation mode, [R, count, *shape], in the units of the data."""
        shape = (self.replicas, count, *self.datasets[0].shape)
        made = self.fakes(count, of=of)
        made = made[..., : made.shape[-1] - self.game.conditioning.count].reshape(shape)
        return np.stack([shown.back(samples) for shown, samples in zip(self.shown, made, strict=False)])

    def asked(self, count: int) -> list[NDArray[np.int64] | None]:
        """The labels that the samples of `generate` were asked for, [count] of each replica; None without labels.

        By the law of the training data, from the evaluation stream of each seed at this step.
        """
        if not self.game.conditioning.count:
            return [None] * self.replicas
        return [*self._labels(count)[: self.replicas]]

    def _labels(self, count: int) -> NDArray[np.int64]:
        pairs = zip(self.seeds, self.shown, strict=True)
        return np.stack([shown.labels(self._stream(seed, "labels"), count) for seed, shown in pairs])

    def fakes(self, count: int, *, of: Which = "raw") -> NDArray[np.float64]:
        """The same in the range of the setting, one-hot labels behind them where there are some, [R, count, F + K].

        Noise comes from the evaluation stream of each seed at this step: the same in every cell.
        """
        stack, conditioning = self._stack(of), self.game.conditioning
        latent = self.settings[0].latent
        draw = LAWS[latent.law]
        z = np.stack([draw(self._stream(seed, "noise"), (count, latent.dim)) for seed in self.seeds])
        if conditioning.count:
            z = np.concatenate([z, one_hot(self._labels(count), conditioning.count)], axis=-1)
        noise = self.place.tensor(z)
        self.evaluation_masks.open("evaluation", self.step)
        with torch.no_grad(), self.arithmetic():
            out, _ = stack(noise, training=False, masks=self.evaluation_masks)
        made: NDArray[np.float64] = conditioning.joined(out, noise).double().cpu().numpy()
        return made[: self.replicas].reshape(self.replicas, count, *joined_shape(self.settings[0]))

    def _stream(self, seed: int, what: str) -> np.random.Generator:
        """Of an evaluation at this step."""
        return seeding.stream(seed, seeding.EVALUATION, what, block=self.step)

    def remember(self) -> None:
        """At the end of an evaluation: keep some of its samples for the audits of later ones."""
        self.old_fakes.add(self.fakes(COUNT))

    def _stack(self, of: Which) -> Stack:
        if of == "raw":
            return self.game.generator.stack
        assert self.game.average is not None
        return self.game.average.stack

    @property
    def judges_alone(self) -> bool:
        """Whether D has a logit for each sample, whatever stands beside it, other samples or a label."""
        alone = self.game.tricks.pack == 1 and not self.game.discriminator.stack.compares_samples
        return alone and not self.game.conditioning.shown

    def discriminator(self, replica: int) -> nn.Module:
        """One discriminator as an ordinary module, in evaluation mode."""
        return self.game.discriminator.stack.module(replica).eval()

    def counters(self, replica: int) -> dict[str, int]:
        """Cost of one replica so far, or until it diverged or was stopped: real samples seen by D, and gradients taken.

        Each pass of a player is one gradient; so is each application of a penalty that asks D again, and each step
        of D that an unrolled pass of G looks ahead. A trick of the field takes in every pass the gradients of both
        players, and one of what it makes of them.
        """
        schedule = self.loop.schedule
        ends = self.diverged_at()[replica], self.stopped_at[replica], self.step
        iterations = next(step for step in ends if step is not None) // schedule.g_steps
        d_steps, g_steps = iterations * schedule.d_steps, iterations * schedule.g_steps
        costly, tricks = [t.every for t in self.game.penalties.terms if t.costs], self.game.tricks
        bend = 3 + len(costly) + tricks.unrolled if tricks.bends else 0
        penalties = sum(-(-d_steps // every) for every in costly)
        gradients = (1 + bend) * (d_steps + g_steps) + tricks.unrolled * g_steps + penalties
        return {
            "samples_seen": schedule.draws * d_steps * self.settings[0].batch,
            "gradient_evaluations": schedule.passes * gradients,
        }

    def _references(self) -> list[Reference]:
        """One for each replica, of data as D sees them; replicas with the same data share theirs."""
        known: dict[int, Reference] = {}
        for shown in self.shown:
            if id(shown) not in known:
                known[id(shown)] = reference(shown, self.settings[0].batch)
        return [known[id(shown)] for shown in self.shown]
