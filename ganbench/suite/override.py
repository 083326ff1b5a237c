"""`--set a.b=v`: values from the command line, with the typing of the file.

A field of the setting is set in every cell, over tiers and presets: what was typed last wins. Any other
path (`axes.loss`, `tiers.smoke.seeds`, `question`) changes the document itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ganbench.errors import Problem, SuiteError, UsageError
from ganbench.suite.tree import PLAYERS, Node, Place, apart, merge
from ganbench.suite.yaml import Document, parse


@dataclass(frozen=True, slots=True)
class Override:
    """One assignment: its text as typed, the dotted path, the value."""

    text: str
    path: str
    value: Node

    @property
    def place(self) -> Place:
        return Place(f"--set {self.path}")

    @property
    def field(self) -> str:
        """The key at the top of the suite that it changes."""
        return self.path.partition(".")[0]


def assignment(text: str) -> Override:
    """`a.b=v` with v as YAML 1.2. Raises UsageError or SuiteError with `--set a.b` as its place."""
    path, equals, value = text.partition("=")
    path = path.strip()
    if not equals or not all(path.split(".")):
        raise UsageError(
            f"--set {text}: expected PATH=VALUE, such as steps=300 or optimizers.generator.lr=1e-4"
        )
    return Override(text, path, parse(value, Place(f"--set {path}")))


def override(document: Document, assignments: Sequence[str]) -> tuple[Document, tuple[Override, ...]]:
    """The document with every assignment made in order, and the assignments themselves."""
    made = tuple(assignment(text) for text in assignments)
    root = document.root
    for one in made:
        root = assign(root, one)
    return replace(document, root=root), made


def halves(assignments: Sequence[Override]) -> Iterator[str]:
    """A remark where the loss of one player alone was set: what becomes of the other's."""
    paths = [one.path.split(".") for one in assignments if one.field == "loss"]
    given = {path[1] for path in paths if len(path) > 1} & PLAYERS
    for role in given if len(given) == 1 else ():
        (other,) = PLAYERS - given
        yield (
            f"--set loss.{role}: the {other} keeps the loss that each cell gives it; set loss.{other} as well, "
            "or loss for both"
        )


def assign(root: Node, one: Override) -> Node:
    """`root` with the value at its path: mappings merge, other values replace; a list takes an index."""
    path = one.path.split(".")
    if path[0] == "axes" and len(path) > 1 and _step(_axes(root), path[1:])[0] not in _axes(root):
        path = ["axes", ".".join(path[1:])]  # a new axis: its name may hold dots
    return _assign(root, path, one)


def _assign(node: Node, path: Sequence[str], one: Override) -> Node:
    if not path:
        return merge(node, one.value)
    if isinstance(node.value, list):
        return _assign_item(node, path, one)
    if isinstance(node.value, str):  # a component by its bare name
        node = replace(node, value={"name": Node(node.value, node.place)})
    if path[0] in PLAYERS:
        node = apart(node)
    if list(path) == ["name"]:
        return merge(node, Node({"name": replace(one.value, key=one.place)}, one.place))
    fields = dict(node.fields)
    key, rest = _step(fields, path)
    key_place = fields[key].key if key in fields else one.place
    below = _assign(fields[key], rest, one) if key in fields else _fresh(rest, one)
    fields[key] = replace(below, key=key_place)
    return replace(node, value=fields) if node.fields else Node(fields, one.place, node.key)


def _axes(root: Node) -> dict[str, Node]:
    node = root.child("axes")
    return node.fields if node else {}


def _assign_item(node: Node, path: Sequence[str], one: Override) -> Node:
    count = len(node.items)
    if not path[0].isdecimal() or int(path[0]) >= count:
        what = (
            f"'{path[0]}' is no item of a list of {count}, expected 0 to {count - 1}"
            if count
            else "the list is empty"
        )
        raise SuiteError([Problem(str(one.place), what)])
    index = int(path[0])
    items = [_assign(item, path[1:], one) if at == index else item for at, item in enumerate(node.items)]
    return replace(node, value=items)


def _fresh(path: Sequence[str], one: Override) -> Node:
    return _assign(Node({}, one.place), path, one) if path else one.value


def _step(fields: dict[str, Node], path: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The key that the path goes through first: keys may hold dots themselves (`optimizers.generator.lr`)."""
    for length in range(len(path), 1, -1):
        if ".".join(path[:length]) in fields:
            return ".".join(path[:length]), path[length:]
    return path[0], path[1:]
