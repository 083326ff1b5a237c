"""What an explosion does: to the weights, to the samples, to D's outputs. It stays when the gradients have gone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from ganbench.detect.baselines import median
from ganbench.detect.blocks import blocks_of
from ganbench.detect.detector import evidence, fired, has
from ganbench.detect.logits import MOMENTS, spread
from ganbench.detect.quality import poor
from ganbench.detect.signals import Bools, Floats, Table
from ganbench.detect.spells import unbroken
from ganbench.detect.thresholds import Limits
from ganbench.records import Finding

KIND: Final = "exploding-gradient"


def grown_weights(table: Table, limits: Mapping[str, Limits]) -> Finding | None:
    """The weights of a network are far longer than at first. They do not vary by chance: windows count one by one."""
    own = limits[KIND]
    names = [name for name in ("weight_norm_d", "weight_norm_g") if has(table, name)]
    if not names:
        return None
    first = table.age(table.last) <= limits["baseline"]["from"]
    first[:1] = True
    grown = np.fmax.reduce([_over(table.signals[name].mean, first) for name in names])
    spell = unbroken(grown >= own["weights"], table.last, least=int(limits["blocks"]["of"]))
    if spell is None:
        return None
    good = poor(table, limits["quality"], since=spell.onset) is False
    return fired(
        KIND,
        "the weights of a network are far longer than at first"
        + (", and the samples are good" if good else ""),
        spell,
        severity="warn" if good else "error",
        form="by weights",
        statistic="norm of the weights over that at first",
        value=median(grown[spell.rows]),
        null=1.0,
        threshold=own["weights"],
        evidence=evidence({name: table.signals[name].mean for name in names}, spell),
    )


def thrown_samples(table: Table, limits: Mapping[str, Limits]) -> Finding | None:
    """Within a window the fakes go to and fro by several widths of the data, further away than ever before."""
    own = limits[KIND]
    features = [k for k in table.features if any(table.facts.real_std[k : k + 1])]
    if not features:
        return None
    moved, away = (
        np.fmax.reduce(list(found)) for found in zip(*(_thrown(table, k) for k in features), strict=True)
    )
    thrown = (moved >= own["jump"]) & away & (table.age(table.last) > own["after"])
    spell = unbroken(thrown, table.last, least=1)
    if spell is None:
        return None
    return fired(
        KIND,
        "the samples of G are thrown about, by several widths of the data within a few steps",
        spell,
        severity="warn",
        form="by samples",
        statistic="standard deviation of the mean of the fakes within a window, in those of the data",
        value=float(np.nanmax(moved[spell.rows])),
        null=0.0,
        threshold=own["jump"],
        evidence=evidence({"movement of the fakes": moved}, spell),
    )


def wild_outputs(table: Table, limits: Mapping[str, Limits]) -> Finding | None:
    """From the first steps on: no stretch is a sound baseline, but D's outputs have a unit of their own."""
    own = limits[KIND]
    if not table.facts.blind_loss or not all(has(table, name) for name in MOMENTS):
        return None
    blocks = blocks_of(table, limits["blocks"], after=own["after"])
    spreads = spread(blocks)
    spell = blocks.spell(spreads > own["wild_spread"], limits["blocks"])
    if spell is None:
        return None
    return fired(
        KIND,
        "D's outputs are far beyond those of a sound D",
        spell,
        severity="error",
        form="by outputs",
        statistic="standard deviation of the logits",
        value=median(spreads[spell.rows]),
        threshold=own["wild_spread"],
        evidence=evidence({"spread of logits": spreads}, spell),
    )


def _over(norms: Floats, first: Bools) -> Floats:
    """[W], over the greatest at first: what only shrinks from there has not grown."""
    base = np.nanmax(norms[first], initial=0.0)
    return np.asarray(norms / base if base > 0 else np.full(len(norms), np.nan))


def _thrown(table: Table, k: int) -> tuple[Floats, Bools]:
    """[W] each, of feature k: how far its mean varies, in standard deviations of the data, and whether it goes further than before."""
    means, std = table.signals[f"fake_mean_{k}"], table.facts.real_std[k]
    centre = table.facts.real_mean[k] if k < len(table.facts.real_mean) else 0.0
    reach = np.nan_to_num(np.fmax(np.abs(means.high - centre), np.abs(means.low - centre)))
    before = np.concatenate([[np.inf], np.maximum.accumulate(reach)[:-1]])
    return means.sd / std, reach > before
