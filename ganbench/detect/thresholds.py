"""The numbers that detectors compare with: one versioned file, and its hash."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from ganbench.errors import UnknownName

FILE: Final = "thresholds.toml"

Limits = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Threshold:
    """One number of one section of the file, with its unit and where it comes from."""

    section: str
    name: str
    value: float
    unit: str
    source: str


@cache
def thresholds() -> tuple[Threshold, ...]:
    """Every number of the shipped file, in its order."""
    return tuple(
        Threshold(section, name, float(entry["value"]), entry["unit"], entry["source"])
        for section, entries in _content().items()
        if isinstance(entries, dict)
        for name, entry in entries.items()
    )


def thresholds_version() -> int:
    """The version that the file says of itself."""
    return int(_content()["version"])


def limits() -> dict[str, dict[str, float]]:
    """The shipped values by section and name: what detectors take, and what tuning may change a copy of."""
    values: dict[str, dict[str, float]] = {}
    for one in thresholds():
        values.setdefault(one.section, {})[one.name] = one.value
    return values


def thresholds_of(section: str) -> tuple[Threshold, ...]:
    """The numbers of one section; raises UnknownName for one that the file lacks."""
    found = tuple(one for one in thresholds() if one.section == section)
    if not found:
        raise UnknownName("section of thresholds", section, {one.section for one in thresholds()})
    return found


def thresholds_hash(values: Mapping[str, Limits] | None = None) -> str:
    """12 hex digits of all values, the shipped ones by default; wording, order and layout do not matter."""
    exact = {section: dict(found) for section, found in (values or limits()).items()}
    text = json.dumps(exact, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


@cache
def _content() -> dict[str, Any]:
    text = resources.files(__package__).joinpath(FILE).read_text(encoding="utf-8")
    return tomllib.loads(text)
