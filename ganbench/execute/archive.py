"""What a results folder keeps of a finished run: its population, and the checkpoints that stayed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from ganbench.errors import InputError, PluginError, UnknownName
from ganbench.store.keepsakes import MEND_CHECKPOINT, check_checkpoint
from ganbench.store.layout import Layout
from ganbench.store.reader import load_results
from ganbench.suite.schema import Setting

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a population's game after `step` generator steps; `runs` are its replicas in order."""

    step: int
    runs: tuple[str, ...]
    tensors: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Archive:
    """A finished run in its results folder. `row` is its row in the runs table."""

    layout: Layout
    runs: pd.DataFrame
    row: Mapping[str, Any]

    @property
    def run_id(self) -> str:
        return str(self.row["run_id"])

    @property
    def label(self) -> str:
        return f"{self.row['cell']}:{self.row['seed']}"

    def setting(self, run_id: str) -> Setting:
        """Of any run of the folder. Raises PluginError where it names code that is not loaded."""
        content = self.runs.loc[self.runs["run_id"] == run_id, "content"].iloc[0]
        try:
            return Setting.model_validate(json.loads(content))
        except ValidationError as error:
            raise PluginError(error.errors()[0]["msg"], where=f"run {self.label}") from error

    def seed(self, run_id: str) -> int:
        return int(self.runs.loc[self.runs["run_id"] == run_id, "seed"].iloc[0])

    def steps(self) -> list[int]:
        """At which the population's checkpoints stand, in order."""
        folder = self.layout.kept(self.row["population"], 0).parent
        return sorted(int(path.stem) for path in folder.glob("*.pt"))

    def checkpoint(self, step: int | None = None) -> Checkpoint:
        """The last one, or that at `step`. Raises InputError with the steps there are, Damaged."""
        from ganbench.train.checkpoint import load

        steps = self.steps()
        if not steps or (step is not None and step not in steps):
            there = ", ".join(map(str, steps)) or "none"
            wanted = "no checkpoint" if step is None else f"no checkpoint at step {step}"
            raise InputError(
                f"{wanted} of run {self.label} is kept; kept: {there}", where=str(self.layout.root)
            )
        path = self.layout.kept(self.row["population"], steps[-1] if step is None else step)
        check_checkpoint(path)  # torch looks at no checksum
        held = load(path, hint=MEND_CHECKPOINT)
        return Checkpoint(held["step"], tuple(held["runs"]), held["tensors"])

    def members(self) -> tuple[str, ...]:
        """The runs of the population in order, as the runs table has them; it takes no checkpoint.

        Raises InputError where some of them have since ended in another population, and no checkpoint names them.
        """
        there = self.runs.loc[self.runs["population"] == self.row["population"], "run_id"]
        return tuple(there) if len(there) == self.row["replicas"] else self.checkpoint().runs


def open_run(results: Path, run: str) -> Archive:
    """`run` is a run id, or cell:seed such as ring/hinge:3. Raises InputError, UnknownName."""
    frame = load_results(results)
    labels = frame["cell"] + ":" + frame["seed"].astype(str)
    found = frame[(frame["run_id"] == run) | (labels == run)]
    if found.empty:
        raise UnknownName("run", run, labels)
    row = found.iloc[0]
    if row["status"] == "crashed":
        raise InputError(f"run {run} crashed and left nothing but its traceback", where=str(results))
    return Archive(Layout(results), frame, {str(name): value for name, value in row.items()})
