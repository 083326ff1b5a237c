"""Penalties on weights, and projections of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ganbench.gan.penalties.penalty import Projection, Sided, Vectors, WeightPenalty
from ganbench.gan.tricks.trick import Scene
from ganbench.registry import PER_REPLICA, Options, register

if TYPE_CHECKING:
    from torch import Tensor


class Clipping(Options):
    limit: Annotated[float, Field(gt=0, description="weights stay within [-limit, limit]"), PER_REPLICA] = (
        0.01
    )


class L2Options(Sided):
    weight: Annotated[
        float, Field(ge=0, description="lambda; lambda/2 multiplies the squared norm"), PER_REPLICA
    ] = 1e-4


class DecayOptions(Sided):
    rate: Annotated[
        float,
        Field(ge=0, description="share of the weights that is lost in a step, over the learning rate"),
        PER_REPLICA,
    ] = 1e-2


class OrthogonalOptions(Sided):
    of: Annotated[
        Literal["both", "generator", "discriminator"], Field(description="whose weights it is of")
    ] = "generator"
    weight: Annotated[float, Field(ge=0, description="beta"), PER_REPLICA] = 1e-4
    form: Annotated[
        Literal["off-diagonal", "full", "absolute"],
        Field(description="rows at right angles; of length 1 as well; the same by absolute values"),
    ] = "off-diagonal"


def l2(weights: Vectors, scene: Scene) -> Tensor:
    """lambda/2 ||w||^2 over all parameters, biases included (Krogh and Hertz 1992).

    Its gradient is lambda w, as of `weight_decay` in torch's Adam and SGD; with Adam it is rescaled like any
    other gradient. The default is ours.
    """
    norms = [weight.reshape(len(weight), -1).square().sum(-1) for weight in weights.values()]
    total: Tensor = sum(norms[1:], norms[0])
    return scene.values["weight"] / 2 * total


def orthogonal(weights: Vectors, scene: Scene) -> Tensor:
    """beta times the distance of W W^T from a diagonal or from 1, over weight matrices W [R, units, rest].

    off-diagonal: ||W W^T o (1 - I)||_F^2 and full: ||W W^T - I||_F^2 (Brock et al. 2019, section 3.1);
    absolute: the sum of |W W^T - I| (Brock et al. 2017). A convolution, transposed or not, counts as
    [outputs, rest]; what a minibatch layer compares by is no layer of units. beta and the
    form are the defaults of Brock et al. 2019, who apply them to G.
    """
    import torch

    assert isinstance(scene.options, OrthogonalOptions)
    values = []
    for weight in weights.values():
        gram, one = weight @ weight.mT, torch.eye(weight.shape[1], dtype=weight.dtype, device=weight.device)
        apart = gram * (1 - one) if scene.options.form == "off-diagonal" else gram - one
        values.append((apart.abs() if scene.options.form == "absolute" else apart.square()).sum((-1, -2)))
    return scene.values["weight"] * torch.stack(values).sum(0)


def decay(flat: Tensor, *, lr: Tensor, values: Vectors) -> None:
    """w <- (1 - lr rate) w before the step: decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2).

    The gradient and its moments do not see it. The default is torch's.
    """
    flat.mul_(1 - lr * values["rate"][:, None])


def clip(flat: Tensor, *, values: Vectors) -> None:
    """Every weight of D back into [-limit, limit] (Arjovsky et al. 2017, algorithm 1)."""
    limit = values["limit"][:, None]
    flat.clamp_(min=-limit, max=limit)


L2 = WeightPenalty(l2)
ORTHOGONAL = WeightPenalty(orthogonal, units=True)
WEIGHT_DECAY = Projection(before=decay)
WEIGHT_CLIPPING = Projection(after=clip)

register(
    "penalty",
    "l2",
    target="ganbench.gan.penalties.weights:L2",
    options=L2Options,
    summary="weight decay as a penalty: in the gradient, so that Adam rescales it",
    formula="lambda/2 ||w||^2",
    source="Krogh and Hertz 1992, NIPS 4",
    defaults="chosen here",
)
register(
    "penalty",
    "weight-decay",
    target="ganbench.gan.penalties.weights:WEIGHT_DECAY",
    options=DecayOptions,
    summary="decoupled weight decay, as in AdamW: beside the gradient",
    formula="w <- (1 - lr rate) w before each step",
    source="Loshchilov and Hutter 2019, arXiv:1711.05101, algorithm 2",
    defaults="rate of torch's AdamW",
)
register(
    "penalty",
    "orthogonal",
    target="ganbench.gan.penalties.weights:ORTHOGONAL",
    options=OrthogonalOptions,
    summary="units at right angles: rows of weight matrices orthogonal to each other",
    formula="beta ||W W^T o (1 - I)||^2; full: beta ||W W^T - I||^2; absolute: beta sum |W W^T - I|",
    source="Brock et al. 2017, arXiv:1609.07093; Brock et al. 2019, arXiv:1809.11096, section 3.1",
    defaults="weight and form of Brock et al. 2019",
)
register(
    "penalty",
    "weight-clipping",
    target="ganbench.gan.penalties.weights:WEIGHT_CLIPPING",
    options=Clipping,
    summary="weights of D clipped after each of its steps",
    formula="w <- min(max(w, -c), c)",
    source="Arjovsky et al. 2017, arXiv:1701.07875, algorithm 1",
    defaults="of the source",
)
