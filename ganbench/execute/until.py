"""Two cells of results folders, and more seeds of both until their failure rates are told apart, or are the same."""

from __future__ import annotations

import glob
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ganbench.environment import describe, to_json
from ganbench.errors import CannotTell, UsageError
from ganbench.execute.job import Job
from ganbench.execute.local import run_job
from ganbench.execute.looks import Ended, Look, looks
from ganbench.execute.plan import device_of
from ganbench.execute.progress import Progress
from ganbench.records import Cell
from ganbench.store.environments import differences, names
from ganbench.store.layout import Layout
from ganbench.store.snapshot import environment, snapshot
from ganbench.store.snapshot import plan as planned_runs


@dataclass(frozen=True, slots=True)
class Side:
    """One cell of one results folder, and the job that adds seeds to it."""

    job: Job
    cell: Cell

    @property
    def layout(self) -> Layout:
        return Layout(self.job.out)

    def asked(self) -> set[int]:
        """The seeds that the folder was ever asked for."""
        return {run["seed"] for run in planned_runs(self.layout) if run["cell"] == self.cell.name}

    def ended(self) -> dict[int, Mapping[str, Any]]:
        """The runs that ended healthy or failed, by seed."""
        runs = snapshot(self.layout).runs.select(["cell", "seed", "status", "fingerprint", "device"])
        mine = (run for run in runs.to_pylist() if run["cell"] == self.cell.name)
        return {run["seed"]: run for run in mine if run["status"] != "crashed"}


def until_decided(
    ours: Side, theirs: Side, *, most: int, margin: float, progress: Callable[[], Progress]
) -> Iterator[Look]:
    """Look after each seed, train what is missing, stop at the first decision or after `most` seeds.

    The order of the seeds depends on no outcome: those that either cell was ever asked for, then those above.
    So a call that was interrupted goes on to the same answer. progress: makes one for each job. Raises what
    `run_job` raises, which stores the runs; UsageError for one cell twice; CannotTell for cells that are judged
    differently, and for runs of several environments; CrashedRuns as `looks`.
    """
    _refuse(ours.cell, theirs.cell)
    duel = _Duel((ours, theirs), progress)
    return looks([*itertools.islice(duel.seeds(), most)], duel.ended(), duel.train, margin=margin)


def _refuse(ours: Cell, theirs: Cell) -> None:
    where = f"{ours.name} and {theirs.name}"
    if ours.id == theirs.id:
        raise UsageError("one cell twice: the same content gives the same runs", where=where)
    if ours.evaluation_id != theirs.evaluation_id:
        raise CannotTell(
            f"not comparable: evaluation hashes {ours.evaluation_id} and {theirs.evaluation_id}",
            where=where,
            hint="data, evaluation or failure criteria differ",
        )


class _Duel:
    """What both sides hold, and how they get more."""

    def __init__(self, sides: tuple[Side, Side], progress: Callable[[], Progress]) -> None:
        self._sides = sides
        self._progress = progress
        self._held = [side.ended() for side in sides]

    def seeds(self) -> Iterator[int]:
        """Without end."""
        known = set().union(*(side.asked() for side in self._sides), *self._held)  # where a plan was lost
        yield from sorted(known)
        yield from itertools.count(max(known, default=-1) + 1)

    def ended(self) -> Ended:
        """Raises CannotTell for runs of several environments."""
        self._require_one({}, "the runs there are of several environments")
        ours, theirs = self._held
        return {s: (_failed(ours[s]), _failed(theirs[s])) for s in ours if s in theirs}

    def train(self, seeds: Sequence[int]) -> Ended:
        """Add these seeds to both. Raises CannotTell before, where the runs there are of another environment."""
        device = self._device()
        here = describe(device_of(device), 1)
        self._require_one(
            {here.fingerprint: to_json(here)}, "new seeds would be of another environment than those there"
        )
        for job in self._jobs():
            run_job(replace(job, seeds=seeds, device=device, sequential=True), self._progress())
        self._held = [side.ended() for side in self._sides]
        return self.ended()

    def _jobs(self) -> Iterator[Job]:
        """One for each folder, of the cells in it."""
        ours, theirs = self._sides
        one, other = (glob.escape(side.cell.name) for side in self._sides)
        if ours.job.out.resolve() == theirs.job.out.resolve():
            yield replace(ours.job, only=[one, other])
            return
        yield replace(ours.job, only=[one])
        yield replace(theirs.job, only=[other])

    def _device(self) -> str:
        """That of the runs that are there, so that new ones share a rate with them."""
        kinds = {str(run["device"]).partition(":")[0] for held in self._held for run in held.values()}
        return kinds.pop() if len(kinds) == 1 else "auto"

    def _require_one(self, here: Mapping[str, Any], what: str) -> None:
        """One environment: that of the runs that are there, and `here`, by fingerprint. what: is wrong if there are more."""
        found = {run["fingerprint"] for held in self._held for run in held.values()} | set(here)
        if len(found) < 2:
            return
        records = [environment(side.layout)["provenance"] for side in self._sides]
        named = names(differences({**records[0], **records[1], **here}, found))
        raise CannotTell(
            f"{what}, and would share no rate: {_listed(named, here)}",
            where=" and ".join(dict.fromkeys(str(side.job.out) for side in self._sides)),
            hint="train both cells in a new folder with `ganbench run`",
        )


def _listed(named: Mapping[str, str], here: Mapping[str, Any]) -> str:
    """Names by fingerprint; that of this installation last, and called so."""
    there = [name for key, name in named.items() if key not in here]
    return "; ".join([*there, *(f"here {named[key]}" for key in here if key in named)])


def _failed(run: Mapping[str, Any]) -> bool:
    return bool(run["status"] == "failed")
