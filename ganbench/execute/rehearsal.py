"""A round of training with every cell that names code of the user's, before anything is written."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from ganbench.errors import PluginError
from ganbench.plugins import own_code
from ganbench.plugins.code import complaint_of, place_in
from ganbench.records import Run
from ganbench.registry import is_plugin
from ganbench.suite.schema import Setting
from ganbench.suite.sizes import Role, sizes

if TYPE_CHECKING:
    from torch import nn

BATCH = 4  # samples of a trial

Result = TypeVar("Result")


def rehearse(runs: Sequence[Run], device: str) -> None:
    """Raises PluginError with the user's own line where its code cannot be trained; other cells are not looked at."""
    first = {run.cell.id: run for run in reversed(runs)}
    for run in first.values():
        setting = Setting.model_validate(run.cell.content)
        if any(is_plugin(options.name) for options in setting.components().values()):
            with own_code(f"cell {run.cell.name}"):
                try_networks(setting)
                with_lines(partial(_train, setting, run.seed, device))


def with_lines(training: Callable[[], Result]) -> Result:
    """What it gives. What torch raises on the way back has none of the user's lines: they are looked for on the way there.

    Raises PluginError with that line; what the training raises where torch does not know it.
    """
    try:
        return training()
    except RuntimeError as error:
        where, what = complaint_of(error)
        line = "" if where else _differentiated(training)
        if not line:
            raise
        said = what.partition(" Hint: ")[0]  # to look for the line, as was done
        raise PluginError(
            f"torch cannot differentiate what this line computes: {said}", where=line
        ) from error


def _differentiated(training: Callable[[], object]) -> str:
    """The user's line whose result could not be differentiated, as `file.py:7`; empty where torch does not know it."""
    import torch

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        with suppress(RuntimeError), torch.autograd.detect_anomaly(check_nan=False):
            training()
    return place_in("".join(str(one.message) for one in told))


def try_networks(setting: Setting) -> None:
    """Raises PluginError for a network of the user's that gives another shape than the setting asks for."""
    from ganbench.train.networks import network
    from ganbench.train.trial import drawing_from

    roles: tuple[Role, ...] = ("generator", "discriminator")
    for role in roles:
        options = getattr(setting, role)
        if is_plugin(options.name):
            with drawing_from(0), own_code(options.name):
                _require_shape(network(setting, role), *sizes(setting, role), name=options.name, role=role)


def _require_shape(module: nn.Module, inputs: int, outputs: int, *, name: str, role: Role) -> None:
    import torch

    x = torch.zeros(BATCH, inputs, dtype=next((p.dtype for p in module.parameters()), torch.float32))
    out = module(x)
    shape = list(out.shape) if isinstance(out, torch.Tensor) else type(out).__name__
    if shape != [BATCH, outputs]:
        raise PluginError(
            f"as the {role} gave {shape} for an input {list(x.shape)}, expected {[BATCH, outputs]}",
            where=name,
            hint="a sample is a row of numbers, flattened; a discriminator gives one logit for each",
        )


def _train(setting: Setting, seed: int, device: str) -> None:
    import torch

    from ganbench.execute.host import prepared
    from ganbench.train.training import Training

    with prepared(1):
        training = Training([setting], [seed], torch.device(device), probed=False)
        training.advance(setting.schedule.g_steps)
        training.generate(BATCH, of=setting.evaluation.judged)
