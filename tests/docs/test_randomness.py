"""docs/randomness.md names the roles and numbers in use."""

from __future__ import annotations

from ganbench import seeding
from ganbench.train.noise import BLOCK
from tests.docs.page import read, rows, section

PAGE = read("docs/randomness.md")


def test_every_role_is_there_and_no_other() -> None:
    roles = [value for name, value in vars(seeding).items() if name.isupper()]
    assert [row[0] for row in rows(section(PAGE, "## Streams"))] == roles


def test_every_role_says_what_is_drawn() -> None:
    assert all(row[2] for row in rows(section(PAGE, "## Streams")))


def test_the_block_of_the_tape_is_the_one_in_use() -> None:
    assert f"blocks of {BLOCK} steps" in PAGE
    assert f"rows s mod {BLOCK} of block s div {BLOCK}" in PAGE
