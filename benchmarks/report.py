"""What was measured, as facts for JSON and as a table in Markdown."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from benchmarks.contenders import PLAIN, TUNED, Contender, Size
from benchmarks.rounds import Rates, Spread, ratio
from ganbench.environment import describe

BEGIN: Final = "<!-- table -->"
END: Final = "<!-- end -->"

Facts = dict[str, Any]


def machine(*, threads: int, rounds: int, seconds: float) -> Facts:
    """Where and how it was measured."""
    provenance = describe("cpu", threads)
    return {
        "cpu": provenance.notes["cpu"],
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "threads": threads,
        "rounds": rounds,
        "seconds_per_round": seconds,
        "versions": dict(provenance.versions),
        "commit": provenance.commit,
    }


def result(size: Size, contenders: Sequence[Contender], rates: Rates, memory: Mapping[int, float]) -> Facts:
    """One size. memory: bytes per replica by population."""
    return {
        "width": size.width,
        "batch": size.batch,
        "contenders": [_contender(c, rates, memory) for c in contenders],
        "bars": [_bar(loop, bar, contenders, rates) for loop, bar in size.bars.items()],
    }


def _contender(contender: Contender, rates: Rates, memory: Mapping[int, float]) -> Facts:
    return {
        "name": contender.name,
        "replicas": contender.replicas,
        "probed": contender.probed,
        "replica_steps_per_second": asdict(Spread.of(rates[contender.name])),
        "over_plain": asdict(ratio(rates, contender.name, over=PLAIN)),
        "over_tuned": asdict(ratio(rates, contender.name, over=TUNED)),
        "bytes_per_replica": memory.get(contender.replicas) if contender.probed else None,
    }


def _bar(loop: str, bar: float, contenders: Sequence[Contender], rates: Rates) -> Facts:
    """The engine at its best R, with its probes on: what `ganbench run` does."""
    probed = [contender for contender in contenders if contender.probed]
    best = max(probed, key=lambda contender: Spread.of(rates[contender.name]).median)
    found = ratio(rates, best.name, over=loop)
    return {
        "over": loop,
        "best": best.name,
        "ratio": asdict(found),
        "bar": bar,
        "reached": found.median >= bar,
    }


def text(facts: Facts) -> str:
    """The table in Markdown, with what it was measured on."""
    return "\n".join(_lines(facts))


def _lines(facts: Facts) -> Iterator[str]:
    versions = facts["versions"]
    yield (
        f"{facts['cpu']}, {facts['cores']} cores, {facts['threads']} threads; torch {versions['torch']}, "
        f"numpy {versions['numpy']}, Python {versions['python']}. n = {facts['rounds']} rounds of about "
        f"{facts['seconds_per_round']:g} s for each contender; medians, in brackets the quartiles."
    )
    for found in facts["sizes"]:
        yield from ("", f"**Width {found['width']}, batch {found['batch']}**", "")
        yield "| | replica-steps/s | over the plain loop | over the tuned loop | memory per replica |"
        yield "|---|--:|--:|--:|--:|"
        yield from map(_row, found["contenders"])
        yield ""
        yield from map(_verdict, found["bars"])


def _row(contender: Facts) -> str:
    cells = [
        contender["name"],
        _spread(contender["replica_steps_per_second"], ",.0f"),
        _spread(contender["over_plain"], ".2f"),
        _spread(contender["over_tuned"], ".2f"),
        _megabytes(contender["bytes_per_replica"]),
    ]
    return f"| {' | '.join(cells)} |"


def _verdict(bar: Facts) -> str:
    reached = "reached" if bar["reached"] else "**missed**"
    found = _spread(bar["ratio"], ".2f")
    return f"* {bar['best']} over the {bar['over']}: {found} times; bar {bar['bar']:g}: {reached}."


def _spread(spread: Facts, form: str) -> str:
    return f"{spread['median']:{form}} [{spread['low']:{form}}, {spread['high']:{form}}]"


def _megabytes(count: float | None) -> str:
    return "" if count is None else f"{count / 1e6:.2f} MB"


def insert(table: str, page: Path) -> None:
    """Put the table between the two marks of a page."""
    head, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, tail = rest.partition(END)
    page.write_text(f"{head}{BEGIN}\n\n{table}\n\n{END}{tail}", encoding="utf-8")
