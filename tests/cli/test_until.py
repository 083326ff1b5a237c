"""`ganbench compare --until-decided`: a line for each look, the end in words and in JSON, exit codes, refusals."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from ganbench.cli.main import main
from ganbench.cli.until import Decided, lines
from ganbench.execute.looks import Look
from ganbench.stats.rates import PairedCount
from ganbench.stats.sequential_course import Fixed, fixed_instead
from ganbench.store.reader import load_results
from ganbench.train.training import Training
from tests.execute import line
from tests.execute.example import TEXT


@pytest.fixture(scope="module")
def eight(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All that a decision between sound and broken takes."""
    return line.trained(tmp_path_factory.mktemp("eight"), seeds=range(8))


def compare(a: str, b: str, *arguments: str) -> int:
    return main(["compare", a, b, "--until-decided", *arguments])


def test_each_look_is_a_line_on_stderr_and_the_end_is_on_stdout(eight: Path, capsys) -> None:
    assert compare(f"{eight}:sound", f"{eight}:broken") == 0
    captured = capsys.readouterr()
    looks = captured.err.splitlines()
    assert [one.partition(":")[0] for one in looks] == [f"seed {seed}" for seed in range(8)]
    assert (
        looks[0] == "seed 0: sound fails in 0 of 1 run, broken in 1 of 1: difference -100 points [-100, 98]"
    )
    told = looks[7].removeprefix("seed 7: ")
    assert captured.out.splitlines() == [
        f"A  {eight}:sound",
        f"B  {eight}:broken",
        "",
        f"{told}; sound is better",
        "  8 seeds a cell; trained now: 0",
        "  at these rates a fixed n of the same power (99 %) takes 3 seeds a cell: 5 fewer",
    ]


def test_json_has_the_same_for_programs(eight: Path, capsys) -> None:
    assert compare(f"{eight}:broken", f"{eight}:sound", "--format", "json") == 0
    found = json.loads(capsys.readouterr().out)
    low, high = found.pop("interval")
    assert -1 <= low < -0.5 < 0 > high
    assert found == {
        "a": {"cell": f"{eight}:broken", "failed": 8, "runs": 8},
        "b": {"cell": f"{eight}:sound", "failed": 0, "runs": 8},
        "decision": "worse",
        "effect": -1.0,
        "seeds": 8,
        "trained": 0,
        "crashed": [],
        "power": 0.99,
        "fixed_seeds": 3,
        "saved": -5,
    }


def test_seeds_are_trained_and_stored_and_where_they_end_it_cannot_tell(tmp_path: Path, capsys) -> None:
    root = line.trained(tmp_path)
    assert compare(f"{root}:sound", f"{root}:broken", "--max-seeds", "3", "--workers", "1") == 3
    captured = capsys.readouterr()
    assert "; cannot tell within 3 seeds\n  3 seeds a cell; trained now: 1\n" in captured.out
    assert "2 runs in 2 populations\n" in captured.err
    assert captured.err.count("\nseed ") + captured.err.startswith("seed ") == 3
    assert list(load_results(root)["cell"]) == ["sound"] * 2 + ["broken"] * 2 + ["ruined"] * 2 + [
        "sound",
        "broken",
    ]


def test_after_ctrl_c_the_command_that_goes_on_is_named(
    tmp_path: Path, capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = line.trained(tmp_path)
    monkeypatch.setattr(Training, "advance", lambda *_: os.kill(os.getpid(), signal.SIGINT))
    assert compare(f"{root}:sound", f"{root}:broken", "--workers", "1") == 130
    said = capsys.readouterr().err
    assert f"go on with: ganbench compare {root}:sound {root}:broken --until-decided --workers 1\n" in said


@pytest.mark.parametrize(
    ("a", "b", "said"),
    [
        ("{root}", "{root}:broken", "names no cell\n  --until-decided compares two: RESULTS:CELL"),
        ("{root}:sound", "{root}:sound", "one cell twice"),
        ("{root}:sound", "{root}:brokn", "did you mean 'broken'?"),
        ("{root}:sound", "absent:broken", "no such folder"),
    ],
)
def test_what_has_no_meaning_is_refused(eight: Path, capsys, a: str, b: str, said: str) -> None:
    assert compare(a.format(root=eight), b.format(root=eight)) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["--max-seeds", "9"], ["--workers", "1"], ["--plugin", "own.py"]], ids=lambda one: one[0]
)
def test_options_of_training_need_until_decided(eight: Path, capsys, arguments: list[str]) -> None:
    assert main(["compare", f"{eight}:sound", f"{eight}:broken", *arguments]) == 2
    assert f"{arguments[0]}: means nothing without --until-decided" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--figure", "a.svg"], ["--seed", "1"]], ids=lambda one: one[0])
def test_options_of_what_is_there_are_refused_beside_it(eight: Path, capsys, arguments: list[str]) -> None:
    assert compare(f"{eight}:sound", f"{eight}:broken", *arguments) == 2
    assert f"{arguments[0]}: means nothing beside --until-decided" in capsys.readouterr().err


def test_other_lengths_and_equal_names_are_told(tmp_path: Path, capsys) -> None:
    first = line.trained(tmp_path, only=["sound"], out="first")
    second = line.trained(tmp_path, "steps=8", only=["sound"], out="second")
    assert compare(f"{first}:sound", f"{second}:sound", "--max-seeds", "1") == 3
    captured = capsys.readouterr()
    assert captured.err.startswith("A and B are trained for different numbers of steps.\n")
    assert "sound in A fails in 0 of 1 run, in B in 0 of 1" in captured.out


def test_code_of_the_users_is_named_to_be_run(tmp_path: Path, capsys) -> None:
    own = tmp_path / "own.py"
    own.write_text("def mine(real, fake):\n    return real.mean() - fake.mean(), fake.mean()\n")
    root = line.trained(tmp_path, text=TEXT.replace("[hinge, minimax]", "[hinge, 'own.py:mine']"))
    cells = f"{root}:hinge", f"{root}:own.py:mine"
    assert compare(*cells, "--max-seeds", "2") == 2
    assert "--plugin FILE" in capsys.readouterr().err
    assert compare(*cells, "--max-seeds", "2", "--plugin", str(own)) == 3
    assert capsys.readouterr().err.count("running code of") == 1


def ended(pairs: PairedCount, said, fixed: Fixed | None = None, crashed: tuple[int, ...] = ()) -> list[str]:
    found = fixed_instead(pairs) if fixed is None else fixed
    return [*lines(Decided(("a", "b"), ("A", "B"), 0.2, 100, Look(7, pairs, said), crashed, found))]


def test_the_same_is_beside_the_n_whose_interval_fits() -> None:
    *_, told, seeds, saved = ended(PairedCount(0, 0, 0, 24), "same")
    assert told.endswith("; the same within 20 points")
    assert seeds == "  24 seeds a cell; trained now: 0"
    assert saved == "  at these rates a fixed n fits into 20 points with 16 seeds a cell: 8 fewer"


@pytest.mark.parametrize(
    ("fixed", "said"),
    [
        (Fixed(30, 0.95), "(95 %) takes 30 seeds a cell: 6 saved"),
        (Fixed(24, 0.95), "(95 %) takes 24 seeds a cell: none saved"),
        (Fixed(None, 0.95), "(95 %) takes more seeds than were searched"),
    ],
)
def test_what_was_saved_is_beside_a_fixed_n_of_the_same_power(fixed: Fixed, said: str) -> None:
    assert ended(PairedCount(0, 0, 12, 12), "better", fixed)[-1].endswith(said)


def test_crashed_seeds_are_told() -> None:
    assert "  no pair, as a run crashed: 2 seeds" in ended(PairedCount(0, 0, 8, 0), "better", crashed=(3, 4))
