"""Every file name of a results folder."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from ganbench.store.schema import Table

_ASIDE: Final = ".aside"
_DAMAGED: Final = ".damaged-"


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things are in the results folder `root`. Its five subfolders belong to ganbench wholly."""

    root: Path

    @property
    def environment(self) -> Path:
        """Schema version, identity of the suite, provenance. It marks a folder as a results folder."""
        return self.root / "environment.json"

    @property
    def suite(self) -> Path:
        """The suite as it was read."""
        return self.root / "suite.yaml"

    @property
    def plan(self) -> Path:
        """The runs that were asked for, in the order of the suite."""
        return self.root / "plan.json"

    @property
    def lock(self) -> Path:
        """Held by the one process that writes here."""
        return self.root / "lock"

    @property
    def runs(self) -> Path:
        """One row for each run."""
        return self.root / "runs.parquet"

    @property
    def evaluations(self) -> Path:
        """One row for each evaluation of each run."""
        return self.root / "evaluations.parquet"

    @property
    def findings(self) -> Path:
        """One row for each kind of finding of each run."""
        return self.root / "findings.parquet"

    @property
    def traces(self) -> Path:
        return self.root / "traces"

    @property
    def checkpoints(self) -> Path:
        return self.root / "checkpoints"

    @property
    def samples(self) -> Path:
        return self.root / "samples"

    @property
    def parts(self) -> Path:
        """What finished populations left and no one has merged into the top tables yet."""
        return self.root / "parts"

    @property
    def plugins(self) -> Path:
        """The code of the user's that runs were made with. Nothing here is ever run unasked."""
        return self.root / "plugins"

    @property
    def work(self) -> Path:
        """What is in progress."""
        return self.root / "work"

    def windows(self, population: str) -> Path:
        return self.traces / f"{population}.parquet"

    def bursts(self, population: str) -> Path:
        return self.traces / f"{population}-bursts.parquet"

    def geometry(self, population: str) -> Path:
        return self.traces / f"{population}-geometry.parquet"

    def plane(self, population: str) -> Path:
        """Samples in the plane, and D around them; only of data that lie in one."""
        return self.traces / f"{population}-plane.parquet"

    def traces_of(self, population: str) -> dict[Table, Path]:
        """The files that every committed population has, by their tables."""
        return {
            "windows": self.windows(population),
            "bursts": self.bursts(population),
            "geometry": self.geometry(population),
        }

    def sample(self, name: str) -> Path:
        """The file of a sample grid; `name` may hold folders, such as `ring/hinge.png`."""
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise ValueError(f"'{name}' is not the name of a file below {self.samples.name}/")
        return self.samples / path

    def part(self, population: str) -> Part:
        return Part(self.parts / population)

    def plugin(self, digest: str, name: str) -> Path:
        """A file of code, by the hash of its content."""
        return self.plugins / digest / name

    def progress(self, population: str) -> Path:
        """The folder of a population in progress; it goes when the population is committed."""
        return self.work / population

    def checkpoint(self, population: str) -> Path:
        """Where a population in training stands; it goes when the population is committed."""
        return self.progress(population) / "checkpoint.pt"

    def journal(self, population: str) -> Path:
        """What of the traces of a population in training is finished; it grows at its end."""
        return self.progress(population) / "trace.journal"

    def mark(self, population: str) -> Path:
        """How much of the journal has reached the disk, and its checksum."""
        return self.progress(population) / "trace.json"

    def members(self, population: str) -> Path:
        """The ids of the runs of a population in training, in order."""
        return self.progress(population) / "runs.json"

    def kept(self, population: str, step: int) -> Path:
        """The state of a population after `step` generator steps, for replays and exports."""
        return self.checkpoints / population / f"{step:08d}.pt"

    def replay(self, run_id: str, step: int) -> Path:
        """Every step of a run that was trained again from `step`."""
        return self.root / "replays" / f"{run_id}-from-{step}.parquet"

    def unfinished(self, population: str) -> Part:
        """Where a part is made, before one rename shows it."""
        return Part(self.work / f"{population}.part")

    def merged(self, population: str) -> Path:
        """Where a merged part is taken by one rename, before it is deleted."""
        return self.work / f"{population}.merged"

    def is_scrap(self, folder: Path) -> bool:
        """Whether a folder below work/ is a part that was never shown, or was merged already."""
        return folder.suffix in {".part", ".merged"}

    def committed(self) -> list[str]:
        """The populations in parts/, by name."""
        if not self.parts.is_dir():
            return []
        return sorted(path.name for path in self.parts.iterdir() if path.is_dir() and not is_damaged(path))

    def is_results(self) -> bool:
        return self.environment.is_file()

    def is_vacant(self) -> bool:
        """Absent, empty, or only begun: nothing but a lock and what a killed writer left aside."""
        if not self.root.exists():
            return True
        return all(path == self.lock or is_aside(path) for path in self.root.iterdir())

    def discard(self) -> None:
        """Delete all results, and nothing that ganbench has not put here.

        environment.json and the lock stay: until a new environment.json takes the place of the old,
        the folder remains a results folder, whenever the process is killed.
        """
        files = (self.runs, self.evaluations, self.findings, self.suite, self.plan)
        for path in (*files, *self.root.glob(f"*{_DAMAGED}*")):
            path.unlink(missing_ok=True)
        for folder in self._folders():
            remove(folder)

    def discard_asides(self) -> None:
        """Delete what killed writers left half-written."""
        below = (folder.rglob(f".*{_ASIDE}") for folder in self._folders())
        for path in [*self.root.glob(f".*{_ASIDE}"), *itertools.chain(*below)]:
            path.unlink(missing_ok=True)

    def _folders(self) -> Iterator[Path]:
        yield from (self.traces, self.checkpoints, self.samples, self.parts, self.work, self.plugins)
        yield self.root / "replays"


@dataclass(frozen=True, slots=True)
class Part:
    """The folder of one finished population."""

    root: Path

    @property
    def runs(self) -> Path:
        return self.root / "runs.parquet"

    @property
    def evaluations(self) -> Path:
        return self.root / "evaluations.parquet"

    @property
    def findings(self) -> Path:
        return self.root / "findings.parquet"


def aside(path: Path, *, pid: int) -> Path:
    """Where process `pid` writes `path` before it is renamed: in the same folder, hidden."""
    return path.with_name(f".{path.name}.{pid}{_ASIDE}")


def is_aside(path: Path) -> bool:
    return path.name.startswith(".") and path.name.endswith(_ASIDE)


def damaged(path: Path) -> Path:
    """Where a damaged file or part is set aside: beside it, under the first number that is free."""
    names = (path.with_name(f"{path.name}{_DAMAGED}{number}") for number in itertools.count(1))
    return next(name for name in names if not name.exists())


def was_set_aside(path: Path) -> bool:
    """Whether a file of this name was damaged once."""
    return path.with_name(f"{path.name}{_DAMAGED}1").exists()


def is_damaged(path: Path) -> bool:
    return _DAMAGED in path.name


def remove(folder: Path) -> None:
    """Delete a folder and what is in it; of a link only the link. No folder is fine."""
    if folder.is_symlink():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)
