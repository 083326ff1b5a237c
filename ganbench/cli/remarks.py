"""What `ganbench run` says of its results beside the table: crashes, slow networks, several environments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pandas as pd

NAMED: Final = 3  # cells that a remark names
# `strategy` joins by " / " that of both networks, or of each, what else of the user's is sequential, and of iterations.
_NEXT = r"(?= / (?:layers|vmap|graphs|call by call|(?:loss: |penalty \w+: )?sequential)\b|$)"
_ONE_BY_ONE = re.compile(rf"(?:(loss|penalty \w+): )?sequential \((.+?)\){_NEXT}")
_CALL_BY_CALL = re.compile(r"call by call \((.+)\)$")


def remarks(frame: pd.DataFrame, named: Mapping[str, str]) -> Iterator[str]:
    """Texts for people, of these runs; `named` are their environments, by fingerprint."""
    crashed = frame[frame["status"] == "crashed"]
    if len(crashed):
        yield crashes(crashed)
    yield from sequential(frame)
    yield from call_by_call(frame)
    if len(named) > 1:
        yield environments(frame, named)


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
    """A line for each reason for which something is called one replica at a time, with the cells."""
    for (what, reason), names in _cells(frame, _ONE_BY_ONE).items():
        called = f"{what} is" if what else "networks are"
        yield f"{called} called one replica at a time in {_some(names)}: {reason}"


def call_by_call(frame: pd.DataFrame) -> Iterator[str]:
    """A line for each reason for which iterations are not made as CUDA graphs, with the cells."""
    for reason, names in _cells(frame, _CALL_BY_CALL).items():
        yield f"no CUDA graphs in {_some(names)}: {reason}"


def _cells(frame: pd.DataFrame, reasons: re.Pattern[str]) -> dict[Any, list[str]]:
    """The cells whose strategy names a reason, by reason."""
    cells: dict[Any, dict[str, None]] = {}
    for cell, strategy in frame[["cell", "strategy"]].drop_duplicates().itertuples(index=False):
        for reason in reasons.findall(strategy):
            cells.setdefault(reason, {})[cell] = None
    return {reason: list(names) for reason, names in cells.items()}


def environments(frame: pd.DataFrame, named: Mapping[str, str]) -> str:
    """Which seeds of which cells come from which environment; `named` by fingerprint."""
    cells: dict[str, list[str]] = {}
    for cell, runs in frame.groupby("cell", sort=False):
        cells.setdefault(_whose_seeds(runs, named), []).append(str(cell))
    lines = [f"  {_some(alike)}: {whose}" for whose, alike in cells.items()]
    return "\n".join(
        [
            "these runs come from different environments, and are kept apart:",
            *lines,
            "  to compute all of them in this one, choose another --out, or delete these results with --fresh",
        ]
    )


def _whose_seeds(runs: pd.DataFrame, named: Mapping[str, str]) -> str:
    from ganbench.suite.seeds import as_text

    seeds = {key: runs["seed"][runs["fingerprint"] == key] for key in named}
    return "; ".join(
        f"{'seed' if len(found) == 1 else 'seeds'} {as_text(found)} with {named[key]}"
        for key, found in seeds.items()
        if len(found)
    )


def _some(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    first, rest = names[:NAMED], len(names) - NAMED
    return ", ".join(first) + (f" and {rest} more" if rest > 0 else "")
