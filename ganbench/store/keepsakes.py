"""What populations leave beside their tables: kept checkpoints, sample grids, samples in the plane. Losing one
loses no number of a run.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ganbench.store.layout import Layout, was_set_aside
from ganbench.store.png import is_whole
from ganbench.store.tables import Damaged, reading, run_ids
from ganbench.store.zipped import check

if TYPE_CHECKING:
    import pyarrow as pa

WITHOUT_CHECKPOINT: Final = (
    "no number is lost; replays start from an earlier checkpoint, or from the first step"
)
WITHOUT_GRID: Final = "no number is lost"
WITHOUT_PLANE: Final = "no number of a run is lost; reports show its samples by mode"
_ASIDE: Final = "run the suite again: that sets it aside"
MEND_CHECKPOINT: Final = f"{_ASIDE}; {WITHOUT_CHECKPOINT}"


def check_checkpoint(path: Path) -> None:
    """Raise Damaged for a kept checkpoint of which any tensor has changed; FileNotFoundError for none."""
    check(path, hint=MEND_CHECKPOINT)


def check_grid(path: Path) -> None:
    """Raise Damaged for a picture that has changed; FileNotFoundError for none, InputError for a closed one."""
    with reading(path, but=(FileNotFoundError,)):
        content = path.read_bytes()
    if not is_whole(content):
        raise Damaged("is no picture, or damaged", where=str(path), hint=f"{_ASIDE}; {WITHOUT_GRID}")


def check_plane(path: Path) -> set[str]:
    """The runs whose samples are there. Raises Damaged, FileNotFoundError, and InputError as `check_grid`."""
    try:
        return run_ids("plane", path)
    except Damaged as error:
        raise Damaged(error.what, where=error.where, hint=f"{_ASIDE}; {WITHOUT_PLANE}") from error


def missing_checkpoints(layout: Layout, runs: pa.Table) -> Damaged | None:
    """What the runs table says was kept and is gone, all of it in one; not what was set aside."""
    columns = (runs[name].to_pylist() for name in ("population", "checkpoints"))
    named = {(population, step) for population, steps in zip(*columns, strict=True) for step in steps or ()}
    return _gone((layout.kept(*one) for one in named), "checkpoint", WITHOUT_CHECKPOINT)


def missing_grids(layout: Layout, runs: pa.Table) -> Damaged | None:
    """The same of sample grids."""
    named = {layout.samples / name for name in runs["sample_grid"].to_pylist() if name}
    return _gone(named, "sample grid", WITHOUT_GRID)


def missing_planes(layout: Layout, runs: pa.Table) -> Damaged | None:
    """The same of samples in the plane."""
    columns = (runs[name].to_pylist() for name in ("population", "plane_steps"))
    named = {layout.plane(population) for population, steps in zip(*columns, strict=True) if steps}
    return _gone(named, "table of samples", WITHOUT_PLANE)


def _gone(paths: Iterable[Path], noun: str, lost: str) -> Damaged | None:
    gone = sorted(path for path in paths if not path.exists() and not was_set_aside(path))
    if not gone:
        return None
    more = f", and {len(gone) - 1} more {noun}{'s' if len(gone) > 2 else ''}" if len(gone) > 1 else ""
    return Damaged(f"missing{more}", where=str(gone[0]), hint=lost)
