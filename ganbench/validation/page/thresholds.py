"""What hangs on clauses and thresholds, and on what they were chosen by."""

from __future__ import annotations

from ganbench.validation.page.cells import Lines, Numbers, macro, share
from ganbench.validation.phrases import decimal, table
from ganbench.validation.tuning import PRICE


def ablation(numbers: Numbers) -> Lines:
    yield "## Every clause dropped in turn"
    yield ""
    yield (
        "A condition is dropped by a threshold at which it always holds, a second way to fire by one at which it never "
        "does; nothing is tuned again. Errors: healthy runs with an error of this kind. A clause without any effect "
        "earned nothing on this corpus."
    )
    yield ""
    rows = (
        (
            one["kind"],
            one["clause"],
            decimal(one["f1"]),
            decimal(one["without"]),
            _difference(one["f1"], one["without"]),
            f"{one['errors']} / {one['errors_without']}",
        )
        for one in numbers["ablation"]
    )
    yield from table(("kind", "clause", "F1", "without", "change", "errors with / without"), rows)


def _difference(before: float | None, after: float | None) -> str:
    return "-" if before is None or after is None else f"{after - before:+.2f}"


def sensitivity(numbers: Numbers) -> Lines:
    yield "## Every threshold halved and doubled"
    yield ""
    yield (
        "One at a time; nothing is tuned again. A share near 1, such as an AUC, has its gap to 1 scaled, a ratio just above "
        "1 its excess (`ganbench/validation/knobs.py`). F1: its change for the kind of the section, and for a section that "
        "several detectors read (blocks, baseline, quality) in the mean over them. Errors: the change of the number of "
        "healthy runs with a false error of any kind. Thresholds that no detector read on these runs are left out."
    )
    yield ""
    rows = (
        (one["section"], one["name"], f"{one['value']:g}", *_effect(one["halved"]), *_effect(one["doubled"]))
        for one in numbers["sensitivity"]
    )
    head = ("section", "threshold", "value", "F1, halved", "errors, halved", "F1, doubled", "errors, doubled")
    yield from table(head, rows)


def _effect(one: Numbers) -> tuple[str, str]:
    return "-" if one["f1"] is None else f"{one['f1']:+.2f}", f"{one['errors']:+d}" if one["errors"] else "0"


def tuning(numbers: Numbers) -> Lines:
    found = numbers["tuning"]
    yield "## Tuning"
    yield ""
    if found is None:
        yield "No search was run for these scores: the thresholds are the shipped ones, set on the tuning part."
        return
    yield (
        f"On {found['runs']} runs, one threshold after the other on the grid of `ganbench/validation/knobs.py`, for macro-F1 less "
        f"{PRICE:g} times the share of healthy runs with a false error: {decimal(found['before'])} by the thresholds "
        f"before, {decimal(found['after'])} after (in-sample). {len(found['changes'])} thresholds changed."
    )
    if not found["changes"]:
        return
    yield ""
    rows = (
        (one["section"], one["name"], f"{one['shipped']:g}", f"{one['value']:g}") for one in found["changes"]
    )
    yield from table(("section", "threshold", "before", "after"), rows)


def left_out(numbers: Numbers) -> Lines:
    yield "## Leaving out one base, one loss"
    yield ""
    if numbers["left out"] is None:
        yield "Not done for this page: `ganbench validate-detectors --leave-out` does it."
        return
    yield (
        "The search for thresholds repeated without the runs of one base, or of one loss, and the test runs of that one "
        "scored by what it found. It starts from the shipped thresholds, which were set in view of all bases of the "
        "tuning part; the form of the detectors is not searched again."
    )
    for by, found in numbers["left out"].items():
        yield ""
        yield (
            f"One {by} at a time: macro-F1 {macro(found['macro'])} over all test runs, false errors in "
            f"{share(found['errors'])} of the healthy ones."
        )
        yield ""
        rows = (
            (one["name"], str(one["runs"]), macro(one["macro"]), share(one["errors"]), str(one["changes"]))
            for one in found["groups"]
        )
        yield from table((by, "runs", "macro-F1", "false errors", "thresholds moved"), rows)
