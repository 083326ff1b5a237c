"""Runs that can execute as one program, and populations cut from them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from ganbench.records import Population, Run
from ganbench.registry import PerReplica
from ganbench.suite.datasets import dataset
from ganbench.suite.schema import Setting
from ganbench.suite.sizes import label_count

# A run's own, beside the program: who judges it, by what.
_JUDGED_APART = ("metrics", "projections", "exact_samples")


def populations(runs: Sequence[Run], *, replicas: int | None = None) -> list[Population]:
    """Runs of one program together, at most `replicas` in each (None: all), in the order of the runs.

    Two runs share a program when their content is equal but for the options marked PER_REPLICA, for data
    of the same sample shape (and image shape, where samples are images; and number of labels, where the players
    are told of them), for the metrics and for the
    failure criteria. Raises ValueError for replicas < 1.
    """
    if replicas is not None and replicas < 1:
        raise ValueError(f"replicas is {replicas}, expected at least 1")
    return [population(part) for group in groups(runs) for part in _cut(group, replicas or len(group))]


def groups(runs: Sequence[Run]) -> list[list[Run]]:
    """Runs by program: programs by their first run, runs in their order."""
    found: dict[str, list[Run]] = {}
    programs: dict[str, str] = {}
    for run in runs:
        if run.cell.id not in programs:
            programs[run.cell.id] = program(Setting.model_validate(run.cell.content))
        found.setdefault(programs[run.cell.id], []).append(run)
    return list(found.values())


def population(runs: Sequence[Run]) -> Population:
    """A population of these runs; its id depends on them and on their order (12 hex digits)."""
    text = "\n".join(run.id for run in runs)
    return Population(tuple(runs), hashlib.sha256(text.encode()).hexdigest()[:12])


def program(setting: Setting) -> str:
    """What the runs of a population must have in common, as canonical JSON."""
    shared = _shared(setting)
    data = dataset(setting.data)
    shared["data"] = {"shape": data.shape, "image_shape": data.image_shape, "labels": label_count(setting)}
    del shared["failure"]
    for name in _JUDGED_APART:
        del shared["evaluation"][name]
    return json.dumps(shared, sort_keys=True)


def _cut(runs: Sequence[Run], most: int) -> Iterator[Sequence[Run]]:
    return (runs[start : start + most] for start in range(0, len(runs), most))


def _shared(value: Any) -> Any:
    """JSON values of a model, less the options that may differ between replicas."""
    if isinstance(value, BaseModel):
        return _shared_fields(value)
    return [_shared(item) for item in value] if isinstance(value, tuple) else value


def _shared_fields(model: BaseModel) -> Mapping[str, Any]:
    return {
        name: _shared(getattr(model, name))
        for name, field in type(model).model_fields.items()
        if not any(isinstance(mark, PerReplica) for mark in field.metadata)
    }
