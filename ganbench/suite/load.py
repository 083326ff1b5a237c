"""From a file to a checked suite: every cell of every tier is validated before anything runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from ganbench.errors import UsageError
from ganbench.plugins import Plugins
from ganbench.registry import Finder, finding
from ganbench.suite import expand
from ganbench.suite.axes import axes, flaw
from ganbench.suite.exclude import exclusions, inclusions
from ganbench.suite.override import Override, override
from ganbench.suite.problems import Problems
from ganbench.suite.schema import Setting
from ganbench.suite.seeds import seeds_of
from ganbench.suite.suite import STRUCTURE, TIERS, Header, Suite
from ganbench.suite.tree import Node
from ganbench.suite.wanted import keys
from ganbench.suite.wording import shown, stranger
from ganbench.suite.yaml import Document, read

_KNOWN = (*Header.model_fields, *STRUCTURE, "seeds", *keys(Setting))


def load(path: Path | str, assignments: Sequence[str] = (), *, plugins: Plugins | None = None) -> Suite:
    """Reads a suite, makes the `--set` assignments, checks every cell of every tier.

    plugins: the code that it may name; None for that in its own folder. No code is run before all else is checked.
    Raises InputError for what is no text file, SuiteError with all problems at once, UsageError for what is no
    assignment, PluginError with the line of the user's code that raised.
    """
    document, overrides = override(read(path), assignments)
    problems = Problems()
    plugins = plugins or Plugins(Path(path).parent)
    suite = _suite(document, overrides, plugins, problems)
    _check_overrides(suite, problems)
    _check_size(suite, problems)
    tiers = list(dict.fromkeys(("standard", *suite.tiers)))
    for tier in tiers:
        _check_seeds(suite, tier, problems)
    wanted: set[tuple[str, str]] = set()
    _check_tiers(suite, tiers, plugins.postponed(wanted), problems)
    problems.refuse()
    if wanted:
        _check_tiers(suite, tiers, plugins.entry, problems)
        problems.refuse()
    return suite


def _check_tiers(suite: Suite, tiers: Sequence[str], finder: Finder, problems: Problems) -> None:
    with finding(finder):
        for tier in tiers:
            with problems.within(tier):
                _check_cells(suite, tier, problems)


def _suite(
    document: Document, overrides: tuple[Override, ...], plugins: Plugins, problems: Problems
) -> Suite:
    root = document.root
    empty = Node({}, root.place)
    found = axes(root.child("axes") or empty, problems)
    return Suite(
        document.file,
        document.text,
        _header(root, problems),
        root.without(*Header.model_fields, *STRUCTURE),
        _tiers(root.child("tiers") or empty, problems),
        found,
        exclusions(root.child("exclude") or Node([], root.place), found, problems),
        inclusions(root.child("include") or Node([], root.place), problems),
        overrides,
        plugins,
    )


def _header(root: Node, problems: Problems) -> Header:
    given = {key: node.plain() for key, node in root.fields.items() if key in Header.model_fields}
    try:
        header = Header.model_validate(given)
    except ValidationError as error:
        problems.explain(error, root, Header)
        return Header.model_construct(suite="suite", version="")
    if why := flaw(header.suite):
        problems.add(
            root.nearest(["suite"]).place, f"{shown(header.suite)} cannot be the name of a suite: {why}"
        )
    if not header.names_itself:
        problems.add(
            root.nearest(["version"]).place, f"version is '{header.version}', expected {header.suite}-v1"
        )
    return header


def _tiers(node: Node, problems: Problems) -> Mapping[str, Node]:
    if not isinstance(node.value, dict):
        problems.add(node.place, f"expected tiers as a mapping with {', '.join(TIERS)}")
    for name, below in node.fields.items():
        if name not in TIERS:
            problems.add(below.head, stranger(name, TIERS, unknown="tier"))
        elif not isinstance(below.value, dict):
            problems.add(
                below.place, f"tier '{name}' is not a mapping, expected what it sets, such as steps: 300"
            )
    return {
        name: below for name, below in node.fields.items() if name in TIERS and isinstance(below.value, dict)
    }


def _check_overrides(suite: Suite, problems: Problems) -> None:
    """An axis over paths is named by its values: set from outside, its labels would lie."""
    for one in suite.overrides:
        for axis in suite.axes:
            if axis.paths and any(point.patch.find(one.path.split(".")) for point in axis.points):
                what = f"the axis '{axis.name}' varies it: choose with --only, or change it with --set axes.{axis.name}"
                problems.add(one.place, what)


def _check_size(suite: Suite, problems: Problems) -> None:
    """Refused at once: such a product would not end in being checked."""
    if expand.size(suite) > expand.MOST_CELLS:
        place = suite.axes[0].place
        problems.add(
            place, f"the axes make {expand.size(suite):,} cells, expected at most {expand.MOST_CELLS:,}"
        )
        problems.refuse()


def _check_seeds(suite: Suite, tier: str, problems: Problems) -> None:
    node = expand.seeds_node(suite, tier)
    if node is None:
        problems.add(suite.base.place, "seeds is missing, expected a range such as 0-9")
        return
    try:
        seeds_of(node)
    except UsageError as error:
        problems.add(node.place, error.what)


def _check_cells(suite: Suite, tier: str, problems: Problems) -> None:
    names: dict[str, str] = {}
    hashes: dict[str, str] = {}
    sound = not problems  # else equal content may only be what another problem leads to
    for variant, setting in _settings(suite, tier, problems):
        cell = expand.cell(variant, setting)
        if cell.name in names:
            problems.add(variant.place, f"two cells are named '{cell.name}'")
        elif sound and cell.id in hashes:
            problems.add(
                variant.place, f"cells '{hashes[cell.id]}' and '{cell.name}' are the same: equal content"
            )
        names[cell.name], hashes[cell.id] = cell.id, cell.name
    if not names and not problems:
        problems.add(suite.base.place, f"no cell is left in tier '{tier}'")


def _settings(suite: Suite, tier: str, problems: Problems) -> Iterator[tuple[expand.Variant, Setting]]:
    for variant in expand.variants(suite):
        node = expand.resolved(suite, tier, variant)
        try:
            setting = Setting.model_validate(node.plain())
        except ValidationError as error:
            problems.explain(error, node, Setting, known=_KNOWN)
        else:
            yield variant, setting
