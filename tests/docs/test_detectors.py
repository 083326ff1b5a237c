"""docs/detectors.md says what the detectors say of themselves."""

from __future__ import annotations

import dataclasses

from ganbench import registry
from ganbench.detect import KINDS
from ganbench.detect.compose import SAME_TIME
from ganbench.detect.diagnose import detector
from ganbench.detect.thresholds import limits
from ganbench.records import Finding
from tests.docs.page import read, rows, section

PAGE = read("docs/detectors.md")


def test_every_kind_is_there_with_what_it_is_and_how_it_is_measured() -> None:
    expected = []
    for kind in KINDS:
        entry = registry.entry("detector", kind)
        expected.append((kind, entry.summary, entry.formula, detector(kind).null, entry.source))
    assert rows(section(PAGE, "## The kinds")) == expected


def test_every_field_of_a_finding_is_explained() -> None:
    named = ", ".join(row[0] for row in rows(section(PAGE, "## A finding"))).split(", ")
    assert sorted(named) == sorted(field.name for field in dataclasses.fields(Finding))


def test_the_page_gives_the_numbers_in_use() -> None:
    blocks, baseline = limits()["blocks"], limits()["baseline"]
    assert (
        f"at least {blocks['block_steps']:g} steps and a {1 / blocks['block_share']:.0f}th of the plan"
        in PAGE
    )
    assert f"{blocks['need']:g} of {blocks['of']:g} adjacent blocks" in PAGE
    assert f"where {blocks['strong_need']:g} of {blocks['strong_of']:g} do" in PAGE
    assert f"{baseline['from']:.0%}"[:-1] + f" to {baseline['to']:.0%}"[:-1] + " % of the plan" in PAGE
    assert SAME_TIME == 0.1
    assert "give or take a tenth of the run" in PAGE
