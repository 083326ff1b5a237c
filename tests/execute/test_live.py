"""What the detectors say while a suite trains: what they say afterwards of the rows that there were."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ganbench.execute import course, diagnosis
from ganbench.execute.allowance import Allowance
from ganbench.execute.course import Course
from ganbench.execute.diagnosis import Record, alarm
from ganbench.execute.job import Job
from ganbench.execute.local import run_job
from ganbench.execute.rows import Row
from ganbench.execute.task import Advanced
from ganbench.store.reader import load_bursts, load_evaluations, load_findings, load_results, load_windows
from ganbench.train.training import Training
from tests.execute import example

STEPS, EVERY = 600, 60
# A window of 7 steps is open at nearly every look.
LENGTH = (f"steps={STEPS}", f"evaluation.every={EVERY}", "probes={windows: 86, bursts: 3, burst_steps: 50}")

Live = dict[int, dict[str, list[Row]]]


def looking(monkeypatch: pytest.MonkeyPatch, share: float) -> Live:
    """Look with this share of the time; what is found, by step and run."""
    found: Live = {}
    ask = Course._findings

    def listen(self: Course, *args: Any, whole: bool = False) -> dict[str, list[Row]]:
        rows = ask(self, *args, whole=whole)
        if whole:
            found.setdefault(self.log.evaluated, {}).update(rows)
        return rows

    monkeypatch.setattr(course, "Allowance", partial(Allowance, share=share))
    monkeypatch.setattr(Course, "_findings", listen)
    return found


def trained(folder: Path, out: str, *sets: str) -> tuple[Path, example.Silent]:
    """One population of two runs."""
    progress = example.Silent()
    job = Job(example.tiny(folder, *LENGTH, *sets), folder / out, workers=1, only=["hinge"])
    run_job(job, progress)
    return folder / out, progress


def breaking(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """The first run of each population diverges at this step, an evaluation."""
    advance = Training.advance

    def broken(self: Training, until: int) -> None:
        if self.step == step:
            self.game.generator.stack.flat[0] = float("nan")
        advance(self, until)

    monkeypatch.setattr(Training, "advance", broken)


def columns(frame: pd.DataFrame, kept: Any) -> dict[str, Any]:
    return {
        str(name): frame.loc[kept, name].to_numpy() for name in frame if name not in ("run_id", "population")
    }


class Stored:
    """A run as it is read from the disk."""

    def __init__(self, root: Path, run: str) -> None:
        self.row = load_results(root).set_index("run_id", drop=False).loc[run].to_dict()
        self.windows, self.bursts = load_windows(root, run), load_bursts(root, run)
        self.evaluations = load_evaluations(root).query("run_id == @run").to_dict("records")

    def cut(self, step: int) -> list[Row]:
        """Findings from what there was after so many steps: the steps before it, and evaluations until then."""
        diverged = self.row["diverged_at"]
        to_come = pd.notna(diverged) and diverged >= step
        record = Record(
            self.row | ({"diverged_at": None} if to_come else {}),
            columns(self.windows, self.windows["last_step"] < step),
            columns(self.bursts, self.bursts["step"] < step),
            [{str(n): v for n, v in one.items()} for one in self.evaluations if one["step"] <= step],
        )
        return record.rows()


@pytest.mark.parametrize("of", ["raw", "both"])
def test_live_findings_are_those_of_the_stored_trace_cut_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, of: str
) -> None:
    live = looking(monkeypatch, float("inf"))
    breaking(monkeypatch, 4 * EVERY)
    root, _ = trained(tmp_path, "results", "ema={decay: 0.9}", f"evaluation.of={of}")
    assert sorted(live) == list(range(EVERY, STEPS, EVERY))
    frame = load_results(root)
    assert frame["diverged_at"].fillna(-1).tolist() == [4 * EVERY, -1]
    for run in frame["run_id"]:
        stored, fired = Stored(root, run), set()
        for step, runs in live.items():
            # As text, in which NaN is NaN.
            assert json.dumps(runs[run]) == json.dumps(stored.cut(step))
            fired |= {row["kind"] for row in runs[run] if row["status"] == "fired"}
        assert fired


def test_looking_changes_nothing_that_is_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    roots = []
    for share in (0.0, float("inf")):
        with monkeypatch.context() as patch:
            live = looking(patch, share)
            roots.append(trained(tmp_path, str(share))[0])
            assert bool(live) == (share > 0)
    example.assert_equal_bit_for_bit(*roots)
    for load in (load_findings, load_windows, load_bursts):
        one, other = (load(root) for root in roots)
        pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_root_causes_of_errors_are_told_with_the_progress_and_last_until_the_next_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = looking(monkeypatch, float("inf"))
    _, progress = trained(tmp_path, "results")
    told = dict(progress.seen)
    for step, runs in live.items():
        assert told[step] == {run: cause for run, rows in runs.items() if (cause := alarm(rows))}
    assert any(told.values())


def test_they_outlive_an_interruption(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupting(example.Silent):
        def advanced(self, told: Advanced) -> None:
            super().advanced(told)
            if told.done == 8 * EVERY:
                raise KeyboardInterrupt

    looking(monkeypatch, float("inf"))
    cut = Job(
        example.tiny(tmp_path, *LENGTH), tmp_path / "cut", workers=1, only=["hinge"], checkpoint_every=0
    )
    before, after = Interrupting(), example.Silent()
    with pytest.raises(BaseException, match="interrupted"):
        run_job(cut, before)
    looking(monkeypatch, 0.0)
    run_job(cut, after)
    # The checkpoint is from before that evaluation, and holds what the one before it saw.
    assert after.seen[0][1] == dict(before.seen)[7 * EVERY] != {}


def test_at_the_end_the_root_causes_of_all_runs_are_told(tmp_path: Path) -> None:
    root, progress = trained(tmp_path, "results")
    frame = load_results(root)
    named = frame[frame["root_cause"].notna()]
    assert progress.causes == dict(zip(named["run_id"], named["root_cause"], strict=True))
    assert progress.causes


def test_a_detector_that_raises_live_costs_nothing_and_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looking(monkeypatch, float("inf"))
    with monkeypatch.context() as patch:
        patch.setattr(diagnosis, "diagnose_table", lambda _: 1 / 0)
        _, progress = trained(tmp_path, "results")
    assert len(progress.texts) == len(set(progress.texts)) == 2
    assert all("a detector raised ZeroDivisionError" in text for text in progress.texts)


def finding(kind: str, severity: str | None, root: str | None = None) -> Row:
    return {"kind": kind, "severity": severity, "consequence_of": root}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], None),
        ([finding("gradient-spike", "warn")], None),
        ([finding("mode-collapse", "error")], "mode-collapse"),
        ([finding("gradient-spike", "warn"), finding("non-finite", "fatal")], "non-finite"),
        (
            [finding("mode-hopping", "warn"), finding("late-collapse", "error", "mode-hopping")],
            "mode-hopping",
        ),
        ([finding("convergence", "info"), finding("wiring", None)], None),
    ],
)
def test_an_error_counts_by_its_root_cause_and_less_does_not_count(
    rows: Sequence[Row], expected: str | None
) -> None:
    assert alarm(rows) == expected
