"""Findings are counted over failed runs and over healthy ones, root causes over failed ones alone."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from ganbench.report.explanations import Explanation, explanations
from ganbench.stats.rates import Count, newcombe
from tests.report.results import explained, section_of, write

FINDINGS = [
    {"limit-cycle": ""},
    {"mode-collapse": "", "limit-cycle": "mode-collapse"},
    {"limit-cycle": ""},
    {"stagnation": ""},
]


def test_a_finding_has_its_roots_its_failed_and_its_healthy_runs(tmp_path: Path) -> None:
    section = section_of(explained(tmp_path, "a", FINDINGS, failed=[True, True, False, False]))
    assert explanations(section, section.arenas[0]) == (
        Explanation("limit-cycle", 1, Count(2, 2), Count(1, 2)),
        Explanation("mode-collapse", 1, Count(1, 2), Count(0, 2)),
    )


def test_the_certificate_of_convergence_explains_no_failure(tmp_path: Path) -> None:
    findings = [{"convergence": "", "limit-cycle": ""}]
    section = section_of(explained(tmp_path, "a", findings, failed=[True]))
    assert [one.kind for one in explanations(section, section.arenas[0])] == ["limit-cycle"]


def test_runs_that_were_not_asked_count_nowhere(tmp_path: Path) -> None:
    explained(tmp_path, "a", FINDINGS[:1], failed=[True])
    section = section_of(write(tmp_path, {"b": [None, None]}))
    (one,) = explanations(section, section.arenas[0])
    assert (one.failed, one.healthy) == (Count(1, 1), Count(0, 0))
    assert math.isnan(one.difference)


def test_the_difference_has_newcombes_interval() -> None:
    one = Explanation("wiring", 0, Count(3, 4), Count(1, 10))
    assert one.difference == pytest.approx(0.65)
    assert one.interval == newcombe(Count(3, 4), Count(1, 10))


def test_without_findings_or_failures_there_are_none(tmp_path: Path) -> None:
    section = section_of(write(tmp_path / "a"))
    assert not section.explained
    assert explanations(section, section.arenas[0]) == ()
    section = section_of(explained(tmp_path / "b", "a", FINDINGS, failed=[False] * 4))
    assert section.explained
    assert explanations(section, section.arenas[0]) == ()
