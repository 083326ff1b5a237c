"""Whatever a name holds, its file name is safe, and no other name's."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from ganbench.report.slug import slug

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXT)
def test_a_slug_is_safe(text: str) -> None:
    found = slug(text)
    assert re.fullmatch(r"[A-Za-z0-9+_.-]+", found)
    assert not found.startswith(".")


@given(TEXT, TEXT)
def test_different_names_have_different_slugs(one: str, other: str) -> None:
    assert (slug(one) == slug(other)) == (one == other)


def test_a_plain_name_stays() -> None:
    assert slug("hinge+r1_0.5") == "hinge+r1_0.5"
    assert slug("ring/hinge").startswith("ring-hinge-")
