"""Soundness where every run has spent the same, by the bounds of the failure criteria."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from ganbench.report.costs import Ledger, Spending, ledger
from ganbench.stats.rates import Count, newcombe
from tests.report.results import (
    COVERED,
    STEPS,
    SUITE,
    content,
    evaluations_of,
    product,
    runs_of,
    section_of,
    write,
)
from tests.store.example import opened


def of(root: Path) -> Ledger:
    section = section_of(root)
    found = ledger(section, section.arenas[0])
    assert found is not None
    return found


def course(root: Path, values: list[float], *, cost: int = 2, **changes: Any) -> Spending:
    """One run with these values of the covered share at 250, 500, 750 and 1,000 steps, beside one of half the cost."""
    with opened(root, suite_text=SUITE, planned=[]) as results:
        for name, price, curve in (("cheap", 1, [1.0] * 4), ("mine", cost, values)):
            rows = runs_of(name, [None], **changes)
            looks = [
                look | {"gradient_evaluations": price * look["step"], "covered_share": value}
                for look, value in zip(evaluations_of(rows), curve, strict=True)
            ]
            results.commit(name, runs=rows, evaluations=looks)
    return of(root).cells[1]


def test_the_budget_is_what_the_cheapest_cell_spends(tmp_path: Path) -> None:
    section = product(
        tmp_path,
        {("1", "plain"): [None, COVERED], ("1", "r1"): [COVERED, COVERED]},
        costs={"plain": 2, "r1": 3},
    )
    found = ledger(section, section.arenas[0])
    assert found is not None
    plain, r1 = found.cells
    assert (found.budget, found.differs, found.bounds) == (2 * STEPS, True, ("covered share below 0.9",))
    assert (plain.total, r1.total, r1.step) == (2 * STEPS, 3 * STEPS, pytest.approx(STEPS * 2 / 3))
    # Runs that fail have all of their modes until the last evaluation; at the budget the second cell is not there yet.
    assert (plain.at_budget, plain.at_end) == (Count(1, 2), Count(1, 2))
    assert (r1.at_budget, r1.at_end) == (Count(0, 2), Count(2, 2))
    assert found.gain(r1) == (0.5, newcombe(Count(1, 2), Count(0, 2)))
    assert found.gain(plain) is None


def test_equal_spending_is_said_to_be_equal(tmp_path: Path) -> None:
    assert not of(write(tmp_path)).differs


def test_between_evaluations_the_line_is_judged(tmp_path: Path) -> None:
    # Half of the steps are the budget; the bound is .9.
    assert course(tmp_path / "a", [0.0, 0.9, 0.0, 0.0]).at_budget == Count(0, 1)
    assert course(tmp_path / "b", [1.0, 0.89, 1.0, 1.0]).at_budget == Count(1, 1)
    third = course(tmp_path / "c", [0.0, 1.0, 0.0, 0.0], cost=3)  # the budget lies between step 250 and 500
    assert third.at_budget == Count(1, 1)


def test_counts_over_cost_are_those_of_each_evaluation(tmp_path: Path) -> None:
    found = course(tmp_path, [0.0, 1.0, math.nan, 0.95])
    assert found.costs.tolist() == [500, 1000, 1500, 2000]
    assert found.steps.tolist() == [250, 500, 750, 1000]
    assert found.sound.tolist() == [0, 1, 0, 1]


def test_a_run_that_diverged_spends_no_more_and_is_not_sound(tmp_path: Path) -> None:
    rows = runs_of("a", [None]) + [
        row | {"run_id": "id-a-1", "seed": 1} for row in runs_of("a", ["non-finite"])
    ]
    looks = evaluations_of(rows[:1]) + [
        look | {"gradient_evaluations": min(look["gradient_evaluations"], 1100), "covered_share": math.nan}
        for look in evaluations_of(rows[1:])
    ]
    with opened(tmp_path, suite_text=SUITE, planned=[]) as results:
        results.commit("p", runs=rows, evaluations=looks)
    (found,) = of(tmp_path).cells
    assert (found.total, found.at_budget) == (2 * STEPS, Count(1, 2))


def stopped(root: Path, *, at: int, value: float, cheap: int = 1) -> Spending:
    """Of a run that was stopped at a step with this covered share, beside a cell that spends `cheap` a step."""
    with opened(root, suite_text=SUITE, planned=[]) as results:
        for name, price in (("cheap", cheap), ("mine", 2)):
            rows = runs_of(name, [None, COVERED], **({"stopped_at": at} if name == "mine" else {}))
            looks = [
                look | {"gradient_evaluations": price * look["step"], "covered_share": value}
                for look in evaluations_of(rows)
                if name == "cheap" or look["seed"] == 0 or look["step"] <= at
            ]
            results.commit(name, runs=rows, evaluations=looks)
    return of(root).cells[1]


def test_a_run_that_was_stopped_is_not_sound_at_a_budget_that_it_did_not_reach(tmp_path: Path) -> None:
    found = stopped(tmp_path, at=500, value=1.0, cheap=2)
    assert (found.total, found.at_budget, found.at_end) == (2 * STEPS, Count(1, 2), Count(1, 2))
    assert found.sound.tolist() == [2, 2, 1, 1]


def test_a_run_that_was_stopped_is_judged_like_others_at_a_budget_that_it_reached(tmp_path: Path) -> None:
    assert stopped(tmp_path / "a", at=750, value=1.0).at_budget == Count(0, 2)
    assert stopped(tmp_path / "b", at=750, value=0.5).at_budget == Count(2, 2)


def test_a_whole_run_that_spent_a_rounding_less_than_the_budget_is_judged_at_its_end(tmp_path: Path) -> None:
    rows = runs_of("a", [None, None])
    looks = [
        look | {"gradient_evaluations": look["gradient_evaluations"] - look["seed"], "covered_share": 1.0}
        for look in evaluations_of(rows)
    ]
    with opened(tmp_path, suite_text=SUITE, planned=[]) as results:
        results.commit("p", runs=rows, evaluations=looks)
    assert of(tmp_path).cells[0].at_budget == Count(0, 2)


def test_a_cell_that_diverged_everywhere_has_the_cost_of_a_full_run(tmp_path: Path) -> None:
    rows = runs_of("a", ["non-finite"], diverged_at=300)
    looks = [
        look | {"gradient_evaluations": min(look["gradient_evaluations"], 600), "covered_share": math.nan}
        for look in evaluations_of(rows)
    ]
    with opened(tmp_path, suite_text=SUITE, planned=[]) as results:
        results.commit("p", runs=rows, evaluations=looks)
    assert of(tmp_path).cells[0].total == 2 * STEPS


def test_a_cell_that_diverged_everywhere_before_its_first_evaluation_has_no_cost_to_compare_at(
    tmp_path: Path,
) -> None:
    rows = runs_of("a", ["non-finite"], diverged_at=0)
    looks = [look | {"gradient_evaluations": 0, "covered_share": math.nan} for look in evaluations_of(rows)]
    with opened(tmp_path, suite_text=SUITE, planned=[]) as results:
        results.commit("p", runs=rows, evaluations=looks)
    section = section_of(tmp_path)
    assert ledger(section, section.arenas[0]) is None


def test_a_budget_before_the_first_evaluation_tells_nothing(tmp_path: Path) -> None:
    assert course(tmp_path, [1.0] * 4, cost=5).at_budget is None


@pytest.mark.parametrize(
    ("criterion", "values", "sound"),
    [
        ({"metric": "covered_share", "below": 0.5}, [0.4, 0.5, 0.6, 0.4], [0, 1, 1, 0]),
        ({"metric": "covered_share", "above": 0.5}, [0.4, 0.5, 0.6, 0.4], [1, 1, 0, 1]),
        ({"metric": "covered_share", "drawdown": 0.25}, [0.5, 1.0, 0.75, 0.5], [1, 1, 1, 0]),
        ({"metric": "reverse_kl", "below": 0.5}, [1.0, 1.0, 1.0, 1.0], [0, 0, 0, 0]),
    ],
)
def test_every_kind_of_bound_is_judged(
    tmp_path: Path, criterion: dict[str, Any], values: list[float], sound: list[int]
) -> None:
    import json

    text = json.dumps(content(failure=[criterion]))
    assert course(tmp_path, values, content=text).sound.tolist() == sound


def test_without_criteria_nothing_can_be_judged(tmp_path: Path) -> None:
    import json

    section = section_of(write(tmp_path, content=json.dumps(content(failure=[]))))
    assert ledger(section, section.arenas[0]) is None
