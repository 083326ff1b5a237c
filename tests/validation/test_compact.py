"""What is kept is small, and the detectors say the same of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.detect import KINDS, diagnose_table
from ganbench.detect.signals import Evaluations
from ganbench.detect.thresholds import limits
from ganbench.records import Finding
from ganbench.validation.compact import BURSTS, FIRST, compact, keep, slim
from ganbench.validation.examples import Example, read
from ganbench.validation.transplanted import judged
from tests.detect.pathologies import RUNS
from tests.detect.runs import critic, healthy
from tests.validation.made_up import EMPTY, corpus, sound, trouble

WINDOW = 8  # half a block's window: two or three are merged


def narrow(kind: str) -> Example:
    return replace(trouble(kind, 0), table=RUNS[kind]().table(window=WINDOW))


def told(found: tuple[Finding, ...]) -> list[tuple[str, str, str | None]]:
    return [(one.kind, one.status, one.severity) for one in found]


@pytest.mark.parametrize("kind", KINDS)
def test_the_detectors_say_the_same_of_a_compact_table(kind: str) -> None:
    table = narrow(kind).table
    whole, small = diagnose_table(table), diagnose_table(compact(table))
    assert told(small) == told(whole)


@pytest.mark.parametrize("make", [healthy, critic])
def test_and_of_a_healthy_one(make) -> None:
    table = make().table(window=WINDOW)
    assert told(diagnose_table(compact(table))) == told(diagnose_table(table))


@pytest.mark.parametrize("kind", KINDS)
def test_slimming_changes_no_finding_and_no_rule(kind: str) -> None:
    whole = narrow(kind)
    small = slim(whole)
    assert diagnose_table(small.table) == diagnose_table(whole.table)
    assert judged([small]) == judged([whole])
    assert len(small.table.bursts[0].values) < len(whole.table.bursts[0].values)


def test_what_is_read_block_by_block_stands_once_in_a_block_and_the_rest_in_every_window() -> None:
    table = healthy().table(window=WINDOW)
    small = compact(table)
    assert (small.first.tolist(), small.last.tolist()) == (table.first.tolist(), table.last.tolist())
    (burst,) = table.bursts
    auc, norm = small.signals["auc"], small.signals["gradient_norm_g"]
    assert auc.mean[0] == pytest.approx(burst.values["auc"][:24].mean(), rel=2e-4)
    assert auc.count[:6].tolist() == [24, 0, 0, 24, 0, 0]
    assert np.isnan(auc.mean[[1, 2]]).all()
    assert norm.count[:3].tolist() == [WINDOW] * 3
    for window, high in enumerate(norm.high[:3]):
        steps = burst.values["gradient_norm_g"][WINDOW * window : WINDOW * (window + 1)]
        assert high == pytest.approx(steps.max(), rel=2e-4)


def test_of_the_path_of_the_fakes_all_statistics_stay() -> None:
    table = healthy().table(window=WINDOW)
    kept, was = compact(table).signals["fake_mean_0"], table.signals["fake_mean_0"]
    for name in ("count", "mean", "sd", "low", "high"):
        np.testing.assert_allclose(getattr(kept, name), getattr(was, name), rtol=2e-4)


@given(st.floats(width=32))
def test_rounding_moves_a_number_by_less_than_two_in_ten_thousand(value: float) -> None:
    found = rounded(value)
    if np.isfinite(value) and abs(value) < 1e38:
        assert found == pytest.approx(value, rel=2e-4, abs=1e-41)
    elif not np.isfinite(value):
        assert found == value or np.isnan(value)


def rounded(value: float) -> float:
    """As a metric is kept."""
    metrics = Evaluations(np.array([10]), {"high_quality": np.array([value])})
    return float(compact(replace(EMPTY, evaluations=metrics)).evaluations.values["high_quality"][0])


def test_only_the_last_bursts_stay_and_losses_in_their_first_steps() -> None:
    table = healthy().table()
    (burst,) = table.bursts
    pieces = tuple(
        replace(
            burst, step=burst.step[a : a + 256], values={n: v[a : a + 256] for n, v in burst.values.items()}
        )
        for a in range(0, 4000, 400)
    )
    small = compact(replace(table, bursts=pieces))
    assert [int(one.step[0]) for one in small.bursts] == [3200, 3600]
    assert len(small.bursts) == BURSTS
    assert np.isfinite(small.bursts[0].values["loss_d"]).sum() == FIRST
    assert np.isfinite(small.bursts[0].values["fake_mean_0"]).all()
    assert "gradient_norm_g" not in small.bursts[0].values


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Example], list[Example], Path]:
    folder = tmp_path_factory.mktemp("kept")
    examples = [*corpus(("mode-collapse", "limit-cycle", "wiring"), seeds=[4]), sound(5)]
    keep(examples, folder)
    return examples, read(folder), folder


def test_what_is_kept_is_read_back_as_it_was_compacted(kept) -> None:
    examples, back, _ = kept
    found = {one.run["run_id"]: one for one in back}
    assert len(found) == len(examples)
    for one in examples:
        other, small = found[one.run["run_id"]], compact(one.table)
        assert other.truth == dict(one.truth)
        assert other.table.facts == one.table.facts
        assert {name: other.run[name] for name in one.run} == dict(one.run)
        assert told(diagnose_table(other.table)) == told(diagnose_table(small))
        assert set(other.table.evaluations.values) == set(one.table.evaluations.values)
        for name, series in small.signals.items():
            np.testing.assert_allclose(other.table.signals[name].mean, series.mean, rtol=1e-6)


def test_a_run_takes_some_kilobytes(kept) -> None:
    examples, _, folder = kept
    size = sum(path.stat().st_size for path in folder.rglob("*.parquet"))
    assert size / len(examples) < 45_000  # half of it the one burst of the whole run that made-up runs have


def test_keeping_twice_gives_the_same_bytes(kept, tmp_path: Path) -> None:
    examples, _, folder = kept
    keep(examples, tmp_path)
    for path in folder.rglob("*.parquet"):
        assert (tmp_path / path.relative_to(folder)).read_bytes() == path.read_bytes()


def test_the_thresholds_of_blocks_are_the_shipped_ones() -> None:
    assert limits()["blocks"]["block_steps"] == 20  # the width above, 24 steps, follows from it
