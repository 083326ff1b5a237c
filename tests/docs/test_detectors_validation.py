"""docs/detectors-validation.md is what its numbers say, of the shipped thresholds; the verb is documented with its options."""

from __future__ import annotations

import json

from ganbench.cli.validate_detectors import validate_detectors
from ganbench.detect.thresholds import thresholds_hash
from ganbench.validation.page import page
from tests.docs.page import ROOT, read, section

NUMBERS = json.loads((ROOT / "docs/detectors-validation.json").read_text(encoding="utf-8"))


def test_the_page_is_written_from_the_numbers_beside_it() -> None:
    assert page(NUMBERS) == read("docs/detectors-validation.md")


def test_the_scores_are_those_of_the_shipped_thresholds() -> None:
    assert NUMBERS["thresholds"]["hash"] == thresholds_hash()


def test_every_option_of_the_verb_is_explained() -> None:
    text = section(read("docs/detectors.md"), "## How they are measured")
    for option in validate_detectors.params:
        assert any(f"{name} " in text or f"{name}`" in text for name in option.opts), option.name
