"""One replica as an ordinary `state_dict`, in a safetensors file."""

from __future__ import annotations

import json
from pathlib import Path

from ganbench.errors import UsageError
from ganbench.execute.archive import Archive
from ganbench.store.atomic import write_bytes


def export(archive: Archive, to: Path, *, role: str = "generator", step: int | None = None) -> int:
    """Write generator, discriminator or average (the generator's EMA) of a run; the step it stands at.

    The file's metadata hold run, cell, seed, step and the resolved setting, so that it can be used without
    the results folder. Raises InputError for a step that is not kept, UsageError for an average that the
    run does not keep, StorageError.
    """
    from safetensors.torch import save

    from ganbench.train.replica import ROLES, replica_network

    held = archive.checkpoint(step)
    chosen = next(known for known in ROLES if known == role)
    if f"{chosen}.flat" not in held.tensors:
        raise UsageError(
            f"run {archive.label} keeps no moving average of its generator",
            where="--network ema",
            hint="use --network generator, or ask for an average with ema in the suite",
        )
    module = replica_network(
        archive.setting(archive.run_id), chosen, held.tensors, held.runs.index(archive.run_id)
    )
    metadata = {
        "run_id": archive.run_id,
        "cell": str(archive.row["cell"]),
        "seed": str(archive.row["seed"]),
        "step": str(held.step),
        "network": chosen,
        "setting": json.dumps(archive.setting(archive.run_id).content(), sort_keys=True),
    }
    state = {name: tensor.contiguous() for name, tensor in module.state_dict().items()}
    write_bytes(to, save(state, metadata))
    return held.step
