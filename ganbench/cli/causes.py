"""Why runs failed, cell by cell: the root causes that the detectors found, most frequent first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from ganbench.cli.output import aligned

if TYPE_CHECKING:
    import pandas as pd

Counts = Mapping[str, int]  # failed runs by the kind of their root cause

MOST: Final = 3
HEAD: Final = "root causes"


def root_causes(causes: Iterable[str | None]) -> dict[str, int]:
    """How often each kind comes, most frequent first; None, and what pandas has for it, counts nowhere."""
    return dict(Counter(cause for cause in causes if isinstance(cause, str)).most_common())


def short(counts: Counts, failed: int) -> str:
    """Such as `mode-collapse 4, mode-hopping 1, unexplained 2` for 7 failed runs; empty for none."""
    named = list(counts.items())
    rest = sum(counts.values()) - sum(n for _, n in named[:MOST])
    more = [("others", rest), ("unexplained", failed - sum(counts.values()))]
    return ", ".join(f"{kind} {n}" for kind, n in [*named[:MOST], *more] if n)


def cause_lines(frame: pd.DataFrame, environments: Mapping[str, str]) -> list[str]:
    """What stands below the table of `ganbench run`: a line for each cell with failed runs; none without findings.

    frame: what `load_results` gives. environments: names by fingerprint; each of several has a block of its own.
    """
    failed = frame[frame["status"] == "failed"]
    if failed["root_cause"].isna().all():
        return []
    lines = ["root causes of failed runs, by the detectors:"]
    for key, name in environments.items():
        here = failed[failed["fingerprint"] == key]
        lines += [f"{name}:"] if len(environments) > 1 and len(here) else []
        lines += aligned(_rows(here))
    return lines


def _rows(failed: pd.DataFrame) -> Sequence[tuple[str, str]]:
    return [
        (f"  {cell}", short(root_causes(runs["root_cause"]), len(runs)))
        for cell, runs in failed.groupby("cell", sort=False)
    ]
