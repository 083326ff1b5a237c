"""Faults that can be switched on in a running game, so that detectors can be scored on what is known to be wrong.

While none is on, nothing of this takes part in training. A fault changes the state of the game between two
iterations; what a user would declare of the run (its setting, the reading of its loss, its references) stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final

import torch

from ganbench.errors import UnknownName, UsageError
from ganbench.train.faulty import data, losses, play, weights
from ganbench.train.faulty.fault import Chosen, Fault, impossible

if TYPE_CHECKING:
    from ganbench.train.training import Training


def switch_on(training: Training, name: str, dose: float, *, replicas: Sequence[int] | None = None) -> None:
    """Switch a fault on before the next iteration, in all replicas or in these.

    Raises UnknownName; UsageError for a fault that this game cannot have, such as one of a penalty where there is
    none, one that has to be there from the first step (see `faulty`), or one of the schedule in some replicas alone.
    """
    fault = _known(name)
    try:
        if fault.change is None:
            raise impossible(
                "has to be there from the first step", hint="train the content that `faulty` gives"
            )
        if fault.whole and replicas is not None and {*range(training.replicas)} - {*replicas}:
            raise impossible("is one of the whole population", hint="leave replicas out")
        fault.change(training, dose, _chosen(training, replicas))
    except UsageError as error:
        error.where = f"fault '{name}'"
        raise


def faulty(content: Mapping[str, Any], name: str, dose: float) -> dict[str, Any]:
    """The content of a setting with a fault that is there from the first step; as it is for all other faults."""
    fault = _known(name)
    return fault.content(content, dose) if fault.content else deepcopy(dict(content))


def _known(name: str) -> Fault:
    if name not in FAULTS:
        raise UnknownName("fault", name, FAULTS)
    return FAULTS[name]


def _chosen(training: Training, replicas: Sequence[int] | None) -> Chosen:
    if replicas is None:
        return torch.ones_like(training.game.alive)
    chosen = torch.zeros_like(training.game.alive)
    chosen[list(replicas)] = True
    return chosen


FAULTS: Final[Mapping[str, Fault]] = {
    "generator-rate": Fault(
        "The learning rate of G is multiplied.",
        "factor",
        ("exploding-gradient", "generator-dominance", "stagnation", "frozen-network", "late-collapse"),
        play.rate("g"),
    ),
    "discriminator-rate": Fault(
        "The learning rate of D is multiplied.",
        "factor",
        (
            "diverging-discriminator",
            "blind-discriminator",
            "generator-dominance",
            "mode-hopping",
            "frozen-network",
        ),
        play.rate("d"),
    ),
    "rates": Fault(
        "The learning rates of both players are multiplied.",
        "factor",
        ("exploding-gradient", "late-collapse", "stagnation", "frozen-network"),
        play.rate("gd"),
    ),
    "momentum": Fault(
        "The momentum of both optimisers, beta1 of Adam, is set.",
        "momentum",
        ("limit-cycle", "mode-collapse", "mode-hopping"),
        play.momentum,
    ),
    "penalty-weight": Fault(
        "The weights of all penalties are multiplied.",
        "factor",
        ("blind-discriminator", "limit-cycle", "exploding-gradient", "diverging-discriminator"),
        play.penalty_weight,
    ),
    "clip-bound": Fault(
        "The bound of weight clipping is multiplied.",
        "factor",
        ("diverging-discriminator", "exploding-gradient", "mode-hopping", "blind-discriminator"),
        play.clip_bound,
    ),
    "discriminator-steps": Fault(
        "D takes so many steps in an iteration.",
        "steps",
        ("discriminator-dominance", "mode-collapse", "vanishing-gradient"),
        play.d_steps,
        whole=True,
    ),
    "generator-steps": Fault(
        "G takes so many steps in an iteration, from the first one on.",
        "steps",
        ("mode-collapse", "mode-hopping", "generator-dominance"),
        content=play.with_g_steps,
    ),
    "head-start": Fault(
        "D takes so many steps alone.",
        "steps",
        ("vanishing-gradient", "discriminator-dominance"),
        play.head_start,
    ),
    "displacement": Fault(
        f"The output of G moves, before its activation, and D takes {play.ALONE} steps alone.",
        "standard deviations of the data",
        ("vanishing-gradient", "discriminator-dominance"),
        play.displacement,
    ),
    "pool": Fault(
        "D sees the same few real samples over and over.",
        "samples",
        ("discriminator-overfitting",),
        data.fed(data.pool),
    ),
    "modes": Fault(
        "D sees real samples of the first modes alone.",
        "modes",
        ("mode-collapse", "late-collapse"),
        data.fed(data.first_labels),
    ),
    "narrow": Fault(
        "D sees real samples whose distance from the centre of their mode is multiplied.",
        "factor",
        ("in-mode-collapse",),
        data.fed(data.narrowed),
    ),
    "codes": Fault(
        "G is given the nearest of so many fixed values instead of z.",
        "values",
        ("mode-collapse", "in-mode-collapse"),
        data.codes,
    ),
    "real-term": Fault(
        "The gradient of D's loss by the logits of real samples is multiplied.",
        "factor",
        ("one-sided-discriminator", "blind-discriminator"),
        losses.other_logits(losses.real_term),
    ),
    "fake-term": Fault(
        "The gradient of D's loss by the logits of fakes is multiplied.",
        "factor",
        ("one-sided-discriminator", "blind-discriminator"),
        losses.other_logits(losses.fake_term),
    ),
    "spike": Fault(
        "D's loss is multiplied in one iteration.",
        "factor",
        ("gradient-spike", "late-collapse"),
        losses.spike,
    ),
    "saturating": Fault(
        "A share of G's loss becomes that of minimax.",
        "share",
        ("vanishing-gradient",),
        losses.saturating,
    ),
    "shared-loss": Fault(
        "D minimises the loss of G, as under one optimiser for both networks.",
        "",
        ("wiring", "blind-discriminator"),
        losses.shared_loss,
    ),
    "double-sigmoid": Fault(
        "The logits go through a sigmoid before the losses, which take another.",
        "",
        ("wiring", "vanishing-gradient"),
        losses.double_sigmoid,
    ),
    "swapped-labels": Fault(
        "D is told that real samples are fake and fakes real.",
        "",
        ("wiring", "generator-dominance"),
        losses.other_logits(losses.swapped),
    ),
    "dead-units": Fault(
        "The biases of D's hidden units fall.",
        "units of the bias",
        ("blind-discriminator",),
        weights.dead_units,
    ),
    "discriminator-gain": Fault(
        "The last layer of D is multiplied.",
        "factor",
        ("blind-discriminator", "diverging-discriminator", "exploding-gradient"),
        weights.discriminator_gain,
    ),
    "generator-gain": Fault(
        "The last layer of G is multiplied.",
        "factor",
        ("exploding-gradient", "mode-collapse", "late-collapse"),
        weights.generator_gain,
    ),
    "nan-weights": Fault(
        "So many weights of G are no number any more.",
        "weights",
        ("non-finite",),
        weights.not_a_number,
    ),
}
"""By name."""
