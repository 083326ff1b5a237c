"""A loss of the user's: a function of logits, a `Loss`, or a function of options that makes one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ganbench.errors import PluginError
from ganbench.gan.lifted import Lifted
from ganbench.gan.losses.loss import Loss, Values
from ganbench.plugins import Adapted, given, positional
from ganbench.registry import Options, per_replica

if TYPE_CHECKING:
    from torch import Tensor

WANTED = "a pair (loss of D, loss of G), one number each: the mean over the batch"
LOGITS = 2  # a function of real and fake


def adapted(target: Any, name: str) -> Adapted:
    """`(real [B], fake [B], **options) -> (loss of D, loss of G)`; a `Loss`; or `(**options) -> Loss`.

    Raises PluginError for anything else.
    """
    if isinstance(target, Loss):
        return Adapted(lambda _: target)
    if not callable(target):
        raise PluginError(
            f"is a {type(target).__name__}, expected a function of logits or a Loss", where=name
        )
    logits = positional(target, name)
    if len(logits) == LOGITS:
        return Adapted(lambda options: _of_logits(target, options), of=target, taken=logits)
    return Adapted(
        lambda options: _made(target, options),
        of=target,
        shared="the function makes one Loss for all replicas; a function of logits is given its own of each",
    )


def _made(target: Callable[..., Any], options: Options) -> Loss:
    found = target(**given(options))
    if not isinstance(found, Loss):
        raise PluginError(
            f"gave a {type(found).__name__}, expected a Loss",
            where=options.name,
            hint="a function of logits begins with two parameters without default: my_loss(real, fake)",
        )
    return found


def _of_logits(target: Callable[..., Any], options: Options) -> Callable[[Options, Values], Loss]:
    """How `losses.realised` makes the loss of R replicas: `(options, values) -> Loss`. Tried on an example."""
    varying = per_replica(options)
    fixed = {name: value for name, value in given(options).items() if name not in varying}
    pair = Lifted(
        lambda real, fake, **own: target(real, fake, **fixed, **own),
        results=2,
        name=options.name,
        wanted=WANTED,
    )
    numbers = {name: float(value) for name, value in varying.items()}
    _require_slopes(pair, numbers, options.name)
    paired = _needs_real(pair, numbers)

    def realised(options: Options, values: Values) -> Loss:  # noqa: ARG001  # the shared signature
        return Loss(
            lambda real, fake: _both(pair, real, fake, values)[0],
            lambda fake, real: _both(pair, real, fake, values)[1],
            equilibrium=(None, None),
            paired=paired,
            apart=pair.reason or "",
        )

    return realised


def _both(pair: Lifted, real: Tensor, fake: Tensor, values: Values) -> tuple[Tensor, Tensor]:
    """Logits [..., B] -> (loss of D, loss of G), [...] each."""
    import torch

    lead = real.shape[:-1]
    own = {
        name: torch.as_tensor(value, dtype=real.dtype, device=real.device).expand(lead).reshape(-1)
        for name, value in values.items()
    }
    of_d, of_g = pair(real.reshape(-1, real.shape[-1]), fake.reshape(-1, fake.shape[-1]), **own)
    return of_d.reshape(lead), of_g.reshape(lead)


def _require_slopes(pair: Lifted, values: Values, name: str) -> None:
    """Raises PluginError for a loss that nobody can descend: torch would only say that there is no gradient."""
    import torch

    logits = torch.linspace(-1, 1, 16, dtype=torch.float64).expand(3, -1)
    for player, loss in zip("DG", _both(pair, logits, logits.clone().requires_grad_(), values), strict=True):
        if not loss.requires_grad:
            raise PluginError(
                f"the loss of {player} has no gradient by the logits of generated samples",
                where=name,
                hint="compute it by operations of torch, without detach(), item() or numpy",
            )


def _needs_real(pair: Lifted, values: Values) -> bool:
    """Whether G's loss depends on the logits of real samples: by its graph, or by its value at three scales."""
    import torch

    rng = torch.Generator().manual_seed(0)
    real, other, fake = (torch.randn(3, 16, generator=rng, dtype=torch.float64) for _ in range(3))
    leaf = real.clone().requires_grad_()
    if _both(pair, leaf, fake, values)[1].requires_grad:
        return True
    scales = (0.1, 1.0, 30.0)
    losses = [[_both(pair, scale * x, fake, values)[1] for scale in scales] for x in (real, other)]
    return not all(torch.equal(a, b) for a, b in zip(*losses, strict=True))
