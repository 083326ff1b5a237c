"""Figures of one failed run: metrics, signals, the last raw steps, and where its samples went."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from ganbench.report import counts
from ganbench.report.canvas import (
    BLUE,
    INK,
    LINE,
    ORANGE,
    RED,
    Columns,
    Drawing,
    blank,
    panels,
    plain_steps,
    unjudged,
)
from ganbench.report.maps import BUBBLES, NOT_STORED, bubbles
from ganbench.report.plane import Look, around
from ganbench.report.scatter import legend, scatter
from ganbench.report.suspects import Suspect
from ganbench.report.truth import truth_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

STEPS: Final = "generator steps"
METRICS: Final = ("covered_share", "high_quality", "distance", "sliced_wasserstein")
SIGNALS: Final = (
    (("loss_d", "loss_g"), "loss"),
    (("gradient_norm_d", "gradient_norm_g"), "gradient norm"),
    (("real_logit_mean", "fake_logit_mean"), "mean output of D, real and fake"),
    (("update_ratio_d", "update_ratio_g"), "update ratio"),
)


def metrics(one: Suspect, *, columns: Columns) -> Drawing | None:
    """What the evaluations say over time; None without any."""
    names = [name for name in METRICS if name in one.evaluations and one.evaluations[name].notna().any()]
    if not names:
        return None

    def draw(index: int, axes: Axes) -> None:
        name = names[index]
        axes.plot(
            one.evaluations["step"], one.evaluations[name], "o-", color=BLUE, markersize=2, clip_on=False
        )
        for value in _bounds(one, name):
            axes.axhline(value, color=RED, linewidth=0.7, linestyle=":")
        floor = one.row.get(f"floor.{name}")
        if floor is not None and np.isfinite(float(floor)):
            axes.axhline(float(floor), color=INK, linewidth=0.7, linestyle=":")
        axes.set_title(name.replace("_", " "))
        _framed(axes, one)

    figure = panels(len(names), draw, columns=columns)
    figure.supxlabel(STEPS, fontsize=7)
    caption = (
        f"Evaluations of {one.name}; {_when(one)}; dotted: real samples, and in red the bound of a failure criterion; "
        f"n = 1 run.{counts.unjudged([one.cell])}"
    )
    return Drawing("metrics", "Evaluations", caption, figure, columns)


def signals(one: Suspect, *, columns: Columns) -> Drawing | None:
    """Window means and ranges over the whole run; None where the trace has none of them."""
    pairs = [
        (names, title) for names, title in SIGNALS if any(f"{name}.mean" in one.windows for name in names)
    ]
    if not pairs:
        return None

    def draw(index: int, axes: Axes) -> None:
        names, title = pairs[index]
        for name, colour in zip(names, (BLUE, ORANGE), strict=True):
            _window(axes, one.windows, name, colour)
        axes.set_title(title)
        _framed(axes, one)

    figure = panels(len(pairs), draw, columns=columns)
    figure.supxlabel(STEPS, fontsize=7)
    caption = (
        f"Signals of {one.name}: mean of each window, and the range within it; discriminator or real in blue, generator "
        "or fake in orange; n = 1 run."
    )
    return Drawing("signals", "Windows", caption, figure, columns)


def recorder(one: Suspect, *, columns: Columns) -> Drawing | None:
    """The flight recorder, or else the burst nearest to the failure, step by step; None without bursts."""
    chosen = _nearest(one)
    if chosen is None:
        return None
    rows, title = chosen
    pairs = [(names, label) for names, label in SIGNALS if any(name in rows for name in names)]

    def draw(index: int, axes: Axes) -> None:
        names, label = pairs[index]
        for name, colour in zip(names, (BLUE, ORANGE), strict=True):
            if name in rows:
                axes.plot(rows["step"], rows[name], color=colour, linewidth=0.7)
        axes.set_title(label)
        plain_steps(axes)

    if not pairs:
        return None
    first, last = int(rows["step"].min()), int(rows["step"].max())
    caption = f"{title} of {one.name}: raw steps {first} to {last}; n = 1 run."
    figure = panels(len(pairs), draw, columns=columns)
    figure.supxlabel(STEPS, fontsize=7)
    return Drawing("recorder", title, caption, figure, columns)


def samples(one: Suspect, *, columns: Columns) -> Drawing | None:
    """Before and after the failure, as far as samples were kept; None where none were."""
    failed = int(one.row["failed_at"])
    pair = around(one.looks, failed)
    kept = [look for look in pair if look is not None]
    if not kept:
        return None
    truth = truth_of(one.row)
    figure = blank(columns, 2.9 if columns == 2 else 1.9)
    for axes, look in zip(figure.subplots(1, 2).flat, pair, strict=True):
        if look is None:
            axes.set_axis_off()
            continue
        scatter(axes, look, truth)
        axes.set_title(f"{'before' if look.step < failed else 'after'}, step {look.step}")
    caption = (
        f"{len(kept[0].samples)} samples of {one.name} at the last place before step {failed}, at which it failed, and at "
        f"the first from there on, of those at which samples are kept{_lacking(*pair)}; n = 1 run. {legend(kept, [truth])}"
    )
    return Drawing("samples", "Samples before and after", caption, figure, columns)


def _lacking(before: Look | None, after: Look | None) -> str:
    """What of the two there is not, and why."""
    if before is None:
        return " (it failed before the first of them)"
    return " (there was none any more)" if after is None else ""


def mode_maps(one: Suspect, *, columns: Columns) -> Drawing | None:
    """Where the samples were at the best evaluation and at the last; None unless modes have centres in the plane."""
    rows = one.evaluations.dropna(subset=["mode_histogram"]) if "mode_histogram" in one.evaluations else None
    truth = None if rows is None or rows.empty else truth_of(one.row)
    if rows is None or truth is None or not len(truth.means):
        return None
    means = truth.means
    covered = [int(np.count_nonzero(histogram)) for histogram in rows["mode_histogram"]]
    looks = [rows.iloc[int(np.argmax(covered))], rows.iloc[-1]]
    figure = blank(columns, 2.2 if columns == 2 else 1.7)
    for axes, row, when in zip(figure.subplots(1, 2).flat, looks, ("best", "last"), strict=True):
        near = np.asarray(row["mode_histogram"], dtype=float)
        bubbles(axes, means, near)
        axes.set_title(
            f"{when} evaluation, step {int(row['step'])}: {np.count_nonzero(near)} of {len(means)} modes"
        )
    count = one.cell.content.get("evaluation", {}).get("samples", "?")
    caption = (
        f"Samples of {one.name} by mode, at the evaluation that covers most modes and at the last one, {count} samples each; "
        f"{BUBBLES}{'' if one.looks else f'; {NOT_STORED}'}; n = 1 run."
    )
    return Drawing("modes", "Samples by mode, at best and at last", caption, figure, columns)


def _when(one: Suspect) -> str:
    return f"the dashed line marks step {int(one.row['failed_at']):,}, from which it counts as failed"


def _bounds(one: Suspect, metric: str) -> list[float]:
    """Fixed bounds of the failure criteria on a metric."""
    criteria = one.cell.content.get("failure", ())
    mine = [criterion for criterion in criteria if criterion["metric"] == metric]
    return [float(each[side]) for each in mine for side in ("below", "above") if each.get(side) is not None]


def _window(axes: Axes, windows: pd.DataFrame, name: str, colour: str) -> None:
    if f"{name}.mean" not in windows:
        return
    step = windows["last_step"]
    there = windows[f"{name}.count"] > 0
    low, high = windows[f"{name}.min"].where(there), windows[f"{name}.max"].where(there)
    axes.fill_between(step, low, high, color=colour, alpha=0.2, linewidth=0)
    axes.plot(step, windows[f"{name}.mean"].where(there), color=colour, linewidth=0.9)


def _framed(axes: Axes, one: Suspect) -> None:
    unjudged(axes, one.cell.unjudged)
    axes.axvline(int(one.row["failed_at"]), color=RED, linewidth=0.8, linestyle="--")
    axes.set_xlim(0, int(one.row["steps"]))
    axes.grid(axis="y", color=LINE)
    plain_steps(axes)


def _nearest(one: Suspect) -> tuple[pd.DataFrame, str] | None:
    bursts = one.bursts
    if bursts.empty:
        return None
    flight = bursts[bursts["burst"] < 0]
    if len(flight):
        last = (
            flight["burst"] == flight["burst"].max()
        )  # -1, of a divergence, tells more than -2, of a failure
        return flight[last].sort_values("step"), "Flight recorder"
    failed = int(one.row["failed_at"])
    middle = bursts.groupby("burst")["step"].mean()
    burst = (middle - failed).abs().idxmin()
    return bursts[bursts["burst"] == burst].sort_values("step"), "Burst nearest to the failure"


def all_of(one: Suspect, *, columns: Columns) -> Sequence[Drawing]:
    """Every figure that this run has data for."""
    made = (draw(one, columns=columns) for draw in (metrics, samples, mode_maps, signals, recorder))
    return [drawing for drawing in made if drawing is not None]
