"""What a detector must know of a run beside its numbers: the game's reading, sizes, and the real data."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ganbench import registry
from ganbench.gan.losses import options_of
from ganbench.gan.tricks.reading import reading
from ganbench.registry import Options, is_plugin

ANNEALING = ("learning-rate-decay", "warm-restarts")  # tricks that make a learning rate fall


@dataclass(frozen=True, slots=True)
class Facts:
    """None, or empty, where a fact is not known; what needs it is then not applicable.

    loss: its name in the registry. decision: the logit between real and fake; None for critics.
    density_ratio: at the optimum the logit is ln(p_data / p_model). equilibrium: losses (D, G) of a blind
    discriminator. batch: samples of one kind in a step. pack: samples that D judges as one. modes: K, of the data. samples: N of an evaluation.
    audit: samples of a kind behind auc_train and auc_held_out. steps: planned generator steps.
    diverged_at: the generator step that was not finite. real_std: of each feature of real samples.
    real_mean: their means. real_pairwise: mean distance of two real samples. floors: metrics of real
    samples against real ones. penalties, tricks: their names. periods: steps after which something repeats by design
    (an epoch, a learning-rate cycle, a lazy penalty). annealed: the learning rate falls by plan.
    loss_scaling: steps are skipped on overflow by design.
    """

    loss: str | None = None
    decision: float | None = None
    density_ratio: bool = False
    equilibrium: tuple[float | None, float | None] = (None, None)
    batch: int | None = None
    pack: int = 1
    modes: int | None = None
    samples: int | None = None
    audit: int | None = None
    steps: int | None = None
    diverged_at: int | None = None
    real_std: tuple[float, ...] = ()
    real_mean: tuple[float, ...] = ()
    real_pairwise: float | None = None
    floors: Mapping[str, float] = field(default_factory=dict)
    penalties: tuple[str, ...] = ()
    tricks: tuple[str, ...] = ()
    periods: tuple[float, ...] = ()
    annealed: bool = False
    loss_scaling: bool = False

    @property
    def blind_loss(self) -> float | None:
        """Loss of a blind D, where it is above 0: a level that a D should beat. None for critics and divergences."""
        level = self.equilibrium[0]
        return level if level is not None and level > 0 else None


def of_spread(facts: Facts) -> str:
    """Why ranks and spreads of a batch mean nothing for data that are one point; empty for other data."""
    point = bool(facts.real_std) and not any(facts.real_std)
    return (
        "the data are a single point: a batch has no spread, and D ranks one point against another"
        if point
        else ""
    )


def facts_of_loss(
    content: str | Mapping[str, Any], tricks: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """What the registry says of a loss under tricks, as fields of Facts. Raises UnknownName for what it does not hold.

    content: its name, or what a cell's content holds: options, or a loss for each player; tricks: likewise. Of code
    of the user's nothing is known: to read results runs none.
    """
    own = _own_code(content)
    if own or any(is_plugin(trick["name"]) for trick in tricks):
        return {
            "loss": own or _name(content),
            "decision": None,
            "density_ratio": False,
            "equilibrium": (None, None),
        }
    options = options_of({"name": content} if isinstance(content, str) else content)
    loss = reading(options, [_trick(trick) for trick in tricks])
    return {
        "loss": options.name,
        "decision": loss.decision,
        "density_ratio": loss.density_ratio,
        "equilibrium": loss.equilibrium,
    }


def _trick(content: Mapping[str, Any]) -> Options:
    return registry.entry("trick", content["name"]).options.model_validate(content)


def _name(content: str | Mapping[str, Any]) -> str:
    return content if isinstance(content, str) else options_of(content).name


def _own_code(content: Any) -> str:
    """The name of a plug-in among the losses; empty where there is none."""
    name = content.get("name", "") if isinstance(content, Mapping) else content
    if isinstance(name, str) and is_plugin(name):
        return name
    below = content.values() if isinstance(content, Mapping) else ()
    return next(filter(None, (_own_code(one) for one in below)), "")


def facts_of_run(row: Mapping[str, Any]) -> Facts:
    """Of a row of `ganbench.load_results`: its resolved content, and the columns about real samples."""
    content = json.loads(row["content"])
    penalties, tricks = content["penalties"], content.get("tricks", [])
    pack = math.prod(trick["samples"] for trick in tricks if trick["name"] == "packing")
    return Facts(
        **facts_of_loss(content["loss"], tricks),
        batch=content["batch"],
        pack=pack,
        modes=_integer(row.get("modes")),
        samples=content["evaluation"]["samples"],
        audit=AUDIT // pack,
        steps=content["steps"],
        diverged_at=_integer(row.get("diverged_at")),
        real_std=_features(row, "std"),
        real_mean=_features(row, "mean"),
        real_pairwise=_number(row.get("reference.pairwise_distance")),
        floors=_floors(row),
        penalties=tuple(penalty["name"] for penalty in penalties),
        tricks=tuple(trick["name"] for trick in tricks),
        periods=_periods(content),
        annealed=any(trick["name"] in ANNEALING for trick in tricks),
    )


def _periods(content: Mapping[str, Any]) -> tuple[float, ...]:
    """Generator steps between two applications of a lazy penalty, two returns of lookahead, and two warm restarts
    in cycles of one length.
    """
    d_steps, g_steps = (content["schedule"][f"{player}_steps"] for player in "dg")
    tricks = {trick["name"]: trick for trick in content.get("tricks", [])}
    lazy = [penalty["every"] / d_steps for penalty in content["penalties"] if penalty.get("every", 1) > 1]
    returns = [tricks["lookahead"]["k"]] if "lookahead" in tricks else []
    restarts = tricks.get("warm-restarts", {"growth": None})
    cycles = [restarts["first"] * content["steps"]] if restarts["growth"] == 1 else []
    return tuple(float(period) for period in [*(rounds * g_steps for rounds in [*lazy, *returns]), *cycles])


AUDIT = 1024
"""Samples of each kind behind auc_train and auc_held_out; `tests/detect/test_facts.py` compares with the engine."""


def _features(row: Mapping[str, Any], moment: str) -> tuple[float, ...]:
    """`reference.std_0`, `reference.std_1`, ... as far as they are there."""
    found: list[float] = []
    while (value := _number(row.get(f"reference.{moment}_{len(found)}"))) is not None:
        found.append(value)
    return tuple(found)


def _floors(row: Mapping[str, Any]) -> dict[str, float]:
    names = [name for name in row.keys() if name.startswith("floor.")]  # noqa: SIM118  # a pandas row iterates over values
    named = {name.removeprefix("floor."): _number(row[name]) for name in names}
    return {name: value for name, value in named.items() if value is not None}


def _number(value: Any) -> float | None:
    """None for what is empty: None, NaN, or pandas' NA, which no comparison can tell from a number."""
    if value is None or str(value) in ("<NA>", "nan"):
        return None
    return float(value)


def _integer(value: Any) -> int | None:
    number = _number(value)
    return None if number is None else int(number)


def known(names: Sequence[str], facts: Facts) -> bool:
    """Whether every one of these facts is known."""
    return all(getattr(facts, name) not in (None, ()) for name in names)
