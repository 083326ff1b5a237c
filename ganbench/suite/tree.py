"""The tree of a suite file: values that know their place, and how a patch merges into them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

PLAYERS: Final = frozenset({"discriminator", "generator"})

Scalar = None | bool | int | float | str
Loc = Sequence[str | int]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value was written: a file with line and column (from 1), or an option of the command line."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file

    @property
    def order(self) -> tuple[float, int]:
        """Sorts as a reader meets them: the lines of the file, then the command line."""
        return (self.line or math.inf, self.column)


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A scalar, a list or a mapping. `key` is the place of its key in the mapping that holds it."""

    value: Scalar | list[Node] | dict[str, Node]
    place: Place
    key: Place | None = None

    @property
    def fields(self) -> dict[str, Node]:
        """The entries of a mapping; nothing for any other value."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> list[Node]:
        """The items of a list; nothing for any other value."""
        return self.value if isinstance(self.value, list) else []

    @property
    def head(self) -> Place:
        """The place of the key, or of the value where there is none."""
        return self.key or self.place

    def plain(self) -> Any:
        """The value without places."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def child(self, part: str | int) -> Node | None:
        """The entry or item of that name or index."""
        if isinstance(part, str):
            return self.fields.get(part)
        return self.items[part] if 0 <= part < len(self.items) else None

    def find(self, loc: Loc) -> Node | None:
        """The node at `loc`, or None where there is none."""
        node: Node | None = self
        for part in loc:
            node = node and node.child(part)
        return node

    def nearest(self, loc: Loc) -> Node:
        """The node at `loc`, or the deepest one on the way to it."""
        node = self
        for part in loc:
            below = node.child(part)
            if below is None:
                return node
            node = below
        return node

    def without(self, *keys: str) -> Node:
        """A mapping less some of its entries."""
        return replace(self, value={key: node for key, node in self.fields.items() if key not in keys})


def nest(path: Sequence[str], value: Node) -> Node:
    """The mapping that holds `value` at `path`, every level at the place of its key."""
    for key in reversed(path):
        value = Node({key: replace(value, key=value.head)}, value.head)
    return value


def merge(base: Node, patch: Node) -> Node:
    """`base` changed by `patch`: mappings merge deeply, lists and scalars replace.

    A component is a mapping with a `name`, or the bare name. Under another name it replaces the whole, so
    that a grid does not inherit the radius of a ring. One for both players is one for each.
    """
    if not isinstance(patch.value, dict):
        return patch
    if isinstance(base.value, str):
        base = Node({"name": base}, base.place, base.key)
    if patch.fields.keys() & PLAYERS:
        base = apart(base)
    if not isinstance(base.value, dict) or _renames(base, patch):
        return patch
    merged = dict(base.value)
    for key, node in patch.value.items():
        merged[key] = merge(merged[key], node) if key in merged else node
    return replace(base, value=merged)


def apart(node: Node) -> Node:
    """A component for both players, by its name, as one for each; anything else as it is."""
    if not node.child("name") or node.fields.keys() & PLAYERS:
        return node
    return replace(node, value=dict.fromkeys(sorted(PLAYERS), node))


def _renames(base: Node, patch: Node) -> bool:
    old, new = base.child("name"), patch.child("name")
    if new is None:
        return False
    return new.value != old.value if old else bool(base.fields.keys() & PLAYERS)
