"""Wald's test against its own likelihood ratio, simulation, and the numbers that the design rests on."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.stats.sprt import sprt, sprt_course

RATES = {"tolerated": 0.05, "alarming": 0.30}


@given(st.integers(1, 60), st.data())
def test_it_answers_where_the_likelihood_ratio_crosses_walds_bounds(n: int, data) -> None:
    failed = data.draw(st.integers(0, n))
    ratio = (0.30 / 0.05) ** failed * (0.70 / 0.95) ** (n - failed)
    expected = "alarming" if ratio >= 0.9 / 0.05 else "tolerated" if ratio <= 0.1 / 0.95 else "go on"
    assert sprt(failed, n, **RATES) == expected


def test_eight_healthy_runs_are_enough() -> None:
    assert [sprt(0, n, **RATES) for n in (7, 8)] == ["go on", "tolerated"]
    assert sprt(2, 2, **RATES) == "alarming"


@pytest.mark.parametrize(
    ("rate", "alarming", "seeds"),
    [(0.05, 0.031, 11.3), (0.30, 0.917, 9.3), (0.50, 0.996, 4.7), (0.0, 0.0, 8.0)],
)
def test_its_error_rates_and_mean_seeds(rate: float, alarming: float, seeds: float) -> None:
    found = sprt_course(rate, **RATES)
    assert found.alarming == pytest.approx(alarming, abs=2e-3)
    assert found.alarming + found.tolerated == pytest.approx(1)
    assert found.mean_seeds == pytest.approx(seeds, abs=0.06)


def test_the_exact_course_is_what_simulation_finds() -> None:
    rng = np.random.default_rng(0)
    ends = []
    for failures in rng.random((800, 200)) < 0.2:
        counts = np.cumsum(failures)
        n = next(n for n in range(1, 201) if sprt(int(counts[n - 1]), n, **RATES) != "go on")
        ends.append((sprt(int(counts[n - 1]), n, **RATES) == "alarming", n))
    alarming, seeds = np.mean(ends, axis=0)
    found = sprt_course(0.2, **RATES)
    assert alarming == pytest.approx(found.alarming, abs=0.05)
    assert seeds == pytest.approx(found.mean_seeds, abs=0.8)


def test_few_seeds_may_leave_it_open() -> None:
    found = sprt_course(0.15, **RATES, seeds=5)
    assert found.alarming + found.tolerated < 1
    assert found.mean_seeds <= 5


@pytest.mark.parametrize(("tolerated", "alarming"), [(0.3, 0.05), (0.0, 0.3), (0.1, 1.0), (0.1, 0.1)])
def test_rates_that_cannot_be_told_apart_are_refused(tolerated: float, alarming: float) -> None:
    with pytest.raises(ValueError, match="expected 0 < tolerated < alarming < 1"):
        sprt(0, 1, tolerated=tolerated, alarming=alarming)
    assert math.isfinite(tolerated)
