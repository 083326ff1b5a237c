"""A vector of one length whatever the table has."""

from __future__ import annotations

import numpy as np
import pytest

from ganbench.validation.features import NAMES, features
from tests.detect.pathologies import ONSET, RUNS
from tests.detect.runs import critic, healthy
from tests.validation.made_up import EMPTY


def named(table) -> dict[str, float]:
    return dict(zip(NAMES, features(table), strict=True))


@pytest.mark.parametrize("kind", RUNS)
def test_every_run_has_a_vector_of_one_length_without_infinities(kind: str) -> None:
    found = features(RUNS[kind]().table())
    assert found.shape == (len(NAMES),)
    assert not np.isinf(found).any()


def test_names_are_unique() -> None:
    assert len(set(NAMES)) == len(NAMES)


def test_stretches_are_medians_of_their_part_of_the_run() -> None:
    run = healthy().with_signals(
        auc=lambda step, was: np.where(step < 1000, 0.2, np.where(step < 3000, 0.4, 0.8))
    )
    found = named(run.table(window=20))
    assert [
        found[f"auc, {stretch}"] for stretch in ("first tenth", "first quarter", "last quarter", "all")
    ] == (pytest.approx([0.2, 0.2, 0.8, 0.4]))
    assert found["auc, growth"] == pytest.approx(4)


def test_metrics_are_last_best_worst_and_spread() -> None:
    values = np.append(np.linspace(0, 1, 19), 0.5)
    found = named(healthy().with_evaluations(high_quality=values).table())
    assert found["high_quality, last"] == 0.5
    assert found["high_quality, best"] == 1.0
    assert found["high_quality, worst"] == 0.0
    assert found["high_quality, spread"] == pytest.approx(values.std())


def test_hopping_and_circling_show() -> None:
    assert named(RUNS["mode-hopping"]().table())["modes visited beyond those held"] >= 4
    assert named(RUNS["limit-cycle"]().table())["motion, score"] > 0.5
    assert named(healthy().table())["modes visited beyond those held"] == 0


def test_what_is_missing_is_nan() -> None:
    found = named(critic().without_evaluations().table())
    assert np.isnan(found["attenuation, all"])
    assert np.isnan(found["covered_share, last"])
    assert np.isfinite(found["auc, all"])
    assert np.isnan(features(EMPTY)[:-6]).all()


def test_a_vector_does_not_depend_on_what_comes_after() -> None:
    whole = RUNS["mode-collapse"]().table()
    before = named(whole.until(ONSET))
    assert before["covered_share, worst"] == 1.0
