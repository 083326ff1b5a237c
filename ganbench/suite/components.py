"""Components of a setting: what the registry holds under a kind and a name, with options of its own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError, core_schema

from ganbench import errors, registry
from ganbench.registry import Options
from ganbench.suite.wanted import component
from ganbench.suite.wording import complaint


def problem(
    what: str,
    loc: tuple[str | int, ...] = (),
    *,
    at: Literal["value", "key"] = "value",
    clash: tuple[tuple[str | int, ...], ...] = (),
) -> InitErrorDetails:
    """One line of a ValidationError in our own words. `clash`: the locs of values that do not go together."""
    context = {"what": what, "at": at, "clash": clash or (loc,)}
    return InitErrorDetails(type=PydanticCustomError("ganbench", "{what}", context), loc=loc, input=None)


@dataclass(frozen=True, slots=True)
class Component:
    """Annotates a field that holds a component: `{name: ..., option: value}` or the bare name.

    The field holds the options model that the registry names, typed, every default filled in.
    """

    kind: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        dump = core_schema.plain_serializer_function_ser_schema(_dump)
        return core_schema.no_info_plain_validator_function(self.parse, serialization=dump)

    def parse(self, value: Any) -> Options:
        """The typed options; raises ValidationError in our own words."""
        if isinstance(value, Options):
            value = value.model_dump(mode="json")
        given = {"name": value} if isinstance(value, str) else value
        if not isinstance(given, dict):
            raise self._refusal([problem(f"expected {component(self.kind)}")])
        name = given.get("name")
        if not isinstance(name, str):
            raise self._refusal([problem(f"the name of the {self.kind} is missing")])
        return self._options(self._entry(name), given)

    def _entry(self, name: str) -> registry.Entry:
        try:
            return registry.entry(self.kind, name)
        except errors.UnknownName as error:
            raise self._refusal([problem(error.what, ("name",))]) from error

    def _options(self, entry: registry.Entry, given: dict[str, Any]) -> Options:
        try:
            # As JSON, strictly: '1' and true are no numbers, and a list is welcome where a tuple is kept.
            return entry.options.model_validate_json(json.dumps(given), strict=True)
        except ValidationError as error:
            raise self._refusal(self._problems(error, entry, given)) from error

    def _problems(
        self, error: ValidationError, entry: registry.Entry, given: dict[str, Any]
    ) -> list[InitErrorDetails]:
        """One for each place: where an option may be of several types, pydantic complains once for each."""
        known = [name for name in entry.options.model_fields if name != "name"]
        title = f"{self.kind} '{entry.name}'"
        found: dict[tuple[str | int, ...], InitErrorDetails] = {}
        for one in error.errors():
            one["loc"] = _within(given, one["loc"])
            what = complaint(one, entry.options, known=known, unknown="option", of=title)
            at: Literal["value", "key"] = "key" if one["type"] == "extra_forbidden" else "value"
            found.setdefault(one["loc"], problem(what, one["loc"], at=at))
        return list(found.values())

    def _refusal(self, problems: list[InitErrorDetails]) -> ValidationError:
        return ValidationError.from_exception_data(self.kind, problems)


def _dump(options: Options) -> dict[str, Any]:
    return options.model_dump(mode="json")


def _within(value: Any, loc: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """The parts of a loc that lead through the value; the others name types that pydantic tried."""
    real: list[str | int] = []
    for part in loc:
        if isinstance(part, str) and isinstance(value, dict):
            value = value.get(part)
        elif isinstance(part, int) and isinstance(value, list):
            value = value[part]
        else:
            continue
        real.append(part)
    return tuple(real)
