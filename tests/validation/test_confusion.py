"""What was called what, and who did not answer."""

from __future__ import annotations

from ganbench.detect import KINDS
from ganbench.validation.answers import FAILED
from ganbench.validation.confusion import NOTHING, UNNAMED, abstentions, confusion
from tests.validation.made_up import answer


def test_rows_are_what_is_present_and_columns_the_first_root_cause() -> None:
    hopping = {"mode-hopping": "present", "generator-dominance": "present"}
    found = confusion(
        [
            answer(hopping, errors=["generator-dominance", "mode-hopping"]),
            answer(hopping, errors=["mode-collapse"]),
            answer({"mode-collapse": "present"}),
            answer(errors=["limit-cycle"]),
            answer(),
            answer({FAILED: "present"}),
        ]
    )
    assert found == {
        "generator-dominance": {"generator-dominance": 1, "mode-collapse": 1},
        "mode-hopping": {"generator-dominance": 1, "mode-collapse": 1},
        "mode-collapse": {NOTHING: 1},
        UNNAMED: {NOTHING: 1},
        NOTHING: {"limit-cycle": 1, NOTHING: 1},
    }


def test_rows_are_in_the_order_of_explanation() -> None:
    found = confusion([answer(), answer({"stagnation": "present"}), answer({"non-finite": "present"})])
    assert [*found] == ["non-finite", "stagnation", NOTHING]


def test_every_kind_has_its_abstentions() -> None:
    found = abstentions([answer(abstained=["wiring"]), answer(abstained=["wiring"]), answer()])
    assert [*found] == [*KINDS]
    assert (found["wiring"]["not applicable"].count, found["wiring"]["insufficient data"].count) == (2, 0)
    assert found["limit-cycle"]["not applicable"].count == 0
