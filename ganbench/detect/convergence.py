"""convergence: a graded certificate. Never from V near -ln 4 alone: a blind D has that too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from ganbench.detect import blind_discriminator, limit_cycle
from ganbench.detect.baselines import median
from ganbench.detect.blocks import Blocks, blocks_of
from ganbench.detect.cycles import LEAST
from ganbench.detect.detector import Detector, clear, fired, has, insufficient
from ganbench.detect.movement import excursion, is_point, known_features, path_motion
from ganbench.detect.quality import covered_share, differs
from ganbench.detect.separability import by_neighbours
from ganbench.detect.signals import Bools, Floats, Ints, Table
from ganbench.detect.spells import Spell
from ganbench.detect.thresholds import Limits
from ganbench.records import Evidence, Finding

KIND: Final = "convergence"
LEVELS: Final = ("none", "balanced", "stationary", "consistent", "certified")


def check(table: Table, limits: Mapping[str, Limits]) -> Finding:
    """The last quarter of the plan, or of what there is: how many of the steps of the certificate hold, in order."""
    own = limits[KIND]
    blocks = blocks_of(table, limits["blocks"], after=_since(table, own))
    if len(blocks) < limits["blocks"]["of"]:
        return insufficient(KIND, "fewer than five blocks of steps to judge")
    climbed = _to_the_point if is_point(table) else _climbed
    level, missing = climbed(table, blocks, limits)
    numbers: dict[str, Any] = {
        "form": LEVELS[level],
        "statistic": "level of the certificate, 0 to 4",
        "value": float(level),
        "null": 4.0,
        "threshold": 2.0,
    }
    if level < 2:
        return clear(KIND, f"not certified beyond '{LEVELS[level]}': {missing}", **numbers)
    onset, last = int(blocks.first[0]), int(blocks.last[-1])
    spell = Spell(onset, last, slice(0, len(blocks)), len(blocks), len(blocks), strong=True, ongoing=True)
    proof = (Evidence("auc", onset, last, median(blocks.mean("auc"))),)
    reason = f"{LEVELS[level]} since step {onset}" + (f"; not more: {missing}" if missing else "")
    return fired(KIND, reason, spell, severity="info", evidence=proof, **numbers)


def _since(table: Table, own: Limits) -> float:
    """Age, as a share of the plan, from which on rows are judged."""
    end = float((table.end + 1 - table.start) / table.plan)
    return max(own["after"], end - own["recent"])


def _climbed(table: Table, blocks: Blocks, limits: Mapping[str, Limits]) -> tuple[int, str]:
    """Level, and what is missing for the next."""
    looks = (_unbalanced, _moving, _inconsistent, _uncertified)
    for level, look in enumerate(looks):
        if missing := look(table, blocks, limits):
            return level, missing
    return len(looks), ""


def _to_the_point(table: Table, blocks: Blocks, limits: Mapping[str, Limits]) -> tuple[int, str]:
    """Data of one point: where the samples are that point and stay it, the players are balanced and at rest."""
    rows, features = _rows(table, blocks), known_features(table)
    if not len(rows) or not features or max(features) >= len(table.facts.real_mean):
        return 0, "no means of fakes beside those of the data"
    off = max(_farthest(table, k, rows) for k in features)
    if off > limits[KIND]["point"]:
        return 0, f"the samples are still {off:.0%} of their farthest from the data"
    return 2, "no more is told of data that are one point"


def _farthest(table: Table, k: int, rows: Ints) -> float:
    """How far the mean of a feature is from the data at most, over how far it has ever been."""
    off = np.abs(table.signals[f"fake_mean_{k}"].mean[rows] - table.facts.real_mean[k])
    return float(off.max() / (excursion(table, k) or 1.0))


def _unbalanced(table: Table, blocks: Blocks, limits: Mapping[str, Limits]) -> str:
    own, auc = limits[KIND], median(blocks.mean("auc"))
    if not own["auc_least"] <= auc <= own["auc_most"]:
        return f"median AUC {auc:.2f}"
    even = np.mean(np.abs(_judged(table, blocks) - 0.5) <= own["even"])
    if even < own["often"]:
        return f"AUC within {own['even']:g} of 1/2 at {even:.0%} of the looks only"
    fooled = blocks.mean("auc_low") if has(table, "auc_low") else np.zeros(1)
    low = np.mean(fooled[np.isfinite(fooled)]) if np.isfinite(fooled).any() else 0.0
    if low >= own["low_share"]:
        return f"D is fooled in {low:.1%} of the steps"
    blind = blind_discriminator.DETECTOR(table, limits)
    return "D is blind" if blind.status == "fired" and blind.last == int(blocks.last[-1]) else ""


def _judged(table: Table, blocks: Blocks) -> Floats:
    """AUC on real samples that D was not trained on, at each evaluation; of a log without it, of each block."""
    held_out = table.evaluations.values.get("auc_held_out", np.zeros(0))
    recent = held_out[table.evaluations.step >= int(blocks.first[0])] if len(held_out) else held_out
    found = recent[np.isfinite(recent)]
    return found if len(found) else blocks.mean("auc")


def _moving(table: Table, blocks: Blocks, limits: Mapping[str, Limits]) -> str:
    own, rows = limits[KIND], _rows(table, blocks)
    if not has(table, "fake_mean_0") or table.facts.batch is None or not table.facts.real_std:
        return "no moments of fakes beside those of the data"
    if len(rows) < LEAST // 2:
        return "too few windows to tell whether the samples stand still"
    found = path_motion(table, rows)
    if found.drift > own["drift"] and found.amplitude > own["amplitude"]:
        return f"the mean of the fakes drifts, {found.drift:.1f} times the noise"
    if limit_cycle.DETECTOR(table, limits).status == "fired":
        return "the players circle"
    return _bad_samples(table, blocks, limits)


def _bad_samples(table: Table, blocks: Blocks, limits: Mapping[str, Limits]) -> str:
    """What stands still need not be right: a collapsed generator does, too."""
    share = covered_share(table)
    recent = table.evaluations.step >= int(blocks.first[0])
    if share is not None and median(share[recent]) < limits["quality"]["covered_share"]:
        return f"{median(share[recent]):.0%} of the modes are covered"
    if share is None and differs(table, blocks, limits["quality"], since=int(blocks.first[0])):
        return "the samples differ from the data"
    plain = _plain_auc(table, recent)
    return (
        f"samples beside the modes alone give an AUC of {plain:.2f}" if plain > limits[KIND]["plain"] else ""
    )


def _plain_auc(table: Table, recent: Bools) -> float:
    """1/2 + (q_data - q) / 2, the AUC of a D that asks only whether a sample is of high quality; 1/2 if that is not known.

    q: share of the samples that are; q_data: of real ones. The best D does no worse.
    """
    quality = table.evaluations.values.get("high_quality", np.zeros(0))
    floor = table.facts.floors.get("high_quality")
    if floor is None or not len(quality) or not np.isfinite(quality[recent]).any():
        return 0.5
    return 0.5 + max(0.0, floor - median(quality[recent])) / 2


def _inconsistent(table: Table, blocks: Blocks, limits: Mapping[str, Limits]) -> str:
    blind = table.facts.blind_loss
    if not blind or not has(table, "loss_d"):
        return "the loss has no value of its own at equilibrium, or is not known"
    off = abs(median(blocks.mean("loss_d")) - blind) / blind
    return f"the loss of D is {off:.0%} from equilibrium" if off > limits[KIND]["loss"] else ""


def _uncertified(table: Table, blocks: Blocks, limits: Mapping[str, Limits]) -> str:
    """A classifier that has no part in the game, and that no training can spoil, finds no more than D may at balance."""
    told = by_neighbours(table, limits["quality"]["neighbour_samples"])[
        table.evaluations.step >= int(blocks.first[0])
    ]
    if not np.isfinite(told).any():
        return "no classifier without a part in the game was asked, or about too few samples (metric neighbour_auc)"
    typical = median(told)
    return (
        f"neighbours tell samples from data with an AUC of {typical:.2f}"
        if typical > limits[KIND]["told"]
        else ""
    )


def _rows(table: Table, blocks: Blocks) -> Ints:
    means = [table.signals[f"fake_mean_{k}"].mean for k in table.features]
    whole = np.isfinite(np.sum(means, axis=0)) if means else np.zeros(len(table), bool)
    return np.flatnonzero(whole & (table.first >= blocks.first[0]))


DETECTOR: Final = Detector(
    KIND,
    "both",
    check,
    needs=("auc",),
    null="level 4: balanced, stationary, consistent with the loss at equilibrium, certified by a classifier of its own",
    false_positives=(
        "D's own AUC is no proof: D may be too weak to see a difference that a fresh one would",
        "standing still is not being right: without known modes or a distance a collapsed generator may pass",
        "neighbours find little in high dimensions where samples are few",
    ),
)
