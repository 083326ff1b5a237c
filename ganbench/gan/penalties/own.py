"""A penalty of the user's: a function of what D says of a batch, a penalty object, or a function that makes one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Literal

from ganbench.errors import PluginError
from ganbench.gan.lifted import Lifted
from ganbench.gan.penalties.penalty import Critique, Lazy, Penalty, Projection, WeightPenalty
from ganbench.gan.tricks.trick import Scene
from ganbench.plugins import Adapted, given, positional
from ganbench.registry import Options, per_replica

if TYPE_CHECKING:
    from torch import Tensor

Kind = Literal["real", "fake"]
SAMPLES: Final[tuple[Kind, ...]] = ("real", "fake")
SEEN: Final = tuple(f"{kind}{what}" for kind in SAMPLES for what in ("", "_logits", "_gradient"))
WANTED = "one number: the penalty of one run's batch"
OBJECTS = (Penalty, WeightPenalty, Projection)


def adapted(target: Any, name: str) -> Adapted:
    """`(real [B, ...], fake, real_logits [B], fake_logits, real_gradient [B, ...], fake_gradient, **options) -> number`,
    each that it asks for by name; a penalty object; or `(**options)` -> a penalty object.

    A gradient is that of a sample's logit by the sample. Raises PluginError for anything else.
    """
    if isinstance(target, OBJECTS):
        return Adapted(lambda _: target)
    if not callable(target):
        raise PluginError(f"is a {type(target).__name__}, expected a function or a penalty", where=name)
    asked = positional(target, name)
    if not asked:
        why = "the function makes one penalty for all replicas; a function of logits is given its own of each"
        return Adapted(lambda options: _made(target, options), of=target, shared=why)
    if strange := [parameter for parameter in asked if parameter not in SEEN]:
        raise PluginError(
            f"asks for '{strange[0]}', which D's step does not have: expected {', '.join(SEEN)}", where=name
        )
    base = Lazy if any(one.endswith("_gradient") for one in asked) else Options
    return Adapted(lambda options: _of_batch(target, asked, base, options), of=target, taken=asked, base=base)


def _made(target: Callable[..., Any], options: Options) -> Any:
    found = target(**given(options))
    if not isinstance(found, OBJECTS):
        raise PluginError(f"gave a {type(found).__name__}, expected a penalty", where=options.name)
    return found


def _of_batch(target: Callable[..., Any], asked: list[str], base: type[Options], options: Options) -> Penalty:
    varying = per_replica(options)
    fixed = {name: value for name, value in given(options, base).items() if name not in varying}
    lifted = Lifted(
        lambda *seen, **own: target(**dict(zip(asked, seen, strict=True)), **fixed, **own),
        results=1,
        name=options.name,
        wanted=WANTED,
    )

    def value(view: Critique, scene: Scene) -> Tensor:
        seen = (_seen(view, one) for one in asked)
        return lifted(*seen, **{name: scene.values[name] for name in varying})[0]

    differentiates = tuple(kind for kind in SAMPLES if f"{kind}_gradient" in asked)
    return Penalty(value, differentiates, apart=lambda: lifted.reason or "")


def _seen(view: Critique, name: str) -> Tensor:
    kind, _, what = name.partition("_")
    if what != "gradient":
        tensor: Tensor = getattr(view, name)
        return tensor
    from torch.autograd import grad

    logits, samples = getattr(view, f"{kind}_logits"), getattr(view, kind)
    (gradient,) = grad(logits.sum(), samples, create_graph=True)
    of_samples: Tensor = gradient
    return of_samples
