"""Train a population and keep its trace: what an executor drives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ganbench import seeding
from ganbench.probes.recorder import Recorder
from ganbench.probes.signals import signals
from ganbench.probes.trace import Plan, Trace
from ganbench.suite.schema import Setting
from ganbench.train.build import Builder
from ganbench.train.loop import Loop
from ganbench.train.noise import LAWS, Masks
from ganbench.train.population import Stack
from ganbench.train.reference import Reference, reference

CHUNK = 64  # iterations between two looks at the device

Which = Literal["raw", "ema"]


class Training:
    """R runs of one program. `probed=False` keeps no trace; the weights are the same bit for bit.

    settings, seeds: one for each replica. replicas: R. between_chunks: called with the generator step
    whenever the recorder has been read; the places depend on the stops of `advance` alone.
    """

    def __init__(
        self, settings: Sequence[Setting], seeds: Sequence[int], device: torch.device, *, probed: bool = True
    ) -> None:
        self.replicas = len(seeds)
        if self.replicas == 1:
            # One replica alone would go through other kernels, and differ in the last bits.
            settings, seeds = [*settings] * 2, [*seeds] * 2
        builder = Builder(settings, seeds, device)
        self.settings = settings
        self.seeds = seeds
        self.place = builder.place
        self.datasets = builder.datasets
        self.game = builder.game()
        dimensions = int(np.prod(self.datasets[0].shape))
        recorder = Recorder(CHUNK, dimensions) if probed else None
        self.loop = Loop(self.game, builder.schedule(), recorder)
        probes = settings[0].probes
        one = self.loop.schedule.g_steps
        plan = Plan(settings[0].steps // one, probes.windows, probes.bursts, probes.burst_steps, one)
        self.trace = Trace(plan, self.replicas)
        self.between_chunks: Callable[[int], None] = lambda _: None
        self.geometry: list[tuple[int, dict[str, NDArray[np.float64]]]] = []
        self.geometer = builder.geometer(self.game) if probed and probes.geometry else None
        self.references = self._references()
        self._resolution = self.place.tensor([known.resolution for known in self.references])
        self._evaluation_masks = Masks(seeds, role=(seeding.EVALUATION, "masks"), place=self.place)

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
        """How the generator and the discriminator are called, with the reason where it is one at a time."""
        choices = (self.game.generator.stack.choice, self.game.discriminator.stack.choice)
        texts = [f"{c.strategy} ({c.reason})" if c.reason else c.strategy for c in choices]
        return " / ".join(dict.fromkeys(texts))

    def diverged_at(self) -> list[int | None]:
        """The generator step at which each replica left, None while alive."""
        return [None if step < 0 else step for step in self.game.diverged_at[: self.replicas].tolist()]

    def advance(self, until: int) -> None:
        """Train up to generator step `until`, reading the recorder and looking at the geometry on the way."""
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
        self.loop.advance(min(CHUNK, -(-(stop - self.step) // self.loop.schedule.g_steps)))
        self._read(first)

    def _read(self, first: int) -> None:
        if self.loop.recorder is None:
            return
        rows = self.loop.recorder.read()
        found = signals(rows, loss=self.game.loss, resolution=self._resolution, first=first)
        mine = {name: values[:, : self.replicas] for name, values in found.items()}
        left = self.game.diverged_at[: self.replicas] // self.loop.schedule.g_steps
        self.trace.add(first, mine, left.tolist())

    def generate(self, count: int, *, of: Which = "raw") -> NDArray[np.float64]:
        """Samples of every replica's generator in evaluation mode, [R, count, *shape].

        Noise comes from the evaluation stream of each seed at this step: the same in every cell.
        """
        stack = self._stack(of)
        latent = self.settings[0].latent
        draw = LAWS[latent.law]
        noise = [
            draw(seeding.stream(seed, seeding.EVALUATION, "noise", block=self.step), (count, latent.dim))
            for seed in self.seeds
        ]
        self._evaluation_masks.open("evaluation", self.step)
        with torch.no_grad():
            out, _ = stack(self.place.tensor(np.stack(noise)), training=False, masks=self._evaluation_masks)
        flat: NDArray[np.float64] = out.double().cpu().numpy()
        return flat[: self.replicas].reshape(self.replicas, count, *self.datasets[0].shape)

    def _stack(self, of: Which) -> Stack:
        if of == "raw":
            return self.game.generator.stack
        assert self.game.average is not None
        return self.game.average.stack

    def discriminator(self, replica: int) -> nn.Module:
        """One discriminator as an ordinary module, in evaluation mode."""
        return self.game.discriminator.stack.module(replica).eval()

    def counters(self, replica: int) -> dict[str, int]:
        """Cost of one replica so far, or until it diverged: real samples seen by D, and gradients taken.

        Each step of a player is one gradient, each application of a penalty one more.
        """
        left = int(self.game.diverged_at[replica])
        iterations = self.loop.iteration if left < 0 else left // self.loop.schedule.g_steps
        d_steps = iterations * self.loop.schedule.d_steps
        penalties = sum(-(-d_steps // term.every) for term in self.game.terms)
        return {
            "samples_seen": d_steps * self.settings[0].batch,
            "gradient_evaluations": d_steps + iterations * self.loop.schedule.g_steps + penalties,
        }

    def _references(self) -> list[Reference]:
        """One for each replica; replicas with the same data share theirs."""
        known: dict[int, Reference] = {}
        for dataset in self.datasets:
            if id(dataset) not in known:
                known[id(dataset)] = reference(dataset, self.settings[0].batch)
        return [known[id(dataset)] for dataset in self.datasets]
