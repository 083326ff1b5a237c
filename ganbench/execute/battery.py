"""What every component must do, registered or of the user's: the checks of `ganbench check-plugin`.

Each is made by training a small population with the component in it, so one battery is for all kinds.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from pydantic import ValidationError

from ganbench.errors import GanbenchError
from ganbench.execute.rehearsal import try_networks, with_lines
from ganbench.plugins import complaint_of
from ganbench.suite.schema import Setting

if TYPE_CHECKING:
    from torch import Tensor

    from ganbench.train.training import Training

SEEDS: Final = (0, 1, 2)
ROUNDS: Final = 5
CLOSE: Final = 1e-9  # relative difference of weights in float64 after that many rounds
_MLP: Final = {"name": "mlp", "width": 8, "depth": 2}
_ADAM: Final = {"name": "adam", "lr": 1e-3}
BASE: Final[dict[str, Any]] = {
    "data": {"name": "ring", "std": 0.1},
    "generator": _MLP,
    "discriminator": _MLP,
    "loss": "non-saturating",
    "latent": {"dim": 2},
    "optimizers": {"generator": _ADAM, "discriminator": _ADAM},
    "batch": 8,
    "steps": 100,
    "precision": "float64",
    "evaluation": {"every": 100, "samples": 100, "metrics": ["sliced_wasserstein"]},
}
# Some components mean something only with a certain loss, or need images.
SURROUNDINGS: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"loss": "minimax"},
    {"data": "digits"},
    {"data": "digits", "data_range": "tanh"},
)


@dataclass(frozen=True, slots=True)
class Check:
    """reason: why it failed; of one that passed, what there is to say of it."""

    name: str
    passed: bool
    reason: str = ""


class Failed(Exception):  # caught here, and told as a check
    """What a check found."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A component by kind and options. role: of a network. among: what the settings it is tried in change of the
    base, in turn: the first that takes it is the one it is checked in.
    """

    kind: str
    options: Mapping[str, Any]
    role: str = "generator"
    among: Sequence[Mapping[str, Any]] = SURROUNDINGS

    def setting(self) -> Setting:
        """Raises what the first of the settings has against it if none takes it."""
        refusals = []
        for changes in self.among:
            try:
                return Setting.model_validate(self._content(changes))
            except ValidationError as error:
                refusals.append(error)
        raise refusals[0]

    def _content(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        options = dict(self.options)
        placed: dict[str, dict[str, Any]] = {
            "dataset": {"data": options},
            "loss": {"loss": options},
            "network": {self.role: options},
            "optimizer": {"optimizers": {"generator": options, "discriminator": options}},
            "penalty": {"penalties": [options]},
            "trick": {"tricks": [options]},
        }
        return {**BASE, **changes, **placed[self.kind]}


def battery(candidate: Candidate) -> Iterator[Check]:
    """The checks in order, each as soon as it is made; after one of the first three that fails there are no more."""
    held: dict[str, Any] = {}
    for name, check in CHECKS.items():
        with _own_random_state():
            made = _made(name, partial(check, candidate, held))
        yield made
        if not made.passed and name in ("loading", "shapes", "training"):
            return


def _made(name: str, check: Callable[[], str]) -> Check:
    try:
        return Check(name, passed=True, reason=check())
    except ValidationError as error:
        return Check(name, passed=False, reason="; ".join(one["msg"] for one in error.errors()))
    except Failed as error:
        return Check(name, passed=False, reason=str(error))
    except GanbenchError as error:
        what = f"{error.where}: {error.what}" if error.where else error.what
        return Check(name, passed=False, reason="; ".join(filter(None, (what, error.hint))))
    except (Exception, SystemExit) as error:  # whatever the user's code raises is what the check found
        where, what = complaint_of(error)
        return Check(name, passed=False, reason=f"{where}: {what}" if where else what)


def _loading(candidate: Candidate, held: dict[str, Any]) -> str:
    held["setting"] = candidate.setting()
    return ""


def _shapes(candidate: Candidate, held: dict[str, Any]) -> str:
    setting: Setting = held["setting"]
    try_networks(setting)
    if candidate.kind == "dataset":
        _look_at_data(setting)
    if candidate.kind == "loss":
        _look_at_loss(setting)
    return ""


def _look_at_data(setting: Setting) -> None:
    from ganbench import registry

    dataset = registry.load("dataset", setting.data)(setting.data)
    for draw in (dataset.train, dataset.held_out):
        for count in (1, 5):
            x, again = (draw(np.random.default_rng(0), count).x for _ in range(2))
            if x.shape != (count, *dataset.shape) or x.dtype != np.float64:
                raise Failed(
                    f"{count} samples are {x.dtype} {list(x.shape)}, expected float64 {[count, *dataset.shape]}"
                )
            if not np.isfinite(x).all():
                raise Failed("samples are not finite")
            if not np.array_equal(x, again):
                raise Failed("equal generators draw different samples")


def _look_at_loss(setting: Setting) -> None:
    import torch

    from ganbench.gan.losses import loss_of

    loss = loss_of(setting.loss)
    rng = torch.Generator().manual_seed(0)
    real, fake = (torch.randn(2, 3, 8, generator=rng, dtype=torch.float64) for _ in range(2))
    for player, found in (("D", loss.discriminator(real, fake)), ("G", loss.generator(fake, real))):
        if found.shape != (2, 3):
            raise Failed(
                f"the loss of {player} is {list(found.shape)} for logits [2, 3, 8], expected [2, 3]: the mean runs over "
                "the last axis"
            )


def _training(candidate: Candidate, held: dict[str, Any]) -> str:  # noqa: ARG001  # the shared signature
    held["together"] = with_lines(partial(trained, held["setting"], SEEDS))
    return ""


def _gradients(candidate: Candidate, held: dict[str, Any]) -> str:
    training: Training = held["together"]
    if any(step is not None for step in training.diverged_at()):
        raise Failed("a loss or a gradient is not finite within five rounds")
    moving = {"loss": "gd", "optimizer": "gd", "network": candidate.role[0]}.get(candidate.kind, "")
    for player in (training.game.generator, training.game.discriminator):
        if player.letter in moving and not _moved(training, held["setting"], player.letter):
            raise Failed(f"the weights of {player.letter.upper()} do not move: its gradient is 0")
    return ""


def _moved(training: Training, setting: Setting, letter: str) -> bool:
    return not bool((_flat(training, letter) == _flat(trained(setting, SEEDS, rounds=0), letter)).all())


def _determinism(candidate: Candidate, held: dict[str, Any]) -> str:  # noqa: ARG001  # the shared signature
    if not _equal(held["together"], trained(held["setting"], SEEDS)):
        raise Failed("the same training twice gives other weights")
    return ""


def _replicas(candidate: Candidate, held: dict[str, Any]) -> str:  # noqa: ARG001  # the shared signature
    """Replica by replica: how far is training alone from training together?"""
    training: Training = held["together"]
    for replica, seed in enumerate(SEEDS):
        alone = trained(held["setting"], [seed])
        for letter in "gd":
            mine, theirs = _flat(training, letter)[replica], _flat(alone, letter)[0]
            if float((mine - theirs).norm()) > CLOSE * (1 + float(theirs.norm())):
                raise Failed(f"seed {seed} alone has other weights of {letter.upper()} than among others")
    return training.strategy


def _random_state(candidate: Candidate, held: dict[str, Any]) -> str:  # noqa: ARG001  # the shared signature
    _reseed(1)
    before = _random_states()
    other = trained(held["setting"], SEEDS)
    for (name, now), (_, then) in zip(_random_states(), before, strict=True):
        if now != then:
            raise Failed(f"draws from the global generator of {name}")
    if not _equal(held["together"], other):
        raise Failed("depends on the seed of a global generator")
    return ""


CHECKS: Final[dict[str, Callable[[Candidate, dict[str, Any]], str]]] = {
    "loading": _loading,
    "shapes": _shapes,
    "training": _training,
    "gradients": _gradients,
    "determinism": _determinism,
    "replicas": _replicas,
    "random state": _random_state,
}


def trained(setting: Setting, seeds: tuple[int, ...] | list[int], *, rounds: int = ROUNDS) -> Training:
    """A population after so many rounds, on the CPU."""
    import torch

    from ganbench.train.training import Training

    training = Training([setting] * len(seeds), list(seeds), torch.device("cpu"))
    training.advance(rounds * setting.schedule.g_steps)
    return training


def _flat(training: Training, letter: str) -> Tensor:
    game = training.game
    return (game.generator if letter == "g" else game.discriminator).stack.flat


def _equal(one: Training, other: Training) -> bool:
    import torch

    return all(torch.equal(_flat(one, letter), _flat(other, letter)) for letter in "gd")


def _random_states() -> list[tuple[str, bytes]]:
    import torch

    numpy: Any = np.random.get_state()  # noqa: NPY002  # the global one is what is looked at
    return [
        ("random", repr(random.getstate()).encode()),
        ("numpy", numpy[1].tobytes() + repr(numpy[2:]).encode()),
        ("torch", torch.get_rng_state().numpy().tobytes()),
    ]


def _reseed(seed: int) -> None:
    import torch

    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002  # the global one is what is looked at
    torch.manual_seed(seed)


@contextmanager
def _own_random_state() -> Iterator[None]:
    """The global generators seeded with 0, and afterwards as they were."""
    import torch

    held = random.getstate(), np.random.get_state(), torch.get_rng_state()  # noqa: NPY002  # the global one is what is kept
    _reseed(0)
    try:
        yield
    finally:
        random.setstate(held[0])
        np.random.set_state(held[1])  # noqa: NPY002  # and put back
        torch.set_rng_state(held[2])
