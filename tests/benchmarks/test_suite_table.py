"""Tables of results folders: rows, and verdicts against a base."""

from __future__ import annotations

import pandas as pd
import pytest

from benchmarks import suite_table
from benchmarks.suite_table import comparisons
from ganbench.stats.intervals import wilson
from tests.benchmarks.results import cells, run, runs


def test_a_row_has_the_numbers_of_its_runs() -> None:
    (cell,) = cells(runs("ring", "base", failed=4))
    low, high = wilson(6, 10)
    assert suite_table.row(cell) == (
        "ring/base",
        "10",
        f"60 [{100 * low:.0f}, {100 * high:.0f}]",
        "8 (3 to 8) of 8",
        "0.50",
        "0.25",
        "0.12 (0.04)",
        "15",
    )


def test_crashed_runs_are_in_no_share() -> None:
    crashed = [run("ring", "base", seed, failed=False, status="crashed") for seed in (10, 11)]
    (cell,) = cells(runs("ring", "base", failed=4) + crashed)
    assert cell.failed == (4, 10)


def test_a_run_that_diverged_counts_as_failed_and_in_no_median() -> None:
    lost = {f"final.{name}": float("nan") for name in ("covered_modes", "high_quality", "sliced_wasserstein")}
    (cell,) = cells(runs("ring", "base", 0, n=3), [run("ring", "base", 3, failed=True, **lost)])
    assert suite_table.row(cell)[3] == "8 (8 to 8) of 8"
    assert cell.failed == (1, 4)


def test_a_metric_that_no_run_has_is_a_dash() -> None:
    (cell,) = cells(
        [{key: value for key, value in one.items() if "kl" not in key} for one in runs("ring", "base", 0)]
    )
    assert suite_table.row(cell)[5] == "-"


def test_every_cell_is_compared_with_the_base_of_its_own_data() -> None:
    found = comparisons(
        cells(*(runs(data, hack, 0) for data in ("ring", "grid") for hack in ("base", "a", "b"))),
        "hack",
        "base",
    )
    assert [(one.ours, one.theirs) for one in found] == [
        ("ring/a", "ring/base"),
        ("ring/b", "ring/base"),
        ("grid/a", "grid/base"),
        ("grid/b", "grid/base"),
    ]


def test_a_cell_outside_the_product_is_compared_with_nothing() -> None:
    extra = [
        run("", "", seed, failed=False, cell="extra") | {"axis.data": None, "axis.hack": None}
        for seed in range(3)
    ]
    assert comparisons(cells(runs("ring", "base", 0), extra), "hack", "base") == []


def test_verdicts_say_better_and_worse_where_the_family_allows_it() -> None:
    said = list(
        suite_table.text(
            cells(runs("ring", "base", 5), runs("ring", "kills", 10), runs("ring", "much", 0, n=40)),
            against=("hack", "base"),
        )
    )
    worse, better = said[-2:]
    assert worse.startswith("* ring/kills fails in 10 of 10 runs, ring/base in 5 of 10: difference 50 points")
    assert "ring/kills is worse" in worse
    assert "ring/much is better" in better
    assert "2 comparisons" in said[-4]


def test_the_family_costs_significance() -> None:
    alike = [runs("ring", f"other-{index}", 5) for index in range(50)]
    said = list(
        suite_table.text(
            cells(runs("ring", "base", 5), runs("ring", "kills", 10), *alike), against=("hack", "base")
        )
    )
    assert "cannot tell" in next(line for line in said if line.startswith("* ring/kills"))


def test_an_unknown_base_is_refused() -> None:
    with pytest.raises(ValueError, match="no cell has none on the axis hack"):
        comparisons(cells(runs("ring", "base", 0)), "hack", "none")


def test_environments_share_no_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    frame = pd.DataFrame(
        runs("ring", "base", 0) + [one | {"fingerprint": "two"} for one in runs("ring", "base", 10)]
    )
    monkeypatch.setattr(suite_table, "load_results", lambda path: frame)
    suite_table.main(["results"])
    printed = capsys.readouterr().out
    assert [line.split("|")[3].split()[0] for line in printed.splitlines() if line.startswith("| ring")] == [
        "100",
        "0",
    ]
