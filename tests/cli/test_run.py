"""The verb run: its plan, its table, its exit codes, and what it says next."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ganbench import environment
from ganbench.cli.main import VERBS, main
from ganbench.errors import UsageError
from ganbench.execute import local
from ganbench.execute.job import Job
from ganbench.records import Provenance
from ganbench.store.reader import load_results
from tests.execute import example

IMPORTED = """
import json, sys
from ganbench.cli.main import main
code = main(sys.argv[1:])
print(json.dumps([code, [name for name in ("torch", "pandas", "scipy") if name in sys.modules]]), file=sys.stderr)
"""


@pytest.fixture
def suite(tmp_path: Path) -> str:
    return str(example.written(tmp_path))


def run(suite: str, *arguments: str) -> int:
    return main(["run", suite, "--workers", "1", *arguments])


def planned(suite: str, capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert run(suite, "--dry-run", "--format", "json", *arguments) == 0
    return json.loads(capsys.readouterr().out)


def cells_of(text: str) -> list[str]:
    """The first column of the closing table."""
    return [line.split()[0] for line in text.split("\n\n")[0].splitlines()[1:]]


def test_it_ends_with_a_table_on_stdout_and_everything_else_on_stderr(
    suite: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "results"
    assert run(suite, "--out", str(out)) == 0
    captured = capsys.readouterr()
    assert cells_of(captured.out) == ["hinge", "minimax"]
    assert "healthy" in captured.out
    assert captured.err.startswith("4 runs in 2 populations\n[2/4] hinge: 2 runs in ")
    assert captured.err.endswith(f"\nresults in {out}\nnext: ganbench report {out} -o report\n")


def test_below_the_table_stand_the_root_causes_of_failed_runs(
    suite: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "results"
    steps = ["--set", "steps=600", "--set", "evaluation.every=60", "--set", "probes.windows=60"]
    assert run(suite, "--out", str(out), *steps) == 0
    *_, causes = capsys.readouterr().out.split("\n\n")
    frame = load_results(out)
    failed = frame[frame["status"] == "failed"]
    assert causes.startswith("root causes of failed runs, by the detectors:\n  hinge")
    assert cells_of(causes) == failed["cell"].drop_duplicates().tolist()
    for line, (_, runs) in zip(causes.splitlines()[1:], failed.groupby("cell", sort=False), strict=True):
        for kind, count in runs["root_cause"].value_counts().items():
            assert f"{kind} {count}" in line
    assert run(suite, "--out", str(out), *steps, "--format", "json") == 0
    told = [one["root_cause"] for one in json.loads(capsys.readouterr().out)]
    assert told == [cause if isinstance(cause, str) else None for cause in frame["root_cause"]]


def test_on_a_terminal_the_table_has_the_same_cells(
    suite: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert run(suite, "--out", str(tmp_path / "results")) == 0
    text = capsys.readouterr().out
    assert "hinge" in text
    assert "minimax" in text
    assert "0 % [0, 66]" in text


def test_the_next_command_works_even_in_a_folder_with_a_space(
    suite: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(suite, "--only", "hinge", "--out", str(tmp_path / "my results")) == 0
    (line,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("next: ")]
    program, verb, *rest = shlex.split(line.removeprefix("next: "))
    assert program == "ganbench"
    assert verb in VERBS
    assert main([verb, *rest]) == 0


def test_json_has_the_same_runs_and_no_value_that_json_lacks(
    suite: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(suite, "--out", str(tmp_path / "results"), "--format", "json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["cell"], row["seed"]) for row in rows] == [
        ("hinge", 0),
        ("hinge", 1),
        ("minimax", 0),
        ("minimax", 1),
    ]
    assert all(isinstance(row["final.covered_modes"], float) for row in rows)


def test_the_table_keeps_the_order_of_the_suite_whatever_was_run_first(
    suite: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "results")
    run(suite, "--only", "minimax", "--out", out)
    capsys.readouterr()
    run(suite, "--out", out)
    assert cells_of(capsys.readouterr().out) == ["hinge", "minimax"]


def test_the_table_shows_the_runs_that_were_asked_for_and_no_others(
    suite: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "results")
    run(suite, "--out", out)
    capsys.readouterr()
    run(suite, "--only", "minimax", "--seeds", "1", "--out", out)
    text = capsys.readouterr().out
    assert cells_of(text) == ["minimax"]
    assert "n = 1 run per cell" in text


def test_the_same_command_again_trains_nothing_and_shows_the_same(
    suite: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "results")
    run(suite, "--out", out)
    first = capsys.readouterr()
    run(suite, "--out", out)
    second = capsys.readouterr()
    assert second.out == first.out
    assert "population" not in second.err


@pytest.fixture
def mixed(
    suite: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> str:
    """Seeds 0 and 1 come from one torch, seed 2 will come from another."""
    torch = iter(["2.14.0", "2.15.0", "2.15.0", "2.15.0"])
    describe = environment.describe

    def describe_another(device: str, threads: int) -> Provenance:
        here = describe(device, threads)
        other = replace(here, versions={**here.versions, "torch": next(torch)})
        known = environment.facts(environment.to_json(other))
        return replace(other, fingerprint=environment.fingerprint(known))

    monkeypatch.setattr("ganbench.execute.local.describe", describe_another)
    assert run(suite, "--out", str(tmp_path / "results")) == 0
    capsys.readouterr()
    return str(tmp_path / "results")


def test_runs_of_two_versions_share_no_line_and_it_is_told_which_seeds_are_whose(
    suite: str, mixed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(suite, "--out", mixed, "--seeds", "0-2") == 0
    captured = capsys.readouterr()
    head, *lines = captured.out.split("\n\n")[0].splitlines()
    assert head.split()[:2] == ["cell", "runs"]
    assert [line.split()[:2] for line in lines] == [
        ["torch", "2.14.0:"],
        ["hinge", "2"],
        ["minimax", "2"],
        ["torch", "2.15.0:"],
        ["hinge", "1"],
        ["minimax", "1"],
    ]
    assert captured.err.startswith("4 runs are there from another environment: 4 with torch 2.14.0; here: ")
    assert "  hinge, minimax: seeds 0-1 with torch 2.14.0; seed 2 with torch 2.15.0\n" in captured.err
    assert "\n2 runs in 2 populations\n" in captured.err


def test_json_says_for_each_run_in_what_its_environment_differs(
    suite: str, mixed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(suite, "--out", mixed, "--seeds", "0-2", "--only", "hinge", "--format", "json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["environment"]["torch"] for row in rows] == ["2.14.0", "2.14.0", "2.15.0"]
    assert len({row["fingerprint"] for row in rows}) == 2


def test_with_fresh_all_runs_are_of_one_environment(
    suite: str, mixed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(suite, "--out", mixed, "--seeds", "0-2", "--fresh", "--format", "json") == 0
    captured = capsys.readouterr()
    assert [row["environment"] for row in json.loads(captured.out)] == [{}] * 6
    assert "environment" not in captured.err


def test_fresh_deletes_what_was_there(suite: str, tmp_path: Path) -> None:
    out = str(tmp_path / "results")
    run(suite, "--out", out)
    assert run(suite, "--only", "hinge", "--fresh", "--out", out) == 0
    assert set(load_results(out)["cell"]) == {"hinge"}


@pytest.mark.parametrize(
    ("tier", "folder"), [("standard", "results/tiny-v1"), ("smoke", "results/tiny-v1-smoke")]
)
def test_results_go_to_a_folder_named_by_version_and_tier(
    suite: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], tier: str, folder: str
) -> None:
    example.written(tmp_path, example.TEXT + "tiers: {smoke: {seeds: [0]}}\n")
    assert planned(suite, capsys, "--tier", tier)["out"] == folder


def test_a_smoke_run_says_that_its_steps_are_few(
    suite: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    example.written(tmp_path, example.TEXT + "tiers: {smoke: {seeds: [0]}}\n")
    assert run(suite, "--tier", "smoke", "--out", str(tmp_path / "results")) == 0
    assert capsys.readouterr().err.endswith(
        "smoke: so few steps show that all works, not how a method ends\n"
    )


def test_a_crashed_run_is_told_recorded_and_4_and_the_others_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    example.register_broken_loss(monkeypatch)
    suite = example.written(tmp_path, example.TEXT.replace("[hinge, minimax]", "[broken, hinge]"))
    out = tmp_path / "results"
    assert run(str(suite), "--out", str(out)) == 4
    captured = capsys.readouterr()
    told = "2 runs crashed, the first broken with seed 0: ValueError: the loss is broken\n"
    assert told in captured.err
    assert "Traceback" not in captured.err + captured.out
    assert cells_of(captured.out) == ["broken", "hinge"]
    frame = load_results(out).set_index("cell")
    assert set(frame.loc["broken", "status"]) == {"crashed"}
    assert "crashed" not in set(frame.loc["hinge", "status"])
    for message in frame.loc["broken", "message"]:
        assert message.startswith("Traceback")
        assert message.endswith("ValueError: the loss is broken\n")


def test_a_diverged_run_is_a_result_and_no_error(
    suite: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wild = "optimizers.generator={name: adam, lr: 1e30}"
    assert run(suite, "--set", wild, "--out", str(tmp_path / "results")) == 0
    assert load_results(tmp_path / "results")["diverged_at"].notna().all()


def test_a_dry_run_lists_what_there_is_to_do_and_what_it_takes_and_writes_nothing(
    suite: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ganbench.execute.calibrate.seconds_of", lambda _: 200.0)
    out = tmp_path / "results"
    assert run(suite, "--dry-run", "--seeds", "0-2", "--replicas", "2", "--out", str(out)) == 0
    assert capsys.readouterr().out == (
        "cell     runs\n"
        "hinge       3\n"
        "minimax     3\n"
        "\n"
        "6 runs of 2 cells, 0 finished; the rest in 4 populations, 1 at a time on cpu\n"
        f"about 3 min (measured on a few steps of each), 0.6 GB of memory, 0 MB on disk; to {out}\n"
    )
    assert not out.exists()


def test_a_dry_run_in_json_has_the_same_facts(
    suite: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = planned(suite, capsys, "--seeds", "0-2", "--replicas", "2", "--device", "cpu")
    assert facts["suite"] == "tiny-v1, tier standard"
    assert facts["cells"] == {"hinge": 3, "minimax": 3}
    assert facts["runs"] == sum(facts["replicas"]) == 6
    assert facts["populations"] == len(facts["replicas"]) == 4
    assert (facts["device"], facts["workers"]) == ("cpu", 1)
    assert facts["memory_bytes"] > 10**8
    assert facts["seconds"] > 0
    assert facts["disk_bytes"] > 6 * 1000


def test_a_dry_run_after_the_run_has_nothing_left_to_do(
    suite: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "results")
    assert run(suite, "--out", out) == 0
    capsys.readouterr()
    facts = planned(suite, capsys, "--out", out)
    assert (facts["runs"], facts["finished"], facts["populations"], facts["seconds"]) == (4, 4, 0, 0)


@pytest.mark.parametrize("arguments", [["--help"], ["mgo"]])
def test_help_and_wrong_usage_import_no_torch(arguments: list[str]) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", IMPORTED, "run", *arguments], capture_output=True, text=True, check=True
    )
    code, imported = json.loads(answer.stderr.splitlines()[-1])
    assert imported == []
    assert code == (2 if arguments == ["mgo"] else 0)


def test_help_shows_every_option_with_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--help"]) == 0
    text = capsys.readouterr().out
    for option in ("--out", "--tier", "--set", "--only", "--seeds", "--device", "--dry-run", "--fresh"):
        assert option in text
    assert "ganbench run mog --only 'ring/*' --seeds 0-4" in text


@pytest.mark.parametrize(("asked", "graphs"), [([], True), (["--no-graphs"], False)])
def test_cuda_graphs_are_made_unless_they_are_switched_off(
    suite: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: list[str], graphs: bool
) -> None:
    given: list[bool] = []

    def stop(job: Job, _: object) -> None:
        given.append(job.graphs)
        raise UsageError("enough")

    monkeypatch.setattr(local, "run_job", stop)
    assert run(suite, *asked, "--out", str(tmp_path / "r")) == 2
    assert given == [graphs]
