"""What a model expects at a place, in words, read from its annotations."""

from __future__ import annotations

import types
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import BaseModel
from pydantic.fields import FieldInfo

_NAMES: Final = {int: "an integer", float: "a number", str: "text", bool: "true or false", type(None): "null"}
_BOUNDS: Final = (
    (annotated_types.Ge, "ge", "of at least"),
    (annotated_types.Gt, "gt", "above"),
    (annotated_types.Le, "le", "of at most"),
    (annotated_types.Lt, "lt", "below"),
)


def part(model: type[BaseModel], loc: Sequence[str | int]) -> type[BaseModel]:
    """The model that holds the field at `loc`: the last one on the way to it."""
    for name in loc[:-1]:
        field = _field(model, name)
        for candidate in _flat(field.annotation) if field else ():
            if isinstance(candidate, type) and issubclass(candidate, BaseModel):
                model = candidate
    return model


def keys(model: type[BaseModel]) -> list[str]:
    """The keys of a model as a suite writes them."""
    return [field.alias or name for name, field in model.model_fields.items()]


def wanted_at(model: type[BaseModel], loc: Sequence[str | int]) -> str | None:
    """What is expected at `loc`, or None where the annotation does not say."""
    names = [name for name in loc if isinstance(name, str)]
    field = _field(part(model, names), names[-1]) if names else None
    if field is None:
        return None
    annotation: Any = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
    for _ in range(len(loc) - loc.index(names[-1]) - 1):
        annotation = _item(annotation)
    return wanted(annotation)


def wanted(annotation: Any, metadata: Sequence[Any] = ()) -> str | None:
    """A type with its bounds in words: `an integer of at least 1`."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return wanted(arguments[0], [*metadata, *_marks(arguments[1:])])
    if origin is Literal:
        return f"one of: {', '.join(map(str, arguments))}"
    if origin in (Union, types.UnionType):
        parts = [wanted(argument, metadata if argument is not type(None) else ()) for argument in arguments]
        return " or ".join(filter(None, parts)) or None
    if origin in (list, tuple, set, frozenset):
        fixed = origin is tuple and Ellipsis not in arguments
        return f"a list of {len(arguments)}" if fixed else "a list"
    named = [str(mark.kind) for mark in metadata if hasattr(mark, "kind")]
    if named:
        return component(named[0])
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"a mapping with {', '.join(keys(annotation))}"
    return f"{_NAMES[annotation]}{_bounds(metadata)}" if annotation in _NAMES else None


def _bounds(metadata: Sequence[Any]) -> str:
    words = [
        f"{word} {getattr(mark, attribute)}"
        for mark in metadata
        for kind, attribute, word in _BOUNDS
        if isinstance(mark, kind)
    ]
    return f" {' and '.join(words)}" if words else ""


def _marks(metadata: Sequence[Any]) -> list[Any]:
    """Metadata with the constraints that a `Field(...)` among them holds."""
    return [
        inner for mark in metadata for inner in (mark.metadata if isinstance(mark, FieldInfo) else [mark])
    ]


def choices(model: type[BaseModel], loc: Sequence[str | int]) -> list[str]:
    """The literal texts that may stand at `loc`."""
    field = _field(part(model, loc), loc[-1])
    return [choice for choice in _flat(field.annotation) if isinstance(choice, str)] if field else []


def component(kind: str) -> str:
    """How a component is written."""
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}: its name, or a mapping with its name and options"


def _field(model: type[BaseModel], name: str | int) -> Any:
    """The field under that key; by alias where it has one."""
    for own, field in model.model_fields.items():
        if name == (field.alias or own):
            return field
    return None


def _flat(annotation: Any) -> list[Any]:
    """An annotation and all its arguments."""
    return [annotation, *(deep for argument in get_args(annotation) for deep in _flat(argument))]


def _item(annotation: Any) -> Any:
    """What the first list in an annotation holds."""
    lists = (one for one in _flat(annotation) if get_origin(one) in (list, tuple))
    return next((get_args(one)[0] for one in lists), None)
