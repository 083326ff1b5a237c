"""docs/tricks.md says what the registry and the engine say."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from ganbench import registry
from ganbench.gan.tricks.trick import Trick
from ganbench.suite.expand import cells
from ganbench.suite.load import load
from tests.docs import catalogue
from tests.docs.page import read, rows, section

PAGE = read("docs/tricks.md")
HACKS = rows(section(PAGE, "## Hacks and how a suite says them"))
LINES = [line for _, _, line in HACKS if ": " in line and not line.startswith("nothing")]
BASE = """
suite: hacks
version: hacks-v1
data: ring
generator: mlp
discriminator: mlp
loss: minimax
latent: {dim: 2, law: uniform}
optimizers: {generator: adam, discriminator: adam}
batch: 8
steps: 100
seeds: 0-1
evaluation: {every: 10}
include:
  - {name: hacked, set: {LINE}}
"""


def test_every_trick_is_there_with_its_formula_and_source() -> None:
    assert rows(section(PAGE, "## The tricks")) == list(catalogue.described("trick"))


def test_every_place_where_a_trick_acts_is_there() -> None:
    said_of_it = ("mean_target", "reading", "obstacle", "memory")
    places = [field.name for field in dataclasses.fields(Trick) if field.name not in said_of_it]
    assert [row[0] for row in rows(section(PAGE, "## Where they act"))] == places


@pytest.mark.parametrize("line", LINES)
def test_every_line_of_the_hacks_is_one_that_a_suite_takes_and_that_changes_something(
    line: str, tmp_path: Path
) -> None:
    path = tmp_path / "hacks.yaml"
    path.write_text(BASE.replace("LINE", line), encoding="utf-8")
    base, hacked = cells(load(path))
    assert base.content != hacked.content


def test_every_hack_of_the_list_is_there() -> None:
    assert sorted({int(number) for number, _, _ in HACKS if number}) == list(range(1, 18))
    assert [line for _, _, line in HACKS if line not in (*LINES, "not yet")] == [
        "nothing to switch: see [signals](signals.md)"
    ]


def test_every_trick_is_a_hack_or_an_update_rule() -> None:
    said = " ".join(LINES)
    silent = [entry.name for entry in registry.entries("trick") if entry.name not in said]
    assert silent == ["consensus", "lookahead"]
