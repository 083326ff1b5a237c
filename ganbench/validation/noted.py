"""Thresholds that note which of their values are read: an answer holds by all others that agree on these."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ganbench.detect.thresholds import Limits

Reads = dict[tuple[str, str], float]
"""Values by section and name."""


class Noted(Mapping[str, Limits]):
    """read: what was looked up so far."""

    def __init__(self, given: Mapping[str, Limits]) -> None:
        self._given = given
        self.read: Reads = {}

    def __getitem__(self, section: str) -> Limits:
        return _Section(section, self._given[section], self.read)

    def __iter__(self) -> Iterator[str]:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)


class _Section(Mapping[str, float]):
    def __init__(self, name: str, values: Limits, read: Reads) -> None:
        self._name = name
        self._values = values
        self._read = read

    def __getitem__(self, name: str) -> float:
        value = self._read[self._name, name] = self._values[name]
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)
