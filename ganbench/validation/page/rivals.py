"""Rules of other tools and a learned baseline on the same runs."""

from __future__ import annotations

from ganbench.validation.page.cells import Lines, Numbers, macro, share
from ganbench.validation.phrases import decimal, table


def transplanted(numbers: Numbers) -> Lines:
    yield "## Rules of other tools on the same runs"
    yield ""
    yield (
        "Written anew from their description; none was made for GANs. A run counts once, however often a rule fires in "
        "it. Recall is of anything wrong, since most of them name nothing."
    )
    yield ""
    rows = (
        (one["name"], one["words"], one["source"], share(one["false_alarms"]), share(one["recall"]))
        for one in numbers["transplanted"]
    )
    yield from table(("rule", "fires when", "source", "false alarms on healthy runs", "recall"), rows)


def learned(numbers: Numbers) -> Lines:
    found = numbers["learned"]
    yield "## A learned baseline"
    yield ""
    yield (
        "Gradient boosting (one classifier for each kind) on a fixed vector of statistics of the same signals, trained "
        f"on the tuning part: macro-F1 {_maybe(found['macro'])} on the test part; healthy runs that it calls anything: "
        f"{share(found['false_alarms'])}. {_winner(found)}"
    )
    yield ""
    yield f"Kinds with too few runs to learn from, which it never names: {', '.join(found['unlearnt']) or 'none'}."
    yield ""
    ours = {one["kind"]: one["f1"] for one in numbers["scores"]}
    rows = (
        (kind, decimal(ours[kind]), decimal(theirs))
        for kind, theirs in found["f1"].items()
        if theirs is not None
    )
    yield from table(("kind", "F1 of the detector", "F1 of the model"), rows)


def _maybe(one: Numbers | None) -> str:
    return "-" if one is None else macro(one)


def _winner(found: Numbers) -> str:
    gap = found["difference"]
    if gap is None:
        return "There is nothing to compare."
    words = f"macro-F1 of the detectors less that of the model is {macro(gap)}."
    if gap["high"] < 0:
        return f"The learned baseline wins: {words}"
    return f"The detectors win: {words}" if gap["low"] > 0 else f"Neither wins: {words}"
