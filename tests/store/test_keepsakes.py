"""Checkpoints, sample grids and samples in the plane are checked, missed where a table names them, and lose no number."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from ganbench.cli.main import main
from ganbench.cli.status import inspect
from ganbench.errors import InputError
from ganbench.execute.grids import png
from ganbench.store.atomic import write_table
from ganbench.store.damage import Damage, examine
from ganbench.store.keepsakes import WITHOUT_CHECKPOINT, WITHOUT_GRID, WITHOUT_PLANE
from ganbench.store.layout import Layout
from ganbench.store.reader import load_results
from ganbench.store.tables import from_columns, read_file
from ganbench.train.checkpoint import save
from tests.store.example import commit, opened, plan, plane

PAIRS = [("ring/a", 0), ("ring/a", 1), ("ring/b", 0)]
PICTURE = png(np.zeros((4, 9), dtype=np.uint8))
GRID = "ring/a/seeds-0-1.png"
PLANE = "traces/p-plane.parquet"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A population with checkpoints and samples at two steps and a grid of one cell, and one that kept nothing."""
    layout = Layout(tmp_path / "results")
    with opened(layout.root, planned=plan(*PAIRS)) as results:
        for step in (150, 300):
            save(layout.kept("p", step), {"step": step, "tensors": {"weights": torch.arange(500.0)}})
        kept = {"checkpoints": [150, 300], "plane_steps": [150, 300], "sample_grid": GRID}
        looks = plane("id-ring/a-0", "id-ring/a-1")
        commit(results, "p", *PAIRS[:2], samples={GRID: PICTURE}, plane=looks, **kept)
        commit(results, "q", PAIRS[2])
    return layout.root


def damages(root: Path) -> dict[str, Damage]:
    """By the file that the message names."""
    found = examine(Layout(root)).damages
    return {str(Path(damage.error.where).relative_to(root)): damage for damage in found}


def again(root: Path) -> list[str]:
    """Open it once more; what was told."""
    told: list[str] = []
    with opened(root, planned=plan(*PAIRS), tell=told.append) as results:
        assert len(results.finished()) == 3
    return told


def test_a_whole_folder_is_whole(root: Path) -> None:
    assert damages(root) == {}


@pytest.mark.parametrize(
    ("name", "lost"),
    [
        ("checkpoints/p/00000150.pt", WITHOUT_CHECKPOINT),
        (f"samples/{GRID}", WITHOUT_GRID),
        (PLANE, WITHOUT_PLANE),
    ],
)
@pytest.mark.parametrize("harm", ["cut", "changed"])
def test_a_damaged_one_is_named_with_what_is_lost_and_set_aside_once(
    root: Path, name: str, lost: str, harm: str
) -> None:
    path = root / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content if harm == "changed" else content[: len(content) // 2])
    before = load_results(root)
    (said,) = inspect(root)["damaged"]
    assert said["file"] == name
    assert said["do"] == f"run the suite again: that sets it aside; {lost}"
    (told,) = again(root)
    assert told.startswith(f"{path}: {'cannot be read' if name == PLANE else 'is no '}")
    assert told.endswith(f"set aside as {path.name}.damaged-1; {lost}")
    assert load_results(root).equals(before)
    assert again(root) == []
    assert damages(root) == {}


def test_a_missing_checkpoint_is_named_with_what_is_lost(root: Path) -> None:
    path = Layout(root).kept("p", 300)
    path.unlink()
    assert inspect(root)["damaged"] == [
        {"file": "checkpoints/p/00000300.pt", "what": "missing", "do": WITHOUT_CHECKPOINT}
    ]
    assert again(root) == [f"{path}: missing\n  {WITHOUT_CHECKPOINT}"]


def test_of_many_that_are_missing_the_first_is_named_and_the_others_counted(root: Path) -> None:
    shutil.rmtree(root / "checkpoints")
    assert [damage.error.what for damage in damages(root).values()] == ["missing, and 1 more checkpoint"]


def test_a_missing_grid_is_named_once_for_all_its_runs(root: Path) -> None:
    (root / "samples" / GRID).unlink()
    assert damages(root)[f"samples/{GRID}"].error.what == "missing"
    assert again(root) == [f"{root / 'samples' / GRID}: missing\n  {WITHOUT_GRID}"]


def test_missing_samples_in_the_plane_are_named_with_what_is_lost(root: Path) -> None:
    (root / PLANE).unlink()
    assert inspect(root)["damaged"] == [{"file": PLANE, "what": "missing", "do": WITHOUT_PLANE}]
    assert again(root) == [f"{root / PLANE}: missing\n  {WITHOUT_PLANE}"]


def test_samples_of_runs_that_no_plan_names_are_refused(root: Path) -> None:
    write_table(root / PLANE, from_columns("plane", plane("elsewhere")))
    assert "this folder's plan has no run elsewhere" in damages(root)[PLANE].error.what
    with pytest.raises(InputError, match="of another suite"):
        again(root)


def test_results_made_before_samples_were_kept_are_whole(root: Path) -> None:
    runs = read_file("runs", Layout(root).part("p").runs)
    write_table(Layout(root).part("p").runs, runs.drop_columns("plane_steps"))
    (root / PLANE).unlink()
    assert damages(root) == {}
    assert load_results(root)["plane_steps"].isna().all()


def test_looking_for_them_moves_nothing(root: Path) -> None:
    again(root)
    Layout(root).kept("p", 150).unlink()
    before = sorted(root.rglob("*"))
    again(root)
    assert sorted(root.rglob("*")) == before


def test_status_tells_it_and_asks_for_nothing_to_be_run(root: Path, capsys) -> None:
    Layout(root).kept("p", 150).unlink()
    assert main(["status", str(root)]) == 0
    text = capsys.readouterr().out
    assert text.endswith(f"\n\ndamaged  checkpoints/p/00000150.pt: missing\n  {WITHOUT_CHECKPOINT}\n")
