"""docs/conditional.md says what a suite takes and what the engine does."""

from __future__ import annotations

import typing

import pytest

from ganbench.suite.schema import Conditional
from tests.docs.page import fences, read, rows
from tests.train.settings import setting

PAGE = read("docs/conditional.md")
WAYS = typing.get_args(Conditional.model_fields["discriminator"].annotation)


def test_every_way_to_tell_d_a_label_is_there_with_its_formula_and_source() -> None:
    assert tuple(row[0] for row in rows(PAGE)) == WAYS
    assert all(all(row) for row in rows(PAGE))


def test_the_weight_of_the_page_is_the_default() -> None:
    assert "`weight` is 1 in its source" in PAGE
    assert Conditional().weight == 1


@pytest.mark.parametrize("way", WAYS)
def test_the_example_is_one_that_a_setting_takes(way: str) -> None:
    (text,) = fences(PAGE, "yaml")
    assert "conditional: {discriminator: projection}" in text
    assert setting(conditional={"discriminator": way}).conditional == Conditional(discriminator=way)
