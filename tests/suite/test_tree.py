"""Patches merge into a tree without losing places."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ganbench.suite.tree import Node, Place, merge, nest
from ganbench.suite.yaml import parse

TREES = st.recursive(
    st.integers() | st.booleans(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from("abcd"), below, max_size=4),
    max_leaves=10,
)


def tree(value: Any, file: str = "f") -> Node:
    if isinstance(value, dict):
        return Node({key: tree(below, file) for key, below in value.items()}, Place(file))
    if isinstance(value, list):
        return Node([tree(below, file) for below in value], Place(file))
    return Node(value, Place(file))


def oracle(base: Any, patch: Any) -> Any:
    if not (isinstance(base, dict) and isinstance(patch, dict)):
        return patch
    changed = {key: oracle(base[key], below) if key in base else below for key, below in patch.items()}
    return base | changed


def both(base: str, patch: str) -> Node:
    return merge(parse(base, "base"), parse(patch, "patch"))


@given(TREES, TREES)
def test_mappings_merge_deeply_and_other_values_replace(base: Any, patch: Any) -> None:
    assert merge(tree(base), tree(patch)).plain() == oracle(base, patch)


@given(TREES, TREES)
def test_merging_twice_is_merging_once(base: Any, patch: Any) -> None:
    once = merge(tree(base), tree(patch))
    assert merge(once, tree(patch)).plain() == once.plain()


@given(TREES)
def test_an_empty_patch_of_a_mapping_changes_nothing(base: Any) -> None:
    wrapped = {"a": base}
    assert merge(tree(wrapped), tree({})).plain() == wrapped


def test_neither_tree_is_changed() -> None:
    base, patch = tree({"a": {"b": 1}}), tree({"a": {"c": 2}})
    merge(base, patch)
    assert (base.plain(), patch.plain()) == ({"a": {"b": 1}}, {"a": {"c": 2}})


def test_another_name_replaces_the_whole_component() -> None:
    merged = both("data: {name: ring, radius: 2}", "data: {name: grid}")
    assert merged.plain() == {"data": {"name": "grid"}}


def test_the_same_name_keeps_the_other_options() -> None:
    merged = both("data: {name: ring, radius: 2}", "data: {name: ring, std: 1}")
    assert merged.plain() == {"data": {"name": "ring", "radius": 2, "std": 1}}


def test_options_without_a_name_go_to_the_component_that_is_there() -> None:
    assert both("data: ring", "data: {std: 1}").plain() == {"data": {"name": "ring", "std": 1}}
    assert both("data: ring", "data: {name: grid, std: 1}").plain() == {"data": {"name": "grid", "std": 1}}


def test_a_list_replaces_a_list_and_null_replaces_a_mapping() -> None:
    assert both("a: [1, 2]\nb: {c: 1}", "a: [3]\nb: null").plain() == {"a": [3], "b": None}


def test_every_value_keeps_the_place_it_was_written_at() -> None:
    merged = both("a: {b: 1, c: 2}", "a: {c: 3}")
    assert str(merged.nearest(["a", "b"]).place) == "base:1:8"
    assert str(merged.nearest(["a", "c"]).place) == "patch:1:8"
    assert str(merged.nearest(["a", "c"]).key) == "patch:1:5"


def test_nest_puts_a_value_at_a_path() -> None:
    node = nest(["a", "b"], Node(1, Place("f", 3, 4)))
    assert node.plain() == {"a": {"b": 1}}
    assert node.fields["a"].key == Place("f", 3, 4)


def test_find_gives_the_node_or_none() -> None:
    node = tree({"a": [1, {"b": 2}]})
    found = node.find(["a", 1, "b"])
    assert found is not None
    assert found.value == 2
    assert node.find(["a", 2]) is None
    assert node.find(["a", -1]) is None
    assert node.find(["x", "y"]) is None


def test_places_sort_by_line_with_the_command_line_last() -> None:
    places = [Place("--set a"), Place("f", 10, 1), Place("f", 2, 9), Place("f", 2, 1)]
    assert [str(place) for place in sorted(places, key=lambda place: place.order)] == [
        "f:2:1",
        "f:2:9",
        "f:10:1",
        "--set a",
    ]
