"""docs/plugins.md: its tables are those of the code, and its examples pass the battery."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganbench.execute.battery import CHECKS, Candidate, battery
from ganbench.gan.penalties.own import SEEN
from ganbench.plugins import Plugins, kinds
from ganbench.registry import finding
from tests.docs.page import fences, read, rows, section
from tests.plugins.example import written

PAGE = read("docs/plugins.md")
EXAMPLES = {
    "margin_pairing": "loss",
    "zero_centred": "penalty",
    "heavy_ball": "optimizer",
    "blurred": "trick",
    "narrowing": "network",
    "rose": "dataset",
}


def test_every_kind_is_there() -> None:
    assert [row[0] for row in rows(section(PAGE, "## What can be yours"))] == kinds()


def test_every_check_is_there() -> None:
    assert [row[0] for row in rows(section(PAGE, "## Check it first"))] == list(CHECKS)


def test_what_a_penalty_can_ask_for_is_there() -> None:
    text = section(PAGE, "### A penalty")
    assert [name for name in SEEN if f"`{name}`" not in text] == []


@pytest.mark.parametrize(("name", "kind"), EXAMPLES.items())
def test_every_example_passes_the_battery(tmp_path: Path, name: str, kind: str) -> None:
    (code,) = [code for code in fences(PAGE, "python") if f"def {name}(" in code]
    written(tmp_path, code)
    with finding(Plugins(tmp_path).entry):
        checks = list(battery(Candidate(kind, {"name": f"mine.py:{name}"})))
    assert [check for check in checks if not check.passed] == []
