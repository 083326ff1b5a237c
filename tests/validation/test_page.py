"""The page says what the numbers say, whatever they are; and the study that makes them."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from ganbench.detect import KINDS
from ganbench.detect.thresholds import limits, thresholds_hash
from ganbench.validation.knobs import KNOBS
from ganbench.validation.page import page
from ganbench.validation.split import split
from ganbench.validation.study import Study, plain, study
from ganbench.validation.transplanted import RULES
from tests.docs.page import rows, section
from tests.validation.made_up import corpus

FEW = tuple(knob for knob in KNOBS if knob.section in ("limit-cycle", "vanishing-gradient"))
SOME = ("mode-collapse", "vanishing-gradient", "convergence")


@pytest.fixture(scope="module")
def made() -> Study:
    said: list[str] = []
    parts = split(corpus(SOME, seeds=[0, 12]))
    found = study(parts, tuning=True, leaving_out=True, tell=said.append, logs=2, knobs=FEW)
    assert said[0] == "tuning on 7 runs"
    return found


@pytest.fixture
def numbers(made: Study) -> dict[str, Any]:
    return copy.deepcopy(made.numbers)


def test_numbers_survive_json(numbers: dict[str, Any]) -> None:
    assert json.loads(json.dumps(numbers, allow_nan=False)) == numbers


def test_the_same_runs_give_the_same_numbers(made: Study) -> None:
    parts = split(corpus(SOME, seeds=[0, 12]))
    again = study(parts, tuning=True, leaving_out=True, tell=lambda text: None, logs=2, knobs=FEW)
    assert again == made


def test_runs_are_counted_by_part(numbers: dict[str, Any]) -> None:
    assert (
        numbers["corpus"]["runs"],
        numbers["corpus"]["tuning"]["runs"],
        numbers["corpus"]["test"]["runs"],
    ) == (14, 7, 7)
    assert numbers["corpus"]["test"]["healthy"] == 5
    assert numbers["corpus"]["test"]["failed"] == 2


def test_the_made_up_runs_are_found(numbers: dict[str, Any]) -> None:
    by_kind = {one["kind"]: one for one in numbers["scores"]}
    for kind in SOME:
        assert by_kind[kind]["f1"] == 1.0
    assert numbers["false errors"]["share"]["count"] == 0


def test_the_thresholds_that_scored_are_named(made: Study) -> None:
    assert made.numbers["thresholds"] == {"hash": thresholds_hash(made.tuned.limits), "tuned": True}
    assert made.numbers["tuning"]["hash"] == made.numbers["thresholds"]["hash"]


def test_leaving_out_needs_no_tuning() -> None:
    parts = split(corpus(SOME, seeds=[0, 12]))
    found = study(parts, tuning=False, leaving_out=True, tell=lambda text: None, logs=1, knobs=FEW)
    assert (found.tuned, found.numbers["tuning"]) == (None, None)
    assert [one["name"] for one in found.numbers["left out"]["base"]["groups"]]
    assert "starts from the shipped thresholds" in section(
        page(found.numbers), "## Leaving out one base, one loss"
    )


def test_without_tuning_the_shipped_thresholds_score_and_nothing_is_left_out() -> None:
    found = study(
        split(corpus(("convergence",), seeds=[0, 12])), tuning=False, tell=lambda text: None, logs=1
    )
    assert found.tuned is None
    assert found.numbers["thresholds"] == {"hash": thresholds_hash(), "tuned": False}
    assert (found.numbers["tuning"], found.numbers["left out"]) == (None, None)
    text = page(found.numbers)
    assert "the thresholds are the shipped ones" in text
    assert "Not done for this page" in text


def test_the_tuning_part_shows_nowhere_in_the_scores(made: Study) -> None:
    """Labels of the tuning part that are all wrong change no score by shipped thresholds."""
    parts = split(corpus(SOME, seeds=[0, 12]))
    honest = study(parts, tuning=False, tell=lambda text: None, logs=1).numbers
    wrong = split(corpus(("limit-cycle",), seeds=[0]))
    swapped = study(parts._replace(tuning=wrong.tuning), tuning=False, tell=lambda text: None, logs=1).numbers
    for name in ("scores", "macro", "false errors", "roots", "from the log alone", "ablation", "delays"):
        assert swapped[name] == honest[name]


def test_plain_keeps_what_json_holds_and_nulls_what_it_does_not() -> None:
    found = plain({1: (float("nan"), float("inf"), 1.5, "x", None, True)})
    assert found == {"1": [None, None, 1.5, "x", None, True]}


HEADINGS = (
    *(
        "Against the bars",
        "By detector",
        "At other thresholds",
        "From the log alone",
        "False errors",
        "Missed and false, run by run",
        "The certificate by level",
        "Right alarm, wrong name",
        "Abstention",
    ),
    *("Delay", "Dose response", "Every clause dropped in turn", "Every threshold halved and doubled"),
    "Rules of other tools on the same runs",
    *(
        "A learned baseline",
        "Tuning",
        "Leaving out one base, one loss",
        "Early warning",
        "Logs without a GAN",
        "The corpus",
    ),
)


@pytest.mark.parametrize("heading", HEADINGS)
def test_every_part_has_its_section(numbers: dict[str, Any], heading: str) -> None:
    assert section(page(numbers), f"## {heading}").strip()


def test_every_detector_and_every_rule_has_its_row(numbers: dict[str, Any]) -> None:
    text = page(numbers)
    named = [row[0].strip("*") for row in rows(section(text, "## By detector"))]
    assert named == [*KINDS, *KINDS]
    for heading in ("## Abstention", "## At other thresholds"):
        assert [row[0] for row in rows(section(text, heading))] == [*KINDS]
    assert [row[0] for row in rows(section(text, "## Rules of other tools on the same runs"))] == [
        rule.name for rule in RULES
    ]


def test_the_page_gives_n_hash_and_parts(numbers: dict[str, Any]) -> None:
    text = page(numbers)
    assert "(7 runs, 5 of them healthy)" in text
    assert f"`{numbers['thresholds']['hash']}`" in text
    assert "(n = 7 runs)" in text
    assert "0 of 5, 0.0 % [0.0, 43.4]" in text


def test_the_page_says_which_seeds_are_in_which_part(numbers: dict[str, Any]) -> None:
    assert "Runs with seeds 0 to 7 were for tuning" in page(numbers)
    assert "those with seeds 12 to 15 for the scores below" in page(numbers)


def test_a_run_that_is_missed_or_falsely_accused_is_named_with_both_measurements(
    numbers: dict[str, Any],
) -> None:
    assert numbers["mistakes"] == []
    one = {"kind": "limit-cycle", "missed": True, "run": "ring/3", "status": "clear", "value": 0.412345}
    numbers["mistakes"] = [one | {"threshold": 0.5, "truth": None, "measure": "share taken back"}]
    row = rows(section(page(numbers), "## Missed and false, run by run"))[0]
    assert row == ("limit-cycle", "missed", "ring/3", "clear", "0.412 (0.5)", "share taken back: -")


def test_the_certificate_is_counted_by_level(numbers: dict[str, Any]) -> None:
    found = rows(section(page(numbers), "## The certificate by level"))
    assert [row[0] for row in found] == ["none", "balanced", "stationary", "consistent", "certified"]
    counted = sum(int(count) for row in found for count in row[1:])
    assert counted <= numbers["corpus"]["test"]["runs"]
    assert sum(int(row[1]) for row in found[2:]) == 1


def test_false_findings_are_told_by_run_and_by_steps(numbers: dict[str, Any]) -> None:
    found = {"count": 3, "steps": 20000, "value": 0.15, "low": 0.05, "high": 0.3}
    numbers["false findings"] |= {"all": found, "runs": {"count": 2, "n": 5, "low": 0.1, "high": 0.7}}
    text = section(page(numbers), "## False errors")
    assert "2 of 5, 40.0 % [10.0, 70.0]" in text
    assert "findings 3 in 20000 steps, 0.15 [0.05, 0.30] per 1,000" in text


def test_a_threshold_that_matters_has_its_change_and_one_that_does_not_has_none(
    numbers: dict[str, Any],
) -> None:
    row = numbers["sensitivity"][0]
    row["halved"], row["doubled"] = (
        {"value": 1, "f1": -0.12, "errors": 3},
        {"value": 4, "f1": None, "errors": 0},
    )
    numbers["sensitivity"] = [row]
    (told,) = rows(section(page(numbers), "## Every threshold halved and doubled"))
    assert told[:2] == (row["section"], row["name"])
    assert told[3:] == ("-0.12", "+3", "-", "0")


def test_a_median_that_is_not_reached_is_never(numbers: dict[str, Any]) -> None:
    row = numbers["delays"][0] | {"median": None, "low": 124.0, "high": None}
    numbers["delays"] = [row]
    (told,) = rows(section(page(numbers), "## Delay"))
    assert told[3] == "never [124, never]"


def test_what_falls_short_is_listed_and_nothing_else(numbers: dict[str, Any]) -> None:
    assert "* recall of limit-cycle at least .85: no run to find it in" in page(numbers)
    assert "* recall of mode-collapse" not in page(numbers)
    numbers["shortfalls"] = []
    assert "Every bar is reached: macro-F1 at least .90" in page(numbers)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(-0.3, -0.1, "The learned baseline wins"), (0.1, 0.3, "The detectors win"), (-0.1, 0.1, "Neither wins")],
)
def test_if_the_learned_baseline_wins_the_page_says_so(
    numbers: dict[str, Any], low: float, high: float, words: str
) -> None:
    numbers["learned"]["difference"] = {"value": (low + high) / 2, "low": low, "high": high}
    assert words in page(numbers)


def test_a_threshold_that_changed_is_told(numbers: dict[str, Any]) -> None:
    change = {"section": "limit-cycle", "name": "amplitude", "shipped": 0.06, "value": 0.042}
    numbers["tuning"]["changes"] = [change]
    assert ("limit-cycle", "amplitude", "0.06", "0.042") in rows(section(page(numbers), "## Tuning"))


def test_tables_have_as_many_cells_in_each_row(numbers: dict[str, Any]) -> None:
    width = 0
    for line in page(numbers).splitlines():
        cells = line.replace(r"\|", "").count("|")
        assert not (cells and width) or cells == width
        width = cells


def test_the_shipped_thresholds_are_not_touched(made: Study) -> None:
    assert made.tuned is not None
    assert thresholds_hash() == thresholds_hash(limits())
