"""Who runs: the two plain loops, and the engine at several sizes of population, with probes and without."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import torch

from benchmarks.plain import PlainLoop, TunedLoop
from ganbench.suite.schema import Setting
from ganbench.train.training import Training

PLAIN: Final = "plain loop"
TUNED: Final = "tuned loop"
POPULATIONS: Final = (1, 16, 64)
STEPS: Final = 20_000  # planned length of a run: the trace keeps windows and bursts as in a real one


@dataclass(frozen=True, slots=True)
class Size:
    """Width of both networks (two hidden ReLU layers) and batch; what the engine is to reach at its best R."""

    width: int
    batch: int
    bars: dict[str, float]

    def __str__(self) -> str:
        return f"width {self.width}, batch {self.batch}"


SIZES: Final = (
    Size(64, 64, bars={PLAIN: 8, TUNED: 6}),
    Size(128, 128, bars={PLAIN: 4, TUNED: 3}),
)


@dataclass(frozen=True, slots=True)
class Contender:
    """`advance(steps)` trains `replicas` GANs for so many steps. probed: None where nothing is measured."""

    name: str
    replicas: int
    probed: bool | None
    advance: Callable[[int], None]


def contenders(size: Size) -> list[Contender]:
    """All of them, the plain loops first."""
    made = setting(size)
    plain = [
        Contender(PLAIN, 1, None, PlainLoop(made).advance),
        Contender(TUNED, 1, None, TunedLoop(made).advance),
    ]
    return plain + [engine(made, r, probed=probed) for probed in (True, False) for r in POPULATIONS]


def engine(made: Setting, replicas: int, *, probed: bool) -> Contender:
    """The population engine on seeds 0, 1, ... of one setting."""
    training = Training([made] * replicas, range(replicas), torch.device("cpu"), probed=probed)

    def advance(steps: int) -> None:
        # A run that is over would answer at once, and look infinitely fast.
        assert training.step + steps <= training.steps, "the run is over: raise STEPS"
        training.advance(training.step + steps)

    return Contender(f"engine R = {replicas}{'' if probed else ', no probes'}", replicas, probed, advance)


def setting(size: Size) -> Setting:
    """The ring of 8, non-saturating loss, Adam."""
    mlp = {"name": "mlp", "width": size.width, "depth": 2}
    adam = {"name": "adam", "lr": 1e-3}
    return Setting.model_validate(
        {
            "data": {"name": "ring", "std": 0.05},
            "generator": mlp,
            "discriminator": mlp,
            "loss": "non-saturating",
            "latent": {"dim": 2},
            "optimizers": {"generator": adam, "discriminator": adam},
            "batch": size.batch,
            "steps": STEPS,
            "evaluation": {"every": STEPS},
        }
    )
