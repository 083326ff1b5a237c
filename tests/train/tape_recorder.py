"""A device that captures on a CPU: every operation below autograd is written down, undone, and replayed on the same
tensors. What Python did between them is lost, as it is to a CUDA graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten

Calls = Callable[[], None]


class TapeRecorder:
    """Counts what it was asked for. spoil: does something to the device after every replay."""

    def __init__(self, spoil: Calls = lambda: None) -> None:
        self.warmed = 0
        self.captures = 0
        self.replays = 0
        self._spoil = spoil

    def warm(self, calls: Calls) -> None:
        self.warmed += 1
        calls()

    def capture(self, calls: Calls) -> Calls:
        self.captures += 1
        operations = Operations()
        try:
            with operations:
                calls()
        finally:
            operations.undo()

        def replay() -> None:
            self.replays += 1
            operations.replay()
            self._spoil()

        return replay


class Waiting(RuntimeError):
    """A captured operation waits for the device."""


class Operations(TorchDispatchMode):
    """A list of operations, each with its arguments and what it gave, which stay where they are."""

    def __init__(self) -> None:
        super().__init__()
        self._done: list[tuple[Any, Any, Any, list[tuple[int, Tensor]]]] = []
        self._before: dict[int, tuple[Tensor, Tensor]] = {}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func is torch.ops.aten._local_scalar_dense.default:
            raise Waiting("a value was asked for")
        written = [*_written(func, args, kwargs)]
        for tensor in written:
            self._keep(tensor)
        out = func(*args, **kwargs)
        new = _new(out, args, kwargs)
        if new or written:  # views stay what they are
            self._done.append((func, args, kwargs, new))
        return out

    def _keep(self, tensor: Tensor) -> None:
        whole = torch.as_strided(tensor, (tensor.untyped_storage().nbytes() // tensor.itemsize,), (1,), 0)
        self._before.setdefault(tensor.untyped_storage().data_ptr(), (whole, whole.clone()))

    def undo(self) -> None:
        for whole, before in self._before.values():
            whole.copy_(before)
        self._before.clear()

    def replay(self) -> None:
        with torch.no_grad():
            for func, args, kwargs, new in self._done:
                found = _tensors(func(*args, **kwargs))
                for place, tensor in new:
                    tensor.copy_(found[place])


def _written(func: Any, args: Any, kwargs: Any) -> Iterator[Tensor]:
    arguments = func._schema.arguments
    yield from (value for one, value in zip(arguments, args, strict=False) if one.is_write)
    yield from (kwargs[one.name] for one in arguments if one.is_write and one.name in kwargs)


def _new(out: Any, args: Any, kwargs: Any) -> list[tuple[int, Tensor]]:
    """The results that are no views of an argument, and no argument, with their places."""
    given = {t.untyped_storage().data_ptr() for t in _tensors((args, kwargs))}
    return [(n, t) for n, t in enumerate(_tensors(out)) if t.untyped_storage().data_ptr() not in given]


def _tensors(tree: Any) -> list[Tensor]:
    if isinstance(tree, Tensor):
        return [tree]
    return [leaf for leaf in tree_flatten(tree)[0] if isinstance(leaf, Tensor)]
