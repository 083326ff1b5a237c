"""Which runs a population in progress trains."""

from __future__ import annotations

import json

from ganbench.store.layout import Layout
from ganbench.store.tables import Damaged, reading


def members(layout: Layout, population: str) -> list[str]:
    """Their ids, in order; none where the population has left no checkpoint yet. Raises Damaged."""
    path = layout.members(population)
    if not path.exists():
        return []
    try:
        with reading(path):
            found = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        found = None
    texts = isinstance(found, list) and all(isinstance(run, str) for run in found)
    if not texts or len(set(found)) < len(found):
        hint = "run the suite again: that sets it aside and starts the population again"
        raise Damaged("is no list of runs", where=str(path), hint=hint)
    return list(found)
