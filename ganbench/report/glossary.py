"""What the metrics of a section mean, in the words of the registry."""

from __future__ import annotations

from ganbench.metrics.direction import IDEAL
from ganbench.report.section import Section

FAILED = (
    "A run has failed if it met the suite's failure criteria, and is healthy otherwise; its last evaluation alone may say "
    "something else."
)


def glossary(section: Section) -> dict[str, str]:
    """By metric that any run has at its end: what it is, with its formula."""
    from ganbench import registry

    names = [name for name in IDEAL if any(len(cell.column(f"final.{name}")) for cell in section.cells)]
    entries = {name.replace("_", " "): registry.entry("metric", name) for name in names}
    return {name: f"{one.summary}. {one.formula}" for name, one in entries.items()}
