"""Shares by fault and dose."""

from __future__ import annotations

from ganbench.validation.doses import responses
from tests.validation.made_up import answer

SLOW = {"fault": "learning-rate-g", "meant": "stagnation"}
THERE = {"stagnation": "present"}


def test_a_stronger_dose_is_a_row_of_its_own() -> None:
    runs = [
        answer(**SLOW, dose=0.1),
        answer(THERE, errors=["stagnation"], **SLOW, dose=0.01),
        answer(THERE, warns=["mode-collapse"], **SLOW, dose=0.01),
        answer({"stagnation": "borderline"}, **SLOW, dose=0.01),
    ]
    strong, weak = responses(runs)
    assert (strong.fault, strong.dose, strong.kind) == ("learning-rate-g", 0.01, "stagnation")
    assert (strong.took.count, strong.took.n, strong.fired.count, strong.fired.n) == (2, 2, 1, 3)
    assert (weak.dose, weak.took.count, weak.took.n, weak.fired.count) == (0.1, 0, 1, 0)


def test_runs_without_a_fault_or_without_a_meaning_have_no_row() -> None:
    assert responses([answer(), answer(fault="swap", meant="")]) == []
