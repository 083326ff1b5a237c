"""Each run has its own scores, as the statistics compute them."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from ganbench.report.metric import Metric
from ganbench.report.stability import SCORES, SHARE, WINDOW, scores
from ganbench.stats.stability import collapse_gap, cvar_of_differences, cvar_of_drawdown, windowed_iqr

SHARE_OF_MODES = Metric("covered_share", math.inf)


def looks(*curves: list[float], name: str = "covered_share") -> pd.DataFrame:
    """Evaluations at 1, 2, ... steps of each run."""
    rows = [
        {"run_id": f"run-{number}", "step": step, name: value}
        for number, curve in enumerate(curves)
        for step, value in enumerate(curve, 1)
    ]
    return pd.DataFrame(rows)


def test_scores_are_those_of_each_curve() -> None:
    curves = [np.random.default_rng(seed).random(9).tolist() for seed in (0, 1)]
    found = scores(looks(*curves), SHARE_OF_MODES, steps=9)
    assert (
        [*found] == [one.name for one in SCORES] == ["jitter", "worst fall", "worst drawdown", "collapse gap"]
    )
    expected = (
        windowed_iqr(curves, WINDOW),
        cvar_of_differences(curves, share=SHARE),
        cvar_of_drawdown(curves, share=SHARE),
        collapse_gap(curves),
    )
    for values, truth in zip(found.values(), expected, strict=True):
        np.testing.assert_allclose(values, truth)


def test_where_lower_is_better_a_rise_is_a_fall() -> None:
    rising = looks([0.0, 1.0, 2.0, 3.0, 4.0, 5.0], name="sliced_wasserstein")
    found = scores(rising, Metric("sliced_wasserstein", -math.inf), steps=6)
    assert (found["worst fall"][0], found["collapse gap"][0]) == (1.0, 5.0)
    gained = looks([0.0, 1.0, 2.0, 3.0, 4.0, 5.0])
    assert scores(gained, SHARE_OF_MODES, steps=6)["worst fall"][0] == -1.0


def test_a_finite_ideal_is_departed_from_on_both_sides() -> None:
    found = scores(
        looks([1.0, 0.5, 1.5, 0.5, 1.5, 0.5], name="in_mode_std"), Metric("in_mode_std", 1.0), steps=6
    )
    assert (found["worst drawdown"][0], found["worst fall"][0]) == (0.5, 0.5)


def test_a_run_that_was_not_finite_is_infinitely_unstable() -> None:
    found = scores(looks([1.0] * 6, [1.0] * 5 + [math.nan]), SHARE_OF_MODES, steps=6)
    assert all(values.tolist() == [0.0, math.inf] for values in found.values())


@pytest.mark.parametrize("length", [1, WINDOW, 8])
def test_a_run_that_was_stopped_when_it_had_failed_is_infinitely_unstable_and_leaves_the_others_theirs(
    length: int,
) -> None:
    whole = np.random.default_rng(0).random(9).tolist()
    found = scores(looks(whole, [1.0] * length), SHARE_OF_MODES, steps=9)
    alone = scores(looks(whole), SHARE_OF_MODES, steps=9)
    assert all(values.tolist() == [alone[name][0], math.inf] for name, values in found.items())
    assert len(found) == len(SCORES)


def test_where_all_runs_were_stopped_none_is_steady() -> None:
    found = scores(looks([1.0] * 7, [1.0] * 6), SHARE_OF_MODES, steps=9)
    assert all(values.tolist() == [math.inf] * 2 for values in found.values())
    assert len(found) == len(SCORES)


@pytest.mark.parametrize("rows", [looks([1.0] * WINDOW), looks([1.0] * 9, name="other"), looks()])
def test_too_little_to_look_at_has_no_scores(rows: pd.DataFrame) -> None:
    assert scores(rows, SHARE_OF_MODES, steps=9) == {}
