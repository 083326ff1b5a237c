"""From findings to an explanation: root causes, with what follows from them under each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ganbench.detect.catalogue import KINDS
from ganbench.records import Finding

# What each kind can bring about. Read as: a finding on the right, not earlier, is explained by one on the left.
CAUSES: Final[dict[str, frozenset[str]]] = {
    "non-finite": frozenset(KINDS) - {"non-finite", "wiring", "convergence"},
    "wiring": frozenset(KINDS) - {"wiring", "convergence"},
    "exploding-gradient": frozenset(KINDS) - {"wiring", "exploding-gradient", "convergence"},
    "gradient-spike": frozenset({"late-collapse", "non-finite"}),
    "diverging-discriminator": frozenset(
        {"non-finite", "one-sided-discriminator", "generator-dominance", "mode-hopping", "limit-cycle"}
        | {"mode-collapse", "late-collapse", "stagnation"}
    ),
    "blind-discriminator": frozenset(
        {"one-sided-discriminator", "mode-collapse", "mode-hopping", "late-collapse", "stagnation"}
    ),
    "one-sided-discriminator": frozenset({"mode-collapse", "generator-dominance", "stagnation"}),
    "frozen-network": frozenset(
        {"blind-discriminator", "one-sided-discriminator", "generator-dominance", "discriminator-dominance"}
        | {"diverging-discriminator", "mode-collapse", "mode-hopping", "limit-cycle", "stagnation"}
        | {"vanishing-gradient"}
    ),
    "vanishing-gradient": frozenset(
        {"frozen-network", "mode-collapse", "discriminator-dominance", "stagnation", "late-collapse"}
    ),
    "generator-dominance": frozenset(
        {
            "mode-hopping",
            "limit-cycle",
            "mode-collapse",
            "late-collapse",
            "diverging-discriminator",
            "stagnation",
        }
        | {"one-sided-discriminator"}
    ),
    "mode-hopping": frozenset({"mode-collapse", "late-collapse"}),
    "limit-cycle": frozenset({"generator-dominance", "mode-hopping", "mode-collapse", "late-collapse"}),
    "mode-collapse": frozenset(
        {"in-mode-collapse", "discriminator-dominance", "late-collapse", "stagnation"}
    ),
    "in-mode-collapse": frozenset({"stagnation", "late-collapse"}),
    "discriminator-dominance": frozenset({"stagnation", "late-collapse", "mode-collapse"}),
    "discriminator-overfitting": frozenset({"late-collapse", "stagnation", "discriminator-dominance"}),
    "late-collapse": frozenset({"stagnation"}),
    "stagnation": frozenset(),
    "convergence": frozenset(),
}
SAME_TIME: Final = (
    0.1  # of the run: so far apart may detectors see one and the same event, some at evaluations only
)


@dataclass(frozen=True, slots=True)
class Cause:
    """A finding that no other explains, and those that it explains, in the order of their onset."""

    root: Finding
    consequences: tuple[Finding, ...] = ()


def compose(findings: Iterable[Finding], *, steps: int) -> tuple[Cause, ...]:
    """Root causes among the findings that fired, first causes first; certificates are none.

    A finding is explained by the first in the order of explanation that can cause it and began no later,
    up to a tenth of the `steps` of the run. What is explained by something explained belongs to the
    same root.
    """
    fired = sorted(
        (one for one in findings if one.status == "fired" and one.kind != "convergence"),
        key=lambda one: _place(one, steps),
    )
    root_of: dict[str, Finding] = {}
    for finding in fired:
        parent = next((one for one in root_of if finding.kind in CAUSES[one]), None)
        root_of[finding.kind] = finding if parent is None else root_of[parent]
    return tuple(
        Cause(root, tuple(one for one in fired if one is not root and root_of[one.kind] is root))
        for root in fired
        if root_of[root.kind] is root
    )


def _place(finding: Finding, steps: int) -> tuple[int, int]:
    """By time, in tenths of the run; within one of them by the order of explanation."""
    grain = max(1, round(steps * SAME_TIME))
    return (finding.onset or 0) // grain, KINDS.index(finding.kind)
