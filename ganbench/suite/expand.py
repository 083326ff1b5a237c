"""A suite's cells and runs, and the hashes that say which of them are the same."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ganbench.errors import UsageError
from ganbench.records import Cell, Run
from ganbench.registry import finding, is_plugin, label
from ganbench.suite.axes import Point
from ganbench.suite.only import matching
from ganbench.suite.override import assign
from ganbench.suite.schema import Setting
from ganbench.suite.seeds import seeds_of
from ganbench.suite.suite import STRUCTURE, Header, Suite
from ganbench.suite.tree import Node, Place, merge

MOST_CELLS: Final = 10_000
_NOT_SETTING: Final = (*Header.model_fields, *STRUCTURE, "seeds")


@dataclass(frozen=True, slots=True)
class Variant:
    """A cell before its tier is known: its name, its coordinates, and the patches that make it."""

    name: str
    coordinates: Mapping[str, str]
    patches: tuple[Node, ...]
    place: Place


def expand(
    suite: Suite, *, tier: str = "standard", seeds: Sequence[int] | None = None, only: Sequence[str] = ()
) -> list[Run]:
    """The runs of a tier: cells in suite order, each with every seed.

    `seeds` replaces those of the suite; `only` picks cells (see `only.matching`). Raises UsageError.
    """
    chosen = seeds_of_tier(suite, tier) if seeds is None else tuple(seeds)
    return [Run(cell, seed) for cell in matching(list(cells(suite, tier=tier)), only) for seed in chosen]


def cells(suite: Suite, *, tier: str = "standard") -> Iterator[Cell]:
    """The cells of a checked suite: the product of its axes in file order, then those it includes."""
    for variant in variants(suite):
        with finding(suite.plugins.entry):
            setting = Setting.model_validate(resolved(suite, tier, variant).plain())
        yield cell(variant, setting)


def cell(variant: Variant, setting: Setting) -> Cell:
    """The cell of a validated setting, with its two hashes."""
    content = setting.content()
    return Cell(variant.name, variant.coordinates, content, cell_hash(content), evaluation_hash(content))


def variants(suite: Suite) -> Iterator[Variant]:
    """Every point of the product that is not excluded, then the included cells."""
    axes = [axis for axis in suite.axes if axis.points]
    for points in itertools.product(*(axis.points for axis in axes)):
        coordinates = {axis.name: point.label for axis, point in zip(axes, points, strict=True)}
        if not any(exclusion.items() <= coordinates.items() for exclusion in suite.excluded):
            yield _variant(suite, coordinates, points)
    for point in suite.included:
        yield Variant(point.label, {}, (point.patch,), point.place)


def _variant(suite: Suite, coordinates: Mapping[str, str], points: Sequence[Point]) -> Variant:
    name = "/".join(coordinates.values()) or suite.name
    place = points[-1].place if points else suite.base.place
    return Variant(name, coordinates, tuple(point.patch for point in points), place)


def size(suite: Suite) -> int:
    """Cells in the product of the axes, before exclusions."""
    return math.prod(len(axis.points) for axis in suite.axes if axis.points)


def resolved(suite: Suite, tier: str, variant: Variant) -> Node:
    """The setting of a cell with places: base, tier, axes, and last what was typed on the command line."""
    node = merge(suite.base, suite.tier(tier)).without("seeds")
    for patch in variant.patches:
        node = merge(node, patch)
    for one in suite.overrides:
        if one.field not in _NOT_SETTING:
            node = assign(node, one)
    return node


def seeds_of_tier(suite: Suite, tier: str) -> tuple[int, ...]:
    """The seeds that a tier names, or the suite for all of them. Raises UsageError with the place."""
    node = seeds_node(suite, tier)
    if node is None:
        raise UsageError("seeds is missing, expected a range such as 0-9", where=suite.file)
    return seeds_of(node)


def seeds_node(suite: Suite, tier: str) -> Node | None:
    """What the suite, the tier or `--set seeds` says of the seeds; the last of them holds."""
    node = merge(suite.base, suite.tier(tier))
    for one in suite.overrides:
        if one.field == "seeds":
            node = assign(node, one)
    return node.child("seeds")


def cell_hash(content: Mapping[str, Any]) -> str:
    """12 hex digits of all content less the probes: measuring changes nothing. A plug-in counts by its content."""
    return _digest({key: value for key, value in content.items() if key != "probes"})


def evaluation_hash(content: Mapping[str, Any]) -> str:
    """12 hex digits of data, evaluation and failure criteria: equal ones make numbers comparable."""
    return _digest({key: content[key] for key in ("data", "evaluation", "failure")})


def _digest(content: Mapping[str, Any]) -> str:
    text = json.dumps(_placeless(content), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _placeless(value: Any) -> Any:
    """JSON values, less where the code of plug-ins lies: `source` is what it is."""
    if isinstance(value, Mapping):
        named = str(value.get("name", ""))
        own = {"name": label(named)} if "source" in value and is_plugin(named) else {}
        return {key: _placeless(item) for key, item in value.items()} | own
    return [_placeless(item) for item in value] if isinstance(value, list | tuple) else value
