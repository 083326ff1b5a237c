"""The page about the validation is the one that its numbers give, and the verb is documented with its options."""

from __future__ import annotations

import json

from ganbench.cli.validate_detectors import validate_detectors
from ganbench.validation.page import page
from tests.docs.page import ROOT, read, section

PAGE, NUMBERS = ROOT / "docs/detectors-validation.md", ROOT / "docs/detectors-validation.json"


def test_the_page_is_written_from_the_numbers_beside_it() -> None:
    assert PAGE.exists() == NUMBERS.exists()
    written = {PAGE.read_text(encoding="utf-8")} if PAGE.exists() else set()
    assert written == {
        page(json.loads(path.read_text(encoding="utf-8"))) for path in (NUMBERS,) if path.exists()
    }


def test_every_option_of_the_verb_is_explained() -> None:
    text = section(read("docs/detectors.md"), "## How they are measured")
    for option in validate_detectors.params:
        assert any(f"{name} " in text or f"{name}`" in text for name in option.opts), option.name
