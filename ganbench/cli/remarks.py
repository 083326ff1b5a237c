"""What `ganbench run` says of its results beside the table: crashes, slow networks, several environments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd

NAMED: Final = 3  # cells that a remark names
# `strategy` is that of both networks, or those of the two joined by " / ".
_ONE_BY_ONE = re.compile(r"sequential \((.+?)\)(?= / (?:layers|vmap|sequential)\b|$)")


def remarks(frame: pd.DataFrame, out: Path) -> Iterator[str]:
    """Texts for people, of the runs in the folder `out`."""
    crashed = frame[frame["status"] == "crashed"]
    if len(crashed):
        yield crashes(crashed)
    yield from sequential(frame)
    if frame["fingerprint"].nunique() > 1:
        yield environments(frame, out)


def crashes(crashed: pd.DataFrame) -> str:
    """How many, and what the first of them said last; the store keeps the whole of it."""
    first = crashed.iloc[0]
    said = str(first["message"]).rstrip().rpartition("\n")[2]
    count = "1 run" if len(crashed) == 1 else f"{len(crashed)} runs"
    return (
        f"{count} crashed, the first {first['cell']} with seed {first['seed']}: {said}\n"
        "  the column 'message' of the runs has the tracebacks; the same command tries them again"
    )


def sequential(frame: pd.DataFrame) -> Iterator[str]:
    """A line for each reason for which networks are called one replica at a time, with the cells."""
    cells: dict[str, list[str]] = {}
    for cell, strategy in frame[["cell", "strategy"]].drop_duplicates().itertuples(index=False):
        for reason in dict.fromkeys(_ONE_BY_ONE.findall(strategy)):
            cells.setdefault(reason, []).append(cell)
    for reason, names in cells.items():
        yield f"networks are called one replica at a time in {_some(list(dict.fromkeys(names)))}: {reason}"


def environments(frame: pd.DataFrame, out: Path) -> str:
    """Runs of other versions, devices or threads stand in the same table: which."""
    from ganbench.store.layout import Layout
    from ganbench.store.snapshot import environment

    known = environment(Layout(out))["provenance"]
    lines = ["the runs come from different environments:"]
    for fingerprint, count in frame["fingerprint"].value_counts(sort=False).items():
        held = known.get(fingerprint, {})
        versions = held.get("versions", {})
        named = ", ".join(f"{name} {versions.get(name, '?')}" for name in ("ganbench", "torch", "numpy"))
        lines.append(f"  {fingerprint}: {count} runs; {named}, {held.get('device', '?')}")
    lines.append("  the column 'fingerprint' keeps them apart; --fresh computes all of them here")
    return "\n".join(lines)


def _some(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    first, rest = names[:NAMED], len(names) - NAMED
    return ", ".join(first) + (f" and {rest} more" if rest > 0 else "")
