"""YAML 1.2 into a tree of values that know their place.

The tree is built from ruamel's events, which come one by one: depth and size are bounded while the file
is read. Refused: duplicate keys, tags, merge keys, aliases that explode, numbers that are not finite.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from ganbench.errors import InputError, Problem, SuiteError
from ganbench.suite.scalars import scalar
from ganbench.suite.tree import Loc, Node, Place

LARGEST: Final = 1_000_000  # bytes
DEEPEST: Final = 32  # levels of nesting
MOST_NODES: Final = 50_000  # scalars, lists and mappings, aliases written out


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was read. `root` is a mapping; `file` is its name as it was given."""

    file: str
    text: str
    root: Node

    @property
    def data(self) -> dict[str, Any]:
        """The values without places."""
        plain: dict[str, Any] = self.root.plain()
        return plain

    def position(self, loc: Loc) -> tuple[int, int]:
        """Line and column, from 1, of the value at `loc`, or of the deepest one on the way to it."""
        place = self.root.nearest(loc).place
        return place.line, place.column


def read(path: Path | str) -> Document:
    """The YAML file at `path`; messages name it as it is given.

    Raises InputError for what is no readable text file, SuiteError with file:line:col for what is in it.
    """
    text = _text(Path(path))
    root = parse(text, str(path))
    if not isinstance(root.value, dict):
        raise SuiteError([Problem(f"{path}:1:1", "expected a mapping of keys to values")])
    return Document(str(path), text, root)


def parse(text: str, where: str | Place) -> Node:
    """The one value that `text` holds, with places in the file `where`, or all at that one place.

    Raises SuiteError.
    """
    builder = _Builder(where)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            builder.take(event)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise builder.refusal(error.problem or "not YAML", mark) from error
    except ReaderError as error:
        before = text[: error.position]
        mark = SimpleNamespace(line=before.count("\n"), column=len(before) - before.rfind("\n") - 1)
        raise builder.refusal(f"character {_code(error.character)} is not allowed in YAML", mark) from error
    except (YAMLError, ValueError, IndexError) as error:  # ruamel's scanner on malformed escapes
        raise builder.refusal("not YAML 1.2", None) from error
    return builder.root or Node(None, builder.place(None))


def _code(character: int | str | bytes) -> str:
    return f"U+{character if isinstance(character, int) else ord(character):04X}"


def _text(path: Path) -> str:
    if path.is_dir():
        raise InputError(
            "this is a folder", where=str(path), hint="name a suite file, such as suites/mog.yaml"
        )
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=str(path)) from error
    except ValueError as error:  # a NUL in the name
        raise InputError(f"cannot be read: {error}", where=repr(str(path))) from error
    if len(raw) > LARGEST:
        raise InputError(
            f"larger than {LARGEST // 1_000_000} MB", where=str(path), hint="a suite is a short text file"
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8 text (byte {error.start})", where=str(path)) from error


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet."""

    place: Place
    anchor: str | None
    mapping: bool
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Node] = field(default_factory=dict)
    key: tuple[str, Place] | None = None
    size: int = 1

    def node(self) -> Node:
        return Node(self.entries if self.mapping else self.items, self.place)


@dataclass(slots=True)
class _Builder:
    """Takes events, keeps the open lists and mappings on a stack."""

    where: str | Place
    root: Node | None = None
    documents: int = 0
    nodes: int = 0
    stack: list[_Open] = field(default_factory=list)
    anchors: dict[str, tuple[Node, int]] = field(default_factory=dict)

    def place(self, mark: Any) -> Place:
        if isinstance(self.where, Place):
            return self.where
        return Place(self.where, mark.line + 1, mark.column + 1) if mark else Place(self.where, 1, 1)

    def refusal(self, what: str, mark: Any) -> SuiteError:
        return SuiteError([Problem(str(self.place(mark)), what)])

    def take(self, event: Event) -> None:
        if isinstance(event, DocumentStartEvent):
            self._start(event)
        elif isinstance(event, AliasEvent):
            self._alias(event)
        elif isinstance(event, ScalarEvent):
            self._refuse_tag(event)
            self._scalar(event)
        elif isinstance(event, SequenceStartEvent | MappingStartEvent):
            self._refuse_tag(event)
            self._open(event)
        elif isinstance(event, SequenceEndEvent | MappingEndEvent):
            done = self.stack.pop()
            self._add(done.node(), done.anchor, done.size, event.start_mark)

    def _start(self, event: DocumentStartEvent) -> None:
        self.documents += 1
        if self.documents > 1:
            raise self.refusal("a second document begins here, expected one", event.start_mark)
        if event.version not in (None, (1, 2)):
            raise self.refusal("a %YAML directive for another version, expected YAML 1.2", event.start_mark)

    def _refuse_tag(self, event: Any) -> None:
        if event.tag is not None:
            raise self.refusal(f"tag {event.tag} is not allowed, expected plain values", event.start_mark)

    def _open(self, event: Any) -> None:
        if len(self.stack) >= DEEPEST:
            raise self.refusal(f"nested deeper than {DEEPEST} levels", event.start_mark)
        mapping = isinstance(event, MappingStartEvent)
        self._refuse_as_key(event)
        self.stack.append(_Open(self.place(event.start_mark), event.anchor, mapping))

    def _refuse_as_key(self, event: Any) -> None:
        if self.stack and self.stack[-1].mapping and self.stack[-1].key is None:
            raise self.refusal("a list, mapping or alias cannot be a key, expected text", event.start_mark)

    def _scalar(self, event: ScalarEvent) -> None:
        text, mark = event.value, event.start_mark
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise self.refusal("half of a surrogate pair, expected text", mark)
        top = self.stack[-1] if self.stack else None
        if top is not None and top.mapping and top.key is None:
            self._key(top, event)
            return
        try:
            value = text if event.style else scalar(text)
        except ValueError as error:
            raise self.refusal(str(error), mark) from error
        self._add(Node(value, self.place(mark)), event.anchor, 1, mark)

    def _key(self, top: _Open, event: ScalarEvent) -> None:
        text, mark = event.value, event.start_mark
        if text == "<<" and not event.style:
            raise self.refusal("merge keys (<<) are not YAML 1.2, write the keys out", mark)
        if text in top.entries:
            first = top.entries[text].head
            raise self.refusal(f"duplicate key '{text}', first in line {first.line}", mark)
        if event.anchor:
            self.anchors[event.anchor] = (Node(text, self.place(mark)), 1)
        top.key = (text, self.place(mark))

    def _alias(self, event: AliasEvent) -> None:
        self._refuse_as_key(event)
        if event.anchor not in self.anchors:
            raise self.refusal(f"alias *{event.anchor} names nothing that ends before it", event.start_mark)
        node, size = self.anchors[event.anchor]
        self._add(replace(node, place=self.place(event.start_mark)), None, size, event.start_mark)

    def _add(self, node: Node, anchor: str | None, size: int, mark: Any) -> None:
        self.nodes += 1
        top = self.stack[-1] if self.stack else None
        if max(self.nodes, size + (top.size if top else 0)) > MOST_NODES:
            raise self.refusal(f"more than {MOST_NODES:,} values, aliases written out", mark)
        if anchor:
            self.anchors[anchor] = (node, size)
        if top is None:
            self.root = node
            return
        top.size += size
        if top.key is None:
            top.items.append(node)
        else:
            top.entries[top.key[0]] = replace(node, key=top.key[1])
            top.key = None
