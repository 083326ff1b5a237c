"""`ganbench explain`: what a finding means, how it is measured, and what to try."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import click

from ganbench.cli.output import aligned, echo_json, format_option


@click.command()
@click.argument("kind", required=False, metavar="[KIND]")
@format_option
def explain(kind: str | None, form: str) -> None:
    """Say what a finding of KIND is, how it is measured, and what to try; without KIND, list the kinds."""
    facts = [explanation(kind)] if kind else kinds()
    if form == "json":
        echo_json(facts[0] if kind else facts)
        return
    lines = _page(facts[0]) if kind else aligned([(one["kind"], one["what"]) for one in facts])
    click.echo("\n".join(lines))


def kinds() -> list[dict[str, Any]]:
    """The kinds of findings, in the order of the catalogue: {kind, what}."""
    from ganbench.detect import KINDS
    from ganbench.registry import entry

    return [{"kind": kind, "what": entry("detector", kind).summary} for kind in KINDS]


def explanation(kind: str) -> dict[str, Any]:
    """All that is known of a kind of finding. Raises UnknownName with the nearest one."""
    from ganbench.detect.advice import remedies
    from ganbench.detect.thresholds import thresholds_hash, thresholds_of
    from ganbench.registry import entry

    registered = entry("detector", kind)
    detector = registered.load()
    return {
        "kind": kind,
        "what": registered.summary,
        "network": detector.network,
        "measured": registered.formula,
        "needs": [*detector.needs, *(f"fact {name}" for name in detector.facts)],
        "null": detector.null,
        "thresholds": [
            {"name": one.name, "value": one.value, "unit": one.unit, "source": one.source}
            for one in thresholds_of(kind)
        ],
        "thresholds_hash": thresholds_hash(),
        "false_positives": [*detector.false_positives],
        "remedies": [_remedy(asdict(one)) for one in remedies(kind)],
        "source": registered.source,
    }


def _remedy(remedy: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in remedy.items() if name != "has"}


def _page(facts: dict[str, Any]) -> Iterator[str]:
    yield f"{facts['kind']}: {facts['what']}"
    yield from (
        "",
        f"player    {facts['network']}",
        f"measured  {facts['measured']}",
        f"null      {facts['null']}",
    )
    yield f"needs     {', '.join(facts['needs'])}"
    yield f"source    {facts['source']}"
    yield from ("", f"Thresholds ({facts['thresholds_hash']})")
    rows = [(one["name"], f"{one['value']:g}", one["unit"], one["source"]) for one in facts["thresholds"]]
    yield from (f"  {line}" for line in aligned(rows, right=[1]))
    yield from ("", "This could be a false positive:")
    yield from (f"  * {text}" for text in facts["false_positives"])
    yield from ("", "What to try, in this order")
    for number, one in enumerate(facts["remedies"], 1):
        yield f"  {number}. {one['text']} ({one['knob']})"
        yield f"     {one['level']}" + (f": {one['source']}" if one["source"] != one["level"] else "")
