"""The state of a training as plain containers of tensors, and back: what a checkpoint holds.

The random tape needs no state: its draws are addressed by step.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from ganbench.train.game import Average, Game, Player
from ganbench.train.population import Stack

if TYPE_CHECKING:
    from ganbench.train.training import Training

State = dict[str, Any]

_WATCHERS = ("geometer.", "old_fakes.")  # what is remembered of the game for a later look, and is not of it


def state_of(training: Training) -> State:
    """Everything that the next step and the final trace depend on; tensors are copies on the CPU."""
    return {
        "iteration": training.loop.iteration,
        "tensors": {name: tensor.detach().cpu().clone() for name, tensor in _tensors(training).items()},
        "trace": _to_tensors(training.trace.state()),
        "stopped_at": [-1 if step is None else step for step in training.stopped_at],
        "geometry": _to_tensors([[step, found] for step, found in training.geometry]),
    }


def game_of(training: Training) -> dict[str, Tensor]:
    """The tensors of the game alone, as copies on the CPU: what a replay or an export starts from."""
    named = _tensors(training).items()
    return {name: tensor.detach().cpu().clone() for name, tensor in named if not name.startswith(_WATCHERS)}


def restore(training: Training, state: Mapping[str, Any]) -> None:
    """Put a training of the same runs into a state. Raises KeyError or RuntimeError for another's."""
    held = state["tensors"]
    for name, tensor in _tensors(training).items():
        tensor.detach().copy_(held[name])
    training.loop.iteration = state["iteration"]
    training.trace.restore(_to_arrays(state["trace"]))
    training.stopped_at = [None if step < 0 else step for step in state["stopped_at"]]
    training.geometry = [(step, found) for step, found in _to_arrays(state["geometry"])]


def restore_game(training: Training, tensors: Mapping[str, Tensor], *, step: int) -> None:
    """Put the game alone where it stood after `step` generator steps; the trace starts there."""
    for name, tensor in _tensors(training).items():
        if not name.startswith(_WATCHERS):
            tensor.detach().copy_(tensors[name])
    training.loop.iteration = step // training.loop.schedule.g_steps


def _tensors(training: Training) -> dict[str, Tensor]:
    """Every tensor that training moves, by name; all of them are written in place only."""
    named = tensors_of(training.game) | _prefixed("old_fakes", training.old_fakes.tensors())
    if training.geometer:
        named |= _prefixed("geometer", training.geometer.tensors())
    return named


def tensors_of(game: Game) -> dict[str, Tensor]:
    """Those of the game alone, themselves."""
    named = {"alive": game.alive, "diverged_at": game.diverged_at, "clock": game.clock}
    for name, player in (("generator", game.generator), ("discriminator", game.discriminator)):
        named |= _prefixed(name, _of_player(player))
    if game.average:
        named |= _prefixed("average", _of_average(game.average))
    for term in game.penalties.terms:
        named |= _prefixed(f"penalty.{term.name}", term.memory)
    for one in game.tricks.applied:
        named |= _prefixed(f"trick.{one.options.name}", one.memory)
    return named


def _of_player(player: Player) -> dict[str, Tensor]:
    return _of_stack(player.stack) | _prefixed("optimizer", player.state)


def _of_average(average: Average) -> dict[str, Tensor]:
    return _of_stack(average.stack) | {"updates": average.updates}


def _of_stack(stack: Stack) -> dict[str, Tensor]:
    return {"flat": stack.flat} | _prefixed("buffer", stack.buffers)


def _prefixed(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {f"{prefix}.{name}": tensor for name, tensor in tensors.items()}


def _to_tensors(value: Any) -> Any:
    """Arrays as tensors, so that loading needs no pickle of foreign classes."""
    if isinstance(value, np.ndarray):
        return torch.from_numpy(value.copy())
    if isinstance(value, Mapping):
        return {key: _to_tensors(item) for key, item in value.items()}
    return [_to_tensors(item) for item in value] if isinstance(value, list | tuple) else value


def _to_arrays(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.numpy()
    if isinstance(value, Mapping):
        return {key: _to_arrays(item) for key, item in value.items()}
    return [_to_arrays(item) for item in value] if isinstance(value, list) else value
