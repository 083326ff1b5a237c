"""`--plugin FILE` of the verbs that read results: code is run only when it is named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeVar

import click

_Verb = TypeVar("_Verb", bound=Callable[..., Any])


def plugin_option(verb: _Verb) -> _Verb:
    """`--plugin FILE`, given to the verb as `plugins`."""
    option = click.option(
        "--plugin",
        "plugins",
        type=click.Path(path_type=Path),
        multiple=True,
        metavar="FILE",
        help="Python file that the run was trained with; repeatable. RESULTS/plugins/ keeps a copy.",
    )
    return option(verb)


def plugins_named(files: Sequence[Path]) -> AbstractContextManager[None]:
    """Within it, settings may name the code of these files and of installed modules; it must be what they were
    trained with.
    """
    from ganbench.plugins import Plugins
    from ganbench.registry import finding

    return finding(Plugins(None, files, tell=lambda text: click.echo(text, err=True)).entry)
