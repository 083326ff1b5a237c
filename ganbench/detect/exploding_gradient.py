"""exploding-gradient: norms stay far above their baseline and something else agrees, or an explosion has left its marks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from ganbench.detect.baselines import log_norm_z, median, reference
from ganbench.detect.blocks import Blocks, blocks_of
from ganbench.detect.detector import Detector, clear, evidence, fired, has, insufficient
from ganbench.detect.explosions import KIND, grown_weights, thrown_samples, wild_outputs
from ganbench.detect.logits import MOMENTS, spread
from ganbench.detect.signals import Bools, Floats, Table
from ganbench.detect.thresholds import Limits
from ganbench.records import Finding

PLAYERS: Final = ("d", "g")

Look = Callable[[Table, Mapping[str, Limits]], Finding | None]


def check(table: Table, limits: Mapping[str, Limits]) -> Finding:
    """Norms of gradients first; then what an explosion does, which stays when the gradients have gone."""
    found = _norms(table, limits)
    if found.status == "fired":
        return found
    looks: tuple[Look, ...] = (grown_weights, thrown_samples, wild_outputs)
    return next((one for look in looks if (one := look(table, limits)) is not None), found)


def _norms(table: Table, limits: Mapping[str, Limits]) -> Finding:
    own = limits[KIND]
    blocks = blocks_of(table, limits["blocks"], after=own["after"])
    if len(blocks) < limits["blocks"]["of"]:
        return insufficient(KIND, "fewer than five blocks of steps after the start")
    ratio = np.fmax.reduce([_ratio(blocks, player, limits) for player in _players(table)])
    far = np.any([_far(blocks, player, limits) for player in _players(table)], axis=0)
    agreed = _updates(blocks, own) | _outputs(blocks, limits)
    spell = blocks.spell((ratio >= own["ratio"]) & agreed | far, limits["blocks"])
    numbers: dict[str, Any] = {
        "statistic": "gradient norm over its baseline",
        "null": 1.0,
        "threshold": own["ratio"],
    }
    if spell is None:
        return clear(
            KIND, "norms stay near their baseline, or nothing else agrees", value=median(ratio), **numbers
        )
    series = {f"gradient_norm_{p}": blocks.mean(f"gradient_norm_{p}") for p in _players(table)}
    series |= {f"update_ratio_{p}": blocks.mean(f"update_ratio_{p}") for p in PLAYERS if _updated(table, p)}
    return fired(
        KIND,
        "gradients, and what they do to the weights or to D, are far beyond those of a sound run",
        spell,
        severity="error",
        value=median(ratio[spell.rows]),
        evidence=evidence(series, spell),
        **numbers,
    )


def _players(table: Table) -> list[str]:
    return [player for player in PLAYERS if has(table, f"gradient_norm_{player}")]


def _updated(table: Table, player: str) -> bool:
    return has(table, f"update_ratio_{player}")


def _ratio(blocks: Blocks, player: str, limits: Mapping[str, Limits]) -> Floats:
    """[N], norm of a block over the median of the reference stretch, or of the first windows if that is more.

    A run that settles early has a quiet reference; what only decays from its start has not exploded.
    """
    name, table = f"gradient_norm_{player}", blocks.table
    start = table.signals[name].mean[table.age(table.last) <= limits["baseline"]["from"]]
    base = float(np.fmax(median(_reference(table, name, limits)), median(start)))
    return np.asarray(blocks.mean(name) / base if base > 0 else np.full(len(blocks), np.nan))


def _far(blocks: Blocks, player: str, limits: Mapping[str, Limits]) -> Bools:
    name = f"gradient_norm_{player}"
    z = log_norm_z(blocks.mean(name), _reference(blocks.table, name, limits), limits["baseline"])
    return np.asarray((z > limits[KIND]["z"]) & (_ratio(blocks, player, limits) >= limits[KIND]["ratio"]))


def _reference(table: Table, name: str, limits: Mapping[str, Limits]) -> Floats:
    return table.signals[name].mean[reference(table, limits["baseline"])]


def _updates(blocks: Blocks, own: Limits) -> Bools:
    """A step changes a tenth of a network."""
    found = [blocks.mean(f"update_ratio_{p}") for p in PLAYERS if _updated(blocks.table, p)]
    return np.asarray(
        np.any([ratios > own["update_ratio"] for ratios in found] or [np.zeros(len(blocks), bool)], axis=0)
    )


def _outputs(blocks: Blocks, limits: Mapping[str, Limits]) -> Bools:
    """The loss of D, or the spread of its logits, has grown as much.

    From nearly nothing a loss grows tenfold for nothing: one below that of a blind D has not grown. Outputs of
    a critic have no unit, and gradients grow with them: they are no second sign.
    """
    table, quiet = blocks.table, np.zeros(len(blocks), bool)
    if table.facts.loss is not None and not table.facts.blind_loss:
        return quiet
    grown = [quiet]
    if has(table, "loss_d"):
        grown.append(_grown(blocks, blocks.mean("loss_d"), limits, least=table.facts.blind_loss or 0.0))
    if all(has(table, name) for name in MOMENTS):
        grown.append(_grown(blocks, spread(blocks), limits, least=0.0))
    return np.asarray(np.any(grown, axis=0))


def _grown(blocks: Blocks, values: Floats, limits: Mapping[str, Limits], *, least: float) -> Bools:
    base = max(median(np.abs(values[: _rows_of_reference(blocks, limits)])), least)
    return np.asarray((np.abs(values) > limits[KIND]["growth"] * base) & (base > 0))


def _rows_of_reference(blocks: Blocks, limits: Mapping[str, Limits]) -> int:
    return max(1, int((blocks.table.age(blocks.last) <= limits["baseline"]["to"]).sum()))


DETECTOR: Final = Detector(
    KIND,
    "both",
    check,
    needs=("gradient_norm_d|gradient_norm_g",),
    null="1 times the run's own baseline (2 to 10 % of the plan), up to 10.5 in sound runs of the pilot; weights less than 5 times those at first",
    false_positives=(
        "norms grow in sound runs too: without large updates, or a loss or logits that grow with them, nothing fires",
        "weights that start near 0, were changed by hand, or stand before a normalisation, grow for nothing: with good samples that is a warning",
        "a warm restart of the learning rate, a change of resolution",
        "norms after clipping hide an explosion",
    ),
)
