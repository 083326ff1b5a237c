"""The numbers behind a section's tables and figures, as Parquet."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from ganbench.report.content import Content
from ganbench.report.traces import BAND
from ganbench.stats.rate_comparison import RateComparison

if TYPE_CHECKING:
    import pandas as pd

_OURS = ["place", "content", "message"]  # of a section's runs: bookkeeping, and text without end


def tables_of(found: Content) -> dict[str, bytes]:
    """By file name; a table without rows is left out."""
    section = found.section
    frames = {
        "runs": section.runs.drop(columns=_OURS, errors="ignore"),
        "evaluations": section.evaluations,
        "cells": _frame(_cells(found)),
        "comparisons": _frame(_comparisons(found)),
        "pairs": _frame(_pairs(found)),
        "tuning": _frame(_tuning(found)),
        "costs": _frame(_costs(found)),
        "findings": section.findings,
        "curves": _curves(found),
    }
    return {f"{name}.parquet": _parquet(frame) for name, frame in frames.items() if len(frame)}


def _cells(found: Content) -> list[dict[str, Any]]:
    return [
        {
            "arena": arena.name,
            "cell": cell.name,
            "runs": cell.n,
            "healthy": cell.healthy,
            "crashed": cell.crashed,
            "share": cell.share,
            "low": cell.interval.low,
            "high": cell.interval.high,
            **{f"failed.{name}": count for name, count in cell.causes.items()},
            **{f"root_cause.{name}": count for name, count in cell.roots.items()},
        }
        for arena in found.section.arenas
        for cell in arena.cells
    ]


def _comparisons(found: Content) -> list[dict[str, Any]]:
    rows = []
    for arena, verdicts in found.verdicts.items():
        for verdict in verdicts:
            one = verdict.comparison
            assert isinstance(one, RateComparison)
            rows.append(
                {
                    "arena": arena,
                    "cell": one.ours,
                    "reference": one.theirs,
                    "failed": one.failed_ours.failed,
                    "runs": one.failed_ours.n,
                    "reference_failed": one.failed_theirs.failed,
                    "reference_runs": one.failed_theirs.n,
                    "difference": -one.effect,
                    "low": -one.interval.high,
                    "high": -one.interval.low,
                    "p": one.significance.p,
                    "p_holm": verdict.p,
                    "family": verdict.family,
                    "verdict": verdict.word,
                    "seeds": verdict.seeds,
                }
            )
    return rows


def _pairs(found: Content) -> list[dict[str, Any]]:
    return [
        {
            "arena": arena,
            "cell": pair.ours,
            "against": pair.theirs,
            "improvement": pair.improvement.value,
            "low": pair.improvement.interval.low,
            "high": pair.improvement.interval.high,
            "p_holm": pair.p,
        }
        for arena, pairs in found.pairs.items()
        for pair in pairs
    ]


def _tuning(found: Content) -> list[dict[str, Any]]:
    return [
        {
            "arena": arena,
            "axis": contest.axis,
            "label": method.label,
            "settings": method.settings,
            "runs": method.runs,
            "best_of": k,
            "share": best.share,
            "low": best.interval.low,
            "high": best.interval.high,
        }
        for arena, effort in found.efforts.items()
        for contest in effort.contests
        for method in contest.methods
        for k, best in method.best.items()
        if best is not None
    ]


def _costs(found: Content) -> list[dict[str, Any]]:
    """Every evaluation of every cell."""
    return [
        {
            "arena": arena,
            "cell": one.cell.name,
            "step": step,
            "gradient_evaluations": cost,
            "runs": one.at_end.n,
            "sound": sound,
            "budget": effort.ledger.budget,
        }
        for arena, effort in found.efforts.items()
        if effort.ledger is not None
        for one in effort.ledger.cells
        for step, cost, sound in zip(one.steps, one.costs, one.sound, strict=True)
    ]


def _curves(found: Content) -> pd.DataFrame:
    import pandas as pd

    frames = [
        pd.DataFrame(
            {
                "cell": cell,
                "signal": signal,
                "step": course.steps,
                "median": course.median,
                "low": course.quantile(BAND[0]),
                "high": course.quantile(BAND[1]),
            }
        )
        for (cell, signal), course in found.curves.items()
    ]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows)


def _parquet(frame: pd.DataFrame) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    made = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), made, compression="zstd")
    return made.getvalue()
