"""Cells that a suite takes out of the product of its axes, and cells that it adds.

exclude: [{AXIS: LABEL, ...}]             points of the product that are left out
include: [{name: LABEL, set: {patch}}]    further cells on the base
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ganbench.errors import expected
from ganbench.suite.axes import Axis, Point, flaw, text_of
from ganbench.suite.problems import Problems
from ganbench.suite.tree import Node
from ganbench.suite.wording import shown, stranger

Exclusion = Mapping[str, str]


def exclusions(node: Node, axes: Sequence[Axis], problems: Problems) -> tuple[Exclusion, ...]:
    """What is left out, as axis -> label. One that matches no cell goes to `problems`."""
    known = {axis.name: axis for axis in axes}
    return tuple(_exclusion(item, known, problems) for item in _list(node, "exclude", problems))


def inclusions(node: Node, problems: Problems) -> tuple[Point, ...]:
    """The cells that are added, by name."""
    found = (_inclusion(item, problems) for item in _list(node, "include", problems))
    return tuple(point for point in found if point is not None)


def _list(node: Node, key: str, problems: Problems) -> Iterator[Node]:
    if not isinstance(node.value, list):
        problems.add(node.place, f"expected {key} as a list of mappings")
    for item in node.items:
        if item.fields:
            yield item
        else:
            problems.add(item.place, f"expected a mapping in {key}, with at least one key")


def _exclusion(item: Node, axes: Mapping[str, Axis], problems: Problems) -> Exclusion:
    labels = {name: text_of(below) for name, below in item.fields.items()}
    for name, label in labels.items():
        node = item.fields[name]
        if name not in axes:
            problems.add(node.head, f"unknown axis '{name}', {expected(name, axes)}")
        elif axes[name].points and label not in (known := [point.label for point in axes[name].points]):
            problems.add(node.place, f"axis '{name}' has no '{label}', {expected(label, known)}")
    return labels


def _inclusion(item: Node, problems: Problems) -> Point | None:
    for key in set(item.fields) - {"name", "set"}:
        problems.add(item.fields[key].head, stranger(key, ["name", "set"]))
    name, patch = item.child("name"), item.child("set")
    if name is None or not isinstance(name.value, str):
        problems.add((name or item).place, "an included cell needs a name: text without '/' and ','")
        return None
    if why := flaw(name.value):
        problems.add(name.place, f"{shown(name.value)} cannot be the name of a cell: {why}")
        return None
    if patch is None or not isinstance(patch.value, dict):
        problems.add(
            (patch or item).place, f"included cell '{name.value}' needs `set`, a mapping of what it sets"
        )
        return None
    return Point(name.value, patch, name.place)
