"""Findings of `ganbench run`: those that anyone makes afterwards from what is stored."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ganbench import registry
from ganbench.detect import KINDS, diagnose_table, facts_of_run, from_windows, thresholds_hash
from ganbench.detect.compose import compose
from ganbench.detect.diagnose import detector
from ganbench.execute import diagnosis
from ganbench.execute.diagnosis import columns_of, root_cause
from ganbench.execute.job import Job
from ganbench.execute.local import run_job
from ganbench.execute.task import Told
from ganbench.execute.worker import execute
from ganbench.gan.losses import Loss
from ganbench.records import Finding
from ganbench.store.layout import Layout
from ganbench.store.reader import load_bursts, load_evaluations, load_findings, load_results, load_windows
from ganbench.store.snapshot import snapshot
from ganbench.store.writer import Results
from tests.execute import example
from tests.store.example import opened

LONG = ("steps=600", "evaluation.every=60", "probes={windows: 60, bursts: 3, burst_steps: 50}")


def trained(folder: Path, *sets: str) -> Path:
    """The tiny suite, for long enough that detectors have something to say."""
    run_job(Job(example.tiny(folder, *LONG, *sets), folder / "results", workers=1), example.Silent())
    return folder / "results"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two generators are evaluated; the failure criteria speak of one."""
    return trained(tmp_path_factory.mktemp("suite"), "ema={decay: 0.9}", "evaluation.of=both")


@pytest.fixture
def results(tmp_path: Path) -> Iterator[Results]:
    with opened(tmp_path / "results") as results:
        yield results


def columns(frame: pd.DataFrame) -> dict[str, Any]:
    return {str(name): frame[name].to_numpy() for name in frame}


def afterwards(root: Path, run: str) -> tuple[Finding, ...]:
    """What the detectors say of a stored run, by the public loaders alone."""
    row = load_results(root).set_index("run_id", drop=False).loc[run]
    evaluations = load_evaluations(root).query("run_id == @run and of == 'raw'")
    table = from_windows(
        columns(load_windows(root, run)),
        facts=facts_of_run(row),
        bursts=columns(load_bursts(root, run)),
        evaluations=columns(evaluations),
    )
    return diagnose_table(table)


def test_findings_made_afterwards_are_those_of_the_run(root: Path) -> None:
    stored = load_findings(root)
    assert stored["kind"].isin(KINDS).all()
    assert (stored["status"] == "fired").any()
    for run, rows in stored.groupby("run_id"):
        told = rows.set_index("kind")
        for found in afterwards(root, str(run)):
            row = told.loc[found.kind]
            texts = (found.status, found.reason, found.severity, found.form or None, found.statistic or None)
            assert [
                None if pd.isna(row[name]) else row[name]
                for name in ("status", "reason", "severity", "form", "statistic")
            ] == list(texts)
            numbers = (found.value, found.null, found.threshold, found.onset, found.last)
            np.testing.assert_array_equal(
                row[["value", "null_value", "threshold", "onset_step", "last_step"]].to_numpy(
                    float, na_value=np.nan
                ),
                np.array(numbers, dtype=float),
            )
            assert (row["blocks_true"], row["blocks_seen"]) == (found.blocks_true, found.blocks_seen)
            evidence = [
                {"series": e.series, "first": e.first, "last": e.last, "value": e.value}
                for e in found.evidence
            ]
            assert json.loads(row["evidence"]) == evidence


def test_every_run_has_one_row_of_each_kind_and_the_hash_of_the_thresholds(root: Path) -> None:
    stored = load_findings(root)
    assert set(stored["run_id"]) == set(load_results(root)["run_id"])
    for _, rows in stored.groupby("run_id"):
        assert sorted(rows["kind"]) == sorted(KINDS)
    assert set(stored["thresholds_hash"]) == {thresholds_hash()}


def test_root_causes_come_first_with_their_consequences_after_them(root: Path) -> None:
    stored = load_findings(root)
    steps = dict(load_results(root)[["run_id", "steps"]].to_numpy())
    for run, rows in stored.groupby("run_id"):
        expected: list[tuple[str, Any]] = []
        for cause in compose(afterwards(root, str(run)), steps=steps[run]):
            expected += [(cause.root.kind, None)]
            expected += [(one.kind, cause.root.kind) for one in cause.consequences]
        told = [
            (kind, None if pd.isna(root) else root)
            for kind, root in rows[["kind", "consequence_of"]].to_numpy()
        ]
        assert told[: len(expected)] == expected
        assert [root for _, root in told[len(expected) :]] == [None] * (len(KINDS) - len(expected))


def test_the_runs_table_names_the_first_root_cause(root: Path) -> None:
    frame, stored = load_results(root), load_findings(root)
    first = stored.groupby("run_id").first()
    for run, cause in zip(frame["run_id"], frame["root_cause"], strict=True):
        row = first.loc[run]
        assert cause == row["kind"] if row["status"] == "fired" else pd.isna(cause)
    assert frame["root_cause"].notna().any()


def test_neighbours_and_portions_change_no_finding(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ganbench.probes.trace.PORTION", 1)  # one replica at a time
    job = Job(
        example.tiny(tmp_path, *LONG, "ema={decay: 0.9}", "evaluation.of=both"),
        tmp_path / "alone",
        workers=1,
        replicas=1,
    )
    run_job(job, example.Silent())
    mine, theirs = (load_findings(one).drop(columns="population") for one in (tmp_path / "alone", root))
    pd.testing.assert_frame_equal(mine, theirs, check_exact=True)


def test_a_certificate_is_no_cause() -> None:
    certificate = [{"kind": "non-finite", "status": "clear"}, {"kind": "convergence", "status": "fired"}]
    assert root_cause(certificate) is None
    assert root_cause([]) is None
    assert root_cause([{"kind": "wiring", "status": "fired"}]) == "wiring"


def nan_loss(*logits: Any) -> Any:
    return sum(one.mean(-1) for one in logits) * float("nan")


NOT_A_NUMBER = Loss(nan_loss, nan_loss, equilibrium=(None, None))


def test_a_run_that_leaves_before_its_first_step_is_non_finite(
    results: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example.register_broken_loss(monkeypatch)
    registry.register("loss", "nan", target=f"{__name__}:NOT_A_NUMBER", summary="is not a number")
    execute(example.task(results, example.runs(tmp_path, "axes={loss: [nan]}")), [].append)
    root = results.layout.root
    frame = load_results(root)
    assert frame["diverged_at"].tolist() == [0, 0]
    assert frame["root_cause"].tolist() == ["non-finite"] * 2
    assert len(load_findings(root)) == 2 * len(KINDS)


def test_a_crashed_run_has_no_findings(
    results: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example.register_broken_loss(monkeypatch)
    execute(example.task(results, example.runs(tmp_path, "axes={loss: [broken]}")), [].append)
    assert load_results(results.layout.root)["root_cause"].isna().all()
    assert len(load_findings(results.layout.root)) == 0


def test_a_detector_that_raises_is_told_and_costs_no_run(
    results: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Any) -> Any:
        raise ZeroDivisionError("a mistake")

    told: list[Any] = []
    with monkeypatch.context() as patch:
        patch.setattr(diagnosis, "diagnose_table", broken)
        execute(example.task(results, example.runs(tmp_path, only=["hinge"])), told.append)
    texts = [one.text for one in told if isinstance(one, Told)]
    assert texts == [
        f"hinge with seed {seed} gets no findings, a detector raised ZeroDivisionError: a mistake"
        for seed in (0, 1)
    ]
    assert len(results.finished()) == 2
    assert len(load_findings(results.layout.root)) == 0


def test_rows_that_lack_a_name_are_empty_there() -> None:
    assert columns_of([{"step": 1}, {"step": 2, "auc": 0.5}]) == {"step": [1, 2], "auc": [None, 0.5]}
    assert columns_of([]) == {}


def test_every_kind_has_a_detector() -> None:
    assert [detector(kind).kind for kind in KINDS] == list(KINDS)


class TestAfterwards:
    """Runs that ended without findings get theirs, and nothing is trained."""

    @pytest.fixture
    def held(self, tmp_path: Path) -> tuple[Path, pd.DataFrame, pd.DataFrame]:
        root = trained(tmp_path)
        return root, load_findings(root), load_results(root)

    @pytest.mark.parametrize("lost", [True, False])
    def test_they_are_those_of_the_training(self, tmp_path: Path, held: Any, *, lost: bool) -> None:
        root, findings, frame = held
        path = Layout(root).findings
        path.unlink() if lost else path.write_bytes(b"PAR1")
        progress = example.Silent()
        run_job(Job(example.tiny(tmp_path, *LONG), root, workers=1), progress)
        assert progress.planned == []
        assert "runs that have no findings yet: 4; these are made from their traces" in progress.texts
        pd.testing.assert_frame_equal(load_findings(root), findings, check_exact=True)
        pd.testing.assert_frame_equal(load_results(root), frame, check_exact=True)

    def test_a_folder_of_before_there_were_findings_gets_them(self, tmp_path: Path, held: Any) -> None:
        from ganbench.store.atomic import write_table

        root, findings, frame = held
        Layout(root).findings.unlink()
        write_table(Layout(root).runs, snapshot(Layout(root)).runs.drop_columns("root_cause"))
        assert load_results(root)["root_cause"].isna().all()
        trained(tmp_path)
        pd.testing.assert_frame_equal(load_findings(root), findings, check_exact=True)
        pd.testing.assert_frame_equal(load_results(root), frame, check_exact=True)

    def test_where_all_are_there_nothing_is_said_or_written(self, tmp_path: Path, held: Any) -> None:
        root, _, _ = held
        before = Layout(root).findings.stat().st_mtime_ns
        progress = example.Silent()
        run_job(Job(example.tiny(tmp_path, *LONG), root, workers=1), progress)
        assert progress.texts == []
        assert Layout(root).findings.stat().st_mtime_ns == before
