"""Every name of a results folder, whose it is, and what may be deleted."""

from pathlib import Path

import pytest

from ganbench.store.layout import Layout, aside, is_aside, remove


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path / "results")


def fill(layout: Layout) -> None:
    for path in (
        *(layout.environment, layout.suite, layout.plan, layout.lock, layout.runs, layout.evaluations),
        layout.findings,
        *(layout.windows("p"), layout.bursts("p"), layout.sample("ring/hinge.png")),
        *(layout.part("p").runs, layout.unfinished("q").runs, layout.checkpoints / "p" / "step-5"),
        *(layout.checkpoint("r"), layout.members("r"), layout.journal("r"), layout.mark("r")),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")


def test_the_names_are_those_of_the_design(layout: Layout) -> None:
    fill(layout)
    files = {str(path.relative_to(layout.root)) for path in layout.root.rglob("*") if path.is_file()}
    assert files == {
        *("environment.json", "suite.yaml", "plan.json", "lock", "runs.parquet", "evaluations.parquet"),
        "findings.parquet",
        *("traces/p.parquet", "traces/p-bursts.parquet", "samples/ring/hinge.png"),
        *("parts/p/runs.parquet", "work/q.part/runs.parquet", "checkpoints/p/step-5"),
        *("work/r/checkpoint.pt", "work/r/runs.json", "work/r/trace.journal", "work/r/trace.json"),
    }


@pytest.mark.parametrize("name", ["/etc/passwd", "../x.png", "a/../../x.png", "", "."])
def test_a_sample_cannot_leave_its_folder(layout: Layout, name: str) -> None:
    with pytest.raises(ValueError, match="not the name of a file"):
        layout.sample(name)


def test_no_folder_and_an_empty_one_are_vacant(layout: Layout) -> None:
    assert layout.is_vacant()
    layout.root.mkdir()
    assert layout.is_vacant()
    assert not layout.is_results()


def test_what_a_killed_first_call_leaves_is_vacant(layout: Layout) -> None:
    layout.root.mkdir()
    layout.lock.touch()
    aside(layout.environment, pid=7).touch()
    assert layout.is_vacant()


@pytest.mark.parametrize("name", ["notes.txt", "suite.yaml", "runs.parquet", ".git"])
def test_any_other_file_makes_a_folder_foreign(layout: Layout, name: str) -> None:
    layout.root.mkdir()
    (layout.root / name).touch()
    assert not layout.is_vacant()
    assert not layout.is_results()


def test_discarding_leaves_the_mark_the_lock_and_what_is_not_ours(layout: Layout) -> None:
    fill(layout)
    (layout.root / "notes.txt").write_text("mine")
    layout.discard()
    assert {path.name for path in layout.root.iterdir()} == {"environment.json", "lock", "notes.txt"}


def test_discarding_a_linked_folder_deletes_the_link_alone(layout: Layout, tmp_path: Path) -> None:
    elsewhere = tmp_path / "scratch"
    elsewhere.mkdir()
    (elsewhere / "precious").touch()
    layout.root.mkdir()
    layout.checkpoints.symlink_to(elsewhere)
    layout.discard()
    assert not layout.checkpoints.exists()
    assert (elsewhere / "precious").exists()


def test_files_left_aside_are_deleted_and_no_others(layout: Layout) -> None:
    fill(layout)
    before = set(layout.root.rglob("*"))
    for path in (layout.runs, layout.windows("p"), layout.sample("ring/b.png"), layout.kept("p", 5)):
        aside(path, pid=7).touch()
    layout.discard_asides()
    assert set(layout.root.rglob("*")) == before


def test_an_aside_lies_in_the_same_folder_under_another_name(layout: Layout) -> None:
    found = aside(layout.runs, pid=7)
    assert found.parent == layout.runs.parent
    assert is_aside(found)
    assert not is_aside(layout.runs)
    assert found != aside(layout.runs, pid=8)


def test_committed_lists_folders_only(layout: Layout) -> None:
    assert layout.committed() == []
    for name in ("b", "a"):
        layout.part(name).root.mkdir(parents=True)
    (layout.parts / ".DS_Store").touch()
    assert layout.committed() == ["a", "b"]


def test_removing_what_is_not_there_is_fine(layout: Layout) -> None:
    remove(layout.work)
    assert not layout.work.exists()
