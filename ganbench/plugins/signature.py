"""Options of a plug-in, read from the signature of a function or class."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, create_model
from pydantic.errors import PydanticUserError

from ganbench.errors import PluginError
from ganbench.registry import PER_REPLICA, Options, PerReplica

_SCALAR: Final = bool | int | float | str
_RESERVED: Final = ("name", "source")
_OPTION: Final = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


@dataclass(frozen=True, slots=True)
class Adapted:
    """How an object of the user's becomes a component.

    make: options -> what `registry.load` gives. of: whose parameters are options; None for none. taken: those that
    the engine gives. base: what the options derive from. varies: whether every number may differ between the
    replicas of a population. shared: why none may, as the end of a sentence; empty where the marked ones do.
    """

    make: Callable[[Options], Any]
    of: Callable[..., Any] | None = None
    taken: Collection[str] = ()
    base: type[Options] = Options
    varies: bool = False
    shared: str = ""


def given(options: Options, base: type[Options] = Options) -> dict[str, Any]:
    """The arguments that these options are, less those of `base`, which the engine reads."""
    engines = {"source", *base.model_fields}
    return {name: getattr(options, name) for name in type(options).model_fields if name not in engines}


def options_of(adapted: Adapted, name: str, digest: str) -> type[Options]:
    """The options model: a field for each parameter, its type from the annotation or the default.

    Raises PluginError for a parameter that a suite cannot write.
    """
    fields: dict[str, Any] = {}
    if adapted.of is not None:
        fields = {p.name: _field(p, hint, adapted, name) for p, hint in _parameters(adapted, name)}
    tags: Any = {"name": (Literal[name], name), "source": (Literal[digest], digest)}
    try:
        return create_model("PluginOptions", __base__=adapted.base, **fields, **tags)
    except (PydanticUserError, NameError) as error:
        raise PluginError(
            f"a parameter has an annotation that no value of a suite fits: {str(error).splitlines()[0]}",
            where=name,
            hint="annotate options with bool, int, float, str, Literal or tuple",
        ) from error


def names_of(target: Callable[..., Any], name: str) -> list[inspect.Parameter]:
    """The parameters of a function or class. Raises PluginError where Python does not know them."""
    try:
        return list(inspect.signature(target).parameters.values())
    except (ValueError, TypeError) as error:
        raise PluginError("has no signature that Python knows", where=name) from error


def positional(target: Callable[..., Any], name: str) -> list[str]:
    """The parameters that come first and have no default: what the engine gives, in an ordinary function."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [p.name for p in names_of(target, name) if p.kind in kinds and p.default is p.empty]


def _parameters(adapted: Adapted, name: str) -> Iterator[tuple[inspect.Parameter, Any]]:
    assert adapted.of is not None
    target: Any = adapted.of.__init__ if isinstance(adapted.of, type) else adapted.of  # type: ignore[misc]  # a class is asked, not an instance
    try:
        hints = typing.get_type_hints(target, include_extras=True)
    except (NameError, TypeError, AttributeError) as error:
        raise PluginError(f"its annotations cannot be read: {error}", where=name) from error
    for parameter in names_of(adapted.of, name):
        if parameter.kind in _OPTION and parameter.name not in adapted.taken:
            yield parameter, hints.get(parameter.name)


def _field(parameter: inspect.Parameter, hint: Any, adapted: Adapted, name: str) -> tuple[Any, Any]:
    _refuse(parameter.name, adapted, name)
    default = ... if parameter.default is parameter.empty else parameter.default
    annotation = _guessed(default) if hint is None else hint
    if _mutable(annotation):
        raise PluginError(
            f"parameter '{parameter.name}' is a list or a mapping, which options cannot be",
            where=name,
            hint="annotate it as a tuple, such as tuple[float, ...]",
        )
    marked = any(isinstance(mark, PerReplica) for mark in getattr(annotation, "__metadata__", ()))
    if marked and adapted.shared:
        raise PluginError(f"parameter '{parameter.name}' cannot be PER_REPLICA: {adapted.shared}", where=name)
    if adapted.varies and not marked and _is_number(annotation):
        annotation = Annotated[annotation, PER_REPLICA]
    return annotation, default


def _refuse(parameter: str, adapted: Adapted, name: str) -> None:
    taken = parameter in _RESERVED or parameter in adapted.base.model_fields or hasattr(BaseModel, parameter)
    if taken or parameter.startswith(("_", "model_")) or hasattr(Options, parameter):
        raise PluginError(
            f"parameter '{parameter}' has a name that is taken: call it something else", where=name
        )


def _guessed(default: Any) -> Any:
    """The type of an option without annotation."""
    if default is ... or default is None:
        return _SCALAR if default is ... else _SCALAR | None
    if isinstance(default, tuple | list):
        return tuple[Any, ...] if isinstance(default, tuple) else list
    return type(default)


def _mutable(annotation: Any) -> bool:
    origin = typing.get_origin(annotation)
    if origin is Annotated:
        return _mutable(annotation.__origin__)
    return (origin or annotation) in (list, dict, set)


def _is_number(annotation: Any) -> bool:
    bare = annotation.__origin__ if typing.get_origin(annotation) is Annotated else annotation
    return bare is float
