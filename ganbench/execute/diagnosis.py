"""What the detectors say of runs that have ended, as rows of the findings table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ganbench.detect import diagnose_table, facts_of_run, from_windows, thresholds_hash
from ganbench.detect.compose import compose
from ganbench.detect.detector import GRAVE
from ganbench.detect.reading import by_run
from ganbench.execute.rows import Row
from ganbench.records import Finding
from ganbench.suite.schema import EvaluationPlan

Columns = Mapping[str, Any]
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Record:
    """What there is of one run. row: of the runs table; windows, bursts: columns of its trace, {} for none.

    evaluations: its rows of the evaluations table, in order of steps, of any generator.
    """

    row: Row
    windows: Columns
    bursts: Columns
    evaluations: Sequence[Row]

    def findings(self) -> tuple[Finding, ...]:
        """One of each kind, by the generator that the failure criteria speak of."""
        judged = EvaluationPlan.model_validate(json.loads(self.row["content"])["evaluation"]).judged
        table = from_windows(
            self.windows,
            facts=facts_of_run(self.row),
            bursts=self.bursts,
            evaluations=columns_of([one for one in self.evaluations if one["of"] == judged]),
        )
        return diagnose_table(table)

    def rows(self) -> list[Row]:
        """Root causes first, each with its consequences after it; then what did not fire."""
        found = self.findings()
        causes = compose(found, steps=self.row["steps"])
        whose: list[tuple[Finding, str | None]] = []
        for cause in causes:
            whose += [(cause.root, None), *((one, cause.root.kind) for one in cause.consequences)]
        composed = {one.kind for one, _ in whose}
        whose += [(one, None) for one in found if one.kind not in composed]
        return [self._row(finding, root) for finding, root in whose]

    def _row(self, found: Finding, root: str | None) -> Row:
        return {
            **{name: self.row[name] for name in ("run_id", "cell", "seed")},
            "kind": found.kind,
            "form": found.form or None,
            "status": found.status,
            "severity": found.severity,
            "onset_step": found.onset,
            "last_step": found.last,
            "statistic": found.statistic or None,
            "value": found.value,
            "null_value": found.null,
            "threshold": found.threshold,
            "blocks_true": found.blocks_true,
            "blocks_seen": found.blocks_seen,
            "evidence": json.dumps([asdict(one) for one in found.evidence]),
            "reason": found.reason,
            "consequence_of": root,
            "thresholds_hash": thresholds_hash(),
        }


def records(
    rows: Iterable[Row], *, windows: Columns, bursts: Columns, evaluations: Iterable[Row]
) -> Iterator[Record]:
    """One for each run of `rows`, out of columns and rows of several runs."""
    seen, raw = by_run(windows), by_run(bursts)
    judged: dict[str, list[Row]] = {}
    for one in evaluations:
        judged.setdefault(one["run_id"], []).append(one)
    for row in rows:
        run = row["run_id"]
        yield Record(row, seen.get(run, {}), raw.get(run, {}), judged.get(run, []))


def explained(found: Iterable[Record], tell: Tell) -> dict[str, list[Row]]:
    """Rows of the findings table by run id. A run of which a detector raises has none, and that is told."""
    rows: dict[str, list[Row]] = {}
    for record in found:
        name = f"{record.row['cell']} with seed {record.row['seed']}"
        try:
            rows[record.row["run_id"]] = record.rows()
        except Exception as error:  # a mistake in a detector must not cost what was trained
            tell(f"{name} gets no findings, a detector raised {type(error).__name__}: {error}")
    return rows


def root_cause(rows: Sequence[Row]) -> str | None:
    """The kind of the first root cause of a run, of whose rows it is the first; None where nothing is wrong."""
    return rows[0]["kind"] if rows and rows[0]["status"] == "fired" else None


def alarm(rows: Sequence[Row]) -> str | None:
    """The kind of the root cause behind the first error among the rows of a run; None without one."""
    errors = (row["consequence_of"] or row["kind"] for row in rows if row["severity"] in GRAVE)
    return next(errors, None)


def columns_of(rows: Sequence[Row]) -> Columns:
    """Of every name that one of the rows has; None where a row lacks it."""
    return {name: [row.get(name) for row in rows] for name in dict.fromkeys(k for row in rows for k in row)}
