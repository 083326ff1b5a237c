"""Equal cost: how many runs are sound once every run has spent the same gradient evaluations."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from ganbench.metrics.direction import IDEAL
from ganbench.report.by_run import by_run
from ganbench.report.cell import Cell
from ganbench.report.section import Arena, Section
from ganbench.stats.equal_cost import at_cost
from ganbench.stats.intervals import Interval
from ganbench.stats.rates import Count, newcombe

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

COST: Final = "gradient_evaluations"


@dataclass(frozen=True, eq=False)
class Account:
    """The evaluations of one run, [T] each: what it had spent, its margin, its step."""

    costs: Floats
    margins: Floats
    steps: Floats

    def sound_at_end(self, steps: int) -> bool:
        """steps: of a whole run; one that diverged, or was stopped because it had failed, is not sound."""
        return bool(self.steps[-1] == steps and self.margins[-1] >= 0)

    def sound_at(self, budget: float, *, steps: int) -> bool:
        """A whole run may have spent a rounding less than the budget; one that ended before is not sound."""
        rising = np.diff(self.costs, prepend=-1.0) > 0
        whole = self.steps[-1] == steps and np.isfinite(self.margins[-1])
        reached = min(budget, float(self.costs[-1])) if whole else budget
        return bool(at_cost(self.costs[rising], self.margins[rising], reached) >= 0)


@dataclass(frozen=True, eq=False)
class Spending:
    """The runs of a cell by what they had spent.

    costs, steps, sound: of each evaluation, how many runs are within all bounds there, shape [T]. total: what a
    run of full length spends; step: where it has spent the budget. at_budget, at_end: runs beyond a bound, of all;
    at_budget is None where the budget is spent before the first evaluation.
    """

    cell: Cell
    costs: Floats
    steps: Floats
    sound: NDArray[np.int64]
    total: float
    step: float
    at_budget: Count | None
    at_end: Count


@dataclass(frozen=True, eq=False)
class Ledger:
    """An arena at equal cost. budget: what the cheapest cell spends in all. bounds: of the failure criteria."""

    arena: Arena
    budget: float
    bounds: tuple[str, ...]
    cells: tuple[Spending, ...]

    @property
    def differs(self) -> bool:
        """Whether any cell spends more than another, by more than one evaluation in a hundred."""
        return max(one.total for one in self.cells) > 1.01 * self.budget

    def gain(self, one: Spending) -> tuple[float, Interval] | None:
        """Share sound at the budget less that of the first cell, with Newcombe's 95 % interval; None without both."""
        ours, theirs = one.at_budget, self.cells[0].at_budget
        if ours is None or theirs is None or one is self.cells[0]:
            return None
        return theirs.rate - ours.rate, newcombe(theirs, ours)


def ledger(section: Section, arena: Arena) -> Ledger | None:
    """None where the suite has no criteria, or no run was evaluated. A cell of which no run got as far as an
    evaluation has no cost to compare at, and is left out.

    A run is sound where the bounds of all criteria hold,
    whatever `for` and `after` say; between evaluations bounds are compared with what lies on the line.
    """
    cells = [cell for cell in arena.cells if cell.n and cell.name in section.looks]
    criteria = cells[0].content.get("failure", ()) if cells else ()
    if not criteria:
        return None
    looks = [_margins(section.looks[cell.name], criteria) for cell in cells]
    spent = [
        (cell, rows, total)
        for cell, rows in zip(cells, looks, strict=True)
        if (total := _total(cell, rows)) is not None
    ]
    if not spent:
        return None
    budget = min(total for _, _, total in spent)
    found = (_spending(*one, budget) for one in spent)
    return Ledger(arena, budget, tuple(map(_bound, criteria)), tuple(found))


def _margins(looks: pd.DataFrame, criteria: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Evaluations of a cell with `margin`: to the nearest bound, below 0 beyond it; NaN where a metric is not finite."""
    worst = np.min([_margin(looks, one) for one in criteria], axis=0)
    return looks[["run_id", "step", COST]].assign(margin=np.where(np.isfinite(worst), worst, np.nan))


def _margin(rows: pd.DataFrame, criterion: Mapping[str, Any]) -> Floats:
    """In units of the metric; NaN where it is not finite."""
    if criterion["metric"] not in rows:
        return np.full(len(rows), np.nan)
    value: Floats = rows[criterion["metric"]].to_numpy(dtype=float, na_value=np.nan)
    if criterion.get("below") is not None:
        return np.asarray(value - float(criterion["below"]))
    if criterion.get("above") is not None:
        return np.asarray(float(criterion["above"]) - value)
    ideal = IDEAL[criterion["metric"]]
    away = -np.sign(ideal) * value if math.isinf(ideal) else np.abs(value - ideal)
    lost = away - rows.assign(away=away).groupby("run_id")["away"].cummin().to_numpy()
    return np.asarray(float(criterion["drawdown"]) - lost)


def _total(cell: Cell, looks: pd.DataFrame) -> float | None:
    """Of a run of full length, also where all runs diverged on the way: cost a step times steps. None where all did
    before their first evaluation.
    """
    left = looks["run_id"].map(cell.runs.set_index("run_id")["diverged_at"]).to_numpy(float, na_value=np.inf)
    going = looks[looks["step"].to_numpy() <= left]  # a run that has diverged spends nothing more
    rate = float((going[COST] / going["step"]).max()) if len(going) else 0.0
    return rate * cell.steps or None


def _spending(cell: Cell, looks: pd.DataFrame, total: float, budget: float) -> Spending:
    by_step = looks.assign(sound=looks["margin"] >= 0).groupby("step")
    accounts = [Account(*columns) for columns in by_run(looks, COST, "margin", "step")]
    told = budget >= max(float(one.costs[0]) for one in accounts)
    beyond = sum(not one.sound_at(budget, steps=cell.steps) for one in accounts) if told else 0
    ended = sum(not one.sound_at_end(cell.steps) for one in accounts)
    return Spending(
        cell=cell,
        costs=by_step[COST].max().to_numpy(dtype=float),
        steps=by_step["step"].first().to_numpy(dtype=float),
        sound=by_step["sound"].sum().to_numpy(dtype=np.int64),
        total=total,
        step=cell.steps * budget / total,
        at_budget=Count(beyond, len(accounts)) if told else None,
        at_end=Count(ended, len(accounts)),
    )


def _bound(criterion: Mapping[str, Any]) -> str:
    from ganbench.report.protocol import criterion as words

    return words({**criterion, "for": 1, "after": 0})
