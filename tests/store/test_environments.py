"""Environments of one folder are named by what differs between them, and by nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.store.environments import differences, names

VERSIONS = {"ganbench": "0.1.0", "torch": "2.14.0", "numpy": "2.0", "scipy": "1.14", "scikit-learn": "1.5"}


def record(torch: str = "2.14.0", **changes: Any) -> dict[str, Any]:
    known = {"versions": VERSIONS | {"torch": torch}, "device": "cpu", "threads": 1, "source": "0a1b"}
    return known | changes


def named(records: Mapping[str, Any]) -> list[str]:
    return list(names(differences(records, list(records))).values())


def test_one_environment_differs_from_nothing() -> None:
    assert differences({"a": record()}, ["a"]) == {"a": {}}


def test_two_versions_are_named() -> None:
    assert named({"a": record(), "b": record("2.15.0")}) == ["torch 2.14.0", "torch 2.15.0"]


def test_all_that_differs_is_named_for_each() -> None:
    records = {"a": record(), "b": record("2.15.0"), "c": record(device="cuda:0")}
    assert named(records) == [
        "torch 2.14.0, device cpu",
        "torch 2.15.0, device cpu",
        "torch 2.14.0, device cuda",
    ]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"threads": 4}, "threads 4"),
        ({"source": "9f9f"}, "ganbench source 9f9f"),
        ({"device": "cuda"}, "device cuda"),
    ],
)
def test_each_fact_has_a_name(change: dict[str, Any], text: str) -> None:
    assert named({"a": record(), "b": record(**change)})[1] == text


def test_only_those_that_are_present_count_in_the_order_in_which_they_wrote() -> None:
    records = {"c": record("2.16.0"), "gone": record(threads=8), "a": record()}
    assert differences(records, {"a", "c"}) == {"c": {"torch": "2.16.0"}, "a": {"torch": "2.14.0"}}


@pytest.mark.parametrize("lost", [{}, {"b": 5}, {"b": {"versions": "none"}}, {"b": {}}])
def test_an_environment_of_which_nothing_is_known_goes_by_its_fingerprint(lost: dict[str, Any]) -> None:
    differing = differences({"a": record()} | lost, ["a", "b"])
    assert names(differing) == {"a": "environment a", "b": "environment b"}


def test_those_that_facts_do_not_tell_apart_have_their_fingerprint_in_the_name() -> None:
    records = {"a": record(), "b": record(source=None), "c": record("2.15.0")}
    assert named(records) == ["torch 2.14.0 environment a", "torch 2.14.0 environment b", "torch 2.15.0"]


@given(
    st.dictionaries(
        st.text("abcdef", min_size=1, max_size=3),
        st.builds(
            record, st.sampled_from("123"), threads=st.integers(1, 2), source=st.sampled_from(["x", None])
        ),
        max_size=6,
    ),
    st.sets(st.text("abcdef", min_size=1, max_size=3), max_size=4),
)
def test_no_two_names_are_equal(records: dict[str, Any], unknown: set[str]) -> None:
    found = names(differences(records, {*records, *unknown}))
    assert set(found) == {*records, *unknown}
    assert len(set(found.values())) == len(found)
    assert all(found.values())
