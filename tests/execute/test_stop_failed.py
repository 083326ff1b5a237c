"""--stop-failed: a run whose failure is final stands still, is recorded so, and changes nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch

from ganbench.cli.main import main
from ganbench.errors import Interrupted, UsageError
from ganbench.execute.archive import open_run
from ganbench.execute.job import Job
from ganbench.execute.local import run_job
from ganbench.execute.replay import replay
from ganbench.execute.task import Advanced
from ganbench.probes.trace import FLIGHT
from ganbench.store.layout import Layout
from ganbench.store.reader import (
    load_bursts,
    load_evaluations,
    load_findings,
    load_geometry,
    load_results,
    load_windows,
)
from ganbench.train.training import Training
from tests.execute import example

STEPS, EVERY = 200, 20
LENGTH = (
    f"steps={STEPS}",
    f"evaluation.every={EVERY}",
    "probes={windows: 29, bursts: 3, burst_steps: 30, geometry: 30}",
)
STREAK = 2
BOUND = 0.545  # of the distance: of the runs of hinge some fail early, some late, some never
SOME = f"failure=[{{metric: sliced_wasserstein, above: {BOUND}, for: {STREAK}}}]"
ALL = "failure=[{metric: sliced_wasserstein, above: 0.01, for: 2}]"
AT_ONCE = "failure=[{metric: sliced_wasserstein, above: 0.01}]"


def job(folder: Path, out: str, *sets: str, seeds: Sequence[int] = range(4), **more: Any) -> Job:
    """One population of the tiny suite."""
    suite = example.tiny(folder, *LENGTH, *(sets or (SOME,)))
    chosen: dict[str, Any] = {"only": ["hinge"], "seeds": seeds, "replicas": 4, "workers": 1, **more}
    return Job(suite, folder / out, **chosen)


def trained(wanted: Job) -> Path:
    run_job(wanted, example.Silent())
    return wanted.out


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("suite")


@pytest.fixture(scope="module")
def full(folder: Path) -> Path:
    return trained(job(folder, "full"))


@pytest.fixture(scope="module")
def stopped(folder: Path) -> Path:
    return trained(job(folder, "stopped", stop_failed=True))


def stops(root: Path) -> dict[str, int | None]:
    """`stopped_at` by run."""
    frame = load_results(root)
    return {
        run: None if pd.isna(at) else int(at)
        for run, at in zip(frame["run_id"], frame["stopped_at"], strict=True)
    }


def of(frame: pd.DataFrame, run: str, below: float) -> pd.DataFrame:
    """Rows of a run before a step, whatever the population was called."""
    step = frame["last_step"] if "last_step" in frame else frame["step"]
    kept = frame[(frame["run_id"] == run) & (step < below)]
    return kept.drop(columns="population", errors="ignore").reset_index(drop=True)


def test_some_stop_early_some_late_some_never(stopped: Path) -> None:
    found = set(stops(stopped).values())
    assert None in found
    assert len(found) >= 3


def test_a_full_run_is_stopped_nowhere(full: Path) -> None:
    assert load_results(full)["stopped_at"].isna().all()


def test_outcomes_are_those_of_full_runs(full: Path, stopped: Path) -> None:
    columns = ["run_id", "cell_id", "evaluation_id", "status", "failed_at", "criterion", "diverged_at"]
    pd.testing.assert_frame_equal(load_results(stopped)[columns], load_results(full)[columns])


def test_whoever_is_stopped_had_failed_before(stopped: Path) -> None:
    frame = load_results(stopped)
    ended = frame[frame["stopped_at"].notna()]
    assert (ended["status"] == "failed").all()
    assert (ended["failed_at"] < ended["stopped_at"]).all()
    assert (ended["stopped_at"] < STEPS).all()


@pytest.mark.parametrize("load", [load_evaluations, load_windows, load_bursts, load_geometry])
def test_until_its_stop_a_run_is_the_full_one_bit_for_bit_and_the_others_to_the_end(
    full: Path, stopped: Path, load: Any
) -> None:
    whole, cut = load(full), load(stopped)
    for run, at in stops(stopped).items():
        past = load in (load_evaluations, load_geometry)  # said of what has passed, not of the step to come
        below = STEPS + 1 if at is None else at + past
        assert len(of(cut, run, below))
        pd.testing.assert_frame_equal(of(cut, run, below), of(whole, run, below), check_exact=True)


def test_of_a_stopped_run_nothing_comes_after_its_stop(stopped: Path) -> None:
    evaluations, bursts, geometry = (load(stopped) for load in (load_evaluations, load_bursts, load_geometry))
    for run, at in stops(stopped).items():
        last = STEPS if at is None else at
        assert evaluations[evaluations["run_id"] == run]["step"].max() == last
        assert bursts[bursts["run_id"] == run]["step"].max() < last
        assert geometry[geometry["run_id"] == run]["step"].max() <= last
        assert load_windows(stopped, run)["first_step"].max() < last


@pytest.mark.parametrize("results", ["full", "stopped"])
def test_a_failed_run_keeps_the_last_steps_before_the_evaluation_that_says_so(
    results: str, request: pytest.FixtureRequest
) -> None:
    root = request.getfixturevalue(results)
    bursts, step = load_bursts(root), load_evaluations(root)["step"].unique()
    for run in load_results(root).itertuples():
        mine = bursts[(bursts["run_id"] == run.run_id) & (bursts["burst"] < 0)]
        if run.status == "healthy":
            assert mine.empty
            continue
        found = step[step >= run.failed_at][STREAK - 1]
        assert set(mine["burst"]) == {-2}
        assert mine["step"].tolist() == list(range(max(0, found - FLIGHT), found))


def test_a_stopped_run_has_no_final_metrics_and_the_others_have_theirs(full: Path, stopped: Path) -> None:
    whole, cut = load_results(full), load_results(stopped)
    metrics = [name for name in whole if name.startswith(("final.", "best."))]
    early = cut["stopped_at"].notna()
    assert cut.loc[early, metrics].isna().all(axis=None)
    pd.testing.assert_frame_equal(cut.loc[~early, metrics], whole.loc[~early, metrics], check_exact=True)


def test_costs_are_those_until_the_stop(stopped: Path) -> None:
    frame, evaluations = load_results(stopped), load_evaluations(stopped)
    last = evaluations.groupby("run_id").last()
    for column in ("samples_seen", "gradient_evaluations"):
        assert frame.set_index("run_id")[column].to_dict() == last[column].to_dict()


def tables(root: Path, run: str) -> list[pd.DataFrame]:
    loaded = [
        load(root) for load in (load_evaluations, load_findings, load_windows, load_bursts, load_geometry)
    ]
    whole = [of(one.assign(step=0) if "kind" in one else one, run, float("inf")) for one in loaded]
    return [one.dropna(axis="columns", how="all") for one in whole]  # a metric of the last evaluation alone


def test_a_stopped_run_does_not_depend_on_whether_others_go_on(stopped: Path, folder: Path) -> None:
    """Alone its population ends with it; the window that was open then is told as if it had not."""
    run, at = next((run, at) for run, at in stops(stopped).items() if at is not None)
    alone = trained(job(folder, "alone", seeds=[int(run.rpartition("-")[2])], stop_failed=True))
    assert stops(alone) == {run: at}
    for mine, theirs in zip(tables(alone, run), tables(stopped, run), strict=True):
        pd.testing.assert_frame_equal(mine, theirs, check_exact=True)


def test_a_population_of_which_all_have_ended_ends(tmp_path: Path) -> None:
    progress = example.Silent()
    wanted = job(tmp_path, "results", ALL, stop_failed=True)
    run_job(wanted, progress)
    assert max(done for _, done in progress.done) == 2 * EVERY
    frame = load_results(wanted.out)
    assert frame["stopped_at"].tolist() == [2 * EVERY] * 4
    assert frame["failed_at"].tolist() == [EVERY] * 4
    kept = sorted(int(path.stem) for path in (Layout(wanted.out).root / "checkpoints").rglob("*.pt"))
    assert [list(steps) for steps in frame["checkpoints"]] == [kept] * 4
    assert kept[-1] == 2 * EVERY
    assert run_job(wanted, example.Silent())  # nothing is damaged, and nothing is missing
    assert main(["status", str(wanted.out)]) == 0


def test_a_failure_at_the_last_evaluation_waits_for_the_next(tmp_path: Path) -> None:
    """A divergence at that very step would be named in its place."""
    root = trained(job(tmp_path, "results", AT_ONCE, stop_failed=True))
    assert set(stops(root).values()) == {2 * EVERY}


WILD = "optimizers={generator: {name: sgd, lr: 1.0e+30}, discriminator: {name: sgd, lr: 1.0e+30}}"


def assert_told_alike(cut: Path, whole: Path, runs: Sequence[str]) -> None:
    """Rows of these runs, but for the checkpoints and the seconds of their population."""
    one, other = (load_results(root).set_index("run_id").loc[[*runs]] for root in (cut, whole))
    own = ["seconds", "checkpoints", "population", "replicas"]
    pd.testing.assert_frame_equal(one.drop(columns=own), other.drop(columns=own), check_exact=True)
    for load in (load_evaluations, load_findings, load_windows, load_bursts):
        mine, theirs = (pd.concat([of_run(load(root), run) for run in runs]) for root in (cut, whole))
        pd.testing.assert_frame_equal(mine, theirs, check_exact=True)


def of_run(frame: pd.DataFrame, run: str) -> pd.DataFrame:
    kept = frame[frame["run_id"] == run].drop(columns="population", errors="ignore")
    return kept.reset_index(drop=True)


def test_runs_that_diverged_are_told_as_without_it_and_trained_no_further(tmp_path: Path) -> None:
    """Their evaluations go on to the end, though their population does not."""
    whole = trained(job(tmp_path, "whole", SOME, WILD))
    progress = example.Silent()
    wanted = job(tmp_path, "cut", SOME, WILD, stop_failed=True)
    run_job(wanted, progress)
    assert load_results(whole)["diverged_at"].notna().all()
    assert max(done for _, done in progress.done) == EVERY
    assert stops(wanted.out) == dict.fromkeys(load_results(whole)["run_id"])
    assert_told_alike(wanted.out, whole, list(stops(whole)))


def diverging(monkeypatch: pytest.MonkeyPatch, seed: int, step: int) -> None:
    """The run of that seed diverges at that step, as by a loss that is not finite."""
    advance = Training.advance

    def spoilt(self: Training, until: int) -> None:
        if self.step < step <= until and seed in self.seeds:
            advance(self, step)
            r = self.seeds.index(seed)
            with torch.no_grad():
                self.game.generator.stack.flat[r] = torch.nan
        advance(self, until)

    monkeypatch.setattr(Training, "advance", spoilt)


def test_a_run_that_diverged_keeps_its_best_values_and_depends_on_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    diverging(monkeypatch, 0, 3 * EVERY)
    bound = (
        "failure=[{metric: sliced_wasserstein, above: 0.01, for: 4}]"  # the others fail for certain after 80
    )
    whole = trained(job(tmp_path, "whole", bound))
    cut = trained(job(tmp_path, "cut", bound, stop_failed=True))
    alone = trained(job(tmp_path, "alone", bound, seeds=[0], stop_failed=True))
    (run,) = [run for run in stops(cut) if run.endswith("-0")]
    frame = load_results(cut).set_index("run_id")
    assert frame.loc[run, "diverged_at"] == 3 * EVERY
    assert frame.loc[run, "best.sliced_wasserstein"] > 0
    assert frame["stopped_at"].notna().sum() == 3
    for root in (cut, alone):
        assert_told_alike(root, whole, [run])
    pd.testing.assert_frame_equal(*(of_run(load_geometry(root), run) for root in (cut, alone)))


class Interrupting(example.Silent):
    """Ctrl-C at a step, when a checkpoint has been written."""

    def advanced(self, told: Advanced) -> None:
        super().advanced(told)
        if told.done == 5 * EVERY:
            raise KeyboardInterrupt


def test_who_was_stopped_outlives_an_interruption(tmp_path: Path, stopped: Path) -> None:
    cut = job(tmp_path, "cut", stop_failed=True, checkpoint_every=0)
    with pytest.raises(Interrupted):
        run_job(cut, Interrupting())
    progress = example.Silent()
    run_job(cut, progress)
    assert min(done for _, done in progress.done) > 2 * EVERY
    example.assert_equal_bit_for_bit(cut.out, stopped)
    assert stops(cut.out) == stops(stopped)
    for load in (load_windows, load_bursts, load_geometry):
        pd.testing.assert_frame_equal(load(cut.out), load(stopped), check_exact=True)


def test_runs_that_were_stopped_are_not_trained_again_without_it(folder: Path, stopped: Path) -> None:
    progress = example.Silent()
    run_job(job(folder, stopped.name), progress)
    assert progress.planned == []


def late(root: Path) -> tuple[str, int, int]:
    """A stopped run, its stop, and a later step of a kept checkpoint."""
    frame = load_results(root)
    for row in frame[frame["stopped_at"].notna()].to_dict("records"):
        after = [step for step in row["checkpoints"] if row["stopped_at"] <= step < STEPS]
        if after:
            return row["run_id"], int(row["stopped_at"]), int(after[0])
    raise AssertionError("no run was stopped before a checkpoint")


def test_a_stopped_run_is_replayed_from_before_its_stop_and_beyond_it(stopped: Path) -> None:
    run, at, _ = late(stopped)
    found = replay(open_run(stopped, run), until=at + EVERY)
    assert found.last == at + EVERY > at
    assert found.equal == found.met > 0


def test_after_its_stop_there_is_nothing_to_replay(stopped: Path) -> None:
    run, at, after = late(stopped)
    with pytest.raises(
        UsageError, match=f"was stopped at step {at}: at the checkpoint of step {after}"
    ) as caught:
        replay(open_run(stopped, run), from_step=after)
    assert caught.value.hint == f"start before step {at}"


def test_the_option_reaches_the_runs_and_the_table_says_how_many(tmp_path: Path, capsys: Any) -> None:
    suite = example.written(tmp_path)
    out = tmp_path / "results"
    sets = [word for one in ("steps=60", f"evaluation.every={EVERY}", ALL) for word in ("--set", one)]
    assert main(["run", str(suite), "--out", str(out), "--workers", "1", *sets, "--stop-failed"]) == 0
    text = capsys.readouterr().out
    assert "stopped: failed runs that were trained no further (--stop-failed)" in text
    assert load_results(out)["stopped_at"].tolist() == [2 * EVERY] * 4
    assert main(["status", str(out)]) == 0
    assert "\nstopped  4 of the failed" in capsys.readouterr().out
