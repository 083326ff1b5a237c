"""Suites that come with ganbench, as resolved contents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ganbench.suite.expand import cells
from ganbench.suite.find import shipped
from ganbench.suite.load import load


def contents(name: str, tier: str = "standard") -> dict[str, dict[str, Any]]:
    """The resolved content of every cell, by name."""
    return {cell.name: cell.content for cell in cells(load(shipped()[name]), tier=tier)}


def differences(one: Mapping[str, Any], other: Mapping[str, Any], above: str = "") -> set[str]:
    """The dotted paths at which two contents differ."""
    found: set[str] = set()
    for key in {*one, *other}:
        mine, theirs = one.get(key), other.get(key)
        if isinstance(mine, Mapping) and isinstance(theirs, Mapping):
            found |= differences(mine, theirs, f"{above}{key}.")
        elif mine != theirs:
            found.add(f"{above}{key}")
    return found
