"""The file of thresholds with other values in it: the same layout, what was changed told, the version raised."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from importlib import resources
from typing import Final

from ganbench.detect.thresholds import FILE
from ganbench.validation.tuning import Change

NOTE: Final = "tuned on seeds 0 to 7 of the fault corpus (docs/detectors-validation.md); before"

_SECTION: Final = re.compile(r"^\[(?P<name>[\w-]+)\]$")
_ENTRY: Final = re.compile(
    r'^(?P<name>\w+) = \{ value = (?P<value>[^,]+), unit = (?P<unit>"[^"]*"), source = "(?P<source>[^"]*)" \}$'
)
_VERSION: Final = re.compile(r"^version = (?P<number>\d+)$")


def shipped() -> str:
    """The text of the file that is in the package."""
    return resources.files("ganbench.detect").joinpath(FILE).read_text(encoding="utf-8")


def rewritten(text: str, changes: Sequence[Change]) -> str:
    """The text with the changed values; the source of each names the tuning and the value before.

    Without a change the text is as it was, version included. Raises ValueError for a change of a threshold that
    the text does not hold.
    """
    if not changes:
        return text
    wanted = {(one.section, one.name): one for one in changes}
    lines = list(_lines(text, wanted))
    if wanted:
        missing = ", ".join(f"{section}.{name}" for section, name in wanted)
        raise ValueError(f"the file of thresholds has no {missing}")
    return "\n".join(lines) + "\n"


def _lines(text: str, wanted: dict[tuple[str, str], Change]) -> Iterator[str]:
    """Takes what it has written out of `wanted`."""
    section = ""
    for line in text.splitlines():
        if found := _VERSION.match(line):
            yield f"version = {int(found['number']) + 1}"
            continue
        if found := _SECTION.match(line):
            section = found["name"]
        entry = _ENTRY.match(line)
        change = wanted.pop((section, entry["name"]), None) if entry else None
        yield line if entry is None or change is None else _entry(entry, change)


def _entry(found: re.Match[str], change: Change) -> str:
    source = f"{NOTE} {found['value']}: {found['source']}"
    return f'{found["name"]} = {{ value = {change.value!r}, unit = {found["unit"]}, source = "{source}" }}'
