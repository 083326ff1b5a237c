"""Courses hold window means of every run; bands are quantiles over runs."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from ganbench.errors import InputError
from ganbench.report import traces as module
from ganbench.report.section import Section
from ganbench.report.traces import courses, onsets
from tests.report.results import COVERED, WINDOWS, section_of, write


@pytest.fixture
def section(tmp_path: Path) -> Section:
    return section_of(write(tmp_path, {"a": [None, COVERED, None]}))


def test_values_are_the_window_means_run_by_run(section: Section) -> None:
    course = courses(section, section.cells, ["loss_d"])["a", "loss_d"]
    order = [course.runs.index(f"id-a-{seed}") for seed in range(3)]
    expected = np.add.outer([1.0, 2.0, 3.0], np.arange(WINDOWS))
    np.testing.assert_array_equal(course.values[order], expected)
    np.testing.assert_array_equal(course.steps, np.arange(1, WINDOWS + 1) * 50 - 1)


def test_the_band_is_of_quantiles_over_runs(section: Section) -> None:
    course = courses(section, section.cells, ["loss_d"])["a", "loss_d"]
    np.testing.assert_allclose(course.median, np.arange(WINDOWS) + 2)
    np.testing.assert_allclose(course.quantile(0.1), np.arange(WINDOWS) + 1.2)


def test_long_traces_are_averaged_over_neighbours(section: Section, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "POINTS", 5)
    course = courses(section, section.cells, ["loss_d"])["a", "loss_d"]
    np.testing.assert_allclose(course.median, [3.5, 7.5, 11.5, 15.5, 19.5])
    np.testing.assert_allclose(course.steps, [199, 399, 599, 799, 999])


def test_an_onset_is_where_the_run_failed_with_its_value_there(section: Section) -> None:
    course = courses(section, section.cells, ["loss_d"])["a", "loss_d"]
    (one,) = onsets(course, section.cells[0])
    # Seed 1 failed at step 750; the last window that ends by then is the 15th, of steps 700 to 749.
    assert (one.step, one.value) == (750, 2 + 14)


def test_before_the_first_window_there_is_no_value(section: Section) -> None:
    course = courses(section, section.cells, ["loss_d"])["a", "loss_d"]
    assert math.isnan(course.at("id-a-0", 3))


def test_a_signal_that_no_run_has_is_not_there(section: Section) -> None:
    assert set(courses(section, section.cells, ["loss_d", "auc"])) == {("a", "loss_d")}


def test_missing_traces_are_an_input_error(tmp_path: Path) -> None:
    section = section_of(write(tmp_path, {"a": [None]}))
    for path in (tmp_path / "traces").iterdir():
        path.unlink()
    with pytest.raises(InputError):
        courses(section, section.cells, ["loss_d"])
