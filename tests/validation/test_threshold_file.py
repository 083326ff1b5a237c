"""The written file is the shipped one with other values."""

from __future__ import annotations

import tomllib

import pytest

from ganbench.detect.thresholds import limits, thresholds_version
from ganbench.validation.knobs import FACTORS, KNOBS
from ganbench.validation.threshold_file import NOTE, rewritten, shipped
from ganbench.validation.tuning import Change


def changed(factor: float) -> list[Change]:
    return [
        Change(knob.section, knob.name, old, knob.turned(old, factor))
        for knob in KNOBS
        for old in [limits()[knob.section][knob.name]]
    ]


def values(text: str) -> dict[str, dict[str, float]]:
    return {
        section: {name: float(entry["value"]) for name, entry in entries.items()}
        for section, entries in tomllib.loads(text).items()
        if isinstance(entries, dict)
    }


@pytest.mark.parametrize("factor", [factor for factor in FACTORS if factor != 1.0])
def test_the_file_holds_the_changed_values_and_all_others(factor: float) -> None:
    changes = changed(factor)
    expected = limits()
    for one in changes:
        expected[one.section][one.name] = one.value
    assert values(rewritten(shipped(), changes)) == expected


def test_the_version_is_raised_and_the_source_names_the_tuning_and_the_value_before() -> None:
    made = tomllib.loads(rewritten(shipped(), [Change("limit-cycle", "amplitude", 0.06, 0.042)]))
    before = tomllib.loads(shipped())["limit-cycle"]["amplitude"]
    assert made["version"] == thresholds_version() + 1
    entry = made["limit-cycle"]["amplitude"]
    assert entry == {"value": 0.042, "unit": before["unit"], "source": f"{NOTE} 0.06: {before['source']}"}


def test_lines_of_what_did_not_change_stay_as_they_were() -> None:
    made = rewritten(shipped(), [Change("limit-cycle", "amplitude", 0.06, 0.042)]).splitlines()
    differing = [new for new, old in zip(made, shipped().splitlines(), strict=True) if new != old]
    assert [line.split(" ")[0] for line in differing] == ["version", "amplitude"]


def test_without_a_change_the_file_is_the_same() -> None:
    assert rewritten(shipped(), []) == shipped()


def test_a_threshold_that_the_file_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no limit-cycle\.radius"):
        rewritten(shipped(), [Change("limit-cycle", "radius", 1.0, 2.0)])


def test_of_two_sections_only_the_named_one_changes() -> None:
    made = values(rewritten(shipped(), [Change("blind-discriminator", "auc", 0.7, 0.8)]))
    assert (made["blind-discriminator"]["auc"], made["one-sided-discriminator"]["auc"]) == (0.8, 0.7)
