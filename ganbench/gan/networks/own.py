"""A network of the user's: an `nn.Module` class, or a function that gives a module."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from torch import nn

from ganbench.errors import PluginError
from ganbench.plugins import Adapted, given, own_code
from ganbench.plugins.signature import names_of
from ganbench.registry import Options

SIZES: Final = ("inputs", "outputs")


def adapted(target: Any, name: str) -> Adapted:
    """Called with the options of the suite, and with `inputs` and `outputs` where it has such parameters.

    Raises PluginError for what is neither a class of modules nor a function.
    """
    if isinstance(target, type) and not issubclass(target, nn.Module):
        raise PluginError(f"is a class {target.__name__}, expected an nn.Module", where=name)
    if not callable(target) or isinstance(target, nn.Module):
        raise PluginError(f"is a {type(target).__name__}, expected a class of nn.Module", where=name)
    asked = [p.name for p in names_of(target, name) if p.name in SIZES]
    return Adapted(lambda _: _built(target, asked), of=target, taken=SIZES)


def _built(target: Callable[..., Any], asked: list[str]) -> Callable[[Options, int, int], nn.Module]:
    def build(options: Options, inputs: int, outputs: int) -> nn.Module:
        sizes = {"inputs": inputs, "outputs": outputs}
        with own_code(options.name):
            module = target(**given(options), **{size: sizes[size] for size in asked})
        if not isinstance(module, nn.Module):
            raise PluginError(f"gave a {type(module).__name__}, expected an nn.Module", where=options.name)
        return module

    return build
