"""What is done, running, failed and missing: the same facts in text and JSON."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from ganbench.cli.main import main
from ganbench.cli.status import inspect
from tests.store.example import PROVENANCE, commit, evaluation, opened, plan, run, windows


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Of seven planned runs two are healthy, one failed, one crashed, three missing."""
    planned = plan(*(("ring/b", seed) for seed in range(4)), *(("ring/a", seed) for seed in range(3)))
    with opened(tmp_path, planned=planned) as results:
        commit(results, "p", ("ring/a", 0), ("ring/b", 0))
        results.merge()
        failed = run("ring/b", 1, status="failed", failed_at=5, root_cause="mode-hopping")
        crashed = run("ring/b", 2, status="crashed", message="Traceback")
        results.commit(
            "q",
            runs=[failed, crashed],
            evaluations=[evaluation("ring/b", 1, 300)],
            windows=[windows(failed["run_id"])],
        )
    return tmp_path


def test_text_gives_the_sums_and_each_cell_in_the_order_of_the_suite(root: Path, capsys) -> None:
    assert main(["status", str(root)]) == 0
    assert capsys.readouterr().out == (
        f"results  {root}\n"
        "suite    mog mog-v1\n"
        "running  no\n"
        "runs     7 planned: 2 healthy, 1 failed, 1 crashed, 3 missing\n"
        "\n"
        "cell    planned  healthy  failed  crashed  missing  root causes\n"
        "ring/b        4        1       1        1        1  mode-hopping 1\n"
        "ring/a        3        1       0        0        2\n"
        "\n"
        "Run the same command again: it does what is missing or crashed, and nothing else.\n"
    )


def test_json_gives_the_same(root: Path, capsys) -> None:
    assert main(["status", str(root), "--format", "json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["running"] is None
    assert facts["runs"] == {
        "planned": 7,
        "healthy": 2,
        "failed": 1,
        "crashed": 1,
        "missing": 3,
        "stopped": 0,
    }
    assert facts["cells"][1] == {
        "cell": "ring/a",
        "planned": 3,
        "healthy": 1,
        "failed": 0,
        "crashed": 0,
        "missing": 2,
        "stopped": 0,
        "root_causes": {},
    }
    assert facts["cells"][0]["root_causes"] == {"mode-hopping": 1}


def test_runs_that_were_stopped_are_counted_among_the_failed(tmp_path: Path, capsys) -> None:
    with opened(tmp_path, planned=plan(("ring/a", 0), ("ring/a", 1), ("ring/b", 0))) as results:
        commit(results, "p", ("ring/a", 0), status="failed", failed_at=5, stopped_at=20)
        commit(results, "q", ("ring/a", 1), status="failed", failed_at=5)
        commit(results, "r", ("ring/b", 0))
    facts = inspect(tmp_path)
    assert facts["runs"] == {
        "planned": 3,
        "healthy": 1,
        "failed": 2,
        "crashed": 0,
        "missing": 0,
        "stopped": 1,
    }
    assert [cell["stopped"] for cell in facts["cells"]] == [1, 0]
    assert main(["status", str(tmp_path)]) == 0
    assert (
        "runs     3 planned: 1 healthy, 2 failed, 0 crashed, 0 missing\n"
        "stopped  1 of the failed, once nothing could change that: they have no final metrics\n"
    ) in capsys.readouterr().out


@pytest.fixture
def mixed(root: Path) -> Path:
    """Another torch has added two runs."""
    other = replace(PROVENANCE, versions={"torch": "2.1"}, fingerprint="0" * 12)
    with opened(root, provenance=other) as results:
        commit(results, "r", ("ring/b", 3), ("ring/a", 1), fingerprint="0" * 12)
    return root


def test_of_several_environments_each_has_a_block(mixed: Path, capsys) -> None:
    assert main(["status", str(mixed)]) == 0
    assert capsys.readouterr().out == (
        f"results  {mixed}\n"
        "suite    mog mog-v1\n"
        "running  no\n"
        "runs     9 planned: 4 healthy, 1 failed, 1 crashed, 3 missing\n"
        "\n"
        "cell        planned  missing\n"
        "ring/b            4        0\n"
        "ring/a            3        1\n"
        "ring/hinge        2        2\n"
        "\n"
        "torch 2.0:\n"
        "cell    healthy  failed  crashed  root causes\n"
        "ring/b        1       1        1  mode-hopping 1\n"
        "ring/a        1       0        0\n"
        "\n"
        "torch 2.1:\n"
        "cell    healthy  failed  crashed\n"
        "ring/b        1       0        0\n"
        "ring/a        1       0        0\n"
        "\n"
        "Run the same command again: it does what is missing or crashed, and nothing else.\n"
    )


def test_json_counts_by_environment_and_says_what_differs(mixed: Path) -> None:
    one, other = inspect(mixed)["environments"]
    assert (one["fingerprint"], one["differs"]) == ("f" * 12, {"torch": "2.0"})
    assert (other["fingerprint"], other["differs"]) == ("0" * 12, {"torch": "2.1"})
    assert one["cells"][0] == {
        "cell": "ring/b",
        "healthy": 1,
        "failed": 1,
        "crashed": 1,
        "root_causes": {"mode-hopping": 1},
    }
    assert other["cells"][0]["root_causes"] == {}
    assert [cell["healthy"] for cell in other["cells"]] == [1, 1]


def test_where_the_environments_are_lost_their_fingerprints_are_told(mixed: Path, capsys) -> None:
    (mixed / "environment.json").write_text("{")
    assert main(["status", str(mixed)]) == 0
    text = capsys.readouterr().out
    assert f"\nenvironment {'0' * 12}:\n" in text
    assert f"\nenvironment {'f' * 12}:\n" in text


def test_cells_add_up_to_the_sums(root: Path) -> None:
    facts = inspect(root)
    for state, total in facts["runs"].items():
        assert total == sum(cell[state] for cell in facts["cells"])


def test_who_writes_now_is_named(root: Path, capsys) -> None:
    with opened(root):
        assert main(["status", str(root)]) == 0
        assert inspect(root)["running"]["pid"] == os.getpid()
    text = capsys.readouterr().out
    assert f"running  process {os.getpid()} on " in text
    assert "Run the same command again" not in text


def test_a_complete_folder_asks_for_nothing(tmp_path: Path, capsys) -> None:
    with opened(tmp_path, planned=plan(("a", 0))) as results:
        commit(results, "p", ("a", 0))
    assert main(["status", str(tmp_path)]) == 0
    assert "again" not in capsys.readouterr().out


def test_a_run_that_no_plan_names_counts_too(root: Path) -> None:
    with opened(root) as results:
        commit(results, "r", ("other", 0))
    assert inspect(root)["cells"][-1]["cell"] == "other"


def test_looking_changes_nothing(root: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    inspect(root)
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before


@pytest.mark.parametrize(
    ("name", "reason"), [("absent", "no such folder"), ("file", "is a file"), (".", "not a results")]
)
def test_a_path_that_is_no_results_folder_is_2(tmp_path: Path, capsys, name: str, reason: str) -> None:
    (tmp_path / "file").touch()
    assert main(["status", str(tmp_path / name)]) == 2
    assert reason in capsys.readouterr().err


def test_damaged_files_are_named_with_what_to_do_and_the_rest_is_told(root: Path, capsys) -> None:
    (root / "runs.parquet").write_bytes(b"PAR1")
    (root / "traces" / "q.parquet").unlink()
    assert main(["status", str(root)]) == 0
    text = capsys.readouterr().out
    assert "runs     7 planned: 0 healthy, 1 failed, 1 crashed, 5 missing\n" in text
    again = "run the suite again: that sets it aside and computes its runs again"
    assert (
        f"\n\ndamaged  runs.parquet: cannot be read as Parquet: truncated or damaged\n  {again}\n"
        f"\ndamaged  traces/q.parquet: missing\n  {again}\n"
    ) in text
    assert inspect(root)["damaged"] == [
        {
            "file": "runs.parquet",
            "what": "cannot be read as Parquet: truncated or damaged",
            "do": again,
        },
        {"file": "traces/q.parquet", "what": "missing", "do": again},
    ]


def test_a_damaged_environment_leaves_the_suite_unknown(root: Path, capsys) -> None:
    (root / "environment.json").write_text("{")
    assert main(["status", str(root)]) == 0
    assert "suite    unknown\n" in capsys.readouterr().out
    assert inspect(root)["suite"] is None


def test_a_file_of_another_suite_and_a_newer_one_are_told_too(root: Path) -> None:
    with opened(root) as results:
        commit(results, "r", ("other", 0))
    path = root / "environment.json"
    path.write_text(path.read_text().replace('"schema_version": 1', '"schema_version": 9'))
    newer, other = inspect(root)["damaged"][:2]
    assert (newer["file"], newer["do"]) == ("environment.json", "update ganbench, or choose another folder")
    assert other["file"] == "parts/r"
    assert "of another suite" in other["what"]


def test_it_needs_no_torch(root: Path) -> None:
    code = (
        "import sys; from ganbench.cli.main import main; main(['status', sys.argv[1]]);"
        "print([m for m in ('torch', 'scipy', 'pydantic', 'rich') if m in sys.modules], file=sys.stderr)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code, str(root)], capture_output=True, text=True, check=True
    )
    assert answer.stderr == "[]\n"
