"""Falling learning rates in a population against torch's optimisers with their rate set before each step."""

from __future__ import annotations

import math

import pytest
from torch import nn

from tests.train.tricks.oracle import Written, agree, agrees


class Decayed(Written):
    def adjust(self, network: nn.Module, letter: str, step: int) -> None:
        o, optimizer, role = self.options, *self.sides()[letter]
        s = max(0.0, (self.progress(letter, step) - o.start) / (1 - o.start))
        factor = {
            "linear": (1 - s) + o.final * s,
            "cosine": o.final + (1 - o.final) * math.cos(math.pi * s / 2) ** 2,
            "exponential": math.exp(s * math.log(o.final)) if o.final else 0.0,
        }[o.law]
        if o.of not in ("both", role):
            factor = 1.0
        for group in optimizer.param_groups:
            group["lr"] = factor * getattr(self.setting.optimizers, role).lr

    def sides(self):
        return {"d": (self.opt_d, "discriminator"), "g": (self.opt_g, "generator")}


SGD = {"name": "sgd", "lr": 1e-2, "momentum": 0.5}
RULES = [
    {},
    {"law": "linear", "start": 0.5, "final": 0.1},
    {"law": "cosine"},
    {"law": "cosine", "start": 0.2, "final": 0.3},
    {"law": "exponential", "final": 0.01},
]


@pytest.mark.parametrize("options", RULES, ids=str)
@pytest.mark.parametrize("of", ["both", "generator", "discriminator"])
def test_the_rate_falls_as_in_the_plain_loop(options: dict[str, object], of: str) -> None:
    agrees(Decayed, {"name": "learning-rate-decay", **options, "of": of})


def test_it_goes_with_other_optimisers_and_several_steps_of_the_discriminator() -> None:
    optimizers = {"generator": SGD, "discriminator": {"name": "rmsprop", "lr": 1e-3}}
    agrees(Decayed, {"name": "learning-rate-decay"}, optimizers=optimizers, schedule={"d_steps": 3})


def test_neighbours_may_fall_from_other_times_to_other_ends() -> None:
    pairs = ((0.0, 0.0), (0.3, 0.5), (0.9, 0.1))
    agree(Decayed, [{"name": "learning-rate-decay", "start": s, "final": f} for s, f in pairs])
