"""What is damaged is set aside and said, its runs do not count as finished; what is not ours is refused."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from ganbench.errors import InputError
from ganbench.store.damage import examine
from ganbench.store.layout import Layout
from ganbench.store.reader import load_evaluations, load_results, load_windows
from tests.store.example import PROVENANCE, commit, opened, plan

PAIRS = [("ring/a", 0), ("ring/a", 1), ("ring/b", 0)]
IDS = {f"id-{cell}-{seed}" for cell, seed in PAIRS}
P, Q = {"id-ring/a-0", "id-ring/a-1"}, {"id-ring/b-0"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """All planned runs have ended: population p in the top tables, q in a part."""
    with opened(tmp_path / "results", planned=plan(*PAIRS)) as results:
        commit(results, "p", *PAIRS[:2])
        results.merge()
        commit(results, "q", PAIRS[2])
    return tmp_path / "results"


def again(root: Path, **changes) -> tuple[set[str], list[str]]:
    """Open it once more: what counts as finished, and what was told."""
    told: list[str] = []
    with opened(root, planned=plan(*PAIRS), tell=told.append, **changes) as results:
        return results.finished(), told


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def test_a_whole_folder_is_taken_up_in_silence(root: Path) -> None:
    assert again(root) == (IDS, [])


@pytest.mark.parametrize(
    ("name", "finished", "aside"),
    [
        ("runs.parquet", Q, "runs.parquet.damaged-1"),
        ("evaluations.parquet", Q, "evaluations.parquet.damaged-1"),
        ("traces/p.parquet", Q, "traces/p.parquet.damaged-1"),
        ("traces/p-bursts.parquet", Q, "traces/p-bursts.parquet.damaged-1"),
        ("traces/q-geometry.parquet", P, "traces/q-geometry.parquet.damaged-1"),
        ("parts/q/runs.parquet", P, "parts/q.damaged-1/runs.parquet"),
        ("parts/q/evaluations.parquet", P, "parts/q.damaged-1/evaluations.parquet"),
        ("plan.json", IDS, "plan.json.damaged-1"),
        ("environment.json", IDS, "environment.json.damaged-1"),
    ],
)
def test_a_damaged_file_is_set_aside_as_it_was_and_said(
    root: Path, name: str, finished: set[str], aside: str
) -> None:
    cut(root / name)
    content = (root / name).read_bytes()
    found, told = again(root)
    assert found == finished
    assert (root / aside).read_bytes() == content
    assert any(text.startswith(f"{root / name}: ") and "set aside as " in text for text in told)
    assert all(str(root) in text for text in told)


@pytest.mark.parametrize("name", ["evaluations.parquet", "traces/p.parquet", "plan.json"])
def test_a_missing_file_is_said_and_made_up_for(root: Path, name: str) -> None:
    (root / name).unlink()
    found, told = again(root)
    assert found == (IDS if name == "plan.json" else Q)
    assert len(told) == 1
    assert "missing" in told[0]
    assert told[0].endswith(" anew" if name == "plan.json" else " are computed again")


def test_once_its_runs_are_computed_again_the_folder_is_whole(root: Path) -> None:
    expected = load_results(root), load_evaluations(root), load_windows(root)
    for name in ("runs.parquet", "evaluations.parquet", "traces/q.parquet"):
        cut(root / name)
    with opened(root, planned=plan(*PAIRS)) as results:
        assert results.finished() == set()
        commit(results, "p", *PAIRS[:2])
        commit(results, "q", PAIRS[2])
    assert again(root) == (IDS, [])
    assert examine(Layout(root)).damages == ()
    for frame, now in zip(
        expected, (load_results(root), load_evaluations(root), load_windows(root)), strict=True
    ):
        assert frame.equals(now)


def test_a_result_whose_trace_is_lost_shows_until_it_is_computed_again(root: Path) -> None:
    cut(root / "traces/p.parquet")
    assert again(root)[0] == Q
    assert set(load_results(root)["run_id"]) == IDS


def test_a_second_damaged_file_of_a_name_does_not_cover_the_first(root: Path) -> None:
    for number in (1, 2):
        (root / "plan.json").write_text(f"{number}")
        again(root)
        assert (root / f"plan.json.damaged-{number}").read_text() == f"{number}"


def test_a_lost_plan_is_written_anew_with_the_runs_that_are_there(root: Path) -> None:
    (root / "plan.json").write_text("{")
    with opened(root, planned=plan(PAIRS[2])):
        pass
    planned = json.loads((root / "plan.json").read_text())
    assert {run["run_id"] for run in planned} == IDS
    assert planned[0]["run_id"] == "id-ring/b-0"


def test_with_the_plan_the_environments_of_the_runs_are_not_lost(root: Path) -> None:
    before = json.loads((root / "environment.json").read_text())["provenance"]
    (root / "plan.json").write_text("{")
    with opened(root, provenance=replace(PROVENANCE, fingerprint="0" * 12)):
        pass
    after = json.loads((root / "environment.json").read_text())["provenance"]
    assert before.items() <= after.items()
    assert set(after) == {*before, "0" * 12}


def test_a_damaged_checkpoint_is_set_aside_and_the_population_starts_again(root: Path) -> None:
    layout = Layout(root)
    layout.progress("r").mkdir(parents=True)
    layout.checkpoint("r").write_bytes(b"half")
    layout.members("r").write_text("[]")
    _, (told,) = again(root)
    assert told.endswith(
        "set aside as checkpoint.pt.damaged-1; its population starts again from the first step"
    )
    assert not layout.checkpoint("r").exists()


def test_a_damaged_environment_is_mended_only_where_the_plan_shows_whose_results_these_are(
    root: Path,
) -> None:
    (root / "environment.json").write_text('{"name": "conda"}')
    before = tree(root)
    with (
        pytest.raises(InputError, match=r"environment\.json: not an environment\.json of ganbench"),
        opened(root, planned=plan(("grid/x", 0))),
    ):
        pass
    assert tree(root) == before
    assert again(root)[0] == IDS


def test_without_environment_and_plan_nobody_knows_whose_results_these_are(root: Path) -> None:
    for name in ("environment.json", "plan.json"):
        (root / name).write_text("{")
    with pytest.raises(InputError, match=r"environment\.json"):
        again(root)


def test_a_kill_while_the_environment_is_mended_leaves_a_results_folder(root: Path, monkeypatch) -> None:
    from ganbench.store import mend

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    (root / "environment.json").write_text("{")
    with monkeypatch.context() as patch:
        patch.setattr(mend, "write_bytes", killed)
        with pytest.raises(KeyboardInterrupt):
            again(root)
    assert again(root)[0] == IDS


@pytest.mark.parametrize("name", ["runs.parquet", "traces/p.parquet", "parts/p"])
def test_a_file_of_another_suite_is_refused_and_nothing_is_touched(
    root: Path, tmp_path: Path, name: str
) -> None:
    other = tmp_path / "other"
    with opened(other, planned=plan(("grid/x", 0))) as results:
        commit(results, "p", ("grid/x", 0))
        if not name.startswith("parts"):
            results.merge()
    (shutil.copytree if (other / name).is_dir() else shutil.copy)(other / name, root / name)
    cut(root / "evaluations.parquet")
    before = tree(root)
    with pytest.raises(InputError, match="of another suite") as caught:
        again(root)
    assert caught.value.where == str(root / name)
    assert tree(root) == before


def test_fresh_deletes_what_was_set_aside_too(root: Path) -> None:
    for name in ("runs.parquet", "traces/p.parquet", "parts/q/runs.parquet", "plan.json"):
        cut(root / name)
    again(root)
    assert any("damaged-1" in path.name for path in root.rglob("*"))
    again(root, fresh=True)
    assert not any("damaged" in path.name for path in root.rglob("*"))
