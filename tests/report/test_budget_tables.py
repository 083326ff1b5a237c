"""Tables of tuning, reach and cost hold the numbers of the statistics, and a dash where nothing can be said."""

from __future__ import annotations

from pathlib import Path

from ganbench.report import budget_tables
from ganbench.report.costs import ledger
from ganbench.report.reach import reaches
from ganbench.report.section import Section
from ganbench.report.tuning import contests
from tests.report.results import COVERED, product

F = COVERED


def small(root: Path, *, seeds: int = 4) -> Section:
    outcomes = {
        ("1e-4", "plain"): [None] * seeds,
        ("1e-2", "plain"): [F] * seeds,
        ("1e-4", "r1"): [None] * seeds,
        ("1e-2", "r1"): [None] * seeds,
    }
    return product(root, outcomes, costs={"plain": 2, "r1": 3})


def lines(table: budget_tables.Table) -> list[str]:
    return table.markdown().splitlines()


def test_the_golden_tuning_table(tmp_path: Path) -> None:
    arena = small(tmp_path).arenas[0]
    _, contest = contests(arena)
    assert lines(budget_tables.tuning(arena, contest))[:4] == [
        "| trick | settings | runs | best of 1, % | best of 2, % | best of 2 less plain, points | 95 % interval |",
        "|---|--:|--:|--:|--:|--:|--:|",
        "| plain | 2 | 8 | 50 [22, 78] | 100 [34, 100] | - | - |",
        "| r1 | 2 | 8 | 100 [68, 100] | 100 [51, 100] | 0 | [-49, 66] |",
    ]


def test_one_seed_leaves_dashes(tmp_path: Path) -> None:
    arena = small(tmp_path, seeds=1).arenas[0]
    _, contest = contests(arena)
    table = budget_tables.tuning(arena, contest)
    assert table.heads[-2:] == ("best of 2 less first, points", "95 % interval")
    assert [entry.text for entry in table.rows[0]] == ["plain", "2", "2", "50 [9, 91]", "-", "-", "-"]


def test_the_golden_reach_table(tmp_path: Path) -> None:
    arena = small(tmp_path).arenas[0]
    table = budget_tables.reach(arena, "lr", reaches(arena)["lr"])
    assert lines(table)[:4] == [
        "| cells | lr 1e-4 | lr 1e-2 | largest stable lr | shown | not ruled out |",
        "|---|--:|--:|--:|--:|--:|",
        "| plain | 4/4 | 0/4 | 1e-4 | none | 1e-4 |",
        "| r1 | 4/4 | 4/4 | 1e-2 | none | 1e-2 |",
    ]
    assert "n = 4 runs a value" in table.caption
    assert table.csv().splitlines()[1] == "plain,1.0,0.0,0.0001,-inf,0.0001"


def test_a_value_that_some_cells_lack_is_a_dash(tmp_path: Path) -> None:
    section = product(tmp_path, {("1", "a"): [None], ("2", "a"): [None], ("1", "b"): [None]})
    table = budget_tables.reach(section.arenas[0], "lr", reaches(section.arenas[0])["lr"])
    assert [entry.text for entry in table.rows[1]][:3] == ["b", "1/1", "-"]


def test_the_golden_cost_table(tmp_path: Path) -> None:
    section = small(tmp_path)
    found = ledger(section, section.arenas[0])
    assert found is not None
    table = budget_tables.costs(found)
    assert found.cells[0].cell.name == "1e-2-plain"
    assert [[entry.text for entry in row] for row in table.rows[:2]] == [
        ["1e-2-plain", "2,000", "1,000", "0", "4", "0", "[0, 49]", "-", "-", "0"],
        ["1e-2-r1", "3,000", "667", "4", "4", "100", "[51, 100]", "+100", "[31, 100]", "4"],
    ]
    assert "2,000 gradient evaluations" in table.caption
    assert "n = 4 runs a cell" in table.caption


def test_what_had_spent_too_much_before_it_was_looked_at_is_a_dash(tmp_path: Path) -> None:
    section = product(
        tmp_path, {("1", "cheap"): [None], ("1", "dear"): [None]}, costs={"cheap": 1, "dear": 9}
    )
    found = ledger(section, section.arenas[0])
    assert found is not None
    row = [entry.text for entry in budget_tables.costs(found).rows[1]]
    assert row == ["1-dear", "9,000", "111", "-", "-", "-", "-", "-", "-", "1"]
