"""Samples in the plane come from the store as they were put there, run by run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ganbench.errors import InputError
from ganbench.report.plane import Look, around, looks
from ganbench.report.source import read_source
from tests.report.results import COVERED, plane_of, write
from tests.store.example import opened


def look(step: int = 0, samples: object = ((0, 0),)) -> Look:
    return Look(step, np.array(samples, dtype=float).reshape(-1, 2), (-1.0, 0.0, 4.0), None, None)


def test_a_runs_looks_are_its_own_and_in_the_order_of_steps(tmp_path: Path) -> None:
    source = read_source(write(tmp_path, {"ring/a": [None, COVERED]}, looked=True))
    found = looks(source, "p0", "id-ring/a-1")
    stored = plane_of(["id-ring/a-1"])
    assert [one.step for one in found] == [250, 500, 750, 1000]
    for index, one in enumerate(found):
        np.testing.assert_array_equal(one.samples, np.column_stack([stored["x"][index], stored["y"][index]]))
        assert one.logits is not None
        np.testing.assert_array_equal(one.logits.ravel(), stored["logits"][index])
        assert one.decision == 0.0


def test_the_first_row_of_the_logits_is_at_the_bottom(tmp_path: Path) -> None:
    source = read_source(write(tmp_path, {"ring/a": [None]}, looked=True))
    (first, *_) = looks(source, "p0", "id-ring/a-0")
    assert first.logits is not None
    left, bottom, width = first.square
    ticks = np.linspace(0, width, len(first.logits))
    expected = 1 - np.hypot(left + ticks[None, :], bottom + ticks[:, None] - 0.5)
    np.testing.assert_allclose(first.logits, expected, atol=2e-3)


def test_results_without_them_have_none(tmp_path: Path) -> None:
    source = read_source(write(tmp_path, {"ring/a": [None]}))
    assert looks(source, "p0", "id-ring/a-0") == ()


def test_what_d_or_the_loss_has_not_is_none(tmp_path: Path) -> None:
    with opened(tmp_path) as results:
        rows = plane_of(["id-ring/a-0"])
        rows |= {"logits": [None] * len(rows["step"]), "decision": [None] * len(rows["step"])}
        results.commit("p0", runs=[], plane=rows)
    for one in looks(read_source(tmp_path), "p0", "id-ring/a-0"):
        assert one.logits is None
        assert one.decision is None


def test_a_damaged_table_is_refused(tmp_path: Path) -> None:
    source = read_source(write(tmp_path, {"ring/a": [None]}, looked=True))
    path = source.layout.plane("p0")
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(InputError, match="damaged"):
        looks(source, "p0", "id-ring/a-0")


def test_samples_beyond_the_square_or_not_finite_are_outside() -> None:
    one = look(samples=[(-1, 0), (3, 4), (1, 2), (3.01, 2), (1, -0.01), (np.nan, 1), (1, np.inf)])
    assert one.inside.tolist() == [[-1, 0], [3, 4], [1, 2]]
    assert one.outside == 4
    assert look(samples=()).outside == 0


@pytest.mark.parametrize(
    ("failed_at", "before", "after"),
    [
        (100, None, 250),
        (250, None, 250),
        (251, 250, 500),
        (500, 250, 500),
        (1000, 750, 1000),
        (1001, 1000, None),
    ],
)
def test_a_failure_is_between_the_last_look_before_it_and_the_first_from_there_on(
    failed_at: int, before: int | None, after: int | None
) -> None:
    found = around([look(step) for step in (250, 500, 750, 1000)], failed_at)
    assert [one and one.step for one in found] == [before, after]


def test_without_looks_there_is_neither() -> None:
    assert around([], 10) == (None, None)
