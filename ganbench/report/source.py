"""A results folder as a report reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ganbench.store.layout import Layout
from ganbench.store.snapshot import SEQUENTIAL

if TYPE_CHECKING:
    import pandas as pd

SAID: Final = ("question", "cost", "expected")
ASKED: Final = ("run_id", "kind", "status", "consequence_of")


@dataclass(frozen=True, eq=False)
class Source:
    """One folder: `runs` and `evaluations` as `ganbench.load_results` and `load_evaluations` give them.

    findings: of each run that the detectors were asked about a row for each kind, with the columns `ASKED`. name: of the folder, without its path, so that a report does not depend on where results lie. said: what
    the suite says of itself: question, cost, expected.
    """

    name: str
    layout: Layout
    suite: str
    runs: pd.DataFrame
    evaluations: pd.DataFrame
    findings: pd.DataFrame
    planned: Sequence[Mapping[str, Any]]
    provenance: Mapping[str, Any]
    said: Mapping[str, str]

    @property
    def missing(self) -> int:
        """Planned runs that have not ended."""
        return len({run["run_id"] for run in self.planned} - set(self.runs["run_id"]))

    @property
    def sequential(self) -> Mapping[str, int]:
        """Runs that were added by looking after each seed, by cell."""
        return Counter(run["cell"] for run in self.planned if run.get(SEQUENTIAL))


def read_source(path: Path) -> Source:
    """Raises InputError for a path that is no results folder, a damaged file, or a newer schema."""
    from ganbench.store.reader import load_evaluations, load_results
    from ganbench.store.snapshot import environment, opened, plan, snapshot

    layout = opened(Layout(path))
    found = environment(layout)
    return Source(
        name=path.resolve().name,
        layout=layout,
        suite=str(found["suite"]),
        runs=load_results(path),
        evaluations=load_evaluations(path),
        findings=snapshot(layout).findings.select(ASKED).to_pandas(),
        planned=plan(layout),
        provenance=found["provenance"],
        said=_said(layout),
    )


def _said(layout: Layout) -> dict[str, str]:
    """Empty where the folder has no suite.yaml."""
    from ganbench.store.tables import reading
    from ganbench.suite.yaml import parse

    if not layout.suite.exists():
        return {}
    with reading(layout.suite):
        text = layout.suite.read_text(encoding="utf-8")
    plain = parse(text, str(layout.suite)).plain()
    return {key: str(plain[key]).strip() for key in SAID if isinstance(plain, dict) and plain.get(key)}
