"""A function of the user's, of one replica, called for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from ganbench.errors import PluginError, first_line

if TYPE_CHECKING:
    from torch import Tensor

Function = Callable[..., "Tensor | tuple[Tensor, ...]"]
Named = Mapping[str, "Tensor"]


class Lifted:
    """`function` takes tensors of one replica by position and name, and gives `results` numbers.

    Called with a leading axis [R, ...] on every tensor it gives [R] each: by `vmap` if that gives the same on the
    first tensors it sees, else replica by replica. reason: why the latter; empty for `vmap`, None before the first
    call.
    """

    def __init__(self, function: Function, *, results: int, name: str, wanted: str) -> None:
        self._function = function
        self._results = results
        self._name = name
        self._wanted = wanted
        self.reason: str | None = None

    def __call__(self, *tensors: Tensor, **named: Tensor) -> tuple[Tensor, ...]:
        if self.reason is None:
            self.reason = self._tried(tensors, named)
        return self._one_by_one(tensors, named) if self.reason else self._together(tensors, named)

    def _together(self, tensors: tuple[Tensor, ...], named: Named) -> tuple[Tensor, ...]:
        from torch.func import vmap

        def one(tensors: tuple[Tensor, ...], named: dict[str, Tensor]) -> tuple[Tensor, ...]:
            return self._checked(self._function(*tensors, **named))

        found: tuple[Tensor, ...] = vmap(one, randomness="error")(tensors, dict(named))
        return found

    def _one_by_one(self, tensors: tuple[Tensor, ...], named: Named) -> tuple[Tensor, ...]:
        import torch

        found = [
            self._checked(self._function(*(t[r] for t in tensors), **{n: t[r] for n, t in named.items()}))
            for r in range(len(tensors[0]))
        ]
        return tuple(torch.stack(column) for column in zip(*found, strict=True))

    def _tried(self, tensors: tuple[Tensor, ...], named: Named) -> str:
        """What went wrong under vmap, or nothing. Raises PluginError for a function that draws, or gives no numbers."""
        import torch

        tensors, named = tuple(t.detach() for t in tensors), {n: t.detach() for n, t in named.items()}
        expected = self._alone(tensors, named)
        try:
            found = self._together(tensors, named)
        except (RuntimeError, ValueError, TypeError) as error:
            return under_vmap(error)
        pairs = zip(expected, found, strict=True)
        if not all(torch.allclose(one, all_, rtol=1e-4, atol=1e-6, equal_nan=True) for one, all_ in pairs):
            return "vmap gives other numbers than one replica at a time"
        return ""

    def _alone(self, tensors: tuple[Tensor, ...], named: Named) -> tuple[Tensor, ...]:
        import torch

        before = torch.get_rng_state()
        expected = self._one_by_one(tensors, named)
        if not torch.equal(before, torch.get_rng_state()):
            torch.set_rng_state(before)
            raise PluginError(
                "draws from torch's global generator: a run would depend on its neighbours",
                where=self._name,
                hint="a trick is given draws of the run's own: `scene.draws`",
            )
        return expected

    def _checked(self, found: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        import torch

        given = tuple(found) if isinstance(found, tuple | list) else (found,)
        if len(given) != self._results or not all(
            isinstance(t, torch.Tensor) and t.dim() == 0 for t in given
        ):
            raise PluginError(
                f"gave {', '.join(map(_shape, given))}; expected {self._wanted}", where=self._name
            )
        return given


def _shape(value: object) -> str:
    shape = getattr(value, "shape", None)
    return repr(value) if shape is None else f"a tensor of shape {list(shape)}"


def under_vmap(error: Exception) -> str:
    """What vmap says, which names itself now and then."""
    return f"vmap: {first_line(error).removeprefix('vmap: ')}"
