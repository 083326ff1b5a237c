"""A command as it was typed: what a user types again to go on."""

from __future__ import annotations

import shlex
from collections.abc import Collection

import click
from click.core import ParameterSource


def typed(ctx: click.Context, *, less: Collection[str] = ()) -> str:
    """The words of this call in the order of the verb's parameters, less those of some names."""
    words = ["ganbench", str(ctx.command.name)]
    for parameter in ctx.command.params:
        name = parameter.name or ""
        if name in less or not is_typed(ctx, name):
            continue
        value = ctx.params[name]
        for one in value if isinstance(value, tuple) else (value,):
            words += [] if isinstance(parameter, click.Argument) else [parameter.opts[0]]
            words += [] if value is True else [str(one)]
    return shlex.join(words)


def is_typed(ctx: click.Context, name: str) -> bool:
    """Whether the user gave the parameter; else its default holds."""
    return ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE
