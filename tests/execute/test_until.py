"""Seeds are added to two cells until they are told apart: stored as by a run, gone on with after a kill."""

from __future__ import annotations

import os
import signal
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from ganbench import environment
from ganbench.errors import CannotTell, CrashedRuns, Interrupted, UsageError
from ganbench.execute.job import Job
from ganbench.execute.local import run_job
from ganbench.execute.until import Side
from ganbench.report.section import sections
from ganbench.report.source import read_source
from ganbench.store.layout import Layout
from ganbench.store.reader import load_results
from ganbench.train.training import Training
from tests.execute import line
from tests.execute.example import assert_equal_bit_for_bit
from tests.execute.line import decided, side


def seeds(root: Path, cell: str) -> list[int]:
    frame = load_results(root)
    return sorted(map(int, frame["seed"][frame["cell"] == cell]))


def test_two_cells_of_one_folder_are_told_apart(tmp_path: Path) -> None:
    root = line.trained(tmp_path)
    found = decided(side(root, "sound"), side(root, "broken"))
    assert [look.said for look in found] == ["go on"] * 7 + ["better"]
    assert found[-1].trained == 8
    assert seeds(root, "sound") == seeds(root, "broken") == [*range(10)]
    assert seeds(root, "ruined") == [0, 1]


def test_the_folder_is_as_a_run_with_these_seeds_leaves_it(tmp_path: Path) -> None:
    root = line.trained(tmp_path)
    decided(side(root, "sound"), side(root, "broken"))
    whole = line.trained(tmp_path, only=["sound", "broken"], seeds=range(10), out="whole")
    line.trained(tmp_path, only=["ruined"], out="whole")
    assert_equal_bit_for_bit(root, whole)
    assert Layout(root).suite.read_bytes() == Layout(whole).suite.read_bytes()
    assert environment_of(root)["suite"] == environment_of(whole)["suite"]


def environment_of(root: Path):
    from ganbench.store.snapshot import environment as found

    return found(Layout(root))


def test_the_plan_and_every_report_say_which_runs_were_added_by_looking(tmp_path: Path) -> None:
    root = line.trained(tmp_path)
    before = read_source(root)
    decided(side(root, "sound"), side(root, "broken"))
    line.trained(tmp_path, only=["sound"], seeds=range(12))
    after = read_source(root)
    assert before.sequential == {}
    assert after.sequential == {"sound": 8, "broken": 8}
    assert not any("until-decided" in remark for remark in sections([before])[0].remarks)
    (said,) = (remark for remark in sections([after])[0].remarks if "until-decided" in remark)
    assert "sound 8, broken 8" in said


def test_two_folders_get_their_seeds_each(tmp_path: Path) -> None:
    first = line.trained(tmp_path, only=["sound"], seeds=range(5), out="first")
    second = line.trained(tmp_path, "steps=8", only=["broken"], seeds=range(3), out="second")
    found = decided(side(first, "sound"), side(second, "broken"), most=8)
    assert (found[-1].said, found[-1].pairs.n, found[-1].trained) == ("better", 8, 5)
    assert seeds(first, "sound") == seeds(second, "broken") == [*range(8)]
    assert seeds_of_all(first) == {"sound"}
    assert seeds_of_all(second) == {"broken"}


def seeds_of_all(root: Path) -> set[str]:
    return set(load_results(root)["cell"])


def test_cells_without_any_run_start_at_seed_0(tmp_path: Path) -> None:
    root = line.trained(tmp_path, only=["ruined"], seeds=[7])
    found = decided(side(root, "broken"), side(root, "sound"), most=3)
    assert [look.seed for look in found] == [0, 1, 2]
    assert found[-1].pairs.only_ours == 3


def test_seeds_that_were_asked_for_come_first_and_then_those_above(tmp_path: Path) -> None:
    root = line.trained(tmp_path, only=["sound"], seeds=[20, 3])
    line.trained(tmp_path, only=["broken"], seeds=[5])
    found = decided(side(root, "sound"), side(root, "broken"), most=5)
    assert [look.seed for look in found] == [3, 5, 20, 21, 22]


def test_runs_that_decide_are_not_added_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = line.trained(tmp_path, seeds=range(12))
    monkeypatch.setattr(Training, "advance", lambda *_: pytest.fail("trained"))
    found = decided(side(root, "sound"), side(root, "broken"))
    assert (len(found), found[-1].trained) == (8, 0)


def test_it_ends_at_the_most_seeds_without_a_decision(tmp_path: Path) -> None:
    root = line.trained(tmp_path)
    found = decided(side(root, "sound"), side(root, "broken"), most=5)
    assert [look.said for look in found] == ["go on"] * 5
    assert seeds(root, "broken") == [*range(5)]


def test_cells_that_fail_alike_are_the_same(tmp_path: Path) -> None:
    root = line.trained(tmp_path, seeds=range(10))
    found = decided(side(root, "ruined"), side(root, "broken"), margin=0.4)
    assert found[-1].said == "same"
    assert -0.4 < found[-1].interval.low < found[-1].interval.high < 0.4


def interrupted_in_population(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Ctrl-C twice while that population is trained, counted from 1."""
    begun: list[Training] = []
    advance = Training.advance

    def press(self: Training, until: int) -> None:
        if self not in begun:
            begun.append(self)
        if len(begun) == number:
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)
        advance(self, until)

    monkeypatch.setattr(Training, "advance", press)


@pytest.mark.parametrize("population", [1, 4])
def test_after_ctrl_c_it_goes_on_to_the_same_answer_with_what_had_ended(
    tmp_path: Path, population: int
) -> None:
    root = line.trained(tmp_path)

    def sides() -> list[Side]:
        one_by_one = [side(root, cell) for cell in ("sound", "broken")]
        return [replace(one, job=replace(one.job, replicas=2, command="go on")) for one in one_by_one]

    with pytest.MonkeyPatch.context() as patch:
        interrupted_in_population(patch, population)
        with pytest.raises(Interrupted, match="go on with: go on"):
            decided(*sides())
    kept = set(load_results(root)["run_id"])
    assert len(kept) == 6 + 2 * (population - 1)
    found = decided(*sides())
    assert ([look.seed for look in found], found[-1].said) == ([*range(8)], "better")
    assert kept <= set(load_results(root)["run_id"])
    whole = line.trained(
        tmp_path, only=["sound", "broken"], seeds=seeds(root, "sound"), replicas=2, out="whole"
    )
    line.trained(tmp_path, only=["ruined"], out="whole")
    assert_equal_bit_for_bit(root, whole)


def test_one_cell_twice_is_refused(tmp_path: Path) -> None:
    first, second = (line.trained(tmp_path, only=["sound"], out=name) for name in ("first", "second"))
    for other in (first, second):
        with pytest.raises(UsageError, match="one cell twice"):
            decided(side(first, "sound"), side(other, "sound"))


def test_cells_that_are_judged_differently_are_refused(tmp_path: Path) -> None:
    first = line.trained(tmp_path, only=["sound"], out="first")
    second = line.trained(tmp_path, "evaluation.samples=4", only=["broken"], out="second")
    with pytest.raises(CannotTell, match="evaluation hashes"):
        decided(side(first, "sound"), side(second, "broken"))


def with_torch(monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    installed = environment.version
    monkeypatch.setattr(
        environment, "version", lambda package: version if package == "torch" else installed(package)
    )


def test_runs_of_two_environments_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = line.trained(tmp_path, only=["sound"], out="first")
    with pytest.MonkeyPatch.context() as patch:
        with_torch(patch, "0.1")
        second = line.trained(tmp_path, only=["broken"], out="second")
    with pytest.raises(CannotTell, match=r"the runs there are of several environments, .*: .*torch 0\.1"):
        decided(side(first, "sound"), side(second, "broken"))


def test_runs_of_another_environment_are_looked_at_and_not_added_to(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        with_torch(patch, "0.1")
        enough = line.trained(tmp_path, seeds=range(8), out="enough")
        few = line.trained(tmp_path, out="few")
    assert decided(side(enough, "sound"), side(enough, "broken"))[-1].said == "better"
    said = r"new seeds would be of another environment than those there.*: torch 0\.1; here torch \d"
    with pytest.raises(CannotTell, match=said):
        decided(side(few, "sound"), side(few, "broken"))
    assert seeds(few, "sound") == [0, 1]


def test_runs_that_crash_are_no_pairs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = line.trained(tmp_path)
    begin = Training.__init__

    def crash(self: Training, settings, seeds, *rest, **options) -> None:
        if 3 in seeds and settings[0].generator.start == 0:
            raise ValueError("the loss is broken")
        begin(self, settings, seeds, *rest, **options)

    monkeypatch.setattr(Training, "__init__", crash)
    found = decided(side(root, "sound"), side(root, "broken"))
    assert [look.seed for look in found if look.crashed] == [3]
    assert (found[-1].said, found[-1].pairs.n, found[-1].seed) == ("better", 8, 8)


def test_where_all_crash_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = line.trained(tmp_path)

    def crash(*_: object, **__: object) -> None:
        raise ValueError("the loss is broken")

    monkeypatch.setattr(Training, "__init__", crash)
    with pytest.raises(CrashedRuns, match="no seed of 2-5"):
        decided(side(root, "sound"), side(root, "broken"))


def test_a_name_with_the_marks_of_a_glob_names_that_cell_alone(tmp_path: Path) -> None:
    text = line.TEXT.replace("sound:", "'s[ab]':").replace("ruined:", "sa:")
    root = line.trained(tmp_path, text=text)
    decided(side(root, "s[ab]"), side(root, "broken"), most=3)
    assert Counter(load_results(root)["cell"]) == {"s[ab]": 3, "broken": 3, "sa": 2}


def test_both_cells_of_one_folder_train_in_one_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = line.trained(tmp_path)
    jobs: list[Job] = []
    monkeypatch.setattr(
        "ganbench.execute.until.run_job", lambda job, progress: jobs.append(job) or run_job(job, progress)
    )
    decided(side(root, "sound"), side(root, "broken"))
    assert [(job.only, [*job.seeds]) for job in jobs] == [
        (["sound", "broken"], [2, 3, 4, 5]),
        (["sound", "broken"], [6, 7, 8, 9]),
    ]
    assert {job.device for job in jobs} == {"cpu"}
