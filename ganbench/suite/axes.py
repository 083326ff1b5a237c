"""Axes: what varies between the cells of a suite.

NAME: [v, w]                          values at the dotted path NAME
NAME: {zip: {PATH: [..], PATH: [..]}} values of several paths that vary together
NAME: {LABEL: {patch}, ...}           named presets
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ganbench.suite.problems import Problems
from ganbench.suite.scalars import label
from ganbench.suite.tree import Node, Place, merge, nest
from ganbench.suite.wording import shown

RESERVED: Final = "/,"  # separate labels in a cell's name, terms in an expression
LONGEST_LABEL: Final = 100  # bytes: labels are names of folders, which systems limit to 255


@dataclass(frozen=True, slots=True)
class Point:
    """One value of an axis: its label in names, what it changes, where it is written."""

    label: str
    patch: Node
    place: Place


@dataclass(frozen=True, slots=True)
class Axis:
    """`paths`: the dotted paths that it sets by name; empty for presets."""

    name: str
    points: tuple[Point, ...]
    paths: tuple[str, ...]
    place: Place


def axes(node: Node, problems: Problems) -> tuple[Axis, ...]:
    """The axes of a suite in the order of the file; what is wrong with them goes to `problems`."""
    if not isinstance(node.value, dict):
        problems.add(node.place, "expected axes as a mapping of names to values")
    return tuple(_axis(name, below, problems) for name, below in node.fields.items())


def text_of(node: Node) -> str:
    """The label of a value: `hinge`, `0.0001`, `r1(gamma=1)`, `r1+r2`, `none` for an empty list."""
    if isinstance(node.value, list):
        return "+".join(map(text_of, node.items)) or "none"
    if isinstance(node.value, dict):
        name = node.child("name")
        rest = " ".join(f"{key}={text_of(below)}" for key, below in node.fields.items() if key != "name")
        return text_of(name) + (f"({rest})" if rest else "") if name else rest or "none"
    return label(node.value)


def flaw(label: str) -> str:
    """Why a text cannot be a label; empty if it can. Labels make the names of cells, and of files below samples/."""
    if not label:
        return "it is empty"
    if any(mark in label for mark in RESERVED):
        return "it has '/' or ','"
    if label in (".", ".."):
        return "it is the name of a folder"
    if not label.isprintable():
        return "it has a character that cannot be printed"
    return "" if len(label.encode()) <= LONGEST_LABEL else f"it is longer than {LONGEST_LABEL} bytes"


def _axis(name: str, node: Node, problems: Problems) -> Axis:
    paths: tuple[str, ...] = ()
    if isinstance(node.value, list):
        points, paths = _listed(name, node), (name,)
    elif isinstance(node.value, dict) and list(node.value) == ["zip"]:
        points, paths = _zipped(node.value["zip"], problems), tuple(node.value["zip"].fields)
    else:
        points = _presets(name, node, problems)
    if not node.items and not node.fields:
        problems.add(
            node.head, f"axis '{name}' is empty, expected a list of values or a mapping of named presets"
        )
    problems.partial |= not points
    return Axis(name, _distinct(name, points, problems), paths, node.head)


def _listed(name: str, node: Node) -> list[Point]:
    return [Point(text_of(item), _at(name, item, node.head), item.place) for item in node.items]


def _zipped(node: Node, problems: Problems) -> list[Point]:
    lengths = {path: len(below.items) for path, below in node.fields.items()}
    if not lengths or 0 in lengths.values():
        problems.add(node.head, "zip expects paths, each with a list of values")
        return []
    if len(set(lengths.values())) > 1:
        counts = ", ".join(f"{path} has {length}" for path, length in lengths.items())
        problems.add(node.head, f"zip expects lists of equal length: {counts}")
        return []
    rows = zip(*(below.items for below in node.fields.values()), strict=True)
    return [_row(node, list(row)) for row in rows]


def _row(node: Node, row: list[Node]) -> Point:
    patch = Node({}, node.place)
    for (path, below), item in zip(node.fields.items(), row, strict=True):
        patch = merge(patch, _at(path, item, below.head))
    return Point(":".join(map(text_of, row)), patch, row[0].place)


def _presets(name: str, node: Node, problems: Problems) -> list[Point]:
    for key, below in node.fields.items():
        if not isinstance(below.value, dict):
            problems.add(
                below.place,
                f"preset '{key}' of axis '{name}' is not a mapping, expected keys and values to set",
            )
    return [
        Point(key, below, below.head) for key, below in node.fields.items() if isinstance(below.value, dict)
    ]


def _at(path: str, item: Node, place: Place) -> Node:
    """The patch that sets a dotted path. A wrong path is shown at the axis, a wrong value at the value."""
    below = Node(item.value, item.place, place)
    return nest(path.split("."), below)


def _distinct(name: str, points: list[Point], problems: Problems) -> tuple[Point, ...]:
    """The points by label; labels that cannot be told apart go to `problems`."""
    found: dict[str, Point] = {}
    for point in points:
        if point.label in found:
            problems.add(point.place, f"axis '{name}' has '{point.label}' more than once")
        if why := flaw(point.label):
            what = f"{shown(point.label)} cannot be a label: {why}; choose one as a named preset"
            problems.add(point.place, what)
        found.setdefault(point.label, point)
    return tuple(found.values())
