"""The page about the validation: written from its numbers, and from nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from ganbench.detect import KINDS
from ganbench.validation.bars import FALSE_ERRORS, FIRST_EIGHT, MACRO_F1, RECALL
from ganbench.validation.confusion import NOTHING
from ganbench.validation.phrases import counts, decimal, estimate, steps, table
from ganbench.validation.phrases import share as worded
from ganbench.validation.share import Share
from ganbench.validation.tuning import PRICE

Numbers = Mapping[str, Any]
Lines = Iterator[str]


def page(numbers: Numbers) -> str:
    """Markdown. numbers: of `study`, or of the JSON beside the page."""
    lines: list[str] = []
    for section in SECTIONS:
        lines += [*section(numbers), ""]
    return "\n".join(lines[:-1]) + "\n"


def share(found: Numbers) -> str:
    """Of a share as JSON holds it."""
    return worded(Share(**found))


def _head(numbers: Numbers) -> Lines:
    corpus, test = numbers["corpus"], numbers["corpus"]["test"]
    yield "# How often the detectors are right"
    yield ""
    yield (
        "Written by `ganbench validate-detectors` from `detectors-validation.json`, which holds all numbers; not "
        "edited by hand. What the detectors are: [detectors](detectors.md)."
    )
    yield ""
    yield (
        f"The corpus has {corpus['runs']} runs: {len(corpus['bases'])} settings that end healthy (bases), each as it "
        f"is and with a fault switched on at a known step, in several doses. {corpus['healthy']} runs are healthy by "
        "truth. What truly happened in a run is measured by other code than the detectors', on other data, with other "
        "thresholds (`ganbench/validation/truth.py`), which imports no detector. A fault that did nothing leaves a "
        "healthy run."
    )
    yield ""
    yield (
        f"Runs with seeds 0 to 3 were for tuning ({corpus['tuning']['runs']} runs, {corpus['tuning']['healthy']} of "
        f"them healthy), those with seeds 4 to 7 for the scores below ({test['runs']} runs, {test['healthy']} healthy, "
        f"{test['failed']} failed). No base with the same seed is in both parts. The thresholds, frozen before the test "
        f"part was scored, have the hash `{numbers['thresholds']['hash']}`."
    )
    yield ""
    yield (
        "Intervals are at 95 %: Wilson's for shares, percentile bootstraps over runs for F1 and AUROC. A label is "
        "present, absent, borderline or unknown; the last two are left out of precision and recall, and counted "
        f"(labels of the test part: {counts(test['labels'])})."
    )


def _bars(numbers: Numbers) -> Lines:
    macro, short = numbers["macro"], numbers["shortfalls"]
    yield "## Against the bars"
    yield ""
    yield (
        f"Macro-F1 {_macro(macro)}, over {len(macro['kinds'])} kinds that are present in the test part "
        f"(n = {macro['runs']} runs). False errors in {share(numbers['false errors']['share'])} of the healthy runs."
    )
    yield ""
    goal = (
        f"macro-F1 at least {decimal(MACRO_F1)}, recall of each of the first eight detectors at least "
        f"{decimal(RECALL)}, false errors in at most {100 * FALSE_ERRORS:g} % of the healthy runs"
    )
    if not short:
        yield f"Every bar is reached: {goal}."
        return
    yield f"The bars are: {goal}. What falls short:"
    yield ""
    yield from (f"* {one}" for one in short)


def _scores(numbers: Numbers) -> Lines:
    yield "## By detector"
    yield ""
    yield "A finding that fired counts as found, whatever its severity. The first eight have bars."
    yield ""
    head = ("kind", "present", "absent", "left out", "precision", "recall", "F1")
    yield from table(head, (_score(one) for one in numbers["scores"]))
    yield ""
    yield (
        "With root causes alone, where what another finding explains does not count: macro-F1 "
        f"{_macro(numbers['roots']['macro'])}."
    )
    yield ""
    rows = (
        (one["kind"], share(one["precision"]), share(one["recall"]), _f1(one))
        for one in numbers["roots"]["scores"]
    )
    yield from table(("kind", "precision, roots", "recall, roots", "F1, roots"), rows)


def _score(one: Numbers) -> tuple[str, ...]:
    name = f"**{one['kind']}**" if one["kind"] in FIRST_EIGHT else one["kind"]
    sizes = (str(one[size]) for size in ("present", "absent", "left_out"))
    return name, *sizes, share(one["precision"]), share(one["recall"]), _f1(one)


def _f1(one: Numbers) -> str:
    return estimate(one["f1"], one["low"], one["high"])


def _macro(one: Numbers) -> str:
    return estimate(one["value"], one["low"], one["high"])


def _log(numbers: Numbers) -> Lines:
    found = numbers["from the log alone"]
    yield "## From the log alone"
    yield ""
    yield (
        "Coverage read from samples and coverage as truth are the same quantity, measured twice: where a detector sees "
        "evaluations, its score for mode-collapse, mode-hopping and in-mode-collapse checks a measurement. The same runs "
        f"without any evaluation: macro-F1 {_macro(found['macro'])}, false errors in "
        f"{share(found['false errors']['share'])} of the healthy runs."
    )
    yield ""
    rows = ((one["kind"], share(one["precision"]), share(one["recall"]), _f1(one)) for one in found["scores"])
    yield from table(("kind", "precision, log", "recall, log", "F1, log"), rows)


def _false_errors(numbers: Numbers) -> Lines:
    found = numbers["false errors"]
    yield "## False errors"
    yield ""
    yield (
        "A finding of severity error or fatal, of any kind, in a run in which truth finds nothing present: "
        f"{share(found['share'])}. In healthy runs without a borderline label: {share(found['plain'])}. In runs whose "
        "fault came later than step 0, on the rows before it: "
        f"{share(numbers['errors before the fault'])}."
    )
    yield ""
    yield f"By kind: {counts(found['kinds'])}. By base: {counts(found['bases'])}."


def _confusion(numbers: Numbers) -> Lines:
    found = numbers["confusion"]
    named = {name for row in found.values() for name in row}
    columns = [name for name in (*KINDS, NOTHING) if name in named]
    yield "## Right alarm, wrong name"
    yield ""
    yield (
        "Rows: what is present by truth; a run with several kinds counts in each of their rows. Columns: the first "
        "root cause found. Counts of runs."
    )
    yield ""
    rows = ((name, *(str(row.get(column, "")) for column in columns)) for name, row in found.items())
    yield from table(("truth", *columns), rows)


def _abstentions(numbers: Numbers) -> Lines:
    yield "## Abstention"
    yield ""
    yield "Runs of the test part to which a detector does not apply, and runs with too little data for it."
    yield ""
    rows = (
        (kind, share(found["not applicable"]), share(found["insufficient data"]))
        for kind, found in numbers["abstentions"].items()
    )
    yield from table(("kind", "not applicable", "insufficient data"), rows)


def _delays(numbers: Numbers) -> Lines:
    yield "## Delay"
    yield ""
    yield (
        "Generator steps from the true onset to the first look at which the detector fires; it looks at every "
        "evaluation. Censored: it never does; such runs count as longer than any. Early: it fired at the last look "
        "before the onset."
    )
    yield ""
    rows = (
        (
            one["kind"],
            str(one["runs"]),
            str(one["censored"]),
            steps(one["median"]),
            f"{steps(one['lower'])} to {steps(one['upper'])}",
            share(one["early"]),
        )
        for one in numbers["delays"]
    )
    yield from table(("kind", "runs", "censored", "median", "quartiles", "early"), rows)


def _doses(numbers: Numbers) -> Lines:
    yield "## Dose response"
    yield ""
    yield (
        "By fault and dose: runs in which the fault provoked what it is meant to (by truth, where it is sure), and runs "
        "in which the detector fired."
    )
    yield ""
    rows = (
        (one["fault"], f"{one['dose']:g}", one["kind"], share(one["took"]), share(one["fired"]))
        for one in numbers["doses"]
    )
    yield from table(("fault", "dose", "meant", "took", "fired"), rows)


def _ablation(numbers: Numbers) -> Lines:
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


def _transplanted(numbers: Numbers) -> Lines:
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


def _learned(numbers: Numbers) -> Lines:
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
    return "-" if one is None else _macro(one)


def _winner(found: Numbers) -> str:
    gap = found["difference"]
    if gap is None:
        return "There is nothing to compare."
    words = f"macro-F1 of the detectors less that of the model is {_macro(gap)}."
    if gap["high"] < 0:
        return f"The learned baseline wins: {words}"
    return f"The detectors win: {words}" if gap["low"] > 0 else f"Neither wins: {words}"


def _tuning(numbers: Numbers) -> Lines:
    found = numbers["tuning"]
    yield "## Tuning"
    yield ""
    if found is None:
        yield "Nothing was tuned for these scores: the thresholds are the shipped ones."
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


def _left_out(numbers: Numbers) -> Lines:
    yield "## Leaving out one base, one loss"
    yield ""
    if numbers["left out"] is None:
        yield "Not repeated without a tuning."
        return
    yield "Tuning repeated without it, and the test runs of what was left out scored by the result."
    for by, found in numbers["left out"].items():
        yield ""
        yield (
            f"One {by} at a time: macro-F1 {_macro(found['macro'])} over all test runs, false errors in "
            f"{share(found['errors'])} of the healthy ones."
        )
        yield ""
        rows = (
            (one["name"], str(one["runs"]), _macro(one["macro"]), share(one["errors"]), str(one["changes"]))
            for one in found["groups"]
        )
        yield from table((by, "runs", "macro-F1", "false errors", "thresholds moved"), rows)


def _warning(numbers: Numbers) -> Lines:
    found = numbers["warning"]
    yield "## Early warning"
    yield ""
    yield (
        "From the first quarter of training alone: AUROC for the final failure, .50 is a coin. The regression and the "
        f"direction of each baseline come from {found['trained']} runs of the tuning part; scored on {found['failed']} "
        f"failed and {found['healthy']} healthy runs of the test part. {found['left_out']} test runs are left out: their "
        "fault comes later than the quarter, or truth does not know their outcome."
    )
    yield ""
    rows = ((one["name"], estimate(one["value"], one["low"], one["high"])) for one in found["areas"])
    yield from table(("predictor", "AUROC"), rows)


def _synthetic(numbers: Numbers) -> Lines:
    yield "## Logs without a GAN"
    yield ""
    yield (
        "Losses, ranks, norms and moments of fakes that are red noise about sound levels, x_t = phi x_(t-1) + e_t; at "
        "phi = 1 a random walk. Whatever fires is false."
    )
    yield ""
    rows = (
        (f"{one['phi']:g}", share(one["fired"]), share(one["errors"]), counts(one["kinds"]))
        for one in numbers["synthetic"]
    )
    yield from table(("phi", "logs with a finding", "logs with an error", "kinds"), rows)


def _corpus(numbers: Numbers) -> Lines:
    yield "## The corpus"
    yield ""
    yield "Runs by base, by loss and by fault, of both parts."
    for name in ("bases", "losses", "faults"):
        yield ""
        rows = ((key, str(value)) for key, value in numbers["corpus"][name].items())
        yield from table((name, "runs"), rows)


SECTIONS: Final[tuple[Callable[[Numbers], Lines], ...]] = (
    *(_head, _bars, _scores, _log, _false_errors, _confusion, _abstentions, _delays, _doses, _ablation),
    *(_transplanted, _learned, _tuning, _left_out, _warning, _synthetic, _corpus),
)
