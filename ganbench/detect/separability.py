"""How well samples and data can be told apart without D: what the AUC of a good D is, at least."""

from __future__ import annotations

import numpy as np

from ganbench.detect.blocks import Blocks
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
    """[E], of who knows which modes are missing and which samples lie on none; NaN without either metric."""
    evaluations, floor = table.evaluations, table.facts.floors.get("high_quality")
    covered, quality = covered_share(table), evaluations.values.get("high_quality")
    nothing = np.full(len(evaluations), np.nan)
    if quality is None or floor is None:
        return nothing if covered is None else counted_auc(covered, np.ones(len(covered)), floor=1.0)
    return counted_auc(np.ones(len(quality)) if covered is None else covered, quality, floor=floor)


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
    facts, names = blocks.table.facts, blocks.table.signals
    found = []
    for k in blocks.table.features:
        if k >= min(len(facts.real_std), len(facts.real_mean)) or f"fake_std_{k}" not in names:
            continue
        mean, std = (blocks.mean(f"fake_{moment}_{k}") for moment in ("mean", "std"))
        found.append(apart_by_mean(mean - facts.real_mean[k], std, facts.real_std[k]))
        found.append(apart_by_width(std, facts.real_std[k]))
    return found
