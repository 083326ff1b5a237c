"""Components of a setting: what the registry holds under a kind and a name, with options of its own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema, ErrorDetails, InitErrorDetails, PydanticCustomError, core_schema

from ganbench import errors, registry
from ganbench.gan.losses import LossPair
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
        return self._options(self._entry(name, given.get("source")), given)

    def _entry(self, name: str, source: Any) -> registry.Entry:
        try:
            return registry.entry(self.kind, name, source=str(source or ""))
        except (errors.UnknownName, errors.PluginError) as error:
            if error.where:  # a line of the user's own code
                raise
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
        known = [name for name in entry.options.model_fields if name not in ("name", "source")]
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


@dataclass(frozen=True, slots=True)
class PlayersLoss(Component):
    """One loss for both players, or `{discriminator: ..., generator: ...}`, a component each."""

    def parse(self, value: Any) -> Options:
        """The typed options; a `LossPair` where the two differ."""
        if isinstance(value, Options):
            value = value.model_dump(mode="json")
        if not isinstance(value, dict) or not value.keys() & {"discriminator", "generator"}:
            return Component.parse(self, value)
        problems = [self._stranger(key, value) for key in value if key not in ("discriminator", "generator")]
        found: list[Options] = []
        for role in ("discriminator", "generator"):
            try:
                found.append(self._of(role, value))
            except ValidationError as error:
                problems += [_below(role, one) for one in error.errors()]
        if problems:
            raise self._refusal(problems)
        return LossPair.of(*found)

    def _of(self, role: str, given: dict[str, Any]) -> Options:
        if role not in given:
            other = "generator" if role == "discriminator" else "discriminator"
            raise self._refusal([problem(f"the loss of the {role} is missing beside that of the {other}")])
        return Component.parse(self, given[role])

    def _stranger(self, key: str, given: dict[str, Any]) -> InitErrorDetails:
        if key == "name":
            what = f"loss '{given[key]}' is for both players: leave it out, or discriminator and generator"
            return problem(what, (key,))
        return problem(f"'{key}' belongs to the loss of one player: write it below that", (key,), at="key")


def _below(key: str, error: ErrorDetails) -> InitErrorDetails:
    """A problem of ours, of what stands under that key."""
    context = error["ctx"]
    return problem(context["what"], (key, *error["loc"]), at=context["at"])


def _dump(options: Options) -> dict[str, Any]:
    return options.model_dump(mode="json")


def _within(value: Any, loc: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """The parts of a loc that lead through the value; the others name types that pydantic tried."""
    real: list[str | int] = []
    for part in loc:
        if isinstance(part, str) and isinstance(value, dict):
            value = value.get(part)
        elif isinstance(part, int) and isinstance(value, list) and part < len(value):
            value = value[part]
        else:
            continue
        real.append(part)
    return tuple(real)
