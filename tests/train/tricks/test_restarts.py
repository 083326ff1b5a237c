"""Warm restarts in a population against torch's optimisers with their rate set before each step."""

from __future__ import annotations

import math

import pytest
from torch import nn

from tests.train.tricks.oracle import Written, agree, agrees


class Restarted(Written):
    """Counts steps of a cycle as the source does, one after the other."""

    def adjust(self, network: nn.Module, letter: str, step: int) -> None:
        o, role = self.options, {"d": "discriminator", "g": "generator"}[letter]
        current, length = self.progress(letter, step) * self.setting.steps, o.first * self.setting.steps
        while current >= length - 1e-9:
            current, length = current - length, length * o.growth
        factor = o.least + 0.5 * (1 - o.least) * (1 + math.cos(math.pi * current / length))
        if o.of not in ("both", role):
            factor = 1.0
        for group in {"d": self.opt_d, "g": self.opt_g}[letter].param_groups:
            group["lr"] = factor * getattr(self.setting.optimizers, role).lr


RULES = [{}, {"first": 0.1, "growth": 1.0, "least": 0.2}, {"first": 0.07, "growth": 1.5}]


@pytest.mark.parametrize("options", RULES, ids=str)
@pytest.mark.parametrize("of", ["both", "generator", "discriminator"])
def test_the_rate_restarts_as_in_the_plain_loop(options: dict[str, object], of: str) -> None:
    agrees(Restarted, {"name": "warm-restarts", **options, "of": of})


def test_it_goes_with_several_steps_of_the_discriminator() -> None:
    agrees(Restarted, {"name": "warm-restarts"}, schedule={"d_steps": 3})


def test_neighbours_may_restart_at_other_times() -> None:
    options = ((0.1, 1.0, 0.0), (0.3, 2.0, 0.5), (0.05, 1.5, 0.1))
    agree(Restarted, [{"name": "warm-restarts", "first": f, "growth": g, "least": e} for f, g, e in options])
