"""A suite as its file says it, before it is expanded into cells."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final

from pydantic import Field

from ganbench.errors import UsageError, expected
from ganbench.plugins import Plugins
from ganbench.suite.axes import Axis, Point
from ganbench.suite.override import Override
from ganbench.suite.schema import Part
from ganbench.suite.tree import Node

TIERS: Final = ("smoke", "standard", "full")
STRUCTURE: Final = ("tiers", "axes", "exclude", "include")


class Header(Part):
    """What a suite says of itself."""

    suite: Annotated[str, Field(description="name")]
    version: Annotated[str, Field(description="name and number, such as mog-v1")]
    question: Annotated[str, Field(description="what it answers")] = ""
    cost: Annotated[str, Field(description="time on two cores")] = ""
    expected: Annotated[str, Field(description="the answer to expect")] = ""

    @property
    def names_itself(self) -> bool:
        """Whether the version is the suite's name and a number."""
        return re.fullmatch(rf"{re.escape(self.suite)}-v[0-9]+", self.version) is not None


@dataclass(frozen=True, slots=True)
class Suite:
    """A checked suite. `base`: fields of the setting and `seeds`; `tiers`, `axes`, `include` are patches on it."""

    file: str
    text: str
    header: Header
    base: Node
    tiers: Mapping[str, Node]
    axes: tuple[Axis, ...]
    excluded: tuple[Mapping[str, str], ...]
    included: tuple[Point, ...]
    overrides: tuple[Override, ...]
    plugins: Plugins = field(default_factory=Plugins, compare=False)

    @property
    def name(self) -> str:
        return self.header.suite

    @property
    def version(self) -> str:
        return self.header.version

    @property
    def assignments(self) -> tuple[str, ...]:
        """The `--set` assignments as typed, for the results to hold."""
        return tuple(one.text for one in self.overrides)

    def tier(self, name: str) -> Node:
        """The patch of a tier; nothing for `standard` where the suite has none. Raises UsageError."""
        if name in self.tiers:
            return self.tiers[name]
        if name == "standard":
            return Node({}, self.base.place)
        raise UsageError(
            f"unknown tier '{name}', {expected(name, {*self.tiers, 'standard'})}", where=self.file
        )
