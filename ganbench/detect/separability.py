"""How well samples and data can be told apart without D: what the AUC of a good D is, at least."""

from __future__ import annotations

import numpy as np

from ganbench.detect.blocks import Blocks
from ganbench.detect.moments import compared
from ganbench.detect.nulls import apart_by_mean, apart_by_width, counted_auc
from ganbench.detect.quality import covered_share
from ganbench.detect.signals import Evaluations, Floats, Table


def told_apart(blocks: Blocks) -> Floats:
    """[N], rank AUC, 1/2 to 1, that counts of modes or moments of a batch reach; NaN where nothing can say.

    Each is one way to tell them apart, and a good D knows all of them: the best one is a lower bound for it.
    """
    found = [latest(blocks, by_counts(blocks.table)), *_by_moments(blocks)]
    return np.asarray(np.fmax.reduce(found))


def by_counts(table: Table) -> Floats:
    """[E], of who knows which modes are missing and which samples lie on none; NaN without either metric.

    Of many modes some are missing from as many real samples, too: a share counts by what these cover.
    """
    evaluations, floor = table.evaluations, table.facts.floors.get("high_quality")
    covered, quality = covered_share(table), evaluations.values.get("high_quality")
    if covered is not None:
        covered = np.minimum(1.0, covered / (table.facts.floors.get("covered_share") or 1.0))
    nothing = np.full(len(evaluations), np.nan)
    if quality is None or floor is None:
        return nothing if covered is None else counted_auc(covered, np.ones(len(covered)), floor=1.0)
    return counted_auc(np.ones(len(quality)) if covered is None else covered, quality, floor=floor)


def by_neighbours(table: Table, least: float) -> Floats:
    """[E], of a classifier by nearest neighbours on held-out data; NaN without that metric, or below `least` samples.

    It needs no modes and no training.
    """
    found = table.evaluations.values.get("neighbour_auc")
    few = table.facts.samples is not None and table.facts.samples < least
    return np.full(len(table.evaluations), np.nan) if found is None or few else found


def own_area(blocks: Blocks) -> Floats:
    """[N], how well the run's own D tells them apart, whichever way round: its rank AUC, 1/2 to 1.

    On held-out data as soon as that is on record: what D knows by heart is no knowledge of the data.
    """
    batch = blocks.mean("auc")
    held_out = latest(blocks, blocks.table.evaluations.values.get("auc_held_out"))
    auc = np.where(np.isfinite(held_out), held_out, batch)
    return np.asarray(np.maximum(auc, 1 - auc))


def latest(blocks: Blocks, values: Floats | None) -> Floats:
    """[N], the last finite one of values [E] at or before the end of each block; NaN before the first."""
    evaluations: Evaluations = blocks.table.evaluations
    if values is None or not np.isfinite(values).any():
        return np.full(len(blocks), np.nan)
    there = np.isfinite(values)
    rows = np.searchsorted(evaluations.step[there], blocks.last, side="right") - 1
    return np.where(rows >= 0, values[there][np.maximum(rows, 0)], np.nan)


def _by_moments(blocks: Blocks) -> list[Floats]:
    """Of each feature whose moments are known of real samples, as of two normal laws: by its mean, by its width."""
    features = compared(blocks)
    by_mean = [apart_by_mean(one.mean - one.real_mean, one.std, one.real_std) for one in features]
    return by_mean + [apart_by_width(one.std, one.real_std) for one in features]
