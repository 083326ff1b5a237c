"""Rounds in turn, and what is said of them. Nothing here depends on the clock."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.contenders import PLAIN, SIZES, STEPS, TUNED, Contender, engine, setting
from benchmarks.report import insert, result, text
from benchmarks.rounds import WARM_UP, Spread, measure, ratio

RATES = {
    PLAIN: [100.0, 50.0, 100.0],
    TUNED: [200.0, 100.0, 200.0],
    "engine R = 16": [1000.0, 500.0, 900.0],
    "engine R = 64": [900.0, 400.0, 700.0],
}


def contender(name: str, calls: list[str] | None = None) -> Contender:
    replicas = int(name.rpartition(" ")[2]) if "=" in name else 1
    return Contender(name, replicas, True if "=" in name else None, lambda steps: (calls or []).append(name))


def test_contenders_run_in_turn() -> None:
    calls: list[str] = []
    who = [Contender(name, 1, None, lambda steps, name=name: calls.append(name)) for name in "ab"]
    rates = measure(who, rounds=3, seconds=0.0)
    assert calls == ["a", "b", *"ababab"]
    assert {name: len(found) for name, found in rates.items()} == {"a": 3, "b": 3}


def test_ratios_are_taken_round_by_round() -> None:
    """A slow minute that hits both changes nothing."""
    assert ratio(RATES, "engine R = 16", over=PLAIN) == Spread(10.0, 9.5, 10.0)


def test_the_engine_is_judged_at_its_best_population() -> None:
    found = result(SIZES[0], [contender(name) for name in RATES], RATES, {16: 1e6})
    over_plain, over_tuned = found["bars"]
    assert over_plain["best"] == over_tuned["best"] == "engine R = 16"
    assert (over_plain["reached"], over_tuned["reached"]) == (True, False)


def test_the_table_says_which_bar_was_missed() -> None:
    found = result(SIZES[0], [contender(name) for name in RATES], RATES, {16: 1.5e6})
    facts = {"cpu": "c", "cores": 2, "threads": 2, "rounds": 3, "seconds_per_round": 0.4, "sizes": [found]}
    table = text(facts | {"versions": {"torch": "2", "numpy": "2", "python": "3"}})
    assert "| engine R = 16 | 900 [700, 950] | 10.00 [9.50, 10.00] | 5.00 [4.75, 5.00] | 1.50 MB |" in table
    assert "over the plain loop: 10.00 [9.50, 10.00] times; bar 8: reached." in table
    assert "over the tuned loop: 5.00 [4.75, 5.00] times; bar 6: **missed**." in table
    assert "n = 3 rounds" in table


def test_a_new_table_takes_the_place_of_the_old(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- table -->\nold\n<!-- end -->\nafter\n")
    insert("new", page)
    insert("newer", page)
    assert page.read_text() == "before\n<!-- table -->\n\nnewer\n\n<!-- end -->\nafter\n"


def test_a_run_that_is_over_is_not_timed() -> None:
    made = engine(setting(SIZES[0]), 1, probed=False)
    with pytest.raises(AssertionError, match="raise STEPS"):
        made.advance(STEPS + WARM_UP)
