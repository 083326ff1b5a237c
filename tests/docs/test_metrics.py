"""docs/metrics.md says what the registry and the measures say."""

from __future__ import annotations

from typing import Any

import pytest

from ganbench import registry
from ganbench.metrics import measures
from ganbench.suite.schema import EvaluationPlan
from tests.docs.page import read, rows, section

PAGE = read("docs/metrics.md")
REQUIRED: dict[str, dict[str, Any]] = {"mixture": {"means": ((0.0, 0.0),), "std": 1.0}}
DATA = rows(section(PAGE, "## Data sets and what they are judged by"))


def test_every_metric_is_there_with_its_formula_and_source() -> None:
    found = rows(PAGE)[: -len(DATA)]
    assert found == [(e.name, e.summary, e.formula, e.source) for e in registry.entries("metric")]


def test_every_data_set_is_there() -> None:
    assert [(row[0], row[1]) for row in DATA] == [(e.name, e.summary) for e in registry.entries("dataset")]


@pytest.mark.parametrize("row", DATA, ids=lambda row: row[0])
def test_a_data_set_is_judged_by_the_metrics_of_the_page(row: tuple[str, ...]) -> None:
    entry = registry.entry("dataset", row[0])
    options = entry.options(name=row[0], **REQUIRED.get(row[0], {}))
    assert row[2].split(", ") == list(entry.load()(options).default_metrics)


def test_the_page_gives_the_sample_counts_in_use() -> None:
    assert f"{EvaluationPlan(every=1).samples:,} by default" in PAGE
    assert f"first {measures.ENERGY_SAMPLES} samples" in PAGE
    assert frozenset({"exact_wasserstein"}) == measures.LAST_ONLY
