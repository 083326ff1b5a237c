"""How much of a journal counts, with its checksum: what is lost or changed of it is known without its numbers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ganbench.store.layout import Layout
from ganbench.store.seal import crc32_of
from ganbench.store.tables import Damaged, reading

_HINT: Final = "run the suite again: that sets it aside and "


@dataclass(frozen=True, slots=True)
class Mark:
    """The first `length` bytes of a journal have this checksum."""

    length: int = 0
    crc32: int = 0


def is_whole(path: Path, mark: Mark) -> bool:
    """Whether the journal begins with what was marked. Raises FileNotFoundError for none, InputError."""
    if mark.length == 0:
        return True
    with reading(path, but=(FileNotFoundError,)), path.open("rb") as file:
        return path.stat().st_size >= mark.length and crc32_of(file, mark.length) == mark.crc32


def marked(layout: Layout, population: str) -> Mark | None:
    """The mark of a population in progress; None where it has left none. Raises Damaged, InputError."""
    path = layout.mark(population)
    try:
        with reading(path, but=(FileNotFoundError,)):
            found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (ValueError, RecursionError):
        found = None
    if not _is_mark(found):
        raise Damaged("is no mark of a journal", where=str(path), hint=f"{_HINT}writes it anew")
    return Mark(**found)


def check_journal(layout: Layout, population: str) -> None:
    """Raise Damaged unless all that is marked is there as it was written; FileNotFoundError, InputError."""
    path, mark = layout.journal(population), marked(layout, population)
    while mark is not None and not is_whole(path, mark):
        before, mark = mark, marked(layout, population)
        if mark == before:  # else the population has gone back to an earlier checkpoint meanwhile
            hint = f"{_HINT}starts the population again"
            raise Damaged("truncated or damaged", where=str(path), hint=hint)


def _is_mark(found: Any) -> bool:
    return (
        isinstance(found, dict)
        and set(found) == {"length", "crc32"}
        and all(type(value) is int and value >= 0 for value in found.values())
    )
