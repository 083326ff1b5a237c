"""How far an axis can be moved, and what tuning it is worth."""

from __future__ import annotations

import pytest

from benchmarks import tuning_table
from benchmarks.tuning_table import best_of, largest_stable, tuned
from tests.benchmarks.results import cells, run, runs


def test_the_last_stable_label_is_the_largest() -> None:
    line = cells(runs("a", "1e-4", 10), runs("a", "1e-3", 2), runs("a", "1e-2", 3))
    assert largest_stable(line, "hack") == "1e-3"
    assert largest_stable(line[:1], "hack") == "none"


def test_cells_are_tuned_within_their_own_labels() -> None:
    found = tuned(cells(*(runs(data, rate, 0) for data in ("ring", "grid") for rate in ("1", "2"))), "hack")
    assert {name: [cell.name for cell in group] for name, group in found.items()} == {
        "ring": ["ring/1", "ring/2"],
        "grid": ["grid/1", "grid/2"],
    }
    with pytest.raises(ValueError, match="no cell is on the axis depth"):
        tuned(cells(runs("ring", "1", 0)), "depth")


def test_the_best_of_one_is_the_mean_and_the_best_of_all_the_best() -> None:
    # Healthy in 0, 5 and 10 of 10 runs; half of each half in the middle one.
    middle = [run("a", "2", seed, failed=seed < 4 or seed == 8) for seed in range(8)]
    line = cells(runs("a", "1", 8, n=8), middle, runs("a", "3", 0, n=8))
    assert best_of(line, 1) == pytest.approx((0 + 0.5 + 1) / 3)
    assert best_of(line, 3) == pytest.approx(1.0)


def test_what_is_chosen_by_luck_is_not_scored_by_it() -> None:
    # Healthy in the even seeds alone: one half chooses it, the other shows what that was worth.
    lucky = [run("a", "1", seed, failed=seed % 2 == 1) for seed in range(8)]
    steady = [run("a", "2", seed, failed=seed // 2 % 2 == 1) for seed in range(8)]
    assert best_of(cells(lucky, steady), 2) == pytest.approx((0.0 + 0.5) / 2)


def test_one_seed_is_not_enough_to_choose_and_score() -> None:
    one = cells(runs("a", "1", 0, n=1), runs("a", "2", 0, n=1))
    assert best_of(one, 1) is None
    assert list(tuning_table.text(one, "hack"))[2] == "| a | 1/1 | 1/1 | 2 | - | - |"


def test_the_tuning_table_names_its_columns() -> None:
    head, _, row, *_ = tuning_table.text(cells(runs("a", "1e-4", 10), runs("a", "1e-3", 1)), "hack")
    assert head == "| cell | 1e-4 | 1e-3 | largest stable hack | best of 1 | best of 2 |"
    assert row == "| a | 0/10 | 9/10 | 1e-3 | 45 | 90 |"
