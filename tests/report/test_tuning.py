"""Equal tuning budgets: every label tries as many settings, chosen by other seeds than score."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganbench.report.section import Section
from ganbench.report.tuning import budgets, contests
from ganbench.stats.budget import tuned_share
from ganbench.stats.rates import Count, difference_of
from tests.report.results import COVERED, product, section_of, write

F = COVERED


@pytest.fixture
def section(tmp_path: Path) -> Section:
    """Trick `r1` is healthy at every rate, `none` at the smaller one, and in the odd seeds of the larger."""
    return product(
        tmp_path,
        {
            ("1", "none"): [None] * 4,
            ("2", "none"): [F, None, F, None],
            ("1", "r1"): [None] * 4,
            ("2", "r1"): [None] * 4,
        },
    )


def test_each_axis_is_a_contest_over_the_settings_of_the_others(section: Section) -> None:
    found = {one.axis: one for one in contests(section.arenas[0])}
    assert {axis: (one.tuned, one.k) for axis, one in found.items()} == {
        "lr": (("trick",), 2),
        "trick": (("lr",), 2),
    }
    none, r1 = found["trick"].methods
    assert [(one.label, one.settings, one.runs) for one in (none, r1)] == [("none", 2, 8), ("r1", 2, 8)]


def test_halves_are_of_every_other_seed_and_scored_as_the_statistics_do(section: Section) -> None:
    (_, contest) = contests(section.arenas[0])
    settings = [(Count(0, 2), Count(0, 2)), (Count(2, 2), Count(0, 2))]
    assert contest.methods[0].best == {k: tuned_share(settings, k) for k in (1, 2)}
    # The odd seeds cannot tell the settings apart, and choose the worse one half of the time.
    best = contest.methods[0].best[2]
    assert best is not None
    assert best.share == pytest.approx((1 + 0.5) / 2)


def test_the_best_comes_first_and_is_compared_with_the_first_label(section: Section) -> None:
    (_, contest) = contests(section.arenas[0])
    assert [method.label for method, _ in contest.ranked] == ["r1", "none"]
    none, r1 = contest.methods
    ours, theirs = r1.best[2], none.best[2]
    assert ours is not None
    assert theirs is not None
    interval = difference_of(ours.share, theirs.share, ours.interval, theirs.interval)
    assert contest.gain(r1) == (pytest.approx(0.25), interval)
    assert contest.gain(none) is None


def test_one_seed_can_be_scored_and_not_chosen(tmp_path: Path) -> None:
    section = product(tmp_path, {(x, y): [None] for x in "12" for y in "ab"})
    (contest, _) = contests(section.arenas[0])
    assert contest.ranked == []
    assert contest.reference is None
    one = contest.methods[0]
    assert one.best[2] is None
    assert one.best[1] is not None
    assert contest.gain(one) is None


def test_a_label_with_one_setting_has_no_choice_and_bounds_nobodys(tmp_path: Path) -> None:
    outcomes = {("1", "a"): [None] * 2, ("2", "a"): [None] * 2, ("3", "a"): [F, F]}
    section = product(
        tmp_path, outcomes | {("1", "b"): [F, F], ("2", "b"): [F, None], ("1", "c"): [None] * 2}
    )
    contest = next(one for one in contests(section.arenas[0]) if one.axis == "trick")
    assert contest.k == 2
    assert [sorted(one.best) for one in contest.methods] == [[1, 2], [1, 2], [1]]


def test_one_axis_alone_leaves_nothing_to_tune(tmp_path: Path) -> None:
    assert contests(section_of(write(tmp_path)).arenas[0]) == ()


@pytest.mark.parametrize(
    ("most", "expected"), [(1, (1,)), (2, (1, 2)), (5, (1, 2, 3, 5)), (7, (1, 2, 3, 5, 7))]
)
def test_budgets_end_with_the_largest(most: int, expected: tuple[int, ...]) -> None:
    assert budgets(most) == expected
