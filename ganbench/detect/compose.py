"""From findings to an explanation: root causes, with what follows from them under each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ganbench.detect.catalogue import KINDS
from ganbench.records import Finding

# What each kind can bring about, in the order in which they explain what is seen at the same time. Read as: a finding
# on the right, not earlier, is explained by one on the left.
CAUSES: Final[dict[str, frozenset[str]]] = {
    "wiring": frozenset(KINDS) - {"wiring", "convergence"},
    # Before what is not finite: after that, nothing explodes any more.
    "exploding-gradient": frozenset(KINDS) - {"wiring", "exploding-gradient", "convergence"},
    "non-finite": frozenset(KINDS) - {"wiring", "exploding-gradient", "non-finite", "convergence"},
    "gradient-spike": frozenset(
        {"non-finite", "diverging-discriminator", "one-sided-discriminator", "generator-dominance"}
        | {"mode-hopping", "mode-collapse", "discriminator-dominance", "late-collapse"}
    ),
    # Without a signal G stands still; a G that stood still before is not called so.
    "vanishing-gradient": frozenset(
        {"frozen-network", "mode-collapse", "discriminator-dominance", "stagnation", "late-collapse"}
    ),
    "frozen-network": frozenset(
        {"blind-discriminator", "one-sided-discriminator", "diverging-discriminator", "limit-cycle"}
        | {"generator-dominance", "mode-hopping", "discriminator-dominance", "mode-collapse"}
        | {"late-collapse", "stagnation"}
    ),
    "blind-discriminator": frozenset(
        {"one-sided-discriminator", "mode-collapse", "mode-hopping", "late-collapse", "stagnation"}
    ),
    # A D that calls everything one thing is wrong about half of it: no blind one is as wrong.
    "one-sided-discriminator": frozenset(
        {"diverging-discriminator", "generator-dominance", "mode-collapse", "stagnation"}
    ),
    "diverging-discriminator": frozenset(
        {"non-finite", "generator-dominance", "mode-hopping", "limit-cycle"}
        | {"mode-collapse", "late-collapse", "stagnation"}
    ),
    # A D that knows its data by heart is fooled on all others, and leads G to what it knows.
    "discriminator-overfitting": frozenset(
        {"generator-dominance", "mode-collapse", "in-mode-collapse", "discriminator-dominance"}
        | {"late-collapse", "stagnation"}
    ),
    # On a circle the players overtake each other in turn.
    "limit-cycle": frozenset({"generator-dominance", "mode-hopping", "mode-collapse", "late-collapse"}),
    "generator-dominance": frozenset(
        {"one-sided-discriminator", "diverging-discriminator", "limit-cycle", "mode-hopping"}
        | {"mode-collapse", "late-collapse", "stagnation"}
    ),
    "mode-hopping": frozenset({"mode-collapse", "late-collapse"}),
    "mode-collapse": frozenset(
        {"in-mode-collapse", "discriminator-dominance", "late-collapse", "stagnation"}
    ),
    "discriminator-dominance": frozenset({"stagnation", "late-collapse", "mode-collapse"}),
    "in-mode-collapse": frozenset({"stagnation", "late-collapse"}),
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
    same root. A spike is over at once: it explains what began up to a tenth of the run after it.
    """
    fired = _in_order((one for one in findings if one.status == "fired" and one.kind != "convergence"), steps)
    root_of: dict[str, Finding] = {}
    for finding in fired:
        parent = next((one for one in fired if one.kind in root_of and _explains(one, finding, steps)), None)
        root_of[finding.kind] = finding if parent is None else root_of[parent.kind]
    return tuple(
        Cause(root, tuple(one for one in fired if one is not root and root_of[one.kind] is root))
        for root in fired
        if root_of[root.kind] is root
    )


def _in_order(findings: Iterable[Finding], steps: int) -> list[Finding]:
    """By time; of those that began up to a tenth of the run after the first that is left, by the order of explanation."""
    left = sorted(findings, key=_rank)
    ordered = []
    while left:
        until = min(_onset(one) for one in left) + steps * SAME_TIME
        ordered.append(next(one for one in left if _onset(one) <= until))
        left.remove(ordered[-1])
    return ordered


def _explains(cause: Finding, finding: Finding, steps: int) -> bool:
    """Of two findings in order."""
    over = cause.kind == "gradient-spike" and _onset(finding) > _last(cause) + steps * SAME_TIME
    return finding.kind in CAUSES[cause.kind] and not over


def _rank(finding: Finding) -> float:
    """Place in the order of explanation. Samples that hold no mode lie beside the data: then D's lead comes before that."""
    order = [*CAUSES]
    if finding.kind == "mode-collapse" and finding.form == "total" and finding.value == 0:
        return order.index("discriminator-dominance") + 0.5
    return order.index(finding.kind)


def _onset(finding: Finding) -> int:
    return finding.onset or 0


def _last(finding: Finding) -> int:
    return _onset(finding) if finding.last is None else finding.last
