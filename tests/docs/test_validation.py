"""docs/detectors-validation.md is what its numbers say, and they are of the shipped thresholds."""

from __future__ import annotations

import json

from ganbench.detect.thresholds import thresholds_hash
from ganbench.validation.page import page
from tests.docs.page import ROOT, read

NUMBERS = json.loads((ROOT / "docs" / "detectors-validation.json").read_text(encoding="utf-8"))


def test_the_page_is_written_from_the_numbers_beside_it() -> None:
    assert page(NUMBERS) == read("docs/detectors-validation.md")


def test_the_scores_are_those_of_the_shipped_thresholds() -> None:
    assert NUMBERS["thresholds"]["hash"] == thresholds_hash()
