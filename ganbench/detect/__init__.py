"""Detectors: pure functions from a table of numpy columns to findings.

`diagnose_table(table)` asks all of them. A table is made by `from_windows` or `from_steps`; what a
detector must know beside its numbers are the `Facts`. Nothing here imports torch.
"""

from __future__ import annotations

from ganbench.detect.catalogue import KINDS
from ganbench.detect.diagnose import diagnose_table
from ganbench.detect.facts import Facts, facts_of_loss, facts_of_run
from ganbench.detect.reading import from_steps, from_windows
from ganbench.detect.signals import Table
from ganbench.detect.thresholds import thresholds_hash

__all__ = [
    "KINDS",
    "Facts",
    "Table",
    "diagnose_table",
    "facts_of_loss",
    "facts_of_run",
    "from_steps",
    "from_windows",
    "thresholds_hash",
]
