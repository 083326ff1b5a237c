"""Penalties and projections. One value per replica, weights are vectors over replicas. Imports no torch.

A penalty is added to the loss of its player, and logged apart from the adversarial loss. A lazy one is
applied on every `every`-th step of D, times `every` (Karras et al. 2020), so that its mean strength does
not depend on the interval. A projection changes the weights around the step.
"""

from ganbench.gan.penalties import gradients, logits, weights
from ganbench.gan.penalties.penalty import (
    Critique,
    Lazy,
    Memory,
    Penalty,
    Projection,
    Sided,
    WeightPenalty,
)

__all__ = [
    "Critique",
    "Lazy",
    "Memory",
    "Penalty",
    "Projection",
    "Sided",
    "WeightPenalty",
    "gradients",
    "logits",
    "weights",
]
