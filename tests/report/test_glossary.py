"""Metrics are explained in the words of the registry, those alone that there are."""

from __future__ import annotations

from pathlib import Path

from ganbench import registry
from ganbench.report.glossary import glossary
from tests.report.results import section_of, write


def test_metrics_that_runs_have_are_explained(tmp_path: Path) -> None:
    found = glossary(section_of(write(tmp_path)))
    assert [*found] == ["covered modes", "covered share", "high quality"]
    one = registry.entry("metric", "covered_share")
    assert found["covered share"] == f"{one.summary}. {one.formula}"
