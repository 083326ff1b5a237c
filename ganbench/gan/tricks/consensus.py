"""Consensus optimisation: both players also make the game's field smaller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ganbench.gan.tricks.trick import Scene, Trick
from ganbench.registry import PER_REPLICA, Options, register

if TYPE_CHECKING:
    from torch import Tensor


class ConsensusOptions(Options):
    """The default is that of the authors' mixtures of Gaussians; for CIFAR-10 they use 0.1."""

    gamma: Annotated[float, Field(gt=0, description="weight of half the squared norm"), PER_REPLICA] = 10.0


def half_squared_norm(v: Tensor, scene: Scene) -> Tensor:
    """gamma/2 ||v||^2 of the field v [R, Q], [R] (Mescheder et al. 2017, algorithm 2).

    Both players descend it: at an equilibrium the Jacobian of the field, J, becomes J - gamma J^T J, and
    eigenvalues that were imaginary get a negative real part. The squared norm of a batch's field is above that
    of the mean field by its variance, in the source as here.
    """
    return scene.values["gamma"] / 2 * v.square().sum(-1)


CONSENSUS = Trick(field=half_squared_norm)

register(
    "trick",
    "consensus",
    target="ganbench.gan.tricks.consensus:CONSENSUS",
    options=ConsensusOptions,
    summary="both players also descend the squared norm of the game's field",
    formula="v <- v - gamma grad(||v||^2 / 2), v = (-grad_G L_G, -grad_D L_D)",
    source="Mescheder et al. 2017, arXiv:1705.10461, algorithm 2",
    defaults="of the source",
)
