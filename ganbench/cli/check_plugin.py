"""`ganbench check-plugin`: whether code of the user's does what a component must do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ganbench.cli.output import aligned, echo_json, format_option

if TYPE_CHECKING:
    from ganbench.execute.battery import Check

ROLES: Final = ("generator", "discriminator")
_FIRST: Final = ("loading", "shapes")  # checks that say whether a network can have a role at all


@click.command(
    name="check-plugin",
    epilog="""\b
Examples:
  ganbench check-plugin examples/my_loss.py:margin_pairing
  ganbench check-plugin examples/my_loss.py:margin_pairing --set margin=0.5
  ganbench check-plugin examples/my_gan.py:Discriminator --role discriminator
""",
)
@click.argument("plugin", metavar="FILE:OBJECT")
@click.option(
    "--kind",
    type=click.Choice(["dataset", "loss", "network", "optimizer", "penalty", "trick"]),
    help="What it is; by default its type or its parameters tell.",
)
@click.option("--role", type=click.Choice(ROLES), help="Of a network; by default every role that it fits.")
@click.option(
    "--set", "assignments", multiple=True, metavar="OPTION=VALUE", help="An option of it; repeatable."
)
@click.option("--data", default="ring", show_default=True, metavar="NAME", help="Data set to train on.")
@format_option
def check_plugin(
    plugin: str, *, kind: str | None, role: str | None, assignments: Sequence[str], data: str, form: str
) -> None:
    """Run the code of FILE:OBJECT (or MODULE:OBJECT) in small trainings, and say of each check whether it passed.

    Exits with 0 if all did, with 1 if one did not, with 2 for code that cannot be loaded.
    """
    from ganbench.execute.kinds import kind_of
    from ganbench.plugins.code import is_file, parts
    from ganbench.plugins.places import Plugins
    from ganbench.registry import finding

    path = Path(parts(plugin)[0])
    name = f"{path.name}:{parts(plugin)[1]}" if is_file(plugin) else plugin
    code = Plugins(None, [path], tell=lambda text: click.echo(text, err=True))
    with finding(code.entry):
        target = code.target(name)
        kind = kind or kind_of(target, name)
        options = {"name": name, **_options(assignments)}
        found = list(_checked(kind, options, [role] if role else ROLES, data))
    passed = all(check.passed for _, checks in found for check in checks)
    if form == "json":
        checks = [asdict(check) | {"role": of} for of, checks in found for check in checks]
        echo_json({"plugin": plugin, "kind": kind, "passed": passed, "checks": checks})
    else:
        click.echo("\n".join(_lines(kind, found)))
    click.get_current_context().exit(0 if passed else 1)


def _options(assignments: Sequence[str]) -> dict[str, Any]:
    from ganbench.suite.override import assignment

    made = [assignment(text) for text in assignments]
    return {one.path: one.value.plain() for one in made}


def _checked(
    kind: str, options: dict[str, Any], roles: Sequence[str], data: str
) -> Iterator[tuple[str, list[Check]]]:
    """(role, or nothing; its checks). Of a network the roles that it fits; the first where it fits none."""
    from ganbench.execute.battery import SURROUNDINGS, Candidate, battery

    among = SURROUNDINGS if data == "ring" else ({"data": data},)
    wanted = roles if kind == "network" else [""]
    made = [
        (role, list(battery(Candidate(kind, options, role or "generator", among=among)))) for role in wanted
    ]
    fitting = [(role, checks) for role, checks in made if all(c.passed for c in checks if c.name in _FIRST)]
    yield from fitting or made[:1]


def _lines(kind: str, found: Sequence[tuple[str, Sequence[Check]]]) -> Iterator[str]:
    for role, checks in found:
        what = role or kind
        yield f"as {'an' if what[0] in 'aeiou' else 'a'} {what}"
        rows = [("ok" if check.passed else "FAILED", check.name, check.reason) for check in checks]
        yield from (f"  {line}" for line in aligned(rows))
