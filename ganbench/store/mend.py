"""A results folder is taken up again: what is damaged is set aside, what is not its own is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from pathlib import Path

from ganbench.errors import InputError
from ganbench.store.atomic import storing, sync_folder, write_bytes
from ganbench.store.damage import Damage, Examination, examine
from ganbench.store.layout import Layout, damaged, remove
from ganbench.store.schema import SCHEMA_VERSION

Tell = Callable[[str], None]


def take_up(layout: Layout, identity: str, *, asked: Collection[str], tell: Tell) -> None:
    """Make the folder readable. `identity` and `asked`: the suite and the run ids of this call.

    What was set aside, and what follows, goes to `tell`. Raises InputError for another suite, a newer
    schema, and what cannot be read for another reason than damage; then nothing has been touched.
    """
    found = examine(layout, asked)
    _refuse(found, layout, identity, asked)
    _drop_orphans(layout)
    for damage in found.damages:
        tell(_set_aside(damage, layout, identity))


def _refuse(found: Examination, layout: Layout, identity: str, asked: Collection[str]) -> None:
    if found.suite not in (None, identity):
        raise InputError(
            f"holds results of {found.suite}, not of {identity}",
            where=str(layout.root),
            hint="choose another folder with --out, or delete these results with --fresh",
        )
    shared = any(run["run_id"] in asked for run in found.planned)
    for damage in found.damages:
        # Whose results these are is said there alone; a plan of the same runs says it too.
        if not damage.mendable or (damage.path == layout.environment and not shared):
            raise damage.error


def _drop_orphans(layout: Layout) -> None:
    """Delete progress that nobody can go on with: without a checkpoint, or the list of its runs."""
    for folder in [path for path in layout.work.glob("*") if path.is_dir()]:
        needed = (layout.checkpoint(folder.name), layout.members(folder.name))
        if not all(map(Path.exists, needed)):
            with storing(folder):
                remove(folder)


def _set_aside(damage: Damage, layout: Layout, identity: str) -> str:
    """What was done, in words."""
    told = f"{damage.error.where}: {damage.error.what}"
    if not damage.means:
        return f"{told}\n  they are computed again"
    if not damage.path.exists():
        return f"{told}\n  {damage.means}"
    aside = damaged(damage.path)
    with storing(damage.path):
        if damage.path == layout.environment:  # without it, even for a moment, the folder would be nobody's
            aside.write_bytes(damage.path.read_bytes())
            write_bytes(damage.path, _environment(identity))
        else:
            damage.path.rename(aside)
        sync_folder(aside.parent)
    return f"{told}\n  set aside as {aside.name}; {damage.means}"


def _environment(identity: str) -> bytes:
    return json.dumps({"schema_version": SCHEMA_VERSION, "suite": identity, "provenance": {}}).encode()
