"""What is looked up is noted, with its value, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.detect.thresholds import Threshold, limits, thresholds
from ganbench.validation.noted import Noted


@given(st.sets(st.sampled_from(thresholds())))
def test_what_was_read_is_noted_with_its_value(read: set[Threshold]) -> None:
    noted = Noted(limits())
    for one in read:
        assert noted[one.section][one.name] == one.value
    assert noted.read == {(one.section, one.name): one.value for one in read}


def test_it_is_what_it_was_made_of() -> None:
    noted = Noted(limits())
    assert {section: dict(values) for section, values in noted.items()} == limits()
    assert len(noted) == len(limits())
    assert len(noted["blocks"]) == len(limits()["blocks"])


def test_a_section_alone_is_not_read() -> None:
    noted = Noted(limits())
    assert "after" in [*noted["limit-cycle"]]
    assert noted.read == {}


def test_what_there_is_not_is_not_noted() -> None:
    noted = Noted(limits())
    with pytest.raises(KeyError):
        noted["blocks"]["no such"]
    with pytest.raises(KeyError):
        noted["no such"]
    assert noted.read == {}
